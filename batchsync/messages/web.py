"""Texts of the local page and of the command that serves it."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.model import Reason

# --- The command ---------------------------------------------------------------------------------------------

NEEDS_EXTRA = Translation(
    en="The page needs one more package: pip install 'batchsync[web]' (in the program's folder: pip install '.[web]').",
    zh="网页需要另外安装一个软件包：pip install 'batchsync[web]'（在程序文件夹中：pip install '.[web]'）。",
)
NEEDS_PASSWORD = Translation(
    en="web.host {host} lets other machines in, so the page needs a password: write one into a file that only you can read, and name it in web.password_file.",
    zh="web.host {host} 会让其他机器访问，因此需要密码：请把密码写入只有您能读取的文件，并在 web.password_file 中填写该文件名。",
)
NO_PASSWORD_FILE = Translation(
    en="The password file {file} can't be read ({error}).", zh="无法读取密码文件 {file}（{error}）。"
)
PASSWORD_OPEN = Translation(
    en="Others can read the password file {file}. Close it to them: chmod 600 {file}",
    zh="其他用户可以读取密码文件 {file}，请关闭权限：chmod 600 {file}",
)
PASSWORD_SHORT = Translation(
    en="The password in {file} needs at least {least} characters.",
    zh="{file} 中的密码至少需要 {least} 个字符。",
)
PORT_TAKEN = Translation(
    en="The page can't be served at {host}, port {port} ({error}). Choose another with --port; 0 takes any free one.",
    zh="无法在 {host} 的端口 {port} 提供网页（{error}）。请用 --port 换一个，0 表示任选空闲端口。",
)
NO_FOLDER = Translation(
    en="The page can’t keep its files in {folder} ({error}). Choose another place for the ledger (ledger.url).",
    zh="网页无法在 {folder} 保存文件（{error}）。请为账本另选位置（ledger.url）。",
)
ALREADY_OPEN = Translation(
    en="Another `batchsync web` works on {folder} already. Use its page, or end it first.",
    zh="另一个 `batchsync web` 正在使用 {folder}。请直接使用它的网页，或先结束它。",
)
OPEN_AT = Translation(
    en="The page is open at {address} (this address opens it once). Ctrl-C ends it.",
    zh="网页地址：{address}（此网址只能用一次）。按 Ctrl-C 结束。",
)
OPEN_IN_OTHER_BROWSER = Translation(
    en="For another browser: {address}", zh="如需在另一个浏览器打开：{address}"
)
WITHOUT_TOKEN = Translation(
    en="There is no access token: files can be checked, which is free, but not sent.",
    zh="没有访问 token：可以免费检查文件，但不能发送。",
)
CLOSING = Translation(
    en="Stopping: calls under way are finished and the result is written. Ctrl-C again gives them up (they become uncertain).",
    zh="正在停止：等待进行中的调用结束并写出结果。再按一次 Ctrl-C 则放弃等待（这些订单将成为“结果未知”）。",
)

# --- What can't be done --------------------------------------------------------------------------------------

EMPTY_UPLOAD = Translation(en="{name} is empty.", zh="{name} 是空文件。")
TOO_LARGE = Translation(
    en="The file is larger than {most} MB (web.max_upload). Split it, or use `batchsync run` for it.",
    zh="文件超过 {most} MB（web.max_upload）。请拆分文件，或改用 `batchsync run`。",
)
NOTHING_PASTED = Translation(en="There are no rows in what was pasted.", zh="粘贴的内容中没有数据行。")
PASTED_NAME = Translation(en="pasted-{time}", zh="粘贴-{time}")
COLUMN = Translation(en="column {letter}", zh="{letter} 列")
NO_SUCH_FILE = Translation(
    en="This file is not on the desk (any more).", zh="工作台上没有（或已移除）这个文件。"
)
NO_SUCH_RUN = Translation(en="There is no such run in the ledger.", zh="账本中没有这次运行。")
NO_SUCH_NIGHT = Translation(en="There is no such night.", zh="没有这个夜晚的记录。")
NO_SUCH_PAGE = Translation(en="There is no such page.", zh="没有这个页面。")
CHECK_FIRST = Translation(en="The file must be checked first.", zh="请先检查文件。")
NO_TOKEN_YET = Translation(
    en="There is no access token: set BATCHSYNC_TOKEN or api.token_file, and start the program again. Nothing was sent.",
    zh="没有访问 token：请设置 BATCHSYNC_TOKEN 或 api.token_file，然后重新启动程序。没有发送任何订单。",
)
PLAN_CHANGED = Translation(
    en="What would be sent is not what was shown: look at the check again, then start. Nothing was sent.",
    zh="将要发送的内容与所显示的不一致：请重新查看检查结果后再开始。没有发送任何订单。",
)
NOT_RUNNING = Translation(en="This file is not being sent (any more).", zh="这个文件现在没有在发送。")
STILL_RUNNING = Translation(
    en="This file is waiting or being sent; stop it first.", zh="这个文件正在排队或发送，请先停止。"
)
BAD_REQUEST = Translation(
    en="The page asked for something that can't be understood. Load it again.",
    zh="页面的请求无法理解，请刷新页面。",
)
NOT_A_NUMBER = Translation(en="Give a whole number.", zh="请填写整数。")
NO_RESULT_FILE = Translation(
    en="The result can't be written now (see Settings for the folders); nothing is lost, try again.",
    zh="现在无法写出结果表（请在“设置”中查看文件夹）；没有丢失任何内容，可以重试。",
)
UPLOAD_NOT_SAVED = Translation(
    en="The file can't be kept ({error}). Free some space and hand it in again.",
    zh="无法保存文件（{error}）。请清理空间后重新上传。",
)
BUG = Translation(
    en="This is a bug of ours. The ledger is safe: what was sent is remembered. The program's window says more.",
    zh="这是程序自身的缺陷。账本是安全的，已发送的订单都有记录。详情见程序窗口。",
)

# --- The frame -----------------------------------------------------------------------------------------------

SKIP = Translation(en="Skip to the content", zh="跳到正文")
NAVIGATION = Translation(en="Main", zh="主导航")
NAV_FILES = Translation(en="Desk", zh="工作台")
NAV_RUNS = Translation(en="Runs", zh="运行记录")
NAV_ORDERS = Translation(en="Orders", zh="订单")
NAV_POINTS = Translation(en="Points", zh="点券")
NAV_SETTINGS = Translation(en="Settings", zh="设置")
LOST = Translation(
    en="The connection is lost. What is being sent goes on; this page follows again by itself.",
    zh="连接已断开。发送不受影响，页面会自动重新连接。",
)
SESSION_ENDED = Translation(
    en="The program was started anew. Open the address that it shows in its window.",
    zh="程序已重新启动，请打开它窗口中显示的新网址。",
)
RECONNECTED = Translation(en="Connected again.", zh="已重新连接。")
CANCEL = Translation(en="Cancel", zh="取消")
CLOSE = Translation(en="Close", zh="关闭")
ERROR_TITLE = Translation(en="That did not work", zh="未能完成")
TO_FILES = Translation(en="To the desk", zh="回到工作台")
LOGIN_TITLE = Translation(en="This page is locked", zh="页面已锁定")
LOGIN_TEXT = Translation(
    en="Open the address that `batchsync web` shows in its window; each address opens the page once. After a restart there is a new one.",
    zh="请打开 `batchsync web` 窗口中显示的网址，每个网址只能用一次。程序重新启动后会给出新的网址。",
)
PASSWORD = Translation(en="Password", zh="密码")
WRONG_PASSWORD = Translation(en="That is not the password.", zh="密码不对。")
LOG_IN = Translation(en="Open", zh="打开")

# --- The desk ------------------------------------------------------------------------------------------------

DROP_HERE = Translation(en="Drop spreadsheets here", zh="把表格拖到这里")
DROP_MORE = Translation(
    en="Excel, WPS, CSV and more, up to {most} MB each. They stay on this machine; checking is free.",
    zh="支持 Excel、WPS、CSV 等，每个不超过 {most} MB。文件只留在本机，检查免费。",
)
CHOOSE = Translation(en="Choose files", zh="选择文件")
PASTE = Translation(en="Paste rows", zh="粘贴行")
PASTE_TITLE = Translation(en="Paste rows from a spreadsheet", zh="粘贴从表格复制的行")
PASTE_TEXT = Translation(
    en="Copy the rows in Excel or WPS, with their header if there is one, and paste them here.",
    zh="在 Excel 或 WPS 里复制这些行（有表头请一并复制），粘贴到这里。",
)
CHECK_PASTED = Translation(en="Check", zh="检查")
UPLOADING = Translation(en="handing in", zh="正在上传")
UPLOAD_LOST = Translation(
    en="The upload broke off; nothing was kept. Hand it in again.",
    zh="上传中断，没有保留任何内容。请重新上传。",
)
FILES_TITLE = Translation(en="Files on the desk", zh="工作台上的文件")
FREE_NOTE = Translation(en="Nothing is sent before you say so.", zh="在您确认之前，不会发送任何订单。")
NO_FILES = Translation(en="No files yet.", zh="还没有文件。")
NO_FILES_MORE = Translation(
    en="Hand one in, and see what it would cost before anything is sent.",
    zh="上传一个文件，先看看要花多少点券，再决定是否发送。",
)
STATE_CHECKING = Translation(en="being read", zh="正在读取")
STATE_QUEUED = Translation(en="waiting", zh="排队中")
STATE_BUSY = Translation(en="waiting for another program", zh="等待其他程序")
STATE_RUNNING = Translation(en="being sent", zh="发送中")
STATE_DONE = Translation(en="done", zh="已完成")
STATE_INTERRUPTED = Translation(en="cut off", zh="意外中断")
STATE_ERROR = Translation(en="needs a look", zh="需要处理")
STATE_CHECKED = Translation(en="checked", zh="已检查")
PROGRESS = Translation(en="Progress", zh="进度")
FILE_DONE = Translation(en="{synced} synced, {points} points", zh="已同步 {synced}，消耗 {points} 点券")
FILE_UNCERTAIN = Translation(en="{count} uncertain", zh="结果未知 {count}")
FILE_FAILED = Translation(en="{count} need a look", zh="需处理 {count}")
FILE_WAITING = Translation(
    en="{orders} orders, {place} before it", zh="{orders} 个订单，前面还有 {place} 个文件"
)
FILE_CHECKED = Translation(
    en="{send} of {rows} rows to send, about {points} points",
    zh="共 {rows} 行，待发送 {send} 个订单，约 {points} 点券",
)
REMOVE = Translation(en="Remove", zh="移除")
REMOVE_LABEL = Translation(en="Remove {name} from the desk", zh="从工作台移除 {name}")
REMOVE_TITLE = Translation(en="Remove this file?", zh="移除这个文件？")
REMOVE_TEXT = Translation(
    en="{name} and its result files leave the desk. What was sent stays in the ledger and under Runs.",
    zh="{name} 及其结果文件会从工作台移除。已发送的订单仍保留在账本和“运行记录”中。",
)
NO_TOKEN_TITLE = Translation(en="No access token.", zh="没有访问 token。")
NO_TOKEN_TEXT = Translation(
    en="Files can be checked, which is free; to send, set BATCHSYNC_TOKEN or api.token_file and start the program again.",
    zh="可以免费检查文件；要发送，请设置 BATCHSYNC_TOKEN 或 api.token_file，然后重新启动程序。",
)

# --- One file ------------------------------------------------------------------------------------------------

UPLOADED_AT = Translation(en="handed in", zh="上传于")
ROWS = Translation(en="{rows} rows", zh="{rows} 行")
WAS_QUEUED = Translation(
    en="This file was waiting when the program ended. Nothing of it was sent; start it again if it is still meant.",
    zh="程序结束时这个文件还在排队，没有发送任何订单。如仍需发送，请重新开始。",
)
READING = Translation(en="Reading the file …", zh="正在读取文件……")
READING_MORE = Translation(
    en="Finding the columns, checking every number, and asking the ledger what was paid for before.",
    zh="正在查找列、核对每个编号，并查询账本中以前付过费的订单。",
)
WAITING_TITLE = Translation(
    en="{orders} orders for about {points} points are waiting.",
    zh="{orders} 个订单（约 {points} 点券）正在排队。",
)
WAITING_TEXT = Translation(
    en="Files before this one: {place}. It begins by itself.",
    zh="前面还有 {place} 个文件，轮到时会自动开始。",
)
WAITING_BUSY = Translation(
    en="Another program is using the ledger now (a run in a terminal, or a night). This file begins when it ends.",
    zh="另一个程序（终端中的运行或夜间任务）正在使用账本，结束后会自动开始。",
)
DEQUEUE = Translation(en="Take it out of the queue", zh="退出排队")
PREPARING = Translation(en="Putting the result together …", zh="正在整理结果……")
CHECK_AGAIN = Translation(en="Check again", zh="重新检查")
OFFER_ORDERS = Translation(en="orders", zh="个订单")
OFFER_POINTS = Translation(en="points", zh="点券")
OFFER_MORE = Translation(
    en="Expected: {price} per order, from the account “{account}”.",
    zh="预计每个 {price} 点券，从账户“{account}”扣除。",
)
OFFER_CAP = Translation(en="A run never spends more than {cap}.", zh="每次运行最多花费 {cap} 点券。")
OFFER_NO_CAP = Translation(en="No cap is set (spend.max_points).", zh="没有设置上限（spend.max_points）。")
OVER_CAP = Translation(
    en="This is more than the cap of {cap}: the run will stop there, and the rest is not sent.",
    zh="超过了上限 {cap} 点券：运行到上限会停止，其余不发送。",
)
NOTHING_TO_SEND = Translation(en="Nothing to send.", zh="没有需要发送的订单。")
NOTHING_TO_SEND_MORE = Translation(
    en="Every row is synced already, or needs a look below.", zh="所有行都已同步，或需要按下面的说明处理。"
)
START = Translation(en="Start sending", zh="开始发送")
PLAN_CSV = Translation(en="The plan as CSV", zh="下载计划（CSV）")
CHECK_IS_FREE = Translation(en="This check was free; nothing was sent.", zh="检查免费，没有发送任何订单。")
LAST_RUN = Translation(en="The last run over this file", zh="此文件的上次运行")
COUNTS = Translation(en="Rows by verdict", zh="各类行数")
PROBLEMS = Translation(en="Rows that need a look ({count})", zh="需要处理的行（{count}）")
FIRST_ROWS = Translation(en="The first orders, as they will be sent", zh="最先发送的订单（将按此发送）")
SKIPPED_ROWS = Translation(
    en="Rows that are left out ({count}): duplicates, already synced, hidden",
    zh="跳过的行（{count}）：重复、此前已同步、隐藏",
)
MORE_ROWS = Translation(en="More rows", zh="更多")
LINE = Translation(en="line", zh="行号")
SHEET = Translation(en="sheet", zh="工作表")
ORDER = Translation(en="order number", zh="订单号")
MERCHANT = Translation(en="merchant", zh="商家")
VERDICT = Translation(en="verdict", zh="判定")
CELL = Translation(en="cell", zh="单元格")
WHY = Translation(en="why", zh="原因")
COLUMNS = Translation(en="Columns taken", zh="所用的列")
COLUMNS_HELP = Translation(en="Leave a field empty to let the program find it.", zh="留空则由程序自动判断。")
SHEET_HEAD = Translation(
    en="Sheet “{sheet}”, header in line {line}", zh="工作表“{sheet}”，表头在第 {line} 行"
)
COLUMN_ORDER = Translation(en="Column of the order number", zh="订单号所在列")
COLUMN_OWNER = Translation(en="Column of the merchant id", zh="商家 id 所在列")
COLUMN_OWNER_ID = Translation(en="Merchant id, when no column has it", zh="商家 id（表中没有该列时）")
COLUMN_SHEET = Translation(en="Only this sheet", zh="只读这个工作表")
COLUMN_HEADER_ROW = Translation(en="Line of the header", zh="表头所在行")
COLUMN_EXAMPLE = Translation(en="header, or letter such as C", zh="表头名称，或列字母如 C")
AUTOMATIC = Translation(en="found by itself", zh="自动判断")
CHECK_WITH_THESE = Translation(en="Check with these", zh="按此检查")
ASK_START = Translation(en="Send these orders?", zh="确定发送这些订单？")
ASK_START_MORE = Translation(
    en="Each call is paid for from the account “{account}” at {url}. What was paid for before is not sent.",
    zh="每次调用都会从账户“{account}”（{url}）扣费；以前付过费的不会再发送。",
)
ASK_OPTIONS = Translation(en="Only some of them", zh="只发送一部分")
ASK_LIMIT = Translation(en="Send at most so many orders", zh="最多发送多少个订单")
ASK_CAP = Translation(en="Stop at so many points", zh="花费达到多少点券时停止")
START_YES = Translation(en="Start", zh="开始")

# --- While it is sent ----------------------------------------------------------------------------------------

STARTING = Translation(en="starting …", zh="正在开始……")
TIME_LEFT = Translation(en="{time} left", zh="剩余 {time}")
PAUSED = Translation(en="paused", zh="已暂停")
STOPPING = Translation(en="stopping: calls under way are finished …", zh="正在停止，等待进行中的调用结束……")
WRITING = Translation(en="writing the result …", zh="正在写出结果……")
ORDERS_DONE = Translation(en="orders done", zh="个订单已完成")
A_SECOND = Translation(en="a second", zh="个/秒")
UNDER_WAY = Translation(en="under way", zh="进行中")
CAP_METER = Translation(
    en="Points against the cap, calls under way included", zh="已占用的点券上限（含进行中的调用）"
)
PAUSE = Translation(en="Pause", zh="暂停")
RESUME = Translation(en="Go on", zh="继续")
STOP = Translation(en="Stop", zh="停止")
STOP_TITLE = Translation(en="Stop this run?", zh="停止这次运行？")
STOP_TEXT = Translation(
    en="Calls under way are finished and written down. What is not sent yet costs nothing and can be sent later.",
    zh="进行中的调用会完成并记录。尚未发送的不花点券，以后可以继续发送。",
)
KINDS = Translation(en="What went wrong so far", zh="目前出现的问题")
NO_KINDS = Translation(en="Nothing so far.", zh="目前没有问题。")
MAY_CLOSE = Translation(
    en="You may close this page; the run goes on as long as the program is open.",
    zh="可以关闭本页，只要程序没有关闭，发送会继续进行。",
)

# --- A run's result ------------------------------------------------------------------------------------------

SENDERS = Translation(en="Who sends over this ledger", zh="正在使用此账本发送的进程")
SENDER = Translation(en="process", zh="进程")
SENDER_SINCE = Translation(en="since", zh="开始于")
SENDS_NOW = Translation(en="at work on", zh="正在处理")
SENDS_NOTHING = Translation(en="waits for work", zh="空闲，等待任务")
NO_RUNS = Translation(en="No runs yet.", zh="还没有任何运行。")
STARTED = Translation(en="started", zh="开始时间")
FILE = Translation(en="file", zh="文件")
ENDED = Translation(en="end", zh="结束方式")
END_DONE = Translation(en="done", zh="已完成")
END_STOPPED = Translation(en="stopped early", zh="中途停止")
END_RUNNING = Translation(en="running", zh="进行中")
END_KILLED = Translation(en="cut off", zh="意外中断")
END_OPEN = Translation(en="running or cut off", zh="进行中或意外中断")
ROWS_HEAD = Translation(en="rows", zh="行数")
T_SYNCED = Translation(en="synced", zh="已同步")
T_BEFORE = Translation(en="synced before", zh="此前已同步")
T_FAILED = Translation(en="failed", zh="失败")
T_UNCERTAIN = Translation(en="uncertain", zh="结果未知")
T_POINTS = Translation(en="points spent", zh="消耗点券")
T_POSSIBLE = Translation(en="possibly spent", zh="可能消耗")
T_PAID_EARLIER = Translation(en="orders paid by earlier runs", zh="此前已付费的订单")
T_CALLS = Translation(en="calls", zh="调用次数")
OPEN_FOR_FIGURES = Translation(en="open it for its figures", zh="打开查看")
OLDER = Translation(en="Older runs", zh="更早的运行")
RUNS_NOW = Translation(en="This run is under way.", zh="这次运行正在进行。")
SHOW_PROGRESS = Translation(en="Watch it", zh="查看进度")
HEAD_ALL = Translation(en="All {rows} rows are synced.", zh="{rows} 行全部已同步。")
HEAD_SOME = Translation(
    en="Finished. {count} of {rows} rows need a look.", zh="已完成。{rows} 行中有 {count} 行需要处理。"
)
HEAD_UNCERTAIN = Translation(
    en="Finished. {uncertain} orders are uncertain: they may have been charged. Settle them below.",
    zh="已完成。有 {uncertain} 个订单结果未知，可能已扣费，请在下面核实定案。",
)
HEAD_STOPPED = Translation(
    en="Stopped early. {count} of {rows} rows need a look or were not sent.",
    zh="中途停止。{rows} 行中有 {count} 行需要处理或尚未发送。",
)
HEAD_OPEN = Translation(
    en="This run has not ended: another program is at work on it, or it was cut off.",
    zh="这次运行没有结束记录：可能有另一个程序正在运行，也可能被意外中断。",
)
HEAD_KILLED = Translation(
    en="This run was cut off. {uncertain} orders are uncertain; the ledger knows all others.",
    zh="这次运行被意外中断。有 {uncertain} 个订单结果未知，其余都有记录。",
)
STOP_AUTHENTICATION = Translation(
    en="The token is not accepted. Set the right one and start the program again.",
    zh="token 未通过认证。请换成正确的 token 并重新启动程序。",
)
STOP_BALANCE = Translation(
    en="The balance is empty. Top up, then send the rest.", zh="账户余额不足。请充值后发送剩下的订单。"
)
STOP_SPENDING_CAP = Translation(
    en="The cap is reached. Raise spend.max_points, or send the rest as a new run.",
    zh="达到点券上限。如需继续，请调高 spend.max_points，或把剩下的作为新的运行发送。",
)
STOP_ADDRESS = Translation(
    en="The address does not answer as the API would. Look at Settings.",
    zh="该地址不像是本接口，请查看“设置”。",
)
STOP_FAILURES = Translation(
    en="Too many failures of one kind in a row. Mend the cause below, then send the rest.",
    zh="连续多次同类失败。请先排除下面的原因，再发送剩下的订单。",
)
STOP_INTERRUPTED = Translation(
    en="Stopped as you asked. The rest can be sent at any time.", zh="已按要求停止，剩下的随时可以发送。"
)
STOP_DISK = Translation(
    en="The disk is full. Free some space, then send the rest; no answer was lost.",
    zh="磁盘已满。请清理空间后再发送剩下的订单，没有丢失任何回答。",
)
AMOUNT_MISSING = Translation(
    en="Of {count} charged orders the points are unknown (the response named none, or you resolved them): they count as possibly spent.",
    zh="有 {count} 个已扣费的订单点券未知（响应没有注明，或由人工确认），计入“可能消耗”。",
)
DOWNLOAD_XLSX = Translation(en="Download the result", zh="下载结果表")
DOWNLOAD_CSV = Translation(en="as CSV", zh="下载 CSV")
DOWNLOAD_DISPUTE = Translation(en="Sheet for the vendor", zh="申诉表")
SEND_AGAIN = Translation(en="Send what failed again …", zh="重新发送失败的……")
SEND_REST = Translation(en="Send the rest …", zh="发送剩下的……")
SEND_AGAIN_MORE = Translation(
    en="What failed at no cost, or was not sent, is checked anew and asked about first. What cost points is not sent again.",
    zh="未扣费的失败行和未发送的行会重新检查，并先征求确认；已扣点券的不会重发。",
)
KINDS_RESULT = Translation(en="What needs a look", zh="需要处理的问题")
UNCERTAIN_ORDERS = Translation(en="Uncertain orders ({count})", zh="结果未知的订单（{count}）")
UNCERTAIN_HELP = Translation(
    en="Look each one up at the vendor’s, then say what you found. Charged counts as synced; not charged may be sent again.",
    zh="请到平台逐个核实，然后填写结论。“已扣费”按已同步处理，“未扣费”可以再次发送。",
)
SELECT_ALL = Translation(en="all shown", zh="选中本页全部")
CHARGED = Translation(en="Charged", zh="已扣费")
NOT_CHARGED = Translation(en="Not charged", zh="未扣费")
ALL_CHARGED = Translation(en="All {count} charged …", zh="全部 {count} 个已扣费……")
ALL_NOT_CHARGED = Translation(en="All {count} not charged …", zh="全部 {count} 个未扣费……")
RESOLVE_ALL_TITLE = Translation(en="Settle all of them?", zh="全部定案？")
RESOLVE_ALL_CHARGED = Translation(
    en="All uncertain orders of this run ({count}) count as charged from now on.",
    zh="这次运行的全部 {count} 个结果未知的订单将按“已扣费”处理。",
)
RESOLVE_ALL_NOT_CHARGED = Translation(
    en="All uncertain orders of this run ({count}) may be sent again. If one was charged after all, it is paid for twice.",
    zh="这次运行的全部 {count} 个结果未知的订单将可以再次发送。如果其中有已扣费的，会重复付费。",
)
RESOLVE_LATER = Translation(
    en="A run is under way; orders can be settled when it ends.", zh="有运行正在进行，结束后才能定案。"
)
AT_LINE = Translation(en="{sheet}, line {line}", zh="{sheet} 第 {line} 行")
ALL_ROWS = Translation(en="All rows", zh="全部行")
FILTER = Translation(en="Show rows by status", zh="按状态筛选")
ALL = Translation(en="all", zh="全部")
SEARCH = Translation(en="Search order or merchant", zh="搜索订单号或商家")
NO_ROWS_MATCH = Translation(en="No rows fit.", zh="没有符合的行。")
FOUND = Translation(en="rows", zh="行")
HISTORY_OF = Translation(en="What happened to", zh="查看经过：")
STATUS = Translation(en="status", zh="状态")
ERROR = Translation(en="error", zh="错误信息")
TODO = Translation(en="what to do", zh="处理建议")
CODE = Translation(en="code", zh="状态码")
ATTEMPTS = Translation(en="attempts", zh="尝试")
RESPONDED_AT = Translation(en="answered", zh="完成时间")
BEFORE = Translation(en="Back", zh="上一页")
NEXT = Translation(en="Next", zh="下一页")

# --- Nights --------------------------------------------------------------------------------------------------

LOOK_BACK = Translation(en="Look back at", zh="回看")
NIGHTS = Translation(en="Nights", zh="夜间任务")
NIGHT = Translation(en="night", zh="夜晚")
NO_NIGHTS = Translation(en="No nights yet.", zh="还没有夜间任务。")
NO_NIGHTS_YET = Translation(
    en="`batchsync nightly` works through {folder}; what it did is told here.",
    zh="`batchsync nightly` 会处理 {folder}，结果显示在这里。",
)
NO_INBOX = Translation(
    en="There is no inbox: set inbox.folder, and let a timer call `batchsync nightly`.",
    zh="没有收件文件夹：请设置 inbox.folder，并用定时任务调用 `batchsync nightly`。",
)
N_FILES = Translation(en="files", zh="文件")
N_FILES_TITLE = Translation(en="What became of each file", zh="每个文件的结果")
N_DONE = Translation(en="done", zh="完成")
N_ATTENTION = Translation(en="need a look", zh="需处理")
N_WAITING = Translation(en="go on", zh="继续")
N_CUT_OFF = Translation(en="went on after it had been cut off", zh="中断后继续完成")

# --- Orders and points ---------------------------------------------------------------------------------------

ORDER_SEARCH = Translation(en="An order number, whole", zh="完整的订单号")
SHOW = Translation(en="Show", zh="查看")
ORDER_EMPTY = Translation(
    en="Everything that ever happened to an order: each call, what came back, and what was decided.",
    zh="查看一个订单的全部经过：每次调用、返回内容和人工定案。",
)
ORDER_UNKNOWN = Translation(
    en="The ledger knows no order {number}: it was never sent nor planned.",
    zh="账本中没有订单 {number}：从未发送，也从未计划。",
)
NEVER_SENT = Translation(en="Planned, never sent.", zh="已计划，从未发送。")
ACCOUNT = Translation(en="account", zh="账户")
GROUP_BY = Translation(en="Group by", zh="分组")
SPAN = Translation(en="Time", zh="时间")
BY_DAY = Translation(en="by day", zh="按天")
BY_MERCHANT = Translation(en="by merchant", zh="按商家")
BY_RUN = Translation(en="by run", zh="按运行")
HEAD_DAY = Translation(en="day", zh="日期")
HEAD_MERCHANT = Translation(en="merchant", zh="商家")
HEAD_RUN = Translation(en="run", zh="运行编号")
LAST_DAYS = Translation(en="{days} days", zh="{days} 天")
ALWAYS = Translation(en="all", zh="全部")
NO_POINTS = Translation(en="Nothing was spent in this time.", zh="这段时间没有消耗点券。")
CHART = Translation(
    en="Points spent, with points possibly spent on top", zh="消耗的点券，上方为可能消耗的点券"
)

# --- Settings ------------------------------------------------------------------------------------------------

SETTINGS_HELP = Translation(
    en="What is in force now, and where it comes from. Changed in config.yaml or the environment; then start the program again.",
    zh="当前生效的设置及其来源。请在 config.yaml 或环境变量中修改，然后重新启动程序。",
)
TOKEN = Translation(en="Access token", zh="访问 token")
TOKEN_SET = Translation(en="set", zh="已设置")
TOKEN_MISSING = Translation(en="missing", zh="缺少")
DOCTOR = Translation(en="What the doctor finds", zh="体检结果")
DOCTOR_LOOKS = Translation(en="Looking …", zh="正在检查……")
MARK_OK = Translation(en="fine", zh="正常")
MARK_WARN = Translation(en="note", zh="注意")
MARK_BAD = Translation(en="wrong", zh="有误")
SETTING = Translation(en="setting", zh="设置")
VALUE = Translation(en="value", zh="值")
SOURCE = Translation(en="from", zh="来源")
MEANING = Translation(en="meaning", zh="含义")

# --- Rows and notes ---------------------------------------------------------------------------------------------

DECIDED = Translation(en="a person decided: {decision}", zh="人工定案：{decision}")
DISPUTE_NAME = Translation(en="{stem}.uncertain", zh="{stem}.结果未知")
BY_DEFAULT = Translation(en="default", zh="默认值")
YES = Translation(en="yes", zh="是")
NO = Translation(en="no", zh="否")

_RESOLVE = Translation(
    en="Look it up at the vendor's, then settle it under “Uncertain orders”.",
    zh="请到平台核实是否扣费，然后在“结果未知的订单”中定案。",
)
_CHARGED_FAILURE = Translation(
    en="Look it up at the vendor's. It is not sent again from here, since that would pay again.",
    zh="请到平台核对。为避免再次付费，这里不会重新发送。",
)
PAGE_TODO: Mapping[Reason, Translation] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Reason.TIMEOUT,
                Reason.CONNECTION_LOST,
                Reason.HTTP_ERROR,
                Reason.BAD_ANSWER,
                Reason.CRASH,
                Reason.ABANDONED,
                Reason.STILL_UNCERTAIN,
            ),
            _RESOLVE,
        ),
        **dict.fromkeys((Reason.API_FAILED, Reason.CHARGED_ERROR, Reason.FAILED_CHARGED), _CHARGED_FAILURE),
        Reason.NO_OWNER: Translation(
            en="Say whose orders these are under “Columns taken”.", zh="请在“所用的列”中填写商家 id。"
        ),
    }
)
"""What to do, where the sheet's own words would send people to the command line."""

PAGE_NOTES: Mapping[str, Translation] = MappingProxyType(
    {
        "no_owner_column": Translation(
            en="merchant id: no such column; give it below, or in the settings",
            zh="商家 id：表中没有这一列，请在下面填写或在配置中指定",
        ),
    }
)
"""The same for what is noted about a sheet."""

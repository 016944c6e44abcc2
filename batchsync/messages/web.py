"""Texts of the local page and of the command that serves it."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages import summary
from batchsync.messages.render import Translation
from batchsync.model import Reason

# --- The command --------------------------------------------------------------------------------------------

NEEDS_PASSWORD = Translation(
    en="web.host {host} opens the page to other machines, so it needs a password. Write one into a file that only you can read, and set web.password_file to that file.",
    zh="web.host {host} 允许其他机器访问网页，因此需要密码。请把密码写入只有您能读取的文件，并在 web.password_file 中设置该文件。",
)
NO_PASSWORD_FILE = Translation(
    en="The password file {file} cannot be read ({error}).", zh="无法读取密码文件 {file}（{error}）。"
)
PASSWORD_OPEN = Translation(
    en="Others can read the password file {file}. Make it readable for you only: chmod 600 {file}",
    zh="其他用户可以读取密码文件 {file}，请改为仅自己可读：chmod 600 {file}",
)
PASSWORD_SHORT = Translation(
    en="The password in {file} needs at least {least} characters.",
    zh="{file} 中的密码至少需要 {least} 个字符。",
)
PORT_TAKEN = Translation(
    en="The page cannot be served at {host}, port {port} ({error}). Choose another with --port; 0 takes any free one.",
    zh="无法在 {host} 的端口 {port} 提供网页（{error}）。请用 --port 换一个，0 表示任选空闲端口。",
)
NO_FOLDER = Translation(
    en="The page cannot save its files in {folder} ({error}). Choose another place for the ledger (ledger.url).",
    zh="网页无法在 {folder} 保存文件（{error}）。请为账本另选位置（ledger.url）。",
)
ALREADY_OPEN = Translation(
    en="Another `batchsync web` already uses {folder}, and does not respond. Close it first.",
    zh="另一个 `batchsync web` 正在使用 {folder}，但没有响应。请先关闭它。",
)
OPENED_RUNNING = Translation(en="The page is already running: {address}", zh="网页已在运行：{address}")
OPEN_AT = Translation(
    en="The page is open at {address} (this address works once). Ctrl-C closes it.",
    zh="网页地址：{address}（此网址只能用一次）。按 Ctrl-C 关闭。",
)
OPEN_IN_OTHER_BROWSER = Translation(
    en="For another browser: {address}", zh="如需在另一个浏览器打开：{address}"
)
WITHOUT_TOKEN = Translation(
    en="There is no access token yet: the page asks for it. Files can already be checked, which is free.",
    zh="还没有访问 token：请在网页中填写。现在可以免费检查文件。",
)
CLOSING = Translation(
    en="Stopping: calls under way are finished and the result is written. Ctrl-C again cancels them (they become uncertain).",
    zh="正在停止：等待进行中的调用结束并写出结果。再按一次 Ctrl-C 则取消这些调用（这些订单将成为“结果未知”）。",
)
SHORTCUT_FAILED = Translation(
    en="The shortcut cannot be written to {folder} ({error}).", zh="无法在 {folder} 创建快捷方式（{error}）。"
)

# --- Errors -------------------------------------------------------------------------------------------------

EMPTY_UPLOAD = Translation(en="{name} is empty.", zh="{name} 是空文件。")
TOO_LARGE = Translation(
    en="The file is larger than {most} MB. Split it into smaller files (the limit is web.max_upload in the settings).",
    zh="文件超过 {most} MB，请拆分后再上传（上限为设置中的 web.max_upload）。",
)
NOTHING_PASTED = Translation(en="There are no rows in what was pasted.", zh="粘贴的内容中没有数据行。")
PASTED_NAME = Translation(en="pasted-{time}", zh="粘贴-{time}")
COLUMN = Translation(en="column {letter}", zh="{letter} 列")
NO_SUCH_FILE = Translation(en="This file is no longer in the list.", zh="这个文件已不在列表中。")
NO_SUCH_RUN = Translation(en="There is no such run in the ledger.", zh="账本中没有这个任务。")
NO_SUCH_NIGHT = Translation(en="There is no such nightly run.", zh="没有这个夜间任务的记录。")
NO_SUCH_PAGE = Translation(en="There is no such page.", zh="没有这个页面。")
CHECK_FIRST = Translation(en="The file must be checked first.", zh="请先检查文件。")
NO_TOKEN_YET = Translation(
    en="There is no access token yet. Enter it on the page “Files”. Nothing was sent.",
    zh="还没有访问 token，请在“文件”页填写。没有发送任何订单。",
)
PLAN_CHANGED = Translation(
    en="The plan has changed since it was shown, so nothing was sent. See the new check, then start.",
    zh="将要发送的内容在显示之后有变化，没有发送任何订单。请查看新的检查结果后再开始。",
)
NOT_RUNNING = Translation(en="This file is not being sent now.", zh="这个文件现在没有在发送。")
STILL_RUNNING = Translation(
    en="This file is queued or being sent; stop it first.", zh="这个文件正在排队或发送，请先停止。"
)
BAD_REQUEST = Translation(en="The request is not valid. Reload the page.", zh="请求无效，请刷新页面。")
NOT_A_NUMBER = Translation(en="Enter a whole number.", zh="请填写整数。")
NO_RESULT_FILE = Translation(
    en="The result cannot be written now. Nothing is lost. Check the folders under “Settings”, then try again.",
    zh="现在无法写出结果表，数据没有丢失。请在“设置”中检查文件夹后重试。",
)
UPLOAD_NOT_SAVED = Translation(
    en="The file cannot be saved ({error}). Free some disk space and upload it again.",
    zh="无法保存文件（{error}）。请清理磁盘空间后重新上传。",
)
BUG = Translation(
    en="This is a bug in the program. The ledger is safe, and every order that was sent is recorded. Details are in the program's window.",
    zh="这是程序自身的缺陷。账本是安全的，已发送的订单都有记录。详情见程序窗口。",
)
TOO_MANY_CORRECTIONS = Translation(
    en="More than {most} cells are corrected. Fix the file itself and upload it again.",
    zh="更正的单元格超过 {most} 个。请直接修改文件后重新上传。",
)

# --- Every page ---------------------------------------------------------------------------------------------

SKIP = Translation(en="Skip to the content", zh="跳到正文")
NAVIGATION = Translation(en="Main", zh="主导航")
NAV_FILES = Translation(en="Files", zh="文件")
NAV_RUNS = Translation(en="Runs", zh="任务")
NAV_ORDERS = Translation(en="Orders", zh="订单")
NAV_POINTS = Translation(en="Points", zh="点券")
NAV_SETTINGS = Translation(en="Settings", zh="设置")
DISCONNECTED = Translation(
    en="No connection to the program. Trying again …", zh="与程序的连接已断开，正在重新连接……"
)
SERVER_DEAD = Translation(
    en="The program does not respond: it was closed, or has crashed. Nothing is being sent now; what was sent is recorded. Start batchsync again: this page then reconnects automatically.",
    zh="程序没有响应：可能已关闭或崩溃，现在没有在发送。已发送的订单都有记录。请重新启动 batchsync，本页面会自动重新连接。",
)
SESSION_ENDED = Translation(
    en="The session has ended. Start batchsync again, or open the address in its window.",
    zh="会话已失效。请重新启动 batchsync，或打开程序窗口中显示的网址。",
)
RECONNECTED = Translation(en="Connected again.", zh="已重新连接。")
CANCEL = Translation(en="Cancel", zh="取消")
CLOSE = Translation(en="Close", zh="关闭")
ERROR_TITLE = Translation(en="That did not work", zh="未能完成")
TO_FILES = Translation(en="Back to the files", zh="返回文件列表")
DROP_ANYWHERE = Translation(en="Drop to upload", zh="松开即可上传")
LOGIN_TITLE = Translation(en="Please open the page from batchsync", zh="请从 batchsync 打开本页面")
LOGIN_TEXT = Translation(
    en="Start batchsync again: it opens this page in your browser. Or open the address that its window shows.",
    zh="请再次启动 batchsync，它会在浏览器中打开本页面；也可以打开程序窗口中显示的网址。",
)
PASSWORD = Translation(en="Password", zh="密码")
WRONG_PASSWORD = Translation(en="The password is wrong.", zh="密码不正确。")
LOG_IN = Translation(en="Log in", zh="登录")

# --- First start --------------------------------------------------------------------------------------------

SETUP_TITLE = Translation(en="First start", zh="首次使用")
SETUP_TEXT = Translation(
    en="Fill in these three fields before you send files. Nothing is sent now.",
    zh="发送文件前请填写以下三项。现在不会发送任何订单。",
)
SETUP_TOKEN = Translation(en="Access token", zh="访问 token")
SETUP_TOKEN_HELP = Translation(
    en="From the vendor's console. It is stored on this machine only, and never shown again.",
    zh="来自服务商后台。只保存在本机，不会再次显示。",
)
SETUP_ACCOUNT = Translation(en="Account name", zh="账户名称")
SETUP_ACCOUNT_HELP = Translation(
    en="Your own name for the account whose points are spent. Keep it the same when the token changes.",
    zh="为扣点券的账户起的名称。更换 token 时请保持不变。",
)
SETUP_CAP = Translation(en="Most points that one run may spend", zh="每个任务最多消耗的点券")
SETUP_CAP_HELP = Translation(
    en="A run stops at this number. Empty: no limit.", zh="达到后任务会停止。留空表示不限。"
)
SETUP_FIXED = Translation(en="set in {file}", zh="在 {file} 中设置")
SETUP_SAVE = Translation(en="Save", zh="保存")
SETUP_DONE = Translation(
    en="The access token is stored. Only the first call shows whether it is valid, because a check would cost points.",
    zh="访问 token 已保存。验证 token 会消耗点券，因此首次调用时才能确认是否有效。",
)
BAD_TOKEN = Translation(
    en="This is not an access token: it has spaces, quotes or characters that a token cannot have. Copy it again from the vendor's console.",
    zh="这不是有效的访问 token：含有空格、引号或其他不允许的字符。请从服务商后台重新复制。",
)
BAD_ACCOUNT = Translation(en="An account name has 1 to 60 characters.", zh="账户名称为 1 到 60 个字符。")
SETUP_NOT_SAVED = Translation(
    en="The settings cannot be saved in {file} ({error}).", zh="无法在 {file} 保存设置（{error}）。"
)

# --- The list of files --------------------------------------------------------------------------------------

DROP_HERE = Translation(en="Drop spreadsheets here", zh="把表格拖到这里")
DROP_MORE = Translation(
    en="Excel, WPS, CSV and more, up to {most} MB each. They stay on this machine; checking is free.",
    zh="支持 Excel、WPS、CSV 等，每个不超过 {most} MB。文件只保存在本机，检查免费。",
)
CHOOSE = Translation(en="Choose files", zh="选择文件")
PASTE = Translation(en="Paste rows", zh="粘贴行")
PASTE_TITLE = Translation(en="Paste rows from a spreadsheet", zh="粘贴从表格复制的行")
PASTE_TEXT = Translation(
    en="Copy the rows in Excel or WPS, with their header if there is one, and paste them here.",
    zh="在 Excel 或 WPS 里复制这些行（有表头请一并复制），粘贴到这里。",
)
CHECK_PASTED = Translation(en="Check", zh="检查")
UPLOADING = Translation(en="uploading", zh="正在上传")
UPLOAD_LOST = Translation(
    en="The upload failed; file not received. Upload it again.", zh="上传失败，没有收到文件。请重新上传。"
)
FILES_TITLE = Translation(en="Files", zh="文件")
FREE_NOTE = Translation(en="Nothing is sent before you confirm it.", zh="在您确认之前，不会发送任何订单。")
NO_FILES = Translation(en="No files yet.", zh="还没有文件。")
NO_FILES_MORE = Translation(
    en="Upload one to see what it would cost, before anything is sent.",
    zh="上传一个文件，先看看需要多少点券，再决定是否发送。",
)
SELECT_FILE = Translation(en="Select {name}", zh="选择 {name}")
SELECT_ALL_FILES = Translation(en="Select all that can be started", zh="选择全部可发送的文件")
START_SELECTED = Translation(en="Start selected ({count})", zh="发送选中的文件（{count}）")
STATE_UPLOADED = Translation(en="uploaded", zh="已上传")
STATE_CHECKING = Translation(en="being checked", zh="正在检查")
STATE_QUEUED = Translation(en="queued", zh="排队中")
STATE_BUSY = Translation(en="waiting for another program", zh="等待其他程序")
STATE_RUNNING = Translation(en="being sent", zh="发送中")
STATE_DONE = Translation(en="done", zh="已完成")
STATE_STOPPED = Translation(en="stopped early", zh="中途停止")
STATE_UNCERTAIN = Translation(en="uncertain orders", zh="有结果未知的订单")
STATE_PROBLEMS = Translation(en="done, with problems", zh="已完成，有问题")
STATE_PARTLY = Translation(en="partly sent", zh="部分已发送")
STATE_INTERRUPTED = Translation(en="interrupted", zh="意外中断")
STATE_ERROR = Translation(en="cannot be read", zh="无法读取")
STATE_NEEDS_COLUMNS = Translation(en="choose columns", zh="请选择列")
STATE_CHECKED = Translation(en="checked", zh="已检查")
PROGRESS = Translation(en="Progress", zh="进度")
FILE_DONE = Translation(en="{synced} synced, {points} points", zh="已同步 {synced}，消耗 {points} 点券")
FILE_UNCERTAIN = Translation(
    en="{count} uncertain, up to {points} points", zh="结果未知 {count}，最多可能消耗 {points} 点券"
)
FILE_PROBLEMS = Translation(en="{count} with problems", zh="有问题 {count}")
FILE_NOT_SENT = Translation(en="{count} not sent", zh="未发送 {count}")
FILE_QUEUED = Translation(
    en="{orders} orders, {ahead} files before it", zh="{orders} 个订单，前面还有 {ahead} 个文件"
)
FILE_CHECKED = Translation(
    en="{send} orders to send from {rows} rows, about {points} points",
    zh="共 {rows} 行，待发送 {send} 个订单，约 {points} 点券",
)
REMOVE = Translation(en="Remove", zh="移除")
REMOVE_LABEL = Translation(en="Remove {name}", zh="移除 {name}")
REMOVE_TITLE = Translation(en="Remove this file?", zh="移除这个文件？")
REMOVE_TEXT = Translation(
    en="{name} and its result files are removed from this page. What was sent stays in the ledger and under Runs.",
    zh="{name} 及其结果文件会从页面移除。已发送的订单仍保留在账本和“任务”中。",
)
NOTIFY_ME = Translation(en="Notify me at the end", zh="结束时通知我")
NOTIFY_ON = Translation(en="Notifications are on", zh="通知已开启")
NOTIFY_BLOCKED = Translation(
    en="The browser blocks notifications of this page.", zh="浏览器已禁止本页面的通知。"
)
NOTIFY_TITLE = Translation(en="batchsync: {name}", zh="batchsync：{name}")

# --- One file -----------------------------------------------------------------------------------------------

UPLOADED_AT = Translation(en="uploaded", zh="上传于")
ROWS = Translation(en="{rows} rows", zh="{rows} 行")
WAS_QUEUED = Translation(
    en="This file was queued when the program ended. None of its orders was sent. To send it, start it again.",
    zh="程序结束时这个文件还在排队，没有发送任何订单。如仍需发送，请重新开始。",
)
READING = Translation(en="Reading the file …", zh="正在读取文件……")
READING_MORE = Translation(
    en="Finding the columns, checking every order number, and finding the orders that were paid before.",
    zh="正在识别列、核对每个订单号，并查询以前付过费的订单。",
)
WAITING_TITLE = Translation(
    en="{orders} orders for about {points} points are queued.",
    zh="{orders} 个订单（约 {points} 点券）正在排队。",
)
WAITING_TEXT = Translation(
    en="Files before this one: {ahead}. It starts automatically.",
    zh="前面还有 {ahead} 个文件，轮到时会自动开始。",
)
WAITING_BUSY = Translation(
    en="Another program is using the ledger now (a run in a terminal, or a nightly run). This file starts when it ends.",
    zh="另一个程序（终端中的任务或夜间任务）正在使用账本，结束后会自动开始。",
)
DEQUEUE = Translation(en="Remove from the queue", zh="退出排队")
PREPARING = Translation(en="Preparing the result …", zh="正在整理结果……")
CHECK_AGAIN = Translation(en="Check again", zh="重新检查")
REPLACE = Translation(en="Upload a corrected version", zh="上传更正后的文件")
REPLACE_UNREADABLE = Translation(en="Choose another file", zh="选择另一个文件")
FILE_PASSWORD = Translation(en="Password of the file", zh="文件的打开密码")
FILE_PASSWORD_HELP = Translation(
    en="It is used once to open the file on this machine, and not stored.",
    zh="只在本机用来打开一次文件，不会保存。",
)
UNLOCK = Translation(en="Open", zh="打开")
WRONG_FILE_PASSWORD = Translation(
    en="The file cannot be opened with this password. Nothing was sent.",
    zh="无法用这个密码打开文件。没有发送任何订单。",
)
UNREADABLE_HELP = Translation(
    en="Fix it as described, save it, and upload it here again. Nothing was sent.",
    zh="请按说明处理并保存后，在这里重新上传。没有发送任何订单。",
)
OFFER_ORDERS = Translation(en="orders", zh="个订单")
OFFER_POINTS = Translation(en="points", zh="点券")
OFFER_MORE = Translation(
    en="Expected: {price} per order, from the account “{account}”.",
    zh="预计每个 {price} 点券，从账户“{account}”扣除。",
)
OFFER_CAP = Translation(en="A run never spends more than {cap}.", zh="每个任务最多消耗 {cap} 点券。")
OFFER_NO_CAP = Translation(en="No cap is set.", zh="没有设置点券上限。")
PAID_AGAIN = Translation(
    en="{count} of them may be paid for a second time, because the decision column of the sheet is “send again”.",
    zh="其中 {count} 个可能会重复付费（“处理决定”列填写了“重新发送”）。",
)
OVER_CAP = Translation(
    en="The cap is {cap} points: at most {now} of {orders} orders are sent now, the rest is not sent.",
    zh="点券上限为 {cap}：现在最多发送 {orders} 个订单中的 {now} 个，其余不发送。",
)
NOTHING_TO_SEND = Translation(en="Nothing to send.", zh="没有需要发送的订单。")
NOTHING_TO_SEND_MORE = Translation(
    en="Every row is synced already, or has a problem that is listed below.",
    zh="所有行都已同步，或有下面列出的问题。",
)
START = Translation(en="Start sending", zh="开始发送")
PLAN_CSV = Translation(en="Download the plan (CSV)", zh="下载计划（CSV）")
CHECK_IS_FREE = Translation(en="This check was free; nothing was sent.", zh="检查免费，没有发送任何订单。")
LAST_RUN = Translation(en="The last run of this file", zh="此文件的上次任务")
COUNTS = Translation(en="Rows by verdict", zh="各类行数")
PROBLEMS = Translation(en="Rows with problems ({count})", zh="有问题的行（{count}）")
PROBLEMS_XLSX = Translation(en="Download these rows", zh="下载这些行")
PROBLEMS_HELP = Translation(
    en="Correct a cell here (your file is not changed), or fix the file and upload it again.",
    zh="可以在这里更正单元格（不会改动您的文件），也可以修改文件后重新上传。",
)
CORRECT = Translation(en="Correct", zh="更正")
CORRECT_LABEL = Translation(en="Correct line {line}", zh="更正第 {line} 行")
SEND_ANYWAY = Translation(en="Send as it is", zh="照此发送")
SEND_ANYWAY_LABEL = Translation(en="Send line {line} as it is", zh="照此发送第 {line} 行")
CORRECT_VALUE = Translation(en="New value for line {line}", zh="第 {line} 行的新值")
SAVE = Translation(en="Save", zh="保存")
CORRECTED = Translation(en="Corrected on this page ({count})", zh="已在本页面更正（{count}）")
CORRECTED_ROW = Translation(en="line {line}: “{old}” → “{new}”", zh="第 {line} 行：“{old}” → “{new}”")
FIRST_ROWS = Translation(en="The first orders, as they will be sent", zh="最先发送的订单（将按此发送）")
SKIPPED_ROWS = Translation(
    en="Rows that are skipped ({count}): duplicates, already synced, hidden",
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
COLUMNS = Translation(en="Columns", zh="所用的列")
COLUMNS_REMEMBERED = Translation(
    en="Columns as you chose them for an earlier file with the same header. Please compare the first orders below.",
    zh="已沿用您为相同表头选择的列，请核对下面最先发送的订单。",
)
COLUMNS_TITLE = Translation(en="Which column has the order numbers?", zh="哪一列是订单号？")
MERCHANT_TITLE = Translation(en="Which merchant do these orders belong to?", zh="这些订单属于哪个商家？")
MERCHANT_INVALID = Translation(
    en="“{value}” is not a merchant ID. Enter it as the vendor's console shows it.",
    zh="“{value}”不是商家 ID。请按服务商后台显示的内容填写。",
)
COLUMNS_HELP = Translation(
    en="Click the column in the table: first the order number, then the merchant ID.",
    zh="请在表格中点击列：先选订单号，再选商家 ID。",
)
COLUMNS_LOADING = Translation(en="Reading the first rows …", zh="正在读取前几行……")
SHEET_HEAD = Translation(
    en="Sheet “{sheet}”, header in line {line}", zh="工作表“{sheet}”，表头在第 {line} 行"
)
CANDIDATES = Translation(en="These columns look like order numbers", zh="这些列看起来像订单号")
TAKE_COLUMN = Translation(en="Use column {letter}", zh="选用 {letter} 列")
PICK_FOR = Translation(en="A click on a column chooses", zh="点击列用于选择")
ROLE_ORDER = Translation(en="order number", zh="订单号")
ROLE_OWNER = Translation(en="merchant id", zh="商家 ID")
COLUMN_LABEL = Translation(en="Column {letter}: {header}", zh="{letter} 列：{header}")
HEADER_LINE = Translation(en="Line {line} is the header", zh="第 {line} 行是表头")
MERCHANT_SOURCE = Translation(en="No merchant column: all rows belong to", zh="表中没有商家列：所有行都属于")
MERCHANT_BY_COLUMN = Translation(en="from the column", zh="按所选的列")
MERCHANT_KNOWN = Translation(en="Known merchants", zh="已知商家")
MERCHANT_TYPED = Translation(en="Merchant id", zh="商家 ID")
ONLY_SHEET = Translation(en="Only this sheet", zh="只读这个工作表")
EMPTY_PREVIEW = Translation(en="The file has no rows.", zh="文件中没有数据行。")
CHECK_WITH_THESE = Translation(en="Check with these columns", zh="按此检查")

# --- The question before sending ----------------------------------------------------------------------------

ASK_START = Translation(en="Send these orders?", zh="确定发送这些订单？")
ASK_START_FILES = Translation(en="Send {count} files?", zh="确定发送 {count} 个文件？")
ASK_START_MORE = Translation(
    en="From the account “{account}” at {url}. Orders that were paid for before are not sent.",
    zh="从账户“{account}”（{url}）扣费；以前付过费的订单不会发送。",
)
ASK_MERCHANTS = Translation(en="Merchant: {merchants}", zh="商家：{merchants}")
ASK_MERCHANTS_MORE = Translation(en="and {count} more", zh="等共 {count} 个")
ASK_OPTIONS = Translation(en="Only some of them", zh="只发送一部分")
ASK_LIMIT = Translation(en="Send at most this many orders", zh="最多发送多少个订单")
ASK_CAP = Translation(en="Stop at this many points", zh="消耗达到多少点券时停止")
START_YES = Translation(en="Start", zh="开始")

# --- A run under way ----------------------------------------------------------------------------------------

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
RESUME = Translation(en="Resume", zh="继续")
STOP = Translation(en="Stop", zh="停止")
STOP_TITLE = Translation(en="Stop this run?", zh="停止这个任务？")
STOP_TEXT = Translation(
    en="Calls under way are finished and recorded. What is not sent yet costs nothing and can be sent later.",
    zh="进行中的调用会完成并记录。尚未发送的不消耗点券，以后可以继续发送。",
)
KINDS = Translation(en="Problems so far", zh="目前出现的问题")
NO_KINDS = Translation(en="None so far.", zh="目前没有问题。")
MAY_CLOSE = Translation(
    en="You may close this page; the run continues while the program is open.",
    zh="可以关闭本页，只要程序没有关闭，发送会继续进行。",
)
STARTED_SENDING = Translation(en="Sending has started: {name}", zh="已开始发送：{name}")

# --- Runs and results ---------------------------------------------------------------------------------------

SENDERS = Translation(en="Processes that send over this ledger", zh="正在使用此账本发送的进程")
SENDER = Translation(en="process", zh="进程")
SENDER_SINCE = Translation(en="since", zh="开始于")
SENDS_NOW = Translation(en="run", zh="任务")
NO_RUNS = Translation(en="No runs yet.", zh="还没有任务。")
STARTED = Translation(en="started", zh="开始时间")
FILE = Translation(en="file", zh="文件")
ENDED = Translation(en="end", zh="结束方式")
END_DONE = Translation(en="done", zh="已完成")
END_STOPPED = Translation(en="stopped early", zh="中途停止")
END_RUNNING = Translation(en="running", zh="进行中")
END_KILLED = Translation(en="interrupted", zh="意外中断")
END_OPEN = Translation(en="running or interrupted", zh="进行中或意外中断")
ROWS_HEAD = Translation(en="rows", zh="行数")
T_SYNCED = Translation(en="synced", zh="已同步")
T_BEFORE = Translation(en="already synced", zh="此前已同步")
T_FAILED = Translation(en="failed", zh="失败")
T_UNCERTAIN = Translation(en="uncertain", zh="结果未知")
T_POINTS = Translation(en="points spent", zh="消耗点券")
T_POSSIBLE = Translation(en="possibly spent", zh="可能消耗")
T_PAID_EARLIER = Translation(en="orders paid by earlier runs", zh="此前已付费的订单")
T_CALLS = Translation(en="calls", zh="调用次数")
OPEN_FOR_FIGURES = Translation(en="open it for its figures", zh="打开查看")
OLDER = Translation(en="Older runs", zh="更早的任务")
RUNS_NOW = Translation(en="This run is under way.", zh="这个任务正在进行。")
SHOW_PROGRESS = Translation(en="Show the progress", zh="查看进度")
HEAD_ALL = Translation(en="All {rows} rows are synced.", zh="{rows} 行全部已同步。")
HEAD_SOME = Translation(
    en="Finished. {count} of {rows} rows have problems or were not sent.",
    zh="已完成。{rows} 行中有 {count} 行有问题或未发送。",
)
HEAD_UNCERTAIN = Translation(
    en="Finished. {uncertain} orders are uncertain: they may have been charged. Resolve them below.",
    zh="已完成。有 {uncertain} 个订单结果未知，可能已扣费，请在下面确认结果。",
)
HEAD_STOPPED = Translation(
    en="Stopped early: {why}. {count} of {rows} rows have problems or were not sent.",
    zh="中途停止：{why}。{rows} 行中有 {count} 行有问题或未发送。",
)
HEAD_OPEN = Translation(
    en="This run has not ended: another program is running it, or it was interrupted.",
    zh="这个任务没有结束记录：可能另一个程序正在执行，也可能意外中断。",
)
HEAD_KILLED = Translation(
    en="This run was interrupted. {uncertain} orders are uncertain; all others are recorded, and {count} rows have problems or were not sent.",
    zh="这个任务意外中断。有 {uncertain} 个订单结果未知，其余都有记录；{count} 行有问题或未发送。",
)
AMOUNT_MISSING = summary.AMOUNT_MISSING
DOWNLOAD_XLSX = Translation(en="Download the result", zh="下载结果表")
DOWNLOAD_CSV = Translation(en="as CSV", zh="下载 CSV")
DOWNLOAD_DISPUTE = Translation(en="Sheet for the vendor", zh="给服务商的核对表")
SEND_AGAIN = Translation(en="Send what failed again …", zh="重新发送失败的……")
SEND_REST = Translation(en="Send the rest …", zh="发送剩下的……")
SEND_AGAIN_MORE = Translation(
    en="What failed without a charge, or was not sent, is checked again and confirmed by you first. What cost points is not sent again.",
    zh="未扣费的失败行和未发送的行会重新检查，并先由您确认；已消耗点券的不会重发。",
)
KINDS_RESULT = Translation(en="Problems", zh="问题")
UNCERTAIN_ORDERS = Translation(en="Uncertain orders ({count})", zh="结果未知的订单（{count}）")
UNCERTAIN_HELP = Translation(
    en="Check each order in the vendor's console, then record the result. Charged counts as synced; not charged may be sent again.",
    zh="请到服务商后台逐个核对，然后记录结果。“已扣费”按已同步处理，“未扣费”可以再次发送。",
)
SELECT_ALL = Translation(en="all shown", zh="选中本页全部")
CHARGED = Translation(en="Charged", zh="已扣费")
NOT_CHARGED = Translation(en="Not charged", zh="未扣费")
ALL_CHARGED = Translation(en="All {count} charged …", zh="全部 {count} 个已扣费……")
ALL_NOT_CHARGED = Translation(en="All {count} not charged …", zh="全部 {count} 个未扣费……")
RESOLVE_ALL_TITLE = Translation(en="Resolve all of them?", zh="全部确认？")
RESOLVE_ALL_CHARGED = Translation(
    en="All uncertain orders of this run ({count}) count as charged from now on.",
    zh="这个任务的全部 {count} 个结果未知的订单将按“已扣费”处理。",
)
RESOLVE_ALL_NOT_CHARGED = Translation(
    en="All uncertain orders of this run ({count}) may be sent again. If one was charged after all, it is paid for twice.",
    zh="这个任务的全部 {count} 个结果未知的订单将可以再次发送。如果其中有已扣费的，会重复付费。",
)
RESOLVE_LATER = Translation(
    en="A run is under way; orders can be resolved when it ends.", zh="有任务正在进行，结束后才能确认结果。"
)
RESOLVED = Translation(en="{count} orders resolved", zh="已确认 {count} 个订单")
COPY = Translation(en="Copy", zh="复制")
COPY_LABEL = Translation(en="Copy {number}", zh="复制 {number}")
COPY_ALL = Translation(en="Copy all order numbers", zh="复制全部订单号")
COPIED = Translation(en="Copied.", zh="已复制。")
AT_LINE = Translation(en="{sheet}, line {line}", zh="{sheet} 第 {line} 行")
ALL_ROWS = Translation(en="All rows", zh="全部行")
FILTER = Translation(en="Show rows by status", zh="按状态筛选")
ALL = Translation(en="all", zh="全部")
SEARCH = Translation(en="Search order or merchant", zh="搜索订单号或商家")
NO_ROWS_MATCH = Translation(en="No rows match.", zh="没有符合的行。")
FOUND = Translation(en="rows", zh="行")
HISTORY_OF = Translation(en="History of", zh="查看记录：")
STATUS = Translation(en="status", zh="状态")
ERROR = Translation(en="error", zh="错误信息")
TODO = Translation(en="what to do", zh="处理建议")
CODE = Translation(en="code", zh="状态码")
ATTEMPTS = Translation(en="attempts", zh="尝试")
RESPONDED_AT = Translation(en="time", zh="完成时间")
BEFORE = Translation(en="Back", zh="上一页")
NEXT = Translation(en="Next", zh="下一页")

# --- Nightly runs -------------------------------------------------------------------------------------------

LOOK_BACK = Translation(en="Show", zh="查看")
NIGHTS = Translation(en="Nightly runs", zh="夜间任务")
NIGHT = Translation(en="nightly run", zh="夜间任务")
NO_NIGHTS = Translation(en="No nightly runs yet.", zh="还没有夜间任务。")
NO_NIGHTS_YET = Translation(
    en="A nightly run processes the files in {folder}; the results are shown here.",
    zh="夜间任务会处理 {folder} 中的文件，结果显示在这里。",
)
NO_INBOX = Translation(
    en="There is no inbox folder (inbox.folder in the settings), so nothing runs at night.",
    zh="没有设置收件目录（设置中的 inbox.folder），因此没有夜间任务。",
)
N_FILES = Translation(en="files", zh="文件")
N_FILES_TITLE = Translation(en="Result of each file", zh="每个文件的结果")
N_DONE = Translation(en="done", zh="完成")
N_ATTENTION = Translation(en="need attention", zh="需处理")
N_WAITING = Translation(en="continued later", zh="稍后继续")
N_CUT_OFF = Translation(en="continued after an interruption", zh="中断后继续完成")

# --- Orders and points --------------------------------------------------------------------------------------

ORDER_SEARCH = Translation(en="Order number, or its first digits", zh="订单号，或订单号的前几位")
SHOW = Translation(en="Show", zh="查看")
ORDER_EMPTY = Translation(
    en="The history of an order: each call, its response, and how it was resolved.",
    zh="查看订单的全部记录：每次调用、响应内容和人工确认的结果。",
)
ORDER_UNKNOWN = Translation(
    en="The ledger has no order that begins with {number}: it was never sent or planned.",
    zh="账本中没有以 {number} 开头的订单：从未发送，也从未计划。",
)
ORDER_MATCHES = Translation(en="{count} orders begin with {number}", zh="以 {number} 开头的订单：{count} 个")
ORDER_MATCHES_MORE = Translation(
    en="The first {count} orders that begin with {number}; enter more digits to see fewer",
    zh="以 {number} 开头的前 {count} 个订单，多输入几位可缩小范围",
)
NEVER_SENT = Translation(en="Planned, never sent.", zh="已计划，从未发送。")
ACCOUNT = Translation(en="account", zh="账户")
GROUP_BY = Translation(en="Group by", zh="分组")
SPAN = Translation(en="Time", zh="时间")
BY_DAY = Translation(en="by day", zh="按天")
BY_MERCHANT = Translation(en="by merchant", zh="按商家")
BY_RUN = Translation(en="by run", zh="按任务")
HEAD_DAY = Translation(en="day", zh="日期")
HEAD_MERCHANT = Translation(en="merchant", zh="商家")
HEAD_RUN = Translation(en="run", zh="任务编号")
LAST_DAYS = Translation(en="{days} days", zh="{days} 天")
ALWAYS = Translation(en="all", zh="全部")
NO_POINTS = Translation(en="Nothing was spent in this time.", zh="这段时间没有消耗点券。")
CHART = Translation(
    en="Points spent, with points possibly spent on top", zh="消耗的点券，上方为可能消耗的点券"
)
DECIDED = Translation(en="decided by a person: {decision}", zh="人工确认：{decision}")
DISPUTE_NAME = Translation(en="{stem}.uncertain", zh="{stem}.结果未知")

# --- Settings -----------------------------------------------------------------------------------------------

SETTINGS_HELP = Translation(
    en="The settings in force, and where they come from. Change them in config.yaml or the environment, then start the program again.",
    zh="当前生效的设置及其来源。请在 config.yaml 或环境变量中修改，然后重新启动程序。",
)
TOKEN = Translation(en="Access token", zh="访问 token")
TOKEN_NEW = Translation(en="Another token", zh="更换 token")
TOKEN_SET = Translation(en="set", zh="已设置")
TOKEN_MISSING = Translation(en="missing", zh="缺少")
DOCTOR = Translation(en="Checks", zh="检查结果")
DOCTOR_RUNNING = Translation(en="Checking …", zh="正在检查……")
MARK_OK = Translation(en="fine", zh="正常")
MARK_WARN = Translation(en="warning", zh="警告")
MARK_BAD = Translation(en="error", zh="错误")
SETTING = Translation(en="setting", zh="设置")
VALUE = Translation(en="value", zh="值")
SOURCE = Translation(en="from", zh="来源")
MEANING = Translation(en="meaning", zh="含义")
BY_DEFAULT = Translation(en="default", zh="默认值")
YES = Translation(en="yes", zh="是")
NO = Translation(en="no", zh="否")

# --- Rows and notes -----------------------------------------------------------------------------------------

_RESOLVE = Translation(
    en="Check in the vendor's console whether it was charged, then resolve it under “Uncertain orders”.",
    zh="请到服务商后台核对是否已扣费，然后在“结果未知的订单”中确认结果。",
)
_CHARGED_FAILURE = Translation(
    en="Check it in the vendor's console. It is not sent again from this page, because that would pay again.",
    zh="请到服务商后台核对。为避免重复付费，不会从网页重新发送。",
)

_SETTINGS = Translation(
    en="Nothing was spent. See the checks under “Settings”, then send the rest.",
    zh="没有消耗点券。请查看“设置”中的检查结果，再发送剩下的订单。",
)
_SEND_AS_IS = Translation(
    en="If the number is right, choose “Send as it is”; if not, correct it.",
    zh="如编号无误，请点击“照此发送”；否则请更正。",
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
        **dict.fromkeys(
            (Reason.API_FAILED, Reason.CHARGED_ERROR, Reason.CODE_CHARGED, Reason.FAILED_CHARGED),
            _CHARGED_FAILURE,
        ),
        **dict.fromkeys((Reason.NOT_JSON_REQUEST, Reason.REDIRECT, Reason.HTTP_DENIED), _SETTINGS),
        Reason.AUTHENTICATION: Translation(
            en="Nothing was spent. Enter the right token under “Settings”, then send the rest.",
            zh="没有消耗点券。请在“设置”中填写正确的 token，再发送剩下的订单。",
        ),
        Reason.SENT_AGAIN: Translation(
            en="Compare it with the vendor's statement.", zh="请与服务商的对账单核对。"
        ),
        **dict.fromkeys((Reason.UNUSUAL, Reason.ERP_COPY), _SEND_AS_IS),
        Reason.PAID_OTHER_MERCHANT: Translation(
            en="Check which merchant is right. It is not sent from this page, because that would pay again.",
            zh="请核对哪个商家正确。为避免重复付费，不会从网页发送。",
        ),
        Reason.NO_OWNER: Translation(
            en="Choose the merchant under “Columns”.", zh="请在“所用的列”中选择商家。"
        ),
    }
)
"""What to do, where the workbook's text would name a command."""

PAGE_NOTES: Mapping[str, Translation] = MappingProxyType(
    {
        "sheet_hidden": Translation(
            en="the hidden sheet “{sheet}” is not read", zh="隐藏的工作表“{sheet}”未读取"
        ),
        "no_owner_column": Translation(
            en="merchant ID: no such column; choose the merchant below",
            zh="商家 ID：表中没有这一列，请在下面选择商家",
        ),
    }
)
"""The same for notes about a sheet."""

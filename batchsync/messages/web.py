"""What the local page and the command that serves it say: faults, refusals, addresses."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.model import Reason

# --- Starting it ---------------------------------------------------------------------------------------------

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
OPEN_ELSEWHERE = Translation(en="For another browser: {address}", zh="如需在另一个浏览器打开：{address}")
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
DISK_SAYS_NO = Translation(
    en="The file can't be kept ({error}). Free some space and hand it in again.",
    zh="无法保存文件（{error}）。请清理空间后重新上传。",
)
OUR_BUG = Translation(
    en="This is a bug of ours. The ledger is safe: what was sent is remembered. The program's window says more.",
    zh="这是程序自身的缺陷。账本是安全的，已发送的订单都有记录。详情见程序窗口。",
)

# --- On the page ---------------------------------------------------------------------------------------------

DECIDED = Translation(en="a person decided: {decision}", zh="人工定案：{decision}")
DISPUTE_NAME = Translation(en="{stem}.uncertain", zh="{stem}.结果未知")
BY_DEFAULT = Translation(en="default", zh="默认值")
YES = Translation(en="yes", zh="是")
NO = Translation(en="no", zh="否")

_SETTLE = Translation(
    en="Look it up at the vendor's, then settle it under “Uncertain orders”.",
    zh="请到平台核实是否扣费，然后在“结果未知的订单”中定案。",
)
_PAID_NO = Translation(
    en="Look it up at the vendor's. It is not sent again from here, since that would pay again.",
    zh="请到平台核对。为避免再次付费，这里不会重新发送。",
)
TODO_HERE: Mapping[Reason, Translation] = MappingProxyType(
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
            _SETTLE,
        ),
        **dict.fromkeys((Reason.API_FAILED, Reason.CHARGED_ERROR, Reason.FAILED_CHARGED), _PAID_NO),
        Reason.NO_OWNER: Translation(
            en="Say whose orders these are under “Columns taken”.", zh="请在“所用的列”中填写商家 id。"
        ),
    }
)
"""What to do, where the sheet's own words would send people to the command line."""

NOTES_HERE: Mapping[str, Translation] = MappingProxyType(
    {
        "no_owner_column": Translation(
            en="merchant id: no such column; give it below, or in the settings",
            zh="商家 id：表中没有这一列，请在下面填写或在配置中指定",
        ),
    }
)
"""The same for what is noted about a sheet."""

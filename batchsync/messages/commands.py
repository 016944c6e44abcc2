"""The texts of --help and the errors in using a command."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.messages.sandbox import HELP_PORT

# --- The program --------------------------------------------------------------------------------------------

PROGRAM = Translation(
    en="Sends the orders of a spreadsheet to a paid sync API: never pays twice, never loses a row, returns the sheet with the results.",
    zh="把表格里的订单发送到付费同步接口：不会重复付费，不会漏行，并返回带有结果的表格。",
)
USAGE = Translation(en="usage: ", zh="用法：")
EXAMPLE = Translation(en="example:", zh="示例：")
HELP = Translation(en="show this help and exit", zh="显示本帮助")
VERSION = Translation(en="show the version and exit", zh="显示版本号")
MORE = Translation(
    en="`batchsync COMMAND --help` explains a command, with examples.",
    zh="运行 `batchsync 命令 --help` 查看命令的说明和示例。",
)
PROGRAM_EXAMPLE = Translation(
    en="batchsync check orders.xlsx      # free: shows what would be sent and what it costs\n"
    "  batchsync run orders.xlsx        # sends the orders and writes orders.result.xlsx",
    zh="batchsync check 订单.xlsx      # 免费：查看会发送什么、消耗多少点券\n"
    "  batchsync run 订单.xlsx        # 发送订单，并写出 订单.result.xlsx",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHelp:
    """The texts of `batchsync COMMAND --help`, and the line in the list of commands."""

    summary: Translation
    usage: Translation
    explanation: Translation
    example: Translation


COMMANDS: Mapping[str, CommandHelp] = MappingProxyType(
    {
        "run": CommandHelp(
            summary=Translation(
                en="check files, send orders that are not synced, write a result workbook per file",
                zh="检查文件，发送未同步的订单，为每个文件写出结果",
            ),
            usage=Translation(en="run FILE... [options]", zh="run 文件... [选项]"),
            explanation=Translation(
                en="Checks each file, sends what is not yet synced, and writes a result workbook beside it. Safe to run again: what is "
                "synced is never sent twice. Ctrl-C ends the calls under way, writes the result and stops; a second one cancels them.",
                zh="检查每个文件，发送尚未同步的订单，并在旁边写出结果表。可以放心重复运行：已同步的订单不会再次发送。"
                "按 Ctrl-C 会等进行中的调用结束、写出结果后停止；再按一次则取消进行中的调用。",
            ),
            example=Translation(
                en='batchsync run orders.xlsx\n  batchsync run "October/*.xlsx" --max-points 500 --output results',
                zh='batchsync run 订单.xlsx\n  batchsync run "十月/*.xlsx" --max-points 500 --output 结果',
            ),
        ),
        "check": CommandHelp(
            summary=Translation(
                en="show what `run` would send and cost; sends and writes nothing",
                zh="查看 run 会发送什么、消耗多少点券；不发送，不写入",
            ),
            usage=Translation(en="check FILE... [options]", zh="check 文件... [选项]"),
            explanation=Translation(
                en="Reads and plans files exactly as `run` does, but sends nothing and writes nothing to the ledger. Exit code 1 when some "
                "row needs a look (invalid, uncertain, failed before).",
                zh="与 run 一样读取和计划，但不发送，也不写入账本。有行需要处理（无效、结果未知、以前失败）时退出码为 1。",
            ),
            example=Translation(
                en="batchsync check orders.xlsx\n  batchsync check orders.xlsx --plan plan.csv",
                zh="batchsync check 订单.xlsx\n  batchsync check 订单.xlsx --plan plan.csv",
            ),
        ),
        "nightly": CommandHelp(
            summary=Translation(
                en="process the inbox once, unattended: run, archive, report, notify",
                zh="无人值守地处理收件目录中的全部文件一次：归档、写报告、发通知",
            ),
            usage=Translation(en="nightly [options]", zh="nightly [选项]"),
            explanation=Translation(
                en="Takes every file in the inbox that no longer changes, sends what is not yet synced, and moves the file with its result to "
                "done/DATE/ or attention/DATE/. Then it writes a report and sends the notifications of notify. Made for a scheduler: two at once never "
                "work on the same inbox, and the next one continues one that was killed. Exit codes as for `run`.",
                zh="取走收件目录中不再变化的文件，发送尚未同步的订单，把文件和结果移到 done/日期/ 或 attention/日期/，然后写报告并按 notify "
                "发送通知。适合定时执行：同一收件目录不会同时运行两个；中途被终止的任务由下一次继续。退出码与 run 相同。",
            ),
            example=Translation(
                en="batchsync nightly --config /etc/batchsync/config.yaml\n  batchsync nightly --inbox inbox",
                zh="batchsync nightly --config /etc/batchsync/config.yaml\n  batchsync nightly --inbox 收件目录",
            ),
        ),
        "watch": CommandHelp(
            summary=Translation(
                en="`nightly`, each time a file is put into the inbox",
                zh="每当有文件放入收件目录时执行 nightly",
            ),
            usage=Translation(en="watch [options]", zh="watch [选项]"),
            explanation=Translation(
                en="Runs until stopped and does what `nightly` does each time a file is put into the inbox, while inbox.window is open. Ctrl-C or "
                "SIGTERM ends it cleanly.",
                zh="持续运行：每当有文件放入收件目录且处于 inbox.window 时段内，就执行 nightly。按 Ctrl-C 或收到 SIGTERM 时正常结束。",
            ),
            example=Translation(
                en="batchsync watch --inbox inbox --log-json",
                zh="batchsync watch --inbox 收件目录 --log-json",
            ),
        ),
        "web": CommandHelp(
            summary=Translation(
                en="the local page: upload a sheet, see its check, start, follow, download, see past runs",
                zh="本机网页：上传表格，查看检查结果，开始发送，查看进度，下载结果和历史",
            ),
            usage=Translation(en="web [options]", zh="web [选项]"),
            explanation=Translation(
                en="Opens a page in your browser that does what `check`, `run`, `history`, `resolve` and `report` do. It is served by "
                "this machine to this machine only; for others, set web.host and web.password_file.",
                zh="在浏览器中打开一个网页，可完成 check、run、history、resolve、report 的全部工作。网页只由本机提供给本机使用；"
                "如需给他人使用，请设置 web.host 和 web.password_file。",
            ),
            example=Translation(en="batchsync web", zh="batchsync web"),
        ),
        "worker": CommandHelp(
            summary=Translation(
                en="execute the runs of a ledger that several machines share",
                zh="执行多台机器共用账本中的任务",
            ),
            usage=Translation(en="worker [options]", zh="worker [选项]"),
            explanation=Translation(
                en="Waits for runs of the settings' account on a postgresql:// ledger and sends their orders beside others, all at one "
                "shared rate. Start as many as you like, on any machine. Ctrl-C finishes the calls under way and leaves the rest to the others.",
                zh="等待 postgresql:// 账本中本账户的任务，与其他机器一起发送其订单，合用一个速率上限。可在任意机器启动任意多个。"
                "按 Ctrl-C 会完成进行中的调用，其余的留给其他进程。",
            ),
            example=Translation(
                en="batchsync worker --ledger postgresql://batchsync@db.example/batchsync",
                zh="batchsync worker --ledger postgresql://batchsync@db.example/batchsync",
            ),
        ),
        "history": CommandHelp(
            summary=Translation(
                en="show past runs, one run, or the history of an order",
                zh="查看以往的任务、一次任务，或一个订单的历史",
            ),
            usage=Translation(
                en="history [RUN | --order SN] [options]", zh="history [RUN | --order 订单号] [选项]"
            ),
            explanation=Translation(
                en="Lists past runs, newest first. RUN shows one run; --order shows everything that happened to an order.",
                zh="列出以往的任务，最新的在前。RUN 显示一次任务；--order 显示一个订单的全部历史。",
            ),
            example=Translation(
                en="batchsync history\n  batchsync history --order 260101-123456789012345",
                zh="batchsync history\n  batchsync history --order 260101-123456789012345",
            ),
        ),
        "resolve": CommandHelp(
            summary=Translation(
                en="record the result of uncertain orders, after you checked them with the vendor",
                zh="向服务商核对后，确认“结果未知”订单的结果",
            ),
            usage=Translation(
                en="resolve --charged|--not-charged ORDER... | --run RUN [options]",
                zh="resolve --charged|--not-charged 订单号... | --run RUN [选项]",
            ),
            explanation=Translation(
                en="An uncertain order may have been charged though its response was lost, so it is never sent again automatically. Check it in "
                "the vendor's console, then record the result: --charged counts as synced, --not-charged lets the next run send it.",
                zh="“结果未知”的订单可能已经扣费，只是没有收到响应，因此不会自动重发。请到服务商后台核对后记录结果："
                "--charged 记为已同步；--not-charged 则由下次任务发送。",
            ),
            example=Translation(
                en="batchsync resolve --charged 260101-123456789012345\n  batchsync resolve --not-charged --run 20261123-0212-orders",
                zh="batchsync resolve --charged 260101-123456789012345\n  batchsync resolve --not-charged --run 20261123-0212-orders",
            ),
        ),
        "spend": CommandHelp(
            summary=Translation(
                en="show points spent by day, merchant or run", zh="按天、商家或任务统计消耗的点券"
            ),
            usage=Translation(en="spend [options]", zh="spend [选项]"),
            explanation=Translation(
                en="Adds up the ledger: calls and their outcomes, points that responses named, points possibly spent. "
                "As a table, as CSV, or as a chart (.xlsx or .svg).",
                zh="统计账本中的记录：调用次数、结果、接口注明的点券、可能消耗的点券。可输出表格、CSV 或图表（.xlsx 或 .svg）。",
            ),
            example=Translation(
                en="batchsync spend --since 2026-11-01\n  batchsync spend --by merchant --chart points.xlsx",
                zh="batchsync spend --since 2026-11-01\n  batchsync spend --by merchant --chart 点券.xlsx",
            ),
        ),
        "reconcile": CommandHelp(
            summary=Translation(
                en="compare the ledger with two balances, or with the vendor's statement",
                zh="用前后余额或服务商的对账单核对账本",
            ),
            usage=Translation(
                en="reconcile --opening N --closing N | --statement FILE [options]",
                zh="reconcile --opening N --closing N | --statement 文件 [选项]",
            ),
            explanation=Translation(
                en="Compares the ledger with the vendor's figures, assigns the difference to the uncertain orders, and shows what to do. "
                "Exit code 1 when something is left to find out. --workbook writes all evidence, fit for a dispute.",
                zh="用服务商的数字核对账本，把差额与“结果未知”的订单对应起来，并说明如何处理。仍有疑问时退出码为 1。"
                "--workbook 写出全部证据，可用于申诉。",
            ),
            example=Translation(
                en="batchsync reconcile --since 2026-11-24 --opening 5000 --closing 3874\n"
                "  batchsync reconcile --statement november.xlsx --workbook dispute.xlsx",
                zh="batchsync reconcile --since 2026-11-24 --opening 5000 --closing 3874\n"
                "  batchsync reconcile --statement 十一月.xlsx --workbook 核对.xlsx",
            ),
        ),
        "ledger": CommandHelp(
            summary=Translation(
                en="copy the ledger, verify it, delete the calls of old runs",
                zh="备份、检查、复制账本，或清除旧的调用明细",
            ),
            usage=Translation(
                en="ledger backup|verify|prune|copy [PATH] [options]",
                zh="ledger backup|verify|prune|copy [路径] [选项]",
            ),
            explanation=Translation(
                en="backup writes a copy to PATH, also during runs, and verifies the copy; verify checks its consistency; "
                "prune deletes the calls of old runs (orders are always kept, and so are uncertain ones' calls); copy moves everything into "
                "another, empty ledger, from a file to postgresql:// or back, and compares both row by row.",
                zh="backup 把账本备份到指定路径（任务进行时也可以）并检查备份；verify 检查账本是否前后一致；"
                "prune 清除旧任务的调用记录（订单始终保留，“结果未知”的记录也保留）；copy 把全部内容复制到另一个空账本"
                "（文件与 postgresql:// 互转），并逐行核对两者一致。",
            ),
            example=Translation(
                en="batchsync ledger backup ledger-copy.db\n  batchsync ledger prune --days 400\n"
                "  batchsync ledger copy postgresql://batchsync@db.example/batchsync",
                zh="batchsync ledger backup ledger-copy.db\n  batchsync ledger prune --days 400\n"
                "  batchsync ledger copy postgresql://batchsync@db.example/batchsync",
            ),
        ),
        "report": CommandHelp(
            summary=Translation(en="write the result of a run again", zh="再次写出一次任务的结果"),
            usage=Translation(en="report RUN [options]", zh="report RUN [选项]"),
            explanation=Translation(
                en="Writes the result workbook of a run again from the ledger, also of a run that was killed.",
                zh="根据账本再次写出一次任务的结果，被强行结束的任务也可以。",
            ),
            example=Translation(
                en="batchsync report 20261123-0212-orders --output again.xlsx",
                zh="batchsync report 20261123-0212-orders --output again.xlsx",
            ),
        ),
        "doctor": CommandHelp(
            summary=Translation(
                en="check settings, token, ledger and network; spends nothing",
                zh="检查设置、token、账本和网络；不消耗点券",
            ),
            usage=Translation(en="doctor [options]", zh="doctor [选项]"),
            explanation=Translation(
                en="Checks the settings, the token, folders, the ledger, the clock and the address, and shows how to fix what is wrong. "
                "Sends no order and spends nothing.",
                zh="检查设置、token、文件夹、账本、时钟和网络，并说明如何解决问题。不发送订单，不消耗点券。",
            ),
            example=Translation(en="batchsync doctor", zh="batchsync doctor"),
        ),
        "token": CommandHelp(
            summary=Translation(
                en="store the access token, show where it comes from, remove it",
                zh="保存访问 token、查看其来源或删除",
            ),
            usage=Translation(en="token set|show|clear [options]", zh="token set|show|clear [选项]"),
            explanation=Translation(
                en="set asks for the access token without showing it (or reads it from stdin) and stores it in the system's keyring, or in a "
                "file that only you can read where there is no keyring; show prints where the token comes from, never the token; clear "
                "removes the stored one. BATCHSYNC_TOKEN and api.token_file come first.",
                zh="set 提示输入访问 token（不显示，也可从标准输入读取），保存到系统的密钥库；没有密钥库时保存到仅自己可读的文件。"
                "show 显示 token 的来源，不显示其内容；clear 删除保存的 token。BATCHSYNC_TOKEN 和 api.token_file 优先。",
            ),
            example=Translation(en="batchsync token set", zh="batchsync token set"),
        ),
        "setup": CommandHelp(
            summary=Translation(
                en="prepare this computer: settings, token, shortcut to the page",
                zh="在本机完成安装：设置、token、网页快捷方式",
            ),
            usage=Translation(en="setup [options]", zh="setup [选项]"),
            explanation=Translation(
                en="Writes config.yaml and an inbox into one folder, asks for the token, puts a shortcut to the page on the desktop and into "
                "the menu, and shows how to schedule nightly runs. Existing files are not changed. --remove deletes the shortcuts; settings, "
                "token and ledger are kept.",
                zh="在一个文件夹中生成 config.yaml 和收件目录，询问 token，在桌面和菜单中放置网页快捷方式，并说明如何安排夜间任务。"
                "已有文件不会更改。--remove 只删除快捷方式，设置、token 和账本会保留。",
            ),
            example=Translation(en="batchsync setup", zh="batchsync setup"),
        ),
        "init": CommandHelp(
            summary=Translation(
                en="write a commented config.yaml here", zh="在当前文件夹生成带注释的 config.yaml"
            ),
            usage=Translation(en="init [options]", zh="init [选项]"),
            explanation=Translation(
                en="Writes config.yaml with every setting, its default and its meaning. Never overwrites an existing file.",
                zh="生成 config.yaml，列出每一项设置、默认值和含义。不会覆盖已有文件。",
            ),
            example=Translation(en="batchsync init", zh="batchsync init"),
        ),
        "sandbox": CommandHelp(
            summary=Translation(
                en="run a local server with the API's contract and all its errors",
                zh="在本机运行模拟接口，可模拟各种错误",
            ),
            usage=Translation(en="sandbox [options]", zh="sandbox [选项]"),
            explanation=Translation(
                en="Runs a local sandbox of the API: the same contract, all its errors, latency and faults on request. GET /charges "
                "shows what was charged.",
                zh="在本机运行模拟接口：约定相同，可按要求模拟各种错误、延迟和故障。GET /charges 可查看扣了多少费。",
            ),
            example=Translation(en="batchsync sandbox --port 8765", zh="batchsync sandbox --port 8765"),
        ),
        "demo": CommandHelp(
            summary=Translation(
                en="run the sample files against the sandbox; spends nothing",
                zh="用样例文件和模拟接口演示全过程；不花点券",
            ),
            usage=Translation(en="demo [options]", zh="demo [选项]"),
            explanation=Translation(
                en="Starts the sandbox, runs the samples against it with a ledger of their own, writes the result workbooks to ./demo-out, "
                "and runs them again to show that nothing is paid twice.",
                zh="启动模拟接口，用独立的账本运行样例文件，把结果表写入 ./demo-out，然后再运行一遍，证明不会重复付费。",
            ),
            example=Translation(en="batchsync demo", zh="batchsync demo"),
        ),
    }
)
"""The help of each command."""

COMMAND_GROUPS: tuple[tuple[Translation, tuple[str, ...]], ...] = (
    (Translation(en="everyday", zh="日常"), ("run", "check", "web", "history", "resolve", "report")),
    (Translation(en="unattended", zh="无人值守"), ("nightly", "watch", "worker")),
    (Translation(en="money", zh="点券"), ("spend", "reconcile")),
    (
        Translation(en="maintenance", zh="维护"),
        ("setup", "doctor", "token", "init", "ledger", "sandbox", "demo"),
    ),
)
"""The commands as --help lists them."""


# --- Groups and options -------------------------------------------------------------------------------------

INPUTS = Translation(en="input", zh="输入")
RESULT = Translation(en="result", zh="结果")
SETTINGS = Translation(en="settings", zh="设置")
SENDING = Translation(en="sending", zh="发送")
OUTPUT = Translation(en="output", zh="输出")
OPTIONS = Translation(en="options", zh="选项")

OPTION_HELP: Mapping[str, Translation] = MappingProxyType(
    {
        "files": Translation(en="spreadsheets: .xlsx .xls .csv and more", zh="表格文件：.xlsx .xls .csv 等"),
        "--host": Translation(
            en="the address to listen on (default: this machine only)", zh="监听的地址（默认仅限本机）"
        ),
        "--port": HELP_PORT,
        "--install-shortcut": Translation(
            en="put a shortcut on the desktop that opens the page from this folder",
            zh="在桌面创建快捷方式，从当前文件夹打开网页",
        ),
        "--no-browser": Translation(en="only print the address", zh="只显示地址，不打开浏览器"),
        "--folder": Translation(
            en="where settings and inbox go; ~/batchsync unless given",
            zh="存放设置和收件目录的文件夹，默认 ~/batchsync",
        ),
        "--no-shortcut": Translation(en="put no shortcut on the desktop", zh="不在桌面放置快捷方式"),
        "--remove": Translation(en="delete the shortcuts", zh="删除快捷方式"),
        "--config": Translation(
            en="settings (default: config.yaml here, if there is one)",
            zh="设置文件（默认：当前文件夹的 config.yaml，如果有）",
        ),
        "--output": Translation(
            en="result file (for one input) or folder; default: beside the input as NAME.result.xlsx",
            zh="结果文件（仅一个输入时）或文件夹；默认在输入文件旁边，名为“原名.result.xlsx”",
        ),
        "--format": Translation(
            en="of the result (default xlsx; Excel ruins order numbers in a CSV)",
            zh="结果的格式（默认 xlsx；Excel 会损坏 CSV 里的订单号）",
        ),
        "--summary-json": Translation(
            en="write the totals for machines; - is stdout", zh="把总计写成 JSON 供程序读取；- 表示标准输出"
        ),
        "--ledger": Translation(
            en="sqlite:///..., a path, or postgresql://... for several machines (default: in your data folder)",
            zh="sqlite:///...、文件路径，或供多台机器使用的 postgresql://...（默认在用户数据文件夹）",
        ),
        "--url": Translation(en="the API's address", zh="接口地址"),
        "--rate": Translation(en="most calls in any one second", zh="任意一秒内最多的调用次数"),
        "WORKER_CONFIG": Translation(
            en="a settings file; once more for each further account of the same ledger",
            zh="设置文件；同一账本的多个账户可多次给出",
        ),
        "--concurrency": Translation(en="most calls under way at once", zh="同时进行的最多调用数"),
        "--keep-alive": Translation(
            en="reuse connections: faster, but a server that drops idle ones makes rows uncertain",
            zh="复用连接：更快，但服务器若断开空闲连接，会有行变成“结果未知”",
        ),
        "--max-points": Translation(
            en="never spend more; calls under way and uncertain ones count as spent",
            zh="最多花费的点券；进行中和结果未知的调用都按已花费计算",
        ),
        "--owner-id": Translation(
            en="merchant ID for sheets that have no such column", zh="没有商家 ID 列的表格所用的商家 ID"
        ),
        "--order-column": Translation(
            en="header (or letter) of the order number column", zh="订单号列的表头（或列字母）"
        ),
        "--owner-column": Translation(
            en="header (or letter) of the merchant ID column", zh="商家 ID 列的表头（或列字母）"
        ),
        "--sheet": Translation(
            en="read only this sheet; may be given several times", zh="只读取这个工作表；可以多次给出"
        ),
        "--plan": Translation(
            en="write the plan as CSV, one line per order; - is stdout",
            zh="把计划写成 CSV，每个订单一行；- 表示标准输出",
        ),
        "--limit": Translation(
            en="send at most N orders, as a first test", zh="最多发送 N 个订单，用于先行测试"
        ),
        "--detach": Translation(
            en="leave the run to the workers of a postgresql:// ledger and don't wait",
            zh="把运行交给 postgresql:// 账本的工作进程，不等待",
        ),
        "--resend": Translation(
            en="pay again for orders that are already synced; asks first",
            zh="对已同步的订单再次付费；会先询问",
        ),
        "--include-unusual": Translation(
            en="Send also order numbers that are unlike all the others of their column, and copies such as X-1 and XA beside X",
            zh="与该列其他订单号明显不同的编号，以及 X-1、XA 这类拆单副本，也一并发送",
        ),
        "--resend-uncertain": Translation(
            en="send uncertain orders again, at the risk of paying twice; asks first",
            zh="重新发送“结果未知”的订单，有重复付费的风险；会先询问",
        ),
        "--yes": Translation(en="don't ask", zh="不再询问"),
        "--lang": Translation(
            en="of the result and the messages; auto follows the sheet's header",
            zh="结果和提示的语言；auto 跟随表头",
        ),
        "--no-progress": Translation(en="no progress bar", zh="不显示进度条"),
        "--quiet": Translation(en="only results and errors", zh="只显示结果和错误"),
        "--verbose": Translation(
            en="more messages: the settings and where they come from", zh="更多信息：生效的设置及其来源"
        ),
        "RUN": Translation(en="id of a run, see `history`", zh="任务编号，见 history"),
        "--order": Translation(en="an order number", zh="订单号"),
        "--last": Translation(en="how many runs to list (default 20)", zh="列出多少次任务（默认 20）"),
        "--json": Translation(en="as JSON on stdout", zh="以 JSON 输出，供程序读取"),
        "ORDER": Translation(en="order numbers", zh="订单号"),
        "--charged": Translation(en="they were charged: count them as synced", zh="已扣费：记为已同步"),
        "--not-charged": Translation(
            en="they were not charged: the next run may send them", zh="未扣费：下次任务可以发送"
        ),
        "--run": Translation(en="all uncertain orders of this run", zh="一次任务中所有结果未知的订单"),
        "--owner-id-resolve": Translation(
            en="the merchant, where several have this order number", zh="多个商家有同一订单号时，指定商家 ID"
        ),
        "--by": Translation(en="group by (default day)", zh="按什么统计（默认按日期）"),
        "--since": Translation(en="from this day on, e.g. 2026-11-24", zh="从这一天起，例如 2026-11-24"),
        "--until": Translation(en="up to and including this day", zh="到这一天为止（含当天）"),
        "--csv": Translation(en="write the table as CSV; - is stdout", zh="把表格写成 CSV；- 表示标准输出"),
        "--chart": Translation(en="write a chart: .xlsx or .svg", zh="写出图表：.xlsx 或 .svg"),
        "--opening": Translation(en="the account's balance before", zh="期初余额"),
        "--closing": Translation(en="the account's balance afterwards", zh="期末余额"),
        "--topped-up": Translation(en="points bought meanwhile (default 0)", zh="期间充值的点券（默认 0）"),
        "--statement": Translation(
            en="the vendor's statement, as a spreadsheet", zh="服务商的对账单（表格文件）"
        ),
        "--statement-account": Translation(
            en="the account whose rows count, on a statement of several",
            zh="对账单含多个账户时，指定核对哪个账户",
        ),
        "--points-column": Translation(
            en="header of the statement's points column", zh="对账单中点券列的表头"
        ),
        "--workbook": Translation(en="write differences and evidence, .xlsx", zh="写出差异和证据（.xlsx）"),
        "TOKEN-ACTION": Translation(en="set, show or clear", zh="set、show 或 clear"),
        "ACTION": Translation(en="backup, verify, prune or copy", zh="backup、verify、prune 或 copy"),
        "PATH": Translation(
            en="of the backup; where to copy to, a path or postgresql://...",
            zh="备份的路径；复制的目标（路径或 postgresql://...）",
        ),
        "--days": Translation(
            en="days of calls to keep (default: ledger.keep_days)",
            zh="保留多少天的调用明细（默认 ledger.keep_days）",
        ),
        "--inbox": Translation(
            en="the inbox folder (default: inbox.folder)",
            zh="收件目录（默认 inbox.folder）",
        ),
        "--metrics": Translation(
            en="write the figures for the textfile collector of Prometheus",
            zh="写出供 Prometheus 读取的指标文件",
        ),
        "--log-json": Translation(
            en="write the log on stderr as JSON lines", zh="在标准错误输出 JSON 日志，每行一个对象"
        ),
        "--keep": Translation(
            en="keep the sandbox running at the end, until Ctrl-C",
            zh="演示结束后保持模拟接口运行，直到按 Ctrl-C",
        ),
    }
)

# --- Usage errors --------------------------------------------------------------------------------------------

NO_COMMAND = Translation(
    en="A command is missing, for example: batchsync check orders.xlsx",
    zh="请给出要执行的命令，例如：batchsync check 订单.xlsx",
)
NO_SUCH_COMMAND = Translation(
    en="There is no command `{given}`. `batchsync --help` lists them all.",
    zh="没有 `{given}` 这个命令。运行 `batchsync --help` 查看全部命令。",
)
COMMAND_MEANT = Translation(
    en="There is no command `{given}`. Did you mean `{meant}`?",
    zh="没有 `{given}` 这个命令。是否想用 `{meant}`？",
)
MISSING = Translation(
    en="{what} is missing. See: batchsync {command} --help",
    zh="缺少 {what}。请看：batchsync {command} --help",
)
UNKNOWN_OPTION = Translation(
    en="Unknown option `{given}`. See: batchsync {command} --help",
    zh="未知选项 `{given}`。请看：batchsync {command} --help",
)
NEEDS_VALUE = Translation(en="{option} needs a value.", zh="{option} 后面需要一个值。")
BAD_VALUE = Translation(en="{option} cannot be `{given}`.", zh="{option} 不能是 `{given}`。")
NO_VALUE_WANTED = Translation(en="{option} takes no value.", zh="{option} 后面不需要值。")
NOT_TOGETHER = Translation(en="{one} and {other} cannot be combined.", zh="{one} 与 {other} 不能同时使用。")
USAGE_OTHER = Translation(
    en="{problem}. See: batchsync {command} --help", zh="{problem}。请看：batchsync {command} --help"
)

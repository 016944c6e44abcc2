"""Messages of run, check, history, resolve and report on a terminal."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.messages.summary import AMOUNT_MISSING as AMOUNT_MISSING_ADVICE

# --- Unplanned ends -------------------------------------------------------------------------------

INTERRUPTED = Translation(
    en="Stopped. Orders that were sent are in the ledger; `batchsync history` shows them.",
    zh="已停止。已发送的订单都在账本中，可用 `batchsync history` 查看。",
)
STOPPED_READING = Translation(
    en="{file}: stopped while reading; none of its orders was sent.",
    zh="{file}：读取时已停止，没有发送其中任何订单。",
)
STOPPING = Translation(
    en="Stopping: no new orders are sent; waiting for {what} under way. Press Ctrl-C again to cancel them (they become uncertain).",
    zh="正在停止：不再发送新的订单，等待{what}结束。再按一次 Ctrl-C 则取消（这些订单将成为“结果未知”）。",
)
CALLS = Translation(en="the calls", zh="进行中的调用")
ABANDONING = Translation(
    en="Cancelling the calls under way: their orders become uncertain. Writing the result ...",
    zh="正在取消进行中的调用，这些订单成为“结果未知”。正在写出结果……",
)
BUG = Translation(
    en="This is a bug of batchsync ({kind}). The ledger is safe: orders that were sent are recorded, and nothing will be paid twice.",
    zh="这是 batchsync 的缺陷（{kind}）。账本是安全的：已发送的订单都有记录，不会重复付费。",
)
BUG_LOG = Translation(
    en="The details are in {log} (without the token). Please send us that file; `batchsync report RUN` writes the result.",
    zh="详情在 {log}（不含 token），请把该文件发给我们。运行 `batchsync report RUN` 可写出结果。",
)
BUG_NO_LOG = Translation(
    en="No log could be written: no folder is writable.", zh="无法写日志：没有可写的文件夹。"
)

# --- Inputs and options -------------------------------------------------------------------------------------

NO_MATCH = Translation(en="No file matches {pattern}.", zh="没有与 {pattern} 匹配的文件。")
NO_STDIN = Translation(
    en="A spreadsheet cannot be read from a pipe, because its result is written beside it. Save it as a file first.",
    zh="表格不能通过管道读取，因为结果要写在它旁边。请先存为文件。",
)
OUTPUT_IS_FILE = Translation(
    en="--output {output} is one file, but there are {count:input|inputs}. Give a folder.",
    zh="--output {output} 是单个文件，但输入有 {count} 个。请给出文件夹。",
)
OUTPUT_OR_FORMAT = Translation(
    en="--output {output} and --format {format} contradict each other. Omit one of them.",
    zh="--output {output} 与 --format {format} 相互矛盾，请去掉其中一个。",
)
WOULD_OVERWRITE = Translation(
    en="{option} {path} would overwrite an input file of this command. Choose another name.",
    zh="{option} {path} 会覆盖本命令的输入文件。请换一个文件名。",
)
ONE_PLAN = Translation(
    en="--plan takes one file, but {count} were given. Run the command once per file.",
    zh="--plan 一次只能用于一个文件，现有 {count} 个。请逐个运行。",
)
NOT_A_COUNT = Translation(
    en="{option} must be a whole number of at least 1, not `{value}`.",
    zh="{option} 必须是不小于 1 的整数，不能是 `{value}`。",
)
NO_FOLDER = Translation(
    en="The folder {folder} for {option} does not exist. Create it, or choose another folder.",
    zh="{option} 的文件夹 {folder} 不存在。请先创建，或换一个文件夹。",
)
CANNOT_WRITE = Translation(
    en="{option}: {path} cannot be written ({error}). Choose another place.",
    zh="{option}：无法写入 {path}（{error}）。请换一个位置。",
)
SUMMARY_LOST = Translation(
    en="The run has ended and is recorded in the ledger, but its totals cannot be written to {path} ({error}). They are:",
    zh="任务已结束，账本中有完整记录，但合计无法写入 {path}（{error}）。内容如下：",
)

# --- Asking before money is spent twice ---------------------------------------------------------------------

ASK_RESEND = Translation(
    en="Of {total:order|orders} to send, {again} were or may have been paid for before: about {points:point|points} more in all. Send them again? [y/N]",
    zh="待发送的 {total} 个订单中，有 {again} 个以前已付费或可能已付费，约再消耗 {points} 点券。确定重新发送吗？[y/N]",
)
NOTHING_AGAIN = Translation(
    en="No order in these files was paid for before, so {options} has no effect.",
    zh="这些文件中没有以前付过费的订单，{options} 不起作用。",
)
NEEDS_YES = Translation(
    en="{option} may pay twice and asks first, but there is no terminal to answer. Add --yes if you are sure.",
    zh="{option} 可能重复付费，需要先确认，但这里无法输入。确定的话请加上 --yes。",
)
NOT_AGREED = Translation(en="Nothing was sent.", zh="没有发送任何订单。")

# --- The plan -----------------------------------------------------------------------------------------------

FILE_HEAD = Translation(
    en="{file}: {container}{detail}, {rows:row|rows}", zh="{file}：{container}{detail}，{rows} 行"
)
SHEET_HEAD = Translation(
    en="  sheet “{sheet}”, header in line {line}", zh="  工作表“{sheet}”，表头在第 {line} 行"
)
PREVIEW = Translation(
    en="    line {line}: order {order} ({order_at}), merchant {owner} ({owner_at})",
    zh="    第 {line} 行：订单 {order}（{order_at}），商家 {owner}（{owner_at}）",
)
AS_GIVEN = Translation(en="as given", zh="按指定")
PLAN_LINE = Translation(
    en="{file}: {rows:row|rows}, {send:order|orders} to send (about {cost:point|points}), {known} already synced, {rest:other|others}",
    zh="{file}：{rows} 行，待发送 {send} 个订单（约 {cost} 点券），此前已同步 {known} 个，其他 {rest} 个",
)
PLAN_LINE_LIMITED = Translation(
    en="{file}: {rows:row|rows}, {send:order|orders} to send now (about {cost:point|points}), {left} more left for later by --limit, "
    "{known} already synced, {rest:other|others}",
    zh="{file}：{rows} 行，本次发送 {send} 个订单（约 {cost} 点券），按 --limit 留下 {left} 个，此前已同步 {known} 个，其他 {rest} 个",
)
COST = Translation(en="about {points:point|points}", zh="约 {points} 点券")
PROBLEMS = Translation(en="Rows that need attention:", zh="需要处理的行：")
PROBLEM = Translation(
    en="  line {line}  {order}  {verdict}: {why}", zh="  第 {line} 行  {order}  {verdict}：{why}"
)
PROBLEM_IN_SHEET = Translation(
    en="  {sheet}, line {line}  {order}  {verdict}: {why}",
    zh="  {sheet} 第 {line} 行  {order}  {verdict}：{why}",
)
MORE_PROBLEMS = Translation(
    en="  ... and {count} more; --plan plan.csv lists them all.",
    zh="  ……另有 {count} 行；用 --plan plan.csv 可列出全部。",
)
ACCOUNT = Translation(
    en="Account “{account}” at {url}; ledger {ledger}.", zh="账户“{account}”，接口 {url}；账本 {ledger}。"
)
DEFAULT_LEDGER = Translation(en="in your data folder", zh="在用户数据文件夹中")
SETTING = Translation(en="  {key} = {value}  ({where})", zh="  {key} = {value}（{where}）")

VERDICTS: Mapping[str, Translation] = MappingProxyType(
    {
        "send": Translation(en="to send", zh="待发送"),
        "already_synced": Translation(en="already synced", zh="此前已同步"),
        "duplicate": Translation(en="duplicate", zh="重复行"),
        "invalid": Translation(en="invalid", zh="无效行"),
        "uncertain": Translation(en="uncertain", zh="结果未知"),
        "failed_charged": Translation(en="failed before, charged", zh="以前失败且已扣费"),
        "skipped_hidden": Translation(en="hidden, left out", zh="隐藏行，已跳过"),
    }
)

# --- Progress -----------------------------------------------------------------------------------------------

WAITS_UNTIL = Translation(
    en="The API asks to wait until {time}. Sending then continues automatically.",
    zh="接口要求等待到 {time}，届时自动继续发送。",
)
BAR = Translation(
    en="{rate}/s  synced {synced}  failed {failed}  uncertain {uncertain}  points {points}  {left} left",
    zh="{rate}/秒  已同步 {synced}  失败 {failed}  未知 {uncertain}  点券 {points}  剩余 {left}",
)
LINE = Translation(
    en="{done} of {total}, {rate}/s, synced {synced}, failed {failed}, uncertain {uncertain}, points {points}, {left} left",
    zh="{done}/{total}，{rate}/秒，已同步 {synced}，失败 {failed}，未知 {uncertain}，点券 {points}，剩余 {left}",
)

# --- The outcome --------------------------------------------------------------------------------------------

OUTCOME = Translation(
    en="{file}: {rows:row|rows}, run {run}, {time}", zh="{file}：{rows} 行，任务 {run}，用时 {time}"
)
POINTS_POSSIBLE = Translation(en="points possibly spent", zh="可能消耗的点券")
AMOUNT_MISSING = Translation(en="charged, points unknown", zh="已扣费，点券未知")
RESULT_AT = Translation(en="result: {path}", zh="结果：{path}")
NO_RESULT = Translation(
    en="No result was written. Write it at any time with: batchsync report {run}",
    zh="没有写出结果。随时可以运行：batchsync report {run}",
)
ALL_FILES = Translation(
    en="{count:file|files} in all: {points:point|points} spent.", zh="共 {count} 个文件：消耗 {points} 点券。"
)


ADVICE: Mapping[str, Translation] = MappingProxyType(
    {
        "failed": Translation(
            en="{count} failed: the result shows the reason and what to do for each row. Rows that cost nothing are sent again by the next run.",
            zh="{count} 行失败：结果中每行写明了原因和处理建议。未扣费的行由下次任务再次发送。",
        ),
        "uncertain": Translation(
            en="{count} uncertain: perhaps charged, so not sent again automatically. Check them in the vendor's console, then: "
            "batchsync resolve --charged ORDER, or --not-charged ORDER (--run {run} for all of this run).",
            zh="{count} 行结果未知：可能已扣费，不会自动重发。请到服务商后台核实，然后运行：batchsync resolve --charged 订单号，"
            "或 --not-charged 订单号（全部一起用 --run {run}）。",
        ),
        "not_sent": Translation(
            en="{count} not sent: nothing was spent on them. Run the same command again.",
            zh="{count} 行未发送：没有消耗点券。再次运行同一命令即可。",
        ),
        "invalid": Translation(
            en="{count} invalid: fix the cells that the result shows, then run the result or the sheet again.",
            zh="{count} 行无效：请按结果中的说明更正单元格，再运行结果或原表。",
        ),
        "hidden": Translation(
            en="{count:hidden row was|hidden rows were} skipped. To send them, unhide them or set input.hidden_rows to send.",
            zh="{count} 个隐藏行已跳过。如需发送，请取消隐藏，或把 input.hidden_rows 设为 send。",
        ),
        "amount_missing": AMOUNT_MISSING_ADVICE,
    }
)
"""What to do about each kind of row, in one sentence."""

# --- History, resolve, report -------------------------------------------------------------------------------

NO_RUNS = Translation(
    en="There are no runs yet. Start with `batchsync run orders.xlsx`.",
    zh="还没有任何任务。请从 `batchsync run 订单.xlsx` 开始。",
)
NO_SUCH_RUN_MEANT = Translation(
    en="There is no run {run}. Did you mean {meant}? `batchsync history` lists all runs.",
    zh="没有任务 {run}。是否指 {meant}？用 `batchsync history` 查看所有任务。",
)
NO_SUCH_ORDER = Translation(
    en="The ledger does not have order {order}: it was never sent or planned.",
    zh="账本中没有订单 {order}：从未发送，也从未计划。",
)
RUN_COLUMNS: tuple[Translation, ...] = (
    Translation(en="run", zh="任务"),
    Translation(en="started", zh="开始时间"),
    Translation(en="file", zh="文件"),
    Translation(en="rows", zh="行数"),
    Translation(en="synced", zh="已同步"),
    Translation(en="before", zh="此前已同步"),
    Translation(en="failed", zh="失败"),
    Translation(en="uncertain", zh="未知"),
    Translation(en="points", zh="点券"),
    Translation(en="ended", zh="结束方式"),
)
ENDED = Translation(en="done", zh="完成")
KILLED = Translation(en="running or killed", zh="进行中或被强行中断")
STOPPED = Translation(en="stopped: {why}", zh="中途停止：{why}")
STOPPED_EARLY = Translation(en="Stopped. {why}", zh="已停止。{why}")
RUN_TIMES = Translation(en="{started} to {ended}: {end}", zh="{started} 至 {ended}：{end}")
RUN_OR_ORDER = Translation(en="Give either RUN or --order, not both.", zh="RUN 和 --order 只能给出一个。")
RESULT_AGAIN = Translation(
    en="Write its result again: batchsync report {run}", zh="再次写出结果：batchsync report {run}"
)

RESOLVE_WHICH = Translation(
    en="Add --charged or --not-charged: what the vendor reported about the orders.",
    zh="请加上 --charged 或 --not-charged，即向服务商核对的结果。",
)
RESOLVE_STATEMENT_ALONE = Translation(
    en="--statement cannot be combined with order numbers, --run, --charged or --not-charged: the statement decides.",
    zh="--statement 由对账单决定，请不要同时给出订单号、--run、--charged 或 --not-charged。",
)
RESOLVE_WHAT = Translation(
    en="Give order numbers, or --run RUN for all uncertain orders of a run.",
    zh="请给出订单号，或用 --run RUN 表示一次任务中所有结果未知的订单。",
)
SEVERAL_OWNERS = Translation(
    en="Order {order} exists under several merchants: {owners}. Choose one with --owner-id.",
    zh="订单 {order} 在多个商家下都有：{owners}。请用 --owner-id 指定。",
)
NOT_UNCERTAIN = Translation(
    en="Order {order} is {state}, not uncertain. Nothing to resolve.",
    zh="订单 {order} 的状态是“{state}”，无需确认结果。",
)
NONE_UNCERTAIN = Translation(
    en="Run {run} has no uncertain orders. Nothing to resolve.",
    zh="任务 {run} 没有结果未知的订单，无需确认结果。",
)
RESOLVED_CHARGED = Translation(
    en="{order} (merchant {owner}): charged, counts as synced.",
    zh="{order}（商家 {owner}）：已扣费，记为已同步。",
)
RESOLVED_NOT_CHARGED = Translation(
    en="{order} (merchant {owner}): not charged, the next run may send it.",
    zh="{order}（商家 {owner}）：未扣费，下次任务可以发送。",
)
RESOLVED = Translation(en="{count:order|orders} resolved.", zh="已确认 {count} 个订单的结果。")
STATES: Mapping[str, Translation] = MappingProxyType(
    {
        "planned": Translation(en="planned", zh="待发送"),
        "sending": Translation(en="being sent", zh="发送中"),
        "synced": Translation(en="synced", zh="已同步"),
        "refused": Translation(en="refused, nothing spent", zh="被拒绝，未扣费"),
        "settled_failed": Translation(en="failed, charged", zh="失败，已扣费"),
        "uncertain": Translation(en="uncertain", zh="结果未知"),
    }
)
"""An order's state in the ledger."""

# --- An order's history ----------------------------------------------------------------------------------------

ORDER_HEAD = Translation(
    en="order {number} of merchant {owner} (account “{account}”): {state}",
    zh="商家 {owner} 的订单 {number}（账户“{account}”）：{state}",
)
ORDER_ENDPOINT = Translation(en="  at {endpoint}", zh="  接口 {endpoint}")
NEVER_SENT = Translation(en="  planned, never sent", zh="  已计划，从未发送")
CALL = Translation(
    en="  {at}  call {nth} in run {run}: {outcome}", zh="  {at}  任务 {run} 中的第 {nth} 次调用：{outcome}"
)
CALL_OPEN = Translation(en="under way, or the program ended unexpectedly", zh="进行中，或程序意外中断")
CALL_CAME = Translation(en="{state}, {points}, after {elapsed} s", zh="{state}，{points}，用时 {elapsed} 秒")
CALL_LATE = Translation(en="{came} (the response arrived late)", zh="{came}（响应迟到）")
CALL_UNSENT = Translation(en="not sent", zh="没有发出")
POINTS = Translation(en="{points:point|points}", zh="{points} 点券")
POINTS_UNKNOWN = Translation(en="points unknown", zh="点券未知")
CALL_WHY = Translation(en="      {why}", zh="      {why}")
CALL_HTTP = Translation(en="      HTTP {http}, response: {answer}", zh="      HTTP {http}，响应：{answer}")
CALL_ERROR = Translation(en="      error: {error}", zh="      错误：{error}")
DECIDED = Translation(
    en="  {at}  resolved: {decision}{evidence}", zh="  {at}  人工确认：{decision}{evidence}"
)
DECIDED_IN = Translation(
    en="  {at}  resolved: {decision} (with run {run})", zh="  {at}  人工确认：{decision}（任务 {run}）"
)
DECISIONS: Mapping[str, Translation] = MappingProxyType(
    {
        "charged": Translation(en="charged", zh="已扣费"),
        "not_charged": Translation(en="not charged", zh="未扣费"),
        "send_again": Translation(en="send again", zh="重新发送"),
    }
)
ORDER_NEXT: Mapping[str, Translation] = MappingProxyType(
    {
        "uncertain": Translation(
            en="  Check it in the vendor's console, then: batchsync resolve --charged {number} (or --not-charged).",
            zh="  请到服务商后台核实，然后运行：batchsync resolve --charged {number}（或 --not-charged）。",
        ),
        "sending": Translation(
            en="  If no run is active, the next run marks it as uncertain.",
            zh="  如果没有任务在进行，下次任务会把它标为“结果未知”。",
        ),
        "settled_failed": Translation(
            en="  It is not sent again automatically; --resend pays again.",
            zh="  不会自动再次发送；--resend 会再次付费。",
        ),
    }
)
"""What to do next, by the state an order is in."""

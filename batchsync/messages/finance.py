"""What is said of money: points by day, merchant and run; the ledger held against balances and statements."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- spend --------------------------------------------------------------------------------------------------

BY: Mapping[str, Translation] = MappingProxyType(
    {
        "day": Translation(en="day", zh="日期"),
        "merchant": Translation(en="merchant id", zh="商家id"),
        "run": Translation(en="run", zh="运行编号"),
    }
)
FIGURES: Mapping[str, Translation] = MappingProxyType(
    {
        "calls": Translation(en="calls", zh="调用次数"),
        "synced": Translation(en="synced", zh="已同步"),
        "failed": Translation(en="failed", zh="失败"),
        "uncertain": Translation(en="uncertain", zh="结果未知"),
        "points": Translation(en="points", zh="消耗点券"),
        "points_possible": Translation(en="possibly spent", zh="可能消耗"),
    }
)
TOTAL = Translation(en="total", zh="合计")
NOTHING_SPENT = Translation(
    en="The ledger knows of nothing spent on this account in that time.",
    zh="账本中，该账户在这段时间没有消耗点券。",
)
MISSING_AMOUNTS = Translation(
    en="Of {count} charged calls the points are unknown (the response named none, or you resolved them); they count as "
    "possibly spent, at most {price} points each.",
    zh="有 {count} 次已扣费的调用点券未知（响应没有注明，或由人工确认），按每次最多 {price} 点券计入“可能消耗”。",
)
SPEND_TITLE = Translation(en="Points spent", zh="消耗点券")
WRITTEN = Translation(en="written: {path}", zh="已写出：{path}")
NOT_A_DAY = Translation(
    en="{option} wants a day such as 2026-11-24, not {value}.",
    zh="{option} 应为日期，例如 2026-11-24，不能是 {value}。",
)
CHART_KIND = Translation(
    en="--chart writes .xlsx or .svg; {path} is neither.",
    zh="--chart 只能写 .xlsx 或 .svg 文件，{path} 都不是。",
)

# --- reconcile ----------------------------------------------------------------------------------------------

WHICH_SIDE = Translation(
    en="Say what to hold the ledger against: --opening N and --closing N, or --statement FILE.",
    zh="请说明拿什么与账本核对：--opening N 和 --closing N，或 --statement 文件。",
)
NOT_POINTS = Translation(
    en="{option} wants a whole number of points, not {value}.", zh="{option} 应为整数点券，不能是 {value}。"
)
NO_STATEMENT_ROWS = Translation(
    en="{file} holds no orders to hold against the ledger.", zh="{file} 中没有可以与账本核对的订单。"
)
NO_POINTS_COLUMN = Translation(en="{file} has no column {column!r}.", zh="{file} 中没有名为“{column}”的列。")
ROWS: Mapping[str, Translation] = MappingProxyType(
    {
        "vendor": Translation(en="vendor took", zh="平台扣除"),
        "ledger": Translation(en="ledger: answered as spent", zh="账本：接口确认消耗"),
        "by_hand": Translation(en="ledger: settled by a person as charged", zh="账本：人工核实为已扣费"),
        "missing": Translation(en="ledger: answers without an amount", zh="账本：未注明点券的回答"),
        "open": Translation(en="ledger: uncertain, perhaps charged", zh="账本：结果未知，可能已扣费"),
        "difference": Translation(en="difference", zh="差额"),
    }
)
IN_CALLS = Translation(en="{points} points ({calls} calls)", zh="{points} 点券（{calls} 次调用）")
IN_POINTS = Translation(en="{points} points", zh="{points} 点券")
AGREES = Translation(en="Vendor and ledger agree to the point.", zh="平台与账本完全一致。")
OPEN_FREE = Translation(
    en="Vendor and ledger agree to the point; so none of the {open} uncertain calls was charged, if the balances are right. "
    "Settle them with batchsync resolve --not-charged.",
    zh="平台与账本完全一致；如果余额无误，说明 {open} 次结果未知的调用都没有扣费，可用 batchsync resolve --not-charged 定案。",
)
SUM_AGREES = Translation(en="The sums agree, but single orders don't:", zh="合计一致，但个别订单不一致：")
EXPLAINED = Translation(
    en="The difference of {difference} fits the uncertain orders: at {price} points each, {count} of {open} would have been charged. "
    "Look them up and settle them with batchsync resolve.",
    zh="差额 {difference} 可以由结果未知的订单解释：按每个 {price} 点券计，{open} 个中有 {count} 个已扣费。请逐一核实，用 batchsync resolve 定案。",
)
TOO_MUCH = Translation(
    en="The vendor took {beyond} points more than the ledger can explain, even if every uncertain order was charged. "
    "Does anything else spend from this account? Otherwise the workbook has the evidence for a dispute.",
    zh="即使所有结果未知的订单都已扣费，平台仍比账本多扣 {beyond} 点券。是否有其他程序使用此账户？如没有，可凭工作簿中的证据提出争议。",
)
TOO_LITTLE = Translation(
    en="The vendor took {beyond} points less than the answers named. Check the balances and top-ups that you gave.",
    zh="平台扣除的点券比接口回答的少 {beyond}。请检查输入的余额和充值数。",
)
FOUND: Mapping[str, Translation] = MappingProxyType(
    {
        "agreed": Translation(en="charged on both sides, same points", zh="双方一致"),
        "points_differ": Translation(en="charged on both sides, other points", zh="双方都有扣费，点券不同"),
        "twice": Translation(en="charged more often than it was sent", zh="平台扣费次数多于发送次数"),
        "uncertain_charged": Translation(en="uncertain here, charged there", zh="账本未知，平台已扣费"),
        "uncertain_absent": Translation(
            en="uncertain here, not on the statement", zh="账本未知，对账单上没有"
        ),
        "only_vendor": Translation(en="on the statement, not in the ledger", zh="对账单有，账本没有"),
        "only_ledger": Translation(en="charged in the ledger, not on the statement", zh="账本有，对账单没有"),
    }
)
TODO: Mapping[str, Translation] = MappingProxyType(
    {
        "agreed": Translation(en="Nothing to do.", zh="无需处理。"),
        "points_differ": Translation(en="Ask the vendor about the difference.", zh="请向平台询问差额。"),
        "twice": Translation(
            en="Dispute it: the ledger shows every call.", zh="可提出争议：账本记录了每一次调用。"
        ),
        "uncertain_charged": Translation(
            en="Settle it: batchsync resolve --charged {number}",
            zh="请定案：batchsync resolve --charged {number}",
        ),
        "uncertain_absent": Translation(
            en="If the statement is complete: batchsync resolve --not-charged {number}",
            zh="如对账单完整，请定案：batchsync resolve --not-charged {number}",
        ),
        "only_vendor": Translation(
            en="Did another program or ledger send it? Otherwise dispute it.",
            zh="是否由其他程序或账本发送？否则可提出争议。",
        ),
        "only_ledger": Translation(
            en="Is the statement complete for these days?", zh="请确认对账单包含这些日期的全部记录。"
        ),
    }
)
HEADS: Mapping[str, Translation] = MappingProxyType(
    {
        "finding": Translation(en="finding", zh="核对结果"),
        "owner": Translation(en="merchant id", zh="商家id"),
        "number": Translation(en="order number", zh="订单号"),
        "vendor_charges": Translation(en="charges (vendor)", zh="平台扣费次数"),
        "vendor_points": Translation(en="points (vendor)", zh="平台点券"),
        "our_charges": Translation(en="charges (ledger)", zh="账本扣费次数"),
        "our_open": Translation(en="uncertain calls", zh="未知调用次数"),
        "our_points": Translation(en="points (ledger)", zh="账本点券"),
        "todo": Translation(en="what to do", zh="处理建议"),
        "run": Translation(en="run", zh="运行编号"),
        "sent": Translation(en="sent at", zh="发送时间"),
        "heard": Translation(en="given up at", zh="结束时间"),
        "reason": Translation(en="what happened", zh="经过"),
        "http": Translation(en="HTTP status", zh="HTTP 状态"),
        "error": Translation(en="error", zh="错误"),
        "answer": Translation(en="answer", zh="回答"),
    }
)
SHEETS: Mapping[str, Translation] = MappingProxyType(
    {
        "summary": Translation(en="Summary", zh="汇总"),
        "differences": Translation(en="Differences", zh="差异"),
        "uncertain": Translation(en="Uncertain", zh="结果未知"),
        "chart": Translation(en="Points", zh="点券"),
    }
)
MORE_ORDERS = Translation(
    en="... and {count} more; --workbook PATH writes them all.",
    zh="……另有 {count} 个；用 --workbook 路径 写出全部。",
)

# --- ledger -------------------------------------------------------------------------------------------------

BACKED_UP = Translation(
    en="The ledger is copied to {path} ({size}), and the copy passes its check.",
    zh="账本已备份到 {path}（{size}），备份通过检查。",
)
COPIED = Translation(
    en="Copied to {path} and found equal, row by row: {orders} orders, {attempts} calls, {runs} runs. From now on use only one of "
    "the two: what one pays for, the other doesn't know.",
    zh="已复制到 {path}，逐行核对一致：{orders} 个订单，{attempts} 次调用，{runs} 次运行。今后请只用其中一个：一个账本付过的，另一个并不知道。",
)
VERIFIED = Translation(
    en="The ledger is sound: {orders} orders, {attempts} calls, {runs} runs, {size}.",
    zh="账本完好：{orders} 个订单，{attempts} 次调用，{runs} 次运行，{size}。",
)
FAULTY = Translation(
    en="The ledger {path} has {count} faults. Keep a copy of the file and go back to the newest sound backup.",
    zh="账本 {path} 有 {count} 处问题。请先保留该文件的副本，再恢复到最近一份完好的备份。",
)
PRUNED = Translation(
    en="Let go of {attempts} calls of {runs} runs older than {days} days. Orders stay; so do runs with uncertain orders.",
    zh="已清除 {days} 天前 {runs} 次运行的 {attempts} 条调用记录。订单全部保留，含未知结果的运行也保留。",
)
PRUNE_DAYS = Translation(
    en="Say how many days of calls to keep: --days N, or ledger.keep_days in config.yaml.",
    zh="请说明保留多少天的调用记录：--days N，或在 config.yaml 中设置 ledger.keep_days。",
)

"""Texts of spend, reconcile and the ledger commands."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.planning import NOTHING
from batchsync.messages.render import Translation

# --- spend --------------------------------------------------------------------------------------------------

BY: Mapping[str, Translation] = MappingProxyType(
    {
        "day": Translation(en="day", zh="日期"),
        "merchant": Translation(en="merchant id", zh="商家 ID"),
        "run": Translation(en="run", zh="任务编号"),
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
    en="No points were spent on this account in that time.",
    zh="该账户在这段时间没有消耗点券。",
)
MISSING_AMOUNTS = Translation(
    en="{count} charged calls have no amount; each counts as possibly spent with at most {price} points.",
    zh="有 {count} 次已扣费的调用没有注明点券，按每次最多 {price} 点券计入“可能消耗”。",
)
SPEND_TITLE = Translation(en="Points spent", zh="消耗点券")
WRITTEN = Translation(en="written: {path}", zh="已写出：{path}")
NOT_A_DAY = Translation(
    en="{option} must be a day such as 2026-11-24, not {value}.",
    zh="{option} 必须是日期，例如 2026-11-24，不能是 {value}。",
)
CHART_KIND = Translation(
    en="--chart writes .xlsx or .svg files only, not {path}.",
    zh="--chart 只能写出 .xlsx 或 .svg 文件，不能是 {path}。",
)

# --- reconcile ----------------------------------------------------------------------------------------------

WHICH_SIDE = Translation(
    en="Add what the ledger is compared with: --opening N and --closing N, or --statement FILE.",
    zh="请给出与账本核对的数据：--opening N 和 --closing N，或 --statement 文件。",
)
NOT_POINTS = Translation(
    en="{option} must be a whole number of points, not {value}.",
    zh="{option} 必须是整数点券，不能是 {value}。",
)
NO_STATEMENT_ROWS = Translation(
    en="{file} has no orders to compare with the ledger.", zh="{file} 中没有可以与账本核对的订单。"
)
NO_POINTS_COLUMN = Translation(en="{file} has no column {column!r}.", zh="{file} 中没有名为“{column}”的列。")
WHICH_POINTS_COLUMN = Translation(
    en="{file}, sheet {sheet}: which column has the points? It may be: {columns}. Use --points-column HEADER, "
    "or --points-column - if there is none.",
    zh="{file}，工作表“{sheet}”：哪一列是点券？可能是：{columns}。请用 --points-column 表头 指定；如果都不是，请用 --points-column -。",
)
SEVERAL_ACCOUNTS = Translation(
    en="{file} has rows of several accounts: {accounts}. Choose one with --statement-account NAME.",
    zh="{file} 中有多个账户的记录：{accounts}。请用 --statement-account 名称 选择其中一个。",
)
ROWS: Mapping[str, Translation] = MappingProxyType(
    {
        "vendor": Translation(en="points taken by the vendor", zh="服务商扣除的点券"),
        "points": Translation(en="points named by responses", zh="响应注明的点券"),
        "rest": Translation(en="difference", zh="差额"),
        "vendor_charges": Translation(en="charges on the statement", zh="对账单扣费次数"),
        "ledger_charges": Translation(en="charged calls in the ledger", zh="账本已扣费次数"),
        "unknown_calls": Translation(en="of these without an amount", zh="其中点券未知"),
        "uncertain": Translation(en="uncertain calls", zh="结果未知的调用"),
    }
)
PREMISE = Translation(
    en="This holds if the balances are right, --topped-up has every top-up and refund, and nothing else spends from this account.",
    zh="前提：余额正确，--topped-up 已包含所有充值和退回，且没有其他程序使用此账户。",
)
STATEMENT_PREMISE = Translation(
    en="This holds if the statement is complete and each call was charged at most once.",
    zh="前提：对账单完整，且每次调用最多扣费一次。",
)
BALANCES: Mapping[str, Translation] = MappingProxyType(
    {
        "agrees": Translation(
            en="The vendor took exactly the points that responses named.",
            zh="服务商扣除的点券与响应注明的完全一致。",
        ),
        "none_charged": Translation(
            en="The vendor took exactly the points that responses named, so none of the {uncertain} uncertain calls was charged. "
            "Resolve them with batchsync resolve --not-charged.",
            zh="服务商扣除的点券与响应注明的完全一致，因此 {uncertain} 次结果未知的调用都没有扣费，可用 batchsync resolve --not-charged 确认。",
        ),
        "one_charged": Translation(
            en="The uncertain call of order {number} was charged {rest} points. Resolve it with batchsync resolve --charged {number}.",
            zh="订单 {number} 的结果未知的调用扣了 {rest} 点券，请用 batchsync resolve --charged {number} 确认。",
        ),
        "some_charged": Translation(
            en="At least 1 and at most {most} of the {uncertain} uncertain calls were charged, {rest} points together. Balances do "
            "not show which ones: compare with the vendor's statement (--statement FILE).",
            zh="{uncertain} 次结果未知的调用中，至少 1 次、最多 {most} 次已扣费，共 {rest} 点券。仅凭余额无法判断是哪些，请与服务商对账单核对（--statement 文件）。",
        ),
        "cannot_tell": Translation(
            en="The {unknown} charged calls without an amount and the {uncertain} uncertain calls cost {rest} points together. Balances "
            "do not show whether any uncertain call was charged (at most {most}). Compare with the vendor's statement "
            "(--statement FILE) before you resolve any.",
            zh="{unknown} 次点券未知的已扣费调用与 {uncertain} 次结果未知的调用共消耗 {rest} 点券。仅凭余额无法判断结果未知的调用是否扣费"
            "（最多 {most} 次）。请先与服务商对账单核对（--statement 文件），在此之前不要确认结果。",
        ),
        "unknown_points": Translation(
            en="The {unknown} charged calls without an amount cost {rest} points together.",
            zh="{unknown} 次点券未知的已扣费调用共消耗 {rest} 点券。",
        ),
        "unexplained": Translation(
            en="No call of the ledger explains {rest} of the points. Does anything else spend from this account? The vendor's "
            "statement shows what they were taken for (--statement FILE).",
            zh="账本中没有调用能解释其中 {rest} 点券。是否有其他程序使用此账户？请查看服务商对账单（--statement 文件）。",
        ),
        "took_less": Translation(
            en="The vendor took {less} points less than responses named. Check the balances, top-ups and refunds that you entered; "
            "uncertain calls cannot be judged.",
            zh="服务商扣除的点券比响应注明的少 {less}。请检查输入的余额、充值和退回；无法判断结果未知的调用。",
        ),
    }
)
ABOVE_HIGHEST = Translation(
    en="The difference of {rest} is more than these calls would cost at {price} points each, the highest price seen or expected.",
    zh="差额 {rest} 超过这些调用按每次 {price} 点券（目前已知或预计的最高单价）计算的总和。",
)
STATEMENT_AGREES = Translation(
    en="Statement and ledger agree on every order.", zh="对账单与账本的每个订单都一致。"
)
STATEMENT_DIFFERS = Translation(
    en="Statement and ledger differ on {count:order|orders}:", zh="对账单与账本有 {count} 个订单不一致："
)
FOUND: Mapping[str, Translation] = MappingProxyType(
    {
        "agreed": Translation(en="agrees", zh="一致"),
        "points_differ": Translation(
            en="charged on both sides, different points", zh="双方都有扣费，点券不同"
        ),
        "too_often": Translation(en="charged more often than it was sent", zh="服务商扣费次数多于发送次数"),
        "refunded": Translation(en="charged, and refunded", zh="已扣费，又有退回"),
        "uncertain_charged": Translation(
            en="uncertain in the ledger, charged on the statement", zh="账本结果未知，对账单已扣费"
        ),
        "uncertain_not_charged": Translation(
            en="uncertain in the ledger; the statement covers its time and does not list it",
            zh="账本结果未知，对账单涵盖该时间但没有记录",
        ),
        "uncertain_unclear": Translation(
            en="uncertain in the ledger; the statement does not show whether it was charged",
            zh="账本结果未知，对账单无法判断是否扣费",
        ),
        "only_vendor": Translation(en="on the statement, not in the ledger", zh="对账单有，账本没有"),
        "only_ledger": Translation(en="charged in the ledger, not on the statement", zh="账本有，对账单没有"),
    }
)
TODO: Mapping[str, Translation] = MappingProxyType(
    {
        "agreed": NOTHING,
        "points_differ": Translation(en="Ask the vendor about the difference.", zh="请向服务商询问差额。"),
        "too_often": Translation(
            en="Dispute it with the vendor: the ledger has every call.",
            zh="可向服务商提出争议：账本记录了每一次调用。",
        ),
        "refunded": Translation(
            en="Ask the vendor whether the order was synced.", zh="请向服务商确认该订单是否已同步。"
        ),
        "uncertain_charged": Translation(
            en="Run batchsync resolve --charged {number}, or batchsync resolve --statement FILE for all.",
            zh="请用 batchsync resolve --charged {number}，或用 batchsync resolve --statement 文件 处理全部。",
        ),
        "uncertain_not_charged": Translation(
            en="Run batchsync resolve --not-charged {number}, or batchsync resolve --statement FILE for all.",
            zh="请用 batchsync resolve --not-charged {number}，或用 batchsync resolve --statement 文件 处理全部。",
        ),
        "uncertain_unclear": Translation(
            en="Get a complete statement of that time, or limit the days with --since and --until to those that this one covers completely.",
            zh="请取得该时间的完整对账单，或用 --since 和 --until 指定本对账单完整涵盖的日期。",
        ),
        "only_vendor": Translation(
            en="Did another program or ledger send it? Otherwise dispute it.",
            zh="是否由其他程序或账本发送？否则可提出争议。",
        ),
        "only_ledger": Translation(
            en="Check whether the statement is complete for that time.",
            zh="请确认对账单包含该时间的全部记录。",
        ),
    }
)
HEADS: Mapping[str, Translation] = MappingProxyType(
    {
        "finding": Translation(en="finding", zh="核对结果"),
        "owner": Translation(en="merchant id", zh="商家 ID"),
        "number": Translation(en="order number", zh="订单号"),
        "vendor_charges": Translation(en="charges (vendor)", zh="服务商扣费次数"),
        "vendor_points": Translation(en="points (vendor)", zh="服务商点券"),
        "our_charges": Translation(en="charges (ledger)", zh="账本扣费次数"),
        "our_open": Translation(en="uncertain calls", zh="未知调用次数"),
        "refunded": Translation(en="refunded points", zh="退回点券"),
        "places": Translation(en="statement rows", zh="对账单行"),
        "figure": Translation(en="figure", zh="项目"),
        "value": Translation(en="value", zh="数值"),
        "our_points": Translation(en="points (ledger)", zh="账本点券"),
        "todo": Translation(en="what to do", zh="处理建议"),
        "run": Translation(en="run", zh="任务编号"),
        "sent": Translation(en="sent at", zh="发送时间"),
        "heard": Translation(en="given up at", zh="结束时间"),
        "reason": Translation(en="what happened", zh="经过"),
        "http": Translation(en="HTTP status", zh="HTTP 状态"),
        "error": Translation(en="error", zh="错误"),
        "answer": Translation(en="response", zh="响应"),
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
RESOLVE_NOTHING = Translation(
    en="The statement does not show the result of any of {count:uncertain order|uncertain orders}.",
    zh="对账单无法确认 {count} 个结果未知的订单中的任何一个。",
)
RESOLVE_CHARGED = Translation(
    en="{number} (merchant {owner}): charged ({evidence})",
    zh="{number}（商家 {owner}）：已扣费（{evidence}）",
)
RESOLVE_NOT_CHARGED = Translation(
    en="{number} (merchant {owner}): not charged ({evidence})",
    zh="{number}（商家 {owner}）：未扣费（{evidence}）",
)
EVIDENCE_ABSENT = Translation(
    en="not in {files}, which covers {first} to {last}", zh="{files} 涵盖 {first} 至 {last}，其中没有"
)
RESOLVE_ASK = Translation(
    en="Record {charged} as charged and {not_charged} as not charged (these may be sent again)? [y/N]",
    zh="将 {charged} 个记为已扣费，{not_charged} 个记为未扣费（之后可以重新发送）？[y/N]",
)
RESOLVE_CHANGED = Translation(
    en="The ledger changed meanwhile: nothing was recorded. Run the command again.",
    zh="账本在此期间有变化，未做任何记录。请重新运行该命令。",
)
MORE_ORDERS = Translation(
    en="... and {count} more; --workbook PATH writes them all.",
    zh="……另有 {count} 个；用 --workbook 路径 写出全部。",
)

# --- ledger -------------------------------------------------------------------------------------------------

BACKED_UP = Translation(
    en="The ledger was copied to {path} ({size}), and the copy was verified.",
    zh="账本已备份到 {path}（{size}），备份通过检查。",
)
COPIED = Translation(
    en="Copied to {path} and compared row by row: {orders} orders, {attempts} calls, {runs} runs. From now on use only one of "
    "the two: neither ledger has the orders paid with the other.",
    zh="已复制到 {path}，逐行核对一致：{orders} 个订单，{attempts} 次调用，{runs} 个任务。今后请只使用其中一个：用一个账本付费的订单，另一个账本中没有记录。",
)
VERIFIED = Translation(
    en="The ledger is intact: {orders} orders, {attempts} calls, {runs} runs, {size}.",
    zh="账本完好：{orders} 个订单，{attempts} 次调用，{runs} 个任务，{size}。",
)
FAULTY = Translation(
    en="The ledger {path} has {count} errors. Keep a copy of the file, then restore the latest intact backup.",
    zh="账本 {path} 有 {count} 处错误。请先保留该文件的副本，再恢复到最近一份完好的备份。",
)
PRUNED = Translation(
    en="Deleted {attempts} calls of {runs} runs older than {days} days. All orders are kept, and so are runs with uncertain orders.",
    zh="已清除 {days} 天前 {runs} 个任务的 {attempts} 条调用记录。订单全部保留，含“结果未知”订单的任务也保留。",
)
PRUNE_DAYS = Translation(
    en="Set how many days of calls to keep: --days N, or ledger.keep_days in config.yaml.",
    zh="请设置保留多少天的调用记录：--days N，或在 config.yaml 中设置 ledger.keep_days。",
)

"""Texts of the Summary and of the sheet of uncertain orders."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.model import Reason

SUMMARY_SHEET = Translation(en="Summary", zh="汇总")
UNCERTAIN_SHEET = Translation(en="Uncertain", zh="结果未知")

TITLE = Translation(en="Sync result: {file}", zh="同步结果：{file}")
ALL_SYNCED = Translation(en="Finished. Every row is synced.", zh="已完成，所有行均已同步。")
FINISHED = Translation(
    en="Finished. {count} of {rows:row|rows} need attention (see below).",
    zh="已完成，{rows} 行中有 {count} 行需要处理（见下）。",
)
FINISHED_PART = Translation(
    en="Finished. {count} of {rows:row|rows} were not sent; the next run sends them.",
    zh="已完成，{rows} 行中有 {count} 行未发送，下次任务会发送。",
)
STOPPED_EARLY = Translation(
    en="NOT COMPLETE. {why} {count:row was|rows were} not sent.", zh="未完成。{why}还有 {count} 行未发送。"
)
KILLED = Translation(
    en="NOT COMPLETE. The run ended unexpectedly (power failure, crash or kill). {count:row was|rows were} not sent. Run the file again; only the rest is sent.",
    zh="未完成。任务意外中断（断电、崩溃或被强行结束），还有 {count} 行未发送。重新运行即可，只会发送剩余的订单。",
)
STILL_RUNNING = Translation(
    en="NOT COMPLETE YET. The run is in progress; this is its state at {time}. {count:row was|rows were} not sent so far.",
    zh="尚未完成。任务仍在进行中，以下为 {time} 时的情况，还有 {count} 行尚未发送。",
)
WHY_STOPPED_OTHER = Translation(en="The run stopped ({why}).", zh="任务提前停止（{why}）。")

ROWS_HEAD = Translation(en="Rows", zh="行数")
POINTS_SPENT = Translation(en="Points spent", zh="消耗点券")
POINTS_POSSIBLE = Translation(en="Possibly spent", zh="可能消耗")
PAID_EARLIER = Translation(en="Paid by earlier runs (orders)", zh="此前已付费订单数")

BY_STATUS = Translation(en="Rows by status", zh="各状态行数")
STATUS = Translation(en="Status", zh="状态")
SHARE = Translation(en="Share", zh="占比")
TOTAL = Translation(en="Total", zh="合计")

POINTS = Translation(en="Points", zh="点券")
SPENT_LONG = Translation(en="Spent by this run, as the responses named it", zh="本次消耗（以响应注明的为准）")
POSSIBLE_LONG = Translation(
    en="Possibly spent on {count:uncertain order|uncertain orders}, at most",
    zh="{count} 个结果未知的订单最多可能消耗",
)
MISSING_LONG = Translation(
    en="Points of {count:charged order|charged orders} whose amount is unknown, at most",
    zh="{count} 个已扣费但点券未知的订单最多消耗",
)
PAID_LONG = Translation(en="Orders paid for by this run", zh="本次付费的订单（个）")
PAID_EARLIER_LONG = Translation(
    en="Orders paid for by earlier runs, not paid again", zh="此前已付费、未重复付费的订单（个）"
)
CALLS_LONG = Translation(en="Calls made", zh="接口调用次数")
AMOUNT_MISSING = Translation(
    en="Charged orders whose points are unknown (the response named none, or you resolved them): {count}. They count as possibly spent.",
    zh="有 {count} 个已扣费的订单点券未知（响应没有注明，或由人工确认），计入“可能消耗”。",
)

TROUBLE = Translation(en="What needs attention", zh="需要处理的问题")
NO_TROUBLE = Translation(en="Nothing. Every row has a result.", zh="没有，所有行都已有结果。")
PROBLEM = Translation(en="Problem", zh="问题")
ORDERS = Translation(en="Count", zh="数量")
TODO = Translation(en="What to do", zh="处理建议")
CHART_TITLE = Translation(en="Rows by status", zh="各状态行数")

ABOUT = Translation(en="About this run", zh="关于本次任务")
FACTS: Mapping[str, Translation] = MappingProxyType(
    {
        "file": Translation(en="File", zh="文件"),
        "run": Translation(en="Run", zh="任务"),
        "account": Translation(en="Account", zh="账户"),
        "url": Translation(en="API address", zh="接口地址"),
        "started": Translation(en="Started", zh="开始时间"),
        "ended": Translation(en="Ended", zh="结束时间"),
        "seconds": Translation(en="Duration", zh="用时"),
        "rate": Translation(en="Maximum calls a second", zh="每秒最多调用"),
        "price": Translation(en="Expected points a call", zh="预计每次调用点券"),
        "columns": Translation(en="Columns used", zh="所用的列"),
        "note": Translation(en="Note", zh="说明"),
    }
)
NOT_ENDED = Translation(en="not ended", zh="未结束")
GOES_ON = Translation(en="not yet: as of {time}", zh="尚未结束：截至 {time}")
ON_SHEET = Translation(en="{sheet}: {note}", zh="{sheet}：{note}")

KINDS: Mapping[Reason, Translation] = MappingProxyType(
    {
        Reason.MISSING: Translation(en="empty cell", zh="单元格为空"),
        Reason.EXPONENT: Translation(en="number shortened by Excel (1.26E+17)", zh="编号变成科学计数法"),
        Reason.TRUNCATED: Translation(en="number cut off after 15 digits", zh="编号超过 15 位被截断"),
        Reason.ROUNDED: Translation(en="number rounded to 15 digits", zh="编号被存成数值，只有 15 位可信"),
        Reason.FRACTION: Translation(en="number with decimals", zh="编号带小数"),
        Reason.NOT_AN_ID: Translation(en="not an id", zh="不是有效编号"),
        Reason.ERROR_CELL: Translation(en="error cell (#N/A ...)", zh="单元格是错误值（#N/A 等）"),
        Reason.NO_VALUE: Translation(en="formula without a value", zh="公式没有计算结果"),
        Reason.UNDECODABLE: Translation(en="bytes that are no text", zh="无法识别的字节"),
        Reason.BROKEN_LINE: Translation(en="broken line", zh="损坏的行"),
        Reason.TOO_LONG: Translation(en="too long for an id", zh="编号过长"),
        Reason.NO_OWNER: Translation(en="no merchant id", zh="没有商家 ID"),
        Reason.UNKNOWN_SHOP: Translation(en="shop without a merchant id", zh="店铺没有对应的商家 ID"),
        Reason.NOT_A_MERCHANT: Translation(en="not a merchant ID", zh="不是商家 ID"),
        Reason.UNUSUAL: Translation(en="unlike the other order numbers", zh="与其他订单号明显不同"),
        Reason.ERP_COPY: Translation(en="an ERP's copy of an order", zh="ERP 拆分或复制的订单"),
        Reason.DUPLICATE_OTHER_MERCHANT: Translation(
            en="duplicate under another merchant", zh="重复行（商家不同）"
        ),
        Reason.PAID_OTHER_MERCHANT: Translation(
            en="paid under another merchant", zh="此前已在其他商家名下付费"
        ),
        Reason.DUPLICATE: Translation(en="duplicate", zh="重复行"),
        Reason.HIDDEN: Translation(en="hidden row, left out", zh="隐藏行，未发送"),
        Reason.ALREADY_SYNCED: Translation(en="already synced", zh="此前已同步"),
        Reason.SETTLED_CHARGED: Translation(en="confirmed as charged", zh="已核实为已扣费"),
        Reason.FAILED_CHARGED: Translation(
            en="failed before, points may be spent", zh="以前失败，可能已扣点券"
        ),
        Reason.STILL_UNCERTAIN: Translation(
            en="uncertain since an earlier run", zh="以前的结果未知，尚未确认"
        ),
        Reason.SYNCED_LATER: Translation(en="synced by a later run", zh="已由之后的任务同步"),
        Reason.SENT_AGAIN: Translation(en="no response, sent again later", zh="未收到响应，之后已重新发送"),
        Reason.LIMIT: Translation(en="beyond --limit", zh="超出 --limit 的数量"),
        Reason.STOPPED: Translation(en="not reached", zh="未轮到"),
        Reason.NOT_YET: Translation(en="not reached yet", zh="尚未轮到"),
        Reason.UNDER_WAY: Translation(en="being sent right now", zh="正在发送"),
        Reason.SYNCED: Translation(en="synced", zh="已同步"),
        Reason.API_FAILED: Translation(
            en="API reported failure, points may be spent", zh="接口返回失败，可能已扣点券"
        ),
        Reason.USER_UNKNOWN: Translation(en="user does not exist", zh="用户不存在"),
        Reason.NOT_JSON_REQUEST: Translation(en="request not JSON", zh="请求格式必须为 JSON"),
        Reason.BAD_PARAMETERS: Translation(en="bad parameters", zh="参数不合法"),
        Reason.AUTHENTICATION: Translation(en="authentication failed", zh="认证失败"),
        Reason.BAD_PRODUCT: Translation(en="bad product ID", zh="商品 ID 不合法"),
        Reason.BAD_WAREHOUSE: Translation(en="bad warehouse ID", zh="仓库 ID 不合法"),
        Reason.BAD_SOURCE: Translation(en="bad order source", zh="订单来源不合法"),
        Reason.BAD_PARCEL: Translation(en="bad parcel ID", zh="包裹 ID 不合法"),
        Reason.ORDER_CREATION: Translation(en="order creation failed", zh="创建订单失败"),
        Reason.BALANCE: Translation(en="balance empty", zh="账户余额不足"),
        Reason.UNKNOWN_CODE: Translation(en="unknown status code", zh="未知状态码"),
        Reason.CODE_REFUSED: Translation(en="refused, by api.codes", zh="被拒绝（按 api.codes）"),
        Reason.CODE_CHARGED: Translation(
            en="failed and charged, by api.codes", zh="失败且已扣费（按 api.codes）"
        ),
        Reason.CHARGED_ERROR: Translation(en="error, points spent", zh="返回错误但已扣点券"),
        Reason.UNREACHABLE: Translation(en="server not reachable", zh="无法连接服务器"),
        Reason.TURNED_AWAY: Translation(en="server too busy", zh="服务器繁忙"),
        Reason.STALE_CLAIM: Translation(en="computer asleep before sending", zh="发送前电脑休眠"),
        Reason.NOT_SENT: Translation(en="not sent", zh="没有发出"),
        Reason.TIMEOUT: Translation(en="no response in time", zh="超时未收到响应"),
        Reason.CONNECTION_LOST: Translation(en="connection lost after sending", zh="发出后连接中断"),
        Reason.HTTP_ERROR: Translation(en="server error instead of a result", zh="服务器出错，没有结果"),
        Reason.BAD_ANSWER: Translation(en="unreadable response", zh="无法识别的响应"),
        Reason.REDIRECT: Translation(en="address redirects", zh="接口地址被重定向"),
        Reason.HTTP_DENIED: Translation(en="access denied", zh="服务器拒绝访问"),
        Reason.CRASH: Translation(en="interrupted while being sent", zh="发送过程中意外中断"),
        Reason.ABANDONED: Translation(en="cancelled while being sent", zh="发送过程中被取消"),
    }
)
"""Each reason in a few words, for the groups of the Summary."""
WITH_CODE = Translation(en="{kind} (code {code})", zh="{kind}（状态码 {code}）")
TODO_ALL: Mapping[Reason, Translation] = MappingProxyType(
    {
        Reason.UNKNOWN_CODE: Translation(
            en="Ask the vendor what the status code means and whether the orders were charged, then fill in the decision column.",
            zh="请向服务商询问该状态码的含义以及是否扣费，然后填写“处理决定”列。",
        ),
    }
)
"""What to do about a whole group, where the sentence of a row has facts of that row."""

UNCERTAIN_TITLE = Translation(en="Orders whose result is unknown", zh="结果未知的订单")
UNCERTAIN_HELP = Translation(
    en="These calls were sent, but no valid response arrived: points may have been spent. Send this list to the vendor and ask. Then fill in the decision column of the data sheet and run this file again.",
    zh="以下调用已发出，但没有收到有效的响应，可能已消耗点券。请把此表发给服务商核对，然后填写数据表的“处理决定”列，再重新运行本文件。",
)
UNCERTAIN_NONE = Translation(en="No uncertain orders.", zh="没有结果未知的订单。")
UNCERTAIN_MORE = Translation(
    en="{count} more are marked on the data sheet.", zh="另有 {count} 个，见数据表中的标记。"
)
EVIDENCE_HEADS: tuple[Translation, ...] = (
    Translation(en="sheet", zh="工作表"),
    Translation(en="line", zh="行号"),
    Translation(en="number (orderSns)", zh="编号（orderSns）"),
    Translation(en="merchant (ownerId)", zh="商户（ownerId）"),
    Translation(en="sent at", zh="发送时间"),
    Translation(en="HTTP status", zh="HTTP 状态"),
    Translation(en="seconds waited", zh="等待秒数"),
    Translation(en="what happened", zh="经过"),
    Translation(en="response", zh="响应"),
    Translation(en="run", zh="任务"),
)
"""Worded so that the sheet is not recognised as a list of orders to send."""

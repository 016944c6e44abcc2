"""What a result says: its columns, its statuses, and two sentences for every reason."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.model import Reason, RowStatus
from batchsync.words.planning import PLANNED
from batchsync.words.text import RowText, Text

# --- Columns and statuses -----------------------------------------------------------------------------------

HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "status": Text(en="sync status", zh="同步状态"),
        "error": Text(en="error", zh="错误信息"),
        "points": Text(en="points spent", zh="消耗点券"),
        "todo": Text(en="what to do", zh="处理建议"),
        "api_status": Text(en="API status", zh="状态码"),
        "attempts": Text(en="attempts", zh="尝试次数"),
        "answered_at": Text(en="answered at", zh="完成时间"),
        "decision": Text(en="decision", zh="处理决定"),
    }
)
"""The added columns by role, in their order; `decision` only where something is uncertain."""

STATUSES: Mapping[RowStatus, Text] = MappingProxyType(
    {
        RowStatus.SYNCED: Text(en="synced", zh="已同步"),
        RowStatus.ALREADY_SYNCED: Text(en="already synced", zh="此前已同步"),
        RowStatus.DUPLICATE: Text(en="duplicate", zh="重复行"),
        RowStatus.FAILED: Text(en="failed", zh="失败"),
        RowStatus.UNCERTAIN: Text(en="uncertain", zh="结果未知"),
        RowStatus.NOT_SENT: Text(en="not sent", zh="未发送"),
        RowStatus.INVALID: Text(en="invalid", zh="无效行"),
    }
)

DECISIONS: tuple[Text, ...] = (
    Text(en="charged", zh="已扣费"),
    Text(en="not charged", zh="未扣费"),
    Text(en="send again", zh="重新发送"),
)
"""What the drop-down of the decision column offers; a test holds them against `planning.DECISIONS`."""

DECISION_TITLE = Text(en="What did you find?", zh="核实结果")
DECISION_HELP = Text(
    en="Look the order up at the vendor's, then choose. Run this file again, and it is obeyed.",
    zh="请先到平台核实，再选择。重新运行本文件时会照此处理。",
)

# --- What a row says ----------------------------------------------------------------------------------------

EMPTY = Text(en="", zh="")
NOTHING = Text(en="Nothing to do.", zh="无需处理。")
AMOUNT_MISSING = Text(
    en="Synced, but the answer named no amount: see the points on the vendor's page.",
    zh="已同步，但接口没有说明消耗的点券，请到平台核对。",
)
FOREIGN = Text(en="{sentence} The API says: {words}", zh="{sentence}接口原文：{words}")
"""The API's own words after ours: foreign text."""
OF_ORDER = Text(en="{number}: {sentence}", zh="{number}：{sentence}")
"""One of several orders of a row."""

_AGAIN = Text(
    en="Nothing was spent. Run the file again; it goes with the next run.",
    zh="没有消耗点券，重新运行即可，下次会发送。",
)
_LOOK_UP = Text(
    en="Check it on the vendor's page, then fill in the decision column and run this file again (or use batchsync resolve).",
    zh="请到平台核实是否扣费，在“处理决定”列填写后重新运行本文件（或使用 batchsync resolve）。",
)
_PAID_NO = Text(
    en="Check it on the vendor's page; only --resend sends it again, and pays again.",
    zh="请到平台核对；如要再次付费发送，请用 --resend。",
)
_CHECK_IDS = Text(
    en="Nothing was spent. Check order number and merchant id, correct the row and run the file again.",
    zh="没有消耗点券。请核对订单号和商家 id，更正后重新运行。",
)
_CHECK_ORDER = Text(
    en="Nothing was spent. Check this order in the shop, mend it there, and run the file again.",
    zh="没有消耗点券。请在店铺后台检查该订单，处理好后重新运行。",
)

ANSWERED: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.SYNCED: RowText(error=EMPTY, todo=NOTHING),
        Reason.API_FAILED: RowText(
            error=Text(
                en="The API carried out the call and says that it failed; points may have been spent.",
                zh="接口执行了请求但返回失败，可能已消耗点券。",
            ),
            todo=_PAID_NO,
        ),
        Reason.USER_UNKNOWN: RowText(
            error=Text(
                en="The API does not know the user (1003): merchant id {owner} may be wrong.",
                zh="用户不存在（1003）：商家 id {owner} 可能有误。",
            ),
            todo=_CHECK_IDS,
        ),
        Reason.NOT_JSON_REQUEST: RowText(
            error=Text(
                en="The API says that the request was not JSON (132): a proxy on the way changes it, or this is a bug of ours.",
                zh="接口认为请求不是 JSON（132）：可能被中间代理改动，或是本程序的问题。",
            ),
            todo=Text(
                en="Nothing was spent. Check api.url and api.proxy with batchsync doctor, then run the file again.",
                zh="没有消耗点券。请用 batchsync doctor 检查 api.url 和 api.proxy，再重新运行。",
            ),
        ),
        Reason.BAD_PARAMETERS: RowText(
            error=Text(
                en="The API does not accept the values of this row (422).",
                zh="接口不接受这一行的参数（422）。",
            ),
            todo=_CHECK_IDS,
        ),
        Reason.AUTHENTICATION: RowText(
            error=Text(
                en="The API does not accept the token (200); the order was not sent on.",
                zh="认证失败（200）：访问 token 不被接受，订单未处理。",
            ),
            todo=Text(
                en="Nothing was spent. Set the right token (BATCHSYNC_TOKEN or api.token_file) and run the file again.",
                zh="没有消耗点券。请更换正确的 token（BATCHSYNC_TOKEN 或 api.token_file）后重新运行。",
            ),
        ),
        Reason.BAD_PRODUCT: RowText(
            error=Text(
                en="The product of this order is not valid for the API (202).", zh="商品 id 不合法（202）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_WAREHOUSE: RowText(
            error=Text(
                en="The warehouse of this order is not valid for the API (203).", zh="仓库 id 不合法（203）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_SOURCE: RowText(
            error=Text(
                en="The source of this order is not valid for the API (228).", zh="订单来源不合法（228）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_PARCEL: RowText(
            error=Text(
                en="The parcel of this order is not valid for the API (212).", zh="包裹 id 不合法（212）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.ORDER_CREATION: RowText(
            error=Text(en="The API could not create the order (217).", zh="创建订单失败（217）。"),
            todo=Text(
                en="Nothing was spent. Run the file again later; if it stays so, ask the vendor with this code.",
                zh="没有消耗点券。请稍后重新运行；仍失败请凭此状态码联系平台。",
            ),
        ),
        Reason.BALANCE: RowText(
            error=Text(en="The account's balance was empty (209).", zh="账户余额不足（209）。"),
            todo=Text(
                en="Nothing was spent on it. Top up, then run the file again.",
                zh="这一行没有消耗点券。请充值后重新运行。",
            ),
        ),
        Reason.UNKNOWN_CODE: RowText(
            error=Text(
                en="The API answered with a code that its page does not list ({code}).",
                zh="接口返回了文档中没有的状态码（{code}）。",
            ),
            todo=Text(
                en="Nothing was spent as far as the answer says. Ask the vendor what {code} means; the next run sends it again.",
                zh="按返回内容没有消耗点券。请向平台询问 {code} 的含义；下次运行会再次发送。",
            ),
        ),
        Reason.CHARGED_ERROR: RowText(
            error=Text(
                en="The API answered with an error ({code}), and yet spent points.",
                zh="接口返回错误（{code}），但仍扣了点券。",
            ),
            todo=_PAID_NO,
        ),
    }
)
"""What the API answered. Facts: code, owner, number."""

WIRE: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.UNREACHABLE: RowText(
            error=Text(
                en="The server could not be reached; nothing left this computer.",
                zh="连不上服务器，请求没有发出。",
            ),
            todo=_AGAIN,
        ),
        Reason.TURNED_AWAY: RowText(
            error=Text(
                en="The server was too busy and turned the call away (HTTP {http}).",
                zh="服务器繁忙，拒绝了请求（HTTP {http}）。",
            ),
            todo=_AGAIN,
        ),
        Reason.STALE_CLAIM: RowText(
            error=Text(
                en="The computer slept just before the call, so it was not sent.",
                zh="发送前电脑休眠或暂停，没有发出。",
            ),
            todo=_AGAIN,
        ),
        Reason.NOT_SENT: RowText(
            error=Text(en="It was not sent; nothing was spent.", zh="没有发出，没有消耗点券。"), todo=_AGAIN
        ),
        Reason.TIMEOUT: RowText(
            error=Text(
                en="Sent, but no answer came within {elapsed} s: it may have been charged.",
                zh="已发出，但 {elapsed} 秒内没有收到回答，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.CONNECTION_LOST: RowText(
            error=Text(
                en="The connection broke after the request had left: it may have been charged.",
                zh="请求发出后连接中断，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.HTTP_ERROR: RowText(
            error=Text(
                en="The server answered HTTP {http} instead of a result: it may have been charged.",
                zh="服务器返回 HTTP {http}，没有给出结果，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.BAD_ANSWER: RowText(
            error=Text(
                en="The answer can't be understood: it may have been charged.",
                zh="无法理解服务器的回答，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.REDIRECT: RowText(
            error=Text(
                en="The address sends callers elsewhere (HTTP {http}); the token was not sent on.",
                zh="接口地址被重定向（HTTP {http}），没有继续发送。",
            ),
            todo=Text(
                en="Nothing was spent. Correct api.url (batchsync doctor helps), then run the file again.",
                zh="没有消耗点券。请更正 api.url（可用 batchsync doctor 检查）后重新运行。",
            ),
        ),
        Reason.HTTP_DENIED: RowText(
            error=Text(
                en="The server refused the call (HTTP {http}): token, address or proxy is wrong.",
                zh="服务器拒绝访问（HTTP {http}）：token、地址或代理有误。",
            ),
            todo=Text(
                en="Nothing was spent. Run batchsync doctor, mend what it names, then run the file again.",
                zh="没有消耗点券。请运行 batchsync doctor，按提示修正后重新运行。",
            ),
        ),
        Reason.CRASH: RowText(
            error=Text(
                en="The program or the computer died while this order was under way: it may have been charged.",
                zh="发送途中程序或电脑意外中断，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.ABANDONED: RowText(
            error=Text(
                en="The run was broken off while this order was under way: it may have been charged.",
                zh="发送途中运行被强行终止，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
    }
)
"""What happened on the wire. Facts: http, elapsed."""

RUN: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.DUPLICATE: RowText(
            error=Text(
                en="The same order stands in line {line}, whose result counts.",
                zh="与第 {line} 行是同一个订单，以那一行的结果为准。",
            ),
            todo=NOTHING,
        ),
        Reason.ALREADY_SYNCED: RowText(
            error=EMPTY,
            todo=Text(
                en="Nothing to do: run {run} synced it on {time}; nothing was spent now.",
                zh="无需处理：{time} 已由运行 {run} 同步，这次没有消耗点券。",
            ),
        ),
        Reason.SETTLED_CHARGED: RowText(
            error=EMPTY,
            todo=Text(
                en="Nothing to do: it was settled as charged; nothing was spent again.",
                zh="无需处理：已核实为已扣费，没有再次消耗点券。",
            ),
        ),
        Reason.LIMIT: RowText(
            error=Text(
                en="The run was to send fewer orders than the file has (--limit).",
                zh="本次运行限制了发送数量（--limit），没有轮到这一行。",
            ),
            todo=_AGAIN,
        ),
        Reason.STOPPED: RowText(
            error=Text(en="The run stopped before it came to this row.", zh="运行提前停止，没有轮到这一行。"),
            todo=_AGAIN,
        ),
    }
)
"""What the run itself decided. Facts: line, sheet, run, time."""

DUPLICATE_ELSEWHERE = Text(
    en="The same order stands in line {line} of sheet “{sheet}”, whose result counts.",
    zh="与工作表“{sheet}”第 {line} 行是同一个订单，以那一行的结果为准。",
)
ALREADY_SYNCED_SOMETIME = Text(
    en="Nothing to do: an earlier run synced it; nothing was spent now.",
    zh="无需处理：此前已同步，这次没有消耗点券。",
)
"""When the run that did it is not known."""

ROWS: Mapping[Reason, RowText] = MappingProxyType({**PLANNED, **ANSWERED, **WIRE, **RUN})
"""Every reason's two sentences."""

# --- The Summary sheet --------------------------------------------------------------------------------------

SUMMARY_SHEET = Text(en="Summary", zh="汇总")
UNCERTAIN_SHEET = Text(en="Uncertain", zh="结果未知")

TITLE = Text(en="Sync result: {file}", zh="同步结果：{file}")
ALL_SYNCED = Text(en="Finished. Every row is synced.", zh="已完成，所有行均已同步。")
FINISHED = Text(
    en="Finished. {count} of {rows:row|rows} to look at (see below).",
    zh="已完成，{rows} 行中有 {count} 行需要处理（见下）。",
)
FINISHED_PART = Text(
    en="Finished. {count} of {rows:row|rows} not sent: they wait for the next run.",
    zh="已完成，{rows} 行中有 {count} 行未发送，下次运行会发送。",
)
STOPPED_EARLY = Text(
    en="NOT COMPLETE. {why} {count:row was|rows were} not sent.", zh="未完成。{why}还有 {count} 行未发送。"
)
KILLED = Text(
    en="NOT COMPLETE. The run was cut off (power, crash or kill). {count:row was|rows were} not sent. Run the file again; it sends only what is left.",
    zh="未完成。运行被意外中断（断电、崩溃或被强行结束），还有 {count} 行未发送。重新运行即可，只会发送剩下的订单。",
)
WHY_STOPPED: Mapping[str, Text] = MappingProxyType(
    {
        "authentication": Text(
            en="The token was not accepted: set the right one and run the file again.",
            zh="token 未通过认证：请更换后重新运行。",
        ),
        "balance": Text(
            en="The balance is empty: top up and run the file again.", zh="账户余额不足：请充值后重新运行。"
        ),
        "spending_cap": Text(
            en="The spending cap was reached: raise it and run the file again for the rest.",
            zh="达到点券上限：如需继续，请调高上限后重新运行。",
        ),
        "address": Text(
            en="The address does not answer as the API would: run batchsync doctor, then run the file again.",
            zh="接口地址不正确：请用 batchsync doctor 检查后重新运行。",
        ),
        "failures": Text(
            en="Too many failures in a row: mend the cause shown below and run the file again.",
            zh="连续多次失败：请按下方原因处理后重新运行。",
        ),
        "interrupted": Text(
            en="The run was interrupted: run the file again, it sends only what is left.",
            zh="运行被中断：重新运行即可，只会发送剩下的订单。",
        ),
        "disk": Text(
            en="The disk was full: free some space and run the file again; no answer was lost.",
            zh="磁盘已满：请清理空间后重新运行，没有丢失任何回答。",
        ),
    }
)
WHY_STOPPED_OTHER = Text(en="The run stopped ({why}).", zh="运行提前停止（{why}）。")

ROWS_HEAD = Text(en="Rows", zh="行数")
POINTS_SPENT = Text(en="Points spent", zh="消耗点券")
POINTS_POSSIBLE = Text(en="Possibly spent", zh="可能消耗")
POINTS_SAVED = Text(en="Saved", zh="避免重复付费")

BY_STATUS = Text(en="Rows by status", zh="各状态行数")
STATUS = Text(en="Status", zh="状态")
SHARE = Text(en="Share", zh="占比")
TOTAL = Text(en="Total", zh="合计")

POINTS = Text(en="Points", zh="点券")
SPENT_LONG = Text(en="Spent by this run", zh="本次消耗")
POSSIBLE_LONG = Text(
    en="Possibly spent on {count:uncertain order|uncertain orders}", zh="{count} 个结果未知的订单可能消耗"
)
MISSING_LONG = Text(en="Answers that named no amount", zh="未注明点券的回答（个）")
SAVED_LONG = Text(
    en="Saved by not paying twice ({count:order|orders})", zh="避免重复付费所节省（{count} 个订单）"
)
CALLS_LONG = Text(en="Calls made", zh="接口调用次数")

TROUBLE = Text(en="What needs a look", zh="需要处理的问题")
NO_TROUBLE = Text(en="Nothing. Every row is settled.", zh="没有，所有行都已有结果。")
PROBLEM = Text(en="Problem", zh="问题")
ORDERS = Text(en="Count", zh="数量")
TODO = Text(en="What to do", zh="处理建议")
CHART_TITLE = Text(en="Rows by status", zh="各状态行数")

ABOUT = Text(en="About this run", zh="本次运行")
FACTS: Mapping[str, Text] = MappingProxyType(
    {
        "file": Text(en="File", zh="文件"),
        "run": Text(en="Run", zh="运行编号"),
        "account": Text(en="Account", zh="账户"),
        "url": Text(en="API address", zh="接口地址"),
        "started": Text(en="Started", zh="开始时间"),
        "ended": Text(en="Ended", zh="结束时间"),
        "seconds": Text(en="Duration", zh="用时"),
        "rate": Text(en="Most calls a second", zh="每秒最多调用"),
        "price": Text(en="Expected points a call", zh="预计每次调用点券"),
        "columns": Text(en="Columns taken", zh="所用的列"),
        "note": Text(en="Note", zh="说明"),
    }
)
NOT_ENDED = Text(en="not ended", zh="未结束")
ON_SHEET = Text(en="{sheet}: {said}", zh="{sheet}：{said}")

KINDS: Mapping[Reason, Text] = MappingProxyType(
    {
        Reason.MISSING: Text(en="empty cell", zh="单元格为空"),
        Reason.EXPONENT: Text(en="number shortened by Excel (1.26E+17)", zh="编号变成科学计数法"),
        Reason.TRUNCATED: Text(en="number cut off after 15 digits", zh="编号超过 15 位被截断"),
        Reason.ROUNDED: Text(en="number rounded to 15 digits", zh="编号被存成数值，只有 15 位可信"),
        Reason.FRACTION: Text(en="number with decimals", zh="编号带小数"),
        Reason.NOT_AN_ID: Text(en="not an id", zh="不是有效编号"),
        Reason.ERROR_CELL: Text(en="error cell (#N/A ...)", zh="单元格是错误值（#N/A 等）"),
        Reason.NO_VALUE: Text(en="formula without a value", zh="公式没有计算结果"),
        Reason.UNDECODABLE: Text(en="bytes that are no text", zh="无法识别的字节"),
        Reason.BROKEN_LINE: Text(en="broken line", zh="损坏的行"),
        Reason.TOO_LONG: Text(en="too long for an id", zh="编号过长"),
        Reason.NO_OWNER: Text(en="no merchant id", zh="没有商家 id"),
        Reason.UNKNOWN_SHOP: Text(en="shop without a merchant id", zh="店铺没有对应的商家 id"),
        Reason.DUPLICATE: Text(en="duplicate", zh="重复行"),
        Reason.HIDDEN: Text(en="hidden row, left out", zh="隐藏行，未发送"),
        Reason.ALREADY_SYNCED: Text(en="already synced", zh="此前已同步"),
        Reason.SETTLED_CHARGED: Text(en="settled as charged", zh="已核实为已扣费"),
        Reason.FAILED_CHARGED: Text(en="failed before, points may be spent", zh="以前失败，可能已扣点券"),
        Reason.STILL_UNCERTAIN: Text(en="uncertain since an earlier run", zh="以前的结果未知，尚未核实"),
        Reason.LIMIT: Text(en="beyond --limit", zh="超出 --limit 的数量"),
        Reason.STOPPED: Text(en="not reached", zh="未轮到"),
        Reason.SYNCED: Text(en="synced", zh="已同步"),
        Reason.API_FAILED: Text(
            en="the API says failed, points may be spent", zh="接口返回失败，可能已扣点券"
        ),
        Reason.USER_UNKNOWN: Text(en="user does not exist", zh="用户不存在"),
        Reason.NOT_JSON_REQUEST: Text(en="request not JSON", zh="请求格式必须为 JSON"),
        Reason.BAD_PARAMETERS: Text(en="bad parameters", zh="参数不合法"),
        Reason.AUTHENTICATION: Text(en="authentication failed", zh="认证失败"),
        Reason.BAD_PRODUCT: Text(en="bad product id", zh="商品 id 不合法"),
        Reason.BAD_WAREHOUSE: Text(en="bad warehouse id", zh="仓库 id 不合法"),
        Reason.BAD_SOURCE: Text(en="bad order source", zh="订单来源不合法"),
        Reason.BAD_PARCEL: Text(en="bad parcel id", zh="包裹 id 不合法"),
        Reason.ORDER_CREATION: Text(en="order creation failed", zh="创建订单失败"),
        Reason.BALANCE: Text(en="balance empty", zh="账户余额不足"),
        Reason.UNKNOWN_CODE: Text(en="unknown code", zh="未知状态码"),
        Reason.CHARGED_ERROR: Text(en="error, yet points spent", zh="返回错误但已扣点券"),
        Reason.UNREACHABLE: Text(en="server not reached", zh="连不上服务器"),
        Reason.TURNED_AWAY: Text(en="server too busy", zh="服务器繁忙"),
        Reason.STALE_CLAIM: Text(en="computer slept before sending", zh="发送前电脑休眠"),
        Reason.NOT_SENT: Text(en="not sent", zh="没有发出"),
        Reason.TIMEOUT: Text(en="no answer in time", zh="超时未收到回答"),
        Reason.CONNECTION_LOST: Text(en="connection lost after sending", zh="发出后连接中断"),
        Reason.HTTP_ERROR: Text(en="server error instead of a result", zh="服务器出错，没有结果"),
        Reason.BAD_ANSWER: Text(en="answer not understood", zh="无法理解的回答"),
        Reason.REDIRECT: Text(en="address redirects", zh="接口地址被重定向"),
        Reason.HTTP_DENIED: Text(en="access denied", zh="服务器拒绝访问"),
        Reason.CRASH: Text(en="cut off while under way", zh="发送途中意外中断"),
        Reason.ABANDONED: Text(en="broken off while under way", zh="发送途中被强行终止"),
    }
)
"""Each reason in a few words, for the groups of the Summary."""
WITH_CODE = Text(en="{kind} (code {code})", zh="{kind}（状态码 {code}）")
TODO_ALL: Mapping[Reason, Text] = MappingProxyType(
    {
        Reason.UNKNOWN_CODE: Text(
            en="Ask the vendor what the code means; the next run sends these again.",
            zh="请向平台询问该状态码的含义；下次运行会再次发送。",
        ),
    }
)
"""What to do about a whole group, where a row's own sentence names facts of the row."""

# --- The sheet of uncertain orders --------------------------------------------------------------------------

UNCERTAIN_TITLE = Text(en="Orders whose result is unknown", zh="结果未知的订单")
UNCERTAIN_HELP = Text(
    en="These calls left this computer, but no valid answer came back: points may have been spent. Send this list to the vendor and ask. "
    "Then fill in the decision column of the data sheet and run this file again.",
    zh="以下请求已经发出，但没有收到有效的回答，可能已消耗点券。可把此表发给平台核实，然后在数据表的“处理决定”列填写，再重新运行本文件。",
)
UNCERTAIN_NONE = Text(en="No uncertain orders.", zh="没有结果未知的订单。")
UNCERTAIN_MORE = Text(
    en="{count} more are marked on the data sheet.", zh="另有 {count} 个，见数据表中的标记。"
)
EVIDENCE_HEADS: tuple[Text, ...] = (
    Text(en="sheet", zh="工作表"),
    Text(en="line", zh="行号"),
    Text(en="number (orderSns)", zh="编号（orderSns）"),
    Text(en="merchant (ownerId)", zh="商户（ownerId）"),
    Text(en="sent at", zh="发出时间"),
    Text(en="HTTP status", zh="HTTP 状态"),
    Text(en="seconds waited", zh="等待秒数"),
    Text(en="what happened", zh="经过"),
    Text(en="what came back", zh="返回内容"),
    Text(en="run", zh="运行编号"),
)
"""Worded so that no reader takes the sheet for a list of orders to send."""

# --- What is said about writing -----------------------------------------------------------------------------

FRESH_WHY = Text(
    en="The result is a fresh workbook with the same rows, since your own could not be kept: {why}.",
    zh="结果写在新的工作簿里（内容相同），因为无法保留原工作簿：{why}。",
)
WHY_SIGNED = Text(
    en="it is digitally signed, and a change would break the signature", zh="它带有数字签名，改动会使签名失效"
)
WHY_UNSHAPED = Text(en="it is built in an unusual way", zh="文件结构特殊")
WHY_CHANGED = Text(en="the file has changed since it was read", zh="文件在读取之后被修改过")
WHY_GONE = Text(en="the file is not there any more", zh="原文件已不存在")
WHY_PASSWORD = Text(en="it is protected by a password", zh="它受密码保护")
PLAN_ONLY = Text(
    en="The result shows only order numbers, merchants and results, since the file itself can't be used: {why}.",
    zh="结果只包含编号、商家和同步结果，因为无法使用原文件：{why}。",
)
OLDER_KEPT = Text(
    en="An older result stood there; it is now {kept}.", zh="那里已有旧的结果，已改名为 {kept}。"
)
OTHER_KEPT = Text(en="Another file stood there; it is now {kept}.", zh="那里已有其他文件，已改名为 {kept}。")
NAME_TAKEN = Text(
    en="{asked} is another file of yours, so the result is {path}.",
    zh="{asked} 是您的另一个文件，结果已写到 {path}。",
)
NEVER_OVER_INPUT = Text(
    en="{asked} is the input itself, so the result is {path}.", zh="{asked} 就是原文件，结果已写到 {path}。"
)
LOCKED = Text(
    en="{asked} is open in another program, so the result is {path}.",
    zh="{asked} 正被其他程序打开，结果已写到 {path}。",
)
ELSEWHERE = Text(
    en="Nothing can be written to {folder} ({why}), so the result is {path}.",
    zh="无法写入文件夹 {folder}（{why}），结果已写到 {path}。",
)
NOWHERE = Text(
    en="The result can be written neither to {folder} ({why}) nor to {other}. Free some space or choose another place, then: batchsync report {run} --output FOLDER",
    zh="结果既无法写入 {folder}（{why}），也无法写入 {other}。请清理空间或另选位置，然后运行：batchsync report {run} --output 文件夹",
)
MACROS_KEPT = Text(
    en="The workbook has macros, so the result's name ends in .xlsm.",
    zh="工作簿含有宏，结果的扩展名为 .xlsm。",
)
GOES_ON = Text(en="{name} ({number})", zh="{name} ({number})")
SUMMARY_BESIDE = Text(en="Its summary: {path}", zh="汇总：{path}")
SHEET_HEAD = Text(en="sheet", zh="工作表")
LINE_HEAD = Text(en="line", zh="行号")
OWNER_HEAD = Text(en="merchant id", zh="商家id")
NUMBER_HEAD = Text(en="order number", zh="订单号")

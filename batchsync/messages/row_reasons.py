"""Two sentences for every reason of a row: what is wrong and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.planning import CHECK_CHARGED_FAILURE, CHECK_UNCERTAIN, NOTHING, PLANNED
from batchsync.messages.render import RowText, Translation
from batchsync.model import Reason

EMPTY = Translation(en="", zh="")
AMOUNT_MISSING = Translation(
    en="Synced, but the response named no points. Check the points in the vendor's console.",
    zh="已同步，但响应中没有消耗的点券，请到服务商后台核对。",
)
REFUSED_THIS_TIME = Translation(
    en="This call cost nothing, but another call of this order may have been charged (batchsync history --order {number}). It is sent again only with --resend or --resend-uncertain.",
    zh="这次调用没有消耗点券，但该订单的另一次调用可能已扣费（batchsync history --order {number}）。只有指定 --resend 或 --resend-uncertain 才会再次发送。",
)
FOREIGN = Translation(en="{sentence} Message from the API: {words}", zh="{sentence}接口返回的信息：{words}")
"""Our sentence and the API's own text (untrusted)."""
OF_ORDER = Translation(en="{number}: {sentence}", zh="{number}：{sentence}")
"""One of several orders of a row."""

UNKNOWN_DECISION = Translation(
    en="{sentence} The decision “{word}” is none of: charged, not charged, send again, send; it changed nothing.",
    zh="{sentence}处理决定“{word}”不是“已扣费 / 未扣费 / 重新发送 / 发送”之一，未执行。",
)

_AGAIN = Translation(
    en="Nothing was spent. Run the file again; this row will be sent then.",
    zh="没有消耗点券。重新运行文件即可，届时会发送这一行。",
)
_WAIT = Translation(
    en="Wait until the run has ended; its result will show this row.",
    zh="请等待任务结束，结果文件会显示这一行的结果。",
)
_CHECK_IDS = Translation(
    en="Nothing was spent. Check the order number and the merchant ID, correct the row, and run the file again.",
    zh="没有消耗点券。请核对订单号和商家 ID，更正后重新运行。",
)
_CHECK_ORDER = Translation(
    en="Nothing was spent. Check this order in the shop's back office, correct it there, and run the file again.",
    zh="没有消耗点券。请在店铺后台检查并修正该订单，然后重新运行。",
)

ANSWERED: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.SYNCED: RowText(error=EMPTY, todo=NOTHING),
        Reason.API_FAILED: RowText(
            error=Translation(
                en="The API processed the call and reported a failure. Points may have been spent.",
                zh="接口已处理调用但返回失败，可能已消耗点券。",
            ),
            todo=CHECK_CHARGED_FAILURE,
        ),
        Reason.USER_UNKNOWN: RowText(
            error=Translation(
                en="User does not exist (1003). The merchant ID {owner} may be wrong.",
                zh="用户不存在（1003），商家 ID {owner} 可能有误。",
            ),
            todo=_CHECK_IDS,
        ),
        Reason.NOT_JSON_REQUEST: RowText(
            error=Translation(
                en="The API reports that the request was not JSON (132). A proxy may have changed it, or this is a bug of batchsync.",
                zh="接口认为请求不是 JSON（132），可能被代理改动，或是本程序的缺陷。",
            ),
            todo=Translation(
                en="Nothing was spent. Check api.url and api.proxy with batchsync doctor, then run the file again.",
                zh="没有消耗点券。请用 batchsync doctor 检查 api.url 和 api.proxy，再重新运行。",
            ),
        ),
        Reason.BAD_PARAMETERS: RowText(
            error=Translation(
                en="The API does not accept the values of this row (422).",
                zh="接口不接受这一行的参数（422）。",
            ),
            todo=_CHECK_IDS,
        ),
        Reason.AUTHENTICATION: RowText(
            error=Translation(
                en="Authentication failed (200): the access token is not valid.",
                zh="认证失败（200）：访问 token 无效。",
            ),
            todo=Translation(
                en="Nothing was spent. Set the right token (batchsync token set) and run the file again.",
                zh="没有消耗点券。请设置正确的 token（batchsync token set）后重新运行。",
            ),
        ),
        Reason.BAD_PRODUCT: RowText(
            error=Translation(
                en="The product ID of this order is not valid (202).", zh="商品 ID 不合法（202）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_WAREHOUSE: RowText(
            error=Translation(
                en="The warehouse ID of this order is not valid (203).", zh="仓库 ID 不合法（203）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_SOURCE: RowText(
            error=Translation(
                en="The source of this order is not valid (228).", zh="订单来源不合法（228）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_PARCEL: RowText(
            error=Translation(
                en="The parcel ID of this order is not valid (212).", zh="包裹 ID 不合法（212）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.ORDER_CREATION: RowText(
            error=Translation(en="The API could not create the order (217).", zh="创建订单失败（217）。"),
            todo=Translation(
                en="Nothing was spent. Run the file again later. If it fails again, ask the vendor and give this status code.",
                zh="没有消耗点券。请稍后重新运行；如仍失败，请凭此状态码联系服务商。",
            ),
        ),
        Reason.BALANCE: RowText(
            error=Translation(en="The account balance is empty (209).", zh="账户余额不足（209）。"),
            todo=Translation(
                en="Nothing was spent on this row. Top up the account, then run the file again.",
                zh="这一行没有消耗点券。请充值后重新运行。",
            ),
        ),
        Reason.UNKNOWN_CODE: RowText(
            error=Translation(
                en="The API returned a status code that the vendor's page does not list ({code}). It may have been charged.",
                zh="接口返回了服务商文档中没有的状态码（{code}），可能已扣费。",
            ),
            todo=Translation(
                en="Ask the vendor what {code} means and whether the order was charged, then fill in the decision column. If the code means that nothing is charged, set it as refused in api.codes.",
                zh="请向服务商询问 {code} 的含义以及是否扣费，然后填写“处理决定”列。如果该状态码表示不扣费，可在 api.codes 中设为 refused。",
            ),
        ),
        Reason.CHARGED_ERROR: RowText(
            error=Translation(
                en="The API returned an error ({code}) but charged points.",
                zh="接口返回错误（{code}），但仍扣除了点券。",
            ),
            todo=CHECK_CHARGED_FAILURE,
        ),
        Reason.CODE_REFUSED: RowText(
            error=Translation(
                en="The API returned status code {code}, which the setting api.codes defines as refused.",
                zh="接口返回状态码 {code}，设置 api.codes 将其定义为拒绝（refused）。",
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.CODE_CHARGED: RowText(
            error=Translation(
                en="The API returned status code {code}, which the setting api.codes defines as charged.",
                zh="接口返回状态码 {code}，设置 api.codes 将其定义为已扣费（charged）。",
            ),
            todo=CHECK_CHARGED_FAILURE,
        ),
    }
)
"""Responses of the API. Facts: code, owner, number."""

WIRE: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.UNREACHABLE: RowText(
            error=Translation(
                en="The server could not be reached. Nothing was sent.", zh="无法连接服务器，没有发出请求。"
            ),
            todo=_AGAIN,
        ),
        Reason.TURNED_AWAY: RowText(
            error=Translation(
                en="The server was busy and rejected the call (HTTP {http}).",
                zh="服务器繁忙，拒绝了请求（HTTP {http}）。",
            ),
            todo=_AGAIN,
        ),
        Reason.STALE_CLAIM: RowText(
            error=Translation(
                en="The computer was asleep or the program was suspended just before the call, so it was not sent.",
                zh="发送前电脑休眠或程序被暂停，没有发出。",
            ),
            todo=_AGAIN,
        ),
        Reason.NOT_SENT: RowText(
            error=Translation(
                en="The order was not sent. Nothing was spent.", zh="订单没有发送，没有消耗点券。"
            ),
            todo=_AGAIN,
        ),
        Reason.TIMEOUT: RowText(
            error=Translation(
                en="Sent, but no response within {elapsed} s. It may have been charged.",
                zh="已发送，但 {elapsed} 秒内没有收到响应，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
        Reason.CONNECTION_LOST: RowText(
            error=Translation(
                en="The connection was lost after the request was sent. It may have been charged.",
                zh="请求发出后连接中断，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
        Reason.HTTP_ERROR: RowText(
            error=Translation(
                en="The server returned HTTP {http} without a result. It may have been charged.",
                zh="服务器返回 HTTP {http}，没有给出结果，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
        Reason.BAD_ANSWER: RowText(
            error=Translation(
                en="The response could not be read. It may have been charged.",
                zh="无法识别服务器的响应，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
        Reason.REDIRECT: RowText(
            error=Translation(
                en="The server redirects the address (HTTP {http}). The call was not repeated there.",
                zh="接口地址被重定向（HTTP {http}），没有继续发送。",
            ),
            todo=Translation(
                en="Nothing was spent. Correct api.url (batchsync doctor helps), then run the file again.",
                zh="没有消耗点券。请更正 api.url（可用 batchsync doctor 检查）后重新运行。",
            ),
        ),
        Reason.HTTP_DENIED: RowText(
            error=Translation(
                en="The server denied access (HTTP {http}): the token, the address or the proxy is wrong.",
                zh="服务器拒绝访问（HTTP {http}）：token、地址或代理有误。",
            ),
            todo=Translation(
                en="Nothing was spent. Run batchsync doctor, fix the problems that it shows, then run the file again.",
                zh="没有消耗点券。请运行 batchsync doctor，按提示修正后重新运行。",
            ),
        ),
        Reason.CRASH: RowText(
            error=Translation(
                en="The program or the computer stopped while this order was being sent. It may have been charged.",
                zh="发送过程中程序或电脑意外中断，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
        Reason.ABANDONED: RowText(
            error=Translation(
                en="The run was cancelled while this order was being sent. It may have been charged.",
                zh="发送过程中任务被取消，可能已扣费。",
            ),
            todo=CHECK_UNCERTAIN,
        ),
    }
)
"""Transport errors. Facts: http, elapsed."""

RUN: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.DUPLICATE: RowText(
            error=Translation(
                en="Same order as line {line}; the result of that line counts.",
                zh="与第 {line} 行是同一个订单，以第 {line} 行的结果为准。",
            ),
            todo=NOTHING,
        ),
        Reason.ALREADY_SYNCED: RowText(
            error=EMPTY,
            todo=Translation(
                en="Nothing to do. Run {run} synced it on {time}; nothing was spent now.",
                zh="无需处理。任务 {run} 已于 {time} 同步，这次没有消耗点券。",
            ),
        ),
        Reason.SETTLED_CHARGED: RowText(
            error=EMPTY,
            todo=Translation(
                en="Nothing to do. It was resolved as charged.",
                zh="无需处理。已确认为已扣费。",
            ),
        ),
        Reason.SYNCED_LATER: RowText(
            error=Translation(
                en="This run did not send the order; run {later} synced it later.",
                zh="本次任务没有发送该订单，之后的任务 {later} 已同步。",
            ),
            todo=NOTHING,
        ),
        Reason.SENT_AGAIN: RowText(
            error=Translation(
                en="The response was lost, and the order was sent again later. This call may have been charged.",
                zh="未收到响应，之后又重新发送了该订单。这次调用可能已扣费。",
            ),
            todo=Translation(
                en="Compare with the vendor's statement: batchsync reconcile --statement FILE.",
                zh="请与服务商对账单核对：batchsync reconcile --statement 文件。",
            ),
        ),
        Reason.LIMIT: RowText(
            error=Translation(
                en="The number of orders to send was limited (--limit); this row was not reached.",
                zh="本次任务限制了发送数量（--limit），没有处理到这一行。",
            ),
            todo=_AGAIN,
        ),
        Reason.NOT_YET: RowText(
            error=Translation(
                en="The run is still in progress and has not reached this row.",
                zh="任务仍在进行中，尚未处理到这一行。",
            ),
            todo=_WAIT,
        ),
        Reason.UNDER_WAY: RowText(
            error=Translation(
                en="This order is being sent; the response has not arrived yet.",
                zh="该订单正在发送，尚未收到响应。",
            ),
            todo=_WAIT,
        ),
        Reason.STOPPED: RowText(
            error=Translation(en="The run stopped before this row.", zh="任务提前停止，没有处理到这一行。"),
            todo=_AGAIN,
        ),
    }
)
"""Decided by the run itself. Facts: line, sheet, run, time."""

DUPLICATE_ELSEWHERE = PLANNED[Reason.DUPLICATE].error
ALREADY_SYNCED_SOMETIME = Translation(
    en="Nothing to do. An earlier run synced it; nothing was spent now.",
    zh="无需处理。此前已同步，这次没有消耗点券。",
)
"""Used when the run that synced it is not known."""

ROWS: Mapping[Reason, RowText] = MappingProxyType({**PLANNED, **ANSWERED, **WIRE, **RUN})
"""The two sentences of every reason."""

"""What the result says of a row: two sentences for every reason, what is wrong and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.planning import PLANNED
from batchsync.messages.render import RowText, Translation
from batchsync.model import Reason

EMPTY = Translation(en="", zh="")
NOTHING = Translation(en="Nothing to do.", zh="无需处理。")
AMOUNT_MISSING = Translation(
    en="Synced, but the answer named no amount: see the points on the vendor's page.",
    zh="已同步，但接口没有说明消耗的点券，请到平台核对。",
)
REFUSED_THIS_TIME = Translation(
    en="This call cost nothing, but another one of this order may have (batchsync history --order {number}): it goes again only by --resend or --resend-uncertain.",
    zh="这次调用没有消耗点券，但该订单的另一次调用可能已扣费（batchsync history --order {number}）：只有指定 --resend 或 --resend-uncertain 才会再次发送。",
)
FOREIGN = Translation(en="{sentence} The API says: {words}", zh="{sentence}接口原文：{words}")
"""The API's own words after ours: foreign text."""
OF_ORDER = Translation(en="{number}: {sentence}", zh="{number}：{sentence}")
"""One of several orders of a row."""

_AGAIN = Translation(
    en="Nothing was spent. Run the file again; it goes with the next run.",
    zh="没有消耗点券，重新运行即可，下次会发送。",
)
_WAIT = Translation(
    en="Wait until the run has ended: its own result will say what became of this row.",
    zh="请等运行结束，届时的结果文件会说明这一行的结果。",
)
_LOOK_UP = Translation(
    en="Look it up on the vendor's page, fill in the decision column, run this file again (or batchsync resolve).",
    zh="请到平台核实是否扣费，在“处理决定”列填写后重新运行本文件（或使用 batchsync resolve）。",
)
_PAID_NO = Translation(
    en="Check it on the vendor's page; only --resend sends it again, and pays again.",
    zh="请到平台核对；如要再次付费发送，请用 --resend。",
)
_CHECK_IDS = Translation(
    en="Nothing was spent. Check order number and merchant id, correct the row and run the file again.",
    zh="没有消耗点券。请核对订单号和商家 id，更正后重新运行。",
)
_CHECK_ORDER = Translation(
    en="Nothing was spent. Check this order in the shop, mend it there, and run the file again.",
    zh="没有消耗点券。请在店铺后台检查该订单，处理好后重新运行。",
)

ANSWERED: Mapping[Reason, RowText] = MappingProxyType(
    {
        Reason.SYNCED: RowText(error=EMPTY, todo=NOTHING),
        Reason.API_FAILED: RowText(
            error=Translation(
                en="The API carried out the call and says that it failed; points may have been spent.",
                zh="接口执行了请求但返回失败，可能已消耗点券。",
            ),
            todo=_PAID_NO,
        ),
        Reason.USER_UNKNOWN: RowText(
            error=Translation(
                en="The API does not know the user (1003): merchant id {owner} may be wrong.",
                zh="用户不存在（1003）：商家 id {owner} 可能有误。",
            ),
            todo=_CHECK_IDS,
        ),
        Reason.NOT_JSON_REQUEST: RowText(
            error=Translation(
                en="The API says that the request was not JSON (132): a proxy on the way changes it, or this is a bug of ours.",
                zh="接口认为请求不是 JSON（132）：可能被中间代理改动，或是本程序的问题。",
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
                en="The API does not accept the token (200); the order was not sent on.",
                zh="认证失败（200）：访问 token 不被接受，订单未处理。",
            ),
            todo=Translation(
                en="Nothing was spent. Set the right token (BATCHSYNC_TOKEN or api.token_file) and run the file again.",
                zh="没有消耗点券。请更换正确的 token（BATCHSYNC_TOKEN 或 api.token_file）后重新运行。",
            ),
        ),
        Reason.BAD_PRODUCT: RowText(
            error=Translation(
                en="The product of this order is not valid for the API (202).", zh="商品 id 不合法（202）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_WAREHOUSE: RowText(
            error=Translation(
                en="The warehouse of this order is not valid for the API (203).", zh="仓库 id 不合法（203）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_SOURCE: RowText(
            error=Translation(
                en="The source of this order is not valid for the API (228).", zh="订单来源不合法（228）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.BAD_PARCEL: RowText(
            error=Translation(
                en="The parcel of this order is not valid for the API (212).", zh="包裹 id 不合法（212）。"
            ),
            todo=_CHECK_ORDER,
        ),
        Reason.ORDER_CREATION: RowText(
            error=Translation(en="The API could not create the order (217).", zh="创建订单失败（217）。"),
            todo=Translation(
                en="Nothing was spent. Run the file again later; if it stays so, ask the vendor with this code.",
                zh="没有消耗点券。请稍后重新运行；仍失败请凭此状态码联系平台。",
            ),
        ),
        Reason.BALANCE: RowText(
            error=Translation(en="The account's balance was empty (209).", zh="账户余额不足（209）。"),
            todo=Translation(
                en="Nothing was spent on it. Top up, then run the file again.",
                zh="这一行没有消耗点券。请充值后重新运行。",
            ),
        ),
        Reason.UNKNOWN_CODE: RowText(
            error=Translation(
                en="The API answered with a code that its page does not list ({code}).",
                zh="接口返回了文档中没有的状态码（{code}）。",
            ),
            todo=Translation(
                en="Nothing was spent as far as the answer says. Ask the vendor what {code} means; the next run sends it again.",
                zh="按返回内容没有消耗点券。请向平台询问 {code} 的含义；下次运行会再次发送。",
            ),
        ),
        Reason.CHARGED_ERROR: RowText(
            error=Translation(
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
            error=Translation(
                en="The server could not be reached; nothing left this computer.",
                zh="连不上服务器，请求没有发出。",
            ),
            todo=_AGAIN,
        ),
        Reason.TURNED_AWAY: RowText(
            error=Translation(
                en="The server was too busy and turned the call away (HTTP {http}).",
                zh="服务器繁忙，拒绝了请求（HTTP {http}）。",
            ),
            todo=_AGAIN,
        ),
        Reason.STALE_CLAIM: RowText(
            error=Translation(
                en="The computer slept just before the call, so it was not sent.",
                zh="发送前电脑休眠或暂停，没有发出。",
            ),
            todo=_AGAIN,
        ),
        Reason.NOT_SENT: RowText(
            error=Translation(en="It was not sent; nothing was spent.", zh="没有发出，没有消耗点券。"),
            todo=_AGAIN,
        ),
        Reason.TIMEOUT: RowText(
            error=Translation(
                en="Sent, but no answer came within {elapsed} s: it may have been charged.",
                zh="已发出，但 {elapsed} 秒内没有收到回答，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.CONNECTION_LOST: RowText(
            error=Translation(
                en="The connection broke after the request had left: it may have been charged.",
                zh="请求发出后连接中断，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.HTTP_ERROR: RowText(
            error=Translation(
                en="The server answered HTTP {http} instead of a result: it may have been charged.",
                zh="服务器返回 HTTP {http}，没有给出结果，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.BAD_ANSWER: RowText(
            error=Translation(
                en="The answer can't be understood: it may have been charged.",
                zh="无法理解服务器的回答，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.REDIRECT: RowText(
            error=Translation(
                en="The address sends callers elsewhere (HTTP {http}); the token was not sent on.",
                zh="接口地址被重定向（HTTP {http}），没有继续发送。",
            ),
            todo=Translation(
                en="Nothing was spent. Correct api.url (batchsync doctor helps), then run the file again.",
                zh="没有消耗点券。请更正 api.url（可用 batchsync doctor 检查）后重新运行。",
            ),
        ),
        Reason.HTTP_DENIED: RowText(
            error=Translation(
                en="The server refused the call (HTTP {http}): token, address or proxy is wrong.",
                zh="服务器拒绝访问（HTTP {http}）：token、地址或代理有误。",
            ),
            todo=Translation(
                en="Nothing was spent. Run batchsync doctor, mend what it names, then run the file again.",
                zh="没有消耗点券。请运行 batchsync doctor，按提示修正后重新运行。",
            ),
        ),
        Reason.CRASH: RowText(
            error=Translation(
                en="The program or the computer died while this order was under way: it may have been charged.",
                zh="发送途中程序或电脑意外中断，可能已扣费。",
            ),
            todo=_LOOK_UP,
        ),
        Reason.ABANDONED: RowText(
            error=Translation(
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
            error=Translation(
                en="The same order stands in line {line}, whose result counts.",
                zh="与第 {line} 行是同一个订单，以那一行的结果为准。",
            ),
            todo=NOTHING,
        ),
        Reason.ALREADY_SYNCED: RowText(
            error=EMPTY,
            todo=Translation(
                en="Nothing to do: run {run} synced it on {time}; nothing was spent now.",
                zh="无需处理：{time} 已由运行 {run} 同步，这次没有消耗点券。",
            ),
        ),
        Reason.SETTLED_CHARGED: RowText(
            error=EMPTY,
            todo=Translation(
                en="Nothing to do: it was settled as charged; nothing was spent again.",
                zh="无需处理：已核实为已扣费，没有再次消耗点券。",
            ),
        ),
        Reason.LIMIT: RowText(
            error=Translation(
                en="The run was to send fewer orders than the file has (--limit).",
                zh="本次运行限制了发送数量（--limit），没有轮到这一行。",
            ),
            todo=_AGAIN,
        ),
        Reason.NOT_YET: RowText(
            error=Translation(
                en="The run is still going on, and has not come to this row yet.",
                zh="运行仍在进行中，尚未轮到这一行。",
            ),
            todo=_WAIT,
        ),
        Reason.UNDER_WAY: RowText(
            error=Translation(
                en="This order is being sent right now: its answer has not come yet.",
                zh="该订单正在发送，尚未收到回答。",
            ),
            todo=_WAIT,
        ),
        Reason.STOPPED: RowText(
            error=Translation(
                en="The run stopped before it came to this row.", zh="运行提前停止，没有轮到这一行。"
            ),
            todo=_AGAIN,
        ),
    }
)
"""What the run itself decided. Facts: line, sheet, run, time."""

DUPLICATE_ELSEWHERE = Translation(
    en="The same order stands in line {line} of sheet “{sheet}”, whose result counts.",
    zh="与工作表“{sheet}”第 {line} 行是同一个订单，以那一行的结果为准。",
)
ALREADY_SYNCED_SOMETIME = Translation(
    en="Nothing to do: an earlier run synced it; nothing was spent now.",
    zh="无需处理：此前已同步，这次没有消耗点券。",
)
"""When the run that did it is not known."""

ROWS: Mapping[Reason, RowText] = MappingProxyType({**PLANNED, **ANSWERED, **WIRE, **RUN})
"""Every reason's two sentences."""

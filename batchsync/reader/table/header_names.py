"""The names that columns go by, as data, and how a header is made comparable with them.

A name matches exactly or not at all: a substring match picks 商家编码 (an SKU code) or 内部订单号 (an ERP's own
number), and every row of it is a paid wrong call.
"""

# ruff: noqa: SIM905, ISC004  (lists of names read better as words in a row)
import re
import unicodedata
from typing import NamedTuple

_ORDER_RANKS: tuple[str, ...] = (
    "主订单编号 主订单号 父订单号 父订单编号",
    "订单号 订单编号 订单id 订单sn 订单流水号 交易单号 交易编号 快手订单编号 淘宝订单号 淘宝订单编号 京东订单号 "
    "拼多多订单号 电商订单号 拼多多订单编号 京东订单编号 快手订单号 抖音订单号 抖音订单编号 天猫订单号 天猫订单编号 "
    "小红书订单号 小红书订单编号",
    "平台订单号 平台单号 线上订单号 线上单号 原始线上订单号 原始单号 子单原始单号 外部订单号 外部单号 来源单号 商户订单号 "
    "关联订单号 业务基础订单号 网店单号 网店订单号 网上订单号 商城订单号 交易号 平台订单编号 线上订单编号 原始订单号 原始订单编号 外部订单编号 商户订单编号",
    "order_sn order_sns ordersn ordersns order_no orderno order_id orderid ordernumber order_number tid oid "
    "shop_order_id shoporderid trade_id tradeid trade_no tradeno platform_order_id platformorderid platform_order_no "
    "platformorderno platformordernumber out_order_id outorderid external_order_no externalorderno",
)
ORDER_RANK: dict[str, int] = {
    name: rank for rank, names in enumerate(_ORDER_RANKS, start=1) for name in names.split()
}
"""Order number headers: normalised name -> rank, 1 the best."""

MAIN_RANK = 1
"""The main order's number: better than any other column that fits as well."""

ORDER_WHEN_ASKED = frozenset("子订单编号 子订单号 商品单号 item_order_id sub_order_id".split())
"""A part of an order: only when the user names it."""

ORDER_NEVER = frozenset(
    "内部订单号 系统订单号 系统单号 快递单号 物流单号 运单号 支付单号 支付流水号 售后单号 售后编号 退款单号 退款编号 退换单号 "
    "保单号 工单号 动账流水号 订单状态 订单金额 订单来源 内部单号 发货单号 出库单号 采购单号 订单类型 订单备注 "
    "订单创建时间 订单付款时间 订单成交时间 tracking_number express_no".split()
)
"""Look alike, mean something else: not even asked about."""

OWNER_NAMES = frozenset(
    "商家id 商家编号 商户id 商户号 商户编号 店铺id 店铺编号 店铺编码 店铺代码 店铺号 mall_id mallid ownerid owner_id owner shop_id "
    "shopid store_id storeid seller_id sellerid 卖家id 卖家编号 vender_id venderid vendor_id vendorid merchant_id "
    "merchantid mchid mch_id 商家uid 门店id 门店编号".split()
)
"""Merchant id headers."""

OWNER_NEVER = frozenset(
    "商家编码 商家编码-规格维度 商家编码-商品维度 商家备注 商家实收金额 店铺优惠折扣 公司id 商品id 达人id 团长id 客户id "
    "买家id".split()
)

SHOP_NAMES = frozenset(
    "店铺名称 店铺名 店铺 商家名称 商家 网店名称 网店 来源店铺 所属店铺 销售店铺 平台店铺 门店名称 门店 shop_name shopname "
    "shop store_name storename mall_name mallname merchant_name merchantname seller_name".split()
)
"""Headers of columns that name the shop; usable only through a map in the settings."""


class ResultNames(NamedTuple):
    """Headers of the columns that a result of ours adds, in one language."""

    mark: str
    names: frozenset[str]
    decision: str


RESULTS = (
    ResultNames(
        "同步状态",
        frozenset("同步状态 错误信息 消耗点券 处理建议 状态码 尝试次数 完成时间".split()),
        "处理决定",
    ),
    ResultNames(
        "syncstatus",
        frozenset("syncstatus error pointsspent whattodo apistatus attempts answeredat".split()),
        "decision",
    ),
)

_TAG = re.compile(r"<[^<>]{0,200}>")
_DROPPED = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\"'`\u2018\u2019\u201c\u201d:*=]+")
_SUFFIX = re.compile(r"\A(.+?)[(\[\u3010\u3014{][^()\[\]\u3010\u3011]*[)\]\u3011\u3015}]\Z")
_CHANGES_MEANING = re.compile(r"子|内部|系统|erp|售后|退|快递|物流|运单|支付|赠|sku|sub|internal")
_PLAIN = str.maketrans(
    "帐帳訂單號編碼戶賣門鋪舖線臺聯關來業務礎東寶電內統遞運狀態額紅書平拼台",
    "账账订单号编码户卖门铺铺线台联关来业务础东宝电内统递运状态额红书平拼台",
)
"""帐 is written for 账, and traditional characters for simplified ones."""
LONGEST_HEADER = 200


def normalise(header: str) -> str:
    """Return a header as it is compared: no space, quotes, tags or bracketed suffix, folded in width and case."""
    if len(header) > LONGEST_HEADER:
        return ""
    text = unicodedata.normalize("NFKC", _TAG.sub("", header).replace("&nbsp;", ""))
    text = _DROPPED.sub("", text).lower().translate(_PLAIN)
    suffix = _SUFFIX.match(text)
    if suffix and not _CHANGES_MEANING.search(text, suffix.end(1)):
        text = suffix[1]
    return text.rstrip(".#")


def is_known(name: str) -> bool:
    """Whether a normalised header is one of an order or a merchant."""
    return name in ORDER_RANK or name in OWNER_NAMES or name in ORDER_WHEN_ASKED


_HINT = re.compile(r"订单|单号|单据|交易号|流水|order|trade|\bsn\b")
_NO_NUMBER = re.compile(
    r"状态|金额|时间|日期|来源|类型|备注|快递|物流|运单|支付|售后|退|内部|系统|保单|工单|动账|商品|数量|地址|标签|标记|status|date|time|"
    r"amount|price|total"
)


def is_question(name: str) -> bool:
    """Whether a normalised header may be offered as a question: it sounds like an order number."""
    if name in ORDER_NEVER or name in ORDER_RANK:
        return False
    return name in ORDER_WHEN_ASKED or bool(_HINT.search(name) and not _NO_NUMBER.search(name))

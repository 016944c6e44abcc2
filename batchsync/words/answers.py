"""The vendor's words for each status code, and ours: for the docs page and the sandbox."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.words.text import Text

CODES: Mapping[int, Text] = MappingProxyType(
    {
        0: Text(
            en="success; points are spent even if the account does not exist", zh="成功，旺旺号不存在也会扣费"
        ),
        1003: Text(en="user does not exist", zh="用户不存在"),
        132: Text(en="the body must be JSON", zh="请求格式必须为JSON"),
        422: Text(en="bad parameters, see err", zh="参数列表不合法，在err中会给出提示"),
        200: Text(en="authentication failed", zh="认证失败"),
        202: Text(en="bad product id", zh="商品id不合法"),
        203: Text(en="bad warehouse id", zh="仓库id不合法"),
        228: Text(en="bad order source", zh="订单来源不合法"),
        217: Text(en="order creation failed", zh="创建订单失败"),
        212: Text(en="bad parcel id", zh="包裹id不合法"),
        209: Text(en="the balance is empty", zh="账户余额不足"),
    }
)
"""What a business status means, the vendor's words in Chinese. What follows from it stands in `judge.CODES`."""

FAILED = Text(en="the call ran, points may be spent, the order was not synced", zh="失败")
"""Status 0 with success false."""

UNKNOWN = Text(en="unknown code", zh="未知状态码")
"""A code that the vendor's page does not list."""

"""The vendor's text for each status code, and its English translation."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

CODES: Mapping[int, Translation] = MappingProxyType(
    {
        0: Translation(
            en="success; points are spent even if the account does not exist", zh="成功，旺旺号不存在也会扣费"
        ),
        1003: Translation(en="user does not exist", zh="用户不存在"),
        132: Translation(en="the body must be JSON", zh="请求格式必须为JSON"),
        422: Translation(en="bad parameters, see err", zh="参数列表不合法，在err中会给出提示"),
        200: Translation(en="authentication failed", zh="认证失败"),
        202: Translation(en="bad product id", zh="商品id不合法"),
        203: Translation(en="bad warehouse id", zh="仓库id不合法"),
        228: Translation(en="bad order source", zh="订单来源不合法"),
        217: Translation(en="order creation failed", zh="创建订单失败"),
        212: Translation(en="bad parcel id", zh="包裹id不合法"),
        209: Translation(en="the balance is empty", zh="账户余额不足"),
    }
)
"""Meaning of each status; Chinese is the vendor's own text. The consequences are in `judge.CODES`."""

FAILED = Translation(en="the call ran, points may be spent, the order was not synced", zh="失败")
"""Status 0 with success false."""

UNKNOWN = Translation(en="unknown code", zh="未知状态码")
"""A code that the vendor's page does not list."""

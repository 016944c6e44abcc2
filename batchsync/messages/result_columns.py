"""Column headers, status names and decisions of a result."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation
from batchsync.model import RowStatus

HEADS: Mapping[str, Translation] = MappingProxyType(
    {
        "status": Translation(en="sync status", zh="同步状态"),
        "error": Translation(en="error", zh="错误信息"),
        "points": Translation(en="points spent", zh="消耗点券"),
        "todo": Translation(en="what to do", zh="处理建议"),
        "api_status": Translation(en="API status", zh="状态码"),
        "attempts": Translation(en="attempts", zh="尝试次数"),
        "answered_at": Translation(en="answered at", zh="完成时间"),
        "decision": Translation(en="decision", zh="处理决定"),
    }
)
"""The added columns by role, in their order; `decision` only where a row needs a decision."""

STATUSES: Mapping[RowStatus, Translation] = MappingProxyType(
    {
        RowStatus.SYNCED: Translation(en="synced", zh="已同步"),
        RowStatus.ALREADY_SYNCED: Translation(en="already synced", zh="此前已同步"),
        RowStatus.DUPLICATE: Translation(en="duplicate", zh="重复行"),
        RowStatus.FAILED: Translation(en="failed", zh="失败"),
        RowStatus.UNCERTAIN: Translation(en="uncertain", zh="结果未知"),
        RowStatus.NOT_SENT: Translation(en="not sent", zh="未发送"),
        RowStatus.INVALID: Translation(en="invalid", zh="无效行"),
    }
)

DECISIONS: tuple[Translation, ...] = (
    Translation(en="charged", zh="已扣费"),
    Translation(en="not charged", zh="未扣费"),
    Translation(en="send again", zh="重新发送"),
)
"""Choices of the decision column for an uncertain row. A test compares them with `planning.DECISIONS`."""
SEND = Translation(en="send", zh="发送")
"""Choice of the decision column for a row that was held back."""

DECISION_TITLE = Translation(en="Was it charged?", zh="是否已扣费")
DECISION_HELP = Translation(
    en="Check the order in the vendor's console, then choose. The decision is applied when this file is run again.",
    zh="请先到服务商后台核对，再选择。重新运行本文件时按此处理。",
)
SEND_TITLE = Translation(en="Is the number right?", zh="编号是否正确")
SEND_HELP = Translation(
    en="If this order number is right, choose “send”. The order is sent when this file is run again.",
    zh="如果订单号无误，请选择“发送”。重新运行本文件时会发送。",
)

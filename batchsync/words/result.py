"""The columns of a result, the words for its statuses, and the decisions that a user may fill in."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.model import RowStatus
from batchsync.words.text import Text

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

"""Sentences on how one call ended and why, for terminal and page."""

from batchsync.ledger import AttemptRecord
from batchsync.messages import Message, Translation, cli, row_reasons


def outcome_text(attempt: AttemptRecord) -> Message | Translation:
    """Return how a call ended."""
    if attempt.outcome is None:
        return cli.CALL_OPEN
    if attempt.maybe_sent is False:
        return cli.CALL_UNSENT
    points: Message | Translation = cli.POINTS_UNKNOWN
    if attempt.points is not None:
        points = Message(cli.POINTS, {"points": attempt.points})
    facts = {"state": cli.STATES[attempt.outcome], "points": points, "elapsed": _seconds(attempt)}
    ended = Message(cli.CALL_CAME, facts)
    return Message(cli.CALL_LATE, {"came": ended}) if attempt.late else ended


def reason_text(attempt: AttemptRecord, owner: str) -> Message | None:
    """Return why it ended so, for an order of a merchant; None where `outcome_text` is enough."""
    text = row_reasons.ROWS.get(attempt.reason) if attempt.reason is not None else None
    if text is None or not text.error.en:
        return None
    facts = {
        "code": attempt.api_status,
        "http": attempt.http_status or "-",
        "elapsed": _seconds(attempt),
        "owner": owner,
        "line": "-",
    }
    return Message(text.error, facts)


def _seconds(attempt: AttemptRecord) -> str:
    return "-" if attempt.elapsed_s is None else f"{attempt.elapsed_s:.1f}"

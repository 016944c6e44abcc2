"""What came of one call and why, in the sentences that every face shows."""

from batchsync.ledger import AttemptRecord
from batchsync.messages import Message, Translation, cli, row_reasons


def outcome_text(attempt: AttemptRecord) -> Message | Translation:
    """Say how a call ended."""
    if attempt.outcome is None:
        return cli.CALL_OPEN
    if attempt.maybe_sent is False:
        return cli.CALL_UNSENT
    points: Message | Translation = cli.POINTS_UNKNOWN
    if attempt.points is not None:
        points = Message(cli.POINTS, {"points": attempt.points})
    facts = {"state": cli.STATES[attempt.outcome], "points": points, "elapsed": _seconds(attempt)}
    said = Message(cli.CALL_CAME, facts)
    return Message(cli.CALL_LATE, {"came": said}) if attempt.late else said


def reason_text(attempt: AttemptRecord, owner: str) -> Message | None:
    """Say why, for an order of a merchant; None where the end says it all."""
    told = row_reasons.ROWS.get(attempt.reason) if attempt.reason is not None else None
    if told is None or not told.error.en:
        return None
    facts = {
        "code": attempt.api_status,
        "http": attempt.http_status or "-",
        "elapsed": _seconds(attempt),
        "owner": owner,
        "line": "-",
    }
    return Message(told.error, facts)


def _seconds(attempt: AttemptRecord) -> str:
    return "-" if attempt.elapsed_s is None else f"{attempt.elapsed_s:.1f}"

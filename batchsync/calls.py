"""What came of one call and why, in the sentences that every face shows."""

from batchsync.ledger import AttemptRecord
from batchsync.words import Said, Text, outcomes, talk


def came(attempt: AttemptRecord) -> Said | Text:
    """Say how a call ended."""
    if attempt.outcome is None:
        return talk.CALL_OPEN
    if attempt.maybe_sent is False:
        return talk.CALL_UNSENT
    points: Said | Text = talk.POINTS_UNKNOWN
    if attempt.points is not None:
        points = Said(talk.POINTS, {"points": attempt.points})
    facts = {"state": talk.STATES[attempt.outcome], "points": points, "elapsed": _seconds(attempt)}
    said = Said(talk.CALL_CAME, facts)
    return Said(talk.CALL_LATE, {"came": said}) if attempt.late else said


def why(attempt: AttemptRecord, owner: str) -> Said | None:
    """Say why, for an order of a merchant; None where the end says it all."""
    told = outcomes.ROWS.get(attempt.reason) if attempt.reason is not None else None
    if told is None or not told.error.en:
        return None
    facts = {
        "code": attempt.api_status,
        "http": attempt.http_status or "-",
        "elapsed": _seconds(attempt),
        "owner": owner,
        "line": "-",
    }
    return Said(told.error, facts)


def _seconds(attempt: AttemptRecord) -> str:
    return "-" if attempt.elapsed_s is None else f"{attempt.elapsed_s:.1f}"

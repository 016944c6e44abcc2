"""What was paid, when, for whom and by which run; and every single charge, for whoever holds it against a bill."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from batchsync.ledger.codes import STATES_BY_CODE
from batchsync.ledger.database import Database
from batchsync.ledger.run_results import to_datetime
from batchsync.model import Decision, Reason, State

FOREVER = 1 << 62
"""Later than any call, in microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What one run's calls for one merchant came to on one day."""

    day: date
    """By local time, of the answer."""
    owner_id: str
    run: str
    calls: int
    synced: int
    failed: int
    uncertain: int
    """Calls that may have been charged, and nobody has said yet whether they were."""
    charged_by_hand: int
    """Calls without an answer of which a person found out that they were charged."""
    points: int
    """Points that answers named."""
    amount_missing: int
    """Answers that should have named an amount and did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One call that was charged, was not, or may have been."""

    order: int
    owner_id: str
    number: str
    run: str
    claimed_at: datetime
    at: datetime
    state: State
    points: int | None
    reason: Reason | None
    http_status: int | None
    api_status: str
    error: str
    answer: str
    decision: Decision | None
    """What a person found out about a call without an answer."""

    @property
    def is_open(self) -> bool:
        """Whether it may have been charged and nobody knows."""
        return self.state is State.UNCERTAIN and self.decision in (None, Decision.SEND_AGAIN)

    @property
    def is_charged(self) -> bool:
        """Whether it was charged for all we know: an answer says so, or a person."""
        if self.state is State.UNCERTAIN:
            return self.decision is Decision.CHARGED
        return self.state is State.SYNCED or self.points is None or self.points > 0


def spending(
    database: Database, account: int, since: datetime | None, until: datetime | None
) -> Iterator[Spending]:
    """Yield what was spent from `since` until before `until`, day by day."""
    for day, owner, run, calls, synced, failed, uncertain, by_hand, points, missing in database.execute(
        database.sql["spending"], (account, *_span(since, until))
    ):
        yield Spending(
            day=date.fromisoformat(day),
            owner_id=owner,
            run=run,
            calls=calls,
            synced=synced,
            failed=failed,
            uncertain=uncertain,
            charged_by_hand=by_hand,
            points=points,
            amount_missing=missing,
        )


def charges(
    database: Database, account: int, since: datetime | None, until: datetime | None
) -> Iterator[Charge]:
    """Yield every call that reached the vendor, or may have, order by order."""
    return map(_charge, database.execute(database.sql["charges"], (account, *_span(since, until))))


def _span(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    first = 0 if since is None else int(since.timestamp() * 1_000_000)
    return first, FOREVER if until is None else int(until.timestamp() * 1_000_000)


def _charge(row: tuple[Any, ...]) -> Charge:
    order, owner, number, run, claimed_at, at, state, points, reason, http, api, error, body, decision = row
    claimed, heard = to_datetime(claimed_at), to_datetime(at)
    assert claimed is not None
    assert heard is not None
    return Charge(
        order=order,
        owner_id=owner,
        number=number,
        run=run,
        claimed_at=claimed,
        at=heard,
        state=STATES_BY_CODE[state],
        points=points,
        reason=None if reason is None else Reason(reason),
        http_status=http,
        api_status=api or "",
        error=error or "",
        answer=(body or b"").decode("utf-8", "replace"),
        decision=None if decision is None else Decision(decision),
    )

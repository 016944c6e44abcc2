"""Figures by day, merchant and run, and the single charges behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from batchsync.ledger.codes import STATES_BY_CODE
from batchsync.ledger.database import Database
from batchsync.ledger.run_results import to_datetime
from batchsync.model import Decision, Figures, Reason, State, is_charged, is_uncertain

FOREVER = 1 << 62
"""Later than any call, in microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What the calls of one run for one merchant came to on one day."""

    day: date
    """By local time, of the response."""
    owner_id: str
    run: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One call: charged, not charged, or uncertain."""

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
    """A person's decision about a call without a response."""

    @property
    def is_uncertain(self) -> bool:
        """Whether it may have been charged and nobody knows."""
        return is_uncertain(self.state, self.decision)

    @property
    def is_charged(self) -> bool:
        """Whether it was charged: its response shows it, or a person decided it."""
        return is_charged(self.state, self.points, self.decision)


def spending(
    database: Database, account: int, since: datetime | None, until: datetime | None, *, highest_price: int
) -> Iterator[Spending]:
    """Yield what was spent from `since` until before `until`, day by day."""
    for day, owner, run, calls, synced, failed, uncertain, charged, points, missing in database.execute(
        database.sql["spending"], (account, *_span(since, until))
    ):
        figures = Figures(
            calls=calls,
            synced=synced,
            failed=failed,
            uncertain=uncertain,
            charged=charged,
            points=points,
            amount_missing=missing,
            highest_price=highest_price,
        )
        yield Spending(day=date.fromisoformat(day), owner_id=owner, run=run, figures=figures)


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
    claimed, responded = to_datetime(claimed_at), to_datetime(at)
    assert claimed is not None
    assert responded is not None
    return Charge(
        order=order,
        owner_id=owner,
        number=number,
        run=run,
        claimed_at=claimed,
        at=responded,
        state=STATES_BY_CODE[state],
        points=points,
        reason=None if reason is None else Reason(reason),
        http_status=http,
        api_status=api or "",
        error=error or "",
        answer=(body or b"").decode("utf-8", "replace"),
        decision=None if decision is None else Decision(decision),
    )

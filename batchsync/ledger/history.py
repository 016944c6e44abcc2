"""The history of an order: its classes, and how they are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchsync.ledger.codes import ATTEMPTS_EACH, STATES_BY_CODE
from batchsync.ledger.database import Database
from batchsync.ledger.run_results import to_datetime
from batchsync.model import Decision, Reason, State


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """Where an order stands."""

    order: int
    """Its id in the ledger."""
    account: int
    endpoint: str
    account_name: str
    owner_id: str
    number: str
    state: State
    attempts: int
    run: str | None
    """Of the last attempt."""
    settled_at: datetime | None
    points: int | None
    """Of the last outcome; None when unknown or when there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One call, as it was written down: the evidence for a dispute.

    An attempt given up and answered late stands twice, the second time with `late`.
    """

    attempt: int
    nth: int
    """Among the order's attempts, from 1."""
    run: str
    claimed_at: datetime
    late: bool = False
    outcome: State | None = None
    """None while it is under way, or when its process died and nobody has looked since."""
    reason: Reason | None = None
    maybe_sent: bool | None = None
    points: int | None = None
    http_status: int | None = None
    api_status: str = ""
    hint: str = ""
    error: str = ""
    answer: str = ""
    elapsed_s: float | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionRecord:
    """What a person decided about an order."""

    decision: Decision
    run: str | None
    """The run whose sheet or options decided it; None for `resolve`."""
    at: datetime
    evidence: str = ""
    """File and lines of the vendor's statement, if it was decided by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHistory:
    """An order and all its events, the oldest first."""

    order: OrderRecord
    attempts: tuple[AttemptRecord, ...]
    resolutions: tuple[ResolutionRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An uncertain order that a person's decision moved."""

    order: int
    owner_id: str
    number: str
    state: State


def orders_of(database: Database, number: str) -> Iterator[OrderRecord]:
    """Yield the orders with this number, of every account and merchant."""
    return map(_order, database.execute(database.sql["orders_of"], (number,)))


def numbers_with_prefix(database: Database, prefix: str, limit: int) -> list[str]:
    """Return the first order numbers that begin with a text, in order, of every account and merchant."""
    rows = database.execute(database.sql["numbers_with_prefix"], (prefix, limit))
    return [str(number) for (number,) in rows]


def history(database: Database, number: str) -> list[OrderHistory]:
    """Return all that happened to the orders with this number."""
    sql = database.sql
    return [
        OrderHistory(
            order=order,
            attempts=tuple(map(_attempt, database.execute(sql["attempts_of"], (order.order,)))),
            resolutions=tuple(map(_resolution, database.execute(sql["resolutions_of"], (order.order,)))),
        )
        for order in list(orders_of(database, number))
    ]


def _order(row: tuple[Any, ...]) -> OrderRecord:
    order, account, endpoint, name, owner, number, state, attempts, run, settled_at, points = row
    return OrderRecord(
        order=order,
        account=account,
        endpoint=endpoint,
        account_name=name,
        owner_id=owner,
        number=number,
        state=STATES_BY_CODE[state],
        attempts=attempts,
        run=run,
        settled_at=to_datetime(settled_at),
        points=points,
    )


def _attempt(row: tuple[Any, ...]) -> AttemptRecord:
    attempt, run, claimed_at, late, state, points, elapsed, at, reason, phase, http_status, *texts, body = row
    claimed = to_datetime(claimed_at)
    assert claimed is not None
    api_status, hint, error = (text or "" for text in texts)
    return AttemptRecord(
        attempt=attempt,
        nth=attempt % ATTEMPTS_EACH,
        run=run,
        claimed_at=claimed,
        late=bool(late),
        outcome=None if state is None else STATES_BY_CODE[state],
        reason=None if reason is None else Reason(reason),
        maybe_sent=None if phase is None else phase > 0,
        points=points,
        http_status=http_status,
        api_status=api_status,
        hint=hint,
        error=error,
        answer=(body or b"").decode("utf-8", "replace"),
        elapsed_s=None if elapsed is None else elapsed / 1_000_000,
        answered_at=to_datetime(at),
    )


def _resolution(row: tuple[Any, ...]) -> ResolutionRecord:
    at = to_datetime(row[2])
    assert at is not None
    return ResolutionRecord(decision=Decision(row[0]), run=row[1], at=at, evidence=row[3])

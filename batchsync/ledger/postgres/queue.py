"""What a run still has to send, handed out to whoever drains it; and who that is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchsync.ledger.codes import STATE_CODES, STATES_BY_CODE
from batchsync.ledger.database import transaction
from batchsync.ledger.postgres.database import PostgresDatabase
from batchsync.ledger.run_results import to_datetime
from batchsync.model import Order, State

PLANNED = STATE_CODES[State.PLANNED]
SENDING = STATE_CODES[State.SENDING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """Orders for one process to claim; a claim alone makes them its own."""

    orders: tuple[tuple[int, Order], ...]
    """By the ledger's id."""
    is_over: bool
    """Whether nothing of the run waits any more, here or with anybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run is."""

    is_queued: bool
    is_under_way: bool
    stopping: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Orders of a run that stand in one state."""

    orders: int
    here: int
    """Of these, last sent by this very run."""
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A process that sends, or could."""

    holder: int
    who: str
    host: str
    pid: int
    kind: str
    since: datetime
    seen_at: datetime
    run: str | None
    """What it drains now."""


def lend(database: PostgresDatabase, run: int, count: int, lent_s: float) -> Lent:
    """Lend the next orders of a run; those that nobody needs to send any more are crossed off."""
    sql = database.sql
    with transaction(database):
        rows = list(database.execute(sql["lend"], (run, count, round(lent_s * 1e6))))
        done = [seq for seq, _, state, _, _ in rows if state not in (PLANNED, SENDING)]
        if done:
            database.execute(sql["cross_off"], (run, done))
        waiting = bool(rows) or next(database.execute(sql["is_queued"], (run,)))[0]
    return Lent(
        orders=tuple(
            (order, Order(owner_id=owner, number=number))
            for _, order, state, owner, number in rows
            if state == PLANNED
        ),
        is_over=not waiting,
    )


def standing(database: PostgresDatabase, run: int) -> Standing:
    """Return how far a run is."""
    ((is_queued, is_under_way, stopping),) = database.execute(database.sql["standing"], (run,))
    return Standing(is_queued=is_queued, is_under_way=is_under_way, stopping=stopping)


def counts(database: PostgresDatabase, run: int) -> dict[State, Count]:
    """Return how many of a run's orders stand where."""
    return {
        STATES_BY_CODE[state]: Count(orders=orders, points=points, here=here)
        for state, orders, points, here in database.execute(database.sql["counts"], (run,))
    }


def members(database: PostgresDatabase) -> list[Member]:
    """Return every process whose session lives, the oldest first."""
    return [_member(row) for row in database.execute(database.sql["alive"])]


def _member(row: tuple[Any, ...]) -> Member:
    holder, who, host, pid, kind, since, seen_at, run = row
    began, seen = to_datetime(since), to_datetime(seen_at)
    assert began is not None
    assert seen is not None
    return Member(
        holder=holder,
        who=who,
        host=host,
        pid=pid,
        kind=kind,
        since=began,
        seen_at=seen,
        run=run,
    )

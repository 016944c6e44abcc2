"""A ledger moves from a file into PostgreSQL and back, and states the same everywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.errors import LedgerBusy, LedgerError
from batchsync.ledger import Ledger, copying, open_ledger, open_postgres, statements
from batchsync.ledger.database import Database
from batchsync.ledger.postgres import PostgresLedger
from batchsync.ledger.postgres.database import PostgresDatabase
from batchsync.model import CallVerdict, Decision, Note, PlanVerdict, Reason, Response, State
from tests.ledger.builders import (
    ABANDONED,
    ANSWER,
    ENDPOINT,
    NOT_SENT,
    REFUSED,
    SETTLED_FAILED,
    SILENCE,
    UNCERTAIN,
    UNSENT,
    call,
    plan,
    start,
    state_of,
)

pytestmark = pytest.mark.postgres


async def a_life(ledger: Ledger) -> list[str]:
    """Two runs with everything in them; return their names."""
    with ledger.lock(1, "t"):
        verdicts = [PlanVerdict.SEND] * 6 + [PlanVerdict.DUPLICATE, PlanVerdict.INVALID]
        made = plan("A1", "A2", "A3", "A4", "A5", "A6", "A1", "4.5E+17", verdicts=verdicts)
        made.first_of[6] = 0
        made.reasons[7] = Note(code=Reason.EXPONENT, facts={"cell": "A9"})
        first, orders = start(ledger, made)
        odd = CallVerdict(State.SYNCED, Reason.SYNCED, 3, api_status="0", hint="好")
        await call(ledger, first, orders[0], odd, Response(200, b"\xff\x00'\\\t\n", None, 0.1))
        await call(ledger, first, orders[1], REFUSED)
        await call(ledger, first, orders[2], SETTLED_FAILED)
        await call(ledger, first, orders[3], UNCERTAIN, SILENCE)
        attempt = await call(ledger, first, orders[4], ABANDONED, SILENCE)
        ledger.record_outcome(attempt, odd, ANSWER)
        await ledger.flush()
        await call(ledger, first, orders[5], NOT_SENT, UNSENT)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=[orders[3]])
        second, again = start(ledger, plan("A2", "A4"))
        await call(ledger, second, again[1])
    return [first, second]


def reported(ledger: Ledger, runs: list[str]) -> list[object]:
    """All that a ledger can be asked."""
    return [
        [list(ledger.results(run)) for run in runs],
        [ledger.sheets(run) for run in runs],
        ledger.runs(),
        [ledger.history(f"A{n}") for n in range(1, 7)],
        ledger.spending(1),
        list(ledger.charges(1)),
        ledger.lookup_orders(1, ["77"] * 6, [f"A{n}" for n in range(1, 7)]).states,
        ledger.highest_price(1),
        ledger.verify(),
    ]


async def test_there_and_back_again(tmp_path: Path, postgres: str) -> None:
    """File to server to file: each states the same as the one before, whatever is asked; and the server's goes on."""
    with open_ledger(tmp_path / "a.db") as first, open_postgres(postgres) as server:
        runs = await a_life(first)
        copied = first.copy_to(server)
        assert (6, 7, 2) == (copied.orders, copied.attempts, copied.runs)
        assert reported(first, runs) == reported(server, runs)
        with open_ledger(tmp_path / "b.db") as last:
            server.copy_to(last)
            assert reported(server, runs) == reported(last, runs)
            for ledger in (server, last):
                with ledger.lock(1, "t"):
                    run, (order,) = start(ledger, plan("NEW"))
                    await call(ledger, run, order)
                    assert State.SYNCED is state_of(ledger, "NEW")
                    assert [] == ledger.verify()


def test_nothing_is_copied_over_something(tmp_path: Path, postgres: str) -> None:
    """A ledger that knows anything is never written over."""
    with open_ledger(tmp_path / "a.db") as first, open_postgres(postgres) as server:
        first.account(ENDPOINT, "default")
        server.account(ENDPOINT, "other")
        with pytest.raises(LedgerError, match="empty"):
            first.copy_to(server)


async def test_copy_waits_for_no_run(tmp_path: Path, postgres: str) -> None:
    """While anybody sends, a copy would be old before it is made."""
    with open_ledger(tmp_path / "a.db") as target, PostgresLedger(postgres) as server:
        with server.lock(1, "t"), pytest.raises(LedgerBusy):
            server.copy_to(target)
        server.copy_to(target)


async def test_difference_is_found(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail: a row that did not arrive is noticed."""
    real = copying._rows

    def short(database: Database, table: copying._Table) -> Iterator[tuple[object, ...]]:
        rows = list(real(database, table))
        last = len(rows) - (table.name == "resolutions" and isinstance(database, PostgresDatabase))
        return iter(rows[:last])

    monkeypatch.setattr(copying, "_rows", short)
    with open_ledger(tmp_path / "a.db") as first, open_postgres(postgres) as server:
        await a_life(first)
        with pytest.raises(LedgerError, match="resolutions"):
            first.copy_to(server)


def test_file_has_its_trigger_back() -> None:
    """What a copy takes away for a moment is what the schema made."""
    made = next(each for each in statements.schema() if "TRIGGER orders_start_planned" in each)
    assert made.rstrip(";").endswith(statements.queries()["close_after_copy"])

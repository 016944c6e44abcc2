"""What only PostgreSQL's ledger does: several at once, sessions that die, a server that goes away and comes back."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from batchsync.errors import IllegalMove, LedgerError, LedgerGone
from batchsync.ledger import open_postgres
from batchsync.ledger.batches import AttemptOutcome, ResponseRecord
from batchsync.ledger.codes import STATE_CODES
from batchsync.ledger.postgres import PostgresLedger, Session, kept
from batchsync.ledger.postgres import session as sessions
from batchsync.ledger.postgres.database import PostgresDatabase, connect
from batchsync.ledger.postgres.store import PostgresStore
from batchsync.model import Cause, Reason, RunSummary, State
from tests.ledger.builders import (
    ANSWER,
    NEW,
    NOT_SENT,
    REFUSED,
    SILENCE,
    SYNCED,
    UNCERTAIN,
    UNSENT,
    call,
    plan,
    start,
    state_of,
)
from tests.postgres import Server

pytestmark = pytest.mark.postgres

RESEND = NEW | {Cause.RESEND, Cause.RESEND_UNCERTAIN}


@contextlib.contextmanager
def joined(ledger: PostgresLedger) -> Iterator[Session]:
    with ledger.joined("t", kind="worker") as session:
        yield session


def cut(address: str, session: Session) -> None:
    """End a session as the server does: its process doesn't know."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks AS l WHERE l.locktype = 'advisory'"
            " AND l.classid = 1112756602 AND l.objid = %s",
            (session.holder,),
        )


def die(session: Session) -> None:
    """Let a process vanish: its connection ends, and nothing more comes of it."""
    assert session._database is not None
    session._line = lambda: (_ for _ in ()).throw(psycopg.OperationalError("dead"))  # type: ignore[method-assign]
    session._ending = True
    session._database.close()


async def test_two_at_once_send_each_order_once(postgres: str) -> None:
    """Two processes ask for the same two hundred orders at the same time: each order is claimed once, by one of them."""
    with open_postgres(postgres) as one, open_postgres(postgres) as two:
        run, orders = start(one, plan(*(f"A{n}" for n in range(200))))
        with joined(one), joined(two):
            asked = [ledger.claim(order, run) for order in orders for ledger in (one, two)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
        won = [answer for answer in answers if isinstance(answer, int)]
        assert 200 == len(won) == len(set(won))
        assert 200 == sum(isinstance(answer, IllegalMove) for answer in answers)


def test_taking_orders_costs_the_same_in_a_run_of_any_size(postgres: str) -> None:
    """Lending and claiming fifty orders reads no more rows in a run of 8,000 than in one of 500, with no statistics yet."""
    read: dict[int, list[int]] = {}
    with open_postgres(postgres) as ledger, contextlib.closing(connect(postgres)) as database, joined(ledger):
        for size in (500, 8_000):
            run, orders = start(ledger, plan(*(f"{size}-{n}" for n in range(size))))
            ledger.queue_up(run, size)
            number = ledger.run_id(run)
            asked = {"lend": (number, 50, 5_000_000), "claim_all": ([*orders[-50:]], [number] * 50, 1)}
            read[size] = [_rows_read(database, name, given) for name, given in asked.items()]
    assert all(large <= 1.2 * small for small, large in zip(read[500], read[8_000], strict=True)), read


def _rows_read(database: PostgresDatabase, name: str, given: tuple[object, ...]) -> int:
    """Return how many rows all steps of a statement's plan have touched; nothing of it stays."""
    database.execute("BEGIN")
    ((told,),) = database.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {database.sql[name]}", given)
    database.execute("ROLLBACK")

    def of(step: dict[str, Any]) -> int:
        dropped = step.get("Rows Removed by Filter", 0) + step.get("Rows Removed by Join Filter", 0)
        here: int = round((step["Actual Rows"] + dropped) * step["Actual Loops"])
        return here + sum(of(each) for each in step.get("Plans", []))

    rows: int = of(told[0]["Plan"])
    return rows


async def test_order_that_another_run_took_meanwhile_is_left_to_it(postgres: str) -> None:
    """Between a plan's question and its enrolment others go on: what they claimed is not sent, and told as it stands."""
    with open_postgres(postgres) as one, open_postgres(postgres) as two, joined(one):
        run, orders = start(one, plan("A1", "A2", "A3"))
        assert bytes(3) != two.lookup_orders(1, ["77"] * 3, ["A1", "A2", "A3"]).states
        await call(one, run, orders[0])
        await one.claim(orders[1], run)
        second, ids = start(two, plan("A1", "A2", "A3"))
        assert [0, 0, orders[2]] == ids
        assert [State.SYNCED, State.SENDING, State.PLANNED] == [entry.state for entry in two.results(second)]


async def test_claim_of_the_dead_becomes_uncertain_when_it_is_stale(postgres: str) -> None:
    """While the session lives its order is being sent; once it is gone, and the claim too old to be sent, it is given up."""
    with open_postgres(postgres) as ledger:
        run, orders = start(ledger, plan("A1", "A2"))
        with joined(ledger) as session:
            await ledger.claim(orders[0], run)
            with PostgresLedger(postgres, stale_s=0.0) as other, joined(other):
                assert State.SENDING is state_of(other, "A1")
            die(session)
            with PostgresLedger(postgres, stale_s=3_600.0) as other, joined(other):
                assert State.SENDING is state_of(other, "A1")
            with PostgresLedger(postgres, stale_s=0.0) as other, joined(other):
                assert State.UNCERTAIN is state_of(other, "A1")
                assert State.PLANNED is state_of(other, "A2")
        (entry, _) = ledger.results(run)
        assert (State.UNCERTAIN, Reason.CRASH) == (entry.outcome, entry.reason)
        assert [] == ledger.verify()


async def test_session_that_was_cut_goes_on(postgres: str) -> None:
    """A new session adopts what the process was sending: its answer counts, nothing is in doubt, more can be claimed."""
    with PostgresLedger(postgres, stale_s=0.0) as ledger, joined(ledger) as session:
        run, orders = start(ledger, plan("A1", "A2"))
        attempt = await ledger.claim(orders[0], run)
        before = session.holder
        cut(postgres, session)
        assert isinstance(await ledger.claim(orders[1], run), int)
        assert before != session.holder
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        await ledger.flush()
        assert State.SYNCED is state_of(ledger, "A1")
        assert [session.holder] == [member.holder for member in ledger.members()]


async def test_answer_after_others_gave_it_up_counts_late(postgres: str) -> None:
    """Cut off, given up by another, then answered: the answer counts, as a late one."""
    with PostgresLedger(postgres, stale_s=0.0) as ledger, joined(ledger) as session:
        run, (order, other_order) = start(ledger, plan("A1", "A2"))
        attempt = await ledger.claim(order, run)
        second = await ledger.claim(other_order, run)
        await session.ask(lambda database: database.execute("SELECT set_config('batchsync.cut', '1', false)"))
        assert session._database is not None
        session._database.close()  # it will notice at the next statement
        with PostgresLedger(postgres, stale_s=0.0) as other, joined(other):
            pass
        assert State.UNCERTAIN is state_of(ledger, "A1")
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        ledger.record_outcome(second, REFUSED, ANSWER)
        await ledger.flush()
        assert (State.SYNCED, State.REFUSED) == (state_of(ledger, "A1"), state_of(ledger, "A2"))
        assert None is ledger.failed
        assert [] == ledger.verify()


async def test_commit_that_was_not_heard_is_found_again(postgres: str) -> None:
    """The connection broke after a claim's commit and before its answer: the claim is found, not lost and not made twice."""
    with open_postgres(postgres) as ledger, joined(ledger) as session:
        run, orders = start(ledger, plan("A1", "A2"))
        await ledger.claim(orders[0], run)
        batches = session._batches
        assert batches is not None
        real = batches.apply

        def apply_unheard(*given: object, **more: object) -> object:
            real(*given, **more)  # type: ignore[arg-type]
            assert session._database is not None
            session._database.close()
            raise psycopg.OperationalError("the answer never came")

        batches.apply = apply_unheard  # type: ignore[method-assign, assignment]
        attempt = await ledger.claim(orders[1], run)
        ((event,),) = [history.attempts for history in ledger.history("A2")]
        assert (attempt, 1) == (event.attempt, event.nth)


async def test_call_under_way_is_not_found_again_for_another(postgres: str) -> None:
    """Lent twice, an order is claimed a second time by its own process just as the connection breaks: it is refused."""
    with PostgresLedger(postgres, stale_s=0.0) as ledger, joined(ledger) as session:
        run, orders = start(ledger, plan("A1", "A2"))
        under_way = await ledger.claim(orders[0], run)
        cut(postgres, session)
        second, other = await asyncio.gather(
            ledger.claim(orders[0], run), ledger.claim(orders[1], run), return_exceptions=True
        )
        assert isinstance(second, IllegalMove)
        assert isinstance(other, int)
        ledger.record_outcome(under_way, SYNCED, ANSWER)
        await ledger.flush()
        assert State.SYNCED is state_of(ledger, "A1")


def test_worker_that_comes_later_leaves_a_run_alone_that_one_must_send(postgres: str) -> None:
    """A cap, or a canary, is kept by one process: no newcomer finds the run, until it is everybody's."""
    with open_postgres(postgres) as ledger:
        run, _ = start(ledger, plan("A1", "A2", "A3"))
        ledger.queue_up(run, 2, alone=True)
        assert [] == ledger.unfinished(1)
        ledger.queue_up(run, 3)
        assert [run] == ledger.unfinished(1)


async def test_run_goes_on_while_somebody_sends_it_or_may(postgres: str) -> None:
    """Left to workers, or drained by a process that lives; one whose sender has died alone is over, as is an ended one."""
    with open_postgres(postgres) as ledger:
        run, _ = start(ledger, plan("A1"))
        assert not ledger.is_active(run)
        ledger.queue_up(run, 1, alone=True)
        assert not ledger.is_active(run)
        with joined(ledger) as session:
            session.run = ledger.run_id(run)
            await session.ask(
                lambda database: database.execute(database.sql["seen"], (session.holder, session.run))
            )
            assert ledger.is_active(run)
        assert not ledger.is_active(run)
        ledger.queue_up(run, 1)
        assert ledger.is_active(run)
        ledger.end_run(run, stopped=None, result=None, summary=RunSummary(file="", run=run))
        assert not ledger.is_active(run)


async def test_orders_to_be_sent_again_are_lent_to_the_run_that_was_told_so(postgres: str) -> None:
    """They count as planned there until they are called; a run that was told so before finds nothing to do any more."""
    with open_postgres(postgres) as ledger, joined(ledger) as session:
        first, orders = start(ledger, plan("A1", "A2"))
        await call(ledger, first, orders[0])
        await call(ledger, first, orders[1], UNCERTAIN, SILENCE)
        earlier, later = (start(ledger, plan("A1", "A2"), RESEND)[0] for _ in range(2))
        for run in (earlier, later):
            ledger.queue_up(run, 2)
        lent = await session.ask(ledger.lend(earlier, 9, 60.0))
        assert ((), True) == (lent.orders, (await session.ask(ledger.lend(earlier, 9, 60.0))).is_over)
        lent = await session.ask(ledger.lend(later, 9, 60.0))
        assert orders == [order for order, _ in lent.orders]
        assert {State.PLANNED: (2, 0, 0)} == _counted(ledger, later)
        attempts = [await ledger.claim(order, later) for order in orders]
        assert {State.SENDING: (2, 2, 0)} == _counted(ledger, later)
        assert (False, True) == (ledger.standing(later).is_queued, ledger.standing(later).is_under_way)
        ledger.record_outcome(attempts[0], SYNCED, ANSWER)
        ledger.record_outcome(attempts[1], NOT_SENT, UNSENT)
        await ledger.flush()
        assert {State.SYNCED: (1, 1, 3), State.PLANNED: (1, 0, 0)} == _counted(ledger, later)
        assert [State.SYNCED, State.UNCERTAIN] == [state_of(ledger, number) for number in ("A1", "A2")]


def _counted(ledger: PostgresLedger, run: str) -> dict[State, tuple[int, int, int]]:
    return {state: (of.orders, of.here, of.points) for state, of in ledger.counts(run).items()}


async def test_server_that_crashes_loses_nothing(postgres: str, postgres_server: Server) -> None:
    """PostgreSQL is killed and comes back: what was handed over meanwhile is written, what was confirmed is there."""
    with open_postgres(postgres) as ledger, joined(ledger):
        run, orders = start(ledger, plan(*(f"A{n}" for n in range(20))))
        attempts = [await ledger.claim(order, run) for order in orders[:10]]
        postgres_server.crash()
        for attempt in attempts:
            ledger.record_outcome(attempt, SYNCED, ANSWER)
        waiting = asyncio.gather(*(ledger.claim(order, run) for order in orders[10:]))
        await asyncio.to_thread(postgres_server.start)
        assert 10 == len(set(await waiting))
        await ledger.flush()
        states = [entry.state for entry in ledger.results(run)]
        assert [State.SYNCED] * 10 + [State.SENDING] * 10 == states


async def test_outcomes_that_no_server_took_are_kept_for_the_next_start(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stays away until the process ends: a file keeps its outcomes, and the next session writes them."""
    monkeypatch.setattr(kept, "user_data_path", lambda *_, **__: tmp_path)
    monkeypatch.setattr(sessions, "PATIENCE_S", 0.0)
    with open_postgres(postgres) as ledger:
        with joined(ledger) as session:
            run, (order, other) = start(ledger, plan("A1", "A2"))
            attempt = await ledger.claim(order, run)
            die(session)
            ledger.record_outcome(attempt, SYNCED, ANSWER)
            with pytest.raises(LedgerGone):
                await ledger.flush()
        assert 1 == len(list(tmp_path.glob("kept-*.outcomes")))
        with joined(ledger):
            await call(ledger, run, other)
            assert State.SYNCED is state_of(ledger, "A1")
        assert [] == list(tmp_path.iterdir())


def test_kept_outcomes_come_back_as_they_were(tmp_path: Path) -> None:
    """Answers with any bytes survive the file."""
    outcome = AttemptOutcome(
        65_537,
        STATE_CODES[State.SYNCED],
        3,
        ResponseRecord("synced", 2, 200, "0", "好", "", b"\xff\n\x00"),
        250_000,
        1,
    )
    store = kept.SpooledOutcomes("postgresql://db/x", tmp_path)
    store.keep([outcome, outcome])
    ((path, outcomes),) = store.files()
    assert [outcome, outcome] == outcomes
    assert [] == kept.SpooledOutcomes("postgresql://db/other", tmp_path).files()
    kept.delete_spool(path)
    assert [] == store.files()


def test_server_that_may_forget_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """synchronous_commit, fsync and full_page_writes must be on: else a crash forgets that an order was sent."""
    monkeypatch.setattr(
        PostgresStore, "_settings", staticmethod(lambda _: {"synchronous_commit": "on", "fsync": "off"})
    )
    with pytest.raises(LedgerError, match="fsync is off"):
        open_postgres(postgres)


def test_newer_form_is_refused(postgres: str) -> None:
    """A database that a newer program moved up is not touched."""
    open_postgres(postgres).close()
    with contextlib.closing(connect(postgres)) as database:
        database.script("UPDATE form SET version = 99")
    with pytest.raises(LedgerError, match="newer"):
        open_postgres(postgres)


def test_server_that_is_not_there_is_named_without_a_password() -> None:
    """The sentence says where, not with which password."""
    with pytest.raises(LedgerGone) as caught:
        open_postgres("postgresql://me:secret@127.0.0.1:1/orders")
    assert "postgresql://127.0.0.1:1/orders" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_shares_never_add_up_to_more_than_the_rate(postgres: str) -> None:
    """Whoever asks for how much, in whatever order: what all hold together is at most the rate, and evens out."""
    with open_postgres(postgres) as ledger:
        account = ledger.account("http://a/", "x")
    with contextlib.closing(connect(postgres)) as database:
        database.script(
            "INSERT INTO holders (who, host, pid, kind, since, seen_at) SELECT 'w', 'h', n, 'worker', 0, 0"
            " FROM generate_series(1, 3) AS n"
        )
        held = {1: 0, 2: 0, 3: 0}
        for turn in range(12):
            for holder, has in list(held.items()):
                asked = (account, holder, 10.0, has, turn > 3 or holder < 3, 1_000_000, 1_000_000)
                ((granted, fair, rate),) = database.execute(database.sql["renew_share"], asked)
                held[holder] = granted
                assert sum(held.values()) <= rate == 10
                held[holder] = min(granted, fair)  # it sheds what others should have
            if turn == 3:
                assert {1: 5, 2: 5, 3: 0} == held
        assert [3, 3, 4] == sorted(held.values())

"""What only a PostgreSQL ledger does: the lock of an account, sessions that end, a server that goes away."""

import asyncio
import contextlib
from pathlib import Path

import psycopg
import pytest

from batchsync.clock import SYSTEM_CLOCK
from batchsync.errors import LedgerBusy, LedgerError, LedgerFull, LedgerGone
from batchsync.ledger import open_postgres, statements
from batchsync.ledger.batches import AttemptOutcome, ResponseRecord
from batchsync.ledger.codes import STATE_CODES
from batchsync.ledger.postgres import statements as postgres_statements
from batchsync.ledger.postgres.database import connect
from batchsync.ledger.postgres.ledger import RunSending
from batchsync.ledger.postgres.store import PostgresStore
from batchsync.ledger.spool import OutcomeSpool
from batchsync.model import Reason, State
from tests.ledger.builders import ANSWER, SYNCED, call, plan, start, state_of
from tests.postgres import Server

pytestmark = pytest.mark.postgres

ONLY_SQLITE = {
    "append_answer",
    "append_attempts",
    "append_outcome",
    "is_ours",
    "last_answer",
    "last_attempts",
    "settle",
    "vacuum",
}
ONLY_POSTGRES = {
    "append_answers", "counts", "end_sending", "enter_sender", "form", "form_version", "has_engine", "has_live_job",
    "heartbeat", "leave_sender", "limit_session", "live_workers", "lock_account", "make_form", "make_room", "may_write",
    "one_at_a_time", "orders_to_send", "pause_run", "queue_run", "run_control", "run_options", "sender_of", "senders",
    "set_form", "set_zone", "settle_all", "stop_run", "unlock_account",
}  # fmt: skip


@pytest.fixture(autouse=True)
def spool_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep spooled outcomes of these tests apart."""
    folder = tmp_path / "spool"
    monkeypatch.setattr("batchsync.ledger.spool.user_data_path", lambda *_, **__: folder)
    return folder


def end_sender_session(address: str) -> None:
    """End the session that holds an account's lock, as the server does; its process doesn't know."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks AS l"
            " WHERE l.locktype = 'advisory' AND l.classid = 1112756602"
        )


def test_dialects_have_the_same_statements() -> None:
    """A statement that is missing in one dialect ends a command of the other with an error of ours."""
    here, there = set(statements.queries()), set(postgres_statements.queries())
    assert (ONLY_SQLITE, ONLY_POSTGRES) == (here - there, there - here)


def test_account_has_one_sender(postgres: str) -> None:
    """A second sender of the account is refused, with the first one's run; another account has its own."""
    with open_postgres(postgres) as one, open_postgres(postgres) as two, one.lock(1, "first"):
        with pytest.raises(LedgerBusy, match="first"), two.lock(1, "second"):
            pass
        with two.lock(2, "other account"):
            assert [1, 2] == sorted(sender.account for sender in one.senders())
    with open_postgres(postgres) as ledger:
        assert [] == ledger.senders()


async def test_lost_session_refuses_claims_and_keeps_outcomes(postgres: str) -> None:
    """Whoever lost the lock claims nothing; what came of its calls is in the ledger all the same."""
    with open_postgres(postgres) as ledger:
        with ledger.lock(1, "t"):
            run, orders = start(ledger, plan("A1", "A2"))
            attempt = await ledger.claim(orders[0], run)
            end_sender_session(postgres)
            with pytest.raises(LedgerGone):
                await ledger.claim(orders[1], run)
            ledger.record_outcome(attempt, SYNCED, ANSWER)
            with pytest.raises(LedgerFull):
                await ledger.flush()
        assert [State.SYNCED, State.PLANNED] == [state_of(ledger, number) for number in ("A1", "A2")]
        with ledger.lock(1, "t"):
            await call(ledger, run, orders[1])
        assert [] == ledger.verify()


async def test_outcome_after_another_sender_gave_the_call_up_counts_late(postgres: str) -> None:
    """The next sender makes the lost one's call uncertain; its outcome comes later and is believed."""
    with open_postgres(postgres) as one, open_postgres(postgres) as two:
        with one.lock(1, "one"):
            run, (order,) = start(one, plan("A1"))
            attempt = await one.claim(order, run)
            end_sender_session(postgres)
            with two.lock(1, "two"):
                assert State.UNCERTAIN is state_of(two, "A1")
            one.record_outcome(attempt, SYNCED, ANSWER)
            with contextlib.suppress(LedgerFull):
                await one.flush()
        assert State.SYNCED is state_of(two, "A1")
        ((first, second),) = [history.attempts for history in two.history("A1")]
        assert (Reason.CRASH, True) == (first.reason, second.late)


async def test_sender_after_a_lost_one_waits_for_the_rate(postgres: str) -> None:
    """After a sender that died the next one waits a second; after one that ended, what is left of it."""
    with open_postgres(postgres) as one, open_postgres(postgres) as two:
        with one.lock(1, "one"):
            end_sender_session(postgres)
            with two.lock(1, "two"):
                assert two.wait_before_sending_s > 1
        await asyncio.sleep(1.2)
        with one.lock(1, "three"):
            assert 0 == one.wait_before_sending_s


async def test_server_that_crashes_loses_nothing_that_was_confirmed(
    postgres: str, postgres_server: Server
) -> None:
    """PostgreSQL is killed and comes back: confirmed claims are there, outcomes are written at the next lock."""
    with open_postgres(postgres) as ledger:
        with ledger.lock(1, "t"):
            run, orders = start(ledger, plan(*(f"A{n}" for n in range(20))))
            attempts = [await ledger.claim(order, run) for order in orders[:10]]
            postgres_server.crash()
            for attempt in attempts:
                ledger.record_outcome(attempt, SYNCED, ANSWER)
            with pytest.raises(LedgerFull):
                await ledger.flush()
            postgres_server.start()  # by this thread: the server ends with the thread that started it
        with ledger.lock(1, "t"):
            states = [entry.state for entry in ledger.results(run)]
        assert [State.SYNCED] * 10 + [State.PLANNED] * 10 == states


def test_spooled_outcomes_come_back_as_they_were(tmp_path: Path) -> None:
    """Responses with any bytes survive the journal; each ledger has its own."""
    outcome = AttemptOutcome(
        65_537,
        STATE_CODES[State.SYNCED],
        3,
        ResponseRecord("synced", 2, 200, "0", "好", "", b"\xff\n\x00"),
        250_000,
        1,
    )
    spool = OutcomeSpool("postgresql://db/x", tmp_path)
    spool.append([outcome])
    spool.append([outcome])
    ((path, outcomes),) = spool.journals()
    assert [outcome, outcome] == outcomes
    assert [] == list(OutcomeSpool("postgresql://db/other", tmp_path).journals())
    spool.delete(path)
    assert [] == list(spool.journals())


def test_two_plans_at_once_wait_for_each_other(postgres: str) -> None:
    """Only one plan is saved at a time: a second one is reported so within seconds, and nothing of it is kept."""
    with open_postgres(postgres) as ledger, psycopg.connect(postgres) as blocking:
        account = ledger.account("http://api.example/pay", "default")
        run = ledger.new_run(account, "/in/x.csv", "00", "x", "en")
        blocking.execute("SELECT pg_advisory_xact_lock(1112756603, %s)", (account,))
        with pytest.raises(LedgerBusy):
            ledger.save_plan(run, plan("A1"))
        blocking.rollback()
        assert 1 == sum(order > 0 for order in ledger.save_plan(run, plan("A1")))


def test_orders_of_a_run_are_read_in_pages(postgres: str) -> None:
    """In the plan's order, from an entry to a last one; what was sent meanwhile is left out."""
    with open_postgres(postgres) as ledger:
        run, orders = start(ledger, plan("A1", "A2", "A3", "A4"))
        ledger.queue_run(run, RunSending(last_seq=2, total=3))
        assert (True, RunSending(last_seq=2, total=3)) == (ledger.is_active(run), ledger.sending_of(run))
        with ledger.lock(1, run):
            asyncio.run(call(ledger, run, orders[1]))
        first = ledger.orders_to_send(run, -1, 2, 1)
        assert [(0, orders[0], "A1")] == [(seq, order, each.number) for seq, order, each in first]
        assert [orders[2]] == [order for _, order, _ in ledger.orders_to_send(run, 0, 2, 9)]
        ledger.end_sending(run, None)
        assert not ledger.is_active(run)


def test_server_that_may_forget_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """synchronous_commit, fsync and full_page_writes must be on: else a crash forgets that an order was sent."""
    monkeypatch.setattr(
        PostgresStore, "_settings", staticmethod(lambda _: {"synchronous_commit": "on", "fsync": "off"})
    )
    with pytest.raises(LedgerError, match="fsync is off"):
        open_postgres(postgres)


def test_newer_schema_is_refused(postgres: str) -> None:
    """A database that a newer program changed is left alone."""
    open_postgres(postgres).close()
    with contextlib.closing(connect(postgres)) as database:
        database.script("UPDATE form SET version = 99")
    with pytest.raises(LedgerError, match="newer"):
        open_postgres(postgres)


def test_server_that_is_not_there_is_named_without_a_password() -> None:
    """The message names the place, not the password."""
    with pytest.raises(LedgerGone) as caught:
        open_postgres("postgresql://me:secret@127.0.0.1:1/orders", clock=SYSTEM_CLOCK)
    assert "postgresql://127.0.0.1:1/orders" in str(caught.value)
    assert "secret" not in str(caught.value)

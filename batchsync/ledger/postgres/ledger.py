"""The PostgreSQL ledger: any number of machines, one sender for each account.

`lock` is an advisory lock of the account, held on the connection that makes the claims: a process that lost its
connection has lost the lock and can't claim. Who gets the lock writes the outcomes in the spool, then makes every order
of the account that is still `sending` uncertain, as over SQLite.
"""

import contextlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
import psycopg

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import IllegalMove, LedgerBusy, LedgerError
from batchsync.ledger.batches import ResponseRecord
from batchsync.ledger.codes import STATES_BY_CODE
from batchsync.ledger.database import Database, transaction
from batchsync.ledger.group_commit import GroupCommit
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.postgres.batch import PostgresBatches
from batchsync.ledger.postgres.database import PostgresDatabase, connect
from batchsync.ledger.postgres.store import PostgresStore
from batchsync.ledger.run_results import to_datetime
from batchsync.messages import ledger as messages
from batchsync.model import Order, Reason, State

STALE_CLAIM_S = 10.0
"""A claim older than this is not sent any more; less than SESSION_LIMIT_S, so that what a new sender gives up can't leave."""
SESSION_LIMIT_S = 15
"""Seconds of silence after which the server ends a sender's session, and frees its lock."""
HEARTBEAT_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The process that sends for an account now."""

    account: int
    run: str
    host: str
    pid: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunControl:
    """What a run's sender is asked to do, and whether it is done."""

    stopping: str | None
    paused: bool
    is_sent: bool
    stopped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """Orders of a run in one state."""

    orders: int
    by_this_run: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSending:
    """How a run is to be sent; the ledger keeps it for whichever process sends."""

    last_seq: int
    """The last entry of the plan that may be sent."""
    total: int
    """Orders to send."""
    canary: int = 0
    max_points: int | None = None
    rate: float | None = None
    detached: bool = False
    """No process waits for the run: its sender ends it."""


class PostgresLedger(Ledger):
    """The record of every order ever sent, in a PostgreSQL database."""

    def __init__(
        self, address: str, *, read_only: bool = False, clock: Clock = SYSTEM_CLOCK, wait_s: float = 0.0
    ) -> None:
        self._server = PostgresStore(address, read_only=read_only, clock=clock, wait_s=wait_s)
        self.wait_before_sending_s = 0.0
        """Seconds to wait after `lock`, so that the rate holds in every second around a change of senders."""
        super().__init__(self._server, clock)
        self._server.prepare()

    @property
    def address(self) -> str:
        """The database's address with its user and password: not to be shown."""
        return self._server.address

    def disconnect(self) -> None:
        """Close the connections that questions use; the next question opens them again."""
        self._server.close()

    # --- The account's lock ---------------------------------------------------------------------------------

    @contextmanager
    def lock(self, account: int, run: str) -> Iterator[None]:
        """Become the sender of an account. Raises LedgerBusy, naming the other sender, when there is one."""
        with self._server.translated():
            database = connect(self.address, application=f"batchsync sender {run}"[:63])
        try:
            with self._server.translated():
                self._replay(database)
                self._lock_account(database, account, run)
            commits = self._commits = self._group_commit(database)
            try:
                yield
            finally:
                commits.close()
                self._commits = None
                with contextlib.suppress(psycopg.Error):
                    database.execute(database.sql["leave_sender"], (account,))
                    database.execute(database.sql["unlock_account"], (account,))
        finally:
            with contextlib.suppress(psycopg.Error):
                database.close()
            self._replay_quietly()

    def _lock_account(self, database: PostgresDatabase, account: int, run: str) -> None:
        sql = database.sql
        ((is_ours,),) = database.execute(sql["lock_account"], (account,))
        if not is_ours:
            raise self._busy(database, account)
        database.execute(sql["limit_session"], (f"{SESSION_LIMIT_S}s",))
        waits = list(database.execute(sql["enter_sender"], (account, run, platform.node(), os.getpid())))
        self.wait_before_sending_s = waits[0][0] / 1e6 if waits else 0.0
        with transaction(database):
            if next(database.execute(sql["dead_attempts"], (account,)), None) is not None:
                columns = [[value] for value in ResponseRecord(Reason.CRASH.value, 1, None, "", "", "", b"")]
                ((answer,),) = database.execute(sql["append_answers"], columns)
                database.execute(sql["give_up_outcomes"], (account, answer))
                database.execute(sql["give_up_orders"], (account,))

    def _group_commit(self, database: PostgresDatabase) -> GroupCommit:
        return GroupCommit(
            batches=PostgresBatches(database),
            keep=self._server.spool.append,
            refuse=self._refusal,
            clock=self._clock,
            in_thread=True,
            on_idle=lambda: database.execute(database.sql["heartbeat"]),
            idle_after_s=HEARTBEAT_S,
        )

    def _replay(self, database: PostgresDatabase) -> None:
        """Write the spool's outcomes; no lock is needed, since an outcome moves only the order of its own attempt."""
        for path, outcomes in self._server.spool.journals():
            batches = PostgresBatches(database)
            batches.apply([], outcomes, self._server.now())
            batches.commit()
            self._server.spool.delete(path)

    def _replay_quietly(self) -> None:
        if next(self._server.spool.journals(), None) is None:
            return
        with contextlib.suppress(psycopg.Error, OSError):  # the next start tries again
            database = connect(self.address)
            try:
                self._replay(database)
            finally:
                database.close()

    def _busy(self, database: PostgresDatabase, account: int) -> LedgerBusy:
        row = next(database.execute(database.sql["sender_of"], (account,)), None)
        if row is None:
            return LedgerBusy(messages.BUSY_UNKNOWN, ledger=self.place)
        run, host, pid, since = row
        began = to_datetime(since)
        assert began is not None
        shown = began.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return LedgerBusy(messages.BUSY, ledger=self.place, run=run, host=host, pid=pid, since=shown)

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, LedgerError | IllegalMove):
            return error
        return self._server.gone(error)

    def senders(self) -> list[Sender]:
        """Return the processes that hold an account's lock now."""
        if self._store.is_empty():
            return []
        with self._reading() as database:
            rows = list(database.execute(database.sql["senders"]))
        return [
            Sender(account=account, run=run, host=host, pid=pid, since=to_datetime(since))  # type: ignore[arg-type]
            for account, run, host, pid, since in rows
        ]

    # --- Runs that a worker sends ---------------------------------------------------------------------------

    def queue_run(self, run: str, sending: RunSending) -> None:
        """Note how a run is to be sent."""
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            database.execute(database.sql["queue_run"], (run_id, orjson.dumps(sending).decode()))

    def sending_of(self, run: str) -> RunSending | None:
        """Return how a run is to be sent; None where it isn't."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            ((options,),) = database.execute(database.sql["run_options"], (run_id,))
        return None if options is None else RunSending(**orjson.loads(options))

    def control_of(self, run: str) -> RunControl:
        """Return what a run's sender is asked to do, and whether it is done."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            ((stopping, paused, is_sent, stopped),) = database.execute(database.sql["run_control"], (run_id,))
        return RunControl(stopping=stopping, paused=paused, is_sent=is_sent, stopped=stopped)

    def orders_to_send(self, run: str, after: int, until: int, count: int) -> list[tuple[int, int, Order]]:
        """Return the next orders of a run that may be sent: entry of the plan, the ledger's id, order."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            rows = database.execute(database.sql["orders_to_send"], (run_id, after, until, count))
            return [(seq, order, Order(owner_id=owner, number=number)) for seq, order, owner, number in rows]

    def end_sending(self, run: str, stopped: str | None) -> None:
        """Note that nothing more of a run is sent, and why."""
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            database.execute(database.sql["end_sending"], (run_id, stopped))

    def stop_run(self, run: str, why: str) -> None:
        """Ask the sender to stop a run; the first reason stays."""
        self._control(run, "stop_run", why)

    def pause_run(self, run: str, *, paused: bool) -> None:
        """Ask the sender to pause a run, or to resume it."""
        self._control(run, "pause_run", paused)

    def _control(self, run: str, statement: str, value: object) -> None:
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            database.execute(database.sql[statement], (run_id, value))

    def counts(self, run: str) -> dict[State, StateCount]:
        """Return how many of a run's orders are in each state."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            return {
                STATES_BY_CODE[state]: StateCount(orders=orders, by_this_run=by_this_run, points=points)
                for state, orders, points, by_this_run in database.execute(database.sql["counts"], (run_id,))
            }

    def is_active(self, run: str) -> bool:
        """Whether a run has not ended and is sent now, or will be."""
        record = self.run(run)
        if record is None or record.ended_at is not None or self.sending_of(run) is None:
            return False
        return not self.control_of(run).is_sent

    # --- Procrastinate's tables -----------------------------------------------------------------------------

    def has_job_tables(self) -> bool:
        """Whether Procrastinate's tables are there."""
        with self._reading() as database:
            return bool(next(database.execute(database.sql["has_engine"]))[0])

    @contextmanager
    def schema_lock(self) -> Iterator[None]:
        """Let one process at a time create tables."""
        with self._reading() as database, transaction(database):
            database.execute(database.sql["one_at_a_time"])
            yield

    def has_live_job(self, lock: str, queueing_lock: str) -> tuple[bool, bool]:
        """Return whether a live worker executes a job with this lock, and whether the job of this queueing lock exists."""
        with self._reading() as database:
            ((is_live, exists),) = database.execute(database.sql["has_live_job"], (lock, queueing_lock))
        return is_live, exists

    def live_workers(self) -> int:
        """Return how many workers have sent a heartbeat lately."""
        if not self.has_job_tables():
            return 0
        with self._reading() as database:
            return int(next(database.execute(database.sql["live_workers"]))[0])

    # --- Maintenance ----------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """Raise LedgerError: PostgreSQL has its own tools."""
        raise LedgerError(messages.BACKUP_IS_YOURS, ledger=self.place, target=target)

    def _refuse_company(self) -> None:
        for sender in self.senders():
            raise LedgerBusy(
                messages.BUSY,
                ledger=self.place,
                run=sender.run,
                host=sender.host,
                pid=sender.pid,
                since=sender.since.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            )

    def _shrink(self, database: Database) -> None:
        """PostgreSQL reuses what was emptied."""

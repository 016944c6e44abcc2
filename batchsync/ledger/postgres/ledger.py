"""The PostgreSQL ledger: one memory for several machines.

Nobody is locked out: any number of processes send at once, and the claim alone decides who sends what. `lock` opens
the session of this process (see session.py); whoever enters or is at work gives up what the dead were sending.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import IllegalMove, LedgerBusy, LedgerError
from batchsync.ledger.database import Database
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.postgres import queue
from batchsync.ledger.postgres.batch import reap
from batchsync.ledger.postgres.database import PostgresDatabase
from batchsync.ledger.postgres.queue import Lent, Member, Standing
from batchsync.ledger.postgres.session import STALE_CLAIM_S, Session
from batchsync.ledger.postgres.store import PostgresStore
from batchsync.messages import ledger as messages
from batchsync.model import State

NOBODY = 0


class PostgresLedger(Ledger):
    """The memory of every order ever sent, in one PostgreSQL database."""

    def __init__(
        self,
        address: str,
        *,
        read_only: bool = False,
        clock: Clock = SYSTEM_CLOCK,
        wait_s: float = 0.0,
        stale_s: float = STALE_CLAIM_S,
    ) -> None:
        self._server = PostgresStore(address, read_only=read_only, clock=clock, wait_s=wait_s)
        self.stale_s = stale_s
        """Seconds after which a claim can't be sent any more, and the dead's may be given up."""
        self.session: Session | None = None
        """Under which this process claims, while it has joined."""
        super().__init__(self._server, clock)
        self._server.prepare()

    @property
    def address(self) -> str:
        """Where the database is, with whoever asks and their password: not to be shown."""
        return self._server.address

    @contextmanager
    def lock(self, account: int, run: str) -> Iterator[None]:  # noqa: ARG002 (SQLite names it)
        """Join those who send: nobody is waited for."""
        with self.joined(run, kind="run"):
            yield

    @contextmanager
    def joined(self, who: str, *, kind: str) -> Iterator[Session]:
        """Open this process's session, under which it claims; its orders are given up when it leaves."""
        with self._reading() as database:
            reap(_ours(database), NOBODY, self.stale_s)
        session = self._commits = self.session = Session(
            address=self.address,
            place=self._server.place,
            who=who,
            kind=kind,
            refuse=self._refusal,
            clock=self._clock,
            stale_s=self.stale_s,
        )
        try:
            yield session
        finally:
            session.close()
            self._commits = self.session = None

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, LedgerError | IllegalMove):
            return error
        return self._server.gone(error)

    # --- Runs that several drain ----------------------------------------------------------------------------

    def queue_up(self, run: str, limit: int, *, detached: bool = False, alone: bool = False) -> None:
        """Let anyone who drains the run send the first `limit` orders of its plan.

        Nobody waits for a `detached` run: whoever sends its last order closes it. Nobody joins one that is sent
        `alone`, not even when its sender has died.
        """
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            database.execute(database.sql["queue_up"], (run_id, limit))
            database.execute(database.sql["open_run"], (run_id, detached, alone))

    def is_active(self, run: str) -> bool:
        """Whether a run has not ended and is not dead: somebody sends its orders now, or it waits for workers."""
        record = self.run(run)
        if record is None or record.ended_at is not None:
            return False
        return run in self.unfinished(record.account) or any(each.run == run for each in self.members())

    def is_detached(self, run: str) -> bool:
        """Whether nobody waits for a run."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            return bool(next(database.execute(database.sql["is_detached"], (run_id,)))[0])

    def lend(self, run: str, count: int, lent_s: float) -> Callable[[PostgresDatabase], Lent]:
        """Return the question for the next orders of a run, theirs alone for `lent_s`, for a session to ask."""
        run_id, _ = self._run_ids(run)
        return lambda database: queue.lend(database, run_id, count, lent_s)

    def run_id(self, run: str) -> int:
        """Return the number that the database knows a run by."""
        return self._run_ids(run)[0]

    def standing(self, run: str) -> Standing:
        """Return how far a run is."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            return queue.standing(_ours(database), run_id)

    def counts(self, run: str) -> dict[State, queue.Count]:
        """Return how many of a run's orders stand where."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            return queue.counts(_ours(database), run_id)

    def stop_run(self, run: str, why: str) -> None:
        """Let nobody claim anything more of a run; the first reason stands."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            database.execute(database.sql["stop_run"], (run_id, why))

    def pause_run(self, run: str, *, paused: bool) -> None:
        """Let nobody claim anything of a run for now, or go on."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            database.execute(database.sql["pause_run"], (run_id, paused))

    def close_queue(self, run: str) -> None:
        """Take what is left of a run out of everybody's reach: it is not sent."""
        run_id, _ = self._run_ids(run)
        with self._reading() as database:
            database.execute(database.sql["clear_queue"], (run_id,))

    def unfinished(self, account: int) -> list[str]:
        """Return the runs of an account that still have orders to send, by whoever comes."""
        with self._reading() as database:
            return [run for (run,) in database.execute(database.sql["unfinished"], (account,))]

    def members(self) -> list[Member]:
        """Return who sends now: every process whose session lives."""
        with self._reading() as database:
            return queue.members(_ours(database))

    def has_engine(self) -> bool:
        """Whether the tables of the workers' engine are there."""
        with self._reading() as database:
            return bool(next(database.execute(database.sql["has_engine"]))[0])

    @contextmanager
    def alone(self, who: str) -> Iterator[None]:
        """Keep others' bookkeeping out for a while."""
        with self._server.exclusive(who):
            yield

    # --- Upkeep ---------------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """Raise LedgerError: PostgreSQL has its own ways."""
        raise LedgerError(messages.BACKUP_IS_YOURS, ledger=self.place, target=target)

    def _refuse_company(self) -> None:
        for member in self.members():
            raise LedgerBusy(
                messages.BUSY,
                ledger=self.place,
                run=member.run or member.who,
                host=member.host,
                pid=member.pid,
                since=member.since.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            )

    def _shrink(self, database: Database) -> None:
        """PostgreSQL reuses what was emptied."""


def _ours(database: Database) -> PostgresDatabase:
    assert isinstance(database, PostgresDatabase)
    return database

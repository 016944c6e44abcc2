"""One process that sends, as PostgreSQL sees it: a session, its advisory lock, its claims and outcomes.

The session's lock says that its process lives; claims are made on the very session that holds it, so whoever lost the
lock can't claim. A lost connection is mended here: a new session takes a new lock, adopts what the process was
sending, and the batch that was under way is applied again.

All of it happens in a thread of its own, so that no server, slow or gone, ever stops the loop's calls, on whatever
event loop. As with SQLite, what waits while one batch is on its way is the next batch.
"""

import asyncio
import contextlib
import os
import platform
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol, TypeVar

import psycopg
from psycopg import errors

from batchsync.clock import Clock
from batchsync.errors import IllegalMove
from batchsync.ledger.batches import AttemptOutcome, BatchResult, Claim
from batchsync.ledger.commit_queue import Answer, CommitQueue, Waiting, describe_illegal
from batchsync.ledger.database import transaction
from batchsync.ledger.postgres.batch import PostgresBatches, reap
from batchsync.ledger.postgres.database import PostgresDatabase, connect
from batchsync.ledger.postgres.kept import SpooledOutcomes, delete_spool

T = TypeVar("T")
STALE_CLAIM_S = 10.0
"""Seconds after which a claim can't be sent any more, and the dead's may be given up."""
BEAT_S = 0.25
REAP_EVERY_S = 1.0
IDLE_S = 60
"""Seconds of silence after which the server itself ends a session: its process stands still, or its network is gone."""
PATIENCE_S = 120.0
"""Seconds that claims and outcomes wait for a server that went away."""
RETRY_S = 0.1
NOT_TO_BE_WAITED_FOR = (errors.DiskFull, errors.InsufficientPrivilege, errors.InvalidPassword)
STALE_ANSWER = errors.ForeignKeyViolation
"""An answer that this session remembered was pruned meanwhile: forgotten and written again."""


class Beat(Protocol):
    """What wants to be done a few times a second on the session, as the holder that it is."""

    def __call__(self, database: PostgresDatabase, holder: int) -> None: ...


class _Done(NamedTuple):
    waiting: Waiting
    answers: list[Answer]
    error: BaseException | None


class Session(CommitQueue):
    """Commits what gathers in groups on a session of its own, which it keeps alive."""

    def __init__(
        self,
        *,
        address: str,
        place: str,
        who: str,
        kind: str,
        refuse: Callable[[BaseException], BaseException],
        clock: Clock,
        kept: SpooledOutcomes | None = None,
        stale_s: float = STALE_CLAIM_S,
    ) -> None:
        super().__init__(refuse=refuse, clock=clock)
        self.holder = 0
        self.run: int | None = None
        """The run that this process drains now, for others to see."""
        self._address, self._who, self._kind = address, who, kind
        self._stale_s = stale_s
        self._kept = kept or SpooledOutcomes(place)
        self._beats: list[Beat] = []
        self._under_way = False
        self._inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._outbox: SimpleQueue[_Done] = SimpleQueue()
        self._thread: threading.Thread | None = None
        # The thread's own:
        self._database: PostgresDatabase | None = None
        self._batches: PostgresBatches | None = None
        self._sending: set[int] = set()
        """Attempts whose claim was told and whose outcome is not written yet."""
        self._reap_at = 0.0
        self._ending = False

    # --- What the pool calls --------------------------------------------------------------------------------

    async def ask(self, work: Callable[[PostgresDatabase], T]) -> T:
        """Do some work on the session, in its thread. Raises psycopg's errors."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def act() -> None:
            try:
                done = partial(_resolve, future, work(self._line()))
            except BaseException as error:  # noqa: BLE001 (told to whoever asked)
                self._lose_if_broken(error)
                done = partial(_reject, future, error)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(done)

        self._post(act)
        return await future

    async def ask_patiently(self, work: Callable[[PostgresDatabase], T]) -> T:
        """Do some work on the session, again and again while the server is away. Raises LedgerGone in the end."""
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self.ask(work)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if time.monotonic() > give_up_at:
                    raise self._refuse(error) from error
                await asyncio.sleep(RETRY_S)

    def beat_soon(self) -> None:
        """Tell the server now what this process does."""
        self._post(self._beat)

    def every_beat(self, beat: Beat) -> None:
        """Do something on the session a few times a second, from now on."""
        self._beats.append(beat)
        self._post(self._beat)

    def drain(self) -> None:
        """Block until all that was handed over is durable or kept."""
        while self._under_way or self._is_waiting:
            if self._under_way:
                self._finish(self._outbox.get())
            else:
                self._turn()

    def close(self) -> None:
        """Drain, leave in good order, and let the thread go."""
        self.drain()
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    # --- From turn to turn, in the loop ---------------------------------------------------------------------

    def _turn(self) -> None:
        self._woken = False
        if self._under_way or not self._is_waiting:
            return
        self._under_way = True
        self._post(partial(self._carry, self._gathered()))

    def _finish(self, done: _Done) -> None:
        """Tell everyone what became of the batch."""
        self._under_way = False
        if done.error is not None:
            self.failed = self.failed or done.error
        self._answer(done.waiting, done.answers)

    def _collect(self) -> None:
        with contextlib.suppress(Empty):  # `drain` was faster
            self._finish(self._outbox.get_nowait())

    def _post(self, act: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
            self._thread.start()
        self._inbox.put(act)

    # --- In the thread --------------------------------------------------------------------------------------

    def _work(self) -> None:
        next_beat = time.monotonic() + BEAT_S
        while True:
            try:
                act = self._inbox.get(timeout=max(0.0, next_beat - time.monotonic()))
            except Empty:
                self._beat()
                next_beat = time.monotonic() + BEAT_S
                continue
            if act is None:
                break
            act()
            if time.monotonic() >= next_beat:
                self._beat()
                next_beat = time.monotonic() + BEAT_S
        self._leave()

    def _carry(self, waiting: Waiting) -> None:
        self._outbox.put(self._carried(waiting))
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended; `drain` collects
                loop.call_soon_threadsafe(self._collect)

    def _carried(self, waiting: Waiting) -> _Done:
        refused = self.failed  # claims handed over before that was known
        claims = [] if refused is not None else [item.claim for item in waiting.claimed]
        try:
            applied = self._apply(claims, waiting.outcomes)
        except Exception as error:  # noqa: BLE001 (whatever it was, the outcomes must be kept)
            self._keep(waiting.outcomes)
            return _Done(waiting, [self._refuse(error) for _ in waiting.claimed], error)
        wrong = IllegalMove(describe_illegal(applied.illegal)) if applied.illegal else None
        return _Done(waiting, self._answers(waiting, applied.attempts, refused), wrong)

    def _apply(self, claims: list[Claim], outcomes: list[AttemptOutcome]) -> BatchResult:
        give_up_at, again = time.monotonic() + PATIENCE_S, False
        while True:
            try:
                self._line()
                assert self._batches is not None
                applied = self._batches.apply(claims, outcomes, again=again, under_way=self._sending)
            except NOT_TO_BE_WAITED_FOR:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError, STALE_ANSWER) as error:
                self._lose_if_broken(error)
                again = again or self._database is None
                if time.monotonic() > give_up_at or self._ending:
                    raise
                time.sleep(RETRY_S)
            else:
                self._sending.difference_update(outcome.attempt for outcome in outcomes)
                self._sending.update(filter(None, applied.attempts))
                return applied

    def _keep(self, outcomes: list[AttemptOutcome]) -> None:
        if outcomes:
            with contextlib.suppress(OSError):  # they stay `sending`, and become uncertain
                self._kept.keep(outcomes)

    # --- The connection -------------------------------------------------------------------------------------

    def _line(self) -> PostgresDatabase:
        """Return the session, a new one where the last was lost. Raises psycopg.OperationalError."""
        if self._database is not None:
            return self._database
        database = connect(self._address, application=f"batchsync {self._kind}")
        try:
            self._enter(database)
        except BaseException:
            database.close()
            raise
        self._database = database
        return database

    def _enter(self, database: PostgresDatabase) -> None:
        sql, before = database.sql, self.holder
        database.execute(sql["keep_session"], (f"{IDLE_S}s",))
        with transaction(database):  # nobody sees the holder before it is locked
            named = (self._who, platform.node(), os.getpid(), self._kind)
            ((holder,),) = database.execute(sql["add_holder"], named)
            database.execute(sql["hold"], (holder,))
        if before:
            self._take_over(database, before, holder)
        self.holder = holder
        self._batches = PostgresBatches(database, holder, was_lost=before > 0)
        for path, outcomes in self._kept.files():
            PostgresBatches(database, holder, was_lost=True).apply([], outcomes, again=True)
            delete_spool(path)

    def _take_over(self, database: PostgresDatabase, before: int, holder: int) -> None:
        """Adopt what this process was sending, once its old session is surely over."""
        sql = database.sql
        database.execute(sql["lock_timeout"], ("2s",))
        try:
            database.execute(sql["hold"], (before,))
        except errors.LockNotAvailable:
            return  # the server still believes in it: its orders are given up when it doesn't any more
        finally:
            database.execute(sql["lock_timeout"], ("0",))
        with transaction(database):
            database.execute(sql["adopt"], (before, holder))
            database.execute(sql["let_go"], (before,))
        database.execute(sql["release"], (before,))

    def _beat(self) -> None:
        try:
            database = self._line()
            database.execute(database.sql["seen"], (self.holder, self.run))
            for beat in self._beats:
                beat(database, self.holder)
            if time.monotonic() >= self._reap_at:
                self._reap_at = time.monotonic() + REAP_EVERY_S
                reap(database, self.holder, self._stale_s)
        except psycopg.Error as error:  # the next beat tries again
            self._lose_if_broken(error)

    def _lose_if_broken(self, error: BaseException) -> None:
        database = self._database
        if database is not None and (database.is_closed or isinstance(error, psycopg.InterfaceError)):
            with contextlib.suppress(psycopg.Error):
                database.close()
            self._database = self._batches = None

    def _leave(self) -> None:
        """Say that nothing more comes: whatever this process was sending is given up at once."""
        self._ending = True
        with contextlib.suppress(psycopg.Error):
            if self._database is not None:
                self._database.execute(self._database.sql["let_go"], (self.holder,))
                self._database.close()


def _resolve(future: "asyncio.Future[T]", value: T) -> None:
    if not future.done():
        future.set_result(value)


def _reject(future: "asyncio.Future[T]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


__all__ = ["BEAT_S", "STALE_CLAIM_S", "Session"]

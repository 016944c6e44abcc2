"""Group commit: what waits for the disk while one transaction is being made durable is the next transaction.

The statements of a batch run on the event loop (a few microseconds a row); only COMMIT, which waits for the disk, runs
in a thread. A thread that ran the statements would have to win Python's lock back after each of them from a busy
loop, which was measured to take milliseconds every time.

There is no timer, since waiting for more only costs: claims and outcomes gather until the loop's turn ends, or, when a
commit is under way, until it is durable. Outcomes ride with the next claims, and go by themselves when none follow.

Without a thread (`inline`) COMMIT happens in the loop's own turn too, so that a simulation is deterministic.

When a transaction can't be made durable, its outcomes go to the journal and `failed` is set: from then on claims are
refused and outcomes go to the journal alone. When the disk is merely about to fill up, claims are refused and outcomes
still go to the database.
"""

import contextlib
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from batchsync.clock import Clock
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.ledger.batches import AttemptOutcome, BatchWriter
from batchsync.ledger.commit_queue import Answer, CommitQueue, Waiting, describe_illegal

LOOK_AT_DISK_S = 5.0


class JournalWriter(Protocol):
    """Writes outcomes to the journal, durably."""

    def __call__(self, outcomes: list[AttemptOutcome]) -> None: ...


class _Batch(NamedTuple):
    """What is on its way to the disk."""

    waiting: Waiting
    answers: list[Answer]
    """Aligned with the claims, told once the batch is durable; empty when nothing could be written."""
    is_open: bool
    """Whether a transaction is open for it."""


class SqliteGroupCommit(CommitQueue):
    """Commits what gathers in groups, each durable before anybody is told."""

    def __init__(
        self,
        *,
        batches: BatchWriter,
        keep: JournalWriter,
        refuse: Callable[[BaseException], BaseException],
        check_space: Callable[[], None],
        clock: Clock,
        inline: bool = False,
    ) -> None:
        super().__init__(refuse=refuse, clock=clock)
        self._batches = batches
        self._keep = keep
        self._check_space = check_space
        self._looked_at = clock.monotonic()
        self._is_broken = False
        self._inline = inline
        self._under_way: _Batch | None = None
        self._thread: threading.Thread | None = None
        self._to_commit: SimpleQueue[bool] = SimpleQueue()
        self._committed: SimpleQueue[BaseException | None] = SimpleQueue()

    def drain(self) -> None:
        """Block until all that was handed over is durable or in the journal."""
        while self._under_way or self._is_waiting:
            if self._under_way:
                self._finish(self._committed.get())
            else:
                self._turn()

    def close(self) -> None:
        """Drain, and let the thread go."""
        self.drain()
        if self._thread is not None:
            self._to_commit.put(False)
            self._thread.join()
            self._thread = None

    # --- From turn to turn ----------------------------------------------------------------------------------

    def _turn(self) -> None:
        self._woken = False
        if self._under_way is not None or not self._is_waiting:
            return
        batch = self._under_way = self._take()
        if not batch.is_open:
            self._finish(self.failed if self._is_broken else None)
        elif self._inline:
            self._finish(self._commit())
        else:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
                self._thread.start()
            self._to_commit.put(True)

    def _take(self) -> _Batch:
        """Write all that waits into an open transaction."""
        waiting = self._gathered()
        if waiting.claimed:
            self._look_at_disk()
        answers: list[Answer] | None = None
        if not self._is_broken and (waiting.claimed or waiting.outcomes):
            answers = self._apply(waiting)
        return _Batch(waiting, answers or [], answers is not None)

    def _look_at_disk(self) -> None:
        monotonic = self._clock.monotonic()
        if monotonic - self._looked_at <= LOOK_AT_DISK_S:
            return
        self._looked_at = monotonic
        try:
            self._check_space()
        except LedgerFull as error:
            self.failed = self.failed or error
        except OSError:
            return  # what can't be told is no reason to stop

    def _apply(self, waiting: Waiting) -> list[Answer] | None:
        refused = self.failed  # claims handed over before that was known
        claims = [] if refused else [item.claim for item in waiting.claimed]
        try:
            applied = self._batches.apply(claims, waiting.outcomes, waiting.now_us)
        except Exception as error:  # noqa: BLE001 (whatever it was, the outcomes must be kept)
            self.failed, self._is_broken = self.failed or error, True
            return None
        if applied.illegal:
            self.failed = self.failed or IllegalMove(describe_illegal(applied.illegal))
        return self._answers(waiting, applied.attempts, refused)

    # --- The disk -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._to_commit.get():
            self._committed.put(self._commit())
            loop = self._loop
            if loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended; `drain` collects
                    loop.call_soon_threadsafe(self._collect)

    def _commit(self) -> BaseException | None:
        try:
            self._batches.commit()
        except Exception as error:  # noqa: BLE001 (told by `_finish`)
            return error
        return None

    def _collect(self) -> None:
        with contextlib.suppress(Empty):  # `drain` was faster
            self._finish(self._committed.get_nowait())

    def _finish(self, error: BaseException | None) -> None:
        """Tell everyone what became of the batch under way, then go on with what came in meanwhile."""
        batch, self._under_way = self._under_way, None
        assert batch is not None
        answers = batch.answers
        if error is not None:
            self.failed, self._is_broken = self.failed or error, True
            self._keep_outcomes(batch.waiting.outcomes)
            answers = [self._refuse(self.failed) for _ in batch.waiting.claimed]
        self._answer(batch.waiting, answers)

    def _keep_outcomes(self, outcomes: list[AttemptOutcome]) -> None:
        if outcomes:
            with contextlib.suppress(OSError):  # they stay `sending`, and the next start makes them uncertain
                self._keep(outcomes)

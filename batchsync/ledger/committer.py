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

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from batchsync.clock import Clock
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.ledger.batch import BatchWriter, Claim, Heard, Outcome
from batchsync.ledger.codes import ATTEMPTS_EACH, STATE_CODES
from batchsync.model import MOVES, Cause, NoReply, Reason, Reply, State, Verdict

ANSWER_KEPT_BYTES = 4_096
TEXT_KEPT = 500
NEVER_SENT = Verdict(State.PLANNED, Reason.NOT_SENT)
LOOK_AT_DISK_S = 5.0
SETTLES_AS = MOVES[State.SENDING, Cause.ANSWER] | MOVES[State.SENDING, Cause.NOT_SENT]


class Keep(Protocol):
    """Writes outcomes to the journal, durably."""

    def __call__(self, outcomes: list[Outcome]) -> None: ...


Answer = int | BaseException


class _Claimed(NamedTuple):
    order: int
    run: int
    future: "asyncio.Future[int]"


class Settled(NamedTuple):
    """An outcome as the pool hands it over."""

    attempt: int
    verdict: Verdict
    heard: Reply | NoReply
    monotonic: float


class _Batch(NamedTuple):
    """What is on its way to the disk."""

    futures: list["asyncio.Future[int]"]
    answers: list[Answer]
    """Aligned with `futures`, told once the batch is durable; empty when nothing could be written."""
    outcomes: list[Outcome]
    flushed: list["asyncio.Future[int]"]
    is_open: bool
    """Whether a transaction is open for it."""


class Committer:
    """Takes claims and outcomes from one event loop, commits them in groups, answers."""

    def __init__(
        self,
        *,
        batches: BatchWriter,
        keep: Keep,
        refuse: Callable[[BaseException], BaseException],
        check_space: Callable[[], None],
        clock: Clock,
        inline: bool = False,
    ) -> None:
        self.failed: BaseException | None = None
        self._batches = batches
        self._keep = keep
        self._refuse = refuse
        self._check_space = check_space
        self._looked_at = clock.monotonic()
        self._is_broken = False
        self._clock = clock
        self._inline = inline
        self._claimed: deque[_Claimed] = deque()
        self._settled: deque[Settled] = deque()
        self._flushed: deque[asyncio.Future[int]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._under_way: _Batch | None = None
        self._thread: threading.Thread | None = None
        self._to_commit: SimpleQueue[bool] = SimpleQueue()
        self._committed: SimpleQueue[BaseException | None] = SimpleQueue()

    # --- What the pool calls --------------------------------------------------------------------------------

    async def claim(self, order: int, run: int) -> int:
        """Return the attempt's id once it is durable. Raises IllegalMove when the order isn't planned."""
        if self.failed is not None:
            raise self._refuse(self.failed)
        future = self._soon().create_future()
        self._claimed.append(_Claimed(order, run, future))
        try:
            attempt: int = await future
        except asyncio.CancelledError:
            # Cancelled between the commit and this line: durable, but nobody will send it.
            if future.done() and not future.cancelled() and future.exception() is None:
                self._give_back(future.result())
            raise
        return attempt

    def settle(self, attempt: int, verdict: Verdict, heard: Reply | NoReply) -> None:
        """Take an outcome; it is durable after the next `flush`. Raises IllegalMove when no answer can mean that."""
        if verdict.state not in SETTLES_AS:
            raise IllegalMove(f"attempt {attempt} can't settle as {verdict.state}")
        self._settled.append(Settled(attempt, verdict, heard, self._clock.monotonic()))
        with contextlib.suppress(RuntimeError):  # after the loop has ended: `close` writes it
            self._soon()

    async def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises what `failed` holds."""
        future = self._soon().create_future()
        self._flushed.append(future)
        await future
        if self.failed is not None:
            raise self._refuse(self.failed)

    def drain(self) -> None:
        """Block until all that was handed over is durable or in the journal."""
        while self._under_way or self._claimed or self._settled or self._flushed:
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

    def _give_back(self, attempt: int) -> None:
        heard = NoReply(maybe_sent=False, reason=Reason.NOT_SENT, error="", elapsed_s=0.0)
        self.settle(attempt, NEVER_SENT, heard)

    # --- From turn to turn ----------------------------------------------------------------------------------

    def _soon(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if not self._woken or loop is not self._loop:
            self._woken, self._loop = True, loop
            loop.call_soon(self._turn)
        return loop

    def _turn(self) -> None:
        self._woken = False
        if self._under_way is not None or not (self._claimed or self._settled or self._flushed):
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
        claimed = [item for item in self._claimed if not item.future.cancelled()]
        wall, monotonic = self._clock.now().timestamp(), self._clock.monotonic()
        outcomes = [
            outcome_of(item, round((wall - monotonic + item.monotonic) * 1e6)) for item in self._settled
        ]
        flushed = list(self._flushed)
        self._claimed.clear()
        self._settled.clear()
        self._flushed.clear()
        if claimed and monotonic - self._looked_at > LOOK_AT_DISK_S:
            self._look_at_disk(monotonic)
        answers: list[Answer] | None = None
        if not self._is_broken and (claimed or outcomes):
            answers = self._apply(claimed, outcomes, round(wall * 1e6))
        futures = [item.future for item in claimed]
        return _Batch(futures, answers or [], outcomes, flushed, answers is not None)

    def _look_at_disk(self, monotonic: float) -> None:
        self._looked_at = monotonic
        try:
            self._check_space()
        except LedgerFull as error:
            self.failed = self.failed or error
        except OSError:
            return  # what can't be told is no reason to stop

    def _apply(self, claimed: list[_Claimed], outcomes: list[Outcome], now: int) -> list[Answer] | None:
        refused = self.failed  # claims handed over before that was known
        claims = [] if refused else [Claim(item.order, item.run) for item in claimed]
        try:
            applied = self._batches.apply(claims, outcomes, now)
        except Exception as error:  # noqa: BLE001 (whatever it was, the outcomes must be kept)
            self.failed, self._is_broken = self.failed or error, True
            return None
        if applied.illegal:
            self.failed = self.failed or IllegalMove(told(applied.illegal))
        if refused:
            return [self._refuse(refused) for _ in claimed]
        return [
            attempt or IllegalMove(f"order {item.order} is not planned")
            for item, attempt in zip(claimed, applied.attempts, strict=True)
        ]

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
            self._keep_outcomes(batch.outcomes)
            answers = [self._refuse(self.failed) for _ in batch.futures]
        for future, answer in zip(batch.futures, answers, strict=True):
            self._tell(future, answer)
        for future in batch.flushed:
            self._tell(future, 0)
        if self._claimed or self._settled or self._flushed:
            self._turn()

    def _tell(self, future: "asyncio.Future[int]", answer: Answer) -> None:
        if future.done():  # cancelled while it waited
            if isinstance(answer, int) and answer:
                self._give_back(answer)
        elif isinstance(answer, int):
            future.set_result(answer)
        else:
            future.set_exception(answer)

    def _keep_outcomes(self, outcomes: list[Outcome]) -> None:
        if outcomes:
            with contextlib.suppress(OSError):  # they stay `sending`, and the next start makes them uncertain
                self._keep(outcomes)


def told(illegal: list[Outcome]) -> str:
    """Name the first outcome that no move allows."""
    first = illegal[0]
    order, nth = divmod(first.attempt, ATTEMPTS_EACH)
    return f"order {order}, attempt {nth} can't settle as {first.state} ({len(illegal)} such)"


def outcome_of(item: Settled, at: int) -> Outcome:
    """Return an outcome as the ledger keeps it, heard at `at` (UTC, microseconds)."""
    attempt, verdict, heard, _ = item
    phase, error = (2, "") if isinstance(heard, Reply) else (int(heard.maybe_sent), heard.error)
    said = Heard(
        verdict.reason.value,
        phase,
        heard.http_status,
        _clean(verdict.api_status),
        _clean(verdict.hint),
        _clean(error),
        heard.body[:ANSWER_KEPT_BYTES],
    )
    elapsed = round(heard.elapsed_s * 1e6)
    return Outcome(attempt, STATE_CODES[verdict.state], verdict.points, said, elapsed, at)


def _clean(text: str) -> str:
    """Cut foreign text to size; a lone surrogate, which no database takes, becomes a question mark."""
    text = text[:TEXT_KEPT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

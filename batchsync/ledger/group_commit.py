"""Group commit: writes all pending claims and outcomes in one transaction.

Claims and outcomes gather until the event loop's turn ends or, while a transaction is being made durable, until it is;
they are the next transaction. No timer: waiting for more only costs.

SQLite's statements run on the event loop (a few microseconds a row) and only COMMIT, which waits for the disk, runs in
a thread: a thread that ran the statements would have to win Python's lock back after each of them. PostgreSQL's wait for
the network, so all of them run in the thread (`in_thread`). Without a thread (`inline`) COMMIT runs in the loop's turn,
so that a simulation is deterministic.

When a transaction can't be made durable, its outcomes go to the spool and `failed` is set: from then on claims are
refused and outcomes go to the spool alone. When the disk is merely about to fill up, claims are refused and outcomes
still go to the database.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from batchsync.clock import Clock
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.ledger.batches import AttemptOutcome, BatchResult, Claim, ResponseRecord
from batchsync.ledger.codes import ATTEMPTS_EACH, STATE_CODES
from batchsync.model import MOVES, CallVerdict, Cause, NoResponse, Reason, Response, State

BODY_KEPT_BYTES = 4_096
TEXT_KEPT = 500
CHECK_DISK_EVERY_S = 5.0
NEVER_SENT = CallVerdict(State.PLANNED, Reason.NOT_SENT)
SETTLES_AS = MOVES[State.SENDING, Cause.ANSWER] | MOVES[State.SENDING, Cause.NOT_SENT]

ClaimResult = int | BaseException


class Batches(Protocol):
    """Writes one batch; `commit` makes it durable."""

    def apply(self, claims: Sequence[Claim], outcomes: Sequence[AttemptOutcome], now: int) -> BatchResult: ...
    def commit(self) -> None: ...


class SpoolWriter(Protocol):
    """Keeps outcomes that the database can't take, durably. Raises OSError."""

    def __call__(self, outcomes: list[AttemptOutcome]) -> None: ...


class PendingClaim(NamedTuple):
    """A claim, and the future of its attempt."""

    claim: Claim
    future: "asyncio.Future[int]"


class PendingOutcome(NamedTuple):
    """An outcome as the pool gives it."""

    attempt: int
    verdict: CallVerdict
    response: Response | NoResponse
    monotonic: float


class Batch(NamedTuple):
    """All that gathered, and what became of it."""

    claims: list[PendingClaim]
    outcomes: list[AttemptOutcome]
    flushes: list["asyncio.Future[int]"]
    now_us: int
    """When it was taken (UTC)."""
    refused: BaseException | None
    """Why none of its claims is written."""


class Written(NamedTuple):
    """A batch that was written, or failed."""

    attempts: list[int]
    error: BaseException | None = None
    illegal: list[AttemptOutcome] = []  # noqa: RUF012 (never changed)


class GroupCommit:
    """Commits what gathers in groups, each durable before its callers go on."""

    def __init__(
        self,
        *,
        batches: Batches,
        keep: SpoolWriter,
        refuse: Callable[[BaseException], BaseException],
        clock: Clock,
        check_space: Callable[[], None] = lambda: None,
        inline: bool = False,
        in_thread: bool = False,
        on_idle: Callable[[], object] = lambda: None,
        idle_after_s: float | None = None,
    ) -> None:
        self.failed: BaseException | None = None
        self._batches, self._keep, self._refuse = batches, keep, refuse
        self._clock, self._check_space = clock, check_space
        self._inline, self._in_thread = inline, in_thread
        self._on_idle, self._idle_after_s = on_idle, idle_after_s
        self._disk_checked_at = clock.monotonic()
        self._is_broken = False
        self._claims: deque[PendingClaim] = deque()
        self._outcomes: deque[PendingOutcome] = deque()
        self._flushes: deque[asyncio.Future[int]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._under_way: Batch | None = None
        self._thread: threading.Thread | None = None
        self._to_write: SimpleQueue[Callable[[], Written] | None] = SimpleQueue()
        self._written: SimpleQueue[Written] = SimpleQueue()
        if idle_after_s is not None:
            self._start_thread()

    # --- What the pool calls --------------------------------------------------------------------------------

    async def claim(self, order: int, run: int) -> int:
        """Return the attempt's id once it is durable. Raises IllegalMove when the order may not be sent."""
        if self.failed is not None:
            raise self._refuse(self.failed)
        future = self._soon().create_future()
        self._claims.append(PendingClaim(Claim(order, run), future))
        try:
            attempt: int = await future
        except asyncio.CancelledError:
            # Cancelled between the commit and this line: durable, but nobody will send it.
            if future.done() and not future.cancelled() and future.exception() is None:
                self._unclaim(future.result())
            raise
        return attempt

    def record_outcome(self, attempt: int, verdict: CallVerdict, response: Response | NoResponse) -> None:
        """Take an outcome; it is durable after the next `flush`. Raises IllegalMove when no response can mean that."""
        if verdict.state not in SETTLES_AS:
            raise IllegalMove(f"attempt {attempt} can't settle as {verdict.state}")
        self._outcomes.append(PendingOutcome(attempt, verdict, response, self._clock.monotonic()))
        with contextlib.suppress(RuntimeError):  # after the loop has ended: `close` writes it
            self._soon()

    async def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises what `failed` holds."""
        future = self._soon().create_future()
        self._flushes.append(future)
        await future
        if self.failed is not None:
            raise self._refuse(self.failed)

    def flush_blocking(self) -> None:
        """Block until all that was handed over is durable or in the spool."""
        while self._under_way or self._is_waiting:
            if self._under_way:
                self._finish(self._written.get())
            else:
                self._turn()

    def close(self) -> None:
        """Flush, and end the thread."""
        self.flush_blocking()
        if self._thread is not None:
            self._to_write.put(None)
            self._thread.join()
            self._thread = None

    def _unclaim(self, attempt: int) -> None:
        response = NoResponse(maybe_sent=False, reason=Reason.NOT_SENT, error="", elapsed_s=0.0)
        self.record_outcome(attempt, NEVER_SENT, response)

    # --- From turn to turn of the event loop ----------------------------------------------------------------

    @property
    def _is_waiting(self) -> bool:
        return bool(self._claims or self._outcomes or self._flushes)

    def _soon(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if not self._woken or loop is not self._loop:
            self._woken, self._loop = True, loop
            loop.call_soon(self._turn)
        return loop

    def _turn(self) -> None:
        """Write what waits, unless a batch is under way."""
        self._woken = False
        if self._under_way is not None or not self._is_waiting:
            return
        batch = self._under_way = self._gather()
        if self._is_broken or not (batch.claims or batch.outcomes):
            self._finish(Written([], self.failed if self._is_broken else None))
        elif self._in_thread:
            self._start_thread()
            self._to_write.put(lambda: self._commit(self._apply(batch)))
        else:
            applied = self._apply(batch)
            if applied.error is not None:
                self._finish(applied)
            elif self._inline:
                self._finish(self._commit(applied))
            else:
                self._start_thread()
                self._to_write.put(lambda: self._commit(applied))

    def _gather(self) -> Batch:
        """Take all that waits; an outcome's time is that of the system clock when its response came."""
        if self._claims:
            self._check_disk()
        now_s, monotonic = self._clock.now().timestamp(), self._clock.monotonic()
        batch = Batch(
            [item for item in self._claims if not item.future.cancelled()],
            [outcome_of(item, round((now_s - monotonic + item.monotonic) * 1e6)) for item in self._outcomes],
            list(self._flushes),
            round(now_s * 1e6),
            self.failed,
        )
        self._claims.clear()
        self._outcomes.clear()
        self._flushes.clear()
        return batch

    def _check_disk(self) -> None:
        monotonic = self._clock.monotonic()
        if monotonic - self._disk_checked_at <= CHECK_DISK_EVERY_S:
            return
        self._disk_checked_at = monotonic
        try:
            self._check_space()
        except LedgerFull as error:
            self.failed = self.failed or error
        except OSError:
            return  # unknown free space is no reason to stop

    def _finish(self, written: Written) -> None:
        """Resolve the futures of the batch under way, then go on with what came in meanwhile."""
        batch, self._under_way = self._under_way, None
        assert batch is not None
        if written.error is not None:
            self.failed, self._is_broken = self.failed or written.error, True
            self._spool(batch.outcomes)
        if written.illegal:
            self.failed = self.failed or IllegalMove(describe_illegal(written.illegal))
        for item, result in zip(batch.claims, self._claim_results(batch, written), strict=True):
            self._resolve(item.future, result)
        for future in batch.flushes:
            self._resolve(future, 0)
        if self._is_waiting:
            self._turn()

    def _claim_results(self, batch: Batch, written: Written) -> Iterable[ClaimResult]:
        refused = written.error or batch.refused
        if refused is not None:
            return [self._refuse(refused) for _ in batch.claims]
        return [
            attempt or IllegalMove(f"order {item.claim.order} is not planned")
            for item, attempt in zip(batch.claims, written.attempts, strict=True)
        ]

    def _resolve(self, future: "asyncio.Future[int]", result: ClaimResult) -> None:
        if future.done():  # cancelled while it waited
            if isinstance(result, int) and result:
                self._unclaim(result)
        elif isinstance(result, int):
            future.set_result(result)
        else:
            future.set_exception(result)

    def _spool(self, outcomes: list[AttemptOutcome]) -> None:
        if outcomes:
            with contextlib.suppress(OSError):  # they stay `sending`, and the next start makes them uncertain
                self._keep(outcomes)

    # --- The database, partly in the thread -----------------------------------------------------------------

    def _apply(self, batch: Batch) -> Written:
        claims = [] if batch.refused else [item.claim for item in batch.claims]
        try:
            applied = self._batches.apply(claims, batch.outcomes, batch.now_us)
        except Exception as error:  # noqa: BLE001 (whatever it was, the outcomes must be kept)
            return Written([], error)
        return Written(applied.attempts, None, applied.illegal)

    def _commit(self, applied: Written) -> Written:
        if applied.error is not None:
            return applied
        try:
            self._batches.commit()
        except Exception as error:  # noqa: BLE001 (handled by `_finish`)
            return Written([], error)
        return applied

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                write = self._to_write.get(timeout=self._idle_after_s)
            except Empty:
                self._heartbeat()
                continue
            if write is None:
                return
            self._written.put(write())
            loop = self._loop
            if loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended; `flush_blocking` collects
                    loop.call_soon_threadsafe(self._collect)

    def _heartbeat(self) -> None:
        try:
            self._on_idle()
        except Exception as error:  # noqa: BLE001 (the lock is lost: nothing more is claimed)
            self.failed, self._is_broken = self.failed or error, True

    def _collect(self) -> None:
        with contextlib.suppress(Empty):  # `flush_blocking` was faster
            self._finish(self._written.get_nowait())


def describe_illegal(illegal: list[AttemptOutcome]) -> str:
    """Describe the first outcome that no move allows."""
    first = illegal[0]
    order, nth = divmod(first.attempt, ATTEMPTS_EACH)
    return f"order {order}, attempt {nth} can't settle as {first.state} ({len(illegal)} such)"


def outcome_of(item: PendingOutcome, at: int) -> AttemptOutcome:
    """Return an outcome as the ledger keeps it; `at` is when the response came (UTC, microseconds)."""
    attempt, verdict, response, _ = item
    phase, error = (2, "") if isinstance(response, Response) else (int(response.maybe_sent), response.error)
    record = ResponseRecord(
        verdict.reason.value,
        phase,
        response.http_status,
        _clean(verdict.api_status),
        _clean(verdict.hint),
        _clean(error),
        response.body[:BODY_KEPT_BYTES],
    )
    elapsed = round(response.elapsed_s * 1e6)
    return AttemptOutcome(attempt, STATE_CODES[verdict.state], verdict.points, record, elapsed, at)


def _clean(text: str) -> str:
    """Cut foreign text to size; a lone surrogate, which no database takes, becomes a question mark."""
    text = text[:TEXT_KEPT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

"""Group commit: what waits for the disk while one transaction is being written is the next transaction.

The event loop only appends to a deque; at the end of its turn, if anything was appended, it wakes the writer, which
takes all there is. When the transaction is durable, one call into the loop resolves all its futures. There is no
timer: waiting for more only costs. Outcomes ride with the next claims, and go by themselves when nothing follows.

Without a thread (`inline`) the same happens inside the loop's own turn, so that a simulation is deterministic.

When a transaction with outcomes can't be made, the outcomes go to the journal and `failed` is set: from then on
claims are refused and outcomes go to the journal alone.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import NamedTuple, Protocol

from batchsync.clock import Clock
from batchsync.errors import IllegalMove
from batchsync.ledger.batch import Applied, Claim, Heard, Outcome
from batchsync.ledger.codes import ATTEMPTS_EACH, STATE_CODES
from batchsync.model import MOVES, Cause, NoReply, Reason, Reply, State, Verdict

ANSWER_KEPT_BYTES = 4_096
NEVER_SENT = Verdict(State.PLANNED, Reason.NOT_SENT)
SETTLES_AS = MOVES[State.SENDING, Cause.ANSWER] | MOVES[State.SENDING, Cause.NOT_SENT]


class Apply(Protocol):
    """Makes one durable transaction of a batch."""

    def __call__(self, claims: list[Claim], outcomes: list[Outcome], now: int) -> Applied: ...


class Keep(Protocol):
    """Writes outcomes to the journal, durably."""

    def __call__(self, outcomes: list[Outcome]) -> None: ...


class _Claimed(NamedTuple):
    order: int
    run: int
    future: "asyncio.Future[int]"


class _Settled(NamedTuple):
    attempt: int
    verdict: Verdict
    heard: Reply | NoReply
    monotonic: float


class _Flushed(NamedTuple):
    future: "asyncio.Future[int]"


Waiting = _Claimed | _Settled | _Flushed
Answer = int | BaseException


class Committer:
    """Takes claims and outcomes from one event loop, commits them in groups, answers."""

    def __init__(
        self,
        *,
        apply: Apply,
        keep: Keep,
        refuse: Callable[[BaseException], BaseException],
        clock: Clock,
        inline: bool = False,
    ) -> None:
        self.failed: BaseException | None = None
        self._apply = apply
        self._keep = keep
        self._refuse = refuse
        self._clock = clock
        self._inline = inline
        self._waiting: deque[Waiting] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._wake: SimpleQueue[bool] = SimpleQueue()
        self._thread: threading.Thread | None = None

    # --- The loop's side ------------------------------------------------------------------------------------

    async def claim(self, order: int, run: int) -> int:
        """Return the attempt's id once it is durable. Raises IllegalMove when the order isn't planned."""
        if self.failed is not None:
            raise self._refuse(self.failed)
        loop = self._soon()
        future = loop.create_future()
        self._waiting.append(_Claimed(order, run, future))
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
        self._waiting.append(_Settled(attempt, verdict, heard, self._clock.monotonic()))
        try:
            self._soon()
        except RuntimeError:  # after the loop has ended: nobody to wait for
            self._turn()

    async def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises what `failed` holds."""
        future = self._soon().create_future()
        self._waiting.append(_Flushed(future))
        await future
        if self.failed is not None:
            raise self._refuse(self.failed)

    def _give_back(self, attempt: int) -> None:
        heard = NoReply(maybe_sent=False, reason=Reason.NOT_SENT, error="", elapsed_s=0.0)
        self.settle(attempt, NEVER_SENT, heard)

    def _soon(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if not self._woken or loop is not self._loop:
            self._woken, self._loop = True, loop
            loop.call_soon(self._turn)
        return loop

    def _turn(self) -> None:
        self._woken = False
        if self._inline:
            self._answer(self._commit())
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
            self._thread.start()
        self._wake.put(True)

    def _answer(self, answers: list[tuple["asyncio.Future[int]", Answer]]) -> None:
        for future, result in answers:
            if future.done():  # cancelled while it waited
                if isinstance(result, int) and result:
                    self._give_back(result)
            elif isinstance(result, int):
                future.set_result(result)
            else:
                future.set_exception(result)

    # --- The writer's side ----------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._wake.get():
            answers = self._commit()
            if answers and self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended; so have those who waited
                    self._loop.call_soon_threadsafe(self._answer, answers)

    def close(self) -> None:
        """Commit what was handed over, then let the writer go."""
        if self._thread is not None:
            self._wake.put(False)
            self._thread.join()
            self._thread = None
        while self._waiting:
            self._commit()

    def _commit(self) -> list[tuple["asyncio.Future[int]", Answer]]:
        items = [self._waiting.popleft() for _ in range(len(self._waiting))]
        claimed = [item for item in items if type(item) is _Claimed]
        settled = [item for item in items if type(item) is _Settled]
        flushed = [(item.future, 0) for item in items if type(item) is _Flushed]
        claimed = [item for item in claimed if not item.future.cancelled()]
        if not claimed and not settled:
            return list(flushed)
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        now = int(wall.timestamp() * 1_000_000)
        outcomes = [_outcome(item, now - round((monotonic - item.monotonic) * 1_000_000)) for item in settled]
        results = self._write(claimed, outcomes, now)
        return [*zip([item.future for item in claimed], results, strict=True), *flushed]

    def _write(self, claimed: list[_Claimed], outcomes: list[Outcome], now: int) -> list[Answer]:
        if self.failed is None:
            try:
                applied = self._apply([Claim(item.order, item.run) for item in claimed], outcomes, now)
            except BaseException as error:  # noqa: BLE001 (whatever it was, the outcomes must be kept)
                self.failed = error
            else:
                if applied.illegal:
                    self.failed = IllegalMove(_told(applied.illegal))
                return [
                    attempt or IllegalMove(f"order {item.order} is not planned")
                    for item, attempt in zip(claimed, applied.attempts, strict=True)
                ]
        self._keep_outcomes(outcomes)
        failed = self.failed
        assert failed is not None
        return [self._refuse(failed) for _ in claimed]

    def _keep_outcomes(self, outcomes: list[Outcome]) -> None:
        if outcomes:
            with contextlib.suppress(
                OSError
            ):  # then they stay `sending`, and the next start makes them uncertain
                self._keep(outcomes)


def _told(illegal: list[Outcome]) -> str:
    first = illegal[0]
    order, nth = divmod(first.attempt, ATTEMPTS_EACH)
    return f"order {order}, attempt {nth} can't settle as {first.state} ({len(illegal)} such)"


def _outcome(item: _Settled, at: int) -> Outcome:
    attempt, verdict, heard, _ = item
    phase, error = (2, "") if isinstance(heard, Reply) else (int(heard.maybe_sent), heard.error)
    return Outcome(
        attempt,
        STATE_CODES[verdict.state],
        verdict.points,
        Heard(
            verdict.reason.value,
            phase,
            heard.http_status,
            verdict.api_status,
            verdict.hint[:500],
            error[:500],
            heard.body[:ANSWER_KEPT_BYTES],
        ),
        round(heard.elapsed_s * 1_000_000),
        at,
    )

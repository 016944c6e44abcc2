"""What every ledger does with claims and outcomes on the loop's side: gather, hand over in groups, answer.

Outcomes and claims gather until the loop's turn ends, or, while one batch is on its way, until it is durable. How a
batch gets to the disk is the heir's business.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from batchsync.clock import Clock
from batchsync.errors import IllegalMove
from batchsync.ledger.batches import AttemptOutcome, Claim, ResponseRecord
from batchsync.ledger.codes import ATTEMPTS_EACH, STATE_CODES
from batchsync.model import MOVES, CallVerdict, Cause, NoResponse, Reason, Response, State

ANSWER_KEPT_BYTES = 4_096
TEXT_KEPT = 500
NEVER_SENT = CallVerdict(State.PLANNED, Reason.NOT_SENT)
SETTLES_AS = MOVES[State.SENDING, Cause.ANSWER] | MOVES[State.SENDING, Cause.NOT_SENT]

Answer = int | BaseException


class Claimed(NamedTuple):
    """A claim, and who waits for it."""

    claim: Claim
    future: "asyncio.Future[int]"


class Settled(NamedTuple):
    """An outcome as the pool hands it over."""

    attempt: int
    verdict: CallVerdict
    heard: Response | NoResponse
    monotonic: float


class Waiting(NamedTuple):
    """All that gathered: the next batch."""

    claimed: list[Claimed]
    outcomes: list[AttemptOutcome]
    flushed: list["asyncio.Future[int]"]
    now_us: int
    """When it was taken (UTC)."""


class CommitQueue(ABC):
    """Takes claims and outcomes from one event loop and answers them; an heir makes them durable."""

    def __init__(self, *, refuse: Callable[[BaseException], BaseException], clock: Clock) -> None:
        self.failed: BaseException | None = None
        self._refuse = refuse
        self._clock = clock
        self._claimed: deque[Claimed] = deque()
        self._settled: deque[Settled] = deque()
        self._flushed: deque[asyncio.Future[int]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False

    # --- What the pool calls --------------------------------------------------------------------------------

    async def claim(self, order: int, run: int) -> int:
        """Return the attempt's id once it is durable. Raises IllegalMove when the order isn't planned."""
        if self.failed is not None:
            raise self._refuse(self.failed)
        future = self._soon().create_future()
        self._claimed.append(Claimed(Claim(order, run), future))
        try:
            attempt: int = await future
        except asyncio.CancelledError:
            # Cancelled between the commit and this line: durable, but nobody will send it.
            if future.done() and not future.cancelled() and future.exception() is None:
                self._give_back(future.result())
            raise
        return attempt

    def record_outcome(self, attempt: int, verdict: CallVerdict, heard: Response | NoResponse) -> None:
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

    def _give_back(self, attempt: int) -> None:
        heard = NoResponse(maybe_sent=False, reason=Reason.NOT_SENT, error="", elapsed_s=0.0)
        self.record_outcome(attempt, NEVER_SENT, heard)

    # --- From turn to turn ----------------------------------------------------------------------------------

    @abstractmethod
    def _turn(self) -> None:
        """Send off what waits, unless a batch is on its way; `_woken` ends here."""

    @property
    def _is_waiting(self) -> bool:
        """Whether something has gathered."""
        return bool(self._claimed or self._settled or self._flushed)

    def _gathered(self) -> Waiting:
        """Take all that waits; an outcome is told by the wall clock of when it was heard."""
        wall, monotonic = self._clock.now().timestamp(), self._clock.monotonic()
        waiting = Waiting(
            [item for item in self._claimed if not item.future.cancelled()],
            [outcome_of(item, round((wall - monotonic + item.monotonic) * 1e6)) for item in self._settled],
            list(self._flushed),
            round(wall * 1e6),
        )
        self._claimed.clear()
        self._settled.clear()
        self._flushed.clear()
        return waiting

    def _answers(
        self, waiting: Waiting, attempts: Iterable[int], refused: BaseException | None
    ) -> list[Answer]:
        """Return what a batch that was written says to each claim; `refused` is why none was let into it."""
        if refused is not None:
            return [self._refuse(refused) for _ in waiting.claimed]
        return [
            attempt or IllegalMove(f"order {item.claim.order} is not planned")
            for item, attempt in zip(waiting.claimed, attempts, strict=True)
        ]

    def _answer(self, waiting: Waiting, answers: Iterable[Answer]) -> None:
        """Tell everyone what became of a batch, then go on with what came in meanwhile."""
        for item, answer in zip(waiting.claimed, answers, strict=True):
            self._tell(item.future, answer)
        for future in waiting.flushed:
            self._tell(future, 0)
        if self._is_waiting:
            self._turn()

    def _soon(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if not self._woken or loop is not self._loop:
            self._woken, self._loop = True, loop
            loop.call_soon(self._turn)
        return loop

    def _tell(self, future: "asyncio.Future[int]", answer: Answer) -> None:
        if future.done():  # cancelled while it waited
            if isinstance(answer, int) and answer:
                self._give_back(answer)
        elif isinstance(answer, int):
            future.set_result(answer)
        else:
            future.set_exception(answer)


def describe_illegal(illegal: list[AttemptOutcome]) -> str:
    """Name the first outcome that no move allows."""
    first = illegal[0]
    order, nth = divmod(first.attempt, ATTEMPTS_EACH)
    return f"order {order}, attempt {nth} can't settle as {first.state} ({len(illegal)} such)"


def outcome_of(item: Settled, at: int) -> AttemptOutcome:
    """Return an outcome as the ledger keeps it, heard at `at` (UTC, microseconds)."""
    attempt, verdict, heard, _ = item
    phase, error = (2, "") if isinstance(heard, Response) else (int(heard.maybe_sent), heard.error)
    said = ResponseRecord(
        verdict.reason.value,
        phase,
        heard.http_status,
        _clean(verdict.api_status),
        _clean(verdict.hint),
        _clean(error),
        heard.body[:ANSWER_KEPT_BYTES],
    )
    elapsed = round(heard.elapsed_s * 1e6)
    return AttemptOutcome(attempt, STATE_CODES[verdict.state], verdict.points, said, elapsed, at)


def _clean(text: str) -> str:
    """Cut foreign text to size; a lone surrogate, which no database takes, becomes a question mark."""
    text = text[:TEXT_KEPT]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

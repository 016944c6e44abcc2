"""A process that can die at any step: what it did stands, what it only meant to do never happens."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from batchsync.clock import Clock
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.ledger.codes import ATTEMPTS_EACH
from batchsync.ledger.database import DiskRefused
from batchsync.model import CallVerdict, NoResponse, Order, Reason, Response
from batchsync.sending.pool import Claims, Slot
from tests.oracle import Key
from tests.simulation.vendor import UNREACHED, Received, Vendor

ANSWER_TIMEOUT_S = 30.0
STALE_AFTER_S = 30.0


class Process:
    """Alive until `die`; dead, it takes no step."""

    def __init__(
        self, name: str, log: Callable[[str], None], *, steps: int | None = None, writes: int | None = None
    ) -> None:
        self.name = name
        self.dead = False
        self.tasks: list[asyncio.Task[Any]] = []
        self.at_death: list[Callable[[], None]] = []
        """What the system takes back from a process that is no more."""
        self.open: Counter[int] = Counter()
        """Orders being claimed, sent or settled: what may become uncertain when it dies now."""
        self._steps_left = steps
        self._writes_left = writes
        self._log = log

    def end(self) -> None:
        """Take back what the process still held."""
        for act in self.at_death:
            act()
        self.at_death.clear()

    def doubtful(self) -> list[int]:
        """Orders that nobody can be sure of if it ended now."""
        return [order_id for order_id, times in self.open.items() if times > 0]

    def step(self, what: str) -> None:
        """Take a step, unless dead; perhaps it is the last."""
        if not self.dead and self._steps_left is not None:
            self._steps_left -= 1
            if self._steps_left <= 0:
                self.die(what)
        if self.dead:
            raise asyncio.CancelledError

    def write(self, statement: str) -> None:
        """Hand a statement to the database; perhaps it is the last, and lost."""
        if self._writes_left is not None and not self.dead:
            self._writes_left -= 1
            if self._writes_left <= 0:
                self.die(f"at {statement[:20]}")
                raise DiskRefused("dead")

    def die(self, what: str) -> None:
        """Stop existing, between two instructions."""
        if not self.dead:
            self._log(f"{self.name} dies: {what}")
            self.dead = True
            for task in self.tasks:
                task.cancel()


class MortalLedger:
    """The real ledger in the workers of a process that may die before and after each act."""

    def __init__(self, ledger: Claims, process: Process) -> None:
        self._ledger, self._process = ledger, process

    async def claim(self, order_id: int, run: str) -> int:
        process = self._process
        process.step("before a claim")
        process.open[order_id] += 1
        try:
            attempt = await self._ledger.claim(order_id, run)
        except (LedgerFull, IllegalMove):
            if not process.dead:
                process.open[order_id] -= 1
            raise
        process.step("after a claim")
        return attempt

    def record_outcome(self, attempt: int, verdict: CallVerdict, response: Response | NoResponse) -> None:
        self._process.step("before settling")
        self._ledger.record_outcome(attempt, verdict, response)
        self._process.step("after settling")
        if not self._process.dead:
            asyncio.get_running_loop().call_soon(self._durable, attempt // ATTEMPTS_EACH)

    def _durable(self, order_id: int) -> None:
        if not self._process.dead:
            self._process.open[order_id] -= 1

    async def flush(self) -> None:
        self._process.step("before the flush")
        await self._ledger.flush()
        self._process.step("after the flush")


class Wire:
    """What the pool takes for the client: the real one's promises, kept in virtual time."""

    def __init__(self, vendor: Vendor, process: Process, clock: Clock, rng: random.Random, run: str) -> None:
        self._vendor, self._process, self._clock, self._rng, self._run = vendor, process, clock, rng, run

    async def send(self, order: Order, claimed_at: float, slot: Slot) -> Response | NoResponse:
        act = self._vendor.act()
        await asyncio.sleep(self._rng.expovariate(50))
        self._process.step("connected")
        if act in UNREACHED:
            return NoResponse(False, Reason.UNREACHABLE, act, 0.0)
        if self.is_stale(claimed_at):
            return NoResponse(False, Reason.STALE_CLAIM, "", 0.0)
        while (wait_s := slot.wait_s()) > 0:
            await asyncio.sleep(wait_s)
        slot.sent()
        return await self._exchange((order.owner_id, order.number), act)

    def is_stale(self, claimed_at: float) -> bool:
        """Whether a claim is too old to be sent."""
        return self._clock.boottime() - claimed_at > STALE_AFTER_S

    async def _exchange(self, key: Key, act: str) -> Response | NoResponse:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Received] = loop.create_future()
        self._process.step("first byte")
        loop.call_later(self._rng.expovariate(50), self._vendor.read, key, act, self._run, _teller(answer))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                response = await answer
        except TimeoutError:
            self._vendor.doubtful.add(key)
            response = "silence"
        self._process.step("answered")
        if isinstance(response, Response):
            return response
        reason = Reason.TIMEOUT if response == "silence" else Reason.CONNECTION_LOST
        return NoResponse(True, reason, response, 0.0)

    async def follow(self, order: Order) -> Response | NoResponse:
        """Call once more on the same claim: only planted bugs do."""
        return await self._exchange((order.owner_id, order.number), "ok")


def _teller(answer: asyncio.Future[Received]) -> Callable[[Received], None]:
    def report(response: Received) -> None:
        if not answer.done():
            answer.set_result(response)

    return report

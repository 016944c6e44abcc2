"""A fixed number of workers over one shared stream of orders.

The order of acts for each call: reserve points, take a rate slot, claim (durable), POST, judge, settle. The slot comes
before the claim so that the window of doubt is as narrow as the request. Only a call that provably never left is tried
again, and each try claims anew. What a worker holds when the pool is abandoned is settled as uncertain; what it holds
when the process dies, the next run finds as `sending` and makes uncertain.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from batchsync.clock import Clock
from batchsync.config import RetrySettings
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.model import CallVerdict, NoResponse, Order, Problem, Progress, Reason, Response, State, Stop
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget

FIRST_WAIT_S = 0.5


class Slot(Protocol):
    """The right to make one call now; the client says when its first byte leaves."""

    sent_at: float | None

    def early_s(self) -> float: ...
    def sent(self) -> None: ...
    def end(self) -> None: ...


class Pacer(Protocol):
    """What the pool wants of a rate limiter."""

    @property
    def rate(self) -> float: ...
    async def slot(self) -> Any: ...
    def slow_down(self, turned_away: Any, wait_s: float | None) -> None: ...


class Claims(Protocol):
    """What the pool wants of a ledger: the only judge of *once*."""

    async def claim(self, order_id: int, run: str) -> int: ...
    def record_outcome(self, attempt: int, verdict: CallVerdict, heard: Response | NoResponse) -> None: ...
    async def flush(self) -> None: ...


class Sender(Protocol):
    """What the pool wants of a client."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse: ...


class Pool:
    """Drains one run's orders; says why it stopped early, if it did."""

    def __init__(
        self,
        *,
        run: str,
        ledger: Claims,
        client: Sender,
        pacer: Pacer,
        judge: Callable[[Response | NoResponse], CallVerdict],
        budget: Budget,
        breaker: Breaker,
        retry: RetrySettings,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._run = run
        self._ledger, self._client, self._pacer, self._judge = ledger, client, pacer, judge
        self._budget, self._breaker, self._retry = budget, breaker, retry
        self._clock, self._rng = clock, rng
        self._halted = asyncio.Event()
        self._going = asyncio.Event()
        self._going.set()
        self._troubles: Counter[Problem] = Counter()
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Task[Any]] = set()
        """Workers that wait for a slot and hold no claim."""
        self._orders: Iterator[tuple[int, Order]] | AsyncIterator[tuple[int, Order]] = iter(())
        self._counts = dict.fromkeys(State, 0)
        self._total = self._calls = self._in_flight = self._points = 0
        self.stopped: Stop | None = None

    async def drain(
        self,
        orders: Iterator[tuple[int, Order]] | AsyncIterator[tuple[int, Order]],
        *,
        total: int,
        concurrency: int,
    ) -> Stop | None:
        """Send the orders, given as (ledger id, order); return why not all were sent, or None.

        An iterator that has to wait for its orders serves several workers at once. When `drain` returns, every
        outcome is durable.
        """
        self._orders, self._total = orders, total
        work = self._work_as_they_come if isinstance(orders, AsyncIterator) else self._work
        try:
            async with asyncio.TaskGroup() as group:
                self._tasks = [group.create_task(work()) for _ in range(min(concurrency, total))]
        finally:
            try:
                await self._ledger.flush()
            except LedgerFull:
                self.stop(Stop.DISK)
        return self.stopped

    def stop(self, why: Stop) -> None:
        """Claim nothing more; calls under way are finished. The first reason stands."""
        if self.stopped is None:
            self.stopped = why
        self._halted.set()
        self._going.set()
        self._budget.close()
        for (
            task
        ) in self._waiting:  # a server may have asked for minutes: nobody waits for a slot that won't be used
            task.cancel()
        self._waiting.clear()

    def pause(self) -> None:
        """Claim nothing until `go_on` or `halt`; calls under way are finished."""
        if self.stopped is None:
            self._going.clear()

    def resume(self) -> None:
        """End a pause."""
        self._going.set()

    def cancel(self) -> None:
        """Give up the calls under way, too: they become uncertain."""
        self.stop(Stop.INTERRUPTED)
        for task in self._tasks:
            task.cancel()

    def progress(self) -> Progress:
        """Where the run stands now."""
        counts = self._counts
        failed = counts[State.REFUSED] + counts[State.SETTLED_FAILED]
        return Progress(
            total=self._total,
            done=sum(counts.values()),
            calls=self._calls,
            synced=counts[State.SYNCED],
            failed=failed,
            uncertain=counts[State.UNCERTAIN],
            points=self._points,
            in_flight=self._in_flight,
            rate=self._pacer.rate,
            committed=self._budget.committed,
            troubles=dict(self._troubles),
            paused=not self._going.is_set(),
        )

    async def _work(self) -> None:
        assert isinstance(self._orders, Iterator)
        for order_id, order in self._orders:
            if self.stopped is not None:
                return
            await self._send(order_id, order)

    async def _work_as_they_come(self) -> None:
        assert isinstance(self._orders, AsyncIterator)
        async for order_id, order in self._orders:
            if self.stopped is not None:
                return
            await self._send(order_id, order)

    async def _send(self, order_id: int, order: Order) -> None:
        verdict = await self._call(order_id, order)
        if verdict is not None and verdict.retry:
            verdict = await self._call_again(order_id, order, verdict)
        if verdict is not None:
            self._note(verdict)
            why = self._breaker.hear(verdict)
            if why is not None:
                self.stop(why)

    def _note(self, verdict: CallVerdict) -> None:
        self._counts[verdict.state] += 1
        if verdict.state is not State.SYNCED:
            self._troubles[Problem(verdict.state, verdict.reason, verdict.api_status)] += 1

    async def _slot(self) -> Slot | None:
        """Wait for the right to make one call, never while paused; None when the run stops first."""
        task = asyncio.current_task()
        assert task is not None
        if self.stopped is not None:
            return None
        self._waiting.add(task)
        try:
            while True:
                await self._going.wait()
                slot: Slot = await self._pacer.slot()
                if self._going.is_set():
                    return slot
                slot.end()  # paused while it waited: an old right must not be used later
        except asyncio.CancelledError:
            if self.stopped is None or task.uncancel() > 0:
                raise
            return None
        finally:
            self._waiting.discard(task)

    async def _call(self, order_id: int, order: Order) -> CallVerdict | None:
        """Make one call; None when the run stopped before it was made."""
        if not await self._budget.reserve():
            self.stop(Stop.SPENDING_CAP)
            return None
        verdict = slot = None
        try:
            slot = await self._slot()
            if slot is not None and self.stopped is None:
                verdict = await self._claim_and_send(order_id, order, slot)
        finally:
            if slot is not None:
                slot.end()
            if verdict is None:
                self._budget.give_back()
            else:
                self._budget.record_outcome(verdict)
        if verdict is not None:
            self._points += verdict.points or 0
            if verdict.slow_down:
                self._pacer.slow_down(slot, self._bounded(verdict.wait_s))
        return verdict

    async def _claim_and_send(self, order_id: int, order: Order, slot: Slot) -> CallVerdict | None:
        claimed_at = self._clock.boottime()
        try:
            attempt = await self._ledger.claim(order_id, self._run)
        except LedgerFull:
            self.stop(Stop.DISK)
            return None
        except IllegalMove:  # another worker has it, or had it: the ledger is the only judge of once
            return None
        self._calls += 1
        self._in_flight += 1
        try:
            heard = await self._client.send(order, claimed_at, slot)
        except asyncio.CancelledError:
            self._settle_abandoned(attempt, slot)
            raise
        finally:
            self._in_flight -= 1
        verdict = self._judge(heard)
        self._ledger.record_outcome(attempt, verdict, heard)
        return verdict

    def _settle_abandoned(self, attempt: int, slot: Slot) -> None:
        if slot.sent_at is None:
            verdict, elapsed_s = CallVerdict(State.PLANNED, Reason.NOT_SENT), 0.0
        else:
            verdict = CallVerdict(State.UNCERTAIN, Reason.ABANDONED, points=None)
            elapsed_s = self._clock.monotonic() - slot.sent_at
        maybe_sent = verdict.state is State.UNCERTAIN
        self._ledger.record_outcome(
            attempt, verdict, NoResponse(maybe_sent, verdict.reason, "CancelledError", elapsed_s)
        )

    async def _call_again(self, order_id: int, order: Order, first: CallVerdict) -> CallVerdict | None:
        """Try an order again, as long as it provably never left, within the settings' bounds."""
        began_at = self._clock.monotonic()
        known: list[CallVerdict] = [first]

        async def once_more() -> CallVerdict | None:
            return known.pop() if known else await self._call(order_id, order)

        def enough(state: RetryCallState) -> bool:
            waited_s = self._clock.monotonic() - began_at + self._wait_s(state)
            out_of_tries = state.attempt_number >= self._retry.attempts
            return self.stopped is not None or out_of_tries or waited_s > self._retry.max_total

        retrying = AsyncRetrying(
            retry=retry_if_result(lambda verdict: verdict is not None and verdict.retry),
            stop=enough,
            wait=self._wait_s,
            sleep=self._nap,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else first,
        )
        verdict: CallVerdict | None = await retrying(once_more)
        return verdict

    def _wait_s(self, state: RetryCallState) -> float:
        """Seconds before the next try: what the server asked for, or an exponential wait with jitter."""
        verdict: CallVerdict | None = state.outcome.result() if state.outcome else None
        if verdict is not None and verdict.wait_s is not None:
            return verdict.wait_s
        longest_s = min(self._retry.max_wait, FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1))
        return longest_s * self._rng.uniform(0.5, 1.0)

    async def _nap(self, seconds: float) -> None:
        """Sleep, but wake when the run stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._halted.wait()
        except TimeoutError:
            return

    def _bounded(self, wait_s: float | None) -> float | None:
        return None if wait_s is None else min(wait_s, self._retry.max_total)

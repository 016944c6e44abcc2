"""The worker pool: a fixed number of workers over one stream of orders.

Steps of each call: reserve points, take a rate slot, claim (durable), POST, judge, record the outcome (durable). The slot
is taken before the claim, so that an order is `sending` only as long as its request. Only a call that was proved not sent
is repeated, with a new claim. Calls under way become uncertain when the pool is cancelled, or when the process dies and
the next run finds them as `sending`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
)

from batchsync.clock import Clock
from batchsync.config import RetrySettings
from batchsync.errors import IllegalMove, LedgerFull
from batchsync.model import CallVerdict, NoResponse, Order, Problem, Progress, Reason, Response, State, Stop
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget

FIRST_WAIT_S = 0.5
REPORTED_WAIT_S = 60.0
"""A longer wait that the server asks for is reported with its end."""


class Slot(Protocol):
    """The right to make one call now; the client calls `sent` before its first byte."""

    sent_at: float | None

    def wait_s(self) -> float: ...
    def sent(self) -> None: ...
    def end(self) -> None: ...


class Pacer(Protocol):
    """The rate limiter, as the pool uses it."""

    @property
    def rate(self) -> float: ...
    async def slot(self) -> Any: ...
    def slow_down(self, turned_away: Any, wait_s: float | None) -> None: ...


class Claims(Protocol):
    """The ledger, as the pool uses it; its claim alone decides *at most once*."""

    async def claim(self, order_id: int, run: str) -> int: ...
    def record_outcome(self, attempt: int, verdict: CallVerdict, response: Response | NoResponse) -> None: ...
    async def flush(self) -> None: ...


class Sender(Protocol):
    """The HTTP client, as the pool uses it."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse: ...


class Pool:
    """Sends the orders of one run."""

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
        self._backoff = wait_exponential(multiplier=FIRST_WAIT_S, max=retry.max_wait)
        self._stop_requested = asyncio.Event()
        self._not_paused = asyncio.Event()
        self._not_paused.set()
        self._troubles: Counter[Problem] = Counter()
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Task[Any]] = set()
        """Workers that wait for a slot, without a claim."""
        self._orders: Iterator[tuple[int, Order]] | AsyncIterator[tuple[int, Order]] = iter(())
        self._counts = dict.fromkeys(State, 0)
        self._total = self._calls = self._in_flight = self._points = 0
        self.stopped: Stop | None = None
        self._waits_until: datetime | None = None

    async def send_all(
        self,
        orders: Iterator[tuple[int, Order]] | AsyncIterator[tuple[int, Order]],
        *,
        total: int,
        concurrency: int,
    ) -> Stop | None:
        """Send the orders, given as (ledger id, order); return why not all were sent, or None.

        When it returns, every outcome is durable.
        """
        self._orders, self._total = orders, total
        work = self._work_async if isinstance(orders, AsyncIterator) else self._work
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
        """Make no further claims; calls under way are finished. The first reason is kept."""
        if self.stopped is None:
            self.stopped = why
        self._stop_requested.set()
        self._not_paused.set()
        self._budget.close()
        for task in self._waiting:  # a server may ask for a wait of minutes
            task.cancel()
        self._waiting.clear()

    def pause(self) -> None:
        """Make no claims until `resume` or `stop`; calls under way are finished."""
        if self.stopped is None:
            self._not_paused.clear()

    def resume(self) -> None:
        """End a pause."""
        self._not_paused.set()

    def cancel(self) -> None:
        """Give up the calls under way, too: they become uncertain."""
        self.stop(Stop.INTERRUPTED)
        for task in self._tasks:
            task.cancel()

    def progress(self) -> Progress:
        """Return the progress of the run."""
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
            paused=not self._not_paused.is_set(),
            waits_until=self._waits_until if self._is_waiting() else None,
        )

    async def _work(self) -> None:
        assert isinstance(self._orders, Iterator)
        for order_id, order in self._orders:
            if self.stopped is not None:
                return
            await self._send(order_id, order)

    async def _work_async(self) -> None:
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
            self._count(verdict)
            why = self._breaker.record(verdict)
            if why is not None:
                self.stop(why)

    def _count(self, verdict: CallVerdict) -> None:
        self._counts[verdict.state] += 1
        if verdict.state is not State.SYNCED:
            self._troubles[Problem(verdict.state, verdict.reason, verdict.api_status)] += 1

    async def _slot(self) -> Slot | None:
        """Wait for a rate slot, and until a pause ends; None when the run stops first."""
        task = asyncio.current_task()
        assert task is not None
        if self.stopped is not None:
            return None
        self._waiting.add(task)
        try:
            while True:
                await self._not_paused.wait()
                slot: Slot = await self._pacer.slot()
                if self._not_paused.is_set():
                    return slot
                slot.end()  # paused while it waited: an old slot must not be used later
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
                self._budget.release()
            else:
                self._budget.record_outcome(verdict)
        if verdict is not None:
            self._points += verdict.points or 0
            if verdict.slow_down:
                wait_s = None if verdict.wait_s is None else min(verdict.wait_s, self._retry.max_total)
                self._pacer.slow_down(slot, wait_s)
                if wait_s is not None and wait_s > REPORTED_WAIT_S:
                    self._waits_until = self._clock.now() + timedelta(seconds=wait_s)
        return verdict

    async def _claim_and_send(self, order_id: int, order: Order, slot: Slot) -> CallVerdict | None:
        claimed_at = self._clock.boottime()
        try:
            attempt = await self._ledger.claim(order_id, self._run)
        except LedgerFull:
            self.stop(Stop.DISK)
            return None
        except IllegalMove:  # another worker or run has it: the ledger decides
            return None
        self._calls += 1
        self._in_flight += 1
        try:
            response = await self._client.send(order, claimed_at, slot)
        except asyncio.CancelledError:
            self._record_cancelled(attempt, slot)
            raise
        finally:
            self._in_flight -= 1
        verdict = self._judge(response)
        self._ledger.record_outcome(attempt, verdict, response)
        return verdict

    def _record_cancelled(self, attempt: int, slot: Slot) -> None:
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
        """Repeat an order whose call was proved not sent, within the limits of the settings."""
        began_at = self._clock.monotonic()
        verdicts: list[CallVerdict] = [first]
        out_of_attempts = stop_after_attempt(self._retry.attempts)

        async def call() -> CallVerdict | None:
            return verdicts.pop() if verdicts else await self._call(order_id, order)

        def exceeds_total(state: RetryCallState) -> bool:
            return self._clock.monotonic() - began_at + state.upcoming_sleep > self._retry.max_total

        retrying = AsyncRetrying(
            retry=retry_if_result(lambda verdict: verdict is not None and verdict.retry),
            stop=lambda state: out_of_attempts(state) or self.stopped is not None or exceeds_total(state),
            wait=self._wait_s,
            sleep=self._sleep_or_stop,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else first,
        )
        verdict: CallVerdict | None = await retrying(call)
        return verdict

    def _wait_s(self, state: RetryCallState) -> float:
        """Return the wait before the next attempt: what the server asked for, or exponential with jitter.

        tenacity calls this once per attempt, before the stop strategies, which read it as `upcoming_sleep`.
        """
        verdict: CallVerdict | None = state.outcome.result() if state.outcome else None
        if verdict is not None and verdict.wait_s is not None:
            return verdict.wait_s
        return self._backoff(state) * self._rng.uniform(0.5, 1.0)

    async def _sleep_or_stop(self, seconds: float) -> None:
        """Sleep until `seconds` have passed or the run stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop_requested.wait()
        except TimeoutError:
            return

    def _is_waiting(self) -> bool:
        return self._waits_until is not None and self._clock.now() < self._waits_until

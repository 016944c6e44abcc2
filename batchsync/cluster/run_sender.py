"""Sends the orders of one run over a PostgreSQL ledger, as the only sender of its account."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from batchsync.clock import Clock
from batchsync.cluster.jobs import RunUnfinished
from batchsync.config import Config
from batchsync.errors import Interrupted, LedgerError
from batchsync.job.pool_setup import open_pool
from batchsync.ledger.lock_wait import wait_for_lock
from batchsync.ledger.postgres import STALE_CLAIM_S, PostgresLedger
from batchsync.ledger.postgres.ledger import RunSending
from batchsync.model import Order, Progress, Reason, State, Stop
from batchsync.model.row_results import Tally, rows
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer

PAGE = 2_000
CONTROL_EVERY_S = 0.5
LOCK_WITHIN_S = 60.0


class OrderPages(AsyncIterator[tuple[int, Order]]):
    """The orders of a run in the plan's order, read a page ahead."""

    def __init__(self, ledger: PostgresLedger, run: str, until: int) -> None:
        self._ledger, self._run, self._until = ledger, run, until
        self._last = -1
        self._ready: deque[tuple[int, Order]] = deque()
        self._reading: asyncio.Task[list[tuple[int, int, Order]]] | None = None
        self._turn = asyncio.Lock()

    async def __anext__(self) -> tuple[int, Order]:
        """Return the next order; raises StopAsyncIteration at the end."""
        if not self._ready:
            async with self._turn:
                if not self._ready:
                    await self._turn_page()
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    async def _turn_page(self) -> None:
        page = await (self._reading or self._read())
        self._ready.extend((order_id, order) for _, order_id, order in page)
        if page:
            self._last = page[-1][0]
            self._reading = self._read()

    async def close(self) -> None:
        """Wait for the page that is being read: the ledger closes after that."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    def _read(self) -> "asyncio.Task[list[tuple[int, int, Order]]]":
        return asyncio.create_task(
            asyncio.to_thread(self._ledger.orders_to_send, self._run, self._last, self._until, PAGE)
        )


class RunSender:
    """Executes the job of one run; may be executed again, by any process: the claims alone decide what is sent."""

    def __init__(self, config: Config, ledger: PostgresLedger, *, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._ledger = ledger
        self._pool: Pool | None = None
        self._leaving = False
        self._cancelled = False
        self.run: str | None = None
        """The run that is sent now."""

    async def send(self, run: str, account: int) -> Stop | None:
        """Send what is left of a run and note its end. Raises RunUnfinished when another process must go on."""
        control = await asyncio.to_thread(self._ledger.control_of, run)
        sending = await asyncio.to_thread(self._ledger.sending_of, run)
        if control.is_sent or sending is None:
            return Stop(control.stopped) if control.stopped else None
        self.run = run
        try:
            why = (
                Stop(control.stopping) if control.stopping else await self._send_locked(run, account, sending)
            )
            await asyncio.to_thread(self._end, run, why, sending)
        except LedgerError as error:  # busy or gone: whoever gets the lock next goes on
            raise RunUnfinished(str(error)) from error
        finally:
            self.run = self._pool = None
            await asyncio.to_thread(self._ledger.disconnect)
        return why

    async def _send_locked(self, run: str, account: int, sending: RunSending) -> Stop | None:
        held = contextlib.ExitStack()

        async def enter() -> None:
            await asyncio.to_thread(held.enter_context, self._ledger.lock(account, run))

        try:
            await wait_for_lock(enter, LOCK_WITHIN_S, lambda: self._leaving)
        except Interrupted as error:
            raise RunUnfinished(run) from error
        try:
            wait_s = self._ledger.wait_before_sending_s
            if wait_s:
                await asyncio.sleep(wait_s)
            why = await self._send_orders(run, account, sending)
            is_lost = self._ledger.failed is not None and why is Stop.DISK
            if is_lost or (why is Stop.INTERRUPTED and self._leaving):
                raise RunUnfinished(run)
            return why
        finally:
            await asyncio.to_thread(held.close)

    async def _send_orders(self, run: str, account: int, sending: RunSending) -> Stop | None:
        config = self._config
        assert config.token is not None
        opened = open_pool(
            config,
            run=run,
            ledger=self._ledger,
            pacer=Pacer(min(config.pace.rate, sending.rate or config.pace.rate), self._clock),
            budget=await asyncio.to_thread(self._budget, run, account, sending),
            breaker=Breaker(config.stop, canary=sending.canary),
            clock=self._clock,
            token=config.token,
            stale_after_s=STALE_CLAIM_S,
        )
        async with opened as pool:
            self._pool = pool
            if self._leaving:
                pool.stop(Stop.INTERRUPTED)
            following = asyncio.create_task(self._follow_control(run, pool))
            orders = OrderPages(self._ledger, run, sending.last_seq)
            try:
                return await pool.send_all(orders, total=sending.total, concurrency=config.pace.concurrency)
            finally:
                following.cancel()
                await orders.close()

    def _budget(self, run: str, account: int, sending: RunSending) -> Budget:
        """Return the budget of a run; what an earlier process spent of it counts."""
        spend = self._config.spend
        highest = self._ledger.highest_price(account)
        price = self._ledger.price_of_a_call(account, spend.price)
        budget = Budget(sending.max_points, price=spend.price, highest_price=highest)
        if sending.max_points is not None:
            counts = self._ledger.counts(run)
            uncertain = counts.get(State.UNCERTAIN)
            budget.spent = sum(count.points for count in counts.values())
            budget.spent += price * (uncertain.by_this_run if uncertain else 0)
        return budget

    async def _follow_control(self, run: str, pool: Pool) -> None:
        """Stop, pause and resume as whoever submitted the run asks."""
        while True:
            with contextlib.suppress(LedgerError):
                control = await asyncio.to_thread(self._ledger.control_of, run)
                if control.stopping is not None:
                    pool.stop(Stop(control.stopping))
                elif control.paused:
                    pool.pause()
                else:
                    pool.resume()
            await asyncio.sleep(CONTROL_EVERY_S)

    def _end(self, run: str, why: Stop | None, sending: RunSending) -> None:
        stopped = None if why is None else why.value
        self._ledger.end_sending(run, stopped)
        if not sending.detached:
            return
        record = self._ledger.run(run)
        assert record is not None
        price = self._ledger.price_of_a_call(record.account, self._config.spend.price)
        tally = Tally(price=price, unreached=Reason.LIMIT if why is None else Reason.STOPPED)
        for row in rows(self._ledger.results(run)):
            tally.add(row)
        seconds = round((self._clock.now() - record.started_at).total_seconds(), 3)
        summary = tally.summary(
            file=str(Path(record.file)), run=run, stopped=stopped, seconds=seconds, result=None
        )
        self._ledger.end_run(run, stopped=stopped, result=None, summary=summary)

    @property
    def progress(self) -> Progress | None:
        """Where the run under way is; None where none is."""
        return None if self._pool is None else self._pool.progress()

    def stop_run(self, why: Stop) -> None:
        """Stop the run under way, for good."""
        if self._pool is not None:
            self._pool.stop(why)

    def leave(self) -> None:
        """Finish the calls under way; another process sends the rest."""
        self._leaving = True
        if self._pool is not None:
            self._pool.stop(Stop.INTERRUPTED)

    def cancel(self) -> None:
        """Give up the calls under way: they become uncertain."""
        if self._pool is not None:
            self._pool.cancel()

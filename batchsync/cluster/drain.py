"""One process's part of a run: take orders that nobody has taken, send them, until nothing of it is left.

`drain` is idempotent: run by none, one or five processes, it is harmless, because the claim alone decides who sends an
order. What is taken and not claimed is anybody's again after a few seconds.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from pydantic import SecretStr

from batchsync.clock import Clock
from batchsync.cluster.pace import COLD_AFTER_S, LEASE_S, Share, SharedPacer
from batchsync.config import Config
from batchsync.errors import LedgerGone
from batchsync.job.pool_setup import opened_pool
from batchsync.ledger.postgres import PostgresLedger, Session
from batchsync.ledger.postgres.database import PostgresDatabase
from batchsync.model import Order, Stop
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import WINDOW_S

LENT_S = 5.0
LOOK_AGAIN_S = 0.1


class Lent(AsyncIterator[tuple[int, Order]]):
    """The orders of a run that nobody has taken, a few at a time; waits while others may still leave some.

    Before this process may make a call, it takes none: they would lie here for seconds while others could send them.
    """

    def __init__(
        self,
        ledger: PostgresLedger,
        session: Session,
        run: str,
        *,
        ahead: int,
        pool: Pool,
        pacer: SharedPacer,
    ) -> None:
        self._session, self._pool, self._pacer = session, pool, pacer
        self._ask, self._look = (ledger.lend(run, count, LENT_S) for count in (ahead, 0))
        self._ready: deque[tuple[int, Order]] = deque()
        self._turn = asyncio.Lock()

    async def __anext__(self) -> tuple[int, Order]:
        """Return the next order; raises StopAsyncIteration when nothing of the run is left."""
        async with self._turn:
            while not self._ready:
                if self._pool.stopped is not None:
                    raise StopAsyncIteration
                try:
                    ask = self._ask if self._pacer.may_send else self._look
                    lent = await self._session.ask_patiently(ask)
                except LedgerGone:
                    self._pool.stop(Stop.DISK)
                    raise StopAsyncIteration from None
                self._ready.extend(lent.orders)
                if not lent.orders:
                    if lent.is_over:
                        raise StopAsyncIteration
                    await asyncio.sleep(LOOK_AGAIN_S)
            return self._ready.popleft()


class Drain:
    """What a process that has joined a ledger sends for one account: one run at a time, at its share of the rate."""

    def __init__(
        self,
        config: Config,
        ledger: PostgresLedger,
        session: Session,
        account: int,
        *,
        token: SecretStr,
        clock: Clock,
    ) -> None:
        self._config, self._ledger, self._session = config, ledger, session
        self._account, self._token, self._clock = account, token, clock
        self._pacer = SharedPacer(config.pace.rate, clock)
        self._pacer.wanted = False
        self._loop = asyncio.get_running_loop()
        self.pool: Pool | None = None
        self.calls = 0
        """Of the last run, here."""
        self._stopped: Stop | None = None
        session.every_beat(self._beat)

    @property
    def holder(self) -> int:
        """What the database knows this process by now."""
        return self._session.holder

    async def run(self, run: str, budget: Budget | None = None, *, canary: int = 0) -> Stop | None:
        """Send what nobody else sends of a run; return why it stopped for all, or None. No `budget` is one without a cap."""
        concurrency = self._config.pace.concurrency
        self._pacer.wanted = True
        self._session.run = self._ledger.run_id(run)
        try:
            opened = opened_pool(
                self._config,
                run=run,
                ledger=self._ledger,
                pacer=self._pacer,
                budget=self._uncapped() if budget is None else budget,
                breaker=Breaker(self._config.stop, canary=canary),
                clock=self._clock,
                token=self._token,
                stale_after_s=self._ledger.stale_s,
            )
            async with opened as pool:
                self.pool = pool
                if self._stopped is not None:
                    pool.stop(self._stopped)
                orders = Lent(
                    self._ledger, self._session, run, ahead=concurrency, pool=pool, pacer=self._pacer
                )
                why = await pool.send_all(orders, total=concurrency, concurrency=concurrency)
                self.calls = pool.progress().calls
            if why is not None and why not in (self._stopped, Stop.DISK):
                await asyncio.to_thread(self._ledger.stop_run, run, why)
            return why
        finally:
            self.pool = None
            self._pacer.wanted = False
            self._session.run = None
            self._session.beat_soon()

    def _uncapped(self) -> Budget:
        price, dearest = self._config.spend.price, self._ledger.highest_price(self._account)
        return Budget(None, price=price, highest_price=dearest)

    def stop(self, why: Stop = Stop.INTERRUPTED) -> None:
        """Claim nothing more here and finish what is under way; others may go on with the run."""
        self._stopped = self._stopped or why
        if self.pool is not None:
            self.pool.stop(why)

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        self.stop()
        if self.pool is not None:
            self.pool.cancel()

    # --- A few times a second, in the session's thread ------------------------------------------------------

    def _beat(self, database: PostgresDatabase, holder: int) -> None:
        run = self._session.run
        if run is not None:
            ((stopping, paused),) = database.execute(database.sql["told_of"], (run,))
            self._tell(self._obey, run, stopping, paused)
        self._renew(database, holder)

    def _renew(self, database: PostgresDatabase, holder: int) -> None:
        pacer = self._pacer
        offer = pacer.offer()
        if offer is None:
            return
        window_s = (WINDOW_S if pacer.allowed >= 1 else WINDOW_S / pacer.allowed) + COLD_AFTER_S
        asked = (self._account, holder, pacer.allowed, offer.in_window, offer.wanted)
        times = (round(LEASE_S * 1e6), round(window_s * 1e6))
        try:
            (row,) = database.execute(database.sql["renew_share"], (*asked, *times))
        except BaseException:
            pacer.fail()
            raise
        self._tell(pacer.renew, offer, Share._make(row))

    def _obey(self, run: int, stopping: str | None, paused: bool) -> None:
        """Do with the pool what the run was told, wherever that was."""
        if self.pool is None or self._session.run != run:
            return
        if stopping is not None:
            self.pool.stop(Stop(stopping))
        elif paused:
            self.pool.pause()
        else:
            self.pool.resume()

    def _tell(self, act: Callable[..., None], *given: object) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(act, *given)

"""The same Job over a ledger that several machines share: the run is handed to the workers, the result is written here.

Where no worker comes within a few seconds, or all have left, this process drains the run itself. Where several
processes of this machine are to send it, it does so at once, and starts the others. And where a spending cap is set, it
sends alone, since a cap is kept by one budget.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from batchsync.cluster.drain import Drain
from batchsync.cluster.engine import defer, engine
from batchsync.cluster.hands import Hands, shares_of, with_share
from batchsync.errors import LedgerGone, UsageError
from batchsync.job import Job, RunOptions
from batchsync.job.planning_step import known_to, plan_file
from batchsync.ledger import Ledger
from batchsync.ledger.postgres import Member, PostgresLedger, Standing
from batchsync.messages import Message
from batchsync.messages import cluster as messages
from batchsync.model import Order, PlanVerdict, Progress, State, Stop

LOOK_S = 0.3
JOINED_WITHIN_S = 2.0
"""Seconds that a run waits for a worker, before whoever submitted it drains it."""
COSTS_MOST = 0.1
"""Most share of the time that counting a large run's orders may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A run that was left to the workers."""

    run: str | None
    """None where nothing of the file is to be sent."""
    orders: int
    workers: int
    """How many there are now."""


@dataclass(slots=True, kw_only=True)
class _Own:
    """This process's own part in a run."""

    drain: Drain
    task: asyncio.Task[Stop | None] | None = None
    paused: bool = False


class ClusterJob(Job):
    """What a face does for its user, with the help of workers."""

    _abandoned = False
    _hands: Hands | None = None

    def cancel(self) -> None:
        """Wait no longer for calls under way, here or elsewhere."""
        self._abandoned = True
        super().cancel()
        if self._hands is not None:
            self._hands.cancel()

    def pause(self) -> None:
        """Let nobody claim anything of the run under way until `go_on`."""
        self._paused = True

    def resume(self) -> None:
        """End a pause."""
        self._paused = False

    async def leave(self, path: Path, options: RunOptions) -> Left:
        """Plan a file and leave its run to the workers. Raises what `run` raises before anything is sent."""
        config, clock = self.config, self._clock
        if config.spend.max_points is not None:
            raise UsageError(messages.CAP_NEEDS_US)
        with self._open() as ledger:
            account = ledger.account(config.api.url, config.api.account)
            known = known_to(ledger, account, config, clock)
            checked = await asyncio.to_thread(plan_file, path, options, config, known)
            self._on_planned(checked)
            sends = min(checked.counts[PlanVerdict.SEND], options.limit or len(checked.plan))
            workers = sum(member.kind == "worker" for member in ledger.members())
            if not sends:
                return Left(run=None, orders=0, workers=workers)
            run = self._begin(ledger, account, checked)
            await self._enroll(ledger, run, checked, options)
            await asyncio.to_thread(ledger.queue_up, run, sends, detached=True)
            async with engine(ledger) as app:
                await defer(app, account, run)
        return Left(run=run, orders=sends, workers=workers)

    @contextlib.contextmanager
    def _open(self) -> Iterator[PostgresLedger]:
        from batchsync.ledger import open_postgres

        url = self.config.ledger.url
        assert url is not None
        with open_postgres(url, clock=self._clock, wait_s=self.config.ledger.wait) as ledger:
            assert isinstance(ledger, PostgresLedger)
            yield ledger

    # --- Instead of a pool of one's own ---------------------------------------------------------------------

    async def _drain(
        self,
        ledger: Ledger,
        account: int,
        run: str,
        orders: Iterator[tuple[int, Order]],  # noqa: ARG002 (they wait in the database)
        *,
        total: int,
        token: SecretStr,
        canary: int,
        processes: int,
    ) -> Stop | None:
        assert isinstance(ledger, PostgresLedger)
        assert ledger.session is not None
        budget = self._shared_budget(ledger, account)
        share, *others = self._shares(processes, total, capped=budget.cap is not None)
        config = with_share(self.config, share)
        own = _Own(drain=Drain(config, ledger, ledger.session, account, token=token, clock=self._clock))
        if canary or budget.cap is not None:  # for as long as one must see all answers, one sends alone
            first = canary if budget.cap is None else total
            await asyncio.to_thread(ledger.queue_up, run, first, alone=True)
            own.task = asyncio.create_task(own.drain.run(run, budget, canary=canary))
            why = await self._see_it_through(ledger, account, run, total, own)
            if why is not None or first == total:
                return why
        await asyncio.to_thread(ledger.queue_up, run, total)
        async with engine(ledger) as app:
            await defer(app, account, run)
        async with self._helped(run, others):
            if others:
                own.task = asyncio.create_task(own.drain.run(run, budget))
            return await self._see_it_through(ledger, account, run, total, own)

    def _shares(self, processes: int, total: int, *, capped: bool) -> list[int]:
        """Return the most calls under way of each process that sends; the first is this one."""
        concurrency = self.config.pace.concurrency
        if capped:
            if processes > 1:
                self._say_once(Message(messages.CAP_IS_OURS, {"processes": processes}))
            return [concurrency]
        if processes > concurrency:
            facts = {"processes": processes, "concurrency": concurrency}
            self._say_once(Message(messages.ONE_CALL_EACH, facts))
        return shares_of(concurrency, min(processes, total))

    @contextlib.asynccontextmanager
    async def _helped(self, run: str, shares: list[int]) -> AsyncIterator[None]:
        """Let a process of this machine for each share send the run, too."""
        hands = self._hands = Hands(self.config, say=self._on_said)
        try:
            async with hands.at_work(run, shares):
                if self._abandoned:
                    hands.cancel()
                yield
        finally:
            self._hands = None

    async def _see_it_through(
        self, ledger: PostgresLedger, account: int, run: str, total: int, own: _Own
    ) -> Stop | None:
        """Watch until nothing of the run is left or under way; lend a hand when nobody else does."""
        view = _View(ledger, run, total, self.config.pace.rate)
        loop = asyncio.get_running_loop()
        alone_since = loop.time()
        why: Stop | None = None
        try:
            while True:
                with contextlib.suppress(LedgerGone):  # it comes back, or the session's patience ends
                    standing, others = await asyncio.to_thread(view.look, own.drain.holder)
                    self._on_progress(view.progress)
                    if others:
                        alone_since = loop.time()
                    why = why or (Stop(standing.stopping) if standing.stopping else None)
                    if self._is_over(standing, others, own):
                        return why
                    is_late = loop.time() - alone_since > JOINED_WITHIN_S
                    if own.task is None and standing.is_queued and is_late and why is None:
                        budget = self._shared_budget(ledger, account)
                        own.task = asyncio.create_task(own.drain.run(run, budget))
                why = await self._heed(ledger, run, own, why)
                if self._abandoned:
                    return why
                await asyncio.sleep(view.pause_s)
        finally:
            if own.task is not None:
                await asyncio.gather(own.task, return_exceptions=True)
            if why is not None:
                await asyncio.to_thread(ledger.close_queue, run)

    async def _heed(self, ledger: PostgresLedger, run: str, own: _Own, why: Stop | None) -> Stop | None:
        """Pass on a stop that the user asked for, and take in what became of this process's own part."""
        if self._stopped is not None and why is None:
            why = self._stopped
            await asyncio.to_thread(ledger.stop_run, run, why)
            own.drain.stop(why)
        if self._paused != own.paused:
            own.paused = self._paused
            await asyncio.to_thread(ledger.pause_run, run, paused=own.paused)
        if self._abandoned:
            own.drain.cancel()
        if own.task is not None and own.task.done():
            why = why or own.task.result()
            own.task = None
        return why

    @staticmethod
    def _is_over(standing: Standing, others: list[Member], own: _Own) -> bool:
        if own.task is not None or others or standing.is_under_way:
            return False
        return not standing.is_queued or standing.stopping is not None


class _View:
    """Where a run stands, asked of the database no more often than it can bear."""

    def __init__(self, ledger: PostgresLedger, run: str, total: int, rate: float) -> None:
        self._ledger, self._run, self._total, self._rate = ledger, run, total, rate
        self.progress = Progress(
            total=total, done=0, calls=0, synced=0, failed=0, uncertain=0, points=0, in_flight=0, rate=rate
        )
        self.pause_s = LOOK_S

    def look(self, me: int | None) -> tuple[Standing, list[Member]]:
        """Return how the run stands and who else drains it; blocks."""
        from time import monotonic

        began = monotonic()
        standing = self._ledger.standing(self._run)
        others = [
            member for member in self._ledger.members() if member.run == self._run and member.holder != me
        ]
        self.progress = self._counted()
        self.pause_s = max(LOOK_S, (monotonic() - began) / COSTS_MOST)
        return standing, others

    def _counted(self) -> Progress:
        counts = self._ledger.counts(self._run)

        def of(*states: State) -> int:
            return sum(counts[state].orders for state in states if state in counts)

        failed, sending = of(State.REFUSED, State.SETTLED_FAILED), of(State.SENDING)
        return Progress(
            total=self._total,
            done=of(*State) - of(State.PLANNED) - sending,
            calls=sum(count.here for count in counts.values()),
            synced=of(State.SYNCED),
            failed=failed,
            uncertain=of(State.UNCERTAIN),
            points=sum(count.points for count in counts.values()),
            in_flight=sending,
            rate=self._rate,
        )

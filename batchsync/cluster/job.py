"""The Job of a PostgreSQL ledger: plans a file, enqueues its run, waits until a worker has sent it, writes the result.

Where no worker lives, this process executes the account's jobs itself, through the same code.
"""

import asyncio
import contextlib
import platform
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psycopg
from procrastinate import App
from procrastinate.exceptions import ProcrastinateException
from pydantic import SecretStr

from batchsync.cluster.jobs import RunUnfinished, enqueue, lock_of, open_app, queueing_lock_of, serve
from batchsync.cluster.run_sender import RunSender
from batchsync.errors import LedgerError, LedgerGone
from batchsync.job import Job, RunOptions
from batchsync.job.planning_step import known_to, plan_file
from batchsync.job.types import CheckedFile
from batchsync.ledger import Ledger, open_postgres
from batchsync.ledger.lock_wait import wait_for_lock
from batchsync.ledger.postgres import PostgresLedger, RunControl
from batchsync.ledger.postgres.ledger import RunSending
from batchsync.model import Plan, PlanVerdict, Progress, State, Stop

POLL_S = 0.3
TAKEN_WITHIN_S = 2.0
"""Seconds without a live worker after which this process executes the job itself."""
PLAN_LOCK_WITHIN_S = 120.0
SERVER_AWAY_S = 120.0
"""Seconds that a run waits for a server that went away."""
COUNTING_SHARE = 0.1
"""Most share of the time that counting a large run's orders may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachedRun:
    """A run that the workers send while nobody waits for it."""

    run: str | None
    """None where nothing of the file is to be sent."""
    orders: int
    workers: int
    """How many there are now."""


class ClusterJob(Job):
    """Checks, runs and reports over a PostgreSQL ledger."""

    _cancelled = False
    _committed = 0

    @property
    def committed(self) -> int:
        """Points that this command spent, or may have spent."""
        return self._committed

    def cancel(self) -> None:
        """Give up calls under way here, and wait no longer for those elsewhere."""
        self._cancelled = True
        super().cancel()

    async def submit(self, path: Path, options: RunOptions) -> DetachedRun:
        """Plan a file and leave its run to the workers. Raises what `run` raises before anything is sent."""
        async with self._ledger_session(path.name) as (ledger, account):
            assert isinstance(ledger, PostgresLedger)
            known = known_to(ledger, account, self.config, self._clock)
            checked = await asyncio.to_thread(plan_file, path, options, self.config, known)
            self._on_planned(checked)
            sends = min(checked.counts[PlanVerdict.SEND], options.limit or len(checked.plan))
            workers = await asyncio.to_thread(ledger.live_workers)
            if not sends:
                return DetachedRun(run=None, orders=0, workers=workers)
            run = await self._begin(ledger, account, checked)
            ids = await self._enroll(ledger, run, checked, options)
            sending = self._sending(ids, sends, options.canary, is_detached=True)
            await asyncio.to_thread(ledger.queue_run, run, sending)
            async with open_app(ledger) as app:
                await enqueue(app, account, run)
        return DetachedRun(run=run, orders=sends, workers=workers)

    @contextlib.asynccontextmanager
    async def _ledger_session(self, who: str) -> AsyncIterator[tuple[Ledger, int]]:  # noqa: ARG002 (as over SQLite)
        """Open the ledger; its lock is the sender's, and nobody waits for another run to plan a file."""
        config = self.config
        assert config.ledger.url is not None
        ledger = await asyncio.to_thread(open_postgres, config.ledger.url, clock=self._clock)
        try:
            account = await asyncio.to_thread(ledger.account, config.api.url, config.api.account)
            yield ledger, account
        finally:
            await asyncio.to_thread(ledger.close)

    async def _enroll(
        self, ledger: Ledger, run: str, checked: CheckedFile, options: RunOptions
    ) -> Sequence[int]:
        """Save the plan, once no other plan is being saved."""
        return await wait_for_lock(
            lambda: super(ClusterJob, self)._enroll(ledger, run, checked, options),
            PLAN_LOCK_WITHIN_S,
            lambda: self._stopped is Stop.INTERRUPTED,
        )

    def _sending(self, ids: Sequence[int], total: int, canary: int, *, is_detached: bool) -> RunSending:
        places = [seq for seq, order_id in enumerate(ids) if order_id][:total]
        cap = self.config.spend.max_points
        return RunSending(
            last_seq=places[-1] if places else -1,
            total=total,
            canary=canary,
            max_points=None if cap is None else max(0, cap - self._committed),
            rate=self.config.pace.rate,
            detached=is_detached,
        )

    async def _send_orders(
        self,
        ledger: Ledger,
        account: int,
        run: str,
        plan: Plan,  # noqa: ARG002 (the sender reads it from the ledger)
        ids: Sequence[int],
        *,
        total: int,
        token: SecretStr,  # noqa: ARG002 (the sender has it from its settings)
        canary: int,
    ) -> Stop | None:
        assert isinstance(ledger, PostgresLedger)
        sending = self._sending(ids, total, canary, is_detached=False)
        await asyncio.to_thread(ledger.queue_run, run, sending)
        async with open_app(ledger) as app:
            await enqueue(app, account, run)
            waiting = _Waiting(self, ledger, app, account=account, run=run, total=total)
            try:
                return await waiting.until_sent()
            finally:
                self._sent = waiting.progress
                self._committed += max(waiting.progress.committed, waiting.progress.points)

    def _show(self, progress: Progress) -> None:
        self._on_progress(progress)


class _Waiting:
    """Follows a run until it is sent; sends it here where no worker lives."""

    def __init__(
        self, job: ClusterJob, ledger: PostgresLedger, app: App, *, account: int, run: str, total: int
    ) -> None:
        self._job, self._ledger, self._app = job, ledger, app
        self._account, self._run, self._total = account, run, total
        self._serving: asyncio.Task[None] | None = None
        self._sender: RunSender | None = None
        self._asked_to_stop = self._asked_to_pause = False
        self._count_at = 0.0
        self._alone_since = self._answered_at = monotonic()
        self.progress = Progress(
            total=total, done=0, calls=0, synced=0, failed=0, uncertain=0, points=0, in_flight=0,
            rate=job.config.pace.rate,
        )  # fmt: skip

    async def until_sent(self) -> Stop | None:
        """Return why the run was stopped, or None, once its sender is done with it."""
        try:
            while True:
                control = await self._look()
                if control is not None and control.is_sent:
                    return Stop(control.stopped) if control.stopped else None
                if self._job._cancelled:  # noqa: SLF001 (its own module)
                    return Stop.INTERRUPTED
                await asyncio.sleep(POLL_S)
        finally:
            await self._end_serving()
            with contextlib.suppress(LedgerError):
                await asyncio.to_thread(self._count)
            self._job._show(self.progress)  # noqa: SLF001

    async def _look(self) -> RunControl | None:
        """Pass on stop and pause, see that somebody sends the run; None while the server doesn't answer."""
        try:
            control = await asyncio.to_thread(self._ledger.control_of, self._run)
            await self._pass_on()
            await self._serve_if_alone()
            if monotonic() >= self._count_at:
                began = monotonic()
                await asyncio.to_thread(self._count)
                self._count_at = monotonic() + (monotonic() - began) / COUNTING_SHARE
        except (LedgerGone, ProcrastinateException, psycopg.Error, OSError):
            if monotonic() - self._answered_at > SERVER_AWAY_S:
                raise
            return None
        self._answered_at = monotonic()
        self._job._show(self.progress)  # noqa: SLF001
        return control

    async def _pass_on(self) -> None:
        job = self._job
        if self._sender is not None and self._sender.run == self._run:
            if job._stopped is not None:  # noqa: SLF001
                self._sender.stop_run(job._stopped)  # noqa: SLF001
            if job._cancelled:  # noqa: SLF001
                self._sender.cancel()
        if job._stopped is not None and not self._asked_to_stop:  # noqa: SLF001
            await asyncio.to_thread(self._ledger.stop_run, self._run, job._stopped.value)  # noqa: SLF001
            self._asked_to_stop = True
        if job._paused != self._asked_to_pause:  # noqa: SLF001
            await asyncio.to_thread(self._ledger.pause_run, self._run, paused=job._paused)  # noqa: SLF001
            self._asked_to_pause = job._paused  # noqa: SLF001

    async def _serve_if_alone(self) -> None:
        if self._serving is not None and self._serving.done():  # the server went away meanwhile
            self._serving = None
        is_live, exists = await asyncio.to_thread(
            self._ledger.has_live_job, lock_of(self._account), queueing_lock_of(self._run)
        )
        if not exists:
            await enqueue(self._app, self._account, self._run)
        if is_live:
            self._alone_since = monotonic()
        is_alone = monotonic() - self._alone_since > TAKEN_WITHIN_S
        if self._serving is None and (is_alone or self._job._stopped is not None):  # noqa: SLF001
            self._serving = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        """Execute the account's jobs until the run is sent."""
        url = self._job.config.ledger.url
        assert url is not None
        ledger = await asyncio.to_thread(open_postgres, url, clock=self._job._clock)  # noqa: SLF001
        sender = self._sender = RunSender(self._job.config, ledger, clock=self._job._clock)  # noqa: SLF001
        try:
            async with open_app(ledger) as app:

                async def send(run: str, account: int) -> None:
                    await sender.send(run, account)

                await serve(app, [self._account], send, f"run on {platform.node()}")
        finally:
            await asyncio.to_thread(ledger.close)

    async def _end_serving(self) -> None:
        if self._serving is None:
            return
        if self._sender is not None:
            self._sender.leave()
            if self._job._cancelled:  # noqa: SLF001
                self._sender.cancel()
        self._serving.cancel()
        with contextlib.suppress(
            asyncio.CancelledError, RunUnfinished, ProcrastinateException, psycopg.Error, LedgerError, OSError
        ):
            await self._serving

    def _count(self) -> None:
        counts = self._ledger.counts(self._run)

        def orders(*states: State) -> int:
            return sum(counts[state].orders for state in states if state in counts)

        uncertain, sending = orders(State.UNCERTAIN), orders(State.SENDING)
        points = sum(count.points for count in counts.values())
        price = self._job.config.spend.price
        self.progress = Progress(
            total=self._total,
            done=orders(*State) - orders(State.PLANNED) - sending,
            calls=sum(count.by_this_run for count in counts.values()),
            synced=orders(State.SYNCED),
            failed=orders(State.REFUSED, State.SETTLED_FAILED),
            uncertain=uncertain,
            points=points,
            in_flight=sending,
            rate=self._job.config.pace.rate,
            committed=points + (uncertain + sending) * price,
            paused=self._job._paused,  # noqa: SLF001
        )


__all__ = ["ClusterJob", "DetachedRun"]

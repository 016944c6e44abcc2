"""One command over some files: they share a spending cap, and what stopped one (a wrong token) stops the later ones."""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.errors import SettingsError, UsageError
from batchsync.job.earlier_files import EarlierFiles
from batchsync.job.output_path import choose_output_path
from batchsync.job.planning_step import known_to, orders_to_send, plan_file
from batchsync.job.result_step import ResultWriter, with_warning
from batchsync.job.types import CheckedFile, RunOptions, RunResult
from batchsync.ledger import Ledger, open_ledger
from batchsync.ledger.lock_wait import wait_for_lock
from batchsync.messages import Message
from batchsync.messages import ledger as ledger_messages
from batchsync.messages import settings as settings_messages
from batchsync.model import Cause, Plan, PlanVerdict, Progress, Stop
from batchsync.planning.plan import Known
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer

P = ParamSpec("P")
T = TypeVar("T")
STALE_CLAIM_S = 30.0
"""A claim older than this is not sent any more: the machine slept, or the process was stopped."""
TICK_S = 0.2
DEFAULT_OPTIONS = RunOptions()


class Job:
    """The work of every user interface: check, run, report, stop."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock = SYSTEM_CLOCK,
        on_planned: Callable[[CheckedFile], None] = lambda _: None,
        on_started: Callable[[str], None] = lambda _: None,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_message: Callable[[Message], None] = lambda _: None,
    ) -> None:
        self.config = config
        self._clock = clock
        self._on_planned, self._on_started, self._on_progress = on_planned, on_started, on_progress
        self._on_message = on_message
        self._budget: Budget | None = None
        self._pool: Pool | None = None
        self._stopped: Stop | None = None
        self._paused = False
        self._run: str | None = None
        """Of the file under way."""
        self._sent: Progress | None = None
        """What its pool has sent, once there is one."""

    def check(
        self, path: Path, options: RunOptions = DEFAULT_OPTIONS, earlier_files: EarlierFiles | None = None
    ) -> CheckedFile:
        """Read and plan a file: nothing is sent, nothing is written to the ledger.

        `earlier_files`: what the files before it in the same command will have sent by then. Raises InputError when the
        file can't be worked on.
        """
        with open_ledger(self.config.ledger.url, read_only=True, clock=self._clock) as ledger:
            account = ledger.find_account(self.config.api.url, self.config.api.account)
            known = known_to(ledger, account, self.config, self._clock)
            if earlier_files is not None:
                known = earlier_files.known(known)
            checked = plan_file(path, options, self.config, known)
        if earlier_files is not None:
            earlier_files.add(path.name, checked.plan)
        return checked

    async def run(self, path: Path, options: RunOptions = DEFAULT_OPTIONS) -> RunResult:
        """Send what is not yet synced and write the result.

        Raises InputError, SettingsError, OutputError, LedgerError, Interrupted before anything is sent. Once calls were
        made nothing raises: an error then is a warning beside the totals. What `on_planned` raises keeps the run from
        beginning.
        """
        config, clock = self.config, self._clock
        writer = ResultWriter(config, clock, choose_output_path(path, options.output, config.output))
        self._sent = self._run = checked = finished = None
        try:
            async with self._ledger_session(path.name) as (ledger, account):
                known = known_to(ledger, account, config, clock)
                checked = await _planned(path, options, config, known)
                self._on_planned(checked)
                run = await self._send(ledger, account, checked, options)
                stopped = self._stopped if _is_about(self._stopped, checked) else None
                finished = await _in_thread(writer.write_new, ledger, run, stopped, checked)
        except Exception as error:
            if finished is not None:
                return with_warning(finished, error)
            if checked is None or self._run is None or self._sent is None or not self._sent.calls:
                raise
            return writer.totals_only(self._run, self._stopped, checked, self._sent, error)
        return finished

    @contextlib.asynccontextmanager
    async def _ledger_session(self, who: str) -> AsyncIterator[tuple[Ledger, int]]:
        """Hold the ledger, once another run has let go of it; with the account's id in it."""
        config = self.config

        async def enter() -> tuple[contextlib.ExitStack, Ledger, int]:
            with contextlib.ExitStack() as stack:
                ledger = stack.enter_context(open_ledger(config.ledger.url, clock=self._clock))
                account = ledger.account(config.api.url, config.api.account)
                stack.enter_context(ledger.lock(account, who))
                return stack.pop_all(), ledger, account
            raise AssertionError

        def is_stopped() -> bool:
            return self._stopped is Stop.INTERRUPTED

        held, ledger, account = await wait_for_lock(enter, config.ledger.wait, is_stopped)
        with held:
            yield ledger, account

    def report(self, run: str, options: RunOptions = DEFAULT_OPTIONS) -> RunResult:
        """Write the result of a run again, also of one that was killed. Raises UsageError when there is no such run."""
        with open_ledger(self.config.ledger.url, read_only=True, clock=self._clock) as ledger:
            record = ledger.run(run)
            if record is None:
                raise UsageError(ledger_messages.NO_RUN, run=run)
            target = choose_output_path(Path(record.file), options.output, self.config.output)
            return ResultWriter(self.config, self._clock, target).write_again(ledger, record)

    @property
    def committed(self) -> int:
        """Points that this command spent, or may have spent."""
        return 0 if self._budget is None else self._budget.committed

    def pause(self) -> None:
        """Claim nothing until `resume`; calls under way are finished."""
        self._paused = True
        if self._pool is not None:
            self._pool.pause()

    def resume(self) -> None:
        """End a pause."""
        self._paused = False
        if self._pool is not None:
            self._pool.resume()

    def stop(self, why: Stop = Stop.INTERRUPTED) -> None:
        """Claim nothing more and finish what is under way; of later files nothing is sent."""
        self._stopped = self._stopped or why
        if self._pool is not None:
            self._pool.stop(why)

    def cancel(self) -> None:
        """Give up the calls under way, too: they become uncertain."""
        self.stop()
        if self._pool is not None:
            self._pool.cancel()

    # --- Sending --------------------------------------------------------------------------------------------

    async def _send(self, ledger: Ledger, account: int, checked: CheckedFile, options: RunOptions) -> str:
        """Save the plan, send its orders, and return the run's id."""
        sends = min(checked.counts[PlanVerdict.SEND], options.limit or len(checked.plan))
        token = self.config.token
        if sends and token is None:
            raise SettingsError(settings_messages.NO_TOKEN)
        run = await self._begin(ledger, account, checked)
        ids = await self._enroll(ledger, run, checked, options)
        if token is not None and sends and self._stopped is None:
            canary = options.canary if options.canary < sends else 0
            self._stopped = await self._send_orders(
                ledger, account, run, checked.plan, ids, total=sends, token=token, canary=canary
            )
        return run

    async def _begin(self, ledger: Ledger, account: int, checked: CheckedFile) -> str:
        file = checked.path.absolute()
        run = await _in_thread(
            ledger.new_run, account, str(file), checked.found.sha256, file.stem, checked.lang
        )
        self._run = run
        self._on_started(run)
        return run

    async def _enroll(
        self, ledger: Ledger, run: str, checked: CheckedFile, options: RunOptions
    ) -> Sequence[int]:
        """Write the plan down; return the order's id for each entry to send, 0 for every other."""
        return await _in_thread(ledger.save_plan, run, checked.plan, allow=self._allowed(options))

    async def _send_orders(
        self,
        ledger: Ledger,
        account: int,
        run: str,
        plan: Plan,
        ids: Sequence[int],
        *,
        total: int,
        token: SecretStr,
        canary: int,
    ) -> Stop | None:
        from batchsync.job.pool_setup import open_pool

        config, clock, concurrency = self.config, self._clock, self.config.pace.concurrency
        pool = open_pool(
            config,
            run=run,
            ledger=ledger,
            pacer=Pacer(config.pace.rate, clock),
            budget=self._shared_budget(ledger, account),
            breaker=Breaker(config.stop, canary=canary),
            clock=clock,
            token=token,
            stale_after_s=STALE_CLAIM_S,
        )
        async with pool as opened, self._reporting_progress(opened):
            orders = islice(orders_to_send(plan, ids), total)
            return await opened.send_all(orders, total=total, concurrency=concurrency)

    def _shared_budget(self, ledger: Ledger, account: int) -> Budget:
        """Return the one budget of all files of this command."""
        spend = self.config.spend
        self._budget = self._budget or Budget(
            spend.max_points, price=spend.price, highest_price=ledger.highest_price(account)
        )
        return self._budget

    @contextlib.asynccontextmanager
    async def _reporting_progress(self, pool: Pool) -> AsyncIterator[None]:
        """Report the progress a few times a second, and once more at the end; pass `stop` on to the pool."""

        async def tick() -> None:
            while True:
                self._on_progress(pool.progress())
                await asyncio.sleep(TICK_S)

        self._pool = pool
        if self._stopped is not None:  # stopped while the pool was being made
            pool.stop(self._stopped)
        if self._paused:
            pool.pause()
        ticker = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticker.cancel()
            self._sent = pool.progress()
            self._on_progress(self._sent)
            self._pool = None

    def _allowed(self, options: RunOptions) -> frozenset[Cause]:
        """Which known orders may be planned again."""
        allowed = {Cause.NEW_RUN}
        if options.resend or self.config.spend.resync_after is not None:
            allowed.add(Cause.RESEND)
        if options.resend_uncertain:
            allowed.add(Cause.RESEND_UNCERTAIN)
        return frozenset(allowed)


async def _planned(path: Path, options: RunOptions, config: Config, known: Known) -> CheckedFile:
    """Plan in a thread that mostly waits for the reader; meanwhile import what sends, and the HTTP client with it."""
    planning = asyncio.create_task(_in_thread(plan_file, path, options, config, known))
    await asyncio.sleep(0)  # starts the thread
    importlib.import_module("batchsync.job.pool_setup")
    return await planning


async def _in_thread(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call a function in a thread and wait until it returns, also when this task is cancelled meanwhile.

    The thread uses the ledger's connection, which is closed after the cancellation.
    """
    work = asyncio.create_task(asyncio.to_thread(function, *arguments, **keywords))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        raise


def _is_about(stopped: Stop | None, checked: CheckedFile) -> bool:
    """Whether what stopped the command kept anything of this file from being sent."""
    return stopped is Stop.INTERRUPTED or checked.counts[PlanVerdict.SEND] > 0

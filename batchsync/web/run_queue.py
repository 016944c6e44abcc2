"""The desk: the files at hand, the queue before the one that is sent, and every way to tell them what to do.

All of it runs in the server's event loop; what reads, plans or writes files runs in threads. One file is sent at a time,
since a ledger takes one run at a time. The truth about what was sent is the ledger's; the truth about files is the
shelf's; what stands here is only their present.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, replace

from batchsync.cluster import job_for
from batchsync.config import Config, InputSettings
from batchsync.errors import BatchsyncError, LedgerBusy, UsageError
from batchsync.job import CheckedFile, Job, RunOptions, RunResult
from batchsync.messages import web as messages
from batchsync.model import PlanVerdict, Progress, RunSummary
from batchsync.web.events import Broadcaster
from batchsync.web.models import ColumnOverrides, Confirmation, FileRecord, FileSummary, Phase
from batchsync.web.run_progress import RunProgress
from batchsync.web.uploads import UploadStore

PLANS_KEPT = 4
"""Checked plans in memory; a million rows are a hundred megabytes each."""
BUSY_WAIT_S = 2.0


@dataclass(slots=True, kw_only=True, eq=False)
class FileJob:
    """A file on the desk, as it stands now."""

    record: FileRecord
    version: int = 0
    """Rises with every change that a page should show."""
    checking: bool = False
    checked: CheckedFile | None = None
    trouble: BatchsyncError | None = None
    """Why it can't be read or sent."""
    live: RunProgress | None = None
    busy: bool = False
    """Whether another program's run has to end first."""
    finished: RunResult | None = None


class Changed(BatchsyncError):
    """What would be sent is not what was agreed to."""


class RunQueue:
    """The files at hand, and the one being sent."""

    def __init__(self, config: Config, shelf: UploadStore, bell: Broadcaster) -> None:
        self.config = config
        self.shelf = shelf
        self.bell = bell
        self.items: dict[str, FileJob] = {}
        self._job: Job | None = None
        self._running: FileJob | None = None
        self._wanted = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._checks = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    # --- From start to end ----------------------------------------------------------------------------------

    async def take_up(self) -> None:
        """Put on the desk what the last start left there."""
        for record in await asyncio.to_thread(self.shelf.records):
            self.items[record.id] = FileJob(record=record)
            if record.phase is Phase.READY:
                self.check(record.id)

    async def work(self) -> None:
        """Send what is agreed to, one file after the other."""
        while not self._closing:
            item = self._next()
            if item is None:
                self._wanted.clear()
                await self._wanted.wait()
            else:
                await self._send(item)

    async def close(self, *, give_up: bool = False) -> None:
        """Stop what is under way as Ctrl-C would; with `give_up` also the calls under way."""
        self._closing = True
        self._wanted.set()
        if self._job is not None:
            (self._job.cancel if give_up else self._job.stop)()
        for task in self._tasks:
            task.cancel()
        self.bell.close()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        await self._idle.wait()

    def item(self, file: str) -> FileJob:
        """Return a file on the desk. Raises UsageError when there is none."""
        found = self.items.get(file)
        if found is None:
            raise UsageError(messages.NO_SUCH_FILE)
        return found

    @property
    def running(self) -> FileJob | None:
        """The file that is being sent."""
        return self._running

    def queue_place(self, item: FileJob) -> int:
        """Return how many files go before this one."""
        queue = [each for each in self.items.values() if each.record.phase is Phase.WAITING]
        return queue.index(item) + (self._running is not None and self._running not in queue)

    # --- Checking, which is free ----------------------------------------------------------------------------

    def take(self, record: FileRecord) -> FileJob:
        """Put a new file on the desk and check it."""
        item = self.items[record.id] = FileJob(record=record)
        self.check(record.id)
        return item

    def check(self, file: str, choices: ColumnOverrides | None = None) -> None:
        """Read and plan a file anew, with other choices if there are any."""
        item = self.item(file)
        self._refuse_busy(item)
        if choices is not None:
            self._keep(item, replace(item.record, choices=choices))
        if item.record.phase is not Phase.READY:
            self._keep(item, replace(item.record, phase=Phase.READY))
        item.checking, item.checked, item.trouble, item.finished = True, None, None, None
        self._changed(item)
        task = asyncio.create_task(self._check(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _check(self, item: FileJob) -> None:
        try:
            async with self._checks:
                job = Job(self.config_for(item.record))
                item.checked = await asyncio.to_thread(job.check, self.shelf.path(item.record))
        except BatchsyncError as error:
            item.trouble = error
        finally:
            item.checking = False
            self._forget_old_plans(item)
            self._changed(item)

    def _forget_old_plans(self, newest: FileJob) -> None:
        kept = [each for each in self.items.values() if each.checked is not None and each is not newest]
        for item in kept[: max(0, len(kept) - PLANS_KEPT + 1)]:
            item.checked = None

    def config_for(self, record: FileRecord) -> Config:
        """Return the settings with what was chosen and agreed to for one file."""
        config, choices = self.config, record.choices
        chosen: dict[str, object] = {}
        if choices.order_column:
            chosen["order_columns"] = (choices.order_column,)
        if choices.owner_column:
            chosen["owner_columns"] = (choices.owner_column,)
        if choices.owner_id:
            chosen["owner_id"] = choices.owner_id
        if choices.sheet:
            chosen["sheets"] = (choices.sheet,)
        if choices.header_row:
            chosen["header_row"] = choices.header_row
        reading = InputSettings.model_validate({**config.input.model_dump(), **chosen})
        spend = config.spend
        if record.agreed is not None and record.agreed.max_points is not None:
            spend = spend.model_copy(update={"max_points": record.agreed.max_points})
        no_wait = config.ledger.model_copy(update={"wait": 0})  # the desk waits, the loop must not
        return config.model_copy(update={"input": reading, "spend": spend, "ledger": no_wait})

    # --- Sending --------------------------------------------------------------------------------------------

    def start(self, file: str, agreed: Confirmation) -> None:
        """Put a file into the queue. Raises Changed when the plan is not what was agreed to."""
        item = self.item(file)
        self._refuse_busy(item)
        if item.checked is None:
            raise UsageError(messages.CHECK_FIRST)
        if self.config.token is None:
            raise UsageError(messages.NO_TOKEN_YET)
        if to_send(item.checked, agreed.limit) != agreed.orders or agreed.orders == 0:
            raise Changed(messages.PLAN_CHANGED)
        self._keep(item, replace(item.record, phase=Phase.WAITING, agreed=agreed, was_waiting=False))
        del self.items[file]
        self.items[file] = item  # the queue is in the order of agreeing
        self._changed(item)
        self._wanted.set()

    def leave_queue(self, file: str) -> None:
        """Take a waiting file out of the queue."""
        item = self.item(file)
        if item.record.phase is Phase.WAITING and item is not self._running:
            item.busy = False
            self._keep(item, replace(item.record, phase=Phase.READY, agreed=None))
            self._changed(item)
            if item.checked is None:
                self.check(file)

    def pause(self, file: str) -> None:
        """Send nothing more until `go_on`."""
        self._under_way(file).pause()

    def resume(self, file: str) -> None:
        """End a pause."""
        self._under_way(file).resume()

    def stop(self, file: str) -> None:
        """Send nothing more; what is under way is finished, and the result is written."""
        job = self._under_way(file)
        item = self.item(file)
        if item.live is not None:
            item.live.stopping = True
        job.stop()
        self._changed(item)

    def forget(self, file: str) -> None:
        """Take a file off the desk; what was sent of it stays in the ledger."""
        item = self.item(file)
        self._refuse_busy(item)
        del self.items[file]
        self.shelf.drop(item.record)
        self.bell.ring()

    def _under_way(self, file: str) -> Job:
        if self._job is None or self._running is not self.item(file):
            raise UsageError(messages.NOT_RUNNING)
        return self._job

    def _next(self) -> FileJob | None:
        return next((item for item in self.items.values() if item.record.phase is Phase.WAITING), None)

    async def _send(self, item: FileJob) -> None:
        """Send one file, and put down how it ended."""
        agreed = item.record.agreed
        assert agreed is not None
        config = self.config_for(item.record)
        self._job = job_for(
            config,
            on_planned=lambda checked: _compare(checked, agreed),
            on_started=lambda run: self._started(item, run),
            on_progress=lambda progress: self._progressed(item, progress),
        )
        options = RunOptions(output=self.shelf.path(item.record).parent, limit=agreed.limit)
        self._running = item
        self._idle.clear()
        item.live, item.trouble = RunProgress(cap=config.spend.max_points), None
        self._changed(item)
        try:
            item.finished = await self._job.run(self.shelf.path(item.record), options)
            outcome = _outcome(item.finished.summary)
            self._put_down(item, replace(item.record, phase=Phase.OVER, outcome=outcome))
        except LedgerBusy as error:
            item.trouble, item.busy = error, True
            if item.record.phase is Phase.RUNNING:  # several share the ledger: another was faster
                self._put_down(item, replace(item.record, phase=Phase.WAITING))
        except BatchsyncError as error:
            item.trouble = error
            phase = Phase.INTERRUPTED if item.record.phase is Phase.RUNNING else Phase.READY
            self._put_down(item, replace(item.record, phase=phase, agreed=None))
        except Exception:  # a bug of ours must not take the desk away; the ledger is safe
            logging.getLogger(__name__).exception("run of %s", item.record.id)
            item.trouble = UsageError(messages.OUR_BUG)
            self._put_down(item, replace(item.record, phase=Phase.INTERRUPTED, agreed=None))
        finally:
            self._running, self._job, item.live = None, None, None
            self._idle.set()
            item.checked = None
            self._changed(item)
        if item.busy:
            await self._wait_for_the_other(item)
        elif item.record.phase is Phase.READY:
            await self._check_again(item)

    async def _check_again(self, item: FileJob) -> None:
        """Show anew what a refused start would send, beside why it was refused."""
        why = item.trouble
        await self._check(item)
        item.trouble = item.trouble or why
        self._changed(item)

    async def _wait_for_the_other(self, item: FileJob) -> None:
        """Let another program's run end; the next try may find it gone."""
        if self._closing:
            return
        self._wanted.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BUSY_WAIT_S):
                await self._wanted.wait()
        item.busy = False

    def _started(self, item: FileJob, run: str) -> None:
        self._put_down(item, replace(item.record, phase=Phase.RUNNING, run=run))
        self._changed(item)

    def _progressed(self, item: FileJob, progress: Progress) -> None:
        if item.live is not None:
            item.live.update(progress, time.monotonic())
            self.bell.ring()

    # --- Inside ---------------------------------------------------------------------------------------------

    def _refuse_busy(self, item: FileJob) -> None:
        if item is self._running or item.record.phase in (Phase.WAITING, Phase.RUNNING):
            raise UsageError(messages.STILL_RUNNING)

    def _keep(self, item: FileJob, record: FileRecord) -> None:
        item.record = self.shelf.keep(record)

    def _put_down(self, item: FileJob, record: FileRecord) -> None:
        """Keep how the sending goes; where the disk takes nothing, until the program ends: the ledger has the truth."""
        try:
            self._keep(item, record)
        except OSError:
            item.record = record
            logging.getLogger(__name__).exception("record of %s", record.id)

    def _changed(self, item: FileJob) -> None:
        item.version += 1
        self.bell.ring()


def to_send(checked: CheckedFile, limit: int | None) -> int:
    """Return how many orders a run would send."""
    sends = checked.counts[PlanVerdict.SEND]
    return sends if limit is None else min(sends, limit)


def _outcome(summary: RunSummary) -> FileSummary:
    return FileSummary(
        synced=summary.synced,
        points=summary.points_spent,
        uncertain=summary.uncertain,
        look=summary.failed + summary.invalid,
    )


def _compare(checked: CheckedFile, agreed: Confirmation) -> None:
    """Let no run begin that would send more than was agreed to. Raises Changed."""
    if to_send(checked, agreed.limit) > agreed.orders:
        raise Changed(messages.PLAN_CHANGED)

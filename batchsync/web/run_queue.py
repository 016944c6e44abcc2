"""The uploaded files as they stand now: checks, the queue, and the run under way.

All of it runs in the server's event loop; what reads, plans or writes files runs in threads. One file is sent at a time,
since a ledger takes one run of an account at a time. The ledger decides what was sent, and the records on disk what
files there are; this module holds the present state only.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from dataclasses import dataclass, field, replace

from batchsync.cluster import job_for
from batchsync.config import Config, InputSettings
from batchsync.errors import BatchsyncError, LedgerBusy, UsageError
from batchsync.job import CheckedFile, Job, RunOptions, RunResult
from batchsync.messages import web as messages
from batchsync.model import PlanVerdict, Progress, RunSummary
from batchsync.web.events import Broadcaster
from batchsync.web.uploads import ColumnOverrides, Confirmation, FileRecord, FileSummary, Phase, UploadStore

PLANS_KEPT = 4
"""Checked plans in memory; a million rows are a hundred megabytes each."""
LEDGER_RETRY_S = 2.0
RATE_WINDOW_S = 10.0
"""Time over which the rate is measured: short enough to follow, long enough not to flicker."""


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """The run under way: the latest progress, its measured rate and the time left."""

    cap: int | None
    progress: Progress | None = None
    is_stopping: bool = False
    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def update(self, progress: Progress, now: float) -> None:
        """Take the latest progress; `now` is in monotonic seconds."""
        self.progress = progress
        self._samples.append((now, progress.done))
        while len(self._samples) > 2 and now - self._samples[0][0] > RATE_WINDOW_S:
            self._samples.popleft()

    @property
    def rate(self) -> float:
        """Orders done a second, lately."""
        if len(self._samples) < 2:
            return 0.0
        (start, first), (now, last) = self._samples[0], self._samples[-1]
        return (last - first) / (now - start) if now > start else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at this rate; None when unknown."""
        if self.progress is None or self.progress.paused or self.is_stopping or self.rate <= 0:
            return None
        return (self.progress.total - self.progress.done) / self.rate


@dataclass(slots=True, kw_only=True, eq=False)
class FileJob:
    """An uploaded file as it stands now."""

    record: FileRecord
    version: int = 0
    """Rises with every change that the page shows."""
    is_checking: bool = False
    checked: CheckedFile | None = None
    error: BatchsyncError | None = None
    """Why it can't be read or sent."""
    progress: RunProgress | None = None
    is_ledger_busy: bool = False
    """Whether another program's run has to end first."""
    result: RunResult | None = None


class PlanChanged(BatchsyncError):
    """What would be sent is not what was confirmed."""


class RunQueue:
    """The uploaded files, and the one being sent."""

    def __init__(self, config: Config, store: UploadStore, events: Broadcaster) -> None:
        self.config = config
        self.store = store
        self.events = events
        self.files: dict[str, FileJob] = {}
        self._job: Job | None = None
        self._running: FileJob | None = None
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._checks = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    # --- Start and end --------------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Load the files of an earlier start."""
        for record in await asyncio.to_thread(self.store.load_records):
            self.files[record.id] = FileJob(record=record)
            if record.phase is Phase.UPLOADED:
                self.check(record.id)

    async def process(self) -> None:
        """Send confirmed files, one after the other, until closed."""
        while not self._closing:
            waiting = (file for file in self.files.values() if file.record.phase is Phase.QUEUED)
            file = next(waiting, None)
            if file is None:
                self._changed.clear()
                await self._changed.wait()
            else:
                await self._send(file)

    async def close(self, *, cancel: bool = False) -> None:
        """Stop the run under way as Ctrl-C would; with `cancel` also its calls under way."""
        self._closing = True
        self._changed.set()
        if self._job is not None:
            (self._job.cancel if cancel else self._job.stop)()
        for task in self._tasks:
            task.cancel()
        self.events.close()

    async def wait_idle(self) -> None:
        """Wait until no run is under way."""
        await self._idle.wait()

    def get(self, file_id: str) -> FileJob:
        """Return a file. Raises UsageError when there is none."""
        file = self.files.get(file_id)
        if file is None:
            raise UsageError(messages.NO_SUCH_FILE)
        return file

    @property
    def running(self) -> FileJob | None:
        """The file that is being sent."""
        return self._running

    def files_ahead(self, file: FileJob) -> int:
        """Return how many files are sent before this one."""
        queued = [each for each in self.files.values() if each.record.phase is Phase.QUEUED]
        is_running = self._running is not None and self._running not in queued
        return queued.index(file) + is_running if file in queued else 0

    # --- Checking, which is free ----------------------------------------------------------------------------

    def add(self, record: FileRecord) -> FileJob:
        """Add an uploaded file and check it."""
        file = self.files[record.id] = FileJob(record=record)
        self.check(record.id)
        return file

    def check(self, file_id: str, overrides: ColumnOverrides | None = None) -> None:
        """Read and plan a file again, with other columns if they are given."""
        file = self.get(file_id)
        self._refuse_busy(file)
        if overrides is not None:
            self._save(file, replace(file.record, overrides=overrides))
        if file.record.phase is not Phase.UPLOADED:
            self._save(file, replace(file.record, phase=Phase.UPLOADED))
        file.is_checking, file.checked, file.error, file.result = True, None, None, None
        self._notify(file)
        task = asyncio.create_task(self._check(file))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _check(self, file: FileJob) -> None:
        try:
            async with self._checks:
                job = Job(self.config_for(file.record))
                file.checked = await asyncio.to_thread(job.check, self.store.path(file.record))
        except BatchsyncError as error:
            file.error = error
        finally:
            file.is_checking = False
            self._evict_plans(file)
            self._notify(file)

    def _evict_plans(self, newest: FileJob) -> None:
        kept = [each for each in self.files.values() if each.checked is not None and each is not newest]
        for file in kept[: max(0, len(kept) - PLANS_KEPT + 1)]:
            file.checked = None

    def config_for(self, record: FileRecord) -> Config:
        """Return the settings with the columns and the cap of one file."""
        config, overrides = self.config, record.overrides
        chosen: dict[str, object] = {}
        if overrides.order_column:
            chosen["order_columns"] = (overrides.order_column,)
        if overrides.owner_column:
            chosen["owner_columns"] = (overrides.owner_column,)
        if overrides.owner_id:
            chosen["owner_id"] = overrides.owner_id
        if overrides.sheet:
            chosen["sheets"] = (overrides.sheet,)
        if overrides.header_row:
            chosen["header_row"] = overrides.header_row
        settings = InputSettings.model_validate({**config.input.model_dump(), **chosen})
        spend = config.spend
        if record.confirmation is not None and record.confirmation.max_points is not None:
            spend = spend.model_copy(update={"max_points": record.confirmation.max_points})
        ledger = config.ledger.model_copy(update={"wait": 0})  # the queue waits instead
        return config.model_copy(update={"input": settings, "spend": spend, "ledger": ledger})

    # --- Sending --------------------------------------------------------------------------------------------

    def start(self, file_id: str, confirmation: Confirmation) -> None:
        """Queue a file. Raises PlanChanged when its plan is not what was confirmed."""
        file = self.get(file_id)
        self._refuse_busy(file)
        if file.checked is None:
            raise UsageError(messages.CHECK_FIRST)
        if self.config.token is None:
            raise UsageError(messages.NO_TOKEN_YET)
        if (
            orders_to_send(file.checked, confirmation.limit) != confirmation.orders
            or confirmation.orders == 0
        ):
            raise PlanChanged(messages.PLAN_CHANGED)
        self._save(
            file, replace(file.record, phase=Phase.QUEUED, confirmation=confirmation, was_queued=False)
        )
        del self.files[file_id]
        self.files[file_id] = file  # the queue is in the order of confirmation
        self._notify(file)
        self._changed.set()

    def dequeue(self, file_id: str) -> None:
        """Take a file out of the queue."""
        file = self.get(file_id)
        if file.record.phase is Phase.QUEUED and file is not self._running:
            file.is_ledger_busy = False
            self._save(file, replace(file.record, phase=Phase.UPLOADED, confirmation=None))
            self._notify(file)
            if file.checked is None:
                self.check(file_id)

    def pause(self, file_id: str) -> None:
        """Send nothing more until `resume`."""
        self._job_of(file_id).pause()

    def resume(self, file_id: str) -> None:
        """End a pause."""
        self._job_of(file_id).resume()

    def stop(self, file_id: str) -> None:
        """Send nothing more; calls under way are finished, and the result is written."""
        job, file = self._job_of(file_id), self.get(file_id)
        if file.progress is not None:
            file.progress.is_stopping = True
        job.stop()
        self._notify(file)

    def remove(self, file_id: str) -> None:
        """Delete an uploaded file; what was sent of it stays in the ledger."""
        file = self.get(file_id)
        self._refuse_busy(file)
        del self.files[file_id]
        self.store.delete(file.record)
        self.events.notify()

    def _job_of(self, file_id: str) -> Job:
        if self._job is None or self._running is not self.get(file_id):
            raise UsageError(messages.NOT_RUNNING)
        return self._job

    async def _send(self, file: FileJob) -> None:
        """Send one file, and record how it ended."""
        confirmation = file.record.confirmation
        assert confirmation is not None
        config = self.config_for(file.record)

        def refuse_more(checked: CheckedFile) -> None:
            if orders_to_send(checked, confirmation.limit) > confirmation.orders:
                raise PlanChanged(messages.PLAN_CHANGED)

        self._job = job_for(
            config,
            on_planned=refuse_more,
            on_started=lambda run: self._started(file, run),
            on_progress=lambda progress: self._progressed(file, progress),
        )
        path = self.store.path(file.record)
        self._running = file
        self._idle.clear()
        file.progress, file.error = RunProgress(cap=config.spend.max_points), None
        self._notify(file)
        try:
            file.result = await self._job.run(path, RunOptions(output=path.parent, limit=confirmation.limit))
            summary = _file_summary(file.result.summary)
            self._try_save(file, replace(file.record, phase=Phase.DONE, summary=summary))
        except LedgerBusy as error:
            file.error, file.is_ledger_busy = error, True
            if file.record.phase is Phase.RUNNING:
                self._try_save(file, replace(file.record, phase=Phase.QUEUED))
        except BatchsyncError as error:
            file.error = error
            phase = Phase.INTERRUPTED if file.record.phase is Phase.RUNNING else Phase.UPLOADED
            self._try_save(file, replace(file.record, phase=phase, confirmation=None))
        except Exception:  # a bug must not end the page; the ledger is safe
            logging.getLogger(__name__).exception("run of %s", file.record.id)
            file.error = UsageError(messages.BUG)
            self._try_save(file, replace(file.record, phase=Phase.INTERRUPTED, confirmation=None))
        finally:
            self._running, self._job, file.progress, file.checked = None, None, None, None
            self._idle.set()
            self._notify(file)
        if file.is_ledger_busy:
            await self._wait_for_ledger(file)
        elif file.record.phase is Phase.UPLOADED:
            refused = file.error
            await self._check(file)  # shows what would be sent now, beside why the start was refused
            file.error = file.error or refused
            self._notify(file)

    async def _wait_for_ledger(self, file: FileJob) -> None:
        """Give another program's run time to end before the next try."""
        if self._closing:
            return
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEDGER_RETRY_S):
                await self._changed.wait()
        file.is_ledger_busy = False

    def _started(self, file: FileJob, run: str) -> None:
        self._try_save(file, replace(file.record, phase=Phase.RUNNING, run=run))
        self._notify(file)

    def _progressed(self, file: FileJob, progress: Progress) -> None:
        if file.progress is not None:
            file.progress.update(progress, time.monotonic())
            self.events.notify()

    # --- Records --------------------------------------------------------------------------------------------

    def _refuse_busy(self, file: FileJob) -> None:
        if file is self._running or file.record.phase in (Phase.QUEUED, Phase.RUNNING):
            raise UsageError(messages.STILL_RUNNING)

    def _save(self, file: FileJob, record: FileRecord) -> None:
        file.record = self.store.save_record(record)

    def _try_save(self, file: FileJob, record: FileRecord) -> None:
        """Save a record during a run; when the disk is full keep it in memory, since the ledger decides."""
        try:
            self._save(file, record)
        except OSError:
            file.record = record
            logging.getLogger(__name__).exception("record of %s", record.id)

    def _notify(self, file: FileJob) -> None:
        file.version += 1
        self.events.notify()


def orders_to_send(checked: CheckedFile, limit: int | None) -> int:
    """Return how many orders a run would send."""
    orders = checked.counts[PlanVerdict.SEND]
    return orders if limit is None else min(orders, limit)


def _file_summary(summary: RunSummary) -> FileSummary:
    return FileSummary(
        synced=summary.synced,
        points=summary.points_spent,
        uncertain=summary.uncertain,
        problems=summary.failed + summary.invalid,
    )

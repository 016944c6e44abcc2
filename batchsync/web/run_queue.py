"""The uploaded files as they stand now: checks, the queue, and the run under way.

All of it runs in the server's event loop; what reads, plans or writes files runs in threads. One file is sent at a time,
since a ledger takes one run of an account at a time. The ledger decides what was sent, and the records on disk what
files there are; this module holds the present state only.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from batchsync.cluster import job_for
from batchsync.config import Config, InputSettings
from batchsync.errors import BatchsyncError, ColumnsUnclear, LedgerBusy, UsageError
from batchsync.job import CheckedFile, Correction, Job, RunOptions, RunResult
from batchsync.messages import web as messages
from batchsync.model import PLAN_VERDICTS, Decision, PlanVerdict, Progress, RunSummary
from batchsync.web.column_choice import ColumnMemory, read_preview
from batchsync.web.events import Broadcaster
from batchsync.web.uploads import ColumnOverrides, Confirmation, FileRecord, FileSummary, Phase, UploadStore

PLAN_ROWS_KEPT = 150_000
"""Rows of checked plans in memory; a million rows are a hundred megabytes."""
CORRECTIONS_MAX = 10_000
MERCHANTS_SHOWN = 5
_SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """The figures of a check, kept while its plan is on disk."""

    rows: int
    send: int
    paid_again: int
    """Orders to send that were paid for before, or may have been."""
    problems: int
    points: int
    merchants: tuple[str, ...]
    """The first merchants of the orders to send."""
    merchant_count: int


@dataclass(slots=True, kw_only=True, eq=False)
class FileJob:
    """An uploaded file as it stands now."""

    record: FileRecord
    version: int = 0
    """Rises with every change that the page shows."""
    is_checking: bool = False
    counts: CheckCounts | None = None
    """The figures of its check; None as long as there is none."""
    error: BatchsyncError | None = None
    """Why it can't be read or sent."""
    progress: RunProgress | None = None
    is_ledger_busy: bool = False
    """Whether another program's run has to end first."""
    result: RunResult | None = None

    @property
    def is_startable(self) -> bool:
        """Whether it can be queued as it is."""
        is_checked = self.record.phase is Phase.UPLOADED and self.counts is not None and not self.is_checking
        return is_checked and self.counts is not None and self.counts.send > 0


class PlanChanged(BatchsyncError):
    """What would be sent is not what was confirmed."""


class RunQueue:
    """The uploaded files, and the one being sent."""

    def __init__(
        self, config: Config, store: UploadStore, events: Broadcaster, columns: ColumnMemory
    ) -> None:
        self.config = config
        self._columns = columns
        self.store = store
        self.events = events
        self.files: dict[str, FileJob] = {}
        self._job: Job | None = None
        self._running: FileJob | None = None
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._plans: dict[str, CheckedFile] = {}
        """Plans in memory, the last used at the end."""
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
        self.refuse_busy(file)
        if overrides is not None:
            self._save(file, replace(file.record, overrides=overrides, are_columns_remembered=False))
        if file.record.phase is not Phase.UPLOADED:
            self._save(file, replace(file.record, phase=Phase.UPLOADED))
        file.is_checking, file.counts, file.error, file.result = True, None, None, None
        self._plans.pop(file_id, None)
        self.store.delete_plan(file.record)
        self._notify(file)
        task = asyncio.create_task(self._check(file))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _check(self, file: FileJob) -> None:
        try:
            async with self._checks:
                record, checked = await asyncio.to_thread(self._plan_with_columns, file.record)
            if record != file.record:
                self._save(file, record)
            file.counts = check_counts(checked)
            self._keep_plan(file.record.id, checked)
        except BatchsyncError as error:
            file.error = error
        except Exception:  # a bug must not leave the file without an end of its check
            logging.getLogger(__name__).exception("check of %s", file.record.id)
            file.error = UsageError(messages.BUG)
        finally:
            file.is_checking = False
            self._notify(file)

    def _plan_with_columns(self, record: FileRecord) -> tuple[FileRecord, CheckedFile]:
        """Plan a file; the columns chosen for an earlier file with the same header replace those found."""
        is_chosen = record.overrides != ColumnOverrides()
        try:
            checked = self._plan(record)
        except ColumnsUnclear:
            if is_chosen:
                raise
            remembered = self._columns.find_in(read_preview(self.store.path(record), self.config.input))
            if remembered is None:
                raise
        else:
            headers = checked.plan.sheets[0].headers
            if is_chosen and not record.are_columns_remembered:
                self._columns.remember(headers, record.overrides)
            remembered = None if is_chosen else self._columns.find(headers)
            if remembered is None:
                return record, checked
        record = replace(record, overrides=remembered, are_columns_remembered=True)
        return record, self._plan(record)

    def _plan(self, record: FileRecord) -> CheckedFile:
        job = Job(self.config_for(record))
        options = RunOptions(corrections=self.store.corrections(record))
        checked = job.check(self.store.path(record), options)
        self.store.save_plan(record, checked)
        return checked

    def _keep_plan(self, file_id: str, checked: CheckedFile) -> None:
        """Keep a plan in memory, and evict those that were not used for the longest time."""
        self._plans.pop(file_id, None)
        self._plans[file_id] = checked
        while len(self._plans) > 1 and sum(len(each.plan) for each in self._plans.values()) > PLAN_ROWS_KEPT:
            self._plans.pop(next(iter(self._plans)))

    async def checked(self, file: FileJob) -> CheckedFile | None:
        """Return the plan of a file's check, loaded from disk where it was evicted; None when there is no check."""
        file_id = file.record.id
        if file.counts is None:
            return None
        checked = self._plans.get(file_id)
        if checked is None:
            checked = await asyncio.to_thread(self.store.load_plan, file.record)
        if checked is None:  # deleted from outside
            checked = await asyncio.to_thread(self._plan, file.record)
        self._keep_plan(file_id, checked)
        return checked

    def correct(self, file_id: str, corrections: Sequence[Correction]) -> None:
        """Save corrections of cells beside a file, and check it again. A later one of the same cell replaces it."""
        file = self.get(file_id)
        self.refuse_busy(file)
        cells = {(each.sheet, each.line, each.column): each for each in self.store.corrections(file.record)}
        for each in corrections:
            key = (each.sheet, each.line, each.column)
            old = cells[key].old if key in cells else each.old
            cells[key] = replace(each, old=old)
            logging.getLogger(__name__).info("%s: %s", file_id, cells[key])
        if len(cells) > CORRECTIONS_MAX:
            raise UsageError(messages.TOO_MANY_CORRECTIONS, most=CORRECTIONS_MAX)
        self.store.save_corrections(file.record, list(cells.values()))
        self.check(file_id)

    def update_summary(self, file: FileJob, summary: FileSummary) -> None:
        """Keep the figures of a file's last run as they are now."""
        if summary != file.record.summary:
            self._try_save(file, replace(file.record, summary=summary))

    def run_changed(self, run: str) -> None:
        """Notify the pages that the result of a run has changed."""
        for file in self.files.values():
            if file.record.run == run:
                file.version += 1
        self.events.notify()

    def replaced(self, record: FileRecord) -> None:
        """Check a file whose content was replaced."""
        file = self.get(record.id)
        file.record = record
        self.check(record.id)

    def config_for(self, record: FileRecord) -> Config:
        """Return the settings with the columns of one file."""
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
        ledger = config.ledger.model_copy(update={"wait": 0})  # the queue waits instead
        return config.model_copy(update={"input": settings, "ledger": ledger})

    def _config_of_run(self, record: FileRecord) -> Config:
        """Return the settings of a run: its cap is what the files confirmed with it have left."""
        config, confirmation = self.config_for(record), record.confirmation
        if confirmation is None or confirmation.max_points is None:
            return config
        max_points = confirmation.max_points
        for other in self.files.values():
            is_same_group = (
                other.record.confirmation and other.record.confirmation.group == confirmation.group
            )
            if (
                confirmation.group
                and is_same_group
                and other.record.phase is Phase.DONE
                and other.record.summary
            ):
                max_points -= other.record.summary.points + other.record.summary.points_possible
        spend = config.spend.model_copy(update={"max_points": max(0, max_points)})
        return config.model_copy(update={"spend": spend})

    # --- Sending --------------------------------------------------------------------------------------------

    def start(self, confirmations: Mapping[str, Confirmation]) -> None:
        """Queue files that were confirmed together; all or none.

        Raises PlanChanged when a plan is not what was confirmed.
        """
        if self.config.token is None:
            raise UsageError(messages.NO_TOKEN_YET)
        for file_id, confirmation in confirmations.items():
            file = self.get(file_id)
            self.refuse_busy(file)
            if file.counts is None:
                raise UsageError(messages.CHECK_FIRST)
            if (
                _limited(file.counts.send, confirmation.limit) != confirmation.orders
                or not confirmation.orders
            ):
                raise PlanChanged(messages.PLAN_CHANGED)
        group = secrets.token_hex(6) if len(confirmations) > 1 else ""
        for file_id, confirmation in confirmations.items():
            file = self.files.pop(file_id)
            self.files[file_id] = file  # the queue is in the order of confirmation
            queued = replace(confirmation, group=group)
            self._save(file, replace(file.record, phase=Phase.QUEUED, confirmation=queued, was_queued=False))
            self._notify(file)
        self._changed.set()

    def dequeue(self, file_id: str) -> None:
        """Take a file out of the queue."""
        file = self.get(file_id)
        if file.record.phase is Phase.QUEUED and file is not self._running:
            file.is_ledger_busy = False
            self._save(file, replace(file.record, phase=Phase.UPLOADED, confirmation=None))
            self._notify(file)
            if file.counts is None:
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
        self.refuse_busy(file)
        del self.files[file_id]
        self._plans.pop(file_id, None)
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
        config = self._config_of_run(file.record)

        def refuse_more(checked: CheckedFile) -> None:
            counts = check_counts(checked)
            orders = _limited(counts.send, confirmation.limit)
            confirmed = file.counts.paid_again if file.counts else 0
            if orders > confirmation.orders or counts.paid_again > confirmed:
                raise PlanChanged(messages.PLAN_CHANGED)

        self._job = job_for(
            config,
            on_planned=refuse_more,
            on_started=lambda run: self._started(file, run),
            on_progress=lambda progress: self._progressed(file, progress),
        )
        path = self.store.path(file.record)
        options = RunOptions(
            output=path.parent / f"result-{secrets.token_hex(4)}",
            limit=confirmation.limit,
            corrections=self.store.corrections(file.record),
        )
        self._running = file
        self._idle.clear()
        file.progress, file.error = RunProgress(cap=config.spend.max_points), None
        self._notify(file)
        try:
            file.result = await self._job.run(path, options)
            self._try_save(
                file, replace(file.record, phase=Phase.DONE, summary=file_summary(file.result.summary))
            )
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
            self._running, self._job, file.progress = None, None, None
            self._idle.set()
            self._notify(file)
        if file.is_ledger_busy:
            await self._wait_for_ledger(file)
            return
        file.counts = None  # what was checked is sent
        self._plans.pop(file.record.id, None)
        self.store.delete_plan(file.record)
        if file.record.phase is Phase.UPLOADED:
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

    def refuse_busy(self, file: FileJob) -> None:
        """Raise UsageError for a file that is queued or being sent."""
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


def check_counts(checked: CheckedFile) -> CheckCounts:
    """Return the figures of a check."""
    plan, counts = checked.plan, checked.counts
    orders = zip(plan.owners, plan.verdicts, strict=True)
    merchants = list(dict.fromkeys(owner for owner, verdict in orders if verdict == _SEND))
    return CheckCounts(
        rows=checked.rows,
        send=counts[PlanVerdict.SEND],
        paid_again=sum(
            decision is Decision.SEND_AGAIN and plan.verdicts[entry] == _SEND
            for entry, decision in plan.decisions.items()
        ),
        problems=counts[PlanVerdict.INVALID]
        + counts[PlanVerdict.UNCERTAIN]
        + counts[PlanVerdict.FAILED_CHARGED],
        points=checked.cost,
        merchants=tuple(merchants[:MERCHANTS_SHOWN]),
        merchant_count=len(merchants),
    )


def _limited(orders: int, limit: int | None) -> int:
    return orders if limit is None else min(orders, limit)


def file_summary(summary: RunSummary) -> FileSummary:
    """Return the figures of a run that the list of files shows."""
    return FileSummary(
        synced=summary.synced,
        points=summary.points_spent,
        points_possible=summary.points_possible,
        uncertain=summary.uncertain,
        problems=summary.failed + summary.invalid,
        not_sent=summary.not_sent,
        stopped=summary.stopped or "",
    )

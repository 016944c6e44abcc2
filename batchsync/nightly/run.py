"""One nightly run: processes the files of the inbox one after the other, until none is left or something stops it.

Each step is written down before it is done, so the process can be killed at any time: a file is moved before it is read,
its run is recorded before anything is sent, and its target is recorded before it is archived. The next nightly run
begins with the files that this one left in its workspace.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.cluster import job_for
from batchsync.config import Config
from batchsync.errors import (
    BatchsyncError,
    InputError,
    Interrupted,
    LedgerBusy,
    LedgerError,
    LedgerFull,
    OutputError,
    SettingsError,
)
from batchsync.exit_codes import ExitCode
from batchsync.finance import spend_rows
from batchsync.job import CheckedFile, Job, RunOptions
from batchsync.ledger import open_ledger
from batchsync.ledger.lock_wait import wait_for_lock
from batchsync.messages import Lang, Message, Translation
from batchsync.messages import nightly as messages
from batchsync.model import Figures, Progress, RunSummary, Stop, total
from batchsync.nightly import preflight
from batchsync.nightly.inbox import FOLDER_OVERRIDES, PendingFile, Scan, SkipReason, scan, stable_files
from batchsync.nightly.overrides import config_with, lower, read_overrides
from batchsync.nightly.policy import (
    ATTENTION,
    DONE,
    WAITING,
    FileDecision,
    NightStop,
    Window,
    decide,
    night_of,
)
from batchsync.nightly.result import FileResult, NightResult, moved_runs, summarize
from batchsync.nightly.state import BilingualText, Event, FileRecord, NightState
from batchsync.nightly.workspace import InboxFile, Workspace, nightly_paths
from batchsync.reader import many_files

COPY_WAIT_S = 600.0
"""How long to wait for a file that is still being copied, after the others are done."""
POLL_S = 0.2
MAX_STARTS = 3
"""A file during which this many nightly runs died is not processed again."""
CLOCK_TOLERANCE = timedelta(days=1)
"""Allows for a clock that was set back. The runs are known by id; the time only keeps the query short."""
Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


class NightlyRun:
    """One pass over the inbox. All its state is here and, for the next process, in `NightState` and the workspace."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock = SYSTEM_CLOCK,
        emit: Callable[[Event], None] = lambda _: None,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_bug: Callable[[Exception], Path | None] = lambda _: None,
        sleep: Sleep | None = None,
        free: preflight.Free = preflight.free_bytes,
    ) -> None:
        self.config = config
        self.paths = nightly_paths(config.inbox)
        self._clock, self._emit, self._free = clock, emit, free
        self._on_progress, self._on_bug = on_progress, on_bug
        self._sleep = sleep or self._sleep_or_stop
        self._window = Window.of(config.inbox.window)
        self._workspace = Workspace(self.paths)
        self._state = NightState(self.paths.state)
        self._stop_requested = asyncio.Event()
        self._stopped: NightStop | None = None
        self._job: Job | None = None
        self._refused: BatchsyncError | None = None
        self._skipped: dict[str, SkipReason] = {}
        self._committed = 0
        """Points that count against the cap of this day."""
        self._failed_in_a_row = 0
        """Files in succession that ended with too many failures."""
        self._earlier_files: dict[str, str] = {}
        """Content hash -> name and run of a file that was processed before."""

    # --- Control --------------------------------------------------------------------------------------------

    def stop(self, why: NightStop = NightStop.INTERRUPTED) -> None:
        """Start no file and no call; calls under way are finished. The first reason is kept."""
        self._stopped = self._stopped or why
        self._stop_requested.set()
        if self._job is not None:
            self._job.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too: they become uncertain."""
        self.stop()
        if self._job is not None:
            self._job.cancel()

    def is_open(self) -> bool:
        """Whether orders may be sent now."""
        return self._window is None or self._window.is_open(self._clock.now())

    def day(self) -> date:
        """Return the day to which a nightly run that begins now belongs."""
        return night_of(self._clock.now(), self._window)

    def opens_next(self) -> datetime:
        """Return when orders may be sent next."""
        now = self._clock.now()
        return now if self._window is None else self._window.opens_next(now)

    def pending_count(self) -> int:
        """Return how many files are in the inbox or in the workspace."""
        return len(self._scan().files) + len(self._workspace.unfinished())

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold the lock of the inbox until the report is written.

        Raises LedgerBusy, naming the other process, or Interrupted; nothing was changed then.
        """
        owner = f"nightly {self.day().isoformat()}"

        async def enter() -> contextlib.ExitStack:
            with contextlib.ExitStack() as stack:
                stack.enter_context(preflight.inbox_lock(self.paths.state, owner, self._clock))
                return stack.pop_all()
            raise AssertionError

        with await self._wait_for_lock(enter):
            yield

    async def run(self) -> NightResult:
        """Process the inbox once, while `lock` is held.

        Raises LedgerBusy when another run does not end in time, Interrupted when it was stopped meanwhile; nothing was
        changed then.
        """
        day = self.day()
        await self._check_preconditions(day)
        self._state.begin(day, self._clock.now())
        if self._state.cut_off:
            self._report_event("cut_off", Message(messages.CUT_OFF, {"night": self._state.night}))
        if self._stopped is None:
            self._load_history()
            async with self._stopping_at_the_end_of_the_window():
                with many_files():
                    async for file in self._files():
                        await self._process(file)
        return self._end()

    def close(self, result: NightResult) -> None:
        """Add the nightly run to the history, once its report is written. Killed before, it is reported again."""
        self._state.end(result.summary)

    # --- Before the first file ------------------------------------------------------------------------------

    async def _check_preconditions(self, day: date) -> None:
        try:
            preflight.check_room(self.paths.inbox, self._scan(), self._free)
            await self._wait_for_lock(
                partial(asyncio.to_thread, preflight.check_ledger, self.config, day, self._clock)
            )
        except (LedgerBusy, Interrupted):
            raise
        except BatchsyncError as error:
            self._refuse(error)

    async def _wait_for_lock(self, enter: Callable[[], Awaitable[T]]) -> T:
        return await wait_for_lock(
            enter, self.config.ledger.wait, lambda: self._stopped is NightStop.INTERRUPTED
        )

    def _load_history(self) -> None:
        """Load which files were processed before, and what this day has spent already."""
        with open_ledger(self.config.ledger.url, read_only=True, clock=self._clock) as ledger:
            for run in ledger.runs():
                self._earlier_files.setdefault(run.file_sha256, f"{Path(run.file).name}, {run.run}")
        earlier = [night for night in self._state.history() if night.day == self._state.day]
        self._committed = sum(night.points + night.points_possible for night in earlier)
        for figures in self._figures_by_run().values():
            self._committed += figures.points + figures.points_possible

    def _figures_by_run(self) -> Mapping[str, Figures]:
        """Return the figures of this nightly run's runs from the ledger, also of runs that were killed."""
        runs = {run for record in self._state.files.values() for run in record.runs}
        for file in self._workspace.unfinished():
            runs |= {run for run, night in file.runs.items() if night in self._state.nights}
        if not runs:
            return {}
        with open_ledger(self.config.ledger.url, read_only=True, clock=self._clock) as ledger:
            account = ledger.find_account(self.config.api.url, self.config.api.account)
            if account is None:
                return {}
            since = self._state.began - CLOCK_TOLERANCE
            spending = ledger.spending(account, price=self.config.spend.price, since=since)
            return {
                row.key: row.figures
                for row in spend_rows((each for each in spending if each.run in runs), "run")
            }

    # --- Taking files ---------------------------------------------------------------------------------------

    async def _files(self) -> AsyncIterator[InboxFile]:
        """Yield the files of the workspace, then those of the inbox that no longer change, until none is left."""
        for file in self._workspace.unfinished():
            if self._stopped is None:
                yield file
        waited_s, pause_s = 0.0, self.config.inbox.settle
        seen = self._scan()
        while self._stopped is None and seen.files:
            await self._sleep(pause_s)
            for pending in stable_files(seen, self._scan()):
                taken = self._take(pending) if self._stopped is None else None
                if taken is not None:
                    waited_s = 0.0
                    yield taken
            waited_s += pause_s
            again = self._scan()
            changing = [path for path, each in again.files.items() if seen.files.get(path) != each]
            if not changing or waited_s >= COPY_WAIT_S:
                self._skipped |= {path.name: SkipReason.CHANGING for path in changing}
                break
            seen, pause_s = again, max(self.config.inbox.settle, POLL_S)

    def _take(self, pending: PendingFile) -> InboxFile | None:
        if not self.is_open():
            self.stop(NightStop.WINDOW)
            return None
        try:
            file = self._workspace.take(pending, self._clock.now())
        except OSError as error:
            self._refuse_for_disk(error)
            return None
        if file is None:
            self._skipped[pending.path.name] = SkipReason.IN_USE
        return file

    # --- One file -------------------------------------------------------------------------------------------

    async def _process(self, file: InboxFile) -> None:
        """Run one file and archive it. A file that was decided on before a crash is only archived."""
        if file.moves:
            self._archive(file, FileResult(file=file))
            return
        if not self.is_open():
            self.stop(NightStop.WINDOW)
            return
        try:
            preflight.check_room(self.paths.inbox, Scan(files={}), self._free)
            file = self._workspace.prepare(file)
        except OSError as error:
            self._refuse_for_disk(error)
            return
        except LedgerFull as error:
            self._refuse(error)
            return
        self._report_event(
            "started", Message(messages.TAKEN, {"file": file.shown}), sha256=file.sha256, bytes=file.size
        )
        result = await self._run_file(file)
        self._committed += result.committed
        if result.refused is not None:
            self._refuse(result.refused)
            self._defer(result)
            return
        decision = FileDecision(where=ATTENTION)
        if result.summary is not None:
            decision = decide(
                result.summary, night_cap=result.night_cap, failed_in_a_row=self._failed_in_a_row
            )
        self._failed_in_a_row = decision.failed_in_a_row
        if decision.stop is not None:
            self.stop(decision.stop)
        if decision.where == WAITING:
            self._defer(result)
        else:
            self._archive(None, result, decision.where)

    async def _run_file(self, file: InboxFile) -> FileResult:
        """Send the orders of a file that are not synced, with the file's own settings."""
        if file.starts >= MAX_STARTS:
            died = Message(messages.DIED_OVER, {"times": file.starts})
            return FileResult(file=file, problems=(_bilingual(died),), exit_code=ExitCode.NEEDS_A_LOOK)
        folder = self.paths.inbox / file.folder / FOLDER_OVERRIDES if file.folder else None
        own = self._workspace.override_file(file)
        try:
            # An override file that is gone is an error: without it, another merchant's orders might be paid for.
            overrides = [read_overrides(path) for path in (folder, own) if path is not None]
        except SettingsError as error:
            return FileResult(file=file, problems=(_error_text(error),), exit_code=ExitCode.NEEDS_A_LOOK)
        config = config_with(self.config, overrides)
        cap = self.config.spend.max_points_night
        room = None if cap is None else max(0, cap - self._committed)
        night_cap = room is not None and (config.spend.max_points is None or room < config.spend.max_points)
        spend = config.spend.model_copy(update={"max_points": lower(config.spend.max_points, room)})
        file = replace(file, starts=file.starts + 1)
        self._workspace.save(file)
        return replace(
            await self._send(file, config.model_copy(update={"spend": spend})), night_cap=night_cap
        )

    async def _send(self, file: InboxFile, config: Config) -> FileResult:
        lang = ""

        def planned(checked: CheckedFile) -> None:
            nonlocal lang
            lang = checked.lang

        def started(run: str) -> None:
            """Record the run before anything is sent."""
            nonlocal file
            file = replace(file, runs={**file.runs, run: self._state.night})
            self._workspace.save(file)

        job = self._job = job_for(
            config, clock=self._clock, on_planned=planned, on_started=started, on_progress=self._on_progress
        )
        if self._stopped is not None:
            job.stop()
        options = RunOptions(output=self._workspace.results(file), canary=config.inbox.canary)
        try:
            finished = await job.run(self._workspace.copy(file), options)
        except InputError as error:
            return FileResult(file=file, problems=(_error_text(error),), exit_code=ExitCode.NEEDS_A_LOOK)
        except (LedgerError, OutputError, SettingsError, Interrupted) as error:
            return FileResult(file=file, refused=error, committed=job.committed, exit_code=error.exit_code)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (a bug must not keep the other files from being processed)
            log = self._on_bug(error) or "-"
            bug = _bilingual(Message(messages.BUG, {"kind": type(error).__name__, "log": log}))
            return FileResult(file=file, problems=(bug,), committed=job.committed, exit_code=ExitCode.BUG)
        finally:
            self._job = None
        return FileResult(
            file=replace(file, starts=0),
            summary=finished.summary,
            problems=tuple(map(_bilingual, finished.messages)),
            lang=lang,
            committed=job.committed,
            exit_code=finished.summary.exit_code,
        )

    # --- Archiving ------------------------------------------------------------------------------------------

    def _defer(self, result: FileResult) -> None:
        """Leave a file in the workspace: it continues with the next nightly run."""
        file = replace(result.file, starts=0)
        self._workspace.save(file)
        self._state.add(self._record(file, result, where=WAITING))
        self._report_event("deferred", Message(messages.KEPT, {"file": file.shown}))

    def _archive(self, decided: InboxFile | None, result: FileResult, where: str = "") -> None:
        """Move a file and its results to their target; `decided`: the target was recorded before a crash."""
        try:
            file = decided or self._workspace.decide(result.file, where, self._state.day)
            file = self._workspace.archive(file)
            known = self._state.files.get(file.key)
            if known is None or known.where == WAITING:
                record = self._record(file, result, where=file.where)
                self._state.add(record)
                self._report_archived(record)
            self._workspace.clear(file)
        except OSError as error:  # the target is recorded: the next nightly run archives the file
            self._refuse_for_disk(error)

    def _record(self, file: InboxFile, result: FileResult, *, where: str) -> FileRecord:
        place = file.moves[-1][1] if file.moves else str(self._workspace.original(file))
        summary = result.summary
        if summary is None and file.moves and file.runs:  # decided before a crash: the ledger has the totals
            summary = self._summary_of(list(file.runs)[-1])
        if summary is not None:
            summary = replace(summary, file=place, result=file.result)
        same_as = self._earlier_files.get(file.sha256, "")
        self._earlier_files[file.sha256] = f"{file.shown}, {self._state.night}"
        stopped_by_canary = (
            summary is not None
            and summary.stopped == Stop.FAILURES
            and summary.calls < self.config.stop.failures_in_a_row
        )
        return FileRecord(
            id=file.key,
            shown=file.shown,
            sha256=file.sha256,
            came_at=file.came_at,
            where=where,
            place=place,
            result=file.result,
            runs=tuple(run for run, night in file.runs.items() if night in self._state.nights),
            earlier_runs=tuple(run for run, night in file.runs.items() if night not in self._state.nights),
            summary=summary,
            problems=result.problems,
            canary=stopped_by_canary,
            same_as="" if len(file.runs) > 1 else same_as,
            lang=result.lang,
            exit_code=summary.exit_code if summary is not None else result.exit_code,
        )

    def _summary_of(self, run: str) -> RunSummary | None:
        with open_ledger(self.config.ledger.url, read_only=True, clock=self._clock) as ledger:
            record = ledger.run(run)
        return None if record is None else record.summary

    # --- The end --------------------------------------------------------------------------------------------

    def _end(self) -> NightResult:
        seen = self._scan()
        unprocessed = sum(file.key not in self._state.files for file in self._workspace.unfinished())
        pending = len(seen.files) + unprocessed
        figures = Figures()
        with contextlib.suppress(BatchsyncError):  # an unreadable ledger has been reported already
            figures = total(self._figures_by_run().values())
        summary = summarize(
            self._state,
            figures,
            ended_at=self._clock.now(),
            stopped=self._stopped,
            refused_code=None if self._refused is None else self._refused.exit_code,
            pending=pending,
        )
        result = NightResult(
            summary=summary,
            files=tuple(self._state.files.values()),
            skipped={**self._skipped, **seen.skipped},
            refused=None if self._refused is None else _error_text(self._refused),
            pending=pending,
            history=tuple(self._state.history()),
        )
        self._update_ledger_paths(result)
        return result

    def _update_ledger_paths(self, result: NightResult) -> None:
        """Record in the ledger where inputs and results are now, for `report` and `history`.

        A failure is ignored: the files are archived, and `report` can make a result without the input.
        """
        moved = list(moved_runs(result.files))
        ledger = self.config.ledger
        if moved:
            with (
                contextlib.suppress(BatchsyncError),
                open_ledger(ledger.url, clock=self._clock, wait_s=ledger.wait) as opened,
            ):
                opened.moved(moved)

    # --- Stops and events -----------------------------------------------------------------------------------

    def _refuse(self, error: BatchsyncError) -> None:
        """Stop for an error that is not the file's: nothing more can be sent."""
        self._refused = error
        why = NightStop.DISK if isinstance(error, LedgerFull) else NightStop.REFUSED
        self.stop(NightStop.BUSY if isinstance(error, LedgerBusy) else why)
        self._report_event("refused", Message(error.text, error.facts), is_error=True)

    def _refuse_for_disk(self, error: OSError) -> None:
        facts = {"folder": self.paths.inbox, "error": error.strerror or error}
        self._refuse(LedgerFull(messages.DISK_FAILED, **facts))

    def _report_event(self, name: str, message: Message, *, is_error: bool = False, **facts: object) -> None:
        self._emit(Event(name=name, message=message, is_error=is_error, facts=facts))

    def _report_archived(self, record: FileRecord) -> None:
        text = messages.FILED_DONE if record.where == DONE else messages.FILED_ATTENTION
        points = record.summary.points_spent if record.summary else 0
        message = Message(text, {"file": record.shown, "place": record.place, "points": points})
        run = record.runs[-1] if record.runs else None
        is_error = record.where != DONE
        self._report_event("archived", message, is_error=is_error, where=record.where, run=run, points=points)

    def _scan(self) -> Scan:
        return scan(self.paths.inbox, [self.paths.done, self.paths.attention, self.paths.reports])

    async def _sleep_or_stop(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop_requested.wait()

    @contextlib.asynccontextmanager
    async def _stopping_at_the_end_of_the_window(self) -> AsyncIterator[None]:
        async def poll() -> None:
            while self.is_open():  # noqa: ASYNC110 (the clock may be set, so there is no event to wait for)
                await asyncio.sleep(POLL_S)
            self.stop(NightStop.WINDOW)

        task = asyncio.create_task(poll()) if self._window is not None else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()


def _bilingual(text: Message | Translation) -> BilingualText:
    return BilingualText(en=text.render(Lang.EN), zh=text.render(Lang.ZH))


def _error_text(error: BatchsyncError) -> BilingualText:
    return BilingualText(en=error.render(Lang.EN), zh=error.render(Lang.ZH))

"""One file's way through a Job: its own settings, its run, and what that means. Knows the desk, not the night."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from batchsync.clock import Clock
from batchsync.cluster import job_for
from batchsync.config import Config
from batchsync.errors import BatchsyncError, InputError, Interrupted, LedgerError, OutputError, SettingsError
from batchsync.job import CheckedFile, Job, RunOptions, RunResult
from batchsync.messages import Lang, Message, Translation
from batchsync.messages import nightly as messages
from batchsync.model import Progress, RunSummary
from batchsync.nightly.inbox import FOLDER_ASIDE
from batchsync.nightly.overrides import config_with, lower, read_overrides
from batchsync.nightly.paths import NightlyPaths
from batchsync.nightly.state import BilingualText
from batchsync.nightly.workspace import InboxJob, Workspace

MOST_STARTS = 3
"""A file that so many nights died over is not tried again."""
OUR_BUG = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What came of working on a file."""

    ticket: InboxJob
    summary: RunSummary | None = None
    said: tuple[BilingualText, ...] = ()
    lang: str = ""
    committed: int = 0
    """Points that were spent, or may have been."""
    nights_cap: bool = False
    """Whether the night's cap was lower than the file's own."""
    refused: LedgerError | OutputError | SettingsError | Interrupted | None = None
    """Why the night can't go on: nothing of this file was sent."""
    exit_code: int = 0


@dataclass(slots=True)
class FileRunner:
    """Works on one file after the other; what stops the night reaches the Job under way."""

    config: Config
    desk: Workspace
    places: NightlyPaths
    clock: Clock
    on_progress: Callable[[Progress], None]
    on_bug: Callable[[Exception], Path | None]
    job: Job | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    def stop(self) -> None:
        """Claim nothing more; calls under way are finished."""
        self._stopping = True
        if self.job is not None:
            self.job.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        self._stopping = True
        if self.job is not None:
            self.job.cancel()

    async def work(self, ticket: InboxJob, night: str, room: int | None) -> FileResult:
        """Send what is not yet synced of a file; `room`: points that the night's cap still allows."""
        if ticket.starts >= MOST_STARTS:
            return FileResult(
                ticket=ticket,
                said=(bilingual(Message(messages.DIED_OVER, {"times": ticket.starts})),),
                exit_code=1,
            )
        try:
            config = self._config_for(ticket)
        except SettingsError as error:
            return FileResult(ticket=ticket, said=(_of(error),), exit_code=1)
        nights_cap = room is not None and (config.spend.max_points is None or room < config.spend.max_points)
        spend = config.spend.model_copy(update={"max_points": lower(config.spend.max_points, room)})
        ticket = replace(ticket, starts=ticket.starts + 1)
        self.desk.note(ticket)
        worked = await self._run(ticket, night, config.model_copy(update={"spend": spend}))
        return replace(worked, nights_cap=nights_cap)

    def _config_for(self, ticket: InboxJob) -> Config:
        """Return the settings for a file: those of its merchant's folder, and its own.

        Raises SettingsError also when one of these has gone: without it, another merchant's orders might be paid for.
        """
        folder = self.places.inbox / ticket.folder / FOLDER_ASIDE if ticket.folder else None
        asides = (folder, self.desk.aside(ticket))
        return config_with(self.config, [read_overrides(path) for path in asides if path is not None])

    async def _run(self, ticket: InboxJob, night: str, config: Config) -> FileResult:
        told = _Told(ticket, night, self.desk)
        job = self.job = job_for(
            config,
            clock=self.clock,
            on_planned=told.planned,
            on_started=told.started,
            on_progress=self.on_progress,
        )
        if self._stopping:
            job.stop()
        options = RunOptions(output=self.desk.results(ticket), canary=config.inbox.canary)
        try:
            finished = await job.run(self.desk.copy(ticket), options)
        except InputError as error:
            return FileResult(ticket=told.ticket, said=(_of(error),), exit_code=1)
        except (LedgerError, OutputError, SettingsError, Interrupted) as error:
            return FileResult(
                ticket=told.ticket, refused=error, committed=job.committed, exit_code=error.exit_code
            )
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (a bug of ours must not cost the other files their night)
            said = bilingual(
                Message(messages.BUG, {"kind": type(error).__name__, "log": self.on_bug(error) or "-"})
            )
            return FileResult(ticket=told.ticket, said=(said,), committed=job.committed, exit_code=OUR_BUG)
        finally:
            self.job = None
        return _worked(told, finished, job.committed)


class _Told:
    """Keeps what a Job tells of its run."""

    def __init__(self, ticket: InboxJob, night: str, desk: Workspace) -> None:
        self.ticket, self.lang = ticket, ""
        self._night, self._desk = night, desk

    def planned(self, checked: CheckedFile) -> None:
        self.lang = checked.lang

    def started(self, run: str) -> None:
        """Remember the run before anything is sent."""
        self.ticket = replace(self.ticket, runs={**self.ticket.runs, run: self._night})
        self._desk.note(self.ticket)


def _worked(told: _Told, finished: RunResult, committed: int) -> FileResult:
    ticket = replace(told.ticket, starts=0)
    return FileResult(
        ticket=ticket,
        summary=finished.summary,
        said=tuple(map(bilingual, finished.said)),
        lang=told.lang,
        committed=committed,
        exit_code=finished.summary.exit_code,
    )


def bilingual(said: Message | Translation) -> BilingualText:
    """Say a sentence in both languages, to be kept."""
    return BilingualText(en=said.render(Lang.EN), zh=said.render(Lang.ZH))


def _of(error: BatchsyncError) -> BilingualText:
    return BilingualText(en=error.render(Lang.EN), zh=error.render(Lang.ZH))

"""Results of a nightly run: of one file, and of the whole run. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.errors import Interrupted, LedgerError, OutputError, SettingsError
from batchsync.ledger import RunPaths
from batchsync.model import Figures, RunSummary
from batchsync.nightly.inbox import SkipReason
from batchsync.nightly.policy import ATTENTION, DONE, WAITING, NightStop, exit_code
from batchsync.nightly.state import BilingualText, FileRecord, NightState, NightSummary
from batchsync.nightly.workspace import InboxFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What came of processing a file."""

    file: InboxFile
    summary: RunSummary | None = None
    problems: tuple[BilingualText, ...] = ()
    lang: str = ""
    committed: int = 0
    """Points that were spent, or may have been."""
    night_cap: bool = False
    """Whether the cap of the nightly run was lower than the file's own."""
    refused: LedgerError | OutputError | SettingsError | Interrupted | None = None
    """Why the nightly run cannot continue: nothing of this file was sent."""
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NightResult:
    """The result of a nightly run, from which its report is made."""

    summary: NightSummary
    files: tuple[FileRecord, ...]
    skipped: Mapping[str, SkipReason]
    refused: BilingualText | None
    """Why it could not begin or continue."""
    pending: int
    """Files that are still in the inbox and could have been processed."""
    history: tuple[NightSummary, ...]
    """Earlier nightly runs, the oldest first."""


def summarize(
    state: NightState,
    figures: Figures,
    *,
    ended_at: datetime,
    stopped: NightStop | None,
    refused_code: int | None,
    pending: int,
) -> NightSummary:
    """Return the totals of a nightly run; `refused_code`: the exit code of an error that kept it from going on."""
    files = list(state.files.values())
    waiting = sum(each.where == WAITING for each in files)
    codes = [each.exit_code for each in files if each.where != WAITING]
    code = exit_code(stopped, codes, pending=bool(pending or waiting))
    return NightSummary(
        night=state.night,
        day=state.day,
        began_at=state.began_at,
        ended_at=ended_at.isoformat(timespec="seconds"),
        stopped=stopped,
        exit_code=refused_code if refused_code is not None and not files else code,
        files=len(files),
        done=sum(each.where == DONE for each in files),
        attention=sum(each.where == ATTENTION for each in files),
        waiting=waiting,
        calls=figures.calls,
        synced=figures.synced,
        failed=figures.failed,
        uncertain=figures.uncertain,
        points=figures.points,
        points_possible=figures.points_possible,
        cut_off=state.cut_off,
        also=tuple(sorted(state.nights - {state.night})),
    )


def moved_runs(files: Sequence[FileRecord]) -> Iterator[RunPaths]:
    """Yield where the inputs and results of archived files are now, for the ledger."""
    for each in files:
        if each.where == WAITING:
            continue
        for nth, run in enumerate(reversed((*each.earlier_runs, *each.runs)), start=1):
            yield RunPaths(run=run, file=each.place, result=each.result if nth == 1 else None)

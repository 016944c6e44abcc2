"""The end of a night: all added up by the ledger's word, and the ledger told where files stand now."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.errors import BatchsyncError
from batchsync.ledger import RunPaths, open_ledger
from batchsync.model import Figures, total
from batchsync.nightly.archiver import Archiver
from batchsync.nightly.inbox import SkipReason
from batchsync.nightly.policy import ATTENTION, DONE, WAITING, NightStop, exit_code
from batchsync.nightly.state import BilingualText, FileRecord, NightSummary
from batchsync.nightly.totals import figures_by_run


@dataclass(frozen=True, slots=True, kw_only=True)
class NightResult:
    """How a night ended: what the report is made of."""

    summary: NightSummary
    files: tuple[FileRecord, ...]
    left: dict[str, SkipReason]
    refused: BilingualText | None
    """Why it could not begin, or not go on."""
    waits: int
    """Files that are still in the inbox and could have been taken."""
    history: tuple[NightSummary, ...]
    """Earlier nights, the oldest first."""


def summarize(
    filing: Archiver,
    *,
    now: datetime,
    stopped: NightStop | None,
    refused: BilingualText | None,
    refused_code: int,
    left: dict[str, SkipReason],
    waits: int,
) -> NightResult:
    """Return the night's totals."""
    record = filing.record
    files = tuple(record.filed.values())
    kept = sum(each.where == WAITING for each in files)
    spent = Figures()
    with contextlib.suppress(BatchsyncError):  # a ledger that can't be read has been told of already
        spent = total(
            figures_by_run(filing.config, filing.runs_tonight(), record.began, filing.clock).values()
        )
    codes = [each.exit_code for each in files if each.where != WAITING]
    code = exit_code(stopped, codes, waits=bool(waits or kept))
    summary = NightSummary(
        night=record.night,
        day=record.day,
        began_at=record.began_at,
        ended_at=now.isoformat(timespec="seconds"),
        stopped=stopped,
        exit_code=refused_code if refused is not None and not files else code,
        files=len(files),
        done=sum(each.where == DONE for each in files),
        attention=sum(each.where == ATTENTION for each in files),
        waiting=kept,
        calls=spent.calls,
        synced=spent.synced,
        failed=spent.failed,
        uncertain=spent.uncertain,
        points=spent.points,
        points_possible=spent.points_possible,
        cut_off=record.cut_off,
        also=tuple(sorted(record.nights - {record.night})),
    )
    history = tuple(record.history())
    return NightResult(summary=summary, files=files, left=left, refused=refused, waits=waits, history=history)


def update_ledger_paths(filing: Archiver, files: Sequence[FileRecord]) -> None:
    """Let `report` and `history` find inputs and results where they are now.

    A full disk, or a run of somebody else's, must not fail a night whose files are all filed: the ledger then names
    places where nothing is any more, and `report` still makes the result from its own memory.
    """
    moved = list(_moved(files))
    if not moved:
        return
    ledger = filing.config.ledger
    with (
        contextlib.suppress(BatchsyncError),
        open_ledger(ledger.url, clock=filing.clock, wait_s=ledger.wait) as opened,
    ):
        opened.moved(moved)


def _moved(files: Sequence[FileRecord]) -> list[RunPaths]:
    return [
        RunPaths(run=run, file=each.place, result=each.result if nth == 1 else None)
        for each in files
        if each.where != WAITING
        for nth, run in enumerate(reversed((*each.earlier_runs, *each.runs)), start=1)
    ]

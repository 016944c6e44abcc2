"""The end of a night: all added up by the ledger's word, and the ledger told where files stand now."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.errors import BatchsyncError
from batchsync.ledger import RunMoved, open_ledger
from batchsync.money import Line
from batchsync.nightly.figures import spent_by_run, total
from batchsync.nightly.filing import Filing
from batchsync.nightly.inbox import Left
from batchsync.nightly.judgement import ATTENTION, DONE, WAITING, NightStop, exit_code
from batchsync.nightly.record import Filed, NightSummary, Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class NightEnded:
    """How a night ended: what the report is made of."""

    summary: NightSummary
    files: tuple[Filed, ...]
    left: dict[str, Left]
    refused: Spoken | None
    """Why it could not begin, or not go on."""
    waits: int
    """Files that are still in the inbox and could have been taken."""
    history: tuple[NightSummary, ...]
    """Earlier nights, the oldest first."""


def add_up(
    filing: Filing,
    *,
    now: datetime,
    stopped: NightStop | None,
    refused: Spoken | None,
    refused_code: int,
    left: dict[str, Left],
    waits: int,
) -> NightEnded:
    """Return the night's totals."""
    record = filing.record
    files = tuple(record.filed.values())
    kept = sum(each.where == WAITING for each in files)
    spent = Line(key="")
    with contextlib.suppress(BatchsyncError):  # a ledger that can't be read has been told of already
        spent = total(spent_by_run(filing.config, filing.runs_tonight(), record.began, filing.clock).values())
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
        points_possible=spent.possible,
        cut_off=record.cut_off,
        also=tuple(sorted(record.nights - {record.night})),
    )
    history = tuple(record.history())
    return NightEnded(summary=summary, files=files, left=left, refused=refused, waits=waits, history=history)


def tell_the_ledger(filing: Filing, files: Sequence[Filed]) -> None:
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


def _moved(files: Sequence[Filed]) -> list[RunMoved]:
    return [
        RunMoved(run=run, file=each.place, result=each.result if nth == 1 else None)
        for each in files
        if each.where != WAITING
        for nth, run in enumerate(reversed((*each.earlier_runs, *each.runs)), start=1)
    ]

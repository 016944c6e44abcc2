"""What a file holds and what a run over it would do, as `check` shows it and `run` sums it up."""

import sys
from collections.abc import Iterator
from pathlib import Path

from batchsync.cli.console import Console
from batchsync.cli.layout import one_line, padded
from batchsync.errors import OutputError
from batchsync.formatting import display_width
from batchsync.fsutil import atomic_text
from batchsync.job import CheckedFile
from batchsync.messages import Message, Translation, cli, columns, planning, reader
from batchsync.model import PLAN_VERDICTS, Note, Plan, PlanVerdict, Reason
from batchsync.planning.plan_csv import why, write_plan_csv

SHOWN = 20
"""Problem rows that are listed; the plan CSV has them all."""

_NOTES = (reader.NOTES, columns.NOTES, planning.PLAN_NOTES)
"""The texts of the notes of files, sheets and plans."""

_NEED_A_LOOK = (PlanVerdict.INVALID, PlanVerdict.UNCERTAIN, PlanVerdict.FAILED_CHARGED)


def line(checked: CheckedFile, limit: int | None = None) -> Message:
    """Return the plan in one line; with a `limit` below what there is to send, only so much is called to send."""
    counts = checked.counts
    send, known = counts[PlanVerdict.SEND], counts[PlanVerdict.ALREADY_SYNCED]
    facts = {
        "file": checked.path.name,
        "rows": f"{checked.rows:,}",
        "send": f"{send:,}",
        "cost": f"{checked.cost:,}",
        "known": f"{known:,}",
        "rest": f"{sum(counts.values()) - send - known:,}",
    }
    if limit is not None and limit < send:
        facts |= {
            "left": f"{send - limit:,}",
            "send": f"{limit:,}",
            "cost": f"{checked.cost // send * limit:,}",
        }
        return Message(cli.PLAN_LINE_LIMITED, facts)
    return Message(cli.PLAN_LINE, facts)


def show(checked: CheckedFile, console: Console) -> None:
    """Print columns, counts, cost, and the rows that need a look."""
    for message in _head(checked):
        console.out(message.render(console.lang))
    counted = [
        (cli.VERDICTS[verdict].render(console.lang), checked.counts[verdict])
        for verdict in PLAN_VERDICTS
        if checked.counts[verdict] or verdict is PlanVerdict.SEND
    ]
    widest = max(display_width(name) for name, _ in counted)
    for place, (name, number) in enumerate(counted):
        cost = "" if place else f"   {cli.COST.render(console.lang, points=f'{checked.cost:,}')}"
        console.out(f"  {padded(name, widest)}  {number:>9,}{cost}")
    _show_problems(checked.plan, console)


def _head(checked: CheckedFile) -> Iterator[Message]:
    found = checked.found
    detail = f" {found.detail}" if found.detail else ""
    facts = {
        "file": checked.path,
        "container": found.container,
        "detail": detail,
        "rows": f"{checked.rows:,}",
    }
    yield Message(cli.FILE_HEAD, facts)
    yield from (_noted(note) for note in found.notes)
    for sheet in checked.plan.sheets:
        yield Message(cli.SHEET_HEAD, {"sheet": one_line(sheet.sheet), "line": sheet.header_line})
        yield from (_noted(note) for note in sheet.notes)
    yield from (_noted(note) for note in checked.plan.notes)


def _noted(note: Note) -> Message:
    text = next((notes[note.code] for notes in _NOTES if note.code in notes), None)
    return Message(
        Translation(en="    {said}", zh="    {said}"),
        {"said": Message(text, note.facts) if text else note.code},
    )


def _show_problems(plan: Plan, console: Console) -> None:
    codes = {PLAN_VERDICTS.index(verdict) for verdict in _NEED_A_LOOK}
    entries = [entry for entry, code in enumerate(plan.verdicts) if code in codes]
    if not entries:
        return
    console.out(cli.PROBLEMS.render(console.lang))
    for entry in entries[:SHOWN]:
        console.out(_problem(plan, entry).render(console.lang))
    if len(entries) > SHOWN:
        console.out(cli.MORE_PROBLEMS.render(console.lang, count=len(entries) - SHOWN))


def _problem(plan: Plan, entry: int) -> Message:
    verdict = PLAN_VERDICTS[plan.verdicts[entry]]
    sheet = plan.sheets[plan.sheet_of[entry]].sheet
    note = why(plan, entry, verdict)
    facts = {
        "sheet": one_line(sheet),
        "line": plan.lines[entry],
        "order": one_line(plan.numbers[entry]) or "-",
        "verdict": cli.VERDICTS[verdict],
        "why": Message(planning.PLANNED[Reason(note.code)].error, note.facts) if note else "",
    }
    return Message(cli.PROBLEM_IN_SHEET if len(plan.sheets) > 1 else cli.PROBLEM, facts)


def exit_code(checked: CheckedFile) -> int:
    """Return 1 when some row needs a look, else 0."""
    return 1 if any(checked.counts[verdict] for verdict in _NEED_A_LOOK) else 0


def write(plan: Plan, path: Path | None, console: Console) -> None:
    """Write a plan as CSV; to stdout without a path."""
    if path is None:
        write_plan_csv(plan, sys.stdout, console.lang)
        return
    try:
        with atomic_text(path) as file:
            write_plan_csv(plan, file, console.lang)
    except OSError as error:
        facts = {"option": "--plan", "path": path, "error": error.strerror or error}
        raise OutputError(cli.CANNOT_WRITE, **facts) from error

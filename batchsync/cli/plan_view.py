"""The plan of a file as `check` shows it, and as `run` sums it up."""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from batchsync.cli.console import Console
from batchsync.cli.layout import one_line, padded
from batchsync.errors import OutputError
from batchsync.formatting import display_width
from batchsync.fsutil import atomic_text
from batchsync.job import CheckedFile
from batchsync.messages import Lang, Message, Translation, cli, columns, planning, reader
from batchsync.model import PLAN_VERDICTS, Note, Plan, PlanVerdict, Reason
from batchsync.ooxml.references import letter
from batchsync.planning.plan_csv import why, write_plan_csv

SHOWN = 20
"""Problem rows that are listed; the plan CSV has them all."""

PREVIEW = 3
"""Rows of each sheet that are shown as they would be sent."""

_NOTES = (reader.NOTES, columns.NOTES, planning.PLAN_NOTES)
"""The texts of the notes of files, sheets and plans."""

_NEED_A_LOOK = (PlanVerdict.INVALID, PlanVerdict.UNCERTAIN, PlanVerdict.FAILED_CHARGED)
_OTHER_MERCHANT = (Reason.PAID_OTHER_MERCHANT, Reason.DUPLICATE_OTHER_MERCHANT)


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
    for place, sheet in enumerate(checked.plan.sheets):
        yield Message(cli.SHEET_HEAD, {"sheet": one_line(sheet.sheet), "line": sheet.header_line})
        yield from (_noted(note) for note in sheet.notes)
        for entry in _preview(checked.plan, place):
            yield Message(cli.PREVIEW, _preview_facts(checked.plan, entry))
    yield from (_noted(note) for note in checked.plan.notes)


def _preview(plan: Plan, place: int) -> Iterator[int]:
    """Yield the first entries of a sheet that would be sent."""
    send = PLAN_VERDICTS.index(PlanVerdict.SEND)
    first = plan.sheet_of.index(place) if place in plan.sheet_of else len(plan)
    found = (entry for entry in range(first, len(plan)) if plan.verdicts[entry] == send)
    return (entry for entry in islice(found, PREVIEW) if plan.sheet_of[entry] == place)


def _preview_facts(plan: Plan, entry: int) -> dict[str, object]:
    sheet = plan.sheets[plan.sheet_of[entry]]
    owner = next((one for one in (sheet.owner_column, sheet.shop_column) if one is not None), None)
    return {
        "line": plan.lines[entry],
        "order": plan.numbers[entry],
        "order_at": _named(sheet.headers, sheet.order_column),
        "owner": plan.owners[entry],
        "owner_at": cli.AS_GIVEN if owner is None else _named(sheet.headers, owner),
    }


def _named(headers: Sequence[str], column: int) -> str:
    """Return a column's letter and header."""
    header = headers[column] if column < len(headers) else ""
    return f"{letter(column)} “{one_line(header)}”"


def _noted(note: Note) -> Message:
    text = next((notes[note.code] for notes in _NOTES if note.code in notes), None)
    return Message(
        Translation(en="    {said}", zh="    {said}"),
        {"said": Message(text, note.facts) if text else note.code},
    )


def _show_problems(plan: Plan, console: Console) -> None:
    codes = {PLAN_VERDICTS.index(verdict) for verdict in _NEED_A_LOOK}
    other = {entry for entry, note in plan.reasons.items() if note.code in _OTHER_MERCHANT}
    entries = [entry for entry, code in enumerate(plan.verdicts) if code in codes or entry in other]
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


def as_json(checked: CheckedFile, lang: Lang) -> dict[str, Any]:
    """Return what `check` shows, for machines."""
    plan = checked.plan
    codes = {PLAN_VERDICTS.index(verdict) for verdict in _NEED_A_LOOK}
    return {
        "file": str(checked.path),
        "container": checked.found.container,
        "sha256": checked.found.sha256,
        "rows": checked.rows,
        "counts": {verdict.value: count for verdict, count in checked.counts.items()},
        "estimated_points": checked.cost,
        "notes": [_noted_json(note, lang) for note in (*checked.found.notes, *plan.notes)],
        "sheets": [
            {
                "sheet": sheet.sheet,
                "header_line": sheet.header_line,
                "order_column": _column_json(sheet.headers, sheet.order_column),
                "owner_column": _column_json(sheet.headers, sheet.owner_column),
                "shop_column": _column_json(sheet.headers, sheet.shop_column),
                "notes": [_noted_json(note, lang) for note in sheet.notes],
                "preview": [
                    {
                        "line": plan.lines[entry],
                        "owner_id": plan.owners[entry],
                        "order_number": plan.numbers[entry],
                    }
                    for entry in _preview(plan, place)
                ],
            }
            for place, sheet in enumerate(plan.sheets)
        ],
        "problems": [
            _problem_json(plan, entry, lang) for entry, code in enumerate(plan.verdicts) if code in codes
        ],
        "exit_code": int(exit_code(checked)),
    }


def _noted_json(note: Note, lang: Lang) -> dict[str, str]:
    return {"code": note.code, "text": _noted(note).render(lang).strip()}


def _column_json(headers: Sequence[str], column: int | None) -> dict[str, str] | None:
    if column is None:
        return None
    return {"letter": letter(column), "header": headers[column] if column < len(headers) else ""}


def _problem_json(plan: Plan, entry: int, lang: Lang) -> dict[str, Any]:
    verdict = PLAN_VERDICTS[plan.verdicts[entry]]
    note = why(plan, entry, verdict)
    return {
        "sheet": plan.sheets[plan.sheet_of[entry]].sheet,
        "line": plan.lines[entry],
        "order_number": plan.numbers[entry],
        "verdict": verdict.value,
        "reason": note.code if note else "",
        "text": planning.PLANNED[Reason(note.code)].error.render(lang, **note.facts) if note else "",
    }


def write_json(files: Sequence[dict[str, Any]], console: Console) -> None:
    """Print what was checked as one JSON list."""
    console.raw(json.dumps(files, ensure_ascii=True, indent=2))


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

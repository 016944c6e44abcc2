"""The plan as CSV for machines: one line per order."""

import csv
from typing import TextIO

from batchsync.messages.planning import PLANNED
from batchsync.messages.render import Lang
from batchsync.model import PLAN_VERDICTS, Note, Plan, PlanVerdict, Reason
from batchsync.ooxml.escaping import csv_text

COLUMNS = ("sheet", "line", "owner_id", "order_number", "verdict", "reason")
_BY_VERDICT = {
    PlanVerdict.ALREADY_SYNCED: Reason.ALREADY_SYNCED,
    PlanVerdict.UNCERTAIN: Reason.STILL_UNCERTAIN,
    PlanVerdict.FAILED_CHARGED: Reason.FAILED_CHARGED,
    PlanVerdict.SKIPPED_HIDDEN: Reason.HIDDEN,
}


def write_plan_csv(plan: Plan, stream: TextIO, lang: Lang) -> None:
    """Write the plan; `reason` is a code, a colon and a sentence, and empty for orders to send."""
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(COLUMNS)
    names = [csv_text(sheet.sheet) for sheet in plan.sheets]
    for entry, code in enumerate(plan.verdicts):
        out.writerow(
            (
                names[plan.sheet_of[entry]],
                plan.lines[entry],
                csv_text(plan.owners[entry]),
                csv_text(plan.numbers[entry]),
                PLAN_VERDICTS[code],
                _reason(plan, entry, PLAN_VERDICTS[code], lang),
            )
        )


def _reason(plan: Plan, entry: int, verdict: PlanVerdict, lang: Lang) -> str:
    note = why(plan, entry, verdict)
    if note is None:
        return ""
    return f"{note.code}: {PLANNED[Reason(note.code)].error.render(lang, **note.facts)}"


def why(plan: Plan, entry: int, verdict: PlanVerdict) -> Note | None:
    """Return why an entry is not sent: the reason noted, else the one of its verdict."""
    if entry in plan.reasons:
        return plan.reasons[entry]
    if verdict is PlanVerdict.DUPLICATE:
        first = plan.first_of[entry]
        facts = {"line": str(plan.lines[first]), "sheet": plan.sheets[plan.sheet_of[first]].sheet}
        return Note(code=Reason.DUPLICATE, facts=facts)
    return Note(code=_BY_VERDICT[verdict]) if verdict in _BY_VERDICT else None

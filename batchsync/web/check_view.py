"""A checked plan as the page shows it: columns, counts, cost, the first rows to be sent, and each row with a problem."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from batchsync.job import CheckedFile
from batchsync.messages import Lang, Message, cli, columns, planning
from batchsync.messages import web as messages
from batchsync.model import PLAN_VERDICTS, Note, Plan, PlanVerdict, Reason
from batchsync.ooxml.references import letter
from batchsync.planning.plan_csv import why

FIRST_ROWS = 8
PROBLEMS_A_PAGE = 100
NEED_A_LOOK = (PlanVerdict.INVALID, PlanVerdict.UNCERTAIN, PlanVerdict.FAILED_CHARGED)
LEFT_OUT = (PlanVerdict.DUPLICATE, PlanVerdict.ALREADY_SYNCED, PlanVerdict.SKIPPED_HIDDEN)
_SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """One entry of a plan: where it stands, what it says, and why it won't be sent, if so."""

    sheet: str
    line: int
    owner: str
    number: str
    verdict: PlanVerdict
    name: str
    why: str = ""
    cell: str = ""
    todo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """A sheet and the columns taken from it."""

    sheet: str
    header_line: int
    notes: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    """Letter and header of each column."""
    order_at: str
    owner_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """All that the check shows; rows beyond the first ones are asked for page by page."""

    container: str
    rows: int
    send: int
    cost: int
    price: int
    cap: int | None
    counts: tuple[tuple[PlanVerdict, str, int], ...]
    sheets: tuple[SheetView, ...]
    notes: tuple[str, ...]
    first: tuple[PlannedRow, ...]
    problems: int
    left_out: int

    @property
    def over_cap(self) -> bool:
        """Whether the cap will stop it before its end."""
        return self.cap is not None and self.cost > self.cap


def view_of(checked: CheckedFile, *, price: int, cap: int | None, lang: Lang) -> CheckView:
    """Return what is shown of a checked plan."""
    plan, found = checked.plan, checked.found
    detail = f" {found.detail}" if found.detail else ""
    notes = (*found.notes, *plan.notes)
    return CheckView(
        container=f"{found.container}{detail}",
        rows=checked.rows,
        send=checked.counts[PlanVerdict.SEND],
        cost=checked.cost,
        price=price,
        cap=cap,
        counts=tuple(
            (verdict, cli.VERDICTS[verdict].render(lang), checked.counts[verdict])
            for verdict in PLAN_VERDICTS
            if checked.counts[verdict] or verdict is PlanVerdict.SEND
        ),
        sheets=tuple(_sheets(plan, lang)),
        notes=tuple(_noted(note, lang) for note in notes),
        first=tuple(islice(rows_of(plan, (PlanVerdict.SEND,), lang), FIRST_ROWS)),
        problems=sum(checked.counts[verdict] for verdict in NEED_A_LOOK),
        left_out=sum(checked.counts[verdict] for verdict in LEFT_OUT),
    )


def rows_of(plan: Plan, verdicts: Sequence[PlanVerdict], lang: Lang, start: int = 0) -> Iterator[PlannedRow]:
    """Yield the entries with these verdicts, in the file's order, from the `start`-th on."""
    codes = {PLAN_VERDICTS.index(verdict) for verdict in verdicts}
    wanted = (entry for entry, code in enumerate(plan.verdicts) if code in codes)
    for entry in islice(wanted, start, None):
        yield _row(plan, entry, lang)


def _row(plan: Plan, entry: int, lang: Lang) -> PlannedRow:
    verdict = PLAN_VERDICTS[plan.verdicts[entry]]
    note = why(plan, entry, verdict)
    told = planning.PLANNED[Reason(note.code)] if note else None
    facts = dict(note.facts) if note else {}
    return PlannedRow(
        sheet=plan.sheets[plan.sheet_of[entry]].sheet,
        line=plan.lines[entry],
        owner=plan.owners[entry],
        number=plan.numbers[entry],
        verdict=verdict,
        name=cli.VERDICTS[verdict].render(lang),
        why=told.error.render(lang, **facts) if told else "",
        cell=str(facts.get("cell", "")),
        todo=_for_the_page(Reason(note.code), lang) if note else "",
    )


def _for_the_page(reason: Reason, lang: Lang) -> str:
    """Return what to do, where the command line's words would send people to a terminal."""
    text = messages.TODO_HERE.get(reason) or planning.PLANNED[reason].todo
    return text.render(lang)


def _sheets(plan: Plan, lang: Lang) -> Iterator[SheetView]:
    for sheet in plan.sheets:
        yield SheetView(
            sheet=sheet.sheet,
            header_line=sheet.header_line,
            notes=tuple(_noted(note, lang) for note in sheet.notes),
            headers=tuple((letter(place), header) for place, header in enumerate(sheet.headers)),
            order_at=letter(sheet.order_column),
            owner_at="" if sheet.owner_column is None else letter(sheet.owner_column),
        )


def _noted(note: Note, lang: Lang) -> str:
    text = (
        messages.NOTES_HERE.get(note.code)
        or columns.NOTES.get(note.code)
        or planning.PLAN_NOTES.get(note.code)
    )
    return Message(text, note.facts).render(lang) if text else note.code

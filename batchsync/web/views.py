"""What templates show of a check, an order's history and the points spent, in the reader's language."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from markupsafe import Markup

from batchsync.attempt_texts import outcome_text, reason_text
from batchsync.charts import Bar, bars_svg
from batchsync.errors import ColumnsUnclear
from batchsync.finance.spend import By, SpendRow, spend_rows
from batchsync.job import CheckedFile
from batchsync.ledger import AttemptRecord, OrderHistory, Spending
from batchsync.messages import Lang, Message, Translation, cli, columns, planning, stops
from batchsync.messages import web as messages
from batchsync.model import PLAN_VERDICTS, Figures, Note, Plan, PlanVerdict, Reason, State, total
from batchsync.ooxml.references import letter
from batchsync.planning.plan_csv import why
from batchsync.web.run_queue import FileJob
from batchsync.web.uploads import FileRecord, FileSummary, Phase

# --- A file --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatus:
    """A file's status and figures, for the list, the tab and notifications."""

    css_class: str
    """done, failed, uncertain, running, waiting, or empty."""
    text: Message
    details: tuple[tuple[str, Message], ...]
    """CSS class and text of each figure."""

    def summary(self, lang: Lang) -> str:
        """Return status and figures in one line."""
        return " · ".join([self.text.render(lang), *(text.render(lang) for _, text in self.details)])


def file_status(file: FileJob, ahead: int = 0) -> FileStatus:
    """Return what is happening with a file; `ahead` counts the files that are sent before it."""
    record = file.record
    if file.is_checking:
        return _status("waiting", messages.STATE_CHECKING)
    if file.progress is not None:
        return _status("running", messages.STATE_RUNNING)
    if record.phase is Phase.QUEUED:
        orders = record.confirmation.orders if record.confirmation else 0
        text = messages.STATE_BUSY if file.is_ledger_busy else messages.STATE_QUEUED
        return _status("waiting", text, _detail("", messages.FILE_QUEUED, ahead=ahead, orders=orders))
    if record.phase in (Phase.DONE, Phase.INTERRUPTED):
        return _run_status(record)
    return _check_status(file)


def _run_status(record: FileRecord) -> FileStatus:
    summary = record.summary
    details = _summary_details(summary) if summary else []
    if record.phase is Phase.INTERRUPTED:
        return _status("uncertain", messages.STATE_INTERRUPTED, *details)
    if summary is None:
        return _status("", messages.STATE_DONE)
    if summary.stopped:
        reason = stops.NAMES.get(summary.stopped, messages.END_STOPPED)
        return _status("failed", messages.STATE_STOPPED, *details, _detail("", reason))
    figures = (
        (summary.uncertain, "uncertain", messages.STATE_UNCERTAIN),
        (summary.problems, "failed", messages.STATE_PROBLEMS),
        (summary.not_sent, "waiting", messages.STATE_PARTLY),
    )
    for count, css_class, text in figures:
        if count:
            return _status(css_class, text, *details)
    return _status("done", messages.STATE_DONE, *details)


def _summary_details(summary: FileSummary) -> list[tuple[str, Message]]:
    details = [_detail("", messages.FILE_DONE, synced=summary.synced, points=summary.points)]
    if summary.uncertain:
        uncertain = {"count": summary.uncertain, "points": summary.points_possible}
        details.append(_detail("uncertain", messages.FILE_UNCERTAIN, **uncertain))
    if summary.problems:
        details.append(_detail("failed", messages.FILE_PROBLEMS, count=summary.problems))
    if summary.not_sent:
        details.append(_detail("uncertain", messages.FILE_NOT_SENT, count=summary.not_sent))
    return details


def _check_status(file: FileJob) -> FileStatus:
    if isinstance(file.error, ColumnsUnclear):
        return _status("uncertain", messages.STATE_NEEDS_COLUMNS)
    if file.error is not None:
        error = Message(file.error.text, file.error.facts)
        return _status("failed", messages.STATE_ERROR, ("", error))
    counts = file.counts
    if counts is None:
        return _status("", messages.STATE_UPLOADED)
    figures = {"send": counts.send, "points": counts.points, "rows": counts.rows}
    details = [_detail("", messages.FILE_CHECKED, **figures)]
    if counts.problems:
        details.append(_detail("failed", messages.FILE_PROBLEMS, count=counts.problems))
    return _status("", messages.STATE_CHECKED, *details)


def _detail(css_class: str, text: Translation, **figures: int) -> tuple[str, Message]:
    return css_class, Message(text, {name: f"{figure:,}" for name, figure in figures.items()})


def _status(css_class: str, text: Translation, *details: tuple[str, Message]) -> FileStatus:
    return FileStatus(css_class=css_class, text=Message(text), details=details)


# --- A check ------------------------------------------------------------------------------------------------

FIRST_ROWS = 8
PLANNED_ROWS_A_PAGE = 100
PROBLEM_VERDICTS = (PlanVerdict.INVALID, PlanVerdict.UNCERTAIN, PlanVerdict.FAILED_CHARGED)
HELD_BACK = (Reason.UNUSUAL, Reason.ERP_COPY)
"""Reasons of rows that are unlike the others, and may be right all the same."""
_OWNER_REASONS = (Reason.NO_OWNER, Reason.UNKNOWN_SHOP)
SKIPPED_VERDICTS = (PlanVerdict.DUPLICATE, PlanVerdict.ALREADY_SYNCED, PlanVerdict.SKIPPED_HIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """One entry of a plan: where it is, what it holds, and why it won't be sent, if so."""

    sheet: str
    line: int
    owner: str
    number: str
    verdict: PlanVerdict
    name: str
    editable: str = ""
    """`order` or `owner` when that cell can be corrected."""
    is_held_back: bool = False
    """Whether the user may decide to send it as it is."""
    why: str = ""
    cell: str = ""
    todo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """A sheet and its recognised columns."""

    sheet: str
    header_line: int
    notes: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    """Letter and header of each column."""
    order_at: str
    owner_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """All that a check shows; rows beyond the first ones are loaded page by page."""

    container: str
    rows: int
    send: int
    points: int
    price: int
    cap: int | None
    counts: tuple[tuple[PlanVerdict, str, int], ...]
    sheets: tuple[SheetView, ...]
    notes: tuple[str, ...]
    first: tuple[PlannedRow, ...]
    problems: int
    skipped: int

    @property
    def is_over_cap(self) -> bool:
        """Whether the cap will stop the run before its end."""
        return self.cap is not None and self.points > self.cap


def check_view(checked: CheckedFile, *, price: int, cap: int | None, lang: Lang) -> CheckView:
    """Return what is shown of a checked file."""
    plan, found, counts = checked.plan, checked.found, checked.counts
    return CheckView(
        container=f"{found.container} {found.detail}".strip(),
        rows=checked.rows,
        send=counts[PlanVerdict.SEND],
        points=checked.cost,
        price=price,
        cap=cap,
        counts=tuple(
            (verdict, cli.VERDICTS[verdict].render(lang), counts[verdict])
            for verdict in PLAN_VERDICTS
            if counts[verdict] or verdict is PlanVerdict.SEND
        ),
        sheets=tuple(
            SheetView(
                sheet=sheet.sheet,
                header_line=sheet.header_line,
                notes=tuple(_note_text(note, lang) for note in sheet.notes),
                headers=tuple((letter(column), header) for column, header in enumerate(sheet.headers)),
                order_at=letter(sheet.order_column),
                owner_at="" if sheet.owner_column is None else letter(sheet.owner_column),
            )
            for sheet in plan.sheets
        ),
        notes=tuple(_note_text(note, lang) for note in (*found.notes, *plan.notes)),
        first=tuple(islice(planned_rows(plan, (PlanVerdict.SEND,), lang), FIRST_ROWS)),
        problems=sum(counts[verdict] for verdict in PROBLEM_VERDICTS),
        skipped=sum(counts[verdict] for verdict in SKIPPED_VERDICTS),
    )


def planned_rows(
    plan: Plan, verdicts: Sequence[PlanVerdict], lang: Lang, start: int = 0
) -> Iterator[PlannedRow]:
    """Yield the entries with these verdicts, in the file's order, from the `start`-th on."""
    codes = {PLAN_VERDICTS.index(verdict) for verdict in verdicts}
    matching = (entry for entry, code in enumerate(plan.verdicts) if code in codes)
    for entry in islice(matching, start, None):
        yield _planned_row(plan, entry, lang)


def _planned_row(plan: Plan, entry: int, lang: Lang) -> PlannedRow:
    verdict = PLAN_VERDICTS[plan.verdicts[entry]]
    note = why(plan, entry, verdict)
    facts = dict(note.facts) if note else {}
    error = todo = ""
    if note:
        text = planning.PLANNED[Reason(note.code)]
        error = text.error.render(lang, **facts)
        todo = (messages.PAGE_TODO.get(Reason(note.code)) or text.todo).render(lang)
    return PlannedRow(
        sheet=plan.sheets[plan.sheet_of[entry]].sheet,
        line=plan.lines[entry],
        owner=plan.owners[entry],
        number=plan.numbers[entry],
        verdict=verdict,
        name=cli.VERDICTS[verdict].render(lang),
        editable=_editable(plan, entry, note) if verdict is PlanVerdict.INVALID else "",
        is_held_back=note is not None and note.code in HELD_BACK,
        why=error,
        cell=str(facts.get("cell", "")),
        todo=todo,
    )


def _editable(plan: Plan, entry: int, note: Note | None) -> str:
    if note is None or note.code not in _OWNER_REASONS:
        return "order"
    return "" if plan.sheets[plan.sheet_of[entry]].owner_column is None else "owner"


def _note_text(note: Note, lang: Lang) -> str:
    text = (
        messages.PAGE_NOTES.get(note.code)
        or columns.NOTES.get(note.code)
        or planning.PLAN_NOTES.get(note.code)
    )
    return Message(text, note.facts).render(lang) if text else note.code


def problems_workbook(plan: Plan, lang: Lang) -> bytes:
    """Return a workbook with the rows that have problems; every cell is text, so that no number is changed."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    heads = (
        messages.LINE,
        messages.SHEET,
        messages.ORDER,
        messages.MERCHANT,
        messages.VERDICT,
        messages.CELL,
        messages.WHY,
        messages.TODO,
    )
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet()
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
        sheet.set_column(0, len(heads) - 1, 18, text)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head.render(lang), bold)
        for n, row in enumerate(planned_rows(plan, PROBLEM_VERDICTS, lang), start=1):
            values = (row.sheet, row.number, row.owner, row.name, row.cell, row.why, row.todo)
            sheet.write_number(n, 0, row.line)
            for column, value in enumerate(values, start=1):
                sheet.write_string(n, column, value, text)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


# --- An order's history -------------------------------------------------------------------------------------

RESPONSE_SHOWN = 600
_STATE_CLASSES = {
    State.SYNCED: "synced",
    State.REFUSED: "failed",
    State.SETTLED_FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.SENDING: "uncertain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """One call or decision."""

    at: datetime
    text: str
    reason: str = ""
    run: str = ""
    http_status: int | None = None
    response: str = ""
    error: str = ""
    css_class: str = ""
    """synced, failed, uncertain, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHistoryView:
    """An order and its events, the oldest first."""

    number: str
    owner: str
    account: str
    endpoint: str
    state: State
    state_name: str
    css_class: str
    events: tuple[HistoryEvent, ...]


def order_history_view(history: OrderHistory, lang: Lang) -> OrderHistoryView:
    """Return what is shown of an order."""
    order = history.order
    decisions = [
        HistoryEvent(
            at=decided.at,
            text=messages.DECIDED.render(lang, decision=cli.DECISIONS[decided.decision].render(lang)),
            run=decided.run or "",
        )
        for decided in history.resolutions
    ]
    attempts = [_attempt_event(attempt, order.owner_id, lang) for attempt in history.attempts]
    return OrderHistoryView(
        number=order.number,
        owner=order.owner_id,
        account=order.account_name,
        endpoint=order.endpoint,
        state=order.state,
        state_name=cli.STATES[order.state].render(lang),
        css_class=_STATE_CLASSES.get(order.state, ""),
        events=tuple(sorted([*attempts, *decisions], key=lambda event: event.at)),
    )


def _attempt_event(attempt: AttemptRecord, owner: str, lang: Lang) -> HistoryEvent:
    reason = reason_text(attempt, owner)
    return HistoryEvent(
        at=attempt.claimed_at,
        text=outcome_text(attempt).render(lang),
        reason=reason.render(lang) if reason is not None else "",
        run=attempt.run,
        http_status=attempt.http_status,
        response=attempt.answer[:RESPONSE_SHOWN],
        error=attempt.error[:RESPONSE_SHOWN],
        css_class="uncertain" if attempt.outcome is None else _STATE_CLASSES.get(attempt.outcome, ""),
    )


# --- Points spent -------------------------------------------------------------------------------------------

BARS_MAX = 60
LINES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsView:
    """Lines for the table, the newest or highest first; their sum; and the chart."""

    lines: tuple[SpendRow, ...]
    total: Figures
    chart: Markup


def points_view(spending: Sequence[Spending], by: By, *, days: int | None, title: str) -> PointsView:
    """Return what is shown; `days` is the time up to today, None for all there is."""
    lines = spend_rows(spending, by)
    bars = _every_day(lines, days) if by == "day" else lines
    bars = bars[:BARS_MAX] if by == "merchant" else bars[-BARS_MAX:]
    shown = [
        Bar(label=_bar_label(line.key, by), sure=line.figures.points, possible=line.figures.points_possible)
        for line in bars
    ]
    ordered = lines if by == "merchant" else lines[::-1]
    chart = Markup(bars_svg(shown, title))  # noqa: S704 (it escapes its labels; a test covers it)
    return PointsView(
        lines=tuple(ordered[:LINES_MAX]), total=total(line.figures for line in lines), chart=chart
    )


def _every_day(lines: list[SpendRow], days: int | None) -> list[SpendRow]:
    """Return a line for each day, also for days without a call, so that the chart's time axis is even."""
    if not lines:
        return []
    known = {line.key: line for line in lines}
    today = date.today()  # noqa: DTZ011 (the ledger counts days in local time)
    span = days if days is not None else (today - date.fromisoformat(lines[0].key)).days + 1
    keys = [(today - timedelta(days=back)).isoformat() for back in range(min(span, BARS_MAX) - 1, -1, -1)]
    return [known.get(key) or SpendRow(key=key, figures=Figures()) for key in keys]


def _bar_label(key: str, by: By) -> str:
    """Return what fits under a bar: the day without its year; a run's day and minute."""
    if by == "day":
        return key[5:]
    return key[4:13] if by == "run" else key

"""The sheet of uncertain orders: evidence, ready to be sent to the vendor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from batchsync.messages import Lang
from batchsync.messages import summary as messages
from batchsync.model import EntryResult, Reason, RunRecord, State
from batchsync.model.row_results import reason_of
from batchsync.writer.escaping import plain
from batchsync.writer.summary import local_second
from batchsync.writer.xlsxwriter_workbook import LINE, LOOK, LOOK_FILL, ReportWorkbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the uncertain orders; `more` were too many to list."""

    entries: Sequence[EntryResult]
    sheets: Sequence[str]
    more: int = 0
    unreached: Reason = Reason.STOPPED
    """Why the run did not come to some rows: NOT_YET while it goes on."""


_EVIDENCE_WIDTHS = (16, 8, 24, 18, 20, 12, 14, 44, 60, 24)


def draw_evidence(drawing: ReportWorkbook, evidence: Evidence, run: RunRecord, lang: Lang, name: str) -> None:
    sheet = drawing.book.add_worksheet(name)
    for column, width in enumerate(_EVIDENCE_WIDTHS):
        sheet.set_column(column, column, width)
    last = len(_EVIDENCE_WIDTHS) - 1
    sheet.set_row(0, 30)
    sheet.write_string(
        0,
        0,
        messages.UNCERTAIN_TITLE.render(lang),
        drawing.format(bold=True, font_size=16, font_color=LOOK),
    )
    sheet.set_row(1, 34)
    help_text = messages.UNCERTAIN_HELP if evidence.entries else messages.UNCERTAIN_NONE
    sheet.merge_range(1, 0, 1, last, "", drawing.format(text_wrap=True))
    sheet.write_string(1, 0, help_text.render(lang), drawing.format(text_wrap=True))
    if not evidence.entries:
        return
    head = drawing.format(bold=True, bg_color=LOOK_FILL, font_color=LOOK, border=1, border_color=LINE)
    for column, text in enumerate(messages.EVIDENCE_HEADS):
        sheet.write_string(3, column, text.render(lang), head)
    sheet.freeze_panes(4, 0)
    cell = drawing.format(bottom=1, bottom_color=LINE, align="left")
    for place, entry in enumerate(evidence.entries):
        for column, value in enumerate(_evidence(entry, evidence.sheets, run, lang, evidence.unreached)):
            if isinstance(value, str):
                sheet.write_string(4 + place, column, plain(value), cell)
            elif value is None:
                sheet.write_blank(4 + place, column, None, cell)
            else:
                sheet.write_number(4 + place, column, value, cell)
    rows = len(evidence.entries)
    sheet.autofilter(3, 0, 3 + rows, last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:J{4 + rows}"})
    if evidence.more:
        sheet.write_string(
            5 + rows, 0, messages.UNCERTAIN_MORE.render(lang, count=evidence.more), drawing.format()
        )
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def _evidence(
    entry: EntryResult, sheets: Sequence[str], run: RunRecord, lang: Lang, unreached: Reason
) -> tuple[str | float | None, ...]:
    reason = reason_of(entry, unreached)
    if entry.outcome is State.PLANNED:  # a call that never left is no evidence; the earlier run has it
        entry = replace(entry, sent_at=None, http_status=None, elapsed_s=None, error="", answer="", hint="")
    return (
        sheets[entry.sheet] if entry.sheet < len(sheets) else "",
        entry.line,
        entry.number,
        entry.owner_id,
        "" if entry.sent_at is None else local_second(entry.sent_at),
        entry.http_status,
        None if entry.elapsed_s is None else round(entry.elapsed_s, 1),
        messages.KINDS[reason].render(lang) + (f": {entry.error}" if entry.error else ""),
        entry.answer or entry.hint,
        entry.earlier_run or run.run,
    )

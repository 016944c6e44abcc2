"""The morning report on disk: one HTML page that needs nothing else, a text for chat, a spreadsheet of what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from batchsync import fsutil
from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.messages import Lang, result_columns
from batchsync.messages import report as messages
from batchsync.nightly.problem_rows import ProblemRow, ProblemRows, problem_rows_of
from batchsync.nightly.report_data import ReportData, language_of, report_data
from batchsync.nightly.result import NightResult
from batchsync.nightly.state import FileRecord

LONGEST_CELL = 32_000
_WIDTHS = {"line": 7, "error": 44, "todo": 44, "answer": 40, "number": 26}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a report stands."""

    page: ReportData
    html: Path
    text: Path
    sheet: Path | None
    """None when nothing needs a person."""


def write_report(config: Config, ended: NightResult, folder: Path, otherwise: Lang, clock: Clock) -> Report:
    """Write the report of a night; one that was killed while it was written is written again. Raises OSError."""
    lang = language_of(ended, config.output.language, otherwise)
    troubles = problem_rows_of(config, ended.files, lang, clock)
    page = report_data(ended, troubles, lang)
    night = ended.summary.night
    unread = [filed for filed in ended.files if filed.summary is None]
    sheet = folder / f"{night}.xlsx" if troubles.rows or unread else None
    if sheet is not None:
        fsutil.atomic_write(sheet, _workbook(troubles, unread, lang))
    html, text = folder / f"{night}.html", folder / f"{night}.txt"
    fsutil.atomic_write(text, (page.chat + "\n").encode())
    fsutil.atomic_write(html, rendered(page).encode())
    return Report(page=page, html=html, text=text, sheet=sheet)


def rendered(page: ReportData) -> str:
    """Return the page as HTML; whatever comes from files or the API is escaped."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("batchsync.nightly"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    chart = Markup(page.chart)  # noqa: S704 (made by charts.py, which escapes its labels)
    return environment.get_template("report.html").render(page=page, words=messages, chart=chart)


# --- The spreadsheet ----------------------------------------------------------------------------------------


def _workbook(troubles: ProblemRows, unread: Sequence[FileRecord], lang: Lang) -> bytes:
    from xlsxwriter import Workbook

    whole = BytesIO()
    with Workbook(
        whole, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    ) as book:
        sheet = book.add_worksheet(messages.SHEET.render(lang))
        for column, (name, head) in enumerate(messages.SHEET_HEADS.items()):
            sheet.set_column(column, column, _WIDTHS.get(name, 18))
            sheet.write_string(0, column, head.render(lang), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        line = 0
        for filed in unread:
            line += 1
            sheet.write_string(line, 0, filed.shown)
            sheet.write_string(line, 5, messages.WHOLE_FILE.render(lang))
            sheet.write_string(line, 6, " ".join(said.render(lang) for said in filed.said)[:LONGEST_CELL])
        for row in troubles.rows:
            line += 1
            _write(sheet, line, row, lang)
        if troubles.unlisted:
            sheet.write_string(line + 1, 0, messages.UNLISTED.render(lang, count=f"{troubles.unlisted:,}"))
        sheet.autofilter(0, 0, max(1, line), len(messages.SHEET_HEADS) - 1)
    return whole.getvalue()


def _write(sheet: Any, line: int, row: ProblemRow, lang: Lang) -> None:
    for column, name in enumerate(messages.SHEET_HEADS):
        cell = result_columns.STATUSES[row.status].render(lang) if name == "status" else getattr(row, name)
        if isinstance(cell, int):
            sheet.write_number(line, column, cell)
        elif cell:
            sheet.write_string(line, column, str(cell)[:LONGEST_CELL])

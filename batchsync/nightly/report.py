"""The report of a nightly run: HTML page, text for chats, spreadsheet, history, metrics and notifications."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from batchsync import fsutil
from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.errors import BatchsyncError
from batchsync.messages import Lang, Message, result_columns
from batchsync.messages import nightly as nightly_messages
from batchsync.messages import report as messages
from batchsync.nightly import notify
from batchsync.nightly.metrics import write_metrics
from batchsync.nightly.report_data import (
    ProblemRow,
    ProblemRows,
    ReportData,
    language_of,
    problem_rows_of,
    report_data,
)
from batchsync.nightly.result import NightResult
from batchsync.nightly.run import NightlyRun
from batchsync.nightly.state import Event, FileRecord

LONGEST_CELL = 32_000
_WIDTHS = {"line": 7, "error": 44, "todo": 44, "answer": 40, "number": 26}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The files of a report."""

    data: ReportData
    html: Path
    text: Path
    sheet: Path | None
    """None when no row needs attention."""


def write_report(config: Config, result: NightResult, folder: Path, default: Lang, clock: Clock) -> Report:
    """Write the report of a nightly run. Raises OSError."""
    lang = language_of(result, config.output.language, default)
    problems = problem_rows_of(config, result.files, lang, clock)
    data = report_data(result, problems, lang)
    night = result.summary.night
    unread = [record for record in result.files if record.summary is None]
    sheet = folder / f"{night}.xlsx" if problems.rows or unread else None
    if sheet is not None:
        fsutil.atomic_write(sheet, _workbook(problems, unread, lang))
    html, text = folder / f"{night}.html", folder / f"{night}.txt"
    fsutil.atomic_write(text, (data.chat + "\n").encode())
    fsutil.atomic_write(html, render_html(data).encode())
    return Report(data=data, html=html, text=text, sheet=sheet)


def render_html(data: ReportData) -> str:
    """Return the report as HTML; texts from files and the API are escaped."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("batchsync.nightly"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    chart = Markup(data.chart)  # noqa: S704 (charts.py escapes its labels)
    return environment.get_template("report.html").render(report=data, messages=messages, chart=chart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Writes the report of a nightly run, adds it to the history, and sends notifications. Never fails the nightly run."""

    config: Config
    lang: Lang
    """Used where neither the settings nor the sheets name a language."""
    emit: Callable[[Event], None]
    metrics: Path | None = None
    clock: Clock = SYSTEM_CLOCK

    async def report(self, night: NightlyRun, result: NightResult) -> Report | None:
        """Report a nightly run. None when no report could be written."""
        report = self._write(night, result)
        night.close(result)
        if self.metrics is not None:
            try:
                write_metrics(self.metrics, result)
            except OSError as error:
                self._error(
                    Message(
                        nightly_messages.METRICS_LOST,
                        {"path": self.metrics, "error": error.strerror or error},
                    )
                )
        if report is not None and notify.is_wanted(self.config.notify, result):
            data = report.data
            message = notify.Notification(
                title=f"batchsync: {data.title}",
                body=data.chat,
                severity=data.severity,
                attachments=(report.html, report.sheet) if report.sheet else (report.html,),
            )
            await self._send(message, Lang(data.lang))
        return report

    async def report_failure(self, error: BatchsyncError) -> None:
        """Notify that a nightly run could not begin."""
        lang = self.lang
        title = nightly_messages.REFUSED_TITLE.render(lang)
        await self._send(notify.Notification(title=title, body=error.render(lang), severity="stopped"), lang)

    def _write(self, night: NightlyRun, result: NightResult) -> Report | None:
        folder = night.paths.reports
        try:
            report = write_report(self.config, result, folder, self.lang, self.clock)
        except (OSError, BatchsyncError) as error:
            why = error.strerror or error if isinstance(error, OSError) else error
            self._error(Message(nightly_messages.REPORT_LOST, {"path": folder, "error": why}))
            return None
        self.emit(Event(name="report", message=Message(nightly_messages.REPORT_AT, {"path": report.html})))
        if report.sheet is not None:
            self.emit(
                Event(name="report", message=Message(nightly_messages.SHEET_AT, {"path": report.sheet}))
            )
        return report

    async def _send(self, message: notify.Notification, lang: Lang) -> None:
        for error in await asyncio.to_thread(notify.send, self.config.notify, message, lang):
            self._error(error)

    def _error(self, message: Message) -> None:
        self.emit(Event(name="error", message=message, is_error=True))


# --- The spreadsheet ----------------------------------------------------------------------------------------


def _workbook(problems: ProblemRows, unread: Sequence[FileRecord], lang: Lang) -> bytes:
    from xlsxwriter import Workbook

    buffer = BytesIO()
    with Workbook(
        buffer, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    ) as book:
        sheet = book.add_worksheet(messages.SHEET.render(lang))
        for column, (name, head) in enumerate(messages.SHEET_HEADS.items()):
            sheet.set_column(column, column, _WIDTHS.get(name, 18))
            sheet.write_string(0, column, head.render(lang), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        line = 0
        for record in unread:
            line += 1
            sheet.write_string(line, 0, record.shown)
            sheet.write_string(line, 5, messages.WHOLE_FILE.render(lang))
            sheet.write_string(
                line, 6, " ".join(text.render(lang) for text in record.problems)[:LONGEST_CELL]
            )
        for row in problems.rows:
            line += 1
            _write(sheet, line, row, lang)
        if problems.unlisted:
            sheet.write_string(line + 1, 0, messages.UNLISTED.render(lang, count=f"{problems.unlisted:,}"))
        sheet.autofilter(0, 0, max(1, line), len(messages.SHEET_HEADS) - 1)
    return buffer.getvalue()


def _write(sheet: Any, line: int, row: ProblemRow, lang: Lang) -> None:
    for column, name in enumerate(messages.SHEET_HEADS):
        cell = result_columns.STATUSES[row.status].render(lang) if name == "status" else getattr(row, name)
        if isinstance(cell, int):
            sheet.write_number(line, column, cell)
        elif cell:
            sheet.write_string(line, column, str(cell)[:LONGEST_CELL])

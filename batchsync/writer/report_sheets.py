"""The Summary sheet and the sheet of uncertain orders, written with XlsxWriter."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from batchsync.formatting import local_time
from batchsync.messages import Lang
from batchsync.messages import result_columns as messages
from batchsync.messages import summary as texts
from batchsync.model import EntryResult, Reason, RunRecord, State
from batchsync.model.row_results import reason_of
from batchsync.ooxml.escaping import plain
from batchsync.writer.result_cells import BARS, FILLS
from batchsync.writer.summary import Summary

TEXT, MUTED_TEXT, BORDER, HEADER_FILL = "#1F2937", "#6B7280", "#D1D5DB", "#F3F4F6"
ACCENT, ERROR_TEXT, ERROR_FILL = "#1F4E78", "#9C0006", "#FFC7CE"
GOOD_TEXT, GOOD_FILL, WARNING_TEXT, WARNING_FILL = "#006100", "#C6EFCE", "#7F3F00", "#FFE699"


class ReportWorkbook:
    """An XlsxWriter workbook with our fonts and colours; text is always written as text."""

    def __init__(self, font: str) -> None:
        import xlsxwriter  # takes a third of a second

        self._file = io.BytesIO()
        self._font = font
        self.book: Any = xlsxwriter.Workbook(
            self._file,
            {
                "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                "strings_to_numbers": False, "in_memory": False,
            },
        )  # fmt: skip
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **wanted: object) -> Any:
        """Return the format with these properties."""
        properties = {"font_name": self._font, "font_color": TEXT, "valign": "vcenter", **wanted}
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def close(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.book.close()
        return self._file.getvalue()


def font_for(lang: Lang) -> str:
    """Return a font that every Excel and WPS has and that shows the language well."""
    return "微软雅黑" if lang is Lang.ZH else "Calibri"


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainOrders:
    """The uncertain orders of a run; `not_listed` are those beyond the most that are listed."""

    entries: Sequence[EntryResult]
    sheets: Sequence[str]
    not_listed: int = 0
    unreached: Reason = Reason.STOPPED
    """Why rows were not reached: NOT_YET while the run goes on."""


_UNCERTAIN_WIDTHS = (16, 8, 24, 18, 20, 12, 14, 44, 60, 24)
_UNCERTAIN_HEADER = 3
"""The header's row on the sheet of uncertain orders, from 0."""


def add_uncertain_sheet(
    report: ReportWorkbook, uncertain: UncertainOrders, run: RunRecord, lang: Lang, name: str
) -> None:
    """Add the sheet of uncertain orders: a title, an explanation, a table with what is known of each."""
    sheet = report.book.add_worksheet(name)
    for column, width in enumerate(_UNCERTAIN_WIDTHS):
        sheet.set_column(column, column, width)
    last_column = len(_UNCERTAIN_WIDTHS) - 1
    title = report.format(bold=True, font_size=16, font_color=WARNING_TEXT)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, texts.UNCERTAIN_TITLE.render(lang), title)
    wrapped = report.format(text_wrap=True)
    help_text = texts.UNCERTAIN_HELP if uncertain.entries else texts.UNCERTAIN_NONE
    sheet.set_row(1, 34)
    sheet.merge_range(1, 0, 1, last_column, "", wrapped)
    sheet.write_string(1, 0, help_text.render(lang), wrapped)
    if not uncertain.entries:
        return

    head = report.format(
        bold=True, bg_color=WARNING_FILL, font_color=WARNING_TEXT, border=1, border_color=BORDER
    )
    for column, text in enumerate(texts.EVIDENCE_HEADS):
        sheet.write_string(_UNCERTAIN_HEADER, column, text.render(lang), head)
    sheet.freeze_panes(_UNCERTAIN_HEADER + 1, 0)
    cell = report.format(bottom=1, bottom_color=BORDER, align="left")
    for row, entry in enumerate(uncertain.entries, start=_UNCERTAIN_HEADER + 1):
        for column, value in enumerate(_evidence(entry, uncertain, run, lang)):
            if isinstance(value, str):
                sheet.write_string(row, column, plain(value), cell)
            elif value is None:
                sheet.write_blank(row, column, None, cell)
            else:
                sheet.write_number(row, column, value, cell)
    last_row = _UNCERTAIN_HEADER + len(uncertain.entries)
    sheet.autofilter(_UNCERTAIN_HEADER, 0, last_row, last_column)
    sheet.ignore_errors({"number_stored_as_text": f"A1:J{last_row + 1}"})
    if uncertain.not_listed:
        more = texts.UNCERTAIN_MORE.render(lang, count=uncertain.not_listed)
        sheet.write_string(last_row + 2, 0, more, report.format())

    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_UNCERTAIN_HEADER)


def _evidence(
    entry: EntryResult, uncertain: UncertainOrders, run: RunRecord, lang: Lang
) -> tuple[str | float | None, ...]:
    reason = reason_of(entry, uncertain.unreached)
    if entry.outcome is State.PLANNED:  # not sent by this run; the earlier run has the evidence
        entry = replace(entry, sent_at=None, http_status=None, elapsed_s=None, error="", answer="", hint="")
    return (
        uncertain.sheets[entry.sheet] if entry.sheet < len(uncertain.sheets) else "",
        entry.line,
        entry.number,
        entry.owner_id,
        "" if entry.sent_at is None else local_time(entry.sent_at),
        entry.http_status,
        None if entry.elapsed_s is None else round(entry.elapsed_s, 1),
        texts.KINDS[reason].render(lang) + (f": {entry.error}" if entry.error else ""),
        entry.answer or entry.hint,
        entry.earlier_run or run.run,
    )


_LAST = 10
"""The Summary's last column, from 0."""
_CHART_ROWS = 17
_WIDE_SENTENCE = 100
_ONE_PAGE = 60
_COUNT = "#,##0_)"
"""With the width of a bracket on the right, so that numbers don't touch the next column."""


def write_report_sheets(
    summary: Summary, uncertain_orders: UncertainOrders, run: RunRecord, names: Sequence[str]
) -> bytes:
    """Return a workbook with the Summary and, if there are two names, the sheet of uncertain orders."""
    report = ReportWorkbook(font_for(summary.lang))
    _SummarySheet(report, summary, names[0]).write()
    for name in names[1:]:
        add_uncertain_sheet(report, uncertain_orders, run, summary.lang, name)
    return report.close()


class _SummarySheet:
    def __init__(self, report: ReportWorkbook, summary: Summary, name: str) -> None:
        self._report = report
        self._summary = summary
        self._name = name
        self._sheet = report.book.add_worksheet(name)
        self._row = 0

    def write(self) -> None:
        sheet = self._sheet
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2)
        sheet.set_column(1, 1, 36)
        sheet.set_column(2, _LAST, 12.5)
        self._head()
        self._cards()
        top = self._row
        first = self._statuses()
        self._points()
        self._row = max(self._row, top + _CHART_ROWS)
        self._problems()
        self._facts()
        sheet.insert_chart(top, 5, self._chart(first), {"x_offset": 4, "object_position": 1})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1 if self._row < _ONE_PAGE else 0)

    def _head(self) -> None:
        self._height(34)
        self._wide(1, self._summary.title, self._report.format(bold=True, font_size=18, font_color=ACCENT))
        self._row += 1
        color, fill = (WARNING_TEXT, WARNING_FILL)
        if self._summary.incomplete:
            color, fill = ERROR_TEXT, ERROR_FILL
        elif self._summary.all_synced:
            color, fill = GOOD_TEXT, GOOD_FILL
        self._height(26 if len(self._summary.headline) < _WIDE_SENTENCE else 40)
        look = self._report.format(
            bold=True, font_size=12, font_color=color, bg_color=fill, indent=1, text_wrap=True
        )
        self._wide(1, self._summary.headline, look)
        self._row += 2

    def _cards(self) -> None:
        columns = [(1, 1), (2, 4), (5, 7), (8, _LAST)]
        for label in (True, False):
            self._height(20 if label else 34)
            for (first, last), (name, number) in zip(columns, self._summary.cards, strict=True):
                look = (
                    self._report.format(font_color=MUTED_TEXT, bg_color=HEADER_FILL, indent=1, font_size=10)
                    if label
                    else self._report.format(
                        bold=True, font_size=20, font_color=ACCENT, bg_color=HEADER_FILL, num_format="#,##0",
                        align="left", indent=1, bottom=5, bottom_color="#FFFFFF",
                    )
                )  # fmt: skip
                if label:
                    self._sheet.write_string(self._row, first, plain(name), look)
                else:
                    self._sheet.write_number(self._row, first, number, look)
                for column in range(first + 1, last + 1):
                    self._sheet.write_blank(self._row, column, None, look)
            self._row += 1
        self._row += 1

    def _statuses(self) -> int:
        """Write the table of statuses; return its first row."""
        lang = self._summary.lang
        self._section(texts.BY_STATUS.render(lang), 3)
        self._table_head([texts.STATUS, texts.ROWS_HEAD, texts.SHARE])
        first = self._row
        for status, word, count in self._summary.counts:
            fill, color = FILLS[status]
            line = {"bottom": 1, "bottom_color": BORDER}
            self._height(20)
            look = self._report.format(
                bold=True, font_color=f"#{color}", bg_color=f"#{fill}", indent=1, **line
            )
            self._sheet.write_string(self._row, 1, word, look)
            self._sheet.write_number(self._row, 2, count, self._report.format(num_format=_COUNT, **line))
            share = count / self._summary.rows if self._summary.rows else 0
            self._sheet.write_number(self._row, 3, share, self._report.format(num_format="0.0%_)", **line))
            self._row += 1
        self._height(20)
        bold = self._report.format(bold=True, num_format=_COUNT)
        self._sheet.write_string(
            self._row, 1, texts.TOTAL.render(lang), self._report.format(bold=True, indent=1)
        )
        self._sheet.write_number(self._row, 2, self._summary.rows, bold)
        self._row += 2
        return first

    def _points(self) -> None:
        self._section(texts.POINTS.render(self._summary.lang), 3)
        line = {"bottom": 1, "bottom_color": BORDER}
        for label, number in self._summary.points:
            self._height(20)
            self._sheet.write_string(self._row, 1, plain(label), self._report.format(indent=1, **line))
            self._sheet.write_blank(self._row, 2, None, self._report.format(**line))
            self._sheet.write_number(self._row, 3, number, self._report.format(num_format=_COUNT, **line))
            self._row += 1
        self._row += 1

    def _problems(self) -> None:
        lang = self._summary.lang
        self._section(texts.TROUBLE.render(lang), _LAST)
        if not self._summary.problems:
            self._wide(1, texts.NO_TROUBLE.render(lang), self._report.format(indent=1))
            self._row += 2
            return
        self._table_head([texts.PROBLEM, texts.ORDERS, texts.STATUS, texts.TODO], _LAST)
        line = {"bottom": 1, "bottom_color": BORDER}
        for problem in self._summary.problems:
            fill, color = FILLS[problem.status]
            status = messages.STATUSES[problem.status].render(lang)
            self._height(20 if len(problem.todo) < _WIDE_SENTENCE else 34)
            wrapped = self._report.format(indent=1, text_wrap=True, **line)
            self._sheet.write_string(self._row, 1, plain(problem.kind), wrapped)
            self._sheet.write_number(
                self._row, 2, problem.count, self._report.format(num_format=_COUNT, **line)
            )
            look = self._report.format(
                bold=True, font_color=f"#{color}", bg_color=f"#{fill}", align="center", **line
            )
            self._sheet.write_string(self._row, 3, status, look)
            self._wide(4, problem.todo, wrapped)
            self._row += 1
        self._row += 1

    def _facts(self) -> None:
        self._section(texts.ABOUT.render(self._summary.lang), _LAST)
        before = ""
        for label, value in self._summary.facts:
            self._height(18 if len(value) < _WIDE_SENTENCE + 20 else 34)
            shown = "" if label == before else label
            self._sheet.write_string(
                self._row, 1, shown, self._report.format(font_color=MUTED_TEXT, indent=1)
            )
            self._wide(2, value, self._report.format(text_wrap=True, align="left"))
            before = label
            self._row += 1

    def _chart(self, first: int) -> Any:
        chart = self._report.book.add_chart({"type": "bar"})
        last = first + len(self._summary.counts) - 1
        chart.add_series(
            {
                "name": texts.CHART_TITLE.render(self._summary.lang),
                "categories": [self._name, first, 1, last, 1],
                "values": [self._name, first, 2, last, 2],
                "categories_data": [word for _, word, _ in self._summary.counts],
                "values_data": [count for _, _, count in self._summary.counts],
                "points": [
                    {"fill": {"color": f"#{BARS[status]}"}, "border": {"none": True}}
                    for status, _, _ in self._summary.counts
                ],
                "data_labels": {"value": True, "num_format": "#,##0", "font": {"color": TEXT, "size": 9}},
                "gap": 45,
            }
        )
        title = texts.CHART_TITLE.render(self._summary.lang)
        chart.set_title(
            {"name": title, "name_font": {"size": 12, "bold": True, "color": ACCENT}, "overlay": False}
        )
        chart.set_legend({"none": True})
        chart.set_y_axis(
            {"reverse": True, "num_font": {"size": 9}, "line": {"color": BORDER}, "major_tick_mark": "none"}
        )
        chart.set_x_axis(
            {
                "visible": True, "major_gridlines": {"visible": False}, "num_font": {"size": 9, "color": MUTED_TEXT},
                "num_format": "#,##0", "min": 0, "line": {"none": True}, "major_tick_mark": "none", "label_position": "none",
            }
        )  # fmt: skip
        chart.set_chartarea({"border": {"color": BORDER}})
        chart.set_size({"width": 552, "height": 352})
        return chart

    def _section(self, title: str, last: int) -> None:
        self._height(24)
        look = self._report.format(bold=True, font_size=13, font_color=ACCENT, bottom=2, bottom_color=ACCENT)
        self._sheet.write_string(self._row, 1, plain(title), look)
        for column in range(2, last + 1):
            self._sheet.write_blank(self._row, column, None, look)
        self._row += 1

    def _table_head(self, heads: Sequence[Any], last: int = 3) -> None:
        self._height(20)
        for column in range(1, last + 1):
            text = heads[column - 1].render(self._summary.lang) if column <= len(heads) else None
            number = (column in (2, 3) and len(heads) == 3) or column == 2
            look = self._report.format(
                bold=True, font_color=MUTED_TEXT, font_size=10, bg_color=HEADER_FILL,
                align="center" if len(heads) == 4 and column == 3 else "right" if number else "left",
                **({} if number else {"indent": 1}),
            )  # fmt: skip
            if text is None:
                self._sheet.write_blank(self._row, column, None, look)
            else:
                self._sheet.write_string(self._row, column, text, look)
        self._row += 1

    def _wide(self, first: int, text: str, look: Any) -> None:
        """Write a text over the rest of the row."""
        self._sheet.merge_range(self._row, first, self._row, _LAST, "", look)
        self._sheet.write_string(self._row, first, plain(text), look)

    def _height(self, points: float) -> None:
        self._sheet.set_row(self._row, points)

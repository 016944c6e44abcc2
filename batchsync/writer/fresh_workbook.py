"""A fresh workbook with the input's rows as text, for inputs that cannot be rewritten in place.

Its rows are written as a stream; XlsxWriter makes the other parts.
"""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from batchsync.formatting import display_width
from batchsync.model import CellBatch, RowResult, RowStatus, SheetCells, SheetFound
from batchsync.model.row_results import is_held_back
from batchsync.ooxml.escaping import string_cell
from batchsync.ooxml.package import MAIN, Package, quoted
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, Range, letter
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.workbook_parts import FILTER_NAME, WorkbookParts
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.ooxml.zip_writer import MemberWriter, ZipWriter
from batchsync.writer.fresh_cells import FreshCells
from batchsync.writer.input_cells import Cells, Line, LineBuffer, by_sheet, dropped_columns, line_batches
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_rows import ResultRows, result_columns
from batchsync.writer.row_texts import LocalSerial, RowTexts
from batchsync.writer.sheet_envelope import WIDTHS, drop_downs
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import free_name

_SAMPLE = 200
"""Lines that decide how many columns there are and how wide."""
_NARROWEST, _WIDEST = 8, 42
_BAD_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class FreshStyles:
    """The cell formats of a fresh workbook."""

    def __init__(self, styles: StyleSheet) -> None:
        self.result_cells = styles_for(styles, 0)
        self.text = styles.format(0, CellStyle(number_format="@", color="000000"))
        self.plain = styles.format(0, CellStyle(color="000000"))
        self.head = styles.format(0, CellStyle(fill="1F4E78", color="FFFFFF", bold=True))
        self.result_head = styles.format(0, CellStyle(fill="2E75B6", color="FFFFFF", bold=True))


class FreshWorkbook:
    """A workbook made from the cells that the reader yields."""

    styles_part = "xl/styles.xml"

    def __init__(self, job: ResultJob, cells: Cells, *, decisions: bool) -> None:
        self._job = job
        self._cells = cells
        self.decisions = decisions
        self.styles = StyleSheet(Package(io.BytesIO(_empty_workbook(["1"], set()))).read(self.styles_part))
        self._fresh_styles = FreshStyles(self.styles)
        self._names: list[str] = []
        self._hidden: set[str] = set()
        self._filters: list[tuple[int, Range]] = []
        self._package: Package | None = None

    @property
    def package(self) -> Package:
        """An empty workbook with the sheets that were written."""
        if self._package is None:
            self._package = Package(io.BytesIO(_empty_workbook(self._names, self._hidden)))
        return self._package

    @property
    def written(self) -> set[str]:
        """The parts that are already written."""
        return {_part(number) for number in range(1, len(self._names) + 1)}

    def write(self, out: ZipWriter, result: ResultRows) -> None:
        """Write the data sheets while the cells are read."""
        by_index = {found.index: (number, found) for number, found in enumerate(self._job.sheets)}
        for cells, batches in by_sheet(self._cells):
            run_sheet, found = by_index.get(cells.index, (-1, None))
            sheet = FreshSheet(self._job, self._fresh_styles, found, run_sheet, decisions=self.decisions)
            self._write_sheet(out, result, sheet, cells, batches)
        if not self._names:
            raise NotRewritableError("no sheet at all")

    def _write_sheet(
        self,
        out: ZipWriter,
        result: ResultRows,
        sheet: "FreshSheet",
        cells: SheetCells,
        batches: Iterator[CellBatch],
    ) -> None:
        """Write one sheet of the input, on as many sheets as its lines need."""
        lines_by_batch = line_batches(batches)
        sample: list[Line] = []
        while len(sample) < _SAMPLE and (lines := next(lines_by_batch, [])):
            sample += lines
        sheet.measure(sample[:_SAMPLE])
        buffer = LineBuffer(chain([sample], lines_by_batch))
        is_first = True
        while is_first or buffer.next is not None:
            taken = {name.lower() for name in self._names}
            name = _BAD_NAME.sub(" ", cells.sheet).strip(" '")[:31] or "Sheet"
            self._names.append(free_name(name, taken))
            if not cells.visible:
                self._hidden.add(self._names[-1])
            with out.stream(_part(len(self._names))) as member:
                sheet.write(member, buffer, result, is_first=is_first, is_selected=len(self._names) == 1)
            if sheet.filter is not None:
                self._filters.append((len(self._names) - 1, sheet.filter))
            is_first = False

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """Add the filters; a fresh workbook replaces no columns of an earlier result."""
        for index, area in self._filters:
            text = f"{quoted(self._names[index])}!{area.absolute()}"
            workbook_parts.define_name(FILTER_NAME, text, index)
        return False


class FreshSheet:
    """Writes the rows of one sheet of the input, on as many sheets as they need."""

    def __init__(
        self,
        job: ResultJob,
        styles: FreshStyles,
        found: SheetFound | None,
        run_sheet: int,
        *,
        decisions: bool,
    ) -> None:
        self._styles = styles
        self._found = found
        self._run_sheet = run_sheet
        """What `EntryResult.sheet` counts in."""
        self._lang = job.lang
        self._names = result_columns(decisions) if found is not None else []
        self._row_texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
        self._head: Line | None = None
        self._offset = 0
        """By how much a line's row number on the current sheet is lower than its line number."""
        self.filter: Range | None = None

    def measure(self, sample: Sequence[Line]) -> None:
        """Decide how many columns there are and how wide."""
        found = self._found
        width = max((_filled_width(line[1]) for line in sample), default=0)
        if found is not None:
            width = max(width, _filled_width(found.headers))
        dropped = dropped_columns(found)
        kept = [column for column in range(width) if column not in dropped]
        self._width = len(kept)
        if self._width + len(self._names) > MOST_COLUMNS:
            raise NotRewritableError("no room on the right")

        top = found.header_line if found is not None else 0
        self._widths: list[float] = []
        for column in kept:
            texts = [cells[column] for number, cells, *_ in sample if number >= top and column < len(cells)]
            longest = max((_text_width(text) for text in texts), default=6)
            self._widths.append(min(_WIDEST, max(_NARROWEST, longest + 2)))

        ids = [] if found is None else [found.order_column, found.owner_column]
        self._input_cells = FreshCells(
            kept=kept,
            known_width=width,
            added=len(self._names),
            ids=frozenset(column for column in ids if column is not None),
            text_style=self._styles.text,
            plain_style=self._styles.plain,
        )
        self._columns = [(name, letter(column)) for column, name in enumerate(self._names, start=self._width)]
        self._result_cells = ResultCells(
            self._columns, self._styles.result_cells, self._row_texts, LocalSerial()
        )

    def write(
        self,
        member: MemberWriter,
        lines: LineBuffer,
        result: ResultRows,
        *,
        is_first: bool,
        is_selected: bool,
    ) -> None:
        """Write lines until they end or the sheet is full."""
        self.filter = None
        header = self._found.header_line if self._found is not None else 0
        if not is_first:
            assert lines.next is not None
            header = 1 if self._head is not None else 0
            self._offset = lines.next[0] - header - 1
        member.write(self._xml_before_rows(header, is_selected=is_selected))
        progress = _SheetProgress(header)
        if not is_first and self._head is not None:
            member.write(self._header(1, self._head))
        while lines.next is not None and lines.next[0] - self._offset < MOST_LINES:
            below = MOST_LINES + self._offset
            if lines.next[0] <= header:  # lines above a table are seldom as wide as it
                below = min(below, header + 1)
            member.write(self._rows(lines.take(below), result, progress))
        member.write(self._xml_after_rows(progress))

    def _rows(self, lines: Sequence[Line], result: ResultRows, progress: "_SheetProgress") -> bytes:
        header = self._found.header_line if self._found is not None else 0
        xml: list[bytes] = []
        for line, input_xml in zip(lines, self._input_cells.rows(lines, self._offset), strict=True):
            number = line[0] - self._offset
            order_line = result.next_line(self._run_sheet)
            if line[0] == header:
                self._head = line
                xml.append(self._header(number, line))
            elif order_line == line[0]:
                row = result.take()
                progress.count(row, number, is_hidden=line[3])
                xml += (input_xml.encode(), self._result_cells.cells(row, b"%d" % number), b"</row>")
            elif order_line is not None and order_line < line[0]:
                raise NotRewritableError("a row of the plan is not in the file")
            else:
                before, cell = b"", b""
                if order_line is None and progress.needs_total and number > progress.last_order:
                    cell = self._total(progress)
                    if number > progress.last_order + 1:
                        before, cell = b'<row r="%d">%b</row>' % (progress.last_order + 1, cell), b""
                xml += (before, input_xml.encode(), cell, b"</row>")
            progress.last = number
        return b"".join(xml)

    def _total(self, progress: "_SheetProgress") -> bytes:
        progress.total_written = True
        return self._result_cells.total(progress.last_order + 1, progress.header + 1, progress.points)

    def _header(self, number: int, line: Line) -> bytes:
        heads = [line[1][column] for column in self._input_cells.columns(len(line[1]))]
        style = f' s="{self._styles.head}"'
        xml = [f'<row r="{number}" ht="22" customHeight="1">'.encode()]
        for position in range(max(self._width, _filled_width(heads))):
            at = f"{self._input_cells.letters(position)}{number}"
            head = heads[position] if position < len(heads) else ""
            xml.append(string_cell(at, style, head).encode())
            if position == self._width - 1:
                styles = dict.fromkeys(self._names, self._styles.result_head)
                xml.append(self._result_cells.heads(number, styles))
        return b"".join([*xml, b"</row>"])

    def _xml_before_rows(self, header: int, *, is_selected: bool) -> bytes:
        selected = ' tabSelected="1"' if is_selected else ""
        pane = (
            f'<pane ySplit="{header}" topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/>'
            if header
            else ""
        )
        widths = [*self._widths, *(WIDTHS[name] for name in self._names)]
        cols = "".join(
            f'<col min="{number}" max="{number}" width="{width + 0.7109375}" customWidth="1"/>'
            for number, width in enumerate(widths, start=1)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView{selected} workbookViewId="0">{pane}</sheetView>'
            '</sheetViews><sheetFormatPr defaultRowHeight="15"/>'
            f"{'<cols>' + cols + '</cols>' if cols else ''}<sheetData>"
        ).encode()

    def _xml_after_rows(self, progress: "_SheetProgress") -> bytes:
        xml = []
        if self._found is not None and progress.needs_total and progress.last_order < MOST_LINES:
            xml.append(f'<row r="{progress.last_order + 1}">{self._total(progress).decode()}</row>')
        xml.append("</sheetData>")
        if self._found is not None:
            last_column = self._width + len(self._names) - 1
            last_line = max(progress.last_order, progress.header + 1)
            self.filter = Range(0, progress.header, last_column, last_line)
            xml.append(f'<autoFilter ref="{self.filter}"/>')
            letters = dict(self._columns).get("decision", "")
            validations = drop_downs(letters, progress.uncertain_lines, progress.held_lines, self._lang)
            if validations:
                count = len(validations)
                xml.append(f'<dataValidations count="{count}">{"".join(validations)}</dataValidations>')
        xml.append('<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>')
        xml.append('<pageSetup paperSize="9" orientation="landscape"/>')
        if self._width:
            area = f"A1:{letter(self._width - 1)}{max(progress.last, 1)}"
            xml.append(
                f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'
            )
        xml.append("</worksheet>")
        return "".join(xml).encode()


class _SheetProgress:
    """What was written on one sheet so far, by row number."""

    def __init__(self, header: int) -> None:
        self.header = header
        self.last = header
        self.last_order = header
        self.points = 0
        self.uncertain_lines: list[int] = []
        self.held_lines: list[int] = []
        self.total_written = False

    @property
    def needs_total(self) -> bool:
        """Whether there are orders without a total below them."""
        return not self.total_written and self.last_order > self.header

    def count(self, row: RowResult, number: int, *, is_hidden: bool) -> None:
        """Count an order's row."""
        self.last_order = number
        if row.points and not is_hidden:
            self.points += row.points
        if row.status is RowStatus.UNCERTAIN:
            self.uncertain_lines.append(number)
        elif row.status is not RowStatus.SYNCED and is_held_back(row):
            self.held_lines.append(number)


def _filled_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last with a text."""
    return next((width for width in range(len(cells), 0, -1) if cells[width - 1]), 0)


def _text_width(text: str) -> int:
    """Return the width of the text's widest line in characters."""
    return max(display_width(line[:_WIDEST]) for line in text.split("\n"))


def _part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _empty_workbook(names: Sequence[str], hidden: set[str]) -> bytes:
    """Return a workbook with empty sheets of those names."""
    import xlsxwriter  # takes a third of a second

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name in names:
        sheet = book.add_worksheet(name)
        if name in hidden and len(hidden) < len(names):
            sheet.hide()
    shown = [sheet for sheet in book.worksheets() if not sheet.hidden]
    shown[0].activate()
    book.close()
    return file.getvalue()

"""A fresh workbook with the input's rows as text, for inputs that cannot be rewritten in place."""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from batchsync.model import CellBatch, RowResult, RowStatus, SheetCells, SheetFound
from batchsync.ooxml.escaping import string_cell
from batchsync.ooxml.package import Package, quoted
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, Range, letter
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.workbook_parts import WorkbookParts
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.ooxml.zip_writer import MemberWriter, ZipWriter
from batchsync.writer.input_cells import (
    Cells,
    InputCells,
    Line,
    LineBuffer,
    by_sheet,
    dropped_columns,
    line_batches,
)
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_rows import ResultRows, result_columns
from batchsync.writer.row_texts import LocalSerial, RowTexts
from batchsync.writer.sheet_envelope import WIDTHS, drop_down
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import free_name

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WIDEST = 42


class FreshStyles:
    """The formats of fresh sheets."""

    def __init__(self, styles: StyleSheet) -> None:
        self.result_cells = styles_for(styles, 0)
        self.text = styles.format(0, CellStyle(number_format="@", color="000000"))
        self.plain = styles.format(0, CellStyle(color="000000"))
        self.head = styles.format(0, CellStyle(fill="1F4E78", color="FFFFFF", bold=True))
        self.our_head = styles.format(0, CellStyle(fill="2E75B6", color="FFFFFF", bold=True))


class FreshSheet:
    """Writes the rows of one sheet of the input, over as many sheets as they need."""

    def __init__(
        self, job: ResultJob, styles: FreshStyles, found: SheetFound | None, uncertain: bool
    ) -> None:
        self._job = job
        self._styles = styles
        self._found = found
        self._roles = result_columns(uncertain) if found is not None else []
        self._width = 0
        self._widths: list[float] = []
        self._head: Line | None = None
        self._offset = 0
        self._input_cells: InputCells | None = None
        self._cells: ResultCells | None = None
        self.filter: Range | None = None

    def measure(self, sample: Sequence[Line]) -> None:
        """Settle how many columns the input has and how wide they are."""
        width = max((_used(line[1]) for line in sample), default=0)
        if self._found is not None:
            width = max(width, _used(self._found.headers))
        dropped = dropped_columns(self._found)
        kept = [column for column in range(width) if column not in dropped]
        self._width = len(kept)
        if self._width + len(self._roles) > MOST_COLUMNS:
            raise NotRewritableError("no room on the right")
        top = self._found.header_line if self._found is not None else 0
        for column in kept:
            values = [c[column] for n, c, _, _ in sample if column < len(c) and n >= top]
            longest = max((max(map(_shown_width, text.split("\n"))) for text in values), default=6)
            self._widths.append(min(_WIDEST, max(8, longest + 2)))
        self._input_cells = InputCells(
            kept=kept,
            seen=width,
            result_cells=len(self._roles),
            ids=_id_columns(self._found),
            text_style=self._styles.text,
            plain_style=self._styles.plain,
        )
        self._columns = [(role, letter(column)) for column, role in enumerate(self._roles, start=self._width)]
        if self._found is not None:
            job = self._job
            texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
            self._cells = ResultCells(self._columns, self._styles.result_cells, texts, LocalSerial())

    # --- One sheet of the result

    def write(
        self,
        member: MemberWriter,
        lines: LineBuffer,
        result: ResultRows,
        place: int,
        *,
        first: bool,
        alone: bool,
    ) -> None:
        """Write lines until they end or the sheet is full."""
        self.filter = None
        header = self._found.header_line if self._found is not None else 0
        if not first:
            assert lines.next is not None
            self._offset = lines.next[0] - (2 if self._head is not None else 1)
            header = 1 if self._head is not None else 0
        member.write(self._start(header, alone).encode())
        state = _SheetProgress(header)
        if not first and self._head is not None:
            member.write(self._header(1, self._head))
        while lines.next is not None and lines.next[0] - self._offset < MOST_LINES:
            below = MOST_LINES + self._offset
            if lines.next[0] <= header:  # what stands above a table rarely looks like it
                below = min(below, header + 1)
            member.write(self._rows(lines.take(below), result, place, state))
        member.write(self._finish(header, state))

    def _rows(self, lines: Sequence[Line], result: ResultRows, place: int, state: "_SheetProgress") -> bytes:
        """Return the rows of some lines."""
        assert self._input_cells is not None
        header = self._found.header_line if self._found is not None else 0
        xml: list[bytes] = []
        for line, user_cells in zip(lines, self._input_cells.rows(lines, self._offset), strict=True):
            number, row = line[0] - self._offset, result.next
            if line[0] == header:
                self._head = line
                xml.append(self._header(number, line))
            elif row is None or row.line != line[0] or row.sheet != place:
                xml.append(self._without_order(line[0], user_cells, result.next_line(place), state))
            else:
                xml += (
                    user_cells.encode("utf-8"),
                    self._ours(result.take(), number, line[3], state),
                    b"</row>",
                )
            state.last = number
        return b"".join(xml)

    def _ours(self, row: RowResult, number: int, hidden: bool, state: "_SheetProgress") -> bytes:
        assert self._cells is not None
        state.last_order = number
        if row.points and not hidden:
            state.points += row.points
        if row.status is RowStatus.UNCERTAIN:
            state.uncertain.append(number)
        return self._cells.cells(row, b"%d" % number)

    def _without_order(
        self, line: int, user_cells: str, waiting: int | None, state: "_SheetProgress"
    ) -> bytes:
        """Return a row that no order stands in; the first below the last order takes the total."""
        if waiting is not None and waiting < line:
            raise NotRewritableError("a row of the plan is not in the file")
        before, total = b"", b""
        if waiting is None and self._cells is not None:
            before, total = self._total(line - self._offset, state)
        return before + user_cells.encode("utf-8") + total + b"</row>"

    def _total(self, number: int, state: "_SheetProgress") -> tuple[bytes, bytes]:
        """Return the total under the last order: a row of its own before this one, or a cell of this one."""
        if state.total_done or state.last_order <= state.header or number <= state.last_order:
            return b"", b""
        cell = self._total_cell(state)
        if number == state.last_order + 1:
            return b"", cell
        return b'<row r="%d">%b</row>' % (state.last_order + 1, cell), b""

    def _total_cell(self, state: "_SheetProgress") -> bytes:
        assert self._cells is not None
        state.total_done = True
        return self._cells.total(state.last_order + 1, state.header + 1, state.points)

    def _header(self, number: int, line: Line) -> bytes:
        assert self._input_cells is not None
        cells = [line[1][column] for column in self._input_cells.columns(len(line[1]))]
        style = f' s="{self._styles.head}"'
        xml = [f'<row r="{number}" ht="22" customHeight="1">']
        for column in range(max(self._width, _used(cells))):
            at = f"{self._input_cells.letters(column)}{number}"
            xml.append(string_cell(at, style, cells[column] if column < len(cells) else ""))
            if column == self._width - 1 and self._cells is not None:
                heads = self._cells.heads(number, dict.fromkeys(self._roles, self._styles.our_head))
                xml.append(heads.decode())
        return ("".join(xml) + "</row>").encode("utf-8")

    # --- What stands around the rows

    def _start(self, header: int, alone: bool) -> str:
        selected = ' tabSelected="1"' if alone else ""
        pane = (
            f'<pane ySplit="{header}" topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/>'
            if header
            else ""
        )
        widths = [*self._widths, *(WIDTHS[role] for role in self._roles)]
        cols = "".join(
            f'<col min="{place}" max="{place}" width="{width + 0.7109375}" customWidth="1"/>'
            for place, width in enumerate(widths, start=1)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView{selected} workbookViewId="0">{pane}</sheetView>'
            '</sheetViews><sheetFormatPr defaultRowHeight="15"/>'
            f"{'<cols>' + cols + '</cols>' if cols else ''}<sheetData>"
        )

    def _finish(self, header: int, state: "_SheetProgress") -> bytes:
        xml = []
        if self._cells is not None and header < state.last_order < MOST_LINES and not state.total_done:
            cell = self._total_cell(state).decode()
            xml.append(f'<row r="{state.last_order + 1}">{cell}</row>')
        xml.append("</sheetData>")
        if self._cells is not None:
            last = self._width + len(self._roles)
            self.filter = Range(0, header, last - 1, max(state.last_order, header + 1))
            xml.append(f'<autoFilter ref="{self.filter}"/>')
            if state.uncertain:
                letters = dict(self._columns)["decision"]
                inside = drop_down(letters, state.uncertain, self._job.lang)
                xml.append(f'<dataValidations count="1">{inside}</dataValidations>')
        xml.append('<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>')
        xml.append('<pageSetup paperSize="9" orientation="landscape"/>')
        if self._width:
            area = f"A1:{letter(self._width - 1)}{max(state.last, 1)}"
            xml.append(
                f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'
            )
        xml.append("</worksheet>")
        return "".join(xml).encode("utf-8")


class _SheetProgress:
    """What the rows of one sheet added up to so far."""

    def __init__(self, header: int) -> None:
        self.header = header
        self.last = header
        self.total_done = False
        self.last_order = header
        self.points = 0
        self.uncertain: list[int] = []


def _id_columns(found: SheetFound | None) -> frozenset[int]:
    columns = [] if found is None else [found.order_column, found.owner_column]
    return frozenset(column for column in columns if column is not None)


def _used(cells: Sequence[str]) -> int:
    """Return how many cells there are up to the last with a text in it."""
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)


def _shown_width(text: str) -> int:
    return sum(2 if letter > "\u2e7f" else 1 for letter in text[:_WIDEST])


_FILTER = "_xlnm._FilterDatabase"
_SAMPLE = 200
_BAD_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class FreshWorkbook:
    """A workbook made from the cells that the reader yields."""

    styles_part = "xl/styles.xml"

    def __init__(self, job: ResultJob, cells: Cells, *, uncertain: bool) -> None:
        self._job = job
        self._cells = cells
        self.uncertain = uncertain
        self.styles = StyleSheet(Package(io.BytesIO(_skeleton(["1"], set()))).read(self.styles_part))
        self._styles = FreshStyles(self.styles)
        self._names: list[str] = []
        self._hidden: set[str] = set()
        self._filters: list[tuple[int, Range]] = []
        self._package: Package | None = None

    @property
    def package(self) -> Package:
        """The skeleton around the sheets that were written."""
        if self._package is None:
            self._package = Package(io.BytesIO(_skeleton(self._names, self._hidden)))
        return self._package

    @property
    def written(self) -> set[str]:
        """The parts that are written already."""
        return {_part(number) for number in range(1, len(self._names) + 1)}

    def write(self, out: ZipWriter, result: ResultRows) -> None:
        """Write the data sheets, as the cells come."""
        by_index = {found.index: (place, found) for place, found in enumerate(self._job.sheets)}
        for cells, batches in by_sheet(self._cells):
            place, found = by_index.get(cells.index, (-1, None))
            rows = FreshSheet(self._job, self._styles, found, self.uncertain)
            self._write_sheet(out, result, rows, (place, cells), batches)
        if not self._names:
            raise NotRewritableError("no sheet at all")

    def _write_sheet(
        self,
        out: ZipWriter,
        result: ResultRows,
        rows: FreshSheet,
        sheet: tuple[int, SheetCells],
        batches: Iterator[CellBatch],
    ) -> None:
        place, cells = sheet
        pieces = line_batches(batches)
        sample: list[Line] = []
        while len(sample) < _SAMPLE and (piece := next(pieces, [])):
            sample += piece
        rows.measure(sample[:_SAMPLE])
        rest = LineBuffer(chain([sample], pieces))
        number = 1
        while number == 1 or rest.next is not None:
            taken = {known.lower() for known in self._names}
            self._names.append(free_name(_clean_name(cells.sheet), taken))
            if not cells.visible:
                self._hidden.add(self._names[-1])
            with out.stream(_part(len(self._names))) as member:
                rows.write(member, rest, result, place, first=number == 1, alone=len(self._names) == 1)
            if rows.filter is not None:
                self._filters.append((len(self._names) - 1, rows.filter))
            number += 1

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """List the filters; nothing of an earlier result is left in a fresh workbook."""
        for index, area in self._filters:
            workbook_parts.name(_FILTER, f"{quoted(self._names[index])}!{area.absolute()}", index)
        return False


def _clean_name(name: str) -> str:
    return _BAD_NAME.sub(" ", name).strip(" '")[:31] or "Sheet"


def _part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _skeleton(names: Sequence[str], hidden: set[str]) -> bytes:
    """Return an empty workbook with sheets of those names."""
    import xlsxwriter

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

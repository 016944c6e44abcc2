"""One fresh sheet: the input's rows as text, ours behind them, and what stands around."""

from collections.abc import Sequence

from batchsync.model import RowResult, RowStatus, SheetFound
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.xml_edit import UnshapedError
from batchsync.ooxml.zip_writer import Member
from batchsync.writer.escaping import string_cell
from batchsync.writer.fresh_cells import InputCells
from batchsync.writer.input_cells import Line, Pieces, dropped_columns
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_cursor import Cursor
from batchsync.writer.row_texts import LocalSerial
from batchsync.writer.sheet_envelope import WIDTHS, Range, drop_down
from batchsync.writer.sheet_rewrite import MOST_COLUMNS, MOST_LINES
from batchsync.writer.sheet_scanner import column_letters
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import roles_for, speaker_for

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WIDEST = 42


class Palette:
    """The formats of fresh sheets."""

    def __init__(self, styles: StyleSheet) -> None:
        self.ours = styles_for(styles, 0)
        self.text = styles.format(0, CellStyle(number_format="@", color="000000"))
        self.plain = styles.format(0, CellStyle(color="000000"))
        self.head = styles.format(0, CellStyle(fill="1F4E78", color="FFFFFF", bold=True))
        self.our_head = styles.format(0, CellStyle(fill="2E75B6", color="FFFFFF", bold=True))


class FreshRows:
    """Writes the rows of one sheet of the input, over as many sheets as they need."""

    def __init__(self, job: ResultJob, palette: Palette, found: SheetFound | None, uncertain: bool) -> None:
        self._job = job
        self._palette = palette
        self._found = found
        self._roles = roles_for(uncertain) if found is not None else []
        self._width = 0
        self._widths: list[float] = []
        self._head: Line | None = None
        self._offset = 0
        self._theirs: InputCells | None = None
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
            raise UnshapedError("no room on the right")
        top = self._found.header_line if self._found is not None else 0
        for column in kept:
            texts = [c[column] for n, c, _, _ in sample if column < len(c) and n >= top]
            longest = max((max(map(_shown_width, text.split("\n"))) for text in texts), default=6)
            self._widths.append(min(_WIDEST, max(8, longest + 2)))
        self._theirs = InputCells(
            kept=kept,
            seen=width,
            ours=len(self._roles),
            ids=_id_columns(self._found),
            text_style=self._palette.text,
            plain_style=self._palette.plain,
        )
        self._columns = [
            (role, column_letters(self._width + place)) for place, role in enumerate(self._roles, start=1)
        ]
        if self._found is not None:
            self._cells = ResultCells(
                self._columns, self._palette.ours, speaker_for(self._job), LocalSerial()
            )

    # --- One sheet of the result

    def write(
        self, member: Member, lines: Pieces, cursor: Cursor, place: int, *, first: bool, alone: bool
    ) -> None:
        """Write lines until they end or the sheet is full."""
        self.filter = None
        header = self._found.header_line if self._found is not None else 0
        if not first:
            assert lines.next is not None
            self._offset = lines.next[0] - (2 if self._head is not None else 1)
            header = 1 if self._head is not None else 0
        member.write(self._start(header, alone).encode())
        state = _Written(header)
        if not first and self._head is not None:
            member.write(self._header(1, self._head))
        while lines.next is not None and lines.next[0] - self._offset < MOST_LINES:
            below = MOST_LINES + self._offset
            if lines.next[0] <= header:  # what stands above a table rarely looks like it
                below = min(below, header + 1)
            member.write(self._rows(lines.take(below), cursor, place, state))
        member.write(self._finish(header, state))

    def _rows(self, lines: Sequence[Line], cursor: Cursor, place: int, state: "_Written") -> bytes:
        """Return the rows of some lines."""
        assert self._theirs is not None
        header = self._found.header_line if self._found is not None else 0
        xml: list[bytes] = []
        for line, theirs in zip(lines, self._theirs.rows(lines, self._offset), strict=True):
            number, row = line[0] - self._offset, cursor.row
            if line[0] == header:
                self._head = line
                xml.append(self._header(number, line))
            elif row is None or row.line != line[0] or row.sheet != place:
                xml.append(self._without_order(line[0], theirs, cursor.line_on(place), state))
            else:
                xml += (theirs.encode("utf-8"), self._ours(cursor.take(), number, line[3], state), b"</row>")
            state.last = number
        return b"".join(xml)

    def _ours(self, row: RowResult, number: int, hidden: bool, state: "_Written") -> bytes:
        assert self._cells is not None
        state.last_order = number
        if row.points and not hidden:
            state.points += row.points
        if row.status is RowStatus.UNCERTAIN:
            state.uncertain.append(number)
        return self._cells.cells(row, b"%d" % number)

    def _without_order(self, line: int, theirs: str, waiting: int | None, state: "_Written") -> bytes:
        """Return a row that no order stands in; the first below the last order takes the total."""
        if waiting is not None and waiting < line:
            raise UnshapedError("a row of the plan is not in the file")
        before, total = b"", b""
        if waiting is None and self._cells is not None:
            before, total = self._total(line - self._offset, state)
        return before + theirs.encode("utf-8") + total + b"</row>"

    def _total(self, number: int, state: "_Written") -> tuple[bytes, bytes]:
        """Return the total under the last order: a row of its own before this one, or a cell of this one."""
        if state.total_done or state.last_order <= state.header or number <= state.last_order:
            return b"", b""
        cell = self._total_cell(state)
        if number == state.last_order + 1:
            return b"", cell
        return b'<row r="%d">%b</row>' % (state.last_order + 1, cell), b""

    def _total_cell(self, state: "_Written") -> bytes:
        assert self._cells is not None
        state.total_done = True
        return self._cells.total(state.last_order + 1, state.header + 1, state.points)

    def _header(self, number: int, line: Line) -> bytes:
        assert self._theirs is not None
        cells = [line[1][column] for column in self._theirs.columns(len(line[1]))]
        style = f' s="{self._palette.head}"'
        xml = [f'<row r="{number}" ht="22" customHeight="1">']
        for column in range(max(self._width, _used(cells))):
            at = f"{self._theirs.letters(column)}{number}"
            xml.append(string_cell(at, style, cells[column] if column < len(cells) else ""))
            if column == self._width - 1 and self._cells is not None:
                heads = self._cells.heads(number, dict.fromkeys(self._roles, self._palette.our_head))
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

    def _finish(self, header: int, state: "_Written") -> bytes:
        xml = []
        if self._cells is not None and header < state.last_order < MOST_LINES and not state.total_done:
            cell = self._total_cell(state).decode()
            xml.append(f'<row r="{state.last_order + 1}">{cell}</row>')
        xml.append("</sheetData>")
        if self._cells is not None:
            last = self._width + len(self._roles)
            self.filter = Range(1, header, last, max(state.last_order, header + 1))
            xml.append(f'<autoFilter ref="{self.filter}"/>')
            if state.uncertain:
                letters = dict(self._columns)["decision"]
                inside = drop_down(letters, state.uncertain, self._job.lang)
                xml.append(f'<dataValidations count="1">{inside}</dataValidations>')
        xml.append('<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>')
        xml.append('<pageSetup paperSize="9" orientation="landscape"/>')
        if self._width:
            area = f"A1:{column_letters(self._width)}{max(state.last, 1)}"
            xml.append(
                f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'
            )
        xml.append("</worksheet>")
        return "".join(xml).encode("utf-8")


class _Written:
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

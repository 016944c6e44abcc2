"""One worksheet of the user's, rewritten as it streams by: every row as it was, and our cells at its end.

The first pass over the part measures (the widest column, how header and data look), the second writes. Where an
earlier result of ours already has its columns, their cells are replaced in place and the user's stay where they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from batchsync.messages import result_columns as messages
from batchsync.model import RowResult, RowStatus, SheetFound
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.xml_edit import UnshapedError
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_cursor import Cursor
from batchsync.writer.row_texts import LocalSerial, RowTexts
from batchsync.writer.sheet_envelope import merged_areas
from batchsync.writer.sheet_scanner import Cell, Row, Shape, SheetStream, column_letters

MOST_COLUMNS = 16_384
MOST_LINES = 1_048_576
_NEVER = MOST_LINES + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands on one sheet."""

    columns: Mapping[str, int]
    """Columns of ours by role, A being 1."""
    replaced: frozenset[int]
    """Those that an earlier result of ours has left."""
    cleared: frozenset[int]
    """Those whose cells give way: an earlier result's, or empty ones of a sheet that is formatted to its very end."""
    header_line: int
    first_column: int
    """Where the header row begins."""
    header_styles: Mapping[str, int]
    base_style: int
    """The format of a data cell of the user's."""


def measure(stream: SheetStream, found: SheetFound, roles: Sequence[str]) -> Layout:
    """Walk the sheet once and say where our columns go.

    Raises UnshapedError when they don't fit.
    """
    widest = stream.widest(found.header_line)
    merged = [area.right for area in merged_areas(stream.tail) if area.bottom >= found.header_line]
    widest = max([widest, *(right for right in merged if right < MOST_COLUMNS)])
    header, data = _samples(stream, found)
    known = _known_columns(found)
    columns = _placed(known, roles, widest)
    cleared = set(known.values())
    if max(columns.values()) > MOST_COLUMNS:
        columns = _placed(known, roles, stream.widest_filled(found.header_line))
        cleared.update(columns.values())
    if max(columns.values()) > MOST_COLUMNS:
        raise UnshapedError("no room on the right")
    theirs = [cell for cell in header if cell.column not in known.values()]
    style = theirs[-1].style if theirs else 0
    styles = {cell.column: cell.style for cell in header if cell.column in known.values()}
    order = next((cell for cell in data if cell.column == found.order_column + 1), None)
    return Layout(
        columns=dict(sorted(columns.items(), key=lambda item: item[1])),
        replaced=frozenset(known.values()),
        cleared=frozenset(cleared),
        header_line=found.header_line,
        first_column=header[0].column if header else 1,
        header_styles={role: styles.get(column, style) for role, column in columns.items()},
        base_style=order.style if order else 0,
    )


def _placed(known: Mapping[str, int], roles: Sequence[str], widest: int) -> dict[str, int]:
    """Return our columns by role: those that are there stay, new ones stand right of everything."""
    columns = {role: known[role] for role in known if role in messages.HEADS}
    right = max([widest, *columns.values()])
    missing = (role for role in roles if role not in columns)
    return {**columns, **{role: right + place for place, role in enumerate(missing, start=1)}}


def _samples(stream: SheetStream, found: SheetFound) -> tuple[list[Cell], list[Cell]]:
    """Return the cells of the header row and of the first row below that has an order."""
    shape, before, header = stream.start_shape(), 0, None
    for block in stream.blocks():
        for row in stream.rows(block, shape, before):
            before = row.number
            if row.number == found.header_line:
                header = shape.parse_cells(row.cells)
            elif row.number > found.header_line:
                if header is None:
                    raise UnshapedError("no header row")
                data = shape.parse_cells(row.cells)
                if any(cell.column == found.order_column + 1 for cell in data):
                    return header, data
    if header is None:
        raise UnshapedError("no header row")
    return header, []


def _known_columns(found: SheetFound) -> dict[str, int]:
    """Which columns an earlier result has left, by role; told by their heads in either language."""
    names = {text: role for role, head in messages.HEADS.items() for text in (head.en, head.zh)}
    places = [*found.result_columns]
    if found.decision_column is not None and found.decision_column not in places:
        places.append(found.decision_column)
    known: dict[str, int] = {}
    for column in places:
        head = found.headers[column].strip() if column < len(found.headers) else ""
        role = names.get(head, names.get(head.lower()))
        if role is not None:
            known.setdefault(role, column + 1)
    return known


class SheetRewrite:
    """Writes one sheet anew, row by row. What the edits of head and tail need is known when the rows are through."""

    def __init__(
        self,
        *,
        stream: SheetStream,
        place: int,
        layout: Layout,
        styles: StyleSheet,
        speaker: RowTexts,
        serial: LocalSerial,
    ) -> None:
        self.stream = stream
        self._place = place
        self.layout = layout
        self._shape: Shape = stream.start_shape()
        columns = [(role, column_letters(number)) for role, number in layout.columns.items()]
        self._cells = ResultCells(
            columns, styles_for(styles, layout.base_style), speaker, serial, self._shape.prefix
        )
        self._heads = {
            role: styles.format(style, CellStyle(color="000000", bold=True)) if style == 0 else style
            for role, style in layout.header_styles.items()
        }
        self._merging = bool(layout.cleared)
        self.last_line = layout.header_line
        self.uncertain: list[int] = []
        self._points = 0
        self._total_done = False

    def body(self, cursor: Cursor) -> Iterator[bytes]:
        """Yield all rows with ours in them.

        Raises UnshapedError when the sheet and the plan don't go together.
        """
        before = 0
        self._total_done = cursor.line_on(self._place) is None
        for block in self.stream.blocks():
            if self._merging or self._shape.extension in block:
                out = [self._row(row, cursor) for row in self.stream.rows(block, self._shape, before)]
                before = self.stream.last
            else:
                out, before = self._fast(block, before, cursor)
            yield b"".join(out)
        if cursor.line_on(self._place) is not None:
            raise UnshapedError("a row of the plan is not on the sheet")
        if not self._total_done:
            yield self._total_row()

    def _fast(self, block: bytes, before: int, cursor: Cursor) -> tuple[list[bytes], int]:
        """The usual rows: our cells go right before the closing tag, and nothing else is looked at."""
        shape = self._shape
        close = shape.row_close
        fast = shape.row_fast.match
        opening = b"<" + shape.prefix + b'row r="'
        out: list[bytes] = []
        add = out.append
        parts = block.split(close)
        rest = parts.pop()
        make = self._cells.cells
        line_on, place = cursor.line_on, self._place
        waiting = line_on(place)
        for part in parts:
            found = fast(part)
            end = part.find(b">", found.end()) if found else 0
            if found is None or part[end - 1] == 47:
                for row in self.stream.rows(part + close, shape, before):
                    before = row.number
                    add(self._row(row, cursor))
                waiting = line_on(place)
                continue
            digits = found[1]
            number = int(digits)
            if number <= before:
                raise UnshapedError("rows out of order")
            before = number
            if number == waiting:
                result = cursor.take()
                self._note(result, number, end > found.end() and b"hidden=" in part[found.end() : end])
                extra = make(result, digits)
                waiting = line_on(place)
            else:
                extra = self._extra(number, digits, cursor, hidden=False)
                if waiting is None:
                    add(self._before(number))
            add(opening + digits + b'"')
            add(part[found.end() :])
            add(extra)
            add(close)
        for row in self.stream.rows(rest, shape, before):
            before = row.number
            add(self._row(row, cursor))
        return out, before

    def _extra(self, number: int, digits: bytes, cursor: Cursor, *, hidden: bool) -> bytes:
        """Return our cells for a line."""
        line = cursor.line_on(self._place)
        if line == number:
            row = cursor.take()
            self._note(row, number, hidden)
            return self._cells.cells(row, digits)
        if line is not None and line < number:
            raise UnshapedError("a row of the plan is not on the sheet")
        if number == self.layout.header_line:
            return self._cells.heads(number, self._heads)
        if line is None and number == self.last_line + 1 and not self._total_done:
            self._total_done = True
            return self._cells.total(number, self.layout.header_line + 1, self._points)
        return b""

    def _note(self, row: RowResult, number: int, hidden: bool) -> None:
        self.last_line = number
        if row.points and not hidden:
            self._points += row.points
        if row.status is RowStatus.UNCERTAIN:
            self.uncertain.append(number)

    def _before(self, number: int) -> bytes:
        """Return the total's own row when the sheet has none where it belongs."""
        if self._total_done or number <= self.last_line + 1 or number <= self.layout.header_line:
            return b""
        return self._total_row()

    def _total_row(self) -> bytes:
        self._total_done = True
        line = self.last_line + 1
        if line > MOST_LINES:
            return b""
        name = self._shape.prefix + b"row"
        cell = self._cells.total(line, self.layout.header_line + 1, self._points)
        return b'<%b r="%d">%b</%b>' % (name, line, cell, name)

    def _row(self, row: Row, cursor: Cursor) -> bytes:
        """Any row, whatever it looks like: opened up, ours taken out and put in, closed again."""
        digits = b"%d" % row.number
        extra = self._extra(row.number, digits, cursor, hidden=row.hidden)
        waiting = cursor.line_on(self._place)
        before = self._before(row.number) if waiting is None else b""
        if self._merging and row.number >= self.layout.header_line:
            inside = self._merged(row, extra, below=row.number > self.last_line and waiting is None)
        else:
            inside = self._inserted(row.cells, extra)
        name = self._shape.prefix + b"row"
        attributes = self._shape.spans.sub(b"", row.attributes)
        if not inside:
            return before + b"<" + name + attributes.rstrip() + b"/>"
        return before + b"<" + name + attributes + b">" + inside + b"</" + name + b">"

    def _inserted(self, cells: bytes, extra: bytes) -> bytes:
        at = cells.find(self._shape.extension) if extra else -1
        return cells + extra if at < 0 else cells[:at] + extra + cells[at:]

    def _merged(self, row: Row, extra: bytes, *, below: bool) -> bytes:
        at = row.cells.find(self._shape.extension)
        cells, extension = (row.cells, b"") if at < 0 else (row.cells[:at], row.cells[at:])
        theirs = [cell for cell in self._shape.parse_cells(cells) if not self._is_ours(cell, below)]
        if any(b"r=" not in cell.xml[: cell.xml.index(b">")] for cell in theirs):
            raise UnshapedError("cells without references beside an earlier result")
        ours = self._shape.parse_cells(extra)
        taken = {cell.column for cell in ours}
        both = [cell for cell in theirs if cell.column not in taken] + ours
        both.sort(key=lambda cell: cell.column)
        return b"".join(cell.xml for cell in both) + extension

    def _is_ours(self, cell: Cell, below: bool) -> bool:
        """Whether an earlier result put a cell there; below the rows only its total is ours."""
        if cell.column not in self.layout.cleared:
            return False
        return not below or (cell.column == self.layout.columns["points"] and b"SUBTOTAL(" in cell.xml)

"""The user's own workbook with the result columns added: each sheet with a table is rewritten, all else is copied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from batchsync.messages import Lang
from batchsync.messages import result_columns as messages
from batchsync.model import RowResult, RowStatus, SheetFound
from batchsync.ooxml.package import Package, SheetPart, quoted
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, Range, letter
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.workbook_parts import WorkbookParts
from batchsync.ooxml.xml_edit import NotRewritableError, Part
from batchsync.ooxml.zip_writer import ZipWriter
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_rows import ResultRows, result_columns
from batchsync.writer.row_texts import LocalSerial, RowTexts
from batchsync.writer.sheet_envelope import EnvelopeEdits, SheetEnvelope, merged_areas
from batchsync.writer.sheet_scanner import Cell, Row, SheetScanner, TagPatterns
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import styles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands on one sheet."""

    columns: Mapping[str, int]
    """Columns of ours by role, counted from 0."""
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


def measure(stream: SheetScanner, found: SheetFound, roles: Sequence[str]) -> Layout:
    """Walk the sheet once and say where our columns go.

    Raises NotRewritableError when they don't fit.
    """
    widest = stream.widest(found.header_line)
    merged = [area.right for area in merged_areas(stream.tail) if area.bottom >= found.header_line]
    widest = max([widest, *(right for right in merged if right < MOST_COLUMNS - 1)])
    header, data = _samples(stream, found)
    known = _known_columns(found)
    columns = _placed(known, roles, widest)
    cleared = set(known.values())
    if max(columns.values()) >= MOST_COLUMNS:
        columns = _placed(known, roles, stream.widest_filled(found.header_line))
        cleared.update(columns.values())
    if max(columns.values()) >= MOST_COLUMNS:
        raise NotRewritableError("no room on the right")
    user_cells = [cell for cell in header if cell.column not in known.values()]
    style = user_cells[-1].style if user_cells else 0
    styles = {cell.column: cell.style for cell in header if cell.column in known.values()}
    order = next((cell for cell in data if cell.column == found.order_column), None)
    return Layout(
        columns=dict(sorted(columns.items(), key=lambda item: item[1])),
        replaced=frozenset(known.values()),
        cleared=frozenset(cleared),
        header_line=found.header_line,
        first_column=header[0].column if header else 0,
        header_styles={role: styles.get(column, style) for role, column in columns.items()},
        base_style=order.style if order else 0,
    )


def _placed(known: Mapping[str, int], roles: Sequence[str], widest: int) -> dict[str, int]:
    """Return our columns by role: those that are there stay, new ones stand right of everything."""
    columns = {role: known[role] for role in known if role in messages.HEADS}
    right = max([widest, *columns.values()])
    missing = (role for role in roles if role not in columns)
    return {**columns, **{role: right + place for place, role in enumerate(missing, start=1)}}


def _samples(stream: SheetScanner, found: SheetFound) -> tuple[list[Cell], list[Cell]]:
    """Return the cells of the header row and of the first row below that has an order."""
    patterns, before, header = stream.tag_patterns(), 0, None
    for block in stream.blocks():
        for row in stream.rows(block, patterns, before):
            before = row.number
            if row.number == found.header_line:
                header = patterns.parse_cells(row.cells)
            elif row.number > found.header_line:
                if header is None:
                    raise NotRewritableError("no header row")
                data = patterns.parse_cells(row.cells)
                if any(cell.column == found.order_column for cell in data):
                    return header, data
    if header is None:
        raise NotRewritableError("no header row")
    return header, []


def _known_columns(found: SheetFound) -> dict[str, int]:
    """Which columns an earlier result has left, by role; told by their heads in either language."""
    names = {text: role for role, head in messages.HEADS.items() for text in (head.en, head.zh)}
    new_indices = [*found.result_columns]
    if found.decision_column is not None and found.decision_column not in new_indices:
        new_indices.append(found.decision_column)
    known: dict[str, int] = {}
    for column in new_indices:
        head = found.headers[column].strip() if column < len(found.headers) else ""
        role = names.get(head, names.get(head.lower()))
        if role is not None:
            known.setdefault(role, column)
    return known


class SheetRewrite:
    """Writes one sheet anew, row by row. What the edits of head and tail need is known when the rows are through."""

    def __init__(
        self,
        *,
        stream: SheetScanner,
        place: int,
        layout: Layout,
        styles: StyleSheet,
        row_texts: RowTexts,
        serial: LocalSerial,
    ) -> None:
        self.stream = stream
        self._place = place
        self.layout = layout
        self._patterns: TagPatterns = stream.tag_patterns()
        columns = [(role, letter(column)) for role, column in layout.columns.items()]
        self._cells = ResultCells(
            columns, styles_for(styles, layout.base_style), row_texts, serial, self._patterns.prefix
        )
        self._heads = {
            role: styles.format(style, CellStyle(color="000000", bold=True)) if style == 0 else style
            for role, style in layout.header_styles.items()
        }
        self._replacing = bool(layout.cleared)
        self.last_line = layout.header_line
        self.uncertain: list[int] = []
        self._points = 0
        self._total_done = False

    def body(self, result: ResultRows) -> Iterator[bytes]:
        """Yield all rows with ours in them.

        Raises NotRewritableError when the sheet and the plan don't go together.
        """
        before = 0
        self._total_done = result.next_line(self._place) is None
        for block in self.stream.blocks():
            if self._replacing or self._patterns.extension in block:
                out = [self._row(row, result) for row in self.stream.rows(block, self._patterns, before)]
                before = self.stream.last
            else:
                out, before = self._usual_rows(block, before, result)
            yield b"".join(out)
        if result.next_line(self._place) is not None:
            raise NotRewritableError("a row of the plan is not on the sheet")
        if not self._total_done:
            yield self._total_row()

    def _usual_rows(self, block: bytes, before: int, result: ResultRows) -> tuple[list[bytes], int]:
        """The usual rows: our cells go right before the closing tag, and nothing else is looked at."""
        patterns = self._patterns
        close = patterns.row_close
        fast = patterns.usual_row.match
        opening = b"<" + patterns.prefix + b'row r="'
        out: list[bytes] = []
        add = out.append
        parts = block.split(close)
        rest = parts.pop()
        make = self._cells.cells
        next_line, place = result.next_line, self._place
        waiting = next_line(place)
        for part in parts:
            found = fast(part)
            end = part.find(b">", found.end()) if found else 0
            if found is None or part[end - 1] == 47:
                for row in self.stream.rows(part + close, patterns, before):
                    before = row.number
                    add(self._row(row, result))
                waiting = next_line(place)
                continue
            digits = found[1]
            number = int(digits)
            if number <= before:
                raise NotRewritableError("rows out of order")
            before = number
            if number == waiting:
                result_row = result.take()
                self._note(result_row, number, end > found.end() and b"hidden=" in part[found.end() : end])
                extra = make(result_row, digits)
                waiting = next_line(place)
            else:
                extra = self._extra(number, digits, result, hidden=False)
                if waiting is None:
                    add(self._before(number))
            add(opening + digits + b'"')
            add(part[found.end() :])
            add(extra)
            add(close)
        for row in self.stream.rows(rest, patterns, before):
            before = row.number
            add(self._row(row, result))
        return out, before

    def _extra(self, number: int, digits: bytes, result: ResultRows, *, hidden: bool) -> bytes:
        """Return our cells for a line."""
        line = result.next_line(self._place)
        if line == number:
            row = result.take()
            self._note(row, number, hidden)
            return self._cells.cells(row, digits)
        if line is not None and line < number:
            raise NotRewritableError("a row of the plan is not on the sheet")
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
        name = self._patterns.prefix + b"row"
        cell = self._cells.total(line, self.layout.header_line + 1, self._points)
        return b'<%b r="%d">%b</%b>' % (name, line, cell, name)

    def _row(self, row: Row, result: ResultRows) -> bytes:
        """Any row, whatever it looks like: opened up, ours taken out and put in, closed again."""
        digits = b"%d" % row.number
        extra = self._extra(row.number, digits, result, hidden=row.hidden)
        waiting = result.next_line(self._place)
        before = self._before(row.number) if waiting is None else b""
        if self._replacing and row.number >= self.layout.header_line:
            inside = self._merged(row, extra, below=row.number > self.last_line and waiting is None)
        else:
            inside = self._inserted(row.cells, extra)
        name = self._patterns.prefix + b"row"
        attributes = self._patterns.spans.sub(b"", row.attributes)
        if not inside:
            return before + b"<" + name + attributes.rstrip() + b"/>"
        return before + b"<" + name + attributes + b">" + inside + b"</" + name + b">"

    def _inserted(self, cells: bytes, extra: bytes) -> bytes:
        at = cells.find(self._patterns.extension) if extra else -1
        return cells + extra if at < 0 else cells[:at] + extra + cells[at:]

    def _merged(self, row: Row, extra: bytes, *, below: bool) -> bytes:
        at = row.cells.find(self._patterns.extension)
        cells, extension = (row.cells, b"") if at < 0 else (row.cells[:at], row.cells[at:])
        user_cells = [
            cell for cell in self._patterns.parse_cells(cells) if not self._is_replaced(cell, below)
        ]
        if any(b"r=" not in cell.xml[: cell.xml.index(b">")] for cell in user_cells):
            raise NotRewritableError("cells without references beside an earlier result")
        result_cells = self._patterns.parse_cells(extra)
        taken = {cell.column for cell in result_cells}
        both = [cell for cell in user_cells if cell.column not in taken] + result_cells
        both.sort(key=lambda cell: cell.column)
        return b"".join(cell.xml for cell in both) + extension

    def _is_replaced(self, cell: Cell, below: bool) -> bool:
        """Whether an earlier result put a cell there; below the rows only its total is ours."""
        if cell.column not in self.layout.cleared:
            return False
        return not below or (cell.column == self.layout.columns["points"] and b"SUBTOTAL(" in cell.xml)


_FILTER = "_xlnm._FilterDatabase"


class RewrittenSheet:
    """A sheet of the user's with our columns at its end."""

    def __init__(
        self, part: str, sheet: tuple[int, str], rewrite: SheetRewrite, tables: Sequence[Range], lang: Lang
    ) -> None:
        self.part = part
        self._index, self._name = sheet
        self._rewrite = rewrite
        self._tables = tables
        self._lang = lang
        self._filter: Range | None = None

    @property
    def replaces_columns(self) -> bool:
        """Whether an earlier result had its columns here."""
        return bool(self._rewrite.layout.replaced)

    def pieces(self, result: ResultRows) -> Iterator[bytes]:
        """Yield the whole part, head to tail."""
        stream = self._rewrite.stream
        head, _ = self._envelope().edited()
        yield head
        yield from self._rewrite.body(result)
        envelope = self._envelope()
        _, tail = envelope.edited()
        self._filter = envelope.filter
        yield tail
        stream.tail = b""

    def _envelope(self) -> SheetEnvelope:
        layout, rewrite = self._rewrite.layout, self._rewrite
        return SheetEnvelope(
            rewrite.stream.head,
            rewrite.stream.tail,
            EnvelopeEdits(
                columns=layout.columns,
                replaced=layout.replaced,
                first_column=layout.first_column,
                header_line=layout.header_line,
                last_line=rewrite.last_line,
                uncertain=rewrite.uncertain,
                tables=self._tables,
                lang=self._lang,
            ),
        )

    def finish(self, workbook_parts: WorkbookParts) -> None:
        """List the filter, which Excel wants to find among the names too."""
        if self._filter is not None:
            text = f"{quoted(self._name)}!{self._filter.absolute()}"
            workbook_parts.name(_FILTER, text, self._index)


class UserWorkbook:
    """The user's workbook with some of its sheets about to be rewritten."""

    def __init__(
        self,
        package: Package,
        styles: tuple[str, StyleSheet],
        sheets: Sequence[RewrittenSheet],
        *,
        uncertain: bool,
    ) -> None:
        self.package = package
        self.styles_part, self.styles = styles
        self.uncertain = uncertain
        self._sheets = sheets

    def write(self, out: ZipWriter, result: ResultRows) -> None:
        """Write the data sheets."""
        for sheet in self._sheets:
            with out.stream(sheet.part) as member:
                for piece in sheet.pieces(result):
                    member.write(piece)

    @property
    def written(self) -> set[str]:
        """The parts that are written already."""
        return {sheet.part for sheet in self._sheets}

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """List the sheets' filters; say whether they replace columns of an earlier result."""
        for sheet in self._sheets:
            sheet.finish(workbook_parts)
        return any(sheet.replaces_columns for sheet in self._sheets)


def open_user_workbook(file: BinaryIO, job: ResultJob, *, uncertain: bool) -> UserWorkbook:
    """Open the user's workbook for rewriting.

    Raises NotRewritableError when it can't be rewritten safely.
    """
    package = Package(file)
    styles_part, styles = styles_of(package)
    serial = LocalSerial(from_1904=package.from_1904())
    row_texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
    roles = result_columns(uncertain)
    sheets = []
    for place, found in enumerate(job.sheets):
        index, part = _part_of(package, found)
        name = package.info(part.part).filename
        stream = SheetScanner(lambda name=name: package.open(name))  # type: ignore[misc]
        layout = measure(stream, found, roles)
        rewrite = SheetRewrite(
            stream=stream, place=place, layout=layout, styles=styles, row_texts=row_texts, serial=serial
        )
        tables = _tables(package, part.part)
        sheets.append(RewrittenSheet(name, (index, part.name), rewrite, tables, job.lang))
    if len({sheet.part for sheet in sheets}) != len(sheets):
        raise NotRewritableError("two tables on one sheet")
    return UserWorkbook(package, (styles_part, styles), sheets, uncertain=uncertain)


def _part_of(package: Package, found: SheetFound) -> tuple[int, SheetPart]:
    """Return a sheet's place among all sheets and its part; by place, and by name where that differs."""
    sheets = package.sheets
    if found.index < len(sheets) and sheets[found.index].name == found.sheet:
        index = found.index
    else:
        index = next((i for i, sheet in enumerate(sheets) if sheet.name == found.sheet), -1)
    if index < 0 or sheets[index].type != "worksheet":
        raise NotRewritableError(f"no sheet {found.sheet}")
    return index, sheets[index]


def _tables(package: Package, part: str) -> list[Range]:
    found = []
    for target, kind, _ in package.relations_of(part).values():
        if kind == "table" and package.has(target):
            text = Part(package.read(target), depth=1).root.attributes.get("ref", "")
            table = Range.parse(text)
            if table is not None:
                found.append(table)
    return found

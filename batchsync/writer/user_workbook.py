"""The user's own workbook with the result columns added: each sheet with a table is rewritten, all else is copied.

The first pass over a sheet measures (the widest column, the styles of header and data), the second writes. Where an
earlier result already has its columns, their cells are replaced in place and the user's stay where they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from batchsync.messages import result_columns as messages
from batchsync.model import RowResult, RowStatus, SheetFound
from batchsync.model.row_results import is_held_back
from batchsync.ooxml.package import Package, SheetPart, quoted
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, Range, letter
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.ooxml.workbook_parts import FILTER_NAME, WorkbookParts
from batchsync.ooxml.xml_edit import NotRewritableError, Part
from batchsync.ooxml.zip_writer import ZipWriter
from batchsync.writer.result_cells import ResultCells, styles_for
from batchsync.writer.result_rows import ResultRows, result_columns
from batchsync.writer.row_texts import LocalSerial, RowTexts
from batchsync.writer.sheet_envelope import EnvelopeEdits, SheetEnvelope, merged_ranges
from batchsync.writer.sheet_scanner import Cell, Row, SheetScanner, is_hidden
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import styles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the result columns of one sheet are, and how they look. Columns count from 0."""

    columns: Mapping[str, int]
    """The result columns by name, from left to right."""
    replaced: frozenset[int]
    """Columns of an earlier result."""
    cleared: frozenset[int]
    """Columns whose cells are removed: an earlier result's, or empty ones of a sheet formatted to its last column."""
    with_user_widths: frozenset[int]
    """Result columns that keep their width, since the user has cells in them above the header."""
    header_line: int
    first_column: int
    """Where the header row begins."""
    header_styles: Mapping[str, int]
    data_style: int
    """The style of the order numbers' cells."""


def measure(scanner: SheetScanner, found: SheetFound, names: Sequence[str]) -> Layout:
    """Read the sheet once and decide where the result columns go.

    Raises NotRewritableError when they don't fit.
    """
    widest = scanner.widest(found.header_line)
    merged = [area.right for area in merged_ranges(scanner.tail) if area.bottom >= found.header_line]
    widest = max([widest, *(right for right in merged if right < MOST_COLUMNS - 1)])
    samples = _samples(scanner, found)
    earlier = _earlier_columns(found)
    columns = _place_columns(earlier, names, widest)
    cleared = set(earlier.values())
    if max(columns.values()) >= MOST_COLUMNS:
        columns = _place_columns(earlier, names, scanner.widest_filled(found.header_line))
        cleared.update(columns.values())
    if max(columns.values()) >= MOST_COLUMNS:
        raise NotRewritableError("no room on the right")

    user_header = [cell for cell in samples.header if cell.column not in earlier.values()]
    default_style = user_header[-1].style if user_header else 0
    header_styles = {cell.column: cell.style for cell in samples.header if cell.column in earlier.values()}
    order_cell = next((cell for cell in samples.data if cell.column == found.order_column), None)
    return Layout(
        columns=dict(sorted(columns.items(), key=lambda item: item[1])),
        replaced=frozenset(earlier.values()),
        cleared=frozenset(cleared),
        with_user_widths=frozenset(columns.values()) & samples.columns_above,
        header_line=found.header_line,
        first_column=samples.header[0].column if samples.header else 0,
        header_styles={name: header_styles.get(column, default_style) for name, column in columns.items()},
        data_style=order_cell.style if order_cell else 0,
    )


def _place_columns(earlier: Mapping[str, int], names: Sequence[str], widest: int) -> dict[str, int]:
    """Return the result columns: those of an earlier result stay, new ones are right of everything."""
    right = max([widest, *earlier.values()])
    missing = (name for name in names if name not in earlier)
    return {**earlier, **{name: right + number for number, name in enumerate(missing, start=1)}}


@dataclass(frozen=True, slots=True)
class _Samples:
    header: list[Cell]
    data: list[Cell]
    """The cells of the first row with an order."""
    columns_above: frozenset[int]
    """Columns with a filled cell above the header."""


def _samples(scanner: SheetScanner, found: SheetFound) -> _Samples:
    patterns, before = scanner.tag_patterns(), 0
    header: list[Cell] | None = None
    above: set[int] = set()
    for block in scanner.blocks():
        for row in scanner.rows(block, patterns, before):
            before = row.number
            cells = patterns.parse_cells(row.cells)
            if row.number < found.header_line:
                above.update(cell.column for cell in cells if cell.is_filled)
            elif row.number == found.header_line:
                header = cells
            elif header is None:
                raise NotRewritableError("no header row")
            elif any(cell.column == found.order_column for cell in cells):
                return _Samples(header, cells, frozenset(above))
    if header is None:
        raise NotRewritableError("no header row")
    return _Samples(header, [], frozenset(above))


def _earlier_columns(found: SheetFound) -> dict[str, int]:
    """Return the columns of an earlier result by name; recognised by their headers in either language."""
    names = {text: name for name, head in messages.HEADS.items() for text in (head.en, head.zh)}
    columns = [*found.result_columns]
    if found.decision_column is not None and found.decision_column not in columns:
        columns.append(found.decision_column)
    earlier: dict[str, int] = {}
    for column in columns:
        head = found.headers[column].strip() if column < len(found.headers) else ""
        name = names.get(head, names.get(head.lower()))
        if name is not None:
            earlier.setdefault(name, column)
    return earlier


class SheetRewriter:
    """Writes one sheet of the user's with the result columns, row by row."""

    def __init__(
        self,
        *,
        part: str,
        index: int,
        name: str,
        run_sheet: int,
        scanner: SheetScanner,
        layout: Layout,
        tables: Sequence[Range],
        styles: StyleSheet,
        row_texts: RowTexts,
        serial: LocalSerial,
    ) -> None:
        self.part = part
        self.layout = layout
        self._index, self._name = index, name
        self._run_sheet = run_sheet
        """What `EntryResult.sheet` counts in."""
        self._scanner = scanner
        self._tables = tables
        self._lang = row_texts.lang
        self._patterns = scanner.tag_patterns()
        columns = [(name, letter(column)) for name, column in layout.columns.items()]
        self._cells = ResultCells(
            columns, styles_for(styles, layout.data_style), row_texts, serial, self._patterns.prefix
        )
        self._header_styles = {
            name: styles.format(style, CellStyle(color="000000", bold=True)) if style == 0 else style
            for name, style in layout.header_styles.items()
        }
        self._last_line = layout.header_line
        self._uncertain_lines: list[int] = []
        self._held_lines: list[int] = []
        self._points = 0
        self._total_written = False
        self._filter: Range | None = None

    def xml(self, result: ResultRows) -> Iterator[bytes]:
        """Yield the whole part.

        Raises NotRewritableError when the sheet and the plan don't match.
        """
        head, _ = self._envelope().edited()
        yield head
        yield from self._rows_xml(result)
        envelope = self._envelope()  # now that the last line and those with a drop-down are known
        _, tail = envelope.edited()
        self._filter = envelope.filter
        yield tail

    def _envelope(self) -> SheetEnvelope:
        layout = self.layout
        return SheetEnvelope(
            self._scanner.head,
            self._scanner.tail,
            EnvelopeEdits(
                columns=layout.columns,
                with_widths=layout.replaced | layout.with_user_widths,
                first_column=layout.first_column,
                header_line=layout.header_line,
                last_line=self._last_line,
                uncertain_lines=self._uncertain_lines,
                held_lines=self._held_lines,
                tables=self._tables,
                lang=self._lang,
            ),
        )

    def finish(self, workbook_parts: WorkbookParts) -> None:
        """Add the filter to the defined names, where Excel expects it, too."""
        if self._filter is not None:
            text = f"{quoted(self._name)}!{self._filter.absolute()}"
            workbook_parts.define_name(FILTER_NAME, text, self._index)

    def _rows_xml(self, result: ResultRows) -> Iterator[bytes]:
        before = 0
        self._total_written = result.next_line(self._run_sheet) is None
        for block in self._scanner.blocks():
            if self.layout.cleared or self._patterns.extension in block:
                rows = self._scanner.rows(block, self._patterns, before)
                xml = [self._any_row(row, result) for row in rows]
                before = self._scanner.last_line
            else:
                xml, before = self._usual_rows(block, before, result)
            yield b"".join(xml)
        if result.next_line(self._run_sheet) is not None:
            raise NotRewritableError("a row of the plan is not on the sheet")
        if not self._total_written:
            yield self._total_row()

    def _usual_rows(self, block: bytes, before: int, result: ResultRows) -> tuple[list[bytes], int]:
        """Insert our cells before each row's closing tag without parsing its cells; return the last row's number."""
        patterns = self._patterns
        close = patterns.row_close
        match_usual = patterns.usual_row.match
        opening = b"<" + patterns.prefix + b'row r="'
        out: list[bytes] = []
        add = out.append
        parts = block.split(close)
        rest = parts.pop()
        make_cells = self._cells.cells
        next_line, sheet = result.next_line, self._run_sheet
        line = next_line(sheet)
        for part in parts:
            found = match_usual(part)
            end = part.find(b">", found.end()) if found else 0
            if found is None or part[end - 1] == 47:  # a slash: self-closed
                for row in self._scanner.rows(part + close, patterns, before):
                    before = row.number
                    add(self._any_row(row, result))
                line = next_line(sheet)
                continue
            digits = found[1]
            number = int(digits)
            if number <= before:
                raise NotRewritableError("rows out of order")
            before = number
            if number == line:
                row_result = result.take()
                self._count(row_result, number, hidden=is_hidden(part[found.end() : end]))
                extra = make_cells(row_result, digits)
                line = next_line(sheet)
            else:
                extra = self._extra_cells(number, digits, result, hidden=False)
                if line is None:
                    add(self._total_row_before(number))
            add(opening + digits + b'"')
            add(part[found.end() :])
            add(extra)
            add(close)
        for row in self._scanner.rows(rest, patterns, before):
            before = row.number
            add(self._any_row(row, result))
        return out, before

    def _any_row(self, row: Row, result: ResultRows) -> bytes:
        """Return a row, however it is written, with our cells in it and an earlier result's removed."""
        extra = self._extra_cells(row.number, b"%d" % row.number, result, hidden=row.hidden)
        all_orders_written = result.next_line(self._run_sheet) is None
        before = self._total_row_before(row.number) if all_orders_written else b""
        if self.layout.cleared and row.number >= self.layout.header_line:
            is_below = row.number > self._last_line and all_orders_written
            cells = self._replace_cells(row, extra, is_below=is_below)
        else:
            at = row.cells.find(self._patterns.extension) if extra else -1
            cells = row.cells + extra if at < 0 else row.cells[:at] + extra + row.cells[at:]
        name = self._patterns.prefix + b"row"
        attributes = self._patterns.spans.sub(b"", row.attributes)
        if not cells:
            return before + b"<" + name + attributes.rstrip() + b"/>"
        return before + b"<" + name + attributes + b">" + cells + b"</" + name + b">"

    def _extra_cells(self, number: int, digits: bytes, result: ResultRows, *, hidden: bool) -> bytes:
        """Return the cells to add to a row: an order's, the header's, the total, or none."""
        line = result.next_line(self._run_sheet)
        if line == number:
            row = result.take()
            self._count(row, number, hidden=hidden)
            return self._cells.cells(row, digits)
        if line is not None and line < number:
            raise NotRewritableError("a row of the plan is not on the sheet")
        if number == self.layout.header_line:
            return self._cells.heads(number, self._header_styles)
        if line is None and number == self._last_line + 1 and not self._total_written:
            self._total_written = True
            return self._cells.total(number, self.layout.header_line + 1, self._points)
        return b""

    def _count(self, row: RowResult, number: int, *, hidden: bool) -> None:
        self._last_line = number
        if row.points and not hidden:
            self._points += row.points
        if row.status is RowStatus.UNCERTAIN:
            self._uncertain_lines.append(number)
        elif row.status is not RowStatus.SYNCED and is_held_back(row):
            self._held_lines.append(number)

    def _total_row_before(self, number: int) -> bytes:
        """Return a row for the total if the sheet has none directly below the last order."""
        if self._total_written or number <= self._last_line + 1 or number <= self.layout.header_line:
            return b""
        return self._total_row()

    def _total_row(self) -> bytes:
        self._total_written = True
        line = self._last_line + 1
        if line > MOST_LINES:
            return b""
        name = self._patterns.prefix + b"row"
        cell = self._cells.total(line, self.layout.header_line + 1, self._points)
        return b'<%b r="%d">%b</%b>' % (name, line, cell, name)

    def _replace_cells(self, row: Row, extra: bytes, *, is_below: bool) -> bytes:
        """Return a row's cells without an earlier result's and with ours."""
        at = row.cells.find(self._patterns.extension)
        cells, extension = (row.cells, b"") if at < 0 else (row.cells[:at], row.cells[at:])
        kept = [cell for cell in self._patterns.parse_cells(cells) if not self._is_replaced(cell, is_below)]
        if any(b"r=" not in cell.xml[: cell.xml.index(b">")] for cell in kept):
            raise NotRewritableError("cells without references beside an earlier result")
        added = self._patterns.parse_cells(extra)
        taken = {cell.column for cell in added}
        both = [cell for cell in kept if cell.column not in taken] + added
        both.sort(key=lambda cell: cell.column)
        return b"".join(cell.xml for cell in both) + extension

    def _is_replaced(self, cell: Cell, is_below: bool) -> bool:
        """Whether a cell is an earlier result's; below the last order only its total is."""
        if cell.column not in self.layout.cleared:
            return False
        return not is_below or (cell.column == self.layout.columns["points"] and b"SUBTOTAL(" in cell.xml)


class UserWorkbook:
    """The user's workbook, opened to be written again with the result columns."""

    def __init__(self, file: BinaryIO, job: ResultJob, *, decisions: bool) -> None:
        """Measure each sheet with a table.

        Raises NotRewritableError when the workbook can't be rewritten safely.
        """
        self.package = Package(file)
        self.styles_part, self.styles = styles_of(self.package)
        serial = LocalSerial(from_1904=self.package.from_1904())
        row_texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
        names = result_columns(decisions)
        self._sheets: list[SheetRewriter] = []
        for run_sheet, found in enumerate(job.sheets):
            index, sheet = _sheet_part(self.package, found)
            part = self.package.info(sheet.part).filename
            scanner = SheetScanner(partial(self.package.open, part))
            self._sheets.append(
                SheetRewriter(
                    part=part,
                    index=index,
                    name=sheet.name,
                    run_sheet=run_sheet,
                    scanner=scanner,
                    layout=measure(scanner, found, names),
                    tables=_tables(self.package, sheet.part),
                    styles=self.styles,
                    row_texts=row_texts,
                    serial=serial,
                )
            )
        if len(self.written) != len(self._sheets):
            raise NotRewritableError("two tables on one sheet")

    def write(self, out: ZipWriter, result: ResultRows) -> None:
        """Write the data sheets."""
        for sheet in self._sheets:
            with out.stream(sheet.part) as member:
                for xml in sheet.xml(result):
                    member.write(xml)

    @property
    def written(self) -> set[str]:
        """The parts that `write` writes."""
        return {sheet.part for sheet in self._sheets}

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """Add the sheets' filters; return whether columns of an earlier result were replaced."""
        for sheet in self._sheets:
            sheet.finish(workbook_parts)
        return any(sheet.layout.replaced for sheet in self._sheets)


def _sheet_part(package: Package, found: SheetFound) -> tuple[int, SheetPart]:
    """Return a sheet's index and part; by index, or by name where the two differ."""
    sheets = package.sheets
    if found.index < len(sheets) and sheets[found.index].name == found.sheet:
        index = found.index
    else:
        index = next((i for i, sheet in enumerate(sheets) if sheet.name == found.sheet), -1)
    if index < 0 or sheets[index].type != "worksheet":
        raise NotRewritableError(f"no sheet {found.sheet}")
    return index, sheets[index]


def _tables(package: Package, part: str) -> list[Range]:
    """Return the ranges of a sheet's own tables."""
    ranges = []
    for target, kind, _ in package.relations_of(part).values():
        if kind == "table" and package.has(target):
            text = Part(package.read(target), depth=1).root.attributes.get("ref", "")
            table = Range.parse(text)
            if table is not None:
                ranges.append(table)
    return ranges

"""Splits a worksheet's XML into the part before the rows, the rows as a stream, and the part after them.

Rows are cut at their closing tags and otherwise kept as bytes. What cannot be cut safely (comments, CDATA, UTF-16) is a
NotRewritableError, and the result becomes a fresh workbook.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from batchsync.ooxml.references import column_of
from batchsync.ooxml.xml_edit import NotRewritableError

_CHUNK = 1 << 18
_LONGEST_HEAD = 1 << 24
_LONGEST_ROW = 1 << 26
_OPEN = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)sheetData\b[^<>]*>")
_ENCODING = re.compile(rb"""\A<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")
_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})[0-9]""")
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|f|is)\b")
_LETTERS = re.compile(rb"[A-Za-z]{1,3}")
_LINE = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,7})["']""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_CDATA = re.compile(rb"<!\[CDATA\[[^<]*?\]\]>")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]{1,6})["']""")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the part: its number, the attributes of its opening tag, the XML of its cells."""

    number: int
    attributes: bytes
    cells: bytes
    hidden: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the part: its column, counted from 0, its XML, its style."""

    column: int
    xml: bytes
    style: int

    @property
    def is_filled(self) -> bool:
        """Whether the cell holds a value, a formula or a text."""
        return _CONTENT.search(self.xml) is not None


def is_hidden(attributes: bytes) -> bool:
    """Whether the attributes of a row's opening tag hide it."""
    return _HIDDEN.search(attributes) is not None


class TagPatterns:
    """The regular expressions for one prefix of the worksheet's namespace."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.prefix = prefix
        self.row_close = b"</" + prefix + b"row>"
        self.usual_row = re.compile(rb"<" + p + rb'row r="([0-9]{1,7})"(?: spans="[0-9: ]*")?')
        self.row_open = re.compile(rb"\s*<" + p + rb"row(?=[\s/>])([^<>]*?)(/?)>")
        self.cell = re.compile(rb"<" + p + rb"c(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</" + p + rb"c\s*>)", re.DOTALL)
        self.cell_open = b"<" + prefix + b"c "
        self.unusual_cells = (b"<" + prefix + b"c>", b"<" + prefix + b"c/")
        self.usual_cell = b"<" + prefix + b'c r="'
        self.extension = b"<" + prefix + b"extLst"
        self.spans = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")

    def parse_cells(self, xml: bytes) -> list[Cell]:
        """Return a row's cells; one without a reference is right of the one before it."""
        cells: list[Cell] = []
        column = -1
        for found in self.cell.finditer(xml):
            reference = _REFERENCE.search(found[1])
            column = _column(reference[1]) if reference else column + 1
            style = _STYLE.search(found[1])
            cells.append(Cell(column, found[0], int(style[1]) if style else 0))
        return cells


class SheetScanner:
    """Reads one worksheet part as a stream; `open_part` opens it anew for each pass."""

    def __init__(self, open_part: Callable[[], IO[bytes]]) -> None:
        self._open_part = open_part
        self.head = b""
        """Up to and including the opening tag of sheetData; known once the part has been opened."""
        self.tail = b""
        """From the closing tag of sheetData on; known once all rows have been read."""
        self.last_line = 0
        """The number of the row that `rows` yielded last."""

    def _start(self) -> tuple[IO[bytes], TagPatterns, bytes]:
        """Open the part; return the stream, the patterns of its tags, and what was read beyond the head."""
        stream = self._open_part()
        buffer = b""
        while True:
            chunk = stream.read(_CHUNK)
            buffer += chunk
            found = _OPEN.search(buffer)
            if found:
                break
            if not chunk or len(buffer) > _LONGEST_HEAD:
                raise NotRewritableError("no sheetData")
        head = buffer[: found.end()]
        encoding = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (encoding and encoding[1].lower() not in _UTF8):
            raise NotRewritableError("not UTF-8")
        if head.endswith(b"/>") or b"<!DOCTYPE" in head:
            raise NotRewritableError("no rows")
        self.head = head
        return stream, TagPatterns(found[1]), buffer[found.end() :]

    def tag_patterns(self) -> TagPatterns:
        """Return the patterns of the sheet's tags."""
        stream, patterns, _ = self._start()
        stream.close()
        return patterns

    def blocks(self) -> Iterator[bytes]:
        """Yield the rows in blocks that end with a closing tag; the last may end with self-closed rows."""
        stream, patterns, buffer = self._start()
        with stream:
            closing = b"</" + patterns.prefix + b"sheetData"
            close = patterns.row_close
            while True:
                end = buffer.find(closing)
                if end >= 0:
                    _refuse_unusual(buffer[:end])
                    yield buffer[:end]
                    self.tail = buffer[end:] + stream.read()
                    return
                cut = buffer.rfind(close)
                if cut >= 0:
                    cut += len(close)
                    block, buffer = buffer[:cut], buffer[cut:]
                    _refuse_unusual(block)
                    yield block
                elif len(buffer) > _LONGEST_ROW:
                    raise NotRewritableError("a row without an end")
                chunk = stream.read(_CHUNK)
                if not chunk:
                    raise NotRewritableError("no end of sheetData")
                buffer += chunk

    def widest(self, header_line: int) -> int:
        """Read all rows; return the rightmost column with a cell from the header on; -1 if there is none."""
        letters: set[bytes] = set()
        widest, before = -1, 0
        patterns = self.tag_patterns()
        for block in self.blocks():
            # Row by row down to the header, and no further: parsing cells is slow.
            while before < header_line and block:
                part, close, block = block.partition(patterns.row_close)  # noqa: PLW2901
                for row in self.rows(part + close, patterns, before):
                    before = row.number
                    cells = patterns.parse_cells(row.cells) if before >= header_line else []
                    widest = max(widest, *(cell.column for cell in cells[-1:]), -1)
            all_have_references = block.count(patterns.cell_open) == block.count(patterns.usual_cell)
            if all_have_references and not any(tag in block for tag in patterns.unusual_cells):
                letters.update(_last_letters(patterns, block))
            else:
                rows = block.split(patterns.row_close)
                last_cells = (cell for row in rows for cell in patterns.parse_cells(row)[-1:])
                widest = max(widest, *(cell.column for cell in last_cells), -1)
        return max([widest, *map(_column, letters)])

    def widest_filled(self, header_line: int) -> int:
        """Read all rows; return the rightmost column with a filled cell from the header on; -1 if there is none."""
        widest, before = -1, 0
        patterns = self.tag_patterns()
        for block in self.blocks():
            for row in self.rows(block, patterns, before):
                before = row.number
                cells = patterns.parse_cells(row.cells) if before >= header_line else []
                widest = max(widest, next((cell.column for cell in reversed(cells) if cell.is_filled), -1))
        return widest

    def rows(self, block: bytes, patterns: TagPatterns, before: int) -> Iterator[Row]:
        """Yield the rows of a block; one without a number is below the one before it.

        `before` is the number of the last row of the block before.
        """
        parts = block.split(patterns.row_close)
        last = parts.pop()
        for part in parts:
            for row in _rows_of(part, patterns, before):
                before = self.last_line = row.number
                yield row
        at = 0
        while found := patterns.row_open.match(last, at):
            if not found[2]:
                raise NotRewritableError("a row without an end")
            before = _number(found[1], before)
            yield Row(before, found[1], b"", is_hidden(found[1]))
            at = found.end()
        if last[at:].strip():
            raise NotRewritableError("something between the rows")
        self.last_line = before


def _rows_of(part: bytes, patterns: TagPatterns, before: int) -> Iterator[Row]:
    """Yield the row whose closing tag follows the part, and the self-closed rows in front of it."""
    at = 0
    while True:
        found = patterns.row_open.match(part, at)
        if found is None:
            raise NotRewritableError("something between the rows")
        before = _number(found[1], before)
        at = found.end()
        if not found[2]:
            yield Row(before, found[1], part[at:], is_hidden(found[1]))
            return
        yield Row(before, found[1], b"", is_hidden(found[1]))


def _column(letters: bytes) -> int:
    column = column_of(letters.decode())
    if column is None:
        raise NotRewritableError("a cell beyond the last column")
    return column


def _number(attributes: bytes, before: int) -> int:
    found = _LINE.search(attributes)
    number = int(found[1]) if found else before + 1
    if number <= before:
        raise NotRewritableError("rows out of order")
    return number


def _refuse_unusual(block: bytes) -> None:
    """Refuse what could contain a tag that is none; CDATA without a tag in it is text like any other."""
    if b"!" in block and b"<!" in _CDATA.sub(b"", block):
        raise NotRewritableError("comments or CDATA between the rows")
    if b"?" in block and b"<?" in block:
        raise NotRewritableError("instructions between the rows")


def _last_letters(patterns: TagPatterns, block: bytes) -> set[bytes]:
    """Return the column letters of each row's last cell, for cells that all begin with their reference."""
    opening = patterns.usual_cell
    skip = len(opening)
    letters = set()
    for part in block.split(patterns.row_close):
        at = part.rfind(opening)
        if at >= 0:
            found = _LETTERS.match(part, at + skip)
            if found is None:
                raise NotRewritableError("a cell's reference")
            letters.add(found[0])
    return letters

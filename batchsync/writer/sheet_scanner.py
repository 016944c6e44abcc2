"""A worksheet's XML taken apart: what stands before the rows, the rows as they stream by, what stands behind.

Rows are cut at their closing tags and otherwise left alone. What can't be cut safely (comments, CDATA, UTF-16) is an
NotRewritableError, and the workbook gets a fresh one in its place.
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
_HIDDEN_ROW = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_CDATA = re.compile(rb"<!\[CDATA\[[^<]*?\]\]>")
_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]{1,6})["']""")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file: its opening tag's attributes, its cells, its number."""

    number: int
    attributes: bytes
    cells: bytes
    hidden: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands in the file, and the column it is in, counted from 0."""

    column: int
    xml: bytes
    style: int


class TagPatterns:
    """The regular expressions for one prefix of the sheet's namespace."""

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
        """Return a row's cells; one without a reference stands right of the one before it."""
        cells: list[Cell] = []
        column = -1
        for found in self.cell.finditer(xml):
            named = _REFERENCE.search(found[1])
            column = _column(named[1]) if named else column + 1
            style = _STYLE.search(found[1])
            cells.append(Cell(column, found[0], int(style[1]) if style else 0))
        return cells


class SheetScanner:
    """One worksheet part, opened anew for each pass."""

    def __init__(self, opened: Callable[[], IO[bytes]]) -> None:
        self._opened = opened
        self.head = b""
        """Up to and with the opening tag of sheetData; known when the part has been opened."""
        self.tail = b""
        """From the closing tag of sheetData on; known when the rows have been walked."""

    def start(self) -> tuple[IO[bytes], TagPatterns, bytes]:
        """Open the part; return the stream, how its tags are written, and what was read beyond the head."""
        stream = self._opened()
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

    def blocks(self) -> Iterator[bytes]:
        """Yield the rows in blocks that end with a closing tag; the last may end with self-closed rows."""
        stream, patterns, buffer = self.start()
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
        """Walk all rows; return the rightmost column with a cell from the header on, counted from 0; -1 if none."""
        letters: set[bytes] = set()
        unnamed, before = -1, 0
        patterns = self.tag_patterns()
        for block in self.blocks():
            # Row by row down to the header, and no further: cells are dear.
            while before < header_line and block:
                part, close, block = block.partition(patterns.row_close)  # noqa: PLW2901
                for row in self.rows(part + close, patterns, before):
                    before = row.number
                    cells = patterns.parse_cells(row.cells) if before >= header_line else []
                    unnamed = max(unnamed, *(cell.column for cell in cells[-1:]), -1)
            named = block.count(patterns.cell_open) == block.count(patterns.usual_cell)
            if named and not any(odd in block for odd in patterns.unusual_cells):
                letters.update(_last_letters(patterns, block))
            else:
                unnamed = max(unnamed, _widest_of(patterns, block))
        return max([unnamed, *map(_column, letters)])

    def widest_filled(self, header_line: int) -> int:
        """Walk all rows; return the rightmost column with a filled cell from the header on, counted from 0; -1 if none."""
        widest, before = -1, 0
        patterns = self.tag_patterns()
        for block in self.blocks():
            for row in self.rows(block, patterns, before):
                before = row.number
                cells = patterns.parse_cells(row.cells) if before >= header_line else []
                filled = (cell.column for cell in reversed(cells) if _CONTENT.search(cell.xml))
                widest = max(widest, next(filled, -1))
        return widest

    def tag_patterns(self) -> TagPatterns:
        """Return how the sheet's tags are written."""
        stream, patterns, _ = self.start()
        stream.close()
        return patterns

    def rows(self, block: bytes, patterns: TagPatterns, before: int) -> Iterator[Row]:
        """Yield the rows of a block; one without a number stands below the one before it."""
        close = patterns.row_close
        parts = block.split(close)
        last = parts.pop()
        for part in parts:
            yield from self._rows_of(part, patterns, before)
            before = self.last
        if last.strip():
            at = 0
            while found := patterns.row_open.match(last, at):
                if not found[2]:
                    raise NotRewritableError("a row without an end")
                before = _number(found[1], before)
                yield Row(before, found[1], b"", False)
                at = found.end()
            if last[at:].strip():
                raise NotRewritableError("something between the rows")
        self.last = before

    last = 0
    """The number of the last row walked."""

    def _rows_of(self, part: bytes, patterns: TagPatterns, before: int) -> Iterator[Row]:
        at = 0
        while True:
            found = patterns.row_open.match(part, at)
            if found is None:
                raise NotRewritableError("something between the rows")
            before = _number(found[1], before)
            self.last = before
            if not found[2]:
                break
            yield Row(before, found[1], b"", _HIDDEN_ROW.search(found[1]) is not None)
            at = found.end()
        yield Row(before, found[1], part[found.end() :], _HIDDEN_ROW.search(found[1]) is not None)


def _column(letters: bytes) -> int:
    column = column_of(letters.decode())
    if column is None:
        raise NotRewritableError("a cell beyond the last column")
    return column


def _number(attributes: bytes, before: int) -> int:
    named = _LINE.search(attributes)
    number = int(named[1]) if named else before + 1
    if number <= before:
        raise NotRewritableError("rows out of order")
    return number


def _refuse_unusual(block: bytes) -> None:
    """Refuse what could hide a tag from us; CDATA without one in it is text like any other."""
    if b"!" in block and b"<!" in _CDATA.sub(b"", block):
        raise NotRewritableError("comments or CDATA between the rows")
    if b"?" in block and b"<?" in block:
        raise NotRewritableError("instructions between the rows")


def _last_letters(patterns: TagPatterns, block: bytes) -> set[bytes]:
    """Return the letters of each row's last cell, the usual spelling taken for granted."""
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


def _widest_of(patterns: TagPatterns, block: bytes) -> int:
    """Return the widest column of a block whose cells are written in an unusual way."""
    return max(
        (cell.column for part in block.split(patterns.row_close) for cell in patterns.parse_cells(part)[-1:]),
        default=-1,
    )

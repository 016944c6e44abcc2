"""Delimited text (CSV, TSV and their kin): encoding and delimiter found, every record kept, the doubtful ones marked."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from batchsync.model import Note, RowBatch, SheetFound
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import BROKEN, EMPTY, TEXT, UNDECODABLE, Line, ReadOptions, Sheet
from batchsync.reader.table.header_names import is_known, normalise
from batchsync.reader.table.header_row import DEPTH
from batchsync.reader.text.columns import TextColumns
from batchsync.reader.text.encoding import (
    HEAD,
    Encoding,
    detect,
    head_lines,
    is_marked,
    marks_made,
    show_marks,
)
from batchsync.reader.text.lines import SOME, Lines
from batchsync.reader.text.records import NO_DELIMITER, Chunk, Dialect, chunks

_DIALECTS: tuple[Dialect, ...] = (
    Dialect(","),
    Dialect("\t"),
    Dialect(";"),
    Dialect("|"),
    Dialect(",", skip_space=True),
    Dialect(";", skip_space=True),
)
_SHOWN = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", "\x1f": "one column"}
_SEP_LINE = re.compile(r"\ufeff?sep=(.)[\r\n]*\Z", re.IGNORECASE)
NO_OPTIONS = ReadOptions()
SAMPLE = 200
"""Lines that vote for the delimiter."""


class Layout(NamedTuple):
    """How a text is divided into cells."""

    dialect: Dialect
    width: int
    """Cells of most records."""
    header_width: int = 0
    """Cells of the header line, empty ones at its end included; 0 when no header is known."""
    skip: int = 0
    """Lines at the top that only name the delimiter."""


class TextSheet:
    """The one sheet of a text file."""

    visible = True

    def __init__(
        self, opener: Callable[[], BinaryIO], name: str, index: int, encoding: Encoding, layout: Layout
    ) -> None:
        self.name = name
        self.index = index
        self._opener = opener
        self._encoding = encoding
        self._layout = layout

    def lines(self) -> Iterator[Line]:
        """Yield each record that isn't empty, by the row number that Excel gives it."""
        with self._opener() as stream:
            marks = marks_made()
            for chunk in chunks(self._begun(stream), self._layout.dialect, self._layout.width):
                yield from self._lines_of(chunk, self._is_damaged(marks))

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]:
        """Yield the data rows of a table in this sheet: what `row_batches` does with `lines`, but fast."""
        columns = TextColumns(found, self._layout.dialect, self._layout.width)
        with self._opener() as stream:
            marks = marks_made()
            lines, number = self._begun(stream), 1
            while block := lines.block():
                quick = None if self._is_damaged(marks) else columns.of_block(block, number)
                if quick:
                    yield quick
                    number += len(quick.lines)
                    continue
                lines.give_back(block)
                size = SOME if number > columns.below else columns.below
                for chunk in chunks(lines, self._layout.dialect, self._layout.width, number, size):
                    yield from self._picked_of(chunk, found, columns, self._is_damaged(marks))
                    number += len(chunk.rows)
                    if lines.is_between_blocks or size == columns.below:
                        break

    def _begun(self, stream: BinaryIO) -> Lines:
        lines = Lines(stream, self._encoding)
        deque(islice(lines, self._layout.skip), maxlen=0)
        return lines

    def _is_damaged(self, marks: int) -> bool:
        """Whether there may be undecodable bytes in what was read since so many had been met."""
        return self._encoding.damaged or marks_made() > marks

    def _picked_of(
        self, chunk: Chunk, found: SheetFound, columns: TextColumns, damaged: bool
    ) -> Iterator[RowBatch]:
        quick = None if chunk.broken or damaged else columns.of_records(chunk)
        if quick:
            yield quick
        else:
            yield from row_batches(
                self._lines_of(chunk, damaged), found, header_width=self._layout.header_width
            )

    @staticmethod
    def _lines_of(chunk: Chunk, damaged: bool) -> Iterator[Line]:
        for place, row in enumerate(chunk.rows):
            if not any(row):
                continue
            if place in chunk.broken:
                yield Line(chunk.first + place, list(map(show_marks, row)), [BROKEN] * len(row))
            elif damaged and any(map(is_marked, row)):
                yield Line(chunk.first + place, list(map(show_marks, row)), list(map(_kind, row)))
            else:
                yield Line(chunk.first + place, row, [TEXT if cell else EMPTY for cell in row])


def _kind(cell: str) -> int:
    return UNDECODABLE if is_marked(cell) else TEXT if cell else EMPTY


class TextSource:
    """A text file, or one text within an archive."""

    container = "csv"

    def __init__(
        self, opener: Callable[[], BinaryIO], name: str, options: ReadOptions, index: int = 0
    ) -> None:
        self.encoding = detect(opener, lambda lines: knows_header(lines, options))
        with opener() as stream:
            head = stream.read(HEAD)
        lines = head_lines(head, self.encoding.codec, whole=len(head) < HEAD)
        self.layout = find_layout(lines, options)
        self.detail = f"{self.encoding.shown}, {_SHOWN.get(self.layout.dialect.delimiter, self.layout.dialect.delimiter)}"
        self.notes: list[Note] = []
        self._sheet = TextSheet(opener, name, index, self.encoding, self.layout)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the one sheet."""
        yield self._sheet


def open_text(path: Path, options: ReadOptions = NO_OPTIONS) -> TextSource:
    """Open a text file; the headers asked for help to find its encoding and delimiter."""
    return TextSource(lambda: path.open("rb"), path.name, options)


# --- The vote -----------------------------------------------------------------------------------------------


def find_layout(lines: Sequence[str], options: ReadOptions) -> Layout:
    """Find how the first lines of a text are divided into cells."""
    asked = frozenset(map(normalise, (*options.order_columns, *options.owner_columns))) - {""}
    named = _SEP_LINE.match(lines[0]) if lines else None
    if named:
        dialect = Dialect(named[1])
        width, header, _ = _widths(_rows(lines[1:], dialect), asked)
        return Layout(dialect, width, header, skip=1)
    votes = []
    for place, dialect in enumerate(_DIALECTS):
        width, header, share = _widths(_rows(lines, dialect), asked)
        votes.append((header > 1, width > 1, round(share, 2), width, -place, header, dialect))
    best = max(votes)
    if not best[1] or max(vote[5] for vote in votes) == 1:
        return Layout(NO_DELIMITER, 1)
    return Layout(best[6], best[3], best[5])


def knows_header(lines: Sequence[str], options: ReadOptions) -> bool:
    """Whether some dialect finds a known header among the first lines."""
    asked = frozenset(map(normalise, (*options.order_columns, *options.owner_columns))) - {""}
    return any(_is_header(row, asked) for dialect in _DIALECTS for row in _rows(lines, dialect)[:DEPTH])


def _widths(rows: Sequence[Sequence[str]], asked: frozenset[str]) -> tuple[int, int, float]:
    """Return the cells of most records, those of the header (0 when none is known), and the share of such records.

    With a header of several cells, lines of one cell and lines above it are notes, however many there are.
    """
    at = next((at for at, row in enumerate(rows[:DEPTH]) if _is_header(row, asked)), None)
    header = 0 if at is None else len(rows[at])
    widths = [len(row) for row in rows] if header < 2 else [len(row) for row in rows[at:] if len(row) > 1]
    if not widths:
        return 0, header, 0.0
    width, count = Counter(widths).most_common(1)[0]
    return width, header, count / len(widths)


def _is_header(row: Sequence[str], asked: frozenset[str]) -> bool:
    return any(is_known(name) or name in asked for name in map(normalise, filter(None, row)))


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    return [row for row in dialect.cut(lines[:SAMPLE], strict=False) if any(row)]

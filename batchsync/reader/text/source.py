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

_VOTERS: tuple[Dialect, ...] = (
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


class Cut(NamedTuple):
    """How a text is cut: its dialect, the usual number of cells, and the lines at the top that only say so."""

    dialect: Dialect
    width: int
    skip: int = 0


class TextSheet:
    """The one sheet of a text file."""

    visible = True

    def __init__(
        self, opener: Callable[[], BinaryIO], name: str, index: int, encoding: Encoding, cut: Cut
    ) -> None:
        self.name = name
        self.index = index
        self._opener = opener
        self._encoding = encoding
        self._cut = cut

    def lines(self) -> Iterator[Line]:
        """Yield each record that isn't empty, by the row number that Excel gives it."""
        with self._opener() as stream:
            marks = marks_made()
            for chunk in chunks(self._begun(stream), self._cut.dialect, self._cut.width):
                yield from self._lines_of(chunk, self._is_damaged(marks))

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]:
        """Yield the data rows of a table in this sheet: what `row_batches` does with `lines`, but fast."""
        columns = TextColumns(found, self._cut.dialect, self._cut.width)
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
                for chunk in chunks(lines, self._cut.dialect, self._cut.width, number, size):
                    yield from self._picked_of(chunk, found, columns, self._is_damaged(marks))
                    number += len(chunk.rows)
                    if lines.is_between_blocks or size == columns.below:
                        break

    def _begun(self, stream: BinaryIO) -> Lines:
        lines = Lines(stream, self._encoding)
        deque(islice(lines, self._cut.skip), maxlen=0)
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
            yield from row_batches(self._lines_of(chunk, damaged), found, ragged=True)

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
        self.encoding = detect(opener, lambda lines: _best_vote(lines, options)[0])
        with opener() as stream:
            head = stream.read(HEAD)
        lines = head_lines(head, self.encoding.codec, whole=len(head) < HEAD)
        self.cut = find_cut(lines, options)
        self.detail = (
            f"{self.encoding.shown}, {_SHOWN.get(self.cut.dialect.delimiter, self.cut.dialect.delimiter)}"
        )
        self.notes: list[Note] = []
        self._sheet = TextSheet(opener, name, index, self.encoding, self.cut)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the one sheet."""
        yield self._sheet


def open_text(path: Path, options: ReadOptions = NO_OPTIONS) -> TextSource:
    """Open a text file; the options help to tell its encoding and delimiter by the headers asked for."""
    return TextSource(lambda: path.open("rb"), path.name, options)


# --- The vote -----------------------------------------------------------------------------------------------


def find_cut(lines: Sequence[str], options: ReadOptions) -> Cut:
    """Find how the first lines of a text are cut into cells."""
    told = _SEP_LINE.match(lines[0]) if lines else None
    if told:
        dialect = Dialect(told[1])
        return Cut(dialect, _usual_width(_rows(lines[1:], dialect)), skip=1)
    _, dialect, width = _best_vote(lines, options)
    return Cut(dialect, width)


def _best_vote(lines: Sequence[str], options: ReadOptions) -> tuple[bool, Dialect, int]:
    """Return whether a known header was found, the dialect and the usual width."""
    asked = frozenset(map(normalise, (*options.order_columns, *options.owner_columns))) - {""}
    votes = []
    for place, dialect in enumerate(_VOTERS):
        rows = _rows(lines, dialect)
        header = next((len(row) for row in rows[:DEPTH] if _is_header(row, asked)), 0)
        width = _usual_width(rows)
        share = sum(len(row) == width for row in rows) / len(rows) if rows else 0.0
        votes.append((header > 1, width > 1, round(share, 2), width, -place, header, dialect))
    known = max(vote[5] for vote in votes)
    if known == 1:
        return True, NO_DELIMITER, 1
    best = max(votes)
    if not best[1]:
        return best[0], NO_DELIMITER, 1
    return best[0], best[6], best[3]


def _is_header(row: Sequence[str], asked: frozenset[str]) -> bool:
    return any(is_known(name) or name in asked for name in map(normalise, filter(None, row)))


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    return [row for row in dialect.cut(lines[:SAMPLE], strict=False) if any(row)]


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0

"""Records of delimited text, none lost: a quote that is never closed costs its own line, not the rest of the file.

The csv module alone swallows everything after such a quote. Here it reads strictly and at full speed, a block of
physical lines at a time. Where it balks, or where a record ate lines that are whole records by themselves, the block is
read once more record by record with the physical lines in hand: only a record's first line is given up as broken, and
reading goes on behind it.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice, repeat
from typing import NamedTuple

from batchsync.planning.shapes import Shape, shape
from batchsync.reader.text.lines import SOME, Lines

csv.field_size_limit(2**31 - 1)

_LINES = re.compile(r"\r\n|\r|\n")
LONGEST_RECORD = 500
"""Physical lines; no cell of a spreadsheet has more."""


class Dialect(NamedTuple):
    """How a text is cut into cells."""

    delimiter: str
    skip_space: bool = False
    """A space behind a delimiter and before a quote doesn't count."""

    def cut(self, lines: Iterable[str], *, strict: bool) -> "Iterator[list[str]]":
        """Cut lines into records."""
        return csv.reader(
            lines, delimiter=self.delimiter, skipinitialspace=self.skip_space, strict=strict, quotechar='"'
        )


NO_DELIMITER = Dialect("\x1f")
"""One cell a line."""


class Chunk(NamedTuple):
    """Consecutive records, the number of the first, and which of them (by place) are broken."""

    first: int
    rows: list[list[str]]
    broken: frozenset[int] = frozenset()


def chunks(lines: Lines, dialect: Dialect, width: int, number: int = 1, size: int = SOME) -> Iterator[Chunk]:
    """Read a text in chunks of records, each of so many lines or some more, from the record of a number on."""
    while block := lines.some(size):
        rows = _strictly(block, dialect, width) or _strictly(_completed(block, lines), dialect, width)
        chunk = Chunk(number, rows) if rows else _carefully(block, lines, dialect, width, number)
        yield chunk
        number += len(chunk.rows)


def _strictly(block: list[str], dialect: Dialect, width: int) -> list[list[str]]:
    """Cut a block at once; nothing when a record is doubtful or the last one isn't complete."""
    try:
        rows = list(dialect.cut(block, strict=True))
    except csv.Error:
        return []
    if len(rows) == len(block) or not any(
        map(_is_doubtful, (r for r in rows if _breaks(r)), repeat(dialect), repeat(width))
    ):
        return rows
    return []


def _completed(block: list[str], lines: Lines) -> list[str]:
    """Add the lines to a block that its last record still needs: as long as a quote is open."""
    quotes = sum(line.count('"') for line in block)
    more = islice(lines, LONGEST_RECORD)
    while quotes % 2 and (line := next(more, "")):
        block.append(line)
        quotes += line.count('"')
    return block


def _carefully(block: list[str], lines: Lines, dialect: Dialect, width: int, number: int) -> Chunk:
    """Cut a block record by record; lines beyond it that its last record needs are taken, too."""
    feed = _Feed(block, lines)
    rows: list[list[str]] = []
    broken = set()
    for row, is_broken in careful(feed, dialect, width):
        if is_broken:
            broken.add(len(rows))
        rows.append(row)
        if feed.is_past_block:
            break
    return Chunk(number, rows, frozenset(broken))


class _Feed:
    """Physical lines with a memory: those of the record under way can be pushed back."""

    def __init__(self, block: list[str], stream: Iterator[str]) -> None:
        self._held = deque(block)
        self._stream = stream
        self.taken: list[str] = []

    @property
    def is_past_block(self) -> bool:
        return not self._held

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_RECORD:
            raise csv.Error("record too long")
        line = self._held.popleft() if self._held else next(self._stream)
        self.taken.append(line)
        return line

    def push_back(self) -> str:
        """Return the first line taken for this record and give the others back."""
        first, *others = self.taken
        self._held.extendleft(reversed(others))
        return first


def careful(feed: _Feed, dialect: Dialect, width: int) -> Iterator[tuple[list[str], bool]]:
    """Cut lines into records one by one; with each, whether it is broken. `width` is what most records have."""
    reader = dialect.cut(feed, strict=True)
    while True:
        feed.taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if row is None or (len(feed.taken) > 1 and _is_doubtful(row, dialect, width)):
            yield _single_line(feed.push_back(), dialect, width)
            reader = dialect.cut(feed, strict=True)
        else:
            yield row, False


def _breaks(row: list[str]) -> bool:
    return any("\n" in cell or "\r" in cell for cell in row)


def _is_doubtful(row: list[str], dialect: Dialect, width: int) -> bool:
    """Whether a record of several lines ate some that are whole records by themselves.

    A line break within a cell leaves fewer cells on each line than a record has; prose may happen to have as many
    commas, but not a number where the record has one. The last line alone looks whole when the first cell has the
    break.
    """
    if width < 2:
        return False
    if len(row) >= 2 * width:
        return True
    for at, cell in enumerate(row):
        if "\n" not in cell and "\r" not in cell:
            continue
        _, *inner = _LINES.split(cell)
        if len(inner) >= LONGEST_RECORD or any(_is_alike(line, row, dialect, width) for line in inner[:-1]):
            return True
        if inner and at > 0 and _is_alike(inner[-1], row, dialect, width - len(row) + at + 1):
            return True
    return False


def _is_alike(line: str, own: list[str], dialect: Dialect, width: int) -> bool:
    """Whether a line has so many cells, and a number of the same shape in the same place as the record."""
    cells = next(dialect.cut([line], strict=False), [])
    if len(cells) != width:
        return False
    return any(shape(one) is shape(other) >= Shape.SHORT for one, other in zip(own, cells, strict=False))


def _single_line(line: str, dialect: Dialect, width: int) -> tuple[list[str], bool]:
    """A line that strict reading balks at is still whole when its quotes pair up and its cells are complete."""
    row = next(dialect.cut([line], strict=False), [])
    if line.count('"') % 2 == 0 and len(row) == width:
        return row, False
    return line.rstrip("\r\n").split(dialect.delimiter), True

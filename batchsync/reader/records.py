"""Records of delimited text, none lost: a quote that is never closed costs its own line, not the rest of the file.

The csv module alone swallows everything after such a quote. Here it reads strictly and at full speed as long as
each record is one physical line. From the first chunk where that is not so, or where it balks, records are read one
by one with their physical lines in hand: when a record ate lines that are whole records by themselves, only its
first line is given up as broken and reading goes on behind it.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, TextIO

from batchsync.shapes import Shape, shape

csv.field_size_limit(2**31 - 1)

CHUNK = 4_096
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


def chunks(opener: Callable[[], TextIO], dialect: Dialect, width: int, skip: int = 0) -> Iterator[Chunk]:
    """Read a text in chunks of records; `skip` physical lines at the top don't count."""
    number = 1
    with opener() as stream:
        _drop(stream, skip)
        reader = csv.reader(
            stream, delimiter=dialect.delimiter, skipinitialspace=dialect.skip_space, strict=True
        )
        while True:
            before = reader.line_num
            try:
                rows = list(islice(reader, CHUNK))
            except csv.Error:
                break
            if reader.line_num - before != len(rows):
                break
            if not rows:
                return
            yield Chunk(number, rows)
            number += len(rows)
    with opener() as stream:
        _drop(stream, skip + before)
        yield from _careful_chunks(stream, dialect, width, number)


def _drop(stream: TextIO, lines: int) -> None:
    deque(islice(stream, lines), maxlen=0)


def _careful_chunks(lines: Iterable[str], dialect: Dialect, width: int, number: int) -> Iterator[Chunk]:
    rows: list[list[str]] = []
    broken = set()
    for row, is_broken in careful(lines, dialect, width):
        if is_broken:
            broken.add(len(rows))
        rows.append(row)
        if len(rows) == CHUNK:
            yield Chunk(number, rows, frozenset(broken))
            number += len(rows)
            rows, broken = [], set()
    if rows:
        yield Chunk(number, rows, frozenset(broken))


class _Feed:
    """Physical lines with a memory: those of the record under way can be pushed back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._pushed: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_RECORD:
            raise csv.Error("record too long")
        line = self._pushed.popleft() if self._pushed else next(self._lines)
        self.taken.append(line)
        return line

    def push_back(self) -> str:
        """Return the first line taken for this record and give the others back."""
        first, *others = self.taken
        self._pushed.extendleft(reversed(others))
        return first


def careful(lines: Iterable[str], dialect: Dialect, width: int) -> Iterator[tuple[list[str], bool]]:
    """Cut lines into records one by one; each says whether it is broken. `width` is what most records have."""
    feed = _Feed(lines)
    reader = dialect.cut(feed, strict=True)
    while True:
        feed.taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if row is None or (len(feed.taken) > 1 and _swallowed(feed.taken, row, dialect, width)):
            yield _mended(feed.push_back(), dialect, width)
            reader = dialect.cut(feed, strict=True)
        else:
            yield row, False


def _swallowed(lines: list[str], row: list[str], dialect: Dialect, width: int) -> bool:
    """Whether a record of several lines ate some that are whole records by themselves.

    A line break within a cell leaves fewer cells on each line than a record has; prose may happen to have as many
    commas, but not a number where the record has one. The last line alone looks whole when the first cell has the
    break.
    """
    if width < 2:
        return False
    own = lines[0].split(dialect.delimiter)
    if any(_is_alike(line, own, dialect, width) for line in lines[1:-1]):
        return True
    breaks = next((at for at, cell in enumerate(row) if "\n" in cell or "\r" in cell), 0)
    return breaks > 0 and _is_alike(lines[-1], own, dialect, width)


def _is_alike(line: str, own: list[str], dialect: Dialect, width: int) -> bool:
    """Whether a line is as wide as a record, with a number of the same shape in the same place."""
    cells = next(dialect.cut([line], strict=False), [])
    if len(cells) != width:
        return False
    return any(shape(one) is shape(other) >= Shape.SHORT for one, other in zip(own, cells, strict=False))


def _mended(line: str, dialect: Dialect, width: int) -> tuple[list[str], bool]:
    """A line that strict reading balks at is still whole when its quotes pair up and its cells are complete."""
    row = next(dialect.cut([line], strict=False), [])
    if line.count('"') % 2 == 0 and len(row) == width:
        return row, False
    return line.rstrip("\r\n").split(dialect.delimiter), True

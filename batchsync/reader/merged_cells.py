"""Merged cells: the value of a range's first cell is repeated on each line that the range covers, in its first column."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, column_of
from batchsync.reader.source import EMPTY, Line

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?[A-Za-z]{1,3}\$?([0-9]{1,7})\Z")


class Merge(NamedTuple):
    """A range whose first column's first cell has the value. Lines from 1, the column from 0."""

    first: int
    last: int
    column: int


class _Running(NamedTuple):
    """A merge that covers lines to come, with its value."""

    last: int
    text: str
    kind: int


class MergedCells:
    """The merges that run on below the current line, by column."""

    def __init__(self) -> None:
        self._running: dict[int, _Running] = {}

    def __bool__(self) -> bool:
        return bool(self._running)

    def start(self, column: int, last: int, text: str, kind: int) -> None:
        """Repeat a value down to a line."""
        self._running[column] = _Running(last, text, kind)

    def cover(self, column: int, line: int) -> bool:
        """Whether a cell is covered by a merge that began further up."""
        merge = self._running.get(column)
        return merge is not None and merge.last >= line

    def fill(self, line: int, cells: list[str], kinds: list[int]) -> None:
        """Put the values of the running merges into the empty cells of a line that they cover."""
        if not self._running:
            return
        self._running = {column: merge for column, merge in self._running.items() if merge.last >= line}
        for column, (_, text, kind) in self._running.items():
            if column >= len(cells):
                missing = column + 1 - len(cells)
                cells += [""] * missing
                kinds += [EMPTY] * missing
            if not cells[column]:
                cells[column], kinds[column] = text, kind


def merges_down(references: Iterable[str]) -> list[Merge]:
    """Return the merges over more than one line, of references such as A2:A5, in the order of their lines."""
    found = []
    for reference in references:
        match = _RANGE.match(reference)
        column = column_of(match[1]) if match else None
        if match and column is not None and int(match[3]) > int(match[2]):
            found.append(Merge(int(match[2]), int(match[3]), column))
    return sorted(found)


def filled(lines: Iterable[Line], merges: Iterable[Merge]) -> Iterator[Line]:
    """Yield the lines with their merged cells filled down; the merges come in the order of their lines."""
    coming = iter(merges)
    due = next(coming, None)
    merged = MergedCells()
    for line in lines:
        while due is not None and due.first <= line.number:
            if due.first == line.number and due.column < len(line.cells):
                merged.start(due.column, due.last, line.cells[due.column], line.kinds[due.column])
            due = next(coming, None)
        cells, kinds = list(line.cells), list(line.kinds)
        merged.fill(line.number, cells, kinds)
        yield line._replace(cells=cells, kinds=kinds)


class RowBuilder:
    """Puts the cells of row after row in their columns, where a format gives spans instead of references."""

    def __init__(self) -> None:
        self.line = 0
        self.cells: list[str] = []
        self.kinds: list[int] = []
        self._merged = MergedCells()
        self._begun: list[tuple[int, int, str, int]] = []

    @property
    def has_merges(self) -> bool:
        """Whether a merge may cover cells of this row."""
        return bool(self._merged)

    def start(self, line: int) -> None:
        """Begin the row of a line."""
        self.line = line
        self.cells, self.kinds = [], []

    def move_to(self, column: int) -> None:
        """Leave the columns up to this one empty."""
        missing = min(column, MOST_COLUMNS) - len(self.cells)
        if missing > 0:
            self.cells += [""] * missing
            self.kinds += [EMPTY] * missing

    def put(self, text: str, kind: int, across: int = 1, down: int = 1) -> None:
        """Put a cell in the next column that no merge covers."""
        cells, kinds = self.cells, self.kinds
        while self._merged.cover(len(cells), self.line):
            cells.append("")
            kinds.append(EMPTY)
        if down > 1:
            last = min(self.line + down - 1, MOST_LINES)
            covered = range(len(cells), min(len(cells) + max(1, across), MOST_COLUMNS))
            self._begun += [
                (column, last, *(("", EMPTY) if column > len(cells) else (text, kind))) for column in covered
            ]
        if len(cells) < MOST_COLUMNS:
            cells.append(text)
            kinds.append(kind)
        if across > 1:
            self.move_to(len(cells) + across - 1)

    def end(self) -> tuple[list[str], list[int]]:
        """Finish the row and return its cells and kinds."""
        self._merged.fill(self.line, self.cells, self.kinds)
        for merge in self._begun:
            self._merged.start(*merge)
        self._begun.clear()
        return self.cells, self.kinds

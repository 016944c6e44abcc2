"""Cells merged over several lines: the first line's value is repeated on each line they cover."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.ooxml.references import column_of
from batchsync.reader.source import EMPTY, Line

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?[A-Za-z]{1,3}\$?([0-9]{1,7})\Z")


class Merge(NamedTuple):
    """A range whose first column's first cell holds the value. Lines from 1, the column from 0."""

    first: int
    last: int
    column: int


def downward(references: Iterable[str]) -> list[Merge]:
    """Return the merges over more than one line, of references such as A2:A5, in the order of their lines."""
    found = []
    for reference in references:
        match = _RANGE.match(reference)
        column = column_of(match[1]) if match else None
        if match and column is not None and int(match[3]) > int(match[2]):
            found.append(Merge(int(match[2]), int(match[3]), column))
    return sorted(found)


def filled(lines: Iterable[Line], merges: Iterable[Merge]) -> Iterator[Line]:
    """Yield the lines with their merged cells filled down."""
    coming = iter(merges)
    due = next(coming, None)
    running: dict[int, tuple[int, str, int]] = {}
    for line in lines:
        while due is not None and due.first <= line.number:
            if due.first == line.number and due.column < len(line.cells):
                running[due.column] = (due.last, line.cells[due.column], line.kinds[due.column])
            due = next(coming, None)
        if running:
            running = {column: held for column, held in running.items() if held[0] >= line.number}
            yield _fill(line, running)
        else:
            yield line


def _fill(line: Line, running: dict[int, tuple[int, str, int]]) -> Line:
    cells, kinds = list(line.cells), list(line.kinds)
    for column, (_, text, kind) in running.items():
        if column >= len(cells):
            missing = column + 1 - len(cells)
            cells += [""] * missing
            kinds += [EMPTY] * missing
        if not cells[column]:
            cells[column], kinds[column] = text, kind
    return line._replace(cells=cells, kinds=kinds)

"""A sheet whose lines are held in memory, for containers that can't be walked twice, and merged cells filled down."""

from collections.abc import Iterator
from typing import NamedTuple

from batchsync.reader.source import EMPTY, Line

WIDEST = 16_384
"""Columns; no spreadsheet has more."""
LONGEST = 1_048_576
"""Rows; no spreadsheet has more."""


class MemorySheet:
    """A sheet in memory."""

    def __init__(self, name: str, index: int, held: list[Line]) -> None:
        self.name = name
        self.index = index
        self.visible = True
        self.held = held

    def lines(self) -> Iterator[Line]:
        """Yield its lines."""
        return iter(self.held)


class _Merge(NamedTuple):
    text: str
    kind: int
    left: int
    """Rows still to be covered."""


class RowBuilder:
    """Puts the cells of row after row in their columns; cells merged downward are repeated on each row they cover."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.kinds: list[int] = []
        self._merges: dict[int, _Merge] = {}
        self._begun: dict[int, _Merge] = {}

    def start(self) -> None:
        """Begin the next row."""
        self.cells, self.kinds = [], []

    def move_to(self, column: int) -> None:
        """Leave the columns up to this one empty or to the merged cells that cover them."""
        while len(self.cells) < min(column, WIDEST):
            self._fill()

    def put(self, text: str, kind: int, across: int = 1, down: int = 1) -> None:
        """Put a cell in the next column that no merged cell covers."""
        while len(self.cells) in self._merges:
            self._fill()
        for place in range(min(max(1, across), WIDEST - len(self.cells))):
            if down > 1:
                self._begun[len(self.cells)] = _Merge(
                    *(("", EMPTY) if place else (text, kind)), min(down, LONGEST) - 1
                )
            self.cells.append("" if place else text)
            self.kinds.append(EMPTY if place else kind)

    def end(self) -> tuple[list[str], list[int]]:
        """Finish the row and return its cells and kinds."""
        self.move_to(max(self._merges, default=-1) + 1)
        self._merges = {
            column: merge._replace(left=merge.left - 1)
            for column, merge in self._merges.items()
            if merge.left > 1
        } | self._begun
        self._begun = {}
        return self.cells, self.kinds

    def skip_rows(self, rows: int) -> None:
        """Let rows go by that the file leaves out."""
        self._merges = {
            column: merge._replace(left=merge.left - rows)
            for column, merge in self._merges.items()
            if merge.left > rows
        }

    def _fill(self) -> None:
        merge = self._merges.get(len(self.cells))
        self.cells.append(merge.text if merge else "")
        self.kinds.append(merge.kind if merge else EMPTY)

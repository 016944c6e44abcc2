"""The cells that the reader yields, sheet by sheet and line by line."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import itemgetter

from batchsync.model import CellBatch, FileFound, SheetCells, SheetFound
from batchsync.ooxml.xml_edit import UnshapedError

Cells = Iterable[FileFound | SheetCells | CellBatch]

Line = tuple[int, list[str], Sequence[int], bool]


class Pieces:
    """Lines, a piece at a time, with the next one in sight."""

    def __init__(self, pieces: Iterator[list[Line]]) -> None:
        self._pieces = pieces
        self._piece: list[Line] = next(pieces, [])

    @property
    def next(self) -> Line | None:
        """The line that comes next."""
        return self._piece[0] if self._piece else None

    def take(self, below: int) -> list[Line]:
        """Return the next lines, as many as are at hand, of those that are numbered below this."""
        cut = bisect_left(self._piece, below, key=itemgetter(0))
        taken, self._piece = self._piece[:cut], self._piece[cut:] or next(self._pieces, [])
        return taken


def dropped_columns(found: SheetFound | None) -> frozenset[int]:
    if found is None:
        return frozenset()
    decision = [] if found.decision_column is None else [found.decision_column]
    return frozenset([*found.result_columns, *decision])


def by_sheet(cells: Cells) -> Iterator[tuple[SheetCells, Iterator[CellBatch]]]:
    """Group the reader's stream by sheet; each group must be used up before the next."""
    stream = iter(cells)
    held: list[SheetCells] = []

    def batches() -> Iterator[CellBatch]:
        for item in stream:
            if isinstance(item, SheetCells):
                held.append(item)
                return
            if isinstance(item, CellBatch):
                yield item

    for _ in batches():
        raise UnshapedError("cells before the first sheet")
    while held:
        yield held.pop(), batches()


def lines_of(batches: Iterable[CellBatch]) -> Iterator[Line]:
    """Yield all lines, one by one."""
    return chain.from_iterable(pieces_of(batches))


def pieces_of(batches: Iterable[CellBatch]) -> Iterator[list[Line]]:
    """Yield the lines of each batch that has any."""
    for batch in batches:
        hidden = map(bool, batch.hidden) if batch.hidden else repeat(False, len(batch.lines))
        piece: list[Line] = list(zip(batch.lines, batch.rows, batch.kinds, hidden, strict=True))
        if piece:
            yield piece

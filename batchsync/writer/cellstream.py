"""The cells that the reader yields, sheet by sheet and line by line."""

from collections.abc import Iterable, Iterator, Sequence

from batchsync.model import CellBatch, FileFound, SheetCells, SheetFound
from batchsync.writer.outline import UnshapedError

Cells = Iterable[FileFound | SheetCells | CellBatch]

Line = tuple[int, list[str], Sequence[int], bool]


class Chained:
    """Lines with the next one in sight."""

    def __init__(self, sample: list[Line], lines: Iterator[Line]) -> None:
        self._sample = iter(sample)
        self._lines = lines
        self.next: Line | None = None
        self.take()

    def take(self) -> Line | None:
        now = self.next
        self.next = next(self._sample, None) or next(self._lines, None)
        return now


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
    for batch in batches:
        hidden = batch.hidden or [0] * len(batch.lines)
        for number, cells, kinds, unseen in zip(batch.lines, batch.rows, batch.kinds, hidden, strict=True):
            yield number, cells, kinds, bool(unseen)

"""The rows of a result, walked once beside the sheets they belong to."""

from collections.abc import Callable, Iterable, Iterator

from batchsync.model import RowResult


class Cursor:
    """Looks one row ahead, so that a sheet knows which line comes next and which was its last."""

    def __init__(self, rows: Iterable[RowResult], seen: Callable[[RowResult], None]) -> None:
        self._rows: Iterator[RowResult] = iter(rows)
        self._seen = seen
        self.row = next(self._rows, None)

    def line_on(self, sheet: int) -> int | None:
        """Return the next row's line, if it is one of that sheet's."""
        row = self.row
        return row.line if row is not None and row.sheet == sheet else None

    def take(self) -> RowResult:
        """Return the next row and go on; it counts as seen."""
        row = self.row
        if row is None:
            raise StopIteration
        self._seen(row)
        self.row = next(self._rows, None)
        return row

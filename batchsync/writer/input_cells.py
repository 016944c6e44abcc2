"""The input's cells, line by line: as the reader yields them, or as the plan knows them when the file is gone."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import itemgetter

from batchsync.messages import Lang
from batchsync.messages import result_file as messages
from batchsync.model import CellBatch, CellKind, FileFound, SheetCells, SheetFound
from batchsync.model.row_results import rows
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.result_rows import Entries
from batchsync.writer.types import ResultJob

Cells = Iterable[FileFound | SheetCells | CellBatch]

Line = tuple[int, list[str], Sequence[int], bool]
"""Line number, texts, kinds, whether it is hidden."""

_BATCH = 1_000
_OWNER, _NUMBER = 0, 1


class LineBuffer:
    """Takes lines from batches, with the next line known in advance."""

    def __init__(self, batches: Iterator[list[Line]]) -> None:
        self._batches = batches
        self._batch: list[Line] = next(batches, [])

    @property
    def next(self) -> Line | None:
        """The next line."""
        return self._batch[0] if self._batch else None

    def take(self, below: int) -> list[Line]:
        """Return the lines of the current batch whose numbers are lower than `below`."""
        cut = bisect_left(self._batch, below, key=itemgetter(0))
        taken, self._batch = self._batch[:cut], self._batch[cut:] or next(self._batches, [])
        return taken


def dropped_columns(found: SheetFound | None) -> frozenset[int]:
    """Return the columns of an earlier result, which are not copied."""
    if found is None:
        return frozenset()
    decision = [] if found.decision_column is None else [found.decision_column]
    return frozenset([*found.result_columns, *decision])


def by_sheet(cells: Cells) -> Iterator[tuple[SheetCells, Iterator[CellBatch]]]:
    """Group the reader's stream by sheet; each group must be used up before the next."""
    stream = iter(cells)
    next_sheet: list[SheetCells] = []

    def batches() -> Iterator[CellBatch]:
        for item in stream:
            if isinstance(item, SheetCells):
                next_sheet.append(item)
                return
            if isinstance(item, CellBatch):
                yield item

    for _ in batches():
        raise NotRewritableError("cells before the first sheet")
    while next_sheet:
        yield next_sheet.pop(), batches()


def lines_of(batches: Iterable[CellBatch]) -> Iterator[Line]:
    """Yield all lines, one by one."""
    return chain.from_iterable(line_batches(batches))


def line_batches(batches: Iterable[CellBatch]) -> Iterator[list[Line]]:
    """Yield the lines of each batch that has any."""
    for batch in batches:
        hidden = map(bool, batch.hidden) if batch.hidden else repeat(False, len(batch.lines))
        lines: list[Line] = list(zip(batch.lines, batch.rows, batch.kinds, hidden, strict=True))
        if lines:
            yield lines


def plan_sheets(job: ResultJob) -> list[SheetFound]:
    """Return the run's sheets as `plan_cells` yields them: two columns, the header in its line."""
    return [
        SheetFound(
            sheet=found.sheet,
            index=index,
            header_line=found.header_line,
            headers=_plan_headers(job.lang),
            order_column=_NUMBER,
            owner_column=_OWNER,
        )
        for index, found in enumerate(job.sheets)
    ]


def plan_cells(job: ResultJob, entries: Entries) -> Iterator[SheetCells | CellBatch]:
    """Yield merchant and order number of the plan's rows, in their lines."""
    results = rows(entries())
    row = next(results, None)
    kinds = [int(CellKind.TEXT)] * 2
    for index, found in enumerate(job.sheets):
        yield SheetCells(sheet=found.sheet, index=index)
        lines, cells = [found.header_line], [list(_plan_headers(job.lang))]
        while row is not None and row.sheet == index:
            lines.append(row.line)
            owners = dict.fromkeys(entry.owner_id for entry in row.entries if entry.owner_id)
            cells.append([", ".join(owners), "\n".join(entry.number for entry in row.entries)])
            if len(lines) >= _BATCH:
                yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))
                lines, cells = [], []
            row = next(results, None)
        if lines:
            yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))


def _plan_headers(lang: Lang) -> tuple[str, str]:
    return messages.OWNER_HEAD.render(lang), messages.NUMBER_HEAD.render(lang)

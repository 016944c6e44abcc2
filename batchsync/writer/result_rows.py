"""The rows of a result, read once next to the sheets they belong to, and counted on the way."""

from collections.abc import Callable, Iterable, Iterator

from batchsync.messages import result_columns as messages
from batchsync.model import EntryResult, RowResult, RowStatus
from batchsync.model.row_results import Tally, is_held_back, rows, status_of
from batchsync.writer.types import ResultJob

MOST_UNCERTAIN = 20_000
"""Most uncertain orders that are listed one by one."""
Entries = Callable[[], Iterator[EntryResult]]
"""Starts a new pass over the entries of the run."""


class ResultRows:
    """Iterates over the rows with one row of lookahead, adds them up and collects the uncertain orders."""

    def __init__(self, job: ResultJob, entries: Iterable[EntryResult]) -> None:
        self.tally = Tally(price=job.price, unreached=job.unreached)
        self.uncertain: list[EntryResult] = []
        self.uncertain_not_listed = 0
        self._rows: Iterator[RowResult] = rows(entries)
        self.next = next(self._rows, None)

    def next_line(self, sheet: int) -> int | None:
        """Return the line of the next row, if it is on that sheet."""
        row = self.next
        return row.line if row is not None and row.sheet == sheet else None

    def take(self) -> RowResult:
        """Return the next row and count it."""
        row = self.next
        if row is None:
            raise StopIteration
        self.tally.add(row)
        if row.status is RowStatus.UNCERTAIN:
            uncertain = [entry for entry in row.entries if status_of(entry) is RowStatus.UNCERTAIN]
            listed = uncertain[: MOST_UNCERTAIN - len(self.uncertain)]
            self.uncertain += listed
            self.uncertain_not_listed += len(uncertain) - len(listed)
        self.next = next(self._rows, None)
        return row


def needs_decisions(job: ResultJob, entries: Entries) -> bool:
    """Whether any row is uncertain or held back."""
    if job.needs_decisions is not None:
        return job.needs_decisions
    return any(row.status is RowStatus.UNCERTAIN or is_held_back(row) for row in rows(entries()))


def result_columns(decisions: bool) -> list[str]:
    """Return the names of the added columns; the decision column only if rows need decisions."""
    return [name for name in messages.HEADS if decisions or name != "decision"]

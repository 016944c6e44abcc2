"""A run's orders as a pandas DataFrame, for those who go on in Python: ids are text and stay so."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from batchsync.model import EntryResult, Reason, RowStatus, SheetFound
from batchsync.model.row_results import points_of, reason_of, status_of

if TYPE_CHECKING:
    import pandas as pd

TEXTS = ("sheet", "owner_id", "order_number", "status", "reason", "api_status")
NUMBERS = ("line", "points", "calls")
COLUMNS = (
    "sheet",
    "line",
    "owner_id",
    "order_number",
    "status",
    "reason",
    "points",
    "calls",
    "api_status",
    "answered_at",
)


def orders_frame(entries: Iterable[EntryResult], sheets: Sequence[SheetFound]) -> "pd.DataFrame":
    """Return one line per order in the file's order, with the columns of `COLUMNS`.

    Texts are pandas strings, never numbers; `line`, `points` and `calls` are nullable integers (`points` is missing
    when unknown); `answered_at` is UTC. `reason` is empty for a synced order.
    """
    import pandas as pd

    frame = pd.DataFrame.from_records(list(_lines(entries, sheets)), columns=COLUMNS)
    kinds = {**dict.fromkeys(TEXTS, "string"), **dict.fromkeys(NUMBERS, "Int64")}
    return frame.astype({**kinds, "answered_at": "datetime64[us, UTC]"})


def _lines(entries: Iterable[EntryResult], sheets: Sequence[SheetFound]) -> Iterator[tuple[object, ...]]:
    for entry in entries:
        status = status_of(entry)
        reason = "" if status is RowStatus.SYNCED else str(reason_of(entry, Reason.STOPPED))
        yield (
            sheets[entry.sheet].sheet if entry.sheet < len(sheets) else "",
            entry.line,
            entry.owner_id,
            entry.number,
            str(status),
            reason,
            points_of(entry, status),
            entry.calls,
            entry.api_status,
            entry.answered_at,
        )

"""The rows of a run's result as a table that is paged, filtered and searched, with a million rows as with ten.

The ledger yields rows in order only. So they are copied once into a small database of our own, which is deleted when the
ledger has changed.
"""

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchsync.ledger import Ledger
from batchsync.messages import Lang
from batchsync.messages import web as messages
from batchsync.model import Reason, RowResult, RowStatus, RunRecord
from batchsync.model.row_results import Tally, reason_of, rows
from batchsync.writer.row_texts import RowTexts

STATUSES = tuple(RowStatus)
ROWS_MAX = 500
"""Most rows of one response."""

_SCHEMA = """
CREATE TABLE rows (
    n INTEGER PRIMARY KEY, status INTEGER NOT NULL, sheet TEXT NOT NULL, line INTEGER NOT NULL,
    owner TEXT NOT NULL, number TEXT NOT NULL, points INTEGER, api_status TEXT NOT NULL, calls INTEGER NOT NULL,
    at REAL, error_en TEXT, error_zh TEXT, todo_en TEXT, todo_zh TEXT
) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of the user's sheet and its result."""

    n: int
    status: RowStatus
    sheet: str
    line: int
    owner: str
    number: str
    """Of several orders, one a line."""
    points: int | None
    api_status: str
    calls: int
    at: float | None
    """Time of the response, in seconds since 1970."""
    error: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows: from the `first`-th on of those that have the status and contain the text."""

    first: int = 0
    count: int = 100
    status: RowStatus | None = None
    search: str = ""
    """Part of an order number or merchant id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """Some rows, and how many there are that match the filter."""

    total: int
    rows: tuple[TableRow, ...]


class ResultIndex:
    """The rows of one run in a database file."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self.path = path
        self.tally = tally
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )

    def page(self, row_filter: RowFilter, lang: Lang) -> RowPage:
        """Return the rows that match a filter, and how many there are."""
        first, count = row_filter.first, min(row_filter.count, ROWS_MAX)
        where, values = _where(row_filter)
        columns = (
            "n, status, sheet, line, owner, number, points, api_status, calls, at,"
            f" error_{lang.value} AS error, todo_{lang.value} AS todo"
        )
        with self._lock:
            cursor = self._database.cursor()
            if where:
                ((total,),) = cursor.execute(f"SELECT count(*) FROM rows{where}", values)  # noqa: S608
                query = f"SELECT {columns} FROM rows{where} ORDER BY n LIMIT ? OFFSET ?"  # noqa: S608
                parameters: tuple[object, ...] = (*values, count, first)
            else:  # by the primary key, which is fast however far down
                total = self.tally.rows
                query = f"SELECT {columns} FROM rows WHERE n >= ? ORDER BY n LIMIT ?"  # noqa: S608
                parameters = (first, count)
            cursor.row_factory = sqlite3.Row
            found = tuple(_table_row(row) for row in cursor.execute(query, parameters))
        return RowPage(total=total, rows=found)

    def close(self) -> None:
        """Close and delete the database."""
        with self._lock:
            self._database.close()
        self.path.unlink(missing_ok=True)


def _where(row_filter: RowFilter) -> tuple[str, tuple[object, ...]]:
    conditions: list[str] = []
    values: list[object] = []
    if row_filter.status is not None:
        conditions.append("status = ?")
        values.append(STATUSES.index(row_filter.status))
    text = row_filter.search.strip()
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append("(number LIKE ? ESCAPE '\\' OR owner LIKE ? ESCAPE '\\')")
        values += [pattern, pattern]
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), tuple(values)


def _table_row(row: Any) -> TableRow:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 (a sqlite3.Row yields its values)
    return TableRow(
        **{
            **values,
            "status": STATUSES[row["status"]],
            "error": row["error"] or "",
            "todo": row["todo"] or "",
        }
    )


# --- Building -----------------------------------------------------------------------------------------------


def build_index(ledger: Ledger, record: RunRecord, path: Path, *, price: int) -> ResultIndex:
    """Copy a run's rows into a table. Raises LedgerError when they were pruned."""
    was_killed = record.ended_at is None
    unreached = Reason.STOPPED if record.stopped or was_killed else Reason.LIMIT
    results = ledger.results(record.run, killed=was_killed and not ledger.is_active(record.run))
    tally = Tally(price=price, unreached=unreached)
    sheets = [sheet.sheet for sheet in ledger.sheets(record.run)]
    texts = RowTexts(Lang.EN, sheets, unreached), RowTexts(Lang.ZH, sheets, unreached)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # it can be built again at any time
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        database.execute("BEGIN")
        values = (
            (n, *_row_values(row, sheets, texts, unreached)) for n, row in enumerate(tally.of(rows(results)))
        )
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        database.execute("CREATE INDEX by_status ON rows (status, n)")
        database.execute("COMMIT")
    return ResultIndex(path, tally)


def _row_values(
    row: RowResult, sheets: list[str], texts: tuple[RowTexts, RowTexts], unreached: Reason
) -> tuple[object, ...]:
    """Return the values of one row, its texts in both languages, so that the page can change its language."""
    entries = row.entries
    en = texts[0].of_row(row)
    shown: tuple[str, ...] = ("", "", "", "")
    if row.status is not RowStatus.SYNCED or row.points is None:
        zh = texts[1].of_row(row)
        is_single = len(entries) == 1 and row.status is not RowStatus.SYNCED
        todo = messages.PAGE_TODO.get(reason_of(entries[0], unreached)) if is_single else None
        shown = (en.error, zh.error, todo.en if todo else en.todo, todo.zh if todo else zh.todo)
    return (
        STATUSES.index(row.status),
        sheets[row.sheet],
        row.line,
        "\n".join(dict.fromkeys(entry.owner_id for entry in entries)),
        "\n".join(entry.number for entry in entries),
        row.points,
        en.api_status,
        row.calls,
        None if row.answered_at is None else row.answered_at.timestamp(),
        *shown,
    )

"""The rows of a run's result as a table that can be paged, filtered and searched, a million rows or ten.

The ledger tells rows one after the other; a page wants those from the 700,000th on that failed. So they are walked once
into a small database of our own, thrown away when the ledger has moved on, and asked from there.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchsync.ledger import Ledger
from batchsync.messages import Lang, Translation
from batchsync.messages import web as messages
from batchsync.model import Reason, RowResult, RowStatus, RunRecord
from batchsync.model.row_results import Tally, reason_of, rows
from batchsync.writer.row_texts import RowTexts

STATUSES = tuple(RowStatus)
CHUNK = 10_000
MOST_ROWS = 500
"""Rows of one answer."""

_SCHEMA = """
CREATE TABLE rows (
    n INTEGER PRIMARY KEY, status INTEGER NOT NULL, sheet TEXT NOT NULL, line INTEGER NOT NULL,
    owner TEXT NOT NULL, number TEXT NOT NULL, points INTEGER, api_status TEXT NOT NULL, calls INTEGER NOT NULL,
    at REAL, error_en TEXT, error_zh TEXT, todo_en TEXT, todo_zh TEXT
) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of the user's sheet and what became of it."""

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
    """When it was answered, in seconds since 1970."""
    error: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows are wanted: from the `first`-th on of those that have the status and hold the text."""

    first: int = 0
    count: int = 100
    status: RowStatus | None = None
    search: str = ""
    """Part of an order number or merchant id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """Some rows, and how many there are that fit the same wishes."""

    total: int
    rows: tuple[TableRow, ...]


class ResultIndex:
    """The rows of one run in a database file of our own."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self.path = path
        self.tally = tally
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )

    def page(self, wishes: "RowFilter", lang: Lang) -> TablePage:
        """Return the rows that fit the wishes, and how many there are."""
        first, count = wishes.first, min(wishes.count, MOST_ROWS)
        where, facts = _where(wishes.status, wishes.search)
        texts = ("error_zh", "todo_zh") if lang is Lang.ZH else ("error_en", "todo_en")
        columns = f"n, status, sheet, line, owner, number, points, api_status, calls, at, {', '.join(texts)}"
        with self._lock:
            if where:
                ((total,),) = self._database.execute(f"SELECT count(*) FROM rows{where}", facts)  # noqa: S608
                span: tuple[object, ...] = (*facts, count, first)
                asked = f"SELECT {columns} FROM rows{where} ORDER BY n LIMIT ? OFFSET ?"  # noqa: S608
            else:  # by its number, however far down
                total = self.tally.rows
                span = (first, count)
                asked = f"SELECT {columns} FROM rows WHERE n >= ? ORDER BY n LIMIT ?"  # noqa: S608
            found = tuple(_row(row) for row in self._database.execute(asked, span))
        return TablePage(total=total, rows=found)

    def close(self) -> None:
        """Give the file back and take it away."""
        with self._lock:
            self._database.close()
        self.path.unlink(missing_ok=True)


def _where(status: RowStatus | None, search: str) -> tuple[str, tuple[object, ...]]:
    wishes: list[str] = []
    facts: list[object] = []
    if status is not None:
        wishes.append("status = ?")
        facts.append(STATUSES.index(status))
    text = search.strip()
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        wishes.append("(number LIKE ? ESCAPE '\\' OR owner LIKE ? ESCAPE '\\')")
        facts += [pattern, pattern]
    return (f" WHERE {' AND '.join(wishes)}" if wishes else ""), tuple(facts)


def _row(row: tuple[Any, ...]) -> TableRow:
    n, status, sheet, line, owner, number, points, api_status, calls, at, error, todo = row
    return TableRow(
        n=n,
        status=STATUSES[status],
        sheet=sheet,
        line=line,
        owner=owner,
        number=number,
        points=points,
        api_status=api_status,
        calls=calls,
        at=at,
        error=error or "",
        todo=todo or "",
    )


# --- Making one ---------------------------------------------------------------------------------------------


def build_index(ledger: Ledger, record: RunRecord, path: Path, *, price: int) -> ResultIndex:
    """Walk a run's rows into a table. Raises LedgerError when they are gone (pruned)."""
    killed = record.ended_at is None
    unreached = Reason.STOPPED if record.stopped or killed else Reason.LIMIT
    tally = Tally(price=price, unreached=unreached)
    sheets = [sheet.sheet for sheet in ledger.sheets(record.run)]
    told = _Told(sheets, unreached)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # it can be made anew any time
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        database.execute("BEGIN")
        walked = (told.of(n, row) for n, row in enumerate(tally.of(rows(ledger.results(record.run)))))
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", walked)
        database.execute("CREATE INDEX by_status ON rows (status, n)")
        database.execute("COMMIT")
    return ResultIndex(path, tally)


class _Told:
    """Says rows in both languages, so that a page may change its language at any time."""

    def __init__(self, sheets: list[str], unreached: Reason) -> None:
        self._sheets, self._unreached = sheets, unreached
        self._en, self._zh = (RowTexts(lang, sheets, unreached) for lang in (Lang.EN, Lang.ZH))

    def of(self, n: int, row: RowResult) -> tuple[object, ...]:
        entries = row.entries
        owner = "\n".join(dict.fromkeys(entry.owner_id for entry in entries))
        number = "\n".join(entry.number for entry in entries)
        en = self._en.says(row)
        texts: tuple[str, ...] = ("", "", "", "")
        if row.status is not RowStatus.SYNCED or row.points is None:
            zh, here = self._zh.says(row), self._here(row)
            texts = (en.error, zh.error, here.en if here else en.todo, here.zh if here else zh.todo)
        at = None if row.answered_at is None else row.answered_at.timestamp()
        status = STATUSES.index(row.status)
        sheet = self._sheets[row.sheet]
        return (n, status, sheet, row.line, owner, number, row.points, en.api_status, row.calls, at, *texts)

    def _here(self, row: RowResult) -> Translation | None:
        """What to do where the sheet's own words would send people elsewhere than to this page."""
        if len(row.entries) > 1 or row.status is RowStatus.SYNCED:
            return None
        return messages.TODO_HERE.get(reason_of(row.entries[0], self._unreached))


def statuses(tally: Tally) -> Iterator[tuple[RowStatus, int]]:
    """Yield each status that rows have, with how many have it."""
    return ((status, count) for status, count in tally.counts.items() if count)

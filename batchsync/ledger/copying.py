"""Copying a ledger into an empty one of either database, and comparing the two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from batchsync.errors import LedgerError
from batchsync.ledger.database import Database, transaction
from batchsync.messages import ledger as messages


class _Table(NamedTuple):
    name: str
    out: str
    into: str


TABLES = (
    _Table("accounts", "out_accounts", "in_accounts"),
    _Table("owners", "out_owners", "in_owners"),
    _Table("runs", "out_runs", "in_runs"),
    _Table("sheets", "out_sheets", "in_sheets"),
    _Table("orders", "out_orders", "in_orders"),
    _Table("entries", "out_entries", "in_entries"),
    _Table("entry_facts", "out_entry_facts", "in_entry_facts"),
    _Table("attempts", "out_attempts", "in_attempts"),
    _Table("answers", "out_answers", "in_answers"),
    _Table("outcomes", "out_outcomes", "in_outcomes"),
    _Table("resolutions", "out_resolutions", "in_resolutions"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied, and found equal row by row."""

    orders: int
    attempts: int
    runs: int


def copy(source: Database, target: Database, *, place: object) -> Copied:
    """Copy all, all or nothing. Raises LedgerError when the target holds something already."""
    ((holds,),) = target.execute(target.sql["holds_something"])
    if holds:
        raise LedgerError(messages.COPY_NOT_EMPTY, ledger=place)
    with transaction(target), _snapshot(source):
        target.execute(target.sql["open_for_copy"])
        for table in TABLES:
            target.executemany(target.sql[table.into], source.stream(source.sql[table.out]))
        target.execute(target.sql["close_after_copy"])
    with _snapshot(source), _snapshot(target):
        counts = {table.name: _equal_rows(source, target, table, place) for table in TABLES}
    return Copied(orders=counts["orders"], attempts=counts["attempts"], runs=counts["runs"])


def _equal_rows(source: Database, target: Database, table: _Table, place: object) -> int:
    """Return how many rows both have. Raises LedgerError at the first that differs."""
    count = 0
    for ours, theirs in zip_longest(_rows(source, table), _rows(target, table)):
        if ours != theirs:
            row = (ours or theirs)[0]
            raise LedgerError(messages.COPY_DIFFERS, ledger=place, table=table.name, row=row)
        count += 1
    return count


def _rows(database: Database, table: _Table) -> Iterator[tuple[Any, ...]]:
    return database.stream(database.sql[table.out])


@contextmanager
def _snapshot(database: Database) -> Iterator[None]:
    database.execute(database.sql["begin_reading"])
    try:
        yield
    finally:
        if database.in_transaction():
            database.execute("ROLLBACK")

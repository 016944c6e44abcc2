"""The connection that the ledger uses, over the standard sqlite3; the crash tests use one over apsw."""

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from batchsync.ledger.statements import queries

SYNCHRONOUS = "FULL"
"""NORMAL forgot a sent order's mark in 995 of 1,000 simulated power cuts: a second bill each."""
CACHE_KIB = 8_192
WAL_KEPT_BYTES = 64 * 1024 * 1024


class DiskRefused(Exception):
    """The disk took no more: it is full, or it fails."""


class Database(Protocol):
    """One connection, in autocommit mode until BEGIN."""

    @property
    def sql(self) -> Mapping[str, str]:
        """The named statements in this database's dialect."""
        ...

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one statement to its first row; the rest of its rows come as they are asked for."""
        ...

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one query of very many rows inside a transaction, without ever holding them all."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of `rows`."""
        ...

    def changes(self) -> int:
        """Rows changed by the last statement (triggers' own not counted)."""
        ...

    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


class Connect(Protocol):
    """How a ledger's file is opened: the seam for the crash tests."""

    def __call__(self, path: Path, *, read_only: bool) -> Database:
        """Open the file; it is created when it isn't there and `read_only` is False."""
        ...


class StandardDatabase:
    """A connection of the standard sqlite3; errors about the disk have a class of their own."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        with _translated():
            self._connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        self._cursor = self._connection.cursor()

    @property
    def sql(self) -> Mapping[str, str]:
        """SQLite's statements."""
        return queries()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one statement to its first row; the rest of its rows come as they are asked for."""
        with _translated():
            self._cursor = self._connection.execute(sql, parameters)
        return self._cursor

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one query of very many rows: SQLite never holds them all anyway."""
        return self.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of `rows`."""
        with _translated():
            self._cursor = self._connection.executemany(sql, rows)

    def changes(self) -> int:
        """Rows changed by the last statement (triggers' own not counted)."""
        return self._cursor.rowcount

    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if is_disk_error(getattr(error, "sqlite_errorcode", 0)):
            raise DiskRefused(str(error)) from error
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}:
            raise DiskRefused(str(error)) from error
        raise


def is_disk_error(code: int) -> bool:
    """Whether an SQLite result code means that the disk is full or failed (FULL, IOERR and the like)."""
    return code & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def connect(path: Path, *, read_only: bool) -> Database:
    """Open a ledger's file with Python's own sqlite3."""
    return StandardDatabase(path, read_only=read_only)


def tune(database: Database, *, read_only: bool) -> None:
    """Set what each connection must set anew: durability above all."""
    database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    database.execute("PRAGMA busy_timeout = 10000")
    if read_only:
        database.execute("PRAGMA query_only = 0")  # temporary tables; the file itself is open read-only
        return
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    database.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync leaves data in the drive's cache
    database.execute("PRAGMA checkpoint_fullfsync = ON")
    database.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All or nothing: committed at the end, rolled back on any error."""
    database.execute(database.sql["begin_writing"])
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction():
            database.execute("ROLLBACK")
        raise

"""A connection to PostgreSQL, as the ledger wants a Database: psycopg, with the server's own $1 parameters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import Connection, RawCursor, RawServerCursor
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumper

from batchsync.ledger.postgres.statements import queries

FETCHED_AT_ONCE = 5_000
OPEN = (TransactionStatus.ACTIVE, TransactionStatus.INTRANS, TransactionStatus.INERROR)
ROOM = "batchsync"
"""The schema of our tables and of Procrastinate's."""
SESSION = {
    "search_path": f"{ROOM},public",
    "synchronous_commit": "on",
    "client_min_messages": "warning",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "20s",
    "jit": "off",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
}
"""Each question here follows an index, whatever the server believes of tables that grew by a million rows just now:
its statistics are minutes old, and a plan made of old ones was seen to take the square of the time."""


class _TextWithoutNul(StrDumper):
    """Text as PostgreSQL takes it: the one character that it can't keep becomes a question mark."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "?") if "\0" in obj else obj)


def connect(address: str, *, application: str = "batchsync") -> "PostgresDatabase":
    """Open a connection that commits each statement by itself until BEGIN. Raises psycopg.OperationalError."""
    connection = Connection.connect(
        address, **settings_of(application), autocommit=True, cursor_factory=RawCursor
    )
    return PostgresDatabase(connection)


def settings_of(application: str) -> dict[str, Any]:
    """Return what every connection asks for: a dead network is noticed, our tables are found first."""
    return {
        "application_name": application,
        "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }


class PostgresDatabase:
    """One connection."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self.connection = connection
        connection.adapters.register_dumper(str, _TextWithoutNul)
        self._cursor: psycopg.Cursor[Any] = connection.cursor()

    @property
    def sql(self) -> Mapping[str, str]:
        """PostgreSQL's statements."""
        return queries()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one statement and fetch all its rows."""
        cursor = self._cursor = self.connection.cursor()
        cursor.execute(sql.encode(), parameters or None)
        return iter(cursor) if cursor.description is not None else iter(())

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one query of very many rows inside a transaction, a few thousand of them at a time."""
        with RawServerCursor(self.connection, f"c{id(parameters)}") as cursor:
            cursor.itersize = FETCHED_AT_ONCE
            cursor.execute(sql.encode(), parameters)
            yield from cursor

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of `rows`; a COPY takes them all at once."""
        cursor = self._cursor = self.connection.cursor()
        if not sql.startswith("COPY"):
            cursor.executemany(sql.encode(), rows)
            return
        with cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def script(self, text: str) -> None:
        """Run several statements that take no parameters."""
        psycopg.ClientCursor(self.connection).execute(text.encode())

    def changes(self) -> int:
        """Rows changed by the last statement."""
        return self._cursor.rowcount

    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.connection.info.transaction_status in OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone, as far as is known."""
        return self.connection.closed or self.connection.broken

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


__all__ = ["ROOM", "PostgresDatabase", "connect", "settings_of"]

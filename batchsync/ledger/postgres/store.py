"""Connections to a PostgreSQL ledger: its schema created, a pool for questions, errors as messages for the user."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
from psycopg import Connection, RawCursor, conninfo, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from batchsync.clock import Clock
from batchsync.errors import LedgerBusy, LedgerError, LedgerFull, LedgerGone
from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.database import transaction
from batchsync.ledger.postgres.database import PostgresDatabase, connect, settings_of
from batchsync.ledger.postgres.statements import SCHEMA_VERSION, schema
from batchsync.ledger.postgres.timezone import set_session_timezone
from batchsync.ledger.spool import OutcomeSpool
from batchsync.messages import ledger as messages

POOL_MAX_SIZE = 4
POOL_IDLE_S = 10.0
CONNECT_WITHIN_S = 15.0
"""Seconds that a question waits for the server."""
MUST_BE_ON = ("synchronous_commit", "fsync", "full_page_writes")
DISK = (errors.DiskFull, errors.IoError)
GONE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


class PostgresStore:
    """The Store of one database: any number of machines read and write it."""

    def __init__(self, address: str, *, read_only: bool, clock: Clock, wait_s: float) -> None:
        self.address = address
        self._read_only = read_only
        self._clock = clock
        self._wait_s = wait_s
        self._has_tables = False
        self.spool = OutcomeSpool(self.place)
        self._pool: ConnectionPool[Connection[Any]] | None = None

    @property
    def place(self) -> str:
        """The database, without whoever asks and their password."""
        parts = conninfo.conninfo_to_dict(self.address)
        host = str(parts.get("host") or "localhost")
        port = f":{parts['port']}" if parts.get("port") else ""
        return f"postgresql://{host}{port}/{parts.get('dbname') or ''}"

    def now(self) -> int:
        """Return the time as the ledger stores it."""
        return int(self._clock.now().timestamp() * 1_000_000)

    # --- Opening --------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Check that the server is durable and its schema known; create the tables where there are none, unless read-only."""
        with self.translated():
            database = connect(self.address)
            try:
                self._refuse_forgetful(database)
                found = self._version(database)
                if found > SCHEMA_VERSION:
                    raise LedgerError(messages.TOO_NEW, ledger=self.place, found=found, known=SCHEMA_VERSION)
                if found == 0 and not self._read_only:
                    self._create_tables(database)
            finally:
                database.close()

    def _refuse_forgetful(self, database: PostgresDatabase) -> None:
        for name, value in self._settings(database).items():
            if value not in ("on", "remote_write", "remote_apply"):
                raise LedgerError(messages.FORGETFUL, ledger=self.place, setting=name, value=value)

    @staticmethod
    def _settings(database: PostgresDatabase) -> dict[str, str]:
        (found,) = database.execute(database.sql["may_write"])
        return dict(zip(MUST_BE_ON, found, strict=True))

    def _version(self, database: PostgresDatabase) -> int:
        ((there,),) = database.execute(database.sql["form"])
        row = next(database.execute(database.sql["form_version"]), None) if there else None
        return 0 if row is None else int(row[0])

    def _create_tables(self, database: PostgresDatabase) -> None:
        sql = database.sql
        with transaction(database):
            database.execute(sql["one_at_a_time"])
            database.execute(sql["make_room"])
            database.execute(sql["make_form"])
            if self._version(database) == 0:
                database.script(schema())
                database.execute(sql["set_form"], (SCHEMA_VERSION,))

    def is_empty(self) -> bool:
        """Whether nothing was ever written here."""
        if not self._has_tables:
            with self.reading() as database:
                self._has_tables = self._version(database) > 0
        return not self._has_tables

    # --- Lending --------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[PostgresDatabase]:
        """Yield a connection for a query."""
        if self._pool is None:
            logging.getLogger("psycopg.pool").setLevel(
                logging.CRITICAL
            )  # what matters of it is raised to whoever asks
            self._pool = ConnectionPool(
                self.address,
                kwargs={**settings_of("batchsync"), "autocommit": True, "cursor_factory": RawCursor},
                min_size=0,
                max_size=POOL_MAX_SIZE,
                max_idle=POOL_IDLE_S,
                configure=_configure,
                check=ConnectionPool.check_connection,
                timeout=CONNECT_WITHIN_S,
                open=True,
            )
        with self.translated(), self._pool.connection() as connection:
            yield PostgresDatabase(connection)

    def snapshot(self) -> AbstractContextManager[PostgresDatabase]:
        """Yield a connection for long reads."""
        return self.reading()

    @contextmanager
    def exclusive(self, who: str, wait_s: float | None = None) -> Iterator[PostgresDatabase]:  # noqa: ARG002 (as over SQLite)
        """Yield a connection to write with; each write is a transaction, and only plans wait for one another."""
        if self._read_only:
            raise LedgerError(messages.UNWRITABLE, ledger=self.place, error=f"{who}: opened for reading only")
        with self.reading() as database:
            yield database

    def waiting_outcomes(self) -> Mapping[int, AttemptOutcome]:
        """Return outcomes of this machine that the database doesn't have yet, by attempt."""
        return {outcome.attempt: outcome for _, kept in self.spool.journals() for outcome in kept}

    def set_lock_owner(self, who: str) -> None:
        """The table `senders` names who holds an account's lock."""

    def close(self) -> None:
        """Give all connections back."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        self.spool.close()

    # --- Errors ---------------------------------------------------------------------------------------------

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn PostgreSQL's errors into messages for the user."""
        try:
            yield
        except errors.LockNotAvailable as error:
            raise LedgerBusy(messages.BUSY_UNKNOWN, ledger=self.place) from error
        except DISK as error:
            raise LedgerFull(messages.FULL, ledger=self.place, error=_first_line(error)) from error
        except errors.InsufficientPrivilege as error:
            raise LedgerError(messages.UNWRITABLE, ledger=self.place, error=_first_line(error)) from error
        except GONE as error:
            raise self.gone(error) from error

    def gone(self, error: BaseException) -> LedgerGone:
        """Return the sentence for a server that doesn't answer."""
        return LedgerGone(messages.GONE, ledger=self.place, error=_first_line(error))


def _configure(connection: "Connection[Any]") -> None:
    set_session_timezone(PostgresDatabase(connection))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

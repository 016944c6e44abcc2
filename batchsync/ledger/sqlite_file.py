"""The ledger's file: opened, checked, brought up to date, and made whole again after a crash."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from batchsync.clock import Clock
from batchsync.errors import LedgerDamaged, LedgerError, LedgerFull
from batchsync.ledger import location
from batchsync.ledger.batches import AttemptOutcome, BatchWriter, ResponseRecord
from batchsync.ledger.database import Connect, Database, DiskRefused, transaction, tune
from batchsync.ledger.journal import Journal, read_outcomes
from batchsync.ledger.lock import WriterLock
from batchsync.ledger.statements import APPLICATION_ID, SCHEMA_VERSION, queries, schema
from batchsync.messages import ledger as messages
from batchsync.model import Reason

OLDEST_SQLITE = (3, 39, 0)
SPACE_NEEDED = 64 * 1024 * 1024
"""Free bytes without which no run starts and no claim is made."""


class FileStore:
    """The Store of one ledger file: readers on read-only connections, at most one writer, and that only under the lock."""

    def __init__(self, path: Path, *, read_only: bool, clock: Clock, connect: Connect, wait_s: float) -> None:
        self.path = Path(os.path.realpath(path))
        """Without symbolic links: all names of one file share its lock, journal and WAL."""
        self._read_only = read_only
        self._clock = clock
        self._connect = connect
        self._wait_s = wait_s
        self._has_tables = False
        self._reader: Database | None = None
        self._writer: Database | None = None
        self._batches: BatchWriter | None = None
        self._lock = WriterLock(self.path, clock)
        self.journal = Journal(self.journal_path)

    @property
    def place(self) -> Path:
        """The ledger's file."""
        return self.path

    @property
    def journal_path(self) -> Path:
        """Where outcomes go when the database can't take them."""
        return self.path.with_name(f"{self.path.name}.outcomes")

    def now(self) -> int:
        """Return the time as the ledger stores it."""
        return int(self._clock.now().timestamp() * 1_000_000)

    def prepare(self) -> None:
        """See that the file can be used, and make it where it isn't there yet (unless read-only)."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            needed = ".".join(map(str, OLDEST_SQLITE))
            raise LedgerError(messages.OLD_SQLITE, found=sqlite3.sqlite_version, needed=needed)
        if self.path.is_dir():
            raise LedgerError(messages.IS_FOLDER, ledger=self.path)
        kind = location.network_file_system(self.path)
        if kind is not None:
            raise LedgerError(messages.NETWORK, ledger=self.path, kind=kind)
        if self._exists():
            self._check_form(self.reader())
        if self.is_empty() and not self._read_only:
            with self.exclusive("new ledger"):
                pass

    def _exists(self) -> bool:
        # A rollback journal beside it: its process ended before the first page was written; only a writer can roll back.
        is_unfinished = self.path.with_name(f"{self.path.name}-journal").exists()
        return self.path.exists() and self.path.stat().st_size > 0 and not is_unfinished

    # --- Reading --------------------------------------------------------------------------------------------

    def reader(self) -> Database:
        """Return the connection to read with: the writer while there is one, else one that can't write."""
        if self._writer is not None:
            return self._writer
        if self._reader is None:
            if not self._exists():
                raise LedgerError(messages.MISSING, ledger=self.path)
            self._reader = self._fresh_reader()
        return self._reader

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Yield the connection to read with."""
        yield self.reader()

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Yield a separate read-only connection for long reads."""
        database = self._fresh_reader()
        try:
            yield database
        finally:
            database.close()

    def _fresh_reader(self) -> Database:
        with self.translated():
            database = self._connect(self.path, read_only=True)
            tune(database, read_only=True)
        return database

    def waiting_outcomes(self) -> dict[int, AttemptOutcome]:
        """Return the journal's outcomes that the database doesn't have yet, by attempt."""
        return {outcome.attempt: outcome for outcome in read_outcomes(self.journal_path)}

    def is_empty(self) -> bool:
        """Whether nothing was ever written here; also when whoever made the file died before its tables stood."""
        if not self._has_tables and self._exists():
            with self.translated():
                ((_, version, _),) = self.reader().execute(queries()["is_ours"])
            self._has_tables = version > 0
        return not self._has_tables

    def close(self) -> None:
        """Give the read-only connection back."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # --- Writing --------------------------------------------------------------------------------------------

    @property
    def is_writing(self) -> bool:
        """Whether this process holds the lock now."""
        return self._writer is not None

    @contextmanager
    def exclusive(self, who: str, wait_s: float | None = None) -> Iterator[Database]:
        """Hold the lock with an open writer, the journal replayed and dead calls given up. Re-entrant."""
        if self._writer is not None:
            yield self._writer
            return
        if self._read_only:
            raise LedgerError(messages.UNWRITABLE, ledger=self.path, error="opened for reading only")
        with ExitStack() as stack:
            with self.translated():
                location.make_folder(self.path.parent)
                stack.enter_context(self._lock.held(who, self._wait_s if wait_s is None else wait_s))
                self._writer = self._open_writer(stack)
            try:
                yield self._writer
            finally:
                self._writer = self._batches = None

    def _open_writer(self, stack: ExitStack) -> Database:
        self.close()
        location.make_private_file(self.path)
        database = self._connect(self.path, read_only=False)
        stack.callback(database.close)
        version = self._check_form(database)
        tune(database, read_only=False)
        if version == 0:
            _create_tables(database)
        self.journal.open()
        stack.callback(self.journal.close)
        self._batches = BatchWriter(database)
        self.recover(database)
        return database

    def holder(self) -> str | None:
        """Return the run that holds the lock now, in whatever process; None when none does."""
        return self._lock.holder()

    def set_lock_owner(self, who: str) -> None:
        """Record who holds the lock, for others to read."""
        if self._writer is not None:
            self._lock.name(who)

    def _check_form(self, database: Database) -> int:
        """Return the version of the file's schema, 0 before its tables were created. Raises LedgerError for another program's."""
        with self.translated():
            ((application, version, things),) = database.execute(queries()["is_ours"])
        if things and application != APPLICATION_ID:
            raise LedgerError(messages.NOT_OURS, ledger=self.path)
        if version > SCHEMA_VERSION:
            raise LedgerError(messages.TOO_NEW, ledger=self.path, found=version, known=SCHEMA_VERSION)
        return int(version)

    # --- After a crash --------------------------------------------------------------------------------------

    def recover(self, database: Database) -> None:
        """Replay the journal; what is still `sending` then has died with its process and becomes uncertain."""
        self.replay()
        sql, now = queries(), self.now()
        if next(iter(database.execute(sql["dead_attempts"])), None) is None:
            return
        with transaction(database):
            ((last,),) = database.execute(sql["last_answer"])
            response = ResponseRecord(Reason.CRASH.value, 1, None, "", "", "", b"")
            database.execute(sql["append_answer"], (last + 1, *response))
            database.execute(sql["give_up_outcomes"], (last + 1, now))
            database.execute(sql["give_up_orders"], (now,))

    def replay(self) -> None:
        """Bring the journal's outcomes into the database; those it has already are left out."""
        outcomes = list(self.journal.outcomes())
        if not outcomes:
            return
        self.batches.apply([], outcomes, self.now())
        self.batches.commit()
        self.journal.clear()

    @property
    def batches(self) -> BatchWriter:
        """What writes claims and outcomes while the lock is held."""
        assert self._batches is not None
        return self._batches

    def free_space_low(self) -> bool:
        """Whether the disk has less room than a run may need."""
        return shutil.disk_usage(self.path.parent).free < SPACE_NEEDED

    def check_space(self) -> None:
        """Raise LedgerFull, with figures, when the disk is nearly full."""
        free = shutil.disk_usage(self.path.parent).free
        if free < SPACE_NEEDED:
            mega = 1024 * 1024
            raise LedgerFull(
                messages.LOW_SPACE, ledger=self.path, free_mb=free // mega, needed_mb=SPACE_NEEDED // mega
            )

    # --- Errors ---------------------------------------------------------------------------------------------

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of SQLite and the system into messages for the user."""
        try:
            yield
        except DiskRefused as error:
            raise self.full(error) from error
        except OSError as error:
            raise LedgerError(messages.UNWRITABLE, ledger=self.path, error=error.strerror or error) from error
        except sqlite3.DatabaseError as error:
            raise self.user_error(error) from error

    def full(self, error: BaseException) -> LedgerFull:
        """Return the sentence for a disk that took no more."""
        return LedgerFull(messages.FULL, ledger=self.path, error=error)

    def user_error(self, error: sqlite3.DatabaseError) -> Exception:
        """Return the error for the user; one that is a fault of the program is returned unchanged."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return LedgerDamaged(messages.DAMAGED, ledger=self.path, error=error)
        if code in {
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_AUTH,
        }:
            return LedgerError(messages.UNWRITABLE, ledger=self.path, error=error)
        return error


def _create_tables(database: Database) -> None:
    with transaction(database):
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in schema():
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

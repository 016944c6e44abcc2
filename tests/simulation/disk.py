"""The disk of a simulated machine: a real SQLite file, written by a process that can die, on a disk that can fill up."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchsync.clock import Clock
from batchsync.ledger import SqliteLedger
from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.database import DiskRefused, StandardDatabase
from tests.simulation.process import Process

WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "CREATE")


@dataclass(slots=True)
class Disk:
    """Where the ledger lives; survives every process."""

    path: Path
    full: bool = False


class MortalDatabase(StandardDatabase):
    """A connection of a process that may die at any statement: what wasn't committed is gone."""

    def __init__(self, path: Path, *, read_only: bool, process: Process, disk: Disk) -> None:
        super().__init__(path, read_only=read_only)
        self._process, self._disk = process, disk
        process.at_death.append(self.close)

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        self._live(sql)
        self._cursor = self._connection.execute(
            sql, parameters
        )  # quicker than super's: this disk has no other errors
        return self._cursor

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._live(sql)
        super().executemany(sql, rows)

    def close(self) -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # closed before
            self._cursor.close()  # one that is still alive would keep the lock
            self._connection.rollback()
        super().close()

    def _live(self, sql: str) -> None:
        if self._process.dead:
            raise DiskRefused("dead")
        if self._disk.full and sql.startswith(WRITES):
            raise DiskRefused("disk full")
        self._process.write(sql)


def ledger_of(process: Process, disk: Disk, clock: Clock) -> SqliteLedger:
    """Open the ledger as this process does: in its own turn, not in a thread."""

    def connect(path: Path, *, read_only: bool) -> MortalDatabase:
        return MortalDatabase(path, read_only=read_only, process=process, disk=disk)

    ledger = SqliteLedger(disk.path, clock=clock, inline=True, connect=connect)
    journal = ledger._file.journal
    keep = journal.append

    def append(outcomes: list[AttemptOutcome]) -> None:
        if process.dead:
            raise OSError("dead")
        keep(outcomes)

    journal.append = append  # type: ignore[method-assign]
    return ledger

"""Checks before a nightly run: the lock of the inbox, the ledger and its copy, free disk space."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.errors import LedgerDamaged, LedgerFull
from batchsync.ledger import SqliteLedger, open_ledger
from batchsync.ledger.lock import WriterLock
from batchsync.ledger.sqlite_file import SPACE_NEEDED
from batchsync.messages import nightly as messages
from batchsync.nightly.inbox import Scan

BACKUPS_KEPT = 14
"""Copies of the ledger that are kept."""
ROOM_PER_BYTE = 4
"""For the file, its copy, its result, and a reserve."""
MEGA = 1 << 20
Free = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Return the free bytes on the disk of a folder."""
    return shutil.disk_usage(folder).free


@contextmanager
def inbox_lock(folder: Path, owner: str, clock: Clock) -> Iterator[None]:
    """Hold the lock of the inbox. Raises LedgerBusy, naming the other process."""
    with WriterLock(folder / "night", clock).held(
        owner, 0, busy=messages.BUSY, unknown=messages.BUSY_UNKNOWN
    ):
        yield


def check_room(inbox: Path, scan: Scan, free: Free) -> None:
    """Raise LedgerFull when the disk of the inbox has too little free space."""
    needed = SPACE_NEEDED + ROOM_PER_BYTE * sum(pending.fingerprint[0] for pending in scan.files.values())
    found = free(inbox)
    if found < needed:
        facts = {"folder": inbox, "free_mb": found // MEGA, "needed_mb": -(-needed // MEGA)}
        raise LedgerFull(messages.LOW_SPACE, **facts)


def check_ledger(config: Config, day: date, clock: Clock) -> None:
    """Check the ledger and copy it, once a day.

    Raises LedgerBusy, LedgerDamaged, LedgerFull, LedgerError.
    """
    with open_ledger(config.ledger.url, clock=clock) as ledger:
        account = ledger.account(config.api.url, config.api.account)
        with ledger.lock(account, "nightly"):
            if not isinstance(ledger, SqliteLedger):  # a PostgreSQL server makes its own backups
                return
            copy = _copies(ledger.path) / f"{day.isoformat()}.db"
            if not copy.exists():
                _check_and_copy(ledger, copy)


def _check_and_copy(ledger: SqliteLedger, copy: Path) -> None:
    problems = ledger.verify()
    if problems:
        raise LedgerDamaged(
            messages.LEDGER_DAMAGED, ledger=ledger.path, error=problems[0], copies=copy.parent
        )
    _check_room_for_copy(ledger, copy)
    ledger.backup(copy)
    _delete_old_copies(copy.parent)


def _copies(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.nights")


def _check_room_for_copy(ledger: SqliteLedger, copy: Path) -> None:
    size, free = ledger.path.stat().st_size, free_bytes(ledger.path.parent)
    if free < SPACE_NEEDED + 2 * size:
        facts = {
            "folder": copy.parent,
            "free_mb": free // MEGA,
            "needed_mb": (SPACE_NEEDED + 2 * size) // MEGA,
        }
        raise LedgerFull(messages.LOW_SPACE, **facts)


def _delete_old_copies(copies: Path) -> None:
    for old in sorted(copies.glob("????-??-??.db"))[:-BACKUPS_KEPT]:
        old.unlink()
        outcomes = old.with_name(f"{old.name}.outcomes")
        outcomes.unlink(missing_ok=True)

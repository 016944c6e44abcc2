"""Maintenance of a ledger: copy it, check it, prune old evidence, measure its size."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from batchsync.errors import LedgerError
from batchsync.fsutil import sync_folder
from batchsync.ledger.codes import STATES_BY_CODE
from batchsync.ledger.database import Database, transaction
from batchsync.ledger.location import make_folder, make_private_file
from batchsync.messages import ledger as messages
from batchsync.messages.render import Message

FAULTS_LISTED = 20
"""Most faults of one kind that are listed."""
WORTH_SHRINKING = 4
"""The file is rewritten when more than one part in so many of it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSize:
    """How large a ledger is."""

    orders: int
    attempts: int
    runs: int
    bytes: int
    """Of the file, its empty part included."""
    empty_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was let go."""

    runs: int
    attempts: int


def backup(ledger: Path, journal: Path, target: Path) -> None:
    """Copy a ledger while it may be in use, and swap the whole copy in at `target`."""
    if target.exists() and ledger.exists() and target.samefile(ledger):
        raise LedgerError(messages.BACKUP_IS_LEDGER, target=target)
    make_folder(target.parent)
    beside = target.with_name(f"{target.name}.part")
    beside.unlink(missing_ok=True)
    make_private_file(beside)
    try:
        _copy(ledger, beside)
        if journal.exists():  # outcomes that the disk could not take yet are replayed beside the copy as well
            shutil.copyfile(journal, target.with_name(f"{target.name}.outcomes"))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(target.parent)


def _copy(ledger: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        ((verdict,),) = copy.execute("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise LedgerError(messages.DAMAGED, ledger=ledger, error=verdict)
    handle = os.open(target, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def verify(database: Database) -> list[Message]:
    """Return what doesn't fit together: the file itself, states against calls, sums. None is what one wants."""
    faults = list(_file_faults(database))
    return faults or [*_reference_faults(database), *_order_faults(database)]


def _file_faults(database: Database) -> Iterator[Message]:
    for (verdict,) in database.execute(database.sql["integrity"]):
        if verdict != "ok":
            yield Message(messages.FAULT_FILE, {"what": verdict})


def _reference_faults(database: Database) -> Iterator[Message]:
    for nth, (table, row, parent) in enumerate(database.execute(database.sql["references"])):
        if nth == FAULTS_LISTED:
            return
        yield Message(messages.FAULT_REFERENCE, {"table": table, "row": row, "parent": parent})


def _order_faults(database: Database) -> Iterator[Message]:
    sql = database.sql
    for owner, number, state, recorded in database.execute(sql["states_against_calls"], (FAULTS_LISTED,)):
        facts = {"owner": owner, "number": number, "state": STATES_BY_CODE[state].value}
        yield Message(
            messages.FAULT_STATE, {**facts, "said": STATES_BY_CODE[recorded].value if recorded else "-"}
        )
    for owner, number, points, recorded in database.execute(sql["points_against_calls"], (FAULTS_LISTED,)):
        yield Message(
            messages.FAULT_POINTS, {"owner": owner, "number": number, "points": points, "said": recorded}
        )
    for owner, number, counted, found in database.execute(sql["calls_missing"], (FAULTS_LISTED,)):
        yield Message(
            messages.FAULT_GAP, {"owner": owner, "number": number, "counted": counted, "found": found}
        )


def prune(database: Database, before: int, now: int) -> Pruned:
    """Delete attempts, answers and entries of runs that began before `before`; orders and runs stay.

    A run with orders that are still uncertain keeps its evidence.
    """
    sql = database.sql
    attempts = 0
    with transaction(database):
        runs = [row[0] for row in database.execute(sql["runs_to_prune"], (before,))]
        for run in runs:
            database.execute(sql["prune_outcomes"], (run,))
            database.execute(sql["prune_attempts"], (run,))
            attempts += database.changes()
            for statement in ("drop_facts", "drop_entries", "drop_sheets"):
                database.execute(sql[statement], (run,))
            database.execute(sql["note_pruned"], (run, now))
        if runs:
            database.execute(sql["prune_answers"])
    return Pruned(runs=len(runs), attempts=attempts)


def shrink(database: Database, folder: Path) -> None:
    """Rewrite the file without its empty part, when that is large and the disk has room for it."""
    found = size(database)
    if found.empty_bytes * WORTH_SHRINKING > found.bytes and shutil.disk_usage(folder).free > 3 * found.bytes:
        database.execute(database.sql["vacuum"])


def size(database: Database) -> LedgerSize:
    """Return how large the ledger is."""
    ((orders, attempts, runs, total, empty),) = database.execute(database.sql["sizes"])
    return LedgerSize(orders=orders, attempts=attempts, runs=runs, bytes=total, empty_bytes=empty)

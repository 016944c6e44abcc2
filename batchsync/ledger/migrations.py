"""A ledger's file that an older version wrote: brought up to date, or read as if it were and left as it is."""

from pathlib import Path

from batchsync.ledger.database import Database, StandardDatabase, transaction, tune
from batchsync.ledger.statements import APPLICATION_ID, SCHEMA_VERSION, queries, schema


def is_older(database: Database) -> bool:
    """Whether its tables stand in a form of before."""
    return 0 < _version(database) < SCHEMA_VERSION


def migrate(database: Database) -> None:
    """Bring the tables into today's form, or make them where there are none."""
    for step in range(_version(database) + 1, SCHEMA_VERSION + 1):
        with transaction(database):
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            for statement in schema(step):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {step}")


def open_migrated_copy(path: Path) -> Database:
    """Open a copy in today's form: who only reads doesn't change a file, and is told what a run will go by all the same."""
    copy = StandardDatabase(path, read_only=True)
    try:
        copy.leave_the_file()
        migrate(copy)
        tune(copy, read_only=True)
    except BaseException:
        copy.close()
        raise
    return copy


def _version(database: Database) -> int:
    ((_, version, _),) = database.execute(queries()["is_ours"])
    return int(version)

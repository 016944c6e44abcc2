"""Runs and their sheets, as the ledger keeps them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from batchsync.ledger.database import Database
from batchsync.ledger.run_results import to_datetime
from batchsync.model import Note, RunRecord, RunSummary, SheetFound

STEM_KEPT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPaths:
    """Where the input and the result of a run stand now."""

    run: str
    file: str
    result: str | None


def free_run_name(database: Database, started: datetime, stem: str) -> str:
    """Return an id for a run that no other has, such as 20261123-0212-orders, or ...-orders-2."""
    clean = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in stem)[
        :STEM_KEPT
    ].strip("-.")
    database.execute(database.sql["lock_plans"], (0,))
    base = f"{started:%Y%m%d-%H%M}-{clean or 'file'}"
    name, nth = base, 1
    while next(iter(database.execute(database.sql["run_exists"], (name,))), None) is not None:
        nth += 1
        name = f"{base}-{nth}"
    return name


def record(row: tuple[Any, ...]) -> RunRecord:
    """Return the record in a row of the queries `run` and `runs`."""
    run, account, file, sha256, started_at, ended_at, stopped, result, lang, summary = row
    started = to_datetime(started_at)
    assert started is not None
    return RunRecord(
        run=run,
        account=account,
        file=file,
        file_sha256=sha256,
        started_at=started,
        ended_at=to_datetime(ended_at),
        stopped=stopped,
        result=result,
        lang=lang,
        summary=None if summary is None else RunSummary(**orjson.loads(summary)),
    )


def sheet(text: str) -> SheetFound:
    """Return the sheet that was stored as JSON."""
    found = orjson.loads(text)
    found["notes"] = [Note(**note) for note in found["notes"]]
    found |= {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    return SheetFound(**found)


def pack_summary(summary: RunSummary) -> str:
    """Return a summary as JSON."""
    return orjson.dumps(asdict(summary)).decode()


def all_runs(database: Database, limit: int) -> Iterator[RunRecord]:
    """Yield runs, the newest first."""
    return map(record, database.execute(database.sql["runs"], (limit,)))

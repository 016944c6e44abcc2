"""The public Python API: check, sync and read runs."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from batchsync.cluster import job_for
from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.job import CheckedFile, Job, RunOptions
from batchsync.job.dataframe import orders_frame
from batchsync.ledger import open_ledger
from batchsync.messages import ledger as ledger_messages
from batchsync.model import RunSummary
from batchsync.settings import load

if TYPE_CHECKING:
    import pandas as pd


def check_file(path: str | Path, *, config: Config | str | Path | None = None) -> CheckedFile:
    """Read and plan a file: what a run would send and cost. Nothing is sent, nothing is written to the ledger.

    `config` is a Config, the path of a config.yaml, or None for the one in the working folder and the environment.
    Raises InputError when the file can't be processed, SettingsError for wrong settings.
    """
    return Job(_config(config)).check(Path(path))


def sync_file(
    path: str | Path, *, config: Config | str | Path | None = None, output: str | Path | None = None
) -> RunSummary:
    """Send what is not yet synced, write the result workbook, and return the totals.

    Raises InputError, SettingsError, OutputError or LedgerError before anything is sent; later errors are part
    of the result. Call `sync_file_async` where an event loop is running.
    """
    settings = _config(config, token=True)
    with asyncio.Runner(loop_factory=loop_factory(settings)) as runner:
        return runner.run(sync_file_async(path, config=settings, output=output))


async def sync_file_async(
    path: str | Path, *, config: Config | str | Path | None = None, output: str | Path | None = None
) -> RunSummary:
    """Async form of `sync_file`."""
    options = RunOptions(output=Path(output) if output is not None else None)
    finished = await job_for(_config(config, token=True)).run(Path(path), options)
    return finished.summary


def run_frame(run: str, *, config: Config | str | Path | None = None) -> "pd.DataFrame":
    """Return a run's orders from the ledger as a DataFrame, one line per order, ids as text.

    Its columns: sheet, line, owner_id, order_number, status, reason, points, calls, api_status, answered_at (UTC).
    Raises UsageError when there is no such run, LedgerError when the ledger can't be read.
    """
    with open_ledger(_config(config).ledger.url, read_only=True) as ledger:
        if ledger.run(run) is None:
            raise UsageError(ledger_messages.NO_RUN, run=run)
        return orders_frame(ledger.results(run), ledger.sheets(run))


def _config(config: Config | str | Path | None, *, token: bool = False) -> Config:
    if isinstance(config, Config):
        return config
    return load(Path(config) if config is not None else None, token=token).config

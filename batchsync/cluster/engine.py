"""Procrastinate, as far as it is used: a queue of `drain this run`, in the ledger's own database.

One such job waits for each run that still has orders to send. A worker that takes it passes the next one on first, so
every idle worker joins, one after the other; one that comes to a run that is over finds nothing and passes on nothing.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from batchsync.ledger.postgres import PostgresLedger
from batchsync.ledger.postgres.database import settings_of

DRAIN = "batchsync.drain"
CONNECTIONS = 4


def queue_of(account: int) -> str:
    """Return the queue of an account: a worker has one account's token, and drains its runs only."""
    return f"batchsync-{account}"


@contextlib.asynccontextmanager
async def engine(ledger: PostgresLedger) -> AsyncIterator[App]:
    """Open the engine; its tables are made where there are none yet."""
    connector = PsycopgConnector(
        conninfo=ledger.address,
        kwargs=settings_of("batchsync engine"),
        min_size=1,
        max_size=CONNECTIONS,
    )
    app = App(connector=connector)
    async with app.open_async():
        await _make_tables(app, ledger)
        yield app


async def _make_tables(app: App, ledger: PostgresLedger) -> None:
    if ledger.has_engine():
        return
    with ledger.alone("engine"):
        if not ledger.has_engine():
            await app.schema_manager.apply_schema_async()


async def defer(app: App, account: int, run: str) -> None:
    """Let one job for this run wait, unless one waits already."""
    job: Any = app.configure_task(DRAIN, queue=queue_of(account), queueing_lock=f"{DRAIN} {run}")
    with contextlib.suppress(AlreadyEnqueued):
        await job.defer_async(run=run)

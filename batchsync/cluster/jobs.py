"""Procrastinate jobs: one `send_run` for each run, executed one after another for each account."""

import asyncio
import contextlib
import logging
import selectors
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from psycopg_pool import AsyncConnectionPool

from batchsync.ledger.postgres import PostgresLedger
from batchsync.ledger.postgres.database import settings_of

SEND_RUN = "batchsync.send_run"
HEARTBEAT_S = 5.0
STALLED_AFTER_S = 10.0
"""Seconds without a heartbeat after which a worker counts as dead."""
RESCUE_EVERY_S = 5.0
POLL_S = 5.0
RETRY_IN_S = 1
CONNECTIONS = 1


class RunUnfinished(Exception):
    """The run must be sent on, by this worker or another: the job is executed again."""


def lock_of(account: int) -> str:
    """Return the lock of an account's jobs: Procrastinate executes them one after another."""
    return f"account:{account}"


def queueing_lock_of(run: str) -> str:
    """Return the lock that keeps a run from being enqueued twice."""
    return f"run:{run}"


def _queue_of(account: int) -> str:
    return f"batchsync-{account}"


@contextlib.asynccontextmanager
async def open_app(ledger: PostgresLedger) -> AsyncIterator[App]:
    """Open Procrastinate on the ledger's database; its tables are created where there are none."""
    for name in ("procrastinate", "psycopg.pool"):
        logging.getLogger(name).setLevel(
            logging.CRITICAL
        )  # errors that matter are raised or shown by the caller
    connector = PsycopgConnector(
        conninfo=ledger.address,
        kwargs=settings_of("batchsync jobs"),
        min_size=1,
        max_size=CONNECTIONS,
        pool_factory=_pool,
    )
    app = App(connector=connector)
    async with app.open_async():
        if not await asyncio.to_thread(ledger.has_job_tables):
            await asyncio.to_thread(_create_tables, ledger)
        yield app


def _pool(**given: Any) -> AsyncConnectionPool[Any]:
    """Return Procrastinate's pool, with a check that doesn't ask the server before each statement."""
    return AsyncConnectionPool(**given | {"check": _check_connection})


async def _check_connection(connection: psycopg.AsyncConnection[Any]) -> None:
    """Raise where the server closed an idle connection: only then, or with a notice, its socket is readable."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        is_readable = bool(selector.select(0))
    if is_readable:
        await AsyncConnectionPool.check_connection(connection)


def _create_tables(ledger: PostgresLedger) -> None:
    from procrastinate.schema import SchemaManager

    with ledger.schema_lock():
        if not ledger.has_job_tables():
            with psycopg.connect(
                ledger.address, autocommit=True, **settings_of("batchsync jobs")
            ) as connection:
                connection.execute(SchemaManager.get_schema().encode())


async def enqueue(app: App, account: int, run: str) -> None:
    """Enqueue the job of a run, unless it is enqueued already."""
    task: Any = app.configure_task(
        SEND_RUN, queue=_queue_of(account), lock=lock_of(account), queueing_lock=queueing_lock_of(run)
    )
    with contextlib.suppress(AlreadyEnqueued):
        await task.defer_async(run=run, account=account)


async def serve(
    app: App, accounts: Sequence[int], send_run: Callable[[str, int], Awaitable[None]], name: str
) -> None:
    """Execute the jobs of some accounts until cancelled; a job that raises RunUnfinished is executed again."""

    @app.task(name=SEND_RUN, retry=RetryStrategy(wait=RETRY_IN_S, retry_exceptions={RunUnfinished}))
    async def execute(run: str, account: int) -> None:
        await send_run(run, account)

    queues = [_queue_of(account) for account in accounts]
    rescuing = asyncio.create_task(_rescue(app, queues))
    try:
        await app.run_worker_async(
            queues=queues,
            name=name,
            concurrency=len(accounts),
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_S,
            abort_job_polling_interval=60.0,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            delete_jobs="always",
        )
    finally:
        rescuing.cancel()


async def _rescue(app: App, queues: Sequence[str]) -> None:
    """Enqueue anew the jobs of workers that died."""
    manager = app.job_manager
    while True:
        with contextlib.suppress(Exception):  # the database is away: the worker's own error is shown
            for job in await manager.get_stalled_jobs(
                task_name=SEND_RUN, seconds_since_heartbeat=STALLED_AFTER_S
            ):
                if job.queue in queues:
                    await manager.retry_job(job)
        await asyncio.sleep(RESCUE_EVERY_S)

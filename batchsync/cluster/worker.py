"""A worker: waits for runs of one account and drains them beside others, until it is told to end."""

import asyncio
import contextlib
import platform
from collections.abc import Callable
from typing import Any

import psycopg
from procrastinate import App
from procrastinate.exceptions import ProcrastinateException
from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.cluster.drain import Drain
from batchsync.cluster.engine import DRAIN, defer, engine, queue_of
from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.finance import count_run
from batchsync.ledger import open_postgres
from batchsync.ledger.postgres import PostgresLedger
from batchsync.messages import Message
from batchsync.messages import cluster as messages

TRY_AGAIN_S = 0.5
POLL_S = 1.0


class Worker:
    """Drains runs of one account until `stop`."""

    def __init__(
        self, config: Config, token: SecretStr, *, say: Callable[[Message], None], clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._config, self._token, self._say, self._clock = config, token, say, clock
        self._drain: Drain | None = None
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    async def work(self) -> None:
        """Work until `stop`. Raises LedgerError when the ledger can't be used at the start."""
        config = self._config
        assert config.ledger.url is not None
        with open_postgres(config.ledger.url, clock=self._clock, wait_s=config.ledger.wait) as ledger:
            account = ledger.account(config.api.url, config.api.account)
            host = platform.node()
            with ledger.joined(host, kind="worker") as session:
                self._drain = Drain(config, ledger, session, account, token=self._token, clock=self._clock)
                facts = {"account": config.api.account, "place": ledger.place, "host": host}
                await session.ask(lambda _: None)
                self._say(Message(messages.WORKER_UP, {**facts, "holder": session.holder}))
                await self._serve_for_good(ledger, account)

    def stop(self) -> None:
        """Finish the calls under way and end."""
        self._stopping = True
        if self._drain is not None:
            self._drain.stop()
        if self._serving is not None:
            self._serving.cancel()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        if self._drain is not None:
            self._drain.cancel()

    async def _serve_for_good(self, ledger: PostgresLedger, account: int) -> None:
        """Serve, and begin again when the database went away meanwhile."""
        while not self._stopping:
            self._serving = asyncio.create_task(self._serve(ledger, account))
            try:
                await self._serving
            except asyncio.CancelledError:
                if not self._stopping:
                    raise
            except (ProcrastinateException, psycopg.Error, LedgerError, OSError) as error:
                self._say(Message(messages.WORKER_AWAY, {"error": str(error).partition("\n")[0]}))
                await asyncio.sleep(TRY_AGAIN_S)

    async def _serve(self, ledger: PostgresLedger, account: int) -> None:
        async with engine(ledger) as app:

            @app.task(name=DRAIN, queue=queue_of(account))
            async def drain(run: str) -> None:
                await self._join(app, ledger, account, run)

            for run in await asyncio.to_thread(ledger.unfinished, account):
                await defer(app, account, run)
            options: dict[str, Any] = {"queues": [queue_of(account)], "concurrency": 1}
            await app.run_worker_async(
                **options,
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_S,
                delete_jobs="always",
                name=platform.node(),
            )

    async def _join(self, app: App, ledger: PostgresLedger, account: int, run: str) -> None:
        """Pass the run on to the next idle worker, then drain it."""
        standing = await asyncio.to_thread(ledger.standing, run)
        if not standing.is_queued or standing.stopping is not None or self._stopping:
            return
        with contextlib.suppress(ProcrastinateException, psycopg.Error):
            await defer(app, account, run)
        assert self._drain is not None
        self._say(Message(messages.WORKER_DRAINS, {"run": run}))
        why = await self._drain.run(run)
        calls = self._drain.calls
        if why is None:
            self._say(Message(messages.WORKER_DONE, {"run": run, "calls": calls}))
        else:
            self._say(Message(messages.WORKER_STOPPED, {"run": run, "calls": calls, "why": why.value}))
        await asyncio.to_thread(self._close, ledger, run)

    def _close(self, ledger: PostgresLedger, run: str) -> None:
        """Write down that a run is over that nobody waits for, when this was its last worker."""
        standing = ledger.standing(run)
        record = ledger.run(run)
        if record is None or record.ended_at is not None or not ledger.is_detached(run):
            return
        is_over = not standing.is_queued or standing.stopping is not None
        if not is_over or standing.is_under_way or any(member.run == run for member in ledger.members()):
            return
        if standing.stopping is not None:
            ledger.close_queue(run)
        tally = count_run(ledger, record, self._config.spend.price)
        seconds = round((self._clock.now() - record.started_at).total_seconds(), 3)
        summary = tally.summary(file=record.file, run=run, stopped=standing.stopping, seconds=seconds)
        ledger.end_run(run, stopped=standing.stopping, result=None, summary=summary)

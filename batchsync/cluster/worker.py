"""A worker: executes the jobs of one or several accounts until it is stopped."""

import asyncio
import contextlib
import platform
from collections.abc import Callable, Sequence

import psycopg
from procrastinate.exceptions import ProcrastinateException

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.cluster.jobs import open_app, serve
from batchsync.cluster.run_sender import RunSender
from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.ledger import open_postgres
from batchsync.messages import Message
from batchsync.messages import cluster as messages

TRY_AGAIN_S = 0.5


class Worker:
    """Sends runs of the accounts of some settings, which share one ledger."""

    def __init__(
        self, configs: Sequence[Config], *, show: Callable[[Message], None], clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._configs, self._show, self._clock = configs, show, clock
        self._senders: dict[int, RunSender] = {}
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    async def work(self) -> None:
        """Work until `stop`. Raises LedgerError when the ledger can't be used at the start."""
        url = self._configs[0].ledger.url
        assert url is not None
        with contextlib.ExitStack() as stack:
            for config in self._configs:
                opened = await asyncio.to_thread(open_postgres, url, clock=self._clock)
                ledger = stack.enter_context(opened)
                account = await asyncio.to_thread(ledger.account, config.api.url, config.api.account)
                await asyncio.to_thread(ledger.disconnect)
                self._senders[account] = RunSender(config, ledger, clock=self._clock)
            while not self._stopping:
                self._serving = asyncio.create_task(self._serve(url))
                try:
                    await self._serving
                except asyncio.CancelledError:
                    if not self._stopping:
                        raise
                except (ProcrastinateException, psycopg.Error, LedgerError, OSError) as error:
                    self._show(Message(messages.WORKER_AWAY, {"error": str(error).partition("\n")[0]}))
                    await asyncio.sleep(TRY_AGAIN_S)

    async def _serve(self, url: str) -> None:
        with contextlib.closing(await asyncio.to_thread(open_postgres, url, clock=self._clock)) as ledger:
            async with open_app(ledger) as app:
                names = ", ".join(config.api.account for config in self._configs)
                facts = {"accounts": names, "place": ledger.place, "host": platform.node()}
                self._show(Message(messages.WORKER_UP, facts))
                await asyncio.to_thread(ledger.disconnect)
                await serve(app, list(self._senders), self._send, f"worker on {platform.node()}")

    async def _send(self, run: str, account: int) -> None:
        self._show(Message(messages.WORKER_SENDS, {"run": run}))
        why = await self._senders[account].send(run, account)
        if why is None:
            self._show(Message(messages.WORKER_DONE, {"run": run}))
        else:
            self._show(Message(messages.WORKER_STOPPED, {"run": run, "why": why.value}))

    def stop(self) -> None:
        """Finish the calls under way and end; other workers go on with the runs."""
        self._stopping = True
        for sender in self._senders.values():
            sender.leave()
        if self._serving is not None:
            self._serving.cancel()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        for sender in self._senders.values():
            sender.cancel()

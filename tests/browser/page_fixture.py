"""A served page and its sandbox for the browser, each in a thread of its own."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from pydantic import SecretStr

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.config import (
    ApiSettings,
    Config,
    InboxSettings,
    LedgerSettings,
    PaceSettings,
    SpendSettings,
    StopSettings,
    WebSettings,
)
from batchsync.messages import Message
from batchsync.messages import doctor as start_words
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Script
from batchsync.sandbox.server import Sandbox
from batchsync.settings import Loaded
from batchsync.web.app import serve
from batchsync.web.context import AppContext, CheckLine

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Stage:
    """The sandbox, the page's context, and the addresses with login tokens."""

    def __init__(
        self, vendor: Sandbox, addresses: list[str], context: AppContext, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.vendor, self.context = vendor, context
        self._addresses, self._loop = addresses, loop

    @property
    def address(self) -> str:
        """An address whose token is unused."""
        return self._addresses[-1]

    @property
    def origin(self) -> str:
        return self.address.partition("/login")[0]


def config_of(
    vendor: Sandbox, folder: Path, *, rate: float = 1000, cap: int | None = None, inbox: Path | None = None
) -> Config:
    return Config(
        api=ApiSettings(url=vendor.url, answer_timeout=5),
        pace=PaceSettings(rate=rate),
        spend=SpendSettings(max_points=cap),
        stop=StopSettings(failures_in_a_row=10_000, uncertain_in_a_row=10_000),
        ledger=LedgerSettings(url=str(folder / "ledger.sqlite")),
        inbox=InboxSettings(folder=inbox),
        web=WebSettings(port=0),
        token=SecretStr(vendor.token),
    )


@contextlib.contextmanager
def staged(
    folder: Path,
    *,
    rate: float = 1000,
    cap: int | None = None,
    faults: float = 0.0,
    latency_s: float = 0.0,
    inbox: Path | None = None,
) -> Iterator[Stage]:
    """Serve until the block ends."""
    script = Script(faults=faults, seed=3, only=("half", "http 502", "code 1003"))
    with run_in_thread(SandboxSettings(script=script, latency_s=latency_s)) as vendor:
        config = config_of(vendor, folder, rate=rate, cap=cap, inbox=inbox)
        with _served(Loaded(config=config, file=None, warnings=(), places={})) as (addresses, context, loop):
            yield Stage(vendor, addresses, context, loop)


@contextlib.contextmanager
def _served(loaded: Loaded) -> Iterator[tuple[list[str], AppContext, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    over, ready = asyncio.Event(), threading.Event()
    addresses: list[str] = []
    contexts: list[AppContext] = []

    async def serve_until_over() -> None:
        async with serve(
            loaded, run_checks=_run_checks, announce_address=addresses.append, save_setup=save_nothing
        ) as context:
            contexts.append(context)
            ready.set()
            await over.wait()

    def play() -> None:
        try:
            loop.run_until_complete(serve_until_over())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=play, name="page", daemon=True)
    thread.start()
    ready.wait()
    try:
        yield addresses, contexts[0], loop
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def save_nothing(token: str, account: str, max_points: int | None) -> None:
    """Keep what the first start asks for in memory only."""


def _run_checks() -> list[CheckLine]:
    return [
        CheckLine("ok", Message(start_words.CONFIG_NONE)),
        CheckLine("warn", Message(start_words.CONFIG_NONE)),
    ]


def workbook(path: Path, count: int, *, start: int = 1, extra: list[list[object]] | None = None) -> Path:
    """Write a workbook of orders numbered from `start`, and more rows behind them."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("订单")
    page.append(["订单号", "商家id", "商品"])
    for i in range(count):
        page.append([f"260101-{start + i:015d}", "2088123464", "龙井茶"])
    for row in extra or []:
        page.append(row)
    book.save(path)
    return path


def points_of(path: Path) -> dict[str, int]:
    """Return the points in a downloaded result by order number, without rows that have none."""
    rows = [*openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    heads = [str(head) for head in rows[0]]
    spent = next(place for place, head in enumerate(heads) if head in ("points spent", "消耗点券"))
    status = next(place for place, head in enumerate(heads) if head in ("sync status", "同步状态"))
    return {
        str(row[0]): int(str(row[spent]))
        for row in rows[1:]
        if row[status] in ("synced", "已同步") and row[spent] is not None
    }


def in_ci() -> bool:
    return bool(os.environ.get("CI"))

"""Fixtures: a served page, the sandbox behind it, and a client that sends requests as a browser would."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from batchsync.config import (
    ApiSettings,
    Config,
    LedgerSettings,
    PaceSettings,
    SpendSettings,
    StopSettings,
    WebSettings,
)
from batchsync.messages import Message
from batchsync.messages import doctor as start_words
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox
from batchsync.settings import Loaded
from batchsync.web.app import serve
from batchsync.web.context import AppContext, CheckLine

MakeConfig = Callable[..., Config]
PATIENCE_S = 20


@dataclass(slots=True)
class Visitor:
    """Sends requests to a page; with the session cookie after the login."""

    session: aiohttp.ClientSession
    login_address: str
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        self.origin = re.sub(r"/login.*", "", self.login_address)

    async def login(self) -> int:
        async with self.session.get(self.login_address) as answer:
            return answer.status

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        answer = await self.session.get(self.origin + path, headers=headers, allow_redirects=False)
        await answer.read()
        return answer

    async def text(self, path: str, **headers: str) -> str:
        return await (await self.get(path, **headers)).text()

    async def post(self, path: str, data: Any = None, **headers: str) -> aiohttp.ClientResponse:
        given = {"data": data} if isinstance(data, bytes) else {"json": data or {}}
        answer = await self.session.post(
            self.origin + path, headers={"Origin": self.origin, **headers}, allow_redirects=False, **given
        )
        await answer.read()
        return answer

    async def upload(self, content: bytes, name: str = "orders.csv") -> str:
        answer = await self.session.post(
            f"{self.origin}/api/files", params={"name": name}, data=content, headers={"Origin": self.origin}
        )
        return str((await answer.json())["id"])


@dataclass(slots=True)
class Page:
    """A served page and its client."""

    context: AppContext
    visitor: Visitor
    addresses: list[str]

    async def wait_for(self, file: str, wanted: Callable[[Any], bool]) -> None:
        """Wait until a file is as wanted: it is compared after every event."""
        item = self.context.queue.get(file)
        async with asyncio.timeout(PATIENCE_S):
            async for _ in self.context.events.subscribe():
                if wanted(item):
                    return

    async def numbers(self, file: str) -> list[str]:
        """The order numbers that a check found."""
        checked = await self.context.queue.checked(self.context.queue.get(file))
        assert checked is not None
        return checked.plan.numbers

    async def checked(self, file: str) -> None:
        await self.wait_for(file, lambda item: not item.is_checking)

    async def over(self, file: str) -> None:
        await self.wait_for(file, lambda item: item.record.phase in ("done", "interrupted"))

    async def send(self, content: bytes, orders: int, name: str = "orders.csv") -> str:
        """Upload a file, start it and wait for its end."""
        file = await self.visitor.upload(content, name)
        await self.checked(file)
        answer = await self.visitor.post("/api/start", start_body(file, {"orders": orders, "points": orders}))
        assert answer.status == 200, await answer.text()
        await self.over(file)
        return file


def start_body(file: str, confirmed: dict[str, Any]) -> dict[str, Any]:
    """The request that starts one file."""
    body = {name: value for name, value in confirmed.items() if name != "max_points"}
    return {"files": [{"id": file, **body}], "max_points": confirmed.get("max_points")}


def save_nothing(token: str, account: str, max_points: int | None) -> None:
    """Keep what the first start asks for in memory only."""


def sheet(count: int, start: int = 1, merchant: str = "2088123464") -> bytes:
    """A CSV of orders."""
    lines = ["order_sn,mall_id", *(f"260101-{start + i:015d},{merchant}" for i in range(count))]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as running:
        yield running


@pytest.fixture
def make_config(sandbox: Sandbox, tmp_path: Path) -> MakeConfig:
    def make(*, max_points: int | None = None, token: bool = True, rate: float = 1000, **web: Any) -> Config:
        return Config(
            api=ApiSettings(url=sandbox.url, answer_timeout=5),
            pace=PaceSettings(rate=rate),
            spend=SpendSettings(max_points=max_points),
            stop=StopSettings(failures_in_a_row=1000, uncertain_in_a_row=1000),
            ledger=LedgerSettings(url=str(tmp_path / "ledger.sqlite")),
            web=WebSettings(port=0, **web),
            token=SecretStr(sandbox.token) if token else None,
        )

    return make


def run_checks() -> list[CheckLine]:
    return [CheckLine("ok", Message(start_words.CONFIG_NONE))]


@asynccontextmanager
async def served(config: Config) -> AsyncIterator[Page]:
    """Serve a page for a client that has not logged in."""
    loaded = Loaded(config=config, file=None, warnings=(), places={})
    addresses: list[str] = []
    async with (
        serve(
            loaded, run_checks=run_checks, announce_address=addresses.append, save_setup=save_nothing
        ) as context,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        visitor = Visitor(session, addresses[0])
        yield Page(context, visitor, addresses)


@pytest.fixture
async def page(make_config: MakeConfig) -> AsyncIterator[Page]:
    """A page whose client has logged in."""
    async with served(make_config()) as one:
        await one.visitor.login()
        yield one

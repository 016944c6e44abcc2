"""Sends one order to a server that misbehaves, and asks the books whether what was said of it holds."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import ApiSettings
from batchsync.model import CallVerdict, NoResponse, Order, Response
from batchsync.sending.client import Client
from batchsync.sending.judge import judge
from tests.faults.server import Books, Misbehaving
from tests.faults.table import Fault

TOKEN = "canary-1798c6aadec33d1bc2f5"
UNSENT = frozenset({429, 503})
SHORT_S, LONG_S = 0.25, 20.0
"""Time-outs for rows that end by one, and for those that must not."""


class Slot:
    """Counts departures."""

    def __init__(self) -> None:
        self.departures = 0

    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        self.departures += 1


class Sender(Protocol):
    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse: ...


Factory = Callable[[ApiSettings], AbstractAsyncContextManager[Sender]]


def ours(api: ApiSettings) -> Client:
    return Client(api, SecretStr(TOKEN), concurrency=2, clock=SYSTEM_CLOCK, stale_after_s=LONG_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call: what was heard, what was made of it, and what the wire saw."""

    heard: Response | NoResponse
    verdict: CallVerdict
    departures: int


def settings(url: str, **more: Any) -> ApiSettings:
    return ApiSettings(url=url, **({"connect_timeout": LONG_S, "answer_timeout": LONG_S} | more))


async def call(client: Sender, number: str = "240101-1", *, claimed_at: float | None = None) -> Heard:
    slot = Slot()
    claimed_at = SYSTEM_CLOCK.boottime() if claimed_at is None else claimed_at
    heard = await client.send(Order(owner_id="77", number=number), claimed_at, slot)
    return Heard(heard=heard, verdict=judge(heard, unsent_http=UNSENT), departures=slot.departures)


def lies(fault: Fault, made: Heard, books: Books) -> list[str]:
    """Return what is wrong with what was said of an order, in the light of the server's own books."""
    wrong = []
    verdict, heard = made.verdict, made.heard
    if len(books.orders) > 1:
        wrong.append(f"sent {len(books.orders)} times")
    if isinstance(heard, NoResponse) and not heard.maybe_sent and books.saw_a_request:
        wrong.append("said not sent, and the server had read it")
    if isinstance(heard, NoResponse) and not heard.maybe_sent and made.departures:
        wrong.append("said not sent, and it had departed")
    if books.saw_a_request and not made.departures:
        wrong.append("the server read a request that never departed")
    if verdict.state not in fault.states or verdict.reason not in fault.reasons:
        wrong.append(f"said {verdict.state} ({verdict.reason}): {heard}")
    if verdict.stop != fault.stop:
        wrong.append(f"stops the run: {verdict.stop}")
    if TOKEN in repr(heard):
        wrong.append("tells the token")
    return wrong


async def suffer(fault: Fault, factory: Factory = ours, *, keep_alive: bool = False) -> list[str]:
    """Send one order into a fault and return what was said wrongly."""
    api_timeout = SHORT_S if fault.slow else LONG_S
    number = "9" * fault.body if fault.body else "240101-1"
    async with Misbehaving(fault.act, receive_buffer=4_096 if fault.body else None) as server:
        async with factory(settings(server.url, answer_timeout=api_timeout, keep_alive=keep_alive)) as client:
            made = await call(client, number)
        return lies(fault, made, server.books)


async def suffer_often(fault: Fault, factory: Factory = ours, times: int = 2) -> list[str]:
    """Do so with and without keep-alive, several times over."""
    runs = [
        suffer(fault, factory, keep_alive=keep_alive) for keep_alive in (False, True) for _ in range(times)
    ]
    return sorted({wrong for run in await asyncio.gather(*runs) for wrong in run})

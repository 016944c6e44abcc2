"""Sends one order to a faulty server and compares the verdict with what the server received."""

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
from tests.faults.server import FaultyServer, ServerLog
from tests.faults.table import Fault

TOKEN = "canary-1798c6aadec33d1bc2f5"
UNSENT = frozenset({429, 503})
SHORT_S, LONG_S = 0.25, 20.0
"""Time-outs for rows that end by one, and for those that must not."""


class Slot:
    """Counts the requests that were sent."""

    def __init__(self) -> None:
        self.sent_count = 0

    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        self.sent_count += 1


class Sender(Protocol):
    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse: ...


Factory = Callable[[ApiSettings], AbstractAsyncContextManager[Sender]]


def ours(api: ApiSettings) -> Client:
    return Client(api, SecretStr(TOKEN), concurrency=2, clock=SYSTEM_CLOCK, stale_after_s=LONG_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """One call: its response, the verdict, and how often a request was sent."""

    response: Response | NoResponse
    verdict: CallVerdict
    sent_count: int


def settings(url: str, **more: Any) -> ApiSettings:
    return ApiSettings(url=url, **({"connect_timeout": LONG_S, "answer_timeout": LONG_S} | more))


async def call(client: Sender, number: str = "240101-1", *, claimed_at: float | None = None) -> CallResult:
    slot = Slot()
    claimed_at = SYSTEM_CLOCK.boottime() if claimed_at is None else claimed_at
    response = await client.send(Order(owner_id="77", number=number), claimed_at, slot)
    return CallResult(
        response=response, verdict=judge(response, unsent_http=UNSENT), sent_count=slot.sent_count
    )


def contradictions(fault: Fault, made: CallResult, log: ServerLog) -> list[str]:
    """Return every contradiction between a verdict and what the server received."""
    wrong = []
    verdict, response = made.verdict, made.response
    if len(log.orders) > 1:
        wrong.append(f"sent {len(log.orders)} times")
    if isinstance(response, NoResponse) and not response.maybe_sent and log.saw_a_request:
        wrong.append("reported as not sent, but the server had read it")
    if isinstance(response, NoResponse) and not response.maybe_sent and made.sent_count:
        wrong.append("reported as not sent, but it was sent")
    if log.saw_a_request and not made.sent_count:
        wrong.append("the server read a request that was not reported as sent")
    if verdict.state not in fault.states or verdict.reason not in fault.reasons:
        wrong.append(f"judged {verdict.state} ({verdict.reason}): {response}")
    if verdict.stop != fault.stop:
        wrong.append(f"stops the run: {verdict.stop}")
    if TOKEN in repr(response):
        wrong.append("contains the token")
    return wrong


async def check_fault(fault: Fault, factory: Factory = ours, *, keep_alive: bool = False) -> list[str]:
    """Send one order to a server with this fault and return the contradictions."""
    api_timeout = SHORT_S if fault.slow else LONG_S
    number = "9" * fault.body if fault.body else "240101-1"
    async with FaultyServer(fault.act, receive_buffer=4_096 if fault.body else None) as server:
        async with factory(settings(server.url, answer_timeout=api_timeout, keep_alive=keep_alive)) as client:
            made = await call(client, number)
        return contradictions(fault, made, server.log)


async def check_fault_repeatedly(fault: Fault, factory: Factory = ours, times: int = 2) -> list[str]:
    """Do so with and without keep-alive, `times` times each."""
    runs = [
        check_fault(fault, factory, keep_alive=keep_alive)
        for keep_alive in (False, True)
        for _ in range(times)
    ]
    return sorted({wrong for run in await asyncio.gather(*runs) for wrong in run})

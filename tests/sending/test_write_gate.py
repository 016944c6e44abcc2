"""The proof that a call departs before its first byte, on which `not sent` rests; and what of aiohttp that rests on."""

import asyncio
import inspect
from asyncio import selector_events
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from batchsync.clock import SYSTEM_CLOCK
from batchsync.sending.call import Call, CallLimits
from batchsync.sending.raw_http import Exchange
from tests.faults.server import FaultyServer, answer
from tests.faults.table import responds


class Slot:
    def __init__(self, events: list[str], error: Exception | None = None) -> None:
        self.events, self.error = events, error

    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        self.events.append("departed")
        if self.error is not None:
            raise self.error


def listen(monkeypatch: pytest.MonkeyPatch, events: list[str]) -> None:
    """Note each write to a client's socket."""
    transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def noting(self: Any, data: bytes) -> None:
        if b"POST" in bytes(data):
            events.append("written")
        write(self, data)

    monkeypatch.setattr(transport, "write", noting)


def a_call(slot: Slot) -> Call:
    task = asyncio.current_task()
    assert task is not None
    terms = CallLimits(
        loop=asyncio.get_running_loop(),
        clock=SYSTEM_CLOCK,
        connect_timeout_s=10,
        answer_timeout_s=10,
        stale_after_s=10,
    )
    return Call(terms, SYSTEM_CLOCK.boottime(), slot, task)


@asynccontextmanager
async def exchanging(url: str) -> AsyncIterator[Exchange]:
    async with aiohttp.TCPConnector() as connector:
        yield Exchange(connector, url=URL(url), proxy=None, headers={}, connect_timeout_s=10)


async def post(exchange: Exchange, slot: Slot, body: bytes = b'{"orderSns":"1","ownerId":"2"}') -> int:
    connection, message, content = await exchange.request(body, a_call(slot))
    await content.read()
    connection.release()
    return message.code


async def test_departure_comes_before_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Departed, then one write of the whole request."""
    events: list[str] = []
    listen(monkeypatch, events)
    async with FaultyServer(responds(answer())) as server, exchanging(server.url) as exchange:
        assert 200 == await post(exchange, Slot(events))
    assert ["departed", "written"] == events


async def test_raising_at_departure_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte: the connection was made, and closed unused."""
    events: list[str] = []
    listen(monkeypatch, events)
    async with FaultyServer(responds(answer())) as server, exchanging(server.url) as exchange:
        with pytest.raises(ZeroDivisionError):
            await post(exchange, Slot(events, ZeroDivisionError()))
        await asyncio.wait_for(server.gone.wait(), 10)
    assert ["departed"] == events
    assert (1, b"") == (server.log.accepted, server.log.raw)


async def test_nothing_repeats_a_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept connection that dies under a POST is an error, not a second POST."""
    events: list[str] = []
    listen(monkeypatch, events)

    async def twice(peer: Any) -> None:
        await peer.request()
        peer.write(answer())
        await peer.request()

    async with FaultyServer(twice) as server, exchanging(server.url) as exchange:
        assert 200 == await post(exchange, Slot(events))
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await post(exchange, Slot(events), b'{"orderSns":"2","ownerId":"2"}')
    assert ["1", "2"] == server.log.orders
    assert ["departed", "written"] * 2 == events


def test_what_the_exchange_wants_of_aiohttp() -> None:
    """The connector's `connect` and the protocol's `set_response_params` and `read`: a release that moves them is seen here."""
    connect = inspect.signature(aiohttp.TCPConnector.connect).parameters
    params = inspect.signature(ResponseHandler.set_response_params).parameters
    assert ["self", "req", "traces", "timeout"] == list(connect)
    assert {"read_until_eof", "auto_decompress"} <= set(params)
    assert inspect.iscoroutinefunction(ResponseHandler.read)

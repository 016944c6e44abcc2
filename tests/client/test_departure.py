"""The proof that a call departs before its first byte: aiohttp's behaviour, pinned, on which `not sent` rests."""

import asyncio
from asyncio import selector_events
from typing import Any

import aiohttp
import pytest

from batchsync.client.call import Body, Call, Request, Terms
from batchsync.clock import SYSTEM_CLOCK
from tests.faults.server import Misbehaving, answer
from tests.faults.table import says


class Slot:
    def __init__(self, events: list[str], error: Exception | None = None) -> None:
        self.events, self.error = events, error

    def sent(self) -> None:
        self.events.append("departed")
        if self.error is not None:
            raise self.error


def listen(monkeypatch: pytest.MonkeyPatch, events: list[str]) -> aiohttp.TraceConfig:
    """Note each write to a client's socket, and aiohttp's own word that headers are sent."""
    transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def noting(self: Any, data: bytes) -> None:
        if b"POST" in bytes(data):
            events.append("written")
        write(self, data)

    async def headers_sent(*_: object) -> None:
        events.append("headers sent")

    monkeypatch.setattr(transport, "write", noting)
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(headers_sent)
    return trace


async def post(url: str, slot: Slot, trace: aiohttp.TraceConfig) -> int:
    task = asyncio.current_task()
    assert task is not None
    terms = Terms(
        loop=asyncio.get_running_loop(),
        clock=SYSTEM_CLOCK,
        connect_timeout_s=10,
        answer_timeout_s=10,
        stale_after_s=10,
    )
    call = Call(terms, SYSTEM_CLOCK.boottime(), slot, task)
    async with (
        aiohttp.ClientSession(request_class=Request, trace_configs=[trace]) as session,
        session.post(url, data=Body(b'{"orderSns":"1","ownerId":"2"}', call)) as response,
    ):
        return response.status


async def test_departure_comes_before_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Departed, then aiohttp's own hook, then the write: our moment is never later than aiohttp's."""
    events: list[str] = []
    async with Misbehaving(says(answer())) as server:
        assert 200 == await post(server.url, Slot(events), listen(monkeypatch, events))
    assert ["departed", "headers sent", "written"] == events


async def test_raising_at_departure_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte: the connection was made, and closed unused."""
    events: list[str] = []
    async with Misbehaving(says(answer())) as server:
        with pytest.raises(ZeroDivisionError):
            await post(server.url, Slot(events, ZeroDivisionError()), listen(monkeypatch, events))
        await asyncio.wait_for(server.gone.wait(), 10)
    assert ["departed"] == events
    assert (1, b"") == (server.books.accepted, server.books.raw)


async def test_raising_in_aiohttp_s_own_hook_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook that reliability.md measured still stands between our departure and the first byte."""
    events: list[str] = []
    trace = listen(monkeypatch, events)

    async def refuse(*_: object) -> None:
        raise ZeroDivisionError

    trace.on_request_headers_sent.append(refuse)
    async with Misbehaving(says(answer())) as server:
        with pytest.raises(ZeroDivisionError):
            await post(server.url, Slot(events), trace)
        await asyncio.wait_for(server.gone.wait(), 10)
    assert ["departed", "headers sent"] == events
    assert b"" == server.books.raw


async def test_aiohttp_repeats_no_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept connection that dies under a POST is an error, not a second POST."""
    events: list[str] = []

    async def twice(peer: Any) -> None:
        await peer.request()
        peer.write(answer())
        await peer.request()

    trace = listen(monkeypatch, events)
    async with Misbehaving(twice) as server, aiohttp.ClientSession(trace_configs=[trace]) as session:
        for number in ("1", "2"):
            body = b'{"orderSns":"%s","ownerId":"2"}' % number.encode()
            if number == "1":
                async with session.post(server.url, data=body) as response:
                    await response.read()
            else:
                with pytest.raises(aiohttp.ServerDisconnectedError):
                    await session.post(server.url, data=body)
    assert ["1", "2"] == server.books.orders


def test_the_pinned_names_are_public() -> None:
    """`request_class`, `ClientRequest.send` and `body` are what all rests on: a release that moves them is seen here."""
    assert callable(aiohttp.ClientRequest.send)
    assert isinstance(aiohttp.ClientRequest.body, property)

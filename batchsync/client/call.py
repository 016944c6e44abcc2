"""One call under way: the moment it departs, and the time it has."""

import asyncio
import select
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection

from batchsync.clock import Clock


class Departure(Protocol):
    """What the client wants of a rate slot: to be told that the first byte is about to leave."""

    def sent(self) -> None: ...


class StaleClaim(Exception):
    """The claim is too old: another process may have taken its order for dead."""


class SpokeFirst(Exception):
    """Something stood unread on the connection before anything was asked on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every call of a client."""

    loop: asyncio.AbstractEventLoop
    clock: Clock
    connect_timeout_s: float
    answer_timeout_s: float
    stale_after_s: float


class Call:
    """One call under way, and what the wire has told of it."""

    __slots__ = (
        "began_at",
        "claimed_at",
        "departed_at",
        "expired",
        "heard",
        "http_status",
        "slot",
        "task",
        "terms",
        "timer",
    )

    def __init__(self, terms: Terms, claimed_at: float, slot: Departure) -> None:
        self.terms = terms
        self.claimed_at = claimed_at
        self.slot = slot
        self.began_at = terms.loop.time()
        self.departed_at: float | None = None
        self.task: asyncio.Task[Any] | None = asyncio.current_task()
        self.timer = terms.loop.call_at(
            self.began_at + min(terms.connect_timeout_s, terms.answer_timeout_s), self.look
        )
        self.expired = False
        self.http_status: int | None = None
        self.heard = bytearray()

    def depart(self, connection: Connection) -> None:
        """Called with a connection in hand, before the first byte; raising sends nothing."""
        terms = self.terms
        if not is_silent(connection):
            raise SpokeFirst
        if terms.clock.boottime() - self.claimed_at > terms.stale_after_s:
            raise StaleClaim
        self.slot.sent()
        self.departed_at = terms.loop.time()

    def look(self) -> None:
        """Cancel the call if its time is up, or look again when it would be."""
        terms, loop = self.terms, self.terms.loop
        due_at = self.began_at + terms.connect_timeout_s
        if self.departed_at is not None:
            due_at = self.departed_at + terms.answer_timeout_s
        if loop.time() < due_at:
            self.timer = loop.call_at(due_at, self.look)
        elif self.task is not None:
            self.expired = True
            self.task.cancel()

    @property
    def elapsed_s(self) -> float:
        return self.terms.loop.time() - self.began_at


class Body(aiohttp.BytesPayload):
    """A request's body that knows its call."""

    def __init__(self, body: bytes, call: Call) -> None:
        super().__init__(body)
        self.call = call


class Request(ClientRequest):
    """A request that tells its call before it departs."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        assert isinstance(self.body, Body)
        self.body.call.depart(conn)
        return await super().send(conn)


def is_silent(connection: Connection) -> bool:
    """Whether nothing stands unread on a connection: no answer to somebody else, no end."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or protocol.should_close:
        return False
    if transport.get_extra_info("sslcontext") is not None:
        return True  # what lies there may be a session ticket; what was read already, `should_close` has seen
    socket = transport.get_extra_info("socket")
    return socket is None or not _is_readable(socket.fileno())


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, whose select knows no highest descriptor
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

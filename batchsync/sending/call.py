"""One call under way: the moment it departs, and the time it has."""

import asyncio
import select
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakSet

from aiohttp.connector import Connection

from batchsync.clock import Clock

LOOK_MOST_S = 0.5
"""Seconds between two looks at the calls under way: so much later than set may a call be given up."""


class WriteGate(Protocol):
    """What the client wants of a rate slot: how long its first byte must still wait; it is told when that leaves."""

    def early_s(self) -> float: ...
    def sent(self) -> None: ...


class StaleClaim(Exception):
    """The claim is too old: another process may have taken its order for dead."""


class DirtyConnection(Exception):
    """Something stood unread on the connection before anything was asked on it, or it had ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
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
    )

    def __init__(
        self, terms: CallLimits, claimed_at: float, slot: WriteGate, task: asyncio.Task[Any]
    ) -> None:
        self.terms = terms
        self.claimed_at = claimed_at
        self.slot = slot
        self.began_at = terms.loop.time()
        self.departed_at: float | None = None
        self.task: asyncio.Task[Any] = task
        self.expired = False
        self.http_status: int | None = None
        self.heard = bytearray()

    def depart(self, connection: Connection) -> None:
        """Called with a connection in hand, before the first byte; raising sends nothing."""
        terms = self.terms
        if not is_silent(connection):
            raise DirtyConnection
        if terms.clock.boottime() - self.claimed_at > terms.stale_after_s:
            raise StaleClaim
        self.slot.sent()
        self.departed_at = terms.loop.time()

    def look(self, now: float) -> None:
        """Cancel the call if its time is up."""
        if self.departed_at is None:
            is_late = now >= self.began_at + self.terms.connect_timeout_s
        else:
            is_late = now >= self.departed_at + self.terms.answer_timeout_s
        if is_late and not self.expired:
            self.expired = True
            self.task.cancel()

    @property
    def elapsed_s(self) -> float:
        return self.terms.loop.time() - self.began_at


class DeadlineSweeper:
    """Looks at all calls under way now and then: one timer for all is a fiftieth of a timer for each.

    A look that comes late means that the process stood still (SIGSTOP, a laptop asleep). Answers may have come
    meanwhile and nobody has heard them yet, so the first look afterwards gives nothing up.
    """

    def __init__(self, terms: CallLimits) -> None:
        self._loop = terms.loop
        self._calls: set[Call] = set()
        self._timer: asyncio.TimerHandle | None = None
        shortest_s = min(terms.connect_timeout_s, terms.answer_timeout_s)
        self._every_s = min(LOOK_MOST_S, shortest_s / 10)
        self._due_at = 0.0
        self._passed_over = False

    def add(self, call: Call) -> None:
        self._calls.add(call)
        if self._timer is None:
            self._look_later(self._loop.time())

    def drop(self, call: Call) -> None:
        self._calls.discard(call)

    def _look(self) -> None:
        now = self._loop.time()
        stood_still = now - self._due_at > self._every_s
        self._passed_over = stood_still and not self._passed_over
        if not self._passed_over:
            for call in self._calls:
                call.look(now)
        self._timer = None
        if self._calls:
            self._look_later(now)

    def _look_later(self, now: float) -> None:
        self._due_at = now + self._every_s
        self._timer = self._loop.call_later(self._every_s, self._look)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def is_silent(connection: Connection) -> bool:
    """Whether nothing stands unread on a connection: no answer to somebody else, no end."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing() or protocol.should_close:
        return False
    if transport.get_extra_info("sslcontext") is not None and protocol not in _ENCRYPTED:
        _ENCRYPTED.add(protocol)
        return True  # what lies unread on a fresh one are its session tickets
    socket = transport.get_extra_info("socket")
    return socket is None or not _is_readable(socket.fileno())


_ENCRYPTED: WeakSet[asyncio.BaseProtocol] = WeakSet()
"""TLS connections that were used before."""


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, whose select knows no highest descriptor
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

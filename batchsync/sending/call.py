"""One call under way: the moment before its first byte is written, and its deadlines."""

import asyncio
import select
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakSet

from aiohttp.connector import Connection

from batchsync.clock import Clock

MAX_CHECK_INTERVAL_S = 0.5
"""Seconds between two checks of all calls: a call may time out this much later than its deadline."""


class WriteGate(Protocol):
    """A rate slot: how long the first byte must still wait, and a notice when it is written."""

    def wait_s(self) -> float: ...
    def sent(self) -> None: ...


class StaleClaim(Exception):
    """The claim is too old; another process may consider its order dead."""


class DirtyConnection(Exception):
    """The pooled connection had unread bytes or was closed; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """Limits that apply to every call of a client."""

    loop: asyncio.AbstractEventLoop
    clock: Clock
    connect_timeout_s: float
    answer_timeout_s: float
    stale_after_s: float


class Call:
    """One call under way, and what was sent and received so far."""

    __slots__ = (
        "began_at",
        "claimed_at",
        "expired",
        "http_status",
        "limits",
        "received",
        "sent_at",
        "slot",
        "task",
    )

    def __init__(
        self, limits: CallLimits, claimed_at: float, slot: WriteGate, task: asyncio.Task[Any]
    ) -> None:
        self.limits = limits
        self.claimed_at = claimed_at
        self.slot = slot
        self.began_at = limits.loop.time()
        self.sent_at: float | None = None
        self.task: asyncio.Task[Any] = task
        self.expired = False
        self.http_status: int | None = None
        self.received = bytearray()

    def before_write(self, connection: Connection) -> None:
        """Called with a connection, before the first byte is written; raising sends nothing."""
        limits = self.limits
        if not has_nothing_unread(connection):
            raise DirtyConnection
        if limits.clock.boottime() - self.claimed_at > limits.stale_after_s:
            raise StaleClaim
        self.slot.sent()
        self.sent_at = limits.loop.time()

    def check(self, now: float) -> None:
        """Cancel the call if its deadline has passed."""
        if self.sent_at is None:
            is_late = now >= self.began_at + self.limits.connect_timeout_s
        else:
            is_late = now >= self.sent_at + self.limits.answer_timeout_s
        if is_late and not self.expired:
            self.expired = True
            self.task.cancel()

    @property
    def elapsed_s(self) -> float:
        return self.limits.loop.time() - self.began_at


class DeadlineSweeper:
    """Checks the deadlines of all calls with one timer, which costs a fiftieth of a timer per call.

    A late check means that the process was suspended (SIGSTOP, a sleeping laptop). Responses may have arrived meanwhile
    and not been read yet, so the first check afterwards cancels nothing.
    """

    def __init__(self, limits: CallLimits) -> None:
        self._loop = limits.loop
        self._calls: set[Call] = set()
        self._timer: asyncio.TimerHandle | None = None
        shortest_s = min(limits.connect_timeout_s, limits.answer_timeout_s)
        self._every_s = min(MAX_CHECK_INTERVAL_S, shortest_s / 10)
        self._due_at = 0.0
        self._skipped_after_stall = False

    def add(self, call: Call) -> None:
        self._calls.add(call)
        if self._timer is None:
            self._check_later(self._loop.time())

    def drop(self, call: Call) -> None:
        self._calls.discard(call)

    def _check(self) -> None:
        now = self._loop.time()
        was_suspended = now - self._due_at > self._every_s
        self._skipped_after_stall = was_suspended and not self._skipped_after_stall
        if not self._skipped_after_stall:
            for call in self._calls:
                call.check(now)
        self._timer = None
        if self._calls:
            self._check_later(now)

    def _check_later(self, now: float) -> None:
        self._due_at = now + self._every_s
        self._timer = self._loop.call_later(self._every_s, self._check)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def has_nothing_unread(connection: Connection) -> bool:
    """Whether a connection is open with no unread bytes, such as a response to an earlier call."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing() or protocol.should_close:
        return False
    if transport.get_extra_info("sslcontext") is not None and protocol not in _ENCRYPTED:
        _ENCRYPTED.add(protocol)
        return True  # unread bytes of a new one are TLS session tickets
    socket = transport.get_extra_info("socket")
    return socket is None or not _is_readable(socket.fileno())


_ENCRYPTED: WeakSet[asyncio.BaseProtocol] = WeakSet()
"""TLS connections that were used before."""


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, whose select has no limit on descriptors
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

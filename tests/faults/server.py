"""A server with scripted faults that logs what it read, on raw sockets, independent of batchsync."""

import asyncio
import contextlib
import json
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

GOOD = b'{"data":{"success":true,"amount":1},"status":0}'
PATH = "/vv/external/pinSynchronization"


def answer(
    body: bytes = GOOD,
    *,
    status: str = "200 OK",
    headers: str = "",
    length: int | None = -1,
    version: str = "1.1",
) -> bytes:
    """Return a whole answer; `length` is what it claims (-1 the truth, None nothing)."""
    claimed = "" if length is None else f"Content-Length: {len(body) if length == -1 else length}\r\n"
    return (
        f"HTTP/{version} {status}\r\nContent-Type: application/json\r\n{claimed}{headers}\r\n".encode() + body
    )


@dataclass(slots=True)
class ServerLog:
    """What the server received."""

    accepted: int = 0
    raw: bytes = b""
    """Every byte read, of all connections."""
    orders: list[str] = field(default_factory=list)
    """The order number of each request that was read whole: each may have been charged."""

    @property
    def saw_a_request(self) -> bool:
        return b"POST" in self.raw or bool(self.orders)


@dataclass(slots=True)
class Peer:
    """One connection, from the server's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    log: ServerLog
    number: int
    """Which connection of this server it is, from 0."""
    done: asyncio.Event
    """Set by an act when it has done what a test waits for."""
    go: asyncio.Event
    """Set by a test when an act may go on."""

    async def some(self, length: int = 65_536) -> bytes:
        """Read what there is."""
        data = await self.reader.read(length)
        self.log.raw += data
        return data

    async def request(self) -> str | None:
        """Read one whole request and return its order number; None at the end of the connection."""
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0 or len(data) < end + 4 + _length(data[:end]):
            more = await self.some()
            if not more:
                return None
            data += more
        number = str(json.loads(data[end + 4 :])["orderSns"])
        self.log.orders.append(number)
        return number

    def write(self, data: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(data)

    async def drip(self, data: bytes, pause_s: float = 0.0) -> None:
        """Write one byte at a time, each in a packet of its own."""
        for at in range(len(data)):
            self.write(data[at : at + 1])
            await self.writer.drain()
            await asyncio.sleep(pause_s)

    async def until_left(self) -> None:
        """Wait until the client has gone."""
        while await self.some():
            pass

    def fin(self) -> None:
        self.writer.close()

    def rst(self) -> None:
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found[1]) if found else 0


Act = Callable[[Peer], Awaitable[None]]


class FaultyServer:
    """Listens on loopback and runs `act` with every connection; closes it afterwards."""

    def __init__(
        self, act: Act, *, tls: ssl.SSLContext | None = None, receive_buffer: int | None = None
    ) -> None:
        self._act = act
        self._tls = tls
        self._receive_buffer = receive_buffer
        self._peers: set[asyncio.Task[None]] = set()
        self.log = ServerLog()
        self.done = asyncio.Event()
        self.go = asyncio.Event()
        self.gone = asyncio.Event()
        """Set when a connection is over."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        sock = socket.create_server(("127.0.0.1", 0))
        if self._receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        self.port = sock.getsockname()[1]
        self._server = await asyncio.start_server(self._meet, sock=sock, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._peers:
            task.cancel()
        await asyncio.gather(*self._peers, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._peers.add(task)
        task.add_done_callback(self._peers.discard)
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each write is on its way when it is made
        number, self.log.accepted = self.log.accepted, self.log.accepted + 1
        try:
            with contextlib.suppress(OSError):
                await self._act(Peer(reader, writer, self.log, number, self.done, self.go))
        except asyncio.CancelledError:  # the server goes; a stream's own task must end quietly
            pass
        finally:
            writer.close()
            self.gone.set()

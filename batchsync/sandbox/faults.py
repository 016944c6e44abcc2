"""Faults below HTTP: responses written byte by byte, cut off, reset or never written."""

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable

HUGE = 64 * 1024 * 1024
PIECE_S = 0.01
"""Seconds between one-byte pieces."""
FOREVER_S = 86_400

Fault = Callable[[asyncio.Transport, bytes], Awaitable[None]]


def head(length: int | None, *, status: str = "200 OK", more: str = "", version: str = "1.1") -> bytes:
    """Return the head of a response."""
    content_length = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/{version} {status}\r\nContent-Type: application/json\r\n{content_length}{more}\r\n".encode()


def complete(body: bytes, *, more: str = "Connection: close\r\n", version: str = "1.1") -> bytes:
    """Return a complete response."""
    return head(len(body), more=more, version=version) + body


def reset(transport: asyncio.Transport) -> None:
    """Close with RST instead of FIN."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _drip(transport: asyncio.Transport, raw: bytes) -> None:
    for at in range(len(raw)):
        if transport.is_closing():
            return
        transport.write(raw[at : at + 1])
        await asyncio.sleep(PIECE_S)


async def _close(_transport: asyncio.Transport, _body: bytes) -> None:
    return


async def _reset(transport: asyncio.Transport, _body: bytes) -> None:
    reset(transport)


async def _silent(transport: asyncio.Transport, _body: bytes) -> None:
    while not transport.is_closing():  # noqa: ASYNC110 a transport has no event for its end
        await asyncio.sleep(0.05)


async def _slow_headers(transport: asyncio.Transport, _body: bytes) -> None:
    await _drip(transport, b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not transport.is_closing():
        transport.write(b"x")
        await asyncio.sleep(0.05)


async def _drip_forever(transport: asyncio.Transport, _body: bytes) -> None:
    transport.write(head(FOREVER_S))
    while not transport.is_closing():
        transport.write(b" ")
        await asyncio.sleep(PIECE_S)


async def _huge(transport: asyncio.Transport, body: bytes) -> None:
    transport.write(head(HUGE) + body)
    blank = b" " * 262_144
    for _ in range(HUGE // len(blank)):
        if transport.is_closing():
            return
        transport.write(blank)
        await asyncio.sleep(0)


async def _gzip_bomb(transport: asyncio.Transport, body: bytes) -> None:
    packed = gzip.compress(body + b" " * (HUGE // 8))
    transport.write(complete(packed, more="Content-Encoding: gzip\r\nConnection: close\r\n"))


def _writes(response: Callable[[bytes], bytes]) -> Fault:
    """Return a fault that writes one response and closes."""

    async def fault(transport: asyncio.Transport, body: bytes) -> None:
        transport.write(response(body))

    return fault


FAULTS: dict[str, Fault] = {
    "silent": _silent,
    "slow_headers": _slow_headers,
    "drip_forever": _drip_forever,
    "drip": lambda transport, body: _drip(transport, complete(body)),
    "close": _close,
    "reset": _reset,
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
    "gzip": _writes(lambda body: complete(gzip.compress(body), more="Content-Encoding: gzip\r\n")),
    "garbage": _writes(lambda _body: b"\x16\x03\x01 this is not HTTP\r\n\r\n"),
    "empty": _writes(lambda _body: complete(b"")),
    "half": _writes(lambda body: head(len(body)) + body[: len(body) // 2]),
    "short": _writes(lambda body: head(len(body) // 2) + body),
    "long": _writes(lambda body: head(len(body) * 2) + body),
    "two_statuses": _writes(lambda body: complete(body[:-1] + b',"status":1003}')),
    "continue": _writes(
        lambda body: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + complete(body)
    ),
    "http10": _writes(lambda body: complete(body, more="", version="1.0")),
    "no_length": _writes(lambda body: head(None, more="Connection: close\r\n") + body),
    "chunked": _writes(
        lambda body: (
            head(None, more="Transfer-Encoding: chunked\r\n")
            + b"".join(b"1\r\n%c\r\n" % byte for byte in body)
            + b"0\r\n\r\n"
        )
    ),
    "drop": _writes(lambda body: complete(body, more="")),
}
"""What is written instead of a response, by name; the connection is closed afterwards."""

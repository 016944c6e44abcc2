"""The fault table: what a server can do to a request, and how the call must be judged."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from batchsync.model import Reason, State, Stop
from tests.faults.server import GOOD, Act, Peer, answer

BIG = 64 * 1024 * 1024
BLOWN_UP = 900_000
"""Bytes of a request that cannot be sent in one write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row: what the server does, and how it may be judged. More than one state only where the outcome depends on timing."""

    name: str
    act: Act
    states: frozenset[State]
    reasons: frozenset[Reason]
    stop: Stop | None = None
    slow: bool = False
    """Whether the call ends by our time-out."""
    body: int = 0
    """Size of the request body in bytes; 0: the usual one."""


def one(name: str, act: Act, state: State, reason: Reason, **more: object) -> Fault:
    return Fault(name=name, act=act, states=frozenset({state}), reasons=frozenset({reason}), **more)  # type: ignore[arg-type]


def responds(raw: bytes | Callable[[], bytes]) -> Act:
    """Read the request, write this, close."""

    async def act(peer: Peer) -> None:
        if await peer.request() is not None:
            peer.write(raw if isinstance(raw, bytes) else raw())

    return act


def responds_and_waits(raw: bytes) -> Act:
    """Read the request, write this, keep the connection until the client goes."""

    async def act(peer: Peer) -> None:
        if await peer.request() is not None:
            peer.write(raw)
            await peer.until_left()

    return act


# --- Nothing read, or no response --------------------------------------------------------------------------


async def rst_unread(peer: Peer) -> None:
    peer.rst()


async def fin_unread(peer: Peer) -> None:
    peer.fin()


async def rst_read(peer: Peer) -> None:
    await peer.request()
    peer.rst()


async def fin_read(peer: Peer) -> None:
    await peer.request()
    peer.fin()


async def silent(peer: Peer) -> None:
    await peer.request()
    await peer.until_left()


async def cut_while_sending(peer: Peer) -> None:
    await peer.some(1_000)
    peer.rst()


async def answers_before_all_is_read(peer: Peer) -> None:
    await peer.some(1_000)
    peer.write(answer())
    await peer.until_left()


async def answers_early_and_resets(peer: Peer) -> None:
    await peer.some(1_000)
    peer.write(answer())
    await peer.writer.drain()
    peer.rst()


async def rejects_before_all_is_read(peer: Peer) -> None:
    await peer.some(1_000)
    peer.write(answer(b"later", status="503 Later"))
    await peer.until_left()


# --- Heads --------------------------------------------------------------------------------------------------


async def slow_headers(peer: Peer) -> None:
    await peer.request()
    await peer.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500, 0.005)
    await peer.until_left()


async def endless_continue(peer: Peer) -> None:
    await peer.request()
    for _ in range(500):
        peer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.005)


# --- Bodies -------------------------------------------------------------------------------------------------


async def half_then_rst(peer: Peer) -> None:
    await peer.request()
    peer.write(answer(GOOD[:20], length=len(GOOD)))
    await peer.writer.drain()
    peer.rst()


async def drip(peer: Peer) -> None:
    await peer.request()
    await peer.drip(answer())
    await peer.until_left()


async def drip_forever(peer: Peer) -> None:
    await peer.request()
    peer.write(answer(b"", length=1_000_000))
    await peer.drip(b" " * 500, 0.005)
    await peer.until_left()


async def huge(peer: Peer) -> None:
    await peer.request()
    peer.write(answer(GOOD, length=BIG))
    blank = b" " * 1_048_576
    for _ in range(BIG // len(blank)):
        peer.write(blank)
        await peer.writer.drain()


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = answer(b"", length=None, headers="Transfer-Encoding: chunked\r\n")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


S, R = State, Reason
LOST = frozenset({R.CONNECTION_LOST})
NOTHING_READ = frozenset({R.CONNECTION_LOST, R.NOT_SENT, R.UNREACHABLE})
"""A connection that closes while the client starts to write: noticed before the first byte, or after it."""
EITHER = frozenset({S.UNCERTAIN, S.PLANNED})

SILENCE = [
    Fault(name="RST, nothing read", act=rst_unread, states=EITHER, reasons=NOTHING_READ),
    Fault(name="FIN, nothing read", act=fin_unread, states=EITHER, reasons=NOTHING_READ),
    one("RST, all read", rst_read, S.UNCERTAIN, R.CONNECTION_LOST),
    one("FIN, all read", fin_read, S.UNCERTAIN, R.CONNECTION_LOST),
    one("silent server", silent, S.UNCERTAIN, R.TIMEOUT, slow=True),
    one("body cut while sending", cut_while_sending, S.UNCERTAIN, R.CONNECTION_LOST, body=BLOWN_UP),
    one("answer before all is read", answers_before_all_is_read, S.SYNCED, R.SYNCED, body=BLOWN_UP),
    one("503 before all is read", rejects_before_all_is_read, S.PLANNED, R.TURNED_AWAY, body=BLOWN_UP),
    Fault(
        name="answer before all is read, then RST",
        act=answers_early_and_resets,
        states=frozenset({S.SYNCED, S.UNCERTAIN}),
        reasons=frozenset({R.SYNCED, R.CONNECTION_LOST}),
        body=BLOWN_UP,
    ),
]

HEADS = [
    one("slow headers", slow_headers, S.UNCERTAIN, R.TIMEOUT, slow=True),
    one("endless 100 Continue", endless_continue, S.UNCERTAIN, R.TIMEOUT, slow=True),
    one(
        "100 and 103, then the answer",
        responds(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer()),
        S.SYNCED,
        R.SYNCED,
    ),
    one(
        "100 Continue 50,000 times, then FIN",
        responds(b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000),
        S.UNCERTAIN,
        R.CONNECTION_LOST,
    ),
    one(
        "100 with a length",
        responds(b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n" + answer()),
        S.SYNCED,
        R.SYNCED,
    ),
    one("100, then FIN", responds(b"HTTP/1.1 100 Continue\r\n\r\n"), S.UNCERTAIN, R.CONNECTION_LOST),
    one(
        "101 Switching Protocols",
        responds(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
        S.UNCERTAIN,
        R.HTTP_ERROR,
    ),
    one("HTTP/1.0", responds(answer(version="1.0")), S.SYNCED, R.SYNCED),
    one("HTTP/1.0 without a length", responds(answer(version="1.0", length=None)), S.SYNCED, R.SYNCED),
    one("HTTP/2.0 in words only", responds(answer(version="2.0")), S.SYNCED, R.SYNCED),
    one("a garbage status line", responds(b"HTTP/1.1 OK 200\r\n\r\n" + GOOD), S.UNCERTAIN, R.BAD_ANSWER),
    one(
        "a status without words",
        responds(b"HTTP/1.1 200\r\nContent-Length: 47\r\n\r\n" + GOOD),
        S.SYNCED,
        R.SYNCED,
    ),
    one("no headers at all", responds(b"HTTP/1.1 200 OK\r\n\r\n" + GOOD), S.SYNCED, R.SYNCED),
    one("a status line without end", responds(b"HTTP/1.1 200 " + b"O" * 100_000), S.UNCERTAIN, R.BAD_ANSWER),
    one("a zero byte in the head", responds(answer(headers="X: a\0b\r\n")), S.UNCERTAIN, R.BAD_ANSWER),
    one("HTTP/0.9", responds(GOOD), S.UNCERTAIN, R.BAD_ANSWER),
    one("garbage", responds(b"\x00\xff\x16\x03 no HTTP\r\n\r\n"), S.UNCERTAIN, R.BAD_ANSWER),
    one("a TLS alert", responds(b"\x15\x03\x01\x00\x02\x02\x16"), S.UNCERTAIN, R.BAD_ANSWER),
    one("half a status line", responds(b"HTTP/1.1 20"), S.UNCERTAIN, R.CONNECTION_LOST),
    one("half a head", responds(b"HTTP/1.1 200 OK\r\nContent-Le"), S.UNCERTAIN, R.CONNECTION_LOST),
    one(
        "a header of 1 MB",
        responds(answer(headers="X: " + "x" * 1_000_000 + "\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one("10,000 headers", responds(answer(headers="X: x\r\n" * 10_000)), S.UNCERTAIN, R.BAD_ANSWER),
    one("status 2000", responds(answer(status="2000 OK")), S.UNCERTAIN, R.BAD_ANSWER),
]

BODIES = [
    one("half a body, FIN", responds(answer(GOOD[:20], length=len(GOOD))), S.UNCERTAIN, R.BAD_ANSWER),
    Fault(
        name="half a body, RST",
        act=half_then_rst,
        states=frozenset({S.UNCERTAIN}),
        reasons=frozenset({R.BAD_ANSWER, R.CONNECTION_LOST}),
    ),
    one(
        "half a body, silence",
        responds_and_waits(answer(GOOD[:20], length=len(GOOD))),
        S.UNCERTAIN,
        R.TIMEOUT,
        slow=True,
    ),
    one(
        "half a body without a length, FIN",
        responds(answer(GOOD[:20], length=None)),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one("a body without a length", responds(answer(length=None)), S.SYNCED, R.SYNCED),
    one(
        "a body without a length or an end",
        responds_and_waits(answer(length=None)),
        S.UNCERTAIN,
        R.TIMEOUT,
        slow=True,
    ),
    one("in one-byte pieces", drip, S.SYNCED, R.SYNCED),
    one("in one-byte pieces for ever", drip_forever, S.UNCERTAIN, R.TIMEOUT, slow=True),
    one("Content-Length too small", responds(answer(length=20)), S.UNCERTAIN, R.BAD_ANSWER),
    one("Content-Length too big, FIN", responds(answer(length=200)), S.UNCERTAIN, R.BAD_ANSWER),
    one(
        "Content-Length too big, silence",
        responds_and_waits(answer(length=200)),
        S.UNCERTAIN,
        R.TIMEOUT,
        slow=True,
    ),
    one("Content-Length negative", responds(answer(length=-5)), S.UNCERTAIN, R.BAD_ANSWER),
    one("Content-Length twice", responds(answer(headers="Content-Length: 3\r\n")), S.UNCERTAIN, R.BAD_ANSWER),
    one(
        "Content-Length and chunks",
        responds(answer(headers="Transfer-Encoding: chunked\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one("chunks", responds(chunked(GOOD[:7], GOOD[7:])), S.SYNCED, R.SYNCED),
    one("chunks, cut", responds(chunked(GOOD, end=b"")), S.UNCERTAIN, R.BAD_ANSWER),
    one("chunks of no size", responds(chunked(GOOD[:7], end=b"zz\r\n")), S.UNCERTAIN, R.BAD_ANSWER),
    one("empty 200", responds(answer(b"")), S.UNCERTAIN, R.BAD_ANSWER),
    one("empty 200 without a length", responds(answer(b"", length=None)), S.UNCERTAIN, R.BAD_ANSWER),
    one("204", responds(answer(b"", status="204 No Content", length=None)), S.UNCERTAIN, R.BAD_ANSWER),
    one("not JSON", responds(answer(b"<html>OK</html>")), S.UNCERTAIN, R.BAD_ANSWER),
    one("not an object", responds(answer(b"[]")), S.UNCERTAIN, R.BAD_ANSWER),
    one(
        "success as a word",
        responds(answer(b'{"data":{"success":"true","amount":1},"status":0}')),
        S.SYNCED,
        R.SYNCED,
    ),
    one("64 MB of answer", huge, S.UNCERTAIN, R.BAD_ANSWER),
    one(
        "a gzip bomb",
        responds(lambda: answer(gzip.compress(GOOD + b" " * BIG, 1), headers="Content-Encoding: gzip\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one(
        "gzip, unasked",
        responds(answer(gzip.compress(GOOD), headers="Content-Encoding: gzip\r\n")),
        S.SYNCED,
        R.SYNCED,
    ),
    one(
        "gzip, cut",
        responds(answer(gzip.compress(GOOD)[:30], headers="Content-Encoding: gzip\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one(
        "gzip without its check sum",
        responds(answer(gzip.compress(GOOD)[:-8], headers="Content-Encoding: gzip\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one(
        "gzip that is none",
        responds(answer(b"\x1f\x8b nothing", headers="Content-Encoding: gzip\r\n")),
        S.UNCERTAIN,
        R.BAD_ANSWER,
    ),
    one("two answers", responds(answer() + answer(b'{"status":1003}')), S.SYNCED, R.SYNCED),
    one("an answer and garbage behind it", responds(answer() + b"\x00garbage"), S.UNCERTAIN, R.BAD_ANSWER),
    one("garbage behind the JSON", responds(answer(GOOD + b"garbage")), S.UNCERTAIN, R.BAD_ANSWER),
    one("two objects", responds(answer(GOOD + b'{"status":1003}')), S.UNCERTAIN, R.BAD_ANSWER),
    one("blanks around the JSON", responds(answer(b"\r\n " + GOOD + b"\r\n")), S.SYNCED, R.SYNCED),
    one("204 with a body", responds(answer(status="204 No Content")), S.UNCERTAIN, R.BAD_ANSWER),
    one("206", responds(answer(status="206 Partial Content")), S.SYNCED, R.SYNCED),
    one(
        "deflate",
        responds(answer(zlib.compress(GOOD), headers="Content-Encoding: deflate\r\n")),
        S.SYNCED,
        R.SYNCED,
    ),
    one("chunks and a trailer", responds(chunked(GOOD, end=b"0\r\nX: y\r\n\r\n")), S.SYNCED, R.SYNCED),
]

AMOUNTS = [
    one(
        f"amount {named.decode()}",
        responds(answer(b'{"data":{"success":true,"amount":%s},"status":0}' % named)),
        state,
        reason,
    )
    for named, state, reason in (
        (b"NaN", S.UNCERTAIN, R.BAD_ANSWER),
        (b"1e400", S.UNCERTAIN, R.BAD_ANSWER),
        (b"99999999999999999999", S.SYNCED, R.SYNCED),
        (b"-1", S.SYNCED, R.SYNCED),
        (b"true", S.SYNCED, R.SYNCED),
        (b'"1"', S.SYNCED, R.SYNCED),
        (b"1.0", S.SYNCED, R.SYNCED),
        (b'1,"amount":2', S.UNCERTAIN, R.BAD_ANSWER),
    )
]
"""What they come to is the judge's business (tests/judge); here only that no such answer upsets the client."""

HTTP = [
    *(
        one(
            f"HTTP {code}, to itself",
            responds(
                answer(b"", status=f"{code} Away", headers="Location: /vv/external/pinSynchronization\r\n")
            ),
            S.PLANNED,
            R.REDIRECT,
            stop=Stop.ADDRESS,
        )
        for code in (301, 302, 303, 307, 308)
    ),
    *(
        one(
            f"HTTP {code}",
            responds(answer(b"no", status=f"{code} No")),
            S.PLANNED,
            R.HTTP_DENIED,
            stop=Stop.ADDRESS,
        )
        for code in (401, 403, 404, 405, 407)
    ),
    *(
        one(
            f"HTTP {code}",
            responds(answer(b"later", status=f"{code} Later", headers="Retry-After: 7\r\n")),
            S.PLANNED,
            R.TURNED_AWAY,
        )
        for code in (429, 503)
    ),
    *(
        one(f"HTTP {code}", responds(answer(b"oops", status=f"{code} Oops")), S.UNCERTAIN, R.HTTP_ERROR)
        for code in (400, 408, 418, 500, 502, 504, 520)
    ),
    one(
        "HTTP 404 with 1 MB of page",
        responds(answer(b"x" * 1_000_000, status="404 No")),
        S.PLANNED,
        R.HTTP_DENIED,
        stop=Stop.ADDRESS,
    ),
    one(
        "HTTP 503, cut", responds(answer(b"later", status="503 Later", length=50)), S.UNCERTAIN, R.HTTP_ERROR
    ),
    one(
        "HTTP 304", responds(answer(b"", status="304 Not Modified")), S.PLANNED, R.REDIRECT, stop=Stop.ADDRESS
    ),
    one("HTTP 417", responds(answer(b"", status="417 Expectation Failed")), S.UNCERTAIN, R.HTTP_ERROR),
    one(
        "HTTP 426",
        responds(answer(b"", status="426 Upgrade Required", headers="Upgrade: h2c\r\n")),
        S.UNCERTAIN,
        R.HTTP_ERROR,
    ),
    one("HTTP 500 that claims success", responds(answer(status="500 Oops")), S.UNCERTAIN, R.HTTP_ERROR),
    one("HTTP 503 that claims success", responds(answer(status="503 Later")), S.UNCERTAIN, R.HTTP_ERROR),
]

CODES = [
    one("the good answer", responds(answer()), S.SYNCED, R.SYNCED),
    one("without amount", responds(answer(b'{"data":{"success":true},"status":0}')), S.SYNCED, R.SYNCED),
    one(
        "success false",
        responds(answer(b'{"data":{"success":false,"amount":1},"status":0}')),
        S.SETTLED_FAILED,
        R.API_FAILED,
    ),
    one("1003", responds(answer(b'{"status":1003,"err":"x"}')), S.REFUSED, R.USER_UNKNOWN),
    one(
        "1003, charged",
        responds(answer(b'{"status":1003,"data":{"amount":2}}')),
        S.SETTLED_FAILED,
        R.CHARGED_ERROR,
    ),
    one("200", responds(answer(b'{"status":200}')), S.PLANNED, R.AUTHENTICATION, stop=Stop.AUTHENTICATION),
    one("209", responds(answer(b'{"status":209}')), S.PLANNED, R.BALANCE, stop=Stop.BALANCE),
    one("132", responds(answer(b'{"status":132}')), S.REFUSED, R.NOT_JSON_REQUEST, stop=Stop.FAILURES),
    one("unknown code", responds(answer(b'{"status":4711}')), S.UNCERTAIN, R.UNKNOWN_CODE),
]

TABLE = [*SILENCE, *HEADS, *BODIES, *AMOUNTS, *HTTP, *CODES]

"""A fast HTTP server with one fixed response, in a process of its own, so that the client is measured.

    python -m benchmarks.server [--latency S] [--arrivals FILE] [--books FILE] [--pulse FILE]
                                [--turn-away FROM:COUNT:RETRY_AFTER] [--faults SHARE]

It prints its port on the first line, runs until its standard input ends, and then writes what it recorded: `arrivals` as
doubles of the monotonic clock, `books` as lines of `order,times charged`. Nothing of batchsync is imported.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from array import array
from collections import Counter
from pathlib import Path
from typing import Any

BODY = b'{"data": {"success": true, "amount": 1}, "status": 0}'
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)
TOO_MANY_REQUESTS = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
CUT = RESPONSE[:-20]
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
ORDER = re.compile(rb'"orderSns": ?"([^"]+)"')


class ServerState:
    """Settings and records of all connections."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.latency_s: float = options.latency
        self.keeps_books = options.books is not None
        self.faults: float = options.faults
        self.arrivals = array("d")
        self.books: Counter[bytes] = Counter()
        self.rng = random.Random(options.seed)
        first, count, self.retry_after = (int(part) for part in (options.turn_away or "0:0:0").split(":"))
        self.turn_away = range(first, first + count)

    def respond(self, body: bytes) -> bytes | None:
        """Return the response to one call; None closes the connection without one."""
        self.arrivals.append(time.monotonic())
        if self.turn_away and len(self.arrivals) in self.turn_away:
            return TOO_MANY_REQUESTS % self.retry_after
        if self.faults and self.rng.random() < self.faults:
            (fault,) = self.rng.choices(("turned away", "broken", "cut", "silent", "lost"), (1, 5, 5, 5, 5))
            if fault == "turned away":
                return TOO_MANY_REQUESTS % 1
            if fault != "lost":
                self._charge(body)
            return {"broken": BROKEN, "cut": CUT}.get(fault)
        self._charge(body)
        return RESPONSE

    def _charge(self, body: bytes) -> None:
        if self.keeps_books and (order := ORDER.search(body)):
            self.books[order[1]] += 1


class Connection(asyncio.Protocol):
    """One connection: the part of HTTP that the client needs."""

    def __init__(self, state: ServerState, loop: asyncio.AbstractEventLoop) -> None:
        self.state, self.loop = state, loop
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, blank, rest = self.buffer.partition(b"\r\n\r\n")
            if not blank:
                return
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self.buffer = rest[size:]
            response = self.state.respond(rest[:size])
            if self.state.latency_s:
                self.loop.call_later(self.state.latency_s, self.write, response)
            else:
                self.write(response)

    def write(self, response: bytes | None) -> None:
        if response is not None and not self.transport.is_closing():
            self.transport.write(response)
        if response is None or response is CUT:
            self.transport.close()


async def write_progress(state: ServerState, pulse: Path) -> None:
    """Write the number of calls a few times a second, atomically."""
    part = pulse.with_suffix(".part")
    while True:
        part.write_text(str(len(state.arrivals)))
        part.replace(pulse)
        await asyncio.sleep(0.1)


async def serve(options: argparse.Namespace) -> None:
    """Respond until standard input ends, then write the records."""
    loop = asyncio.get_running_loop()
    state = ServerState(options)
    server = await loop.create_server(
        lambda: Connection(state, loop), "127.0.0.1", options.port, backlog=1_000, reuse_address=True
    )
    progress_task = loop.create_task(write_progress(state, Path(options.pulse))) if options.pulse else None
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    if progress_task is not None:
        progress_task.cancel()
    if options.arrivals:
        Path(options.arrivals).write_bytes(state.arrivals.tobytes())
    if options.books:
        lines = (f"{order.decode()},{times}\n" for order, times in state.books.items())
        Path(options.books).write_text("".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each response")
    parser.add_argument("--arrivals", help="file for the moments at which calls came")
    parser.add_argument("--books", help="file for how often each order was charged")
    parser.add_argument("--pulse", help="file for how many calls came so far")
    parser.add_argument("--turn-away", help="FROM:COUNT:RETRY_AFTER: response these calls with 429")
    parser.add_argument("--faults", type=float, default=0.0, help="share of calls that go wrong")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    try:
        import uvloop

        uvloop.run(serve(options))
    except ImportError:
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()

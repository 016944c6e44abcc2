"""Tells every open page that something changed: many changes at once are one ring."""

import asyncio
from collections.abc import AsyncIterator

LEAST_GAP_S = 0.35
"""Between two rings for one listener: about three a second are as live as anybody can read."""
HEARTBEAT_S = 15.0
"""A ring without news, so that a lost connection is noticed."""


class Broadcaster:
    """Rings for everyone who listens."""

    def __init__(self, *, gap_s: float = LEAST_GAP_S) -> None:
        self._gap_s = gap_s
        self._listeners: set[asyncio.Event] = set()
        self._closed = False

    def ring(self) -> None:
        """Let listeners know."""
        for listener in self._listeners:
            listener.set()

    def close(self) -> None:
        """Send all listeners home."""
        self._closed = True
        self.ring()

    async def rings(self) -> AsyncIterator[bool]:
        """Yield at once, then after changes: True for news, False for a heartbeat."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield True
            while not self._closed:
                await asyncio.sleep(self._gap_s)
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await listener.wait()
                except TimeoutError:
                    yield False
                    continue
                listener.clear()
                if self._closed:
                    return
                yield True
        finally:
            self._listeners.discard(listener)

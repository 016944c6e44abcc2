"""Notifies every open page of changes; changes close together make one event."""

import asyncio
from collections.abc import AsyncIterator

INTERVAL_S = 0.35
"""Least time between two events for one subscriber."""
HEARTBEAT_S = 15.0
"""An event without news after this time, so that a lost connection is noticed."""


class Broadcaster:
    """Wakes all subscribers after a change."""

    def __init__(self, *, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._subscribers: set[asyncio.Event] = set()
        self._closed = False

    def notify(self) -> None:
        """Wake all subscribers."""
        for subscriber in self._subscribers:
            subscriber.set()

    def close(self) -> None:
        """End all subscriptions."""
        self._closed = True
        self.notify()

    async def subscribe(self) -> AsyncIterator[bool]:
        """Yield at once, then after changes: True for news, False for a heartbeat."""
        changed = asyncio.Event()
        self._subscribers.add(changed)
        try:
            yield True
            while not self._closed:
                await asyncio.sleep(self._interval_s)
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await changed.wait()
                except TimeoutError:
                    yield False
                    continue
                changed.clear()
                if self._closed:
                    return
                yield True
        finally:
            self._subscribers.discard(changed)

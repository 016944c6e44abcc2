"""Waiting for a lock that another run holds; the wait can be stopped."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from batchsync.errors import Interrupted, LedgerBusy
from batchsync.messages import ledger as messages

T = TypeVar("T")
POLL_S = 0.05


async def wait_for_lock(
    enter: Callable[[], Awaitable[T]], wait_s: float, is_stopped: Callable[[], bool]
) -> T:
    """Try `enter`, which doesn't wait itself, until it gets its lock or `wait_s` seconds are over.

    Raises LedgerBusy, naming the holder, in the end; Interrupted as soon as `is_stopped` while it is held by another.
    """
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            return await enter()
        except LedgerBusy:
            if time.monotonic() >= give_up_at:
                raise
        await asyncio.sleep(POLL_S)
        if is_stopped():
            raise Interrupted(messages.STOPPED_WAITING)

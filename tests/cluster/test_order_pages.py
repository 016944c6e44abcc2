"""The pages of orders that a sender reads ahead."""

import asyncio
import gc
import threading
from typing import Any

from batchsync.cluster.run_sender import OrderPages
from batchsync.model import Order


class TwoPages:
    """A ledger whose second page fails, as on a closed connection, once it may be read."""

    def __init__(self) -> None:
        self.may_fail = threading.Event()

    def orders_to_send(self, run: str, last: int, until: int, page: int) -> list[tuple[int, int, Order]]:
        if last < 0:
            return [(0, 1, Order(owner_id="2049064", number="261122-123456789012345"))]
        self.may_fail.wait(10)
        raise ConnectionError


def test_closing_waits_for_the_page_that_is_read_ahead() -> None:
    """A sender that stops early leaves no read behind whose error would be printed."""
    unhandled: list[dict[str, Any]] = []

    async def stop_early() -> bool:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        ledger = TwoPages()
        pages = OrderPages(ledger, "run", 9)  # type: ignore[arg-type]
        await anext(pages)
        closing = asyncio.create_task(pages.close())
        await asyncio.sleep(0.05)
        waits = not closing.done()
        ledger.may_fail.set()
        await closing
        del pages, closing
        gc.collect()
        await asyncio.sleep(0)
        return waits

    assert asyncio.run(stop_early())
    assert [] == unhandled

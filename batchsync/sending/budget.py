"""The spending cap: points are reserved before a call, so that the cap is not exceeded at any concurrency.

Calls under way and uncertain ones count as spent, at the highest price seen so far. Under a cap, the first call
is made alone, until a response names the price: an assumed price could be exceeded by a whole batch.
"""

import asyncio

from batchsync.model import CallVerdict, State


class Budget:
    """Points spent, possibly spent and reserved by one command, against its cap (None: no cap)."""

    def __init__(self, cap: int | None = None, *, price: int = 1, highest_price: int = 0) -> None:
        self.cap = cap
        self.spent = 0
        self._price = max(price, highest_price, 1)
        self._price_known = highest_price > 0
        self._under_way = 0
        self._uncertain = 0
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def committed(self) -> int:
        """Points spent, possibly spent, and reserved by calls under way."""
        return self.spent + (self._under_way + self._uncertain) * self._price

    async def reserve(self) -> bool:
        """Reserve one call; wait while calls under way may still free points. False when the cap leaves no room."""
        while self.cap is not None and not self._closed:
            probing = not self._price_known and self._under_way > 0
            if not probing and self.committed + self._price <= self.cap:
                break
            if self._under_way == 0:
                return False
            await self._changed.wait()
        self._under_way += 1
        return True

    def release(self) -> None:
        """Release the reservation of a call that was not made."""
        self._under_way -= 1
        self._wake()

    def record_outcome(self, verdict: CallVerdict) -> None:
        """Replace a reservation by the points that the response names."""
        self._under_way -= 1
        if verdict.state is State.UNCERTAIN:
            self._uncertain += 1
        elif verdict.points is None:
            self.spent += self._price
            self._price_known = True
        elif verdict.points:
            self.spent += verdict.points
            self._price_known = True
            self._price = max(self._price, verdict.points)
        if self.cap is not None:
            self._wake()

    def close(self) -> None:
        """End all waiting: the run is stopping."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed.clear()

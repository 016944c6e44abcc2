"""Virtual time: an event loop whose clock jumps to the next timer, so that an hour passes in a moment."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH = datetime(2026, 11, 24, tzinfo=UTC)


class VirtualSelector(selectors.SelectSelector):
    """Never waits: time that would be slept is added to the loop's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # With nothing to watch but the loop's own pipe, asking the system costs more than all the rest of a turn.
        ready = super().select(0) if timeout is None or len(self.get_map()) > 1 else []
        if not ready and timeout is None:
            raise RuntimeError("the simulation waits for something that will never happen")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; everything in it is deterministic."""

    def __init__(self) -> None:
        self.virtual = VirtualSelector()
        super().__init__(self.virtual)

    def time(self) -> float:
        return self.virtual.now


class VirtualClock:
    """The clock of a virtual loop; `asleep_s` is time that only the boot clock has seen."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.asleep_s = 0.0

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._loop.time() + self.asleep_s)

    def monotonic(self) -> float:
        return self._loop.time()

    def boottime(self) -> float:
        return self._loop.time() + self.asleep_s


def run_virtual(play: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    """Run `play(clock)` to its end in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(play(VirtualClock(loop)))
    finally:
        loop.close()

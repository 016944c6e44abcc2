"""Time, handed in: wall time for people, monotonic time for pacing, time awake or asleep for stale claims."""

import time
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What the house wants of a clock; tests hand in one they move by hand."""

    def now(self) -> datetime:
        """Local wall time, with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    def boottime(self) -> float:
        """Like monotonic, but goes on while the machine sleeps or the process is stopped."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Local wall time, with its zone."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def boottime(self) -> float:
        """CLOCK_BOOTTIME where there is one; Windows' monotonic clock counts sleep already."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boottime is None else time.clock_gettime(boottime)


SYSTEM_CLOCK = SystemClock()

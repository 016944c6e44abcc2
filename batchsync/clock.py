"""Clocks that tests can replace: local time, monotonic time for the rate limit, boot time for stale claims."""

import sys
import time
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The clock interface; tests use one that they advance themselves."""

    def now(self) -> datetime:
        """Local time, with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    def boottime(self) -> float:
        """Like monotonic, but goes on while the machine sleeps or the process is stopped."""
        ...


BOOT_CLOCK: int | None = getattr(
    time, "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME", None
)
"""On macOS CLOCK_MONOTONIC counts sleep, and Python's `monotonic` does not."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Local time, with its zone."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def boottime(self) -> float:
        """The clock that goes on while the machine sleeps; Windows' own monotonic one does."""
        return time.monotonic() if BOOT_CLOCK is None else time.clock_gettime(BOOT_CLOCK)


SYSTEM_CLOCK = SystemClock()

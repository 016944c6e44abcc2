"""Ctrl-C and SIGTERM: the first stops, the second cancels the calls under way, the third ends the program.

`loop.add_signal_handler` does not exist on Windows, so plain handlers wake the loop instead, everywhere.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
"""What a terminal, a service manager or a closed window sends; each system knows some of them."""


@contextlib.contextmanager
def handle_signals(
    loop: asyncio.AbstractEventLoop, *, stop: Callable[[], None], cancel: Callable[[], None]
) -> Iterator[None]:
    """Call `stop` at the first signal and `cancel` at the second, inside the loop; the third raises."""
    steps = [stop, cancel]

    def handle(_number: int, _frame: FrameType | None) -> None:
        if not steps or loop.is_closed():
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(steps.pop(0))

    before: dict[int, Any] = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and not _is_ignored(number, name):
            with contextlib.suppress(ValueError):  # not the main thread
                before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored(number: int, name: str) -> bool:
    """Whether this signal must stay ignored: nohup means it.

    A script's `&` has SIGINT ignored, too; but whoever sends one to such a run by hand wants it to stop.
    """
    return name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN

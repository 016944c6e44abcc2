"""The event loops to compare: Python's own, and uvloop where it is installed."""

import asyncio
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any, TypeVar

T = TypeVar("T")
LOOPS = ("asyncio", "uvloop") if find_spec("uvloop") else ("asyncio",)
BEST = LOOPS[-1]


def run_on(loop: str, work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on the loop of that name."""
    if loop == "uvloop":
        import uvloop

        return uvloop.run(work)
    return asyncio.run(work)

"""A sandbox in a thread of its own: a server that shares no event loop with what talks to it."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from batchsync.sandbox import SandboxSettings

if TYPE_CHECKING:
    from batchsync.sandbox.server import Sandbox


@contextlib.contextmanager
def run_in_thread(settings: SandboxSettings) -> Iterator["Sandbox"]:
    """Run a sandbox until the block ends."""
    from batchsync.sandbox.server import serve

    ready: list[Sandbox] = []
    started = threading.Event()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    def on_ready(sandbox: "Sandbox") -> None:
        ready.append(sandbox)
        started.set()

    def run_server() -> None:
        try:
            loop.run_until_complete(serve(settings, over, on_ready))
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=run_server, name="sandbox", daemon=True)
    thread.start()
    started.wait()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()

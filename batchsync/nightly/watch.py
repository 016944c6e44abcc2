"""`watch`: a nightly run each time a file arrives, while the window is open."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from batchsync.errors import Interrupted, LedgerBusy
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.nightly.policy import NightStop
from batchsync.nightly.run import NightlyRun
from batchsync.nightly.state import Event
from batchsync.nightly.workspace import NightlyPaths

POLL_S = 30.0
"""How soon a file is noticed on file systems that report no changes (network shares)."""
RESTARTABLE = (None, NightStop.WINDOW, NightStop.BUSY, NightStop.INTERRUPTED)
"""Ends of a nightly run after which the next one may begin as soon as there is a file."""


class Watch:
    """Starts nightly runs until it is stopped."""

    def __init__(
        self,
        create: Callable[[], NightlyRun],
        run_once: Callable[[NightlyRun], Awaitable[NightStop | None]],
        emit: Callable[[Event], None],
    ) -> None:
        self._create, self._run_once, self._emit = create, run_once, emit
        self._stop_requested = asyncio.Event()
        self._night: NightlyRun | None = None
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """Stop the nightly run under way, then the watch."""
        self._stop_requested.set()
        self._changed.set()
        if self._night is not None:
            self._night.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        self._stop_requested.set()
        self._changed.set()
        if self._night is not None:
            self._night.cancel()

    async def run(self) -> None:
        """Watch until stopped."""
        first = self._create()
        self._emit(Event(name="watching", message=Message(messages.WATCHING, {"folder": first.paths.inbox})))
        watcher = asyncio.create_task(self._watch_folder(first.paths))
        try:
            while not self._stop_requested.is_set():
                await self._start_and_wait()
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _start_and_wait(self) -> None:
        """Start a nightly run if there is a file, then wait."""
        self._changed.clear()
        night = self._night = self._create()
        stopped = None
        if night.pending_count() and night.is_open():
            try:
                stopped = await self._run_once(night)
            except LedgerBusy as error:  # the run that holds the lock will end
                self._emit(Event(name="busy", message=Message(error.text, error.facts), is_error=True))
            except Interrupted as error:
                self._emit(Event(name="stopped", message=Message(error.text, error.facts)))
        self._night = None
        await self._wait(night, needs_a_person=stopped not in RESTARTABLE)

    async def _wait(self, night: NightlyRun, *, needs_a_person: bool) -> None:
        """Wait for a new file or the next poll; after a stop that a person has to resolve, for a new file or the next day."""
        day = night.day()
        while not self._stop_requested.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._changed.wait()
                    return
            if not needs_a_person or night.day() != day:
                return

    async def _watch_folder(self, paths: NightlyPaths) -> None:
        """Notice new files, but not those that batchsync moves itself."""
        from watchfiles import Change, awatch

        own_folders = tuple(map(str, (paths.state, paths.done, paths.attention, paths.reports)))

        def is_new(change: Change, path: str) -> bool:
            return change is not Change.deleted and not path.startswith(own_folders)

        async for _ in awatch(paths.inbox, watch_filter=is_new):
            self._changed.set()

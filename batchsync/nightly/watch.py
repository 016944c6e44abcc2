"""`watch`: a night each time a file is dropped in, as long as the window is open."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from batchsync.errors import Interrupted, LedgerBusy
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.nightly.events import Event
from batchsync.nightly.paths import NightlyPaths
from batchsync.nightly.policy import NightStop
from batchsync.nightly.run import NightlyRun

LOOK_EVERY_S = 30.0
"""Some file systems (network shares) tell of no changes: then this is how soon a file is noticed."""
SOON = (None, NightStop.WINDOW, NightStop.BUSY, NightStop.INTERRUPTED)
"""Ends of a night after which another may begin as soon as there is something to do."""


class Watch:
    """Runs nights until it is stopped."""

    def __init__(
        self,
        make_night: Callable[[], NightlyRun],
        one_night: Callable[[NightlyRun], Awaitable[NightStop | None]],
        tell: Callable[[Event], None],
    ) -> None:
        self._make, self._one, self._tell = make_night, one_night, tell
        self._over = asyncio.Event()
        self._night: NightlyRun | None = None
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """End the night under way, then the watch."""
        self._over.set()
        self._changed.set()
        if self._night is not None:
            self._night.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        self._over.set()
        self._changed.set()
        if self._night is not None:
            self._night.cancel()

    async def run(self) -> None:
        """Watch until stopped."""
        first = self._make()
        self._tell(Event(name="watching", said=Message(messages.WATCHING, {"folder": first.places.inbox})))
        listener = asyncio.create_task(self._listen(first.places))
        try:
            while not self._over.is_set():
                await self._once()
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener

    async def _once(self) -> None:
        """Run a night if there is something to do, then rest."""
        self._changed.clear()
        night = self._night = self._make()
        stopped = None
        if night.waiting() and night.is_open():
            try:
                stopped = await self._one(night)
            except LedgerBusy as error:  # the run that holds the ledger will end
                self._tell(Event(name="busy", said=Message(error.text, error.facts), is_fault=True))
            except Interrupted as error:
                self._tell(Event(name="stopped", said=Message(error.text, error.facts)))
        self._night = None
        await self._rest(night, patient=stopped not in SOON)

    async def _rest(self, night: NightlyRun, *, patient: bool) -> None:
        """Wait until something is dropped in. After a stop that a person has to mend, only that or the next day counts."""
        day = night.day()
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._changed.wait()
                    return
            if not patient or night.day() != day:
                return

    async def _listen(self, places: NightlyPaths) -> None:
        """Notice what is dropped in; what we move ourselves is nobody's drop."""
        from watchfiles import Change, awatch

        own = tuple(map(str, (places.memory, places.done, places.attention, places.reports)))

        def dropped(change: Change, path: str) -> bool:
            return change is not Change.deleted and not path.startswith(own)

        async for _ in awatch(places.inbox, watch_filter=dropped):
            self._changed.set()

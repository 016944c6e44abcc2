"""Handlers that tell what nights did: each night that is over, and what became of its files."""

import asyncio
from pathlib import Path

from aiohttp import web

from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.messages import nightly, report
from batchsync.messages import web as messages
from batchsync.nightly.paths import MEMORY
from batchsync.nightly.state import NightState
from batchsync.web import request_parsing
from batchsync.web.context import AppContext

SHOWN = 60


class Nights:
    """Where nights are looked at; there are none without an inbox."""

    def __init__(self, house: AppContext) -> None:
        self._house = house
        self._memory = memory_of(house.loaded.config)

    async def nights(self, request: web.Request) -> web.StreamResponse:
        """List nights, the newest first."""
        memory = self._memory
        past = await asyncio.to_thread(lambda: NightState(memory).history()) if memory else []
        shown = request_parsing.query_int(request, "show", SHOWN, most=5000)
        return self._house.pages.response(
            request,
            "nights.html",
            nights=past[::-1][:shown],
            more=shown + SHOWN if len(past) > shown else 0,
            inbox=self._house.loaded.config.inbox.folder,
            stops=nightly.STOPS,
        )

    async def night(self, request: web.Request) -> web.StreamResponse:
        """Tell what a night did with each file."""
        memory, name = self._memory, request.match_info["night"]
        record = NightState(memory) if memory else None
        past = await asyncio.to_thread(record.history) if record else []
        night = next((each for each in past if each.night == name), None)
        if record is None or night is None:
            raise UsageError(messages.NO_SUCH_NIGHT)
        files = await asyncio.to_thread(record.files_of, name)
        return self._house.pages.response(
            request, "night.html", night=night, files=files, stops=nightly.STOPS, where=report.WHERE
        )


def memory_of(config: Config) -> Path | None:
    """Return where the inbox of the settings keeps its past."""
    folder = config.inbox.folder
    return None if folder is None else folder.expanduser().absolute() / MEMORY

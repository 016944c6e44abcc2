"""Handlers of the nightly runs' pages: each run that has ended, and the result of its files."""

import asyncio
from pathlib import Path

from aiohttp import web

from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.messages import nightly as nightly_messages
from batchsync.messages import report as report_messages
from batchsync.messages import web as messages
from batchsync.nightly.state import NightState
from batchsync.nightly.workspace import STATE_FOLDER
from batchsync.web import request_parsing
from batchsync.web.context import CONTEXT

RUNS_SHOWN = 60

routes = web.RouteTableDef()


@routes.get("/nights")
async def nightly_runs(request: web.Request) -> web.StreamResponse:
    """List the nightly runs, the newest first."""
    context = request.app[CONTEXT]
    folder = state_folder(context.loaded.config)
    past = await asyncio.to_thread(lambda: NightState(folder).history()) if folder else []
    shown = request_parsing.query_int(request, "show", RUNS_SHOWN, most=5000)
    return context.renderer.response(
        request,
        "nights.html",
        nights=past[::-1][:shown],
        more=shown + RUNS_SHOWN if len(past) > shown else 0,
        inbox=context.loaded.config.inbox.folder,
        stops=nightly_messages.STOPS,
    )


@routes.get("/nights/{night:[0-9-]{10,20}}")
async def nightly_run(request: web.Request) -> web.StreamResponse:
    """Show one nightly run with its files."""
    context, name = request.app[CONTEXT], request.match_info["night"]
    folder = state_folder(context.loaded.config)
    state = NightState(folder) if folder else None
    past = await asyncio.to_thread(state.history) if state else []
    night = next((each for each in past if each.night == name), None)
    if state is None or night is None:
        raise UsageError(messages.NO_SUCH_NIGHT)
    files = await asyncio.to_thread(state.files_of, name)
    return context.renderer.response(
        request,
        "night.html",
        night=night,
        files=files,
        stops=nightly_messages.STOPS,
        where=report_messages.WHERE,
    )


def state_folder(config: Config) -> Path | None:
    """Return the folder where the nightly runs of the settings' inbox keep their state; None without an inbox."""
    folder = config.inbox.folder
    return None if folder is None else folder.expanduser().absolute() / STATE_FOLDER

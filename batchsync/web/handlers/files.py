"""Handlers of uploaded files: upload, check, start, and the pages that show them."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from itertools import islice

from aiohttp import web

from batchsync.errors import UsageError
from batchsync.job import CheckedFile
from batchsync.messages import web as messages
from batchsync.model import PlanVerdict
from batchsync.planning.plan_csv import write_plan_csv
from batchsync.web import request_parsing
from batchsync.web.context import CONTEXT, AppContext
from batchsync.web.rendering import download_headers, language
from batchsync.web.run_queue import FileJob
from batchsync.web.uploads import ColumnOverrides, Confirmation, Phase
from batchsync.web.views import (
    PLANNED_ROWS_A_PAGE,
    PROBLEM_VERDICTS,
    SKIPPED_VERDICTS,
    check_view,
    planned_rows,
)

FILE = "{file:[0-9a-f]{12}}"

routes = web.RouteTableDef()


# --- Pages --------------------------------------------------------------------------------------------------


@routes.get("/")
async def index(request: web.Request) -> web.StreamResponse:
    """Show the list of files, and where to upload more."""
    context = request.app[CONTEXT]
    return context.renderer.response(request, "index.html", values=_list_values(context))


@routes.get("/part")
async def index_part(request: web.Request) -> web.StreamResponse:
    """Return the list of files alone."""
    context = request.app[CONTEXT]
    return context.renderer.response(request, "_files.html", values=_list_values(context))


def _list_values(context: AppContext) -> dict[str, object]:
    queue = context.queue
    return {
        "files": [*reversed(queue.files.values())],
        "files_ahead": queue.files_ahead,
        "max_mb": context.loaded.config.web.max_upload,
        "has_token": queue.config.token is not None,
        "Phase": Phase,
        "Verdict": PlanVerdict,
    }


@routes.get(f"/files/{FILE}")
async def file_page(request: web.Request) -> web.StreamResponse:
    """Show one file: its check, its run, or its result."""
    return _file_response(request, "file.html")


@routes.get(f"/files/{FILE}/part")
async def file_part(request: web.Request) -> web.StreamResponse:
    """Return the part of a file's page that changes."""
    return _file_response(request, "_file.html")


def _file_response(request: web.Request, template: str) -> web.Response:
    context = request.app[CONTEXT]
    file, lang = _file_of(request), language(request)
    config = context.queue.config_for(file.record)
    check, problems = None, []
    if file.checked:
        check = check_view(file.checked, price=config.spend.price, cap=config.spend.max_points, lang=lang)
        problems = list(islice(planned_rows(file.checked.plan, PROBLEM_VERDICTS, lang), PLANNED_ROWS_A_PAGE))
    return context.renderer.response(
        request,
        template,
        file=file,
        check=check,
        problems=problems,
        ahead=context.queue.files_ahead(file),
        has_token=config.token is not None,
        account=config.api.account,
        url=config.api.url,
        cap=config.spend.max_points,
        Phase=Phase,
        Verdict=PlanVerdict,
    )


@routes.get(f"/files/{FILE}/rows")
async def more_planned_rows(request: web.Request) -> web.StreamResponse:
    """Return more rows with problems, or of those that are skipped, as rows of a table."""
    checked = _checked_of(request)
    verdicts = SKIPPED_VERDICTS if request.query.get("of") == "skipped" else PROBLEM_VERDICTS
    start = request_parsing.query_int(request, "from", 0)
    found = list(islice(planned_rows(checked.plan, verdicts, language(request), start), PLANNED_ROWS_A_PAGE))
    return request.app[CONTEXT].renderer.response(request, "_planned_rows.html", rows=found)


@routes.get(f"/files/{FILE}/plan.csv")
async def download_plan(request: web.Request) -> web.StreamResponse:
    """Return the plan as CSV, one line per order."""
    file, checked = _file_of(request), _checked_of(request)

    def write() -> bytes:
        text = io.StringIO()
        write_plan_csv(checked.plan, text, language(request))
        return text.getvalue().encode("utf-8-sig")

    name = f"{file.record.name.rpartition('.')[0] or file.record.name}.plan.csv"
    return web.Response(body=await asyncio.to_thread(write), headers=download_headers(name))


# --- Uploads ------------------------------------------------------------------------------------------------


@routes.post("/api/files")
async def upload(request: web.Request) -> web.StreamResponse:
    """Store a file as it arrives; over the limit it is refused, and nothing is kept."""
    queue = request.app[CONTEXT].queue
    if request.content_length is not None and request.content_length > queue.store.max_bytes:
        raise queue.store.too_large()
    record = await queue.store.save_upload(request.query.get("name", ""), request_parsing.chunks(request))
    queue.add(record)
    return web.json_response({"id": record.id}, status=201)


@routes.post("/api/pastes")
async def paste(request: web.Request) -> web.StreamResponse:
    """Store rows copied from a spreadsheet as a file."""
    queue, lang = request.app[CONTEXT].queue, language(request)
    body = bytearray()
    async for chunk in request_parsing.chunks(request):
        body += chunk
        if len(body) > queue.store.max_bytes:
            raise queue.store.too_large()

    async def table() -> AsyncIterator[bytes]:
        yield request_parsing.parse_pasted(body.decode("utf-8", "replace"), lang).encode("utf-8-sig")

    name = messages.PASTED_NAME.render(lang, time=time.strftime("%H%M%S"))
    record = await queue.store.save_upload(f"{name}.tsv", table())
    queue.add(record)
    return web.json_response({"id": record.id}, status=201)


# --- Actions ------------------------------------------------------------------------------------------------


@routes.post(f"/api/files/{FILE}/check")
async def check(request: web.Request) -> web.StreamResponse:
    """Check a file again, with other columns if the request has some."""
    body = await request_parsing.read_json(request)
    overrides = None
    chosen = body.get("columns")
    if isinstance(chosen, dict):
        overrides = ColumnOverrides(
            order_column=request_parsing.get_str(chosen, "order_column"),
            owner_column=request_parsing.get_str(chosen, "owner_column"),
            owner_id=request_parsing.get_str(chosen, "owner_id"),
            sheet=request_parsing.get_str(chosen, "sheet"),
            header_row=request_parsing.get_int(chosen, "header_row", least=1),
        )
    request.app[CONTEXT].queue.check(request.match_info["file"], overrides)
    return web.json_response({})


@routes.post(f"/api/files/{FILE}/start")
async def start(request: web.Request) -> web.StreamResponse:
    """Queue a file, if its plan is what was confirmed."""
    body = await request_parsing.read_json(request)
    queue = request.app[CONTEXT].queue
    orders, points = request_parsing.get_int(body, "orders"), request_parsing.get_int(body, "points")
    if orders is None or points is None or points != orders * queue.config.spend.price:
        raise UsageError(messages.PLAN_CHANGED)
    caps = (request_parsing.get_int(body, "max_points"), queue.config.spend.max_points)
    confirmation = Confirmation(
        orders=orders,
        points=points,
        limit=request_parsing.get_int(body, "limit", least=1),
        max_points=min((cap for cap in caps if cap is not None), default=None),  # never above the settings
    )
    queue.start(request.match_info["file"], confirmation)
    return web.json_response({})


@routes.post(f"/api/files/{FILE}/{{action:dequeue|pause|resume|stop|remove}}")
async def act(request: web.Request) -> web.StreamResponse:
    """Perform an action that needs no more than the file."""
    await request_parsing.read_json(request)
    queue = request.app[CONTEXT].queue
    actions = {
        "dequeue": queue.dequeue,
        "pause": queue.pause,
        "resume": queue.resume,
        "stop": queue.stop,
        "remove": queue.remove,
    }
    actions[request.match_info["action"]](request.match_info["file"])
    return web.json_response({})


def _file_of(request: web.Request) -> FileJob:
    return request.app[CONTEXT].queue.get(request.match_info["file"])


def _checked_of(request: web.Request) -> CheckedFile:
    checked = _file_of(request).checked
    if checked is None:
        raise UsageError(messages.CHECK_FIRST)
    return checked

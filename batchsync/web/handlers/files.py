"""Handlers of uploaded files: the pages that show them, uploads, checks, corrections and starts."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from aiohttp import web

from batchsync.errors import BatchsyncError, ColumnsUnclear, UsageError
from batchsync.job import CheckedFile, Correction
from batchsync.messages import Translation, columns, planning
from batchsync.messages import reader as reader_messages
from batchsync.messages import web as messages
from batchsync.planning.plan_csv import write_plan_csv
from batchsync.web import request_parsing
from batchsync.web.column_choice import candidates, read_preview
from batchsync.web.context import CONTEXT, AppContext
from batchsync.web.rendering import download_headers, language
from batchsync.web.run_queue import FileJob
from batchsync.web.unlock import unlock
from batchsync.web.uploads import ColumnOverrides, Confirmation, Phase
from batchsync.web.views import (
    PLANNED_ROWS_A_PAGE,
    PROBLEM_VERDICTS,
    SKIPPED_VERDICTS,
    check_view,
    file_status,
    planned_rows,
    problems_workbook,
)

FILE = "{file:[0-9a-f]{12}}"
CORRECTIONS_A_REQUEST = 1000
FILES_A_START = 500

_MERCHANT_ERRORS = (
    planning.NO_MERCHANT,
    planning.NO_SHOP_COLUMN,
    planning.NO_MERCHANT_FOR_SHEETS,
    columns.TWO_OWNERS,
)

routes = web.RouteTableDef()


# --- Pages --------------------------------------------------------------------------------------------------


@routes.get("/")
async def index(request: web.Request) -> web.StreamResponse:
    """Show the list of files, and where to upload more."""
    context = request.app[CONTEXT]
    return context.renderer.response(request, "index.html", values=await _list_values(context))


@routes.get("/part")
async def index_part(request: web.Request) -> web.StreamResponse:
    """Return the list of files alone."""
    context = request.app[CONTEXT]
    return context.renderer.response(request, "_files.html", values=await _list_values(context))


async def _list_values(context: AppContext) -> dict[str, object]:
    queue = context.queue
    files = [*reversed(queue.files.values())]
    for file in files:
        await _refresh_summary(context, file)
    return {
        "files": [(file, file_status(file, queue.files_ahead(file))) for file in files],
        **_common_values(context),
    }


def _common_values(context: AppContext) -> dict[str, object]:
    config = context.queue.config
    return {
        "has_token": config.token is not None,
        "account": config.api.account,
        "url": config.api.url,
        "cap": config.spend.max_points,
        "price": config.spend.price,
        "settings_file": context.loaded.file,
        "Phase": Phase,
    }


async def _refresh_summary(context: AppContext, file: FileJob) -> None:
    """Read the figures of a file's last run again, where they can have changed since."""
    record = file.record
    can_change = record.phase is Phase.INTERRUPTED or (
        record.phase is Phase.DONE and record.summary is not None and record.summary.points_possible
    )
    if not can_change or not record.run:
        return
    try:
        context.queue.update_summary(file, await asyncio.to_thread(context.queries.summary, record.run))
    except BatchsyncError:  # pruned, or the database is away: the last figures stay
        return


@routes.get(f"/files/{FILE}")
async def file_page(request: web.Request) -> web.StreamResponse:
    """Show one file: its check, its run, or its result."""
    return await _file_response(request, "file.html")


@routes.get(f"/files/{FILE}/part")
async def file_part(request: web.Request) -> web.StreamResponse:
    """Return the part of a file's page that changes."""
    return await _file_response(request, "_file.html")


async def _file_response(request: web.Request, template: str) -> web.Response:
    context = request.app[CONTEXT]
    file, lang = _file_of(request), language(request)
    await _refresh_summary(context, file)
    config = context.queue.config_for(file.record)
    checked, check, problems = await context.queue.checked(file), None, []
    if checked:
        check = check_view(checked, price=config.spend.price, cap=config.spend.max_points, lang=lang)
        problems = list(islice(planned_rows(checked.plan, PROBLEM_VERDICTS, lang), PLANNED_ROWS_A_PAGE))
    ahead = context.queue.files_ahead(file)
    return context.renderer.response(
        request,
        template,
        values=_common_values(context),
        file=file,
        state=file_status(file, ahead),
        check=check,
        problems=problems,
        corrections=await asyncio.to_thread(context.queue.store.corrections, file.record),
        needs_columns=isinstance(file.error, ColumnsUnclear),
        columns_title=_columns_title(file.error),
        is_locked=file.error is not None and file.error.text == reader_messages.PASSWORD,
        is_bad_merchant=file.error is not None and file.error.text == planning.BAD_DEFAULT_OWNER,
        ahead=ahead,
    )


def _columns_title(error: BatchsyncError | None) -> Translation:
    is_about_merchant = error is not None and error.text in _MERCHANT_ERRORS
    return messages.MERCHANT_TITLE if is_about_merchant else messages.COLUMNS_TITLE


@routes.get(f"/files/{FILE}/columns")
async def columns_part(request: web.Request) -> web.StreamResponse:
    """Return the form for choosing columns: the first rows as a grid, likely columns, known merchants."""
    context, file = request.app[CONTEXT], _file_of(request)
    config, path = context.queue.config_for(file.record), context.queue.store.path(file.record)
    checked = await context.queue.checked(file)
    found = checked.plan.sheets[0] if checked and checked.plan.sheets else None
    header_line = found.header_line if found else file.record.overrides.header_row or 0
    sheets = await asyncio.to_thread(read_preview, path, config.input, header_line)
    if found:  # the sheet that was read comes first
        sheets.sort(key=lambda sheet: sheet.name != found.sheet)
    merchants = await asyncio.to_thread(context.queries.merchants)
    return context.renderer.response(
        request,
        "_columns.html",
        file=file,
        sheets=sheets,
        found=found,
        candidates=candidates(sheets[0]) if sheets else [],
        merchants=merchants,
        overrides=file.record.overrides,
        is_unclear=file.error is not None,
    )


@routes.get(f"/files/{FILE}/rows")
async def more_planned_rows(request: web.Request) -> web.StreamResponse:
    """Return more rows with problems, or of those that are skipped, as rows of a table."""
    checked = await _checked_of(request)
    verdicts = SKIPPED_VERDICTS if request.query.get("of") == "skipped" else PROBLEM_VERDICTS
    start = request_parsing.query_int(request, "from", 0)
    found = list(islice(planned_rows(checked.plan, verdicts, language(request), start), PLANNED_ROWS_A_PAGE))
    values = {"rows": found, "file": _file_of(request)}
    return request.app[CONTEXT].renderer.response(request, "_planned_rows.html", values=values)


@routes.get(f"/files/{FILE}/plan.csv")
async def download_plan(request: web.Request) -> web.StreamResponse:
    """Return the plan as CSV, one line per order."""
    checked = await _checked_of(request)

    def write() -> bytes:
        text = io.StringIO()
        write_plan_csv(checked.plan, text, language(request))
        return text.getvalue().encode("utf-8-sig")

    return web.Response(body=await asyncio.to_thread(write), headers=_download(request, ".plan.csv"))


@routes.get(f"/files/{FILE}/problems.xlsx")
async def download_problems(request: web.Request) -> web.StreamResponse:
    """Return a workbook with the problem rows alone, to be corrected by whoever can."""
    checked = await _checked_of(request)
    workbook = await asyncio.to_thread(problems_workbook, checked.plan, language(request))
    return web.Response(body=workbook, headers=_download(request, ".problems.xlsx"))


def _download(request: web.Request, suffix: str) -> dict[str, str]:
    name = _file_of(request).record.name
    return download_headers(f"{name.rpartition('.')[0] or name}{suffix}")


# --- Uploads ------------------------------------------------------------------------------------------------


@routes.post("/api/files")
async def upload(request: web.Request) -> web.StreamResponse:
    """Store a file as it arrives; over the limit it is refused, and nothing is kept."""
    queue = request.app[CONTEXT].queue
    _refuse_too_large(request)
    record = await queue.store.save_upload(request.query.get("name", ""), request_parsing.chunks(request))
    queue.add(record)
    return web.json_response({"id": record.id}, status=201)


@routes.post(f"/api/files/{FILE}/content")
async def replace_content(request: web.Request) -> web.StreamResponse:
    """Store a corrected version in place of a file, and check it."""
    queue, file = request.app[CONTEXT].queue, _file_of(request)
    _refuse_too_large(request)
    queue.refuse_busy(file)
    name = request.query.get("name", "")
    new = await queue.store.save_upload(name, request_parsing.chunks(request))
    queue.refuse_busy(file)  # it may have been started during the upload
    queue.replaced(queue.store.replace_upload(file.record, new))
    return web.json_response({"id": file.record.id}, status=201)


@routes.post(f"/api/files/{FILE}/unlock")
async def unlock_file(request: web.Request) -> web.StreamResponse:
    """Open a workbook with its password, keep it without, and check it."""
    queue, file = request.app[CONTEXT].queue, _file_of(request)
    body = await request_parsing.read_json(request)
    queue.refuse_busy(file)
    path = queue.store.path(file.record)
    unlocked = path.with_name("unlocked")
    password = request_parsing.get_str(body, "password")
    await asyncio.to_thread(unlock, path, unlocked, password, file.record.name)
    queue.refuse_busy(file)
    unlocked.replace(path)
    queue.check(file.record.id)
    return web.json_response({})


def _refuse_too_large(request: web.Request) -> None:
    store = request.app[CONTEXT].queue.store
    if request.content_length is not None and request.content_length > store.max_bytes:
        raise store.too_large()


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


@routes.post(f"/api/files/{FILE}/corrections")
async def correct(request: web.Request) -> web.StreamResponse:
    """Correct cells of a file, which itself stays as it is, and check it again."""
    body = await request_parsing.read_json(request)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    corrections = [
        _correction(each, at) for each in request_parsing.get_list(body, "cells", CORRECTIONS_A_REQUEST)
    ]
    request.app[CONTEXT].queue.correct(request.match_info["file"], corrections)
    return web.json_response({})


def _correction(cell: Mapping[str, Any], at: str) -> Correction:
    line, column = request_parsing.get_int(cell, "line", least=1), cell.get("column")
    new = request_parsing.get_str(cell, "new")
    if line is None or column not in ("order", "owner", "decision") or not new:
        raise UsageError(messages.BAD_REQUEST)
    return Correction(
        sheet=request_parsing.get_str(cell, "sheet"),
        line=line,
        column=column,
        old=request_parsing.get_str(cell, "old"),
        new=new,
        at=at,
    )


@routes.post("/api/start")
async def start(request: web.Request) -> web.StreamResponse:
    """Queue files that were confirmed by one question, if their plans are what was confirmed."""
    body = await request_parsing.read_json(request)
    queue = request.app[CONTEXT].queue
    caps = (request_parsing.get_int(body, "max_points"), queue.config.spend.max_points)
    max_points = min((cap for cap in caps if cap is not None), default=None)  # never above the settings
    confirmations = {}
    for each in request_parsing.get_list(body, "files", FILES_A_START):
        orders, points = request_parsing.get_int(each, "orders"), request_parsing.get_int(each, "points")
        if orders is None or points is None or points != orders * queue.config.spend.price:
            raise UsageError(messages.PLAN_CHANGED)
        confirmations[request_parsing.get_str(each, "id")] = Confirmation(
            orders=orders,
            points=points,
            limit=request_parsing.get_int(each, "limit", least=1),
            max_points=max_points,
        )
    queue.start(confirmations)
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


async def _checked_of(request: web.Request) -> CheckedFile:
    checked = await request.app[CONTEXT].queue.checked(_file_of(request))
    if checked is None:
        raise UsageError(messages.CHECK_FIRST)
    return checked

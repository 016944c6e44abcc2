"""Handlers of runs: the list, one run with its result, downloads, and resolving uncertain orders."""

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import orjson
from aiohttp import web

from batchsync.cluster import active_senders
from batchsync.errors import UsageError
from batchsync.messages import result_columns, stops
from batchsync.messages import summary as summary_messages
from batchsync.messages import web as messages
from batchsync.model import Decision, RowStatus, RunRecord
from batchsync.model.row_results import Tally
from batchsync.web import request_parsing
from batchsync.web.context import CONTEXT, AppContext
from batchsync.web.queries import OrderKey
from batchsync.web.rendering import download_headers, language
from batchsync.web.result_index import RowFilter
from batchsync.web.views import order_history_view

RUN = "{run:[^/{}]{1,120}}"
RUNS_SHOWN = 50
UNCERTAIN_A_PAGE = 20
RESOLVE_MAX = 1000
KINDS_SHOWN = 8

routes = web.RouteTableDef()


# --- Pages --------------------------------------------------------------------------------------------------


@routes.get("/runs")
async def list_runs(request: web.Request) -> web.StreamResponse:
    """List runs, the newest first."""
    context = request.app[CONTEXT]
    shown = request_parsing.query_int(request, "show", RUNS_SHOWN, most=5000)
    found = await asyncio.to_thread(context.queries.runs, shown + 1)
    senders = await asyncio.to_thread(active_senders, context.loaded.config)
    return context.renderer.response(
        request,
        "runs.html",
        runs=[(run, _file_name(context, run), _ending(context, run)) for run in found[:shown]],
        senders=senders,
        more=shown + RUNS_SHOWN if len(found) > shown else 0,
    )


@routes.get(f"/runs/{RUN}")
async def show_run(request: web.Request) -> web.StreamResponse:
    """Show a run; what takes time is loaded afterwards."""
    context, record = request.app[CONTEXT], await _run_of(request)
    return context.renderer.response(
        request,
        "run.html",
        record=record,
        name=_file_name(context, record),
        ending=_ending(context, record),
        file_id=_file_id(context, record),
    )


@routes.get(f"/runs/{RUN}/part")
async def run_part(request: web.Request) -> web.StreamResponse:
    """Return the result of a run as it is now."""
    context, record = request.app[CONTEXT], await _run_of(request)
    tally = await asyncio.to_thread(context.queries.tally, record)
    css_class, headline = _headline(record, tally, _ending(context, record))
    return context.renderer.response(
        request,
        "_result.html",
        record=record,
        tally=tally,
        statuses=[
            (status, result_columns.STATUSES[status], count)
            for status, count in tally.counts.items()
            if count
        ],
        kinds=[
            (summary_messages.KINDS[kind.reason], kind.api_status, count, kind.status.value)
            for kind, count in tally.kinds.most_common(KINDS_SHOWN)
        ],
        css_class=css_class,
        headline=headline,
        stop_name=stops.NAMES.get(record.stopped) if record.stopped else None,
        is_busy=context.queue.running is not None,
        file_id=_file_id(context, record),
        RowStatus=RowStatus,
    )


@routes.get(f"/api/runs/{RUN}/rows")
async def get_rows(request: web.Request) -> web.StreamResponse:
    """Return rows of a run's result as JSON."""
    queries, record, lang = request.app[CONTEXT].queries, await _run_of(request), language(request)
    status = request.query.get("status", "")
    row_filter = RowFilter(
        first=request_parsing.query_int(request, "first", 0),
        count=request_parsing.query_int(request, "count", 100, most=500),
        status=RowStatus(status) if status in tuple(RowStatus) else None,
        search=request.query.get("q", "")[:100],
    )
    page = await asyncio.to_thread(queries.rows, record, row_filter, lang)
    rows = [
        {
            **asdict(row),
            "name": result_columns.STATUSES[row.status].render(lang),
            "at": "" if row.at is None else time.strftime("%m-%d %H:%M:%S", time.localtime(row.at)),
        }
        for row in page.rows
    ]
    body = orjson.dumps({"total": page.total, "rows": rows})
    return web.Response(body=body, content_type="application/json")


async def _run_of(request: web.Request) -> RunRecord:
    return await asyncio.to_thread(request.app[CONTEXT].queries.run, request.match_info["run"])


def _file_id(context: AppContext, record: RunRecord) -> str:
    """Return the id of the uploaded file of a run; empty when it was removed, or the run was not ours."""
    folder = Path(record.file).parent.name
    return folder if folder in context.queue.files else ""


def _file_name(context: AppContext, record: RunRecord) -> str:
    """Return the user's name for the file of a run."""
    path = Path(record.file)
    file = context.queue.files.get(path.parent.name)
    return file.record.name if file is not None and file.record.stored == path.name else path.name


def _ending(context: AppContext, record: RunRecord) -> str:
    """Return how a run ended: done, stopped, running, killed; `open` when another program may be running it."""
    if record.ended_at is not None:
        return "stopped" if record.stopped else "done"
    running = context.queue.running
    if running is not None and running.record.run == record.run:
        return "running"
    is_ours = any(file.record.run == record.run for file in context.queue.files.values())
    return "killed" if is_ours else "open"


def _headline(record: RunRecord, tally: Tally, ending: str) -> tuple[str, str]:
    """Return the CSS class of a result and the name of its headline."""
    counts = tally.counts
    if ending in ("killed", "open"):
        return "uncertain", "HEAD_KILLED" if ending == "killed" else "HEAD_OPEN"
    if record.stopped:
        return "failed", "HEAD_STOPPED"
    if counts[RowStatus.UNCERTAIN]:
        return "uncertain", "HEAD_UNCERTAIN"
    if counts[RowStatus.FAILED] or counts[RowStatus.INVALID] or counts[RowStatus.NOT_SENT]:
        return "failed", "HEAD_SOME"
    return "synced", "HEAD_ALL"


# --- Downloads ----------------------------------------------------------------------------------------------


@routes.get(f"/runs/{RUN}/result.{{form:xlsx|csv}}")
async def download_result(request: web.Request) -> web.StreamResponse:
    """Return the result file of a run as it is now."""
    context, record = request.app[CONTEXT], await _run_of(request)
    if _ending(context, record) == "running":
        raise UsageError(messages.STILL_RUNNING)
    form: Literal["xlsx", "csv"] = "csv" if request.match_info["form"] == "csv" else "xlsx"
    path = await asyncio.to_thread(context.queries.result, record, form)
    return web.FileResponse(path, headers=download_headers(f"{_stem(context, record)}.result{path.suffix}"))


@routes.get(f"/runs/{RUN}/dispute.xlsx")
async def download_dispute(request: web.Request) -> web.StreamResponse:
    """Return a workbook with a run's uncertain orders and their evidence, for the vendor."""
    context, record, lang = request.app[CONTEXT], await _run_of(request), language(request)
    workbook = await asyncio.to_thread(context.queries.dispute_workbook, record, lang)
    name = messages.DISPUTE_NAME.render(lang, stem=_stem(context, record))
    return web.Response(body=workbook, headers=download_headers(f"{name}.xlsx"))


def _stem(context: AppContext, record: RunRecord) -> str:
    name = _file_name(context, record)
    return name.rpartition(".")[0] or name


# --- Uncertain orders ---------------------------------------------------------------------------------------


@routes.get(f"/runs/{RUN}/uncertain")
async def uncertain_part(request: web.Request) -> web.StreamResponse:
    """Return uncertain orders of a run with their evidence."""
    context, record, lang = request.app[CONTEXT], await _run_of(request), language(request)
    first = request_parsing.query_int(request, "from", 0)
    total, orders = await asyncio.to_thread(
        context.queries.uncertain_orders, record, first, UNCERTAIN_A_PAGE, lang
    )
    return context.renderer.response(
        request,
        "_uncertain.html",
        record=record,
        total=total,
        orders=[(order.row, order_history_view(order.history, lang)) for order in orders],
        first=first,
        step=UNCERTAIN_A_PAGE,
        is_busy=context.queue.running is not None,
    )


@routes.get(f"/runs/{RUN}/uncertain.txt")
async def uncertain_numbers(request: web.Request) -> web.StreamResponse:
    """Return the order numbers of all uncertain orders of a run, one a line."""
    context, record = request.app[CONTEXT], await _run_of(request)
    numbers = await asyncio.to_thread(context.queries.uncertain_numbers, record)
    return web.Response(text="\n".join(numbers))


@routes.post(f"/api/runs/{RUN}/resolve")
async def resolve(request: web.Request) -> web.StreamResponse:
    """Resolve uncertain orders as the user decided: those named, or all of the run."""
    context = request.app[CONTEXT]
    body = await request_parsing.read_json(request)
    decisions = {"charged": Decision.CHARGED, "not_charged": Decision.NOT_CHARGED}
    decision = decisions.get(request_parsing.get_str(body, "decision"))
    if decision is None:
        raise UsageError(messages.BAD_REQUEST)
    orders = None
    if body.get("all") is not True:
        orders = [
            OrderKey(
                owner=request_parsing.get_str(each, "owner"), number=request_parsing.get_str(each, "number")
            )
            for each in request_parsing.get_list(body, "orders", RESOLVE_MAX)
        ]
    record = await _run_of(request)
    resolved = await asyncio.to_thread(context.queries.resolve, record, decision, orders)
    context.queue.run_changed(record.run)
    return web.json_response({"resolved": len(resolved)})

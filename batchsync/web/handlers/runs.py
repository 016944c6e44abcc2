"""Handlers that look back: runs and their rows, orders' lives, points, and settling what nobody could know."""

import asyncio
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import orjson
from aiohttp import web

from batchsync.cluster.crew import crew
from batchsync.errors import UsageError
from batchsync.finance.spend import By
from batchsync.messages import page as page_words
from batchsync.messages import result_columns as result_words
from batchsync.messages import summary as summary_words
from batchsync.messages import web as messages
from batchsync.model import Decision, RowStatus, RunRecord
from batchsync.model.row_results import Tally
from batchsync.web import request_parsing, uncertain
from batchsync.web.context import AppContext
from batchsync.web.download import TYPES, content_disposition
from batchsync.web.order_history_view import order_history_view
from batchsync.web.points_view import points_view
from batchsync.web.queries import OrderKey
from batchsync.web.result_index import RowFilter, statuses
from batchsync.web.templating import language

RUNS_SHOWN = 50
DOUBTS_A_PAGE = 20
SPANS_DAYS = (7, 30, 90, 365)
MOST_SETTLED = 1000


class RunHandlers:
    """Where the ledger is looked at."""

    def __init__(self, house: AppContext) -> None:
        self._house = house
        self._library = house.library

    # --- Runs -----------------------------------------------------------------------------------------------

    async def runs(self, request: web.Request) -> web.StreamResponse:
        """List runs, the newest first."""
        shown = request_parsing.query_int(request, "show", RUNS_SHOWN, most=5000)
        found = await asyncio.to_thread(self._library.runs, shown + 1)
        senders = await asyncio.to_thread(crew, self._house.loaded.config)
        return self._house.pages.response(
            request,
            "runs.html",
            runs=found[:shown],
            senders=senders,
            more=shown + RUNS_SHOWN if len(found) > shown else 0,
            end=self._end,
            name=self._name,
        )

    def _name(self, record: RunRecord) -> str:
        """Return what the file of a run is called by its owner."""
        path = Path(record.file)
        item = self._house.desk.items.get(path.parent.name)
        return item.record.name if item is not None and item.record.stored == path.name else path.name

    def _end(self, record: RunRecord) -> str:
        """Return how a run ended: done, stopped, running, killed; `open` when another program may be at work on it."""
        if record.ended_at is not None:
            return "stopped" if record.stopped else "done"
        running = self._house.desk.running
        if running is not None and running.record.run == record.run:
            return "running"
        ours = any(item.record.run == record.run for item in self._house.desk.items.values())
        return "killed" if ours else "open"

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Show a run; what takes time comes after."""
        record = await self._record(request)
        running = self._house.desk.running
        file = Path(record.file).parent.name
        return self._house.pages.response(
            request,
            "run.html",
            record=record,
            name=self._name(record),
            end=self._end(record),
            file=file if file in self._house.desk.items else "",
            running=running,
        )

    async def run_part(self, request: web.Request) -> web.StreamResponse:
        """Return what a run came to, as things stand now."""
        record = await self._record(request)
        tally = await asyncio.to_thread(self._library.tally, record)
        file = Path(record.file).parent.name
        return self._house.pages.response(
            request,
            "_result.html",
            record=record,
            tally=tally,
            end=self._end(record),
            statuses=[(status, result_words.STATUSES[status], count) for status, count in statuses(tally)],
            kinds=_kinds(tally),
            headline=_headline(record, tally, self._end(record)),
            busy=self._house.desk.running is not None,
            file=file if file in self._house.desk.items else "",
            RowStatus=RowStatus,
        )

    async def rows(self, request: web.Request) -> web.StreamResponse:
        """Return rows of a run's table as JSON."""
        record = await self._record(request)
        wanted = request.query.get("status", "")
        wishes = RowFilter(
            first=request_parsing.query_int(request, "first", 0),
            count=request_parsing.query_int(request, "count", 100, most=500),
            status=RowStatus(wanted) if wanted in tuple(RowStatus) else None,
            search=request.query.get("q", "")[:100],
        )
        page = await asyncio.to_thread(self._library.rows, record, wishes, language(request))
        lang = language(request)
        names = {status: text.render(lang) for status, text in result_words.STATUSES.items()}
        told = {
            "total": page.total,
            "rows": [{**asdict(row), "name": names[row.status], "at": _local(row.at)} for row in page.rows],
        }
        return web.Response(body=orjson.dumps(told), content_type="application/json")

    async def _record(self, request: web.Request) -> RunRecord:
        return await asyncio.to_thread(self._library.run, request.match_info["run"])

    # --- Files to take away ---------------------------------------------------------------------------------

    async def result(self, request: web.Request) -> web.StreamResponse:
        """Give the result of a run, as things stand now."""
        record = await self._record(request)
        if self._end(record) == "running":
            raise UsageError(messages.STILL_RUNNING)
        form: Literal["xlsx", "csv"] = "csv" if request.match_info["form"] == "csv" else "xlsx"
        path = await asyncio.to_thread(self._library.result, record, form)
        stem = self._name(record).rpartition(".")[0] or self._name(record)
        return _given(path, f"{stem}.result{path.suffix}")

    async def dispute(self, request: web.Request) -> web.StreamResponse:
        """Give the sheet of a run's uncertain orders, with the evidence, for the vendor."""
        record = await self._record(request)
        lang = language(request)
        sheet = await asyncio.to_thread(uncertain.dispute_sheet, self._library, record, lang)
        stem = self._name(record).rpartition(".")[0] or self._name(record)
        name = messages.DISPUTE_NAME.render(lang, stem=stem)
        headers = {"Content-Disposition": content_disposition(f"{name}.xlsx"), "Content-Type": TYPES[".xlsx"]}
        return web.Response(body=sheet, headers=headers)

    # --- Doubts ---------------------------------------------------------------------------------------------

    async def doubts(self, request: web.Request) -> web.StreamResponse:
        """Return uncertain orders of a run with the evidence beside them."""
        record = await self._record(request)
        first = request_parsing.query_int(request, "from", 0)
        page = await asyncio.to_thread(
            uncertain.page_of, self._library, record, first, DOUBTS_A_PAGE, language(request)
        )
        return self._house.pages.response(
            request,
            "_doubts.html",
            record=record,
            page=page,
            first=first,
            step=DOUBTS_A_PAGE,
            busy=self._house.desk.running is not None,
        )

    async def record_outcome(self, request: web.Request) -> web.StreamResponse:
        """Settle uncertain orders as a person found out: those named, or all of the run."""
        told = await request_parsing.read_json(request)
        decision = {"charged": Decision.CHARGED, "not_charged": Decision.NOT_CHARGED}.get(
            request_parsing.get_str(told, "decision")
        )
        if decision is None:
            raise UsageError(messages.BAD_REQUEST)
        orders = None if told.get("all") is True else _keys(told.get("orders"))
        record = await self._record(request)
        moved = await asyncio.to_thread(self._library.record_outcome, record, decision, orders)
        self._house.bell.ring()
        return web.json_response({"settled": len(moved)})

    # --- Orders and points ----------------------------------------------------------------------------------

    async def order(self, request: web.Request) -> web.StreamResponse:
        """Tell an order's life."""
        number = request.query.get("q", "").strip()[:100]
        lang = language(request)
        found = await asyncio.to_thread(self._library.lives, number) if number else []
        lives = [order_history_view(history, lang) for history in found]
        return self._house.pages.response(request, "order.html", number=number, lives=lives)

    async def points(self, request: web.Request) -> web.StreamResponse:
        """Show points by day, merchant and run."""
        days = request_parsing.query_int(request, "days", 30)
        span = days if days in SPANS_DAYS else None
        since = _midnight() - timedelta(days=span - 1) if span else None
        by = _by(request.query.get("by", ""))
        spent = await asyncio.to_thread(self._library.spending, since)
        view = points_view(
            spent.spending,
            by,
            price=spent.price,
            days=span,
            title=page_words.CHART.render(language(request)),
        )
        return self._house.pages.response(
            request, "points.html", by=by, days=span or 0, spans=SPANS_DAYS, view=view
        )


def _by(wanted: str) -> By:
    return "merchant" if wanted == "merchant" else "run" if wanted == "run" else "day"


def _midnight() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _local(at: float | None) -> str:
    return "" if at is None else time.strftime("%m-%d %H:%M:%S", time.localtime(at))


def _keys(given: object) -> list[OrderKey]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_SETTLED:
        raise UsageError(messages.BAD_REQUEST)
    keys = []
    for each in given:
        if not isinstance(each, dict):
            raise UsageError(messages.BAD_REQUEST)
        keys.append(
            OrderKey(
                owner=request_parsing.get_str(each, "owner"), number=request_parsing.get_str(each, "number")
            )
        )
    return keys


def _given(path: Path, name: str) -> web.FileResponse:
    kind = TYPES.get(path.suffix.lower(), "application/octet-stream")
    return web.FileResponse(
        path, headers={"Content-Disposition": content_disposition(name), "Content-Type": kind}
    )


def _kinds(tally: Tally) -> list[tuple[object, str, int, str]]:
    """Return what the troubles are, the most frequent first: kind, code, count, status."""
    return [
        (summary_words.KINDS[kind.reason], kind.api_status, count, kind.status.value)
        for kind, count in tally.kinds.most_common(8)
    ]


def _headline(record: RunRecord, tally: Tally, end: str) -> tuple[str, str]:
    """Return the tone of a result and the name of its sentence."""
    counts = tally.counts
    if end in ("killed", "open"):
        return "uncertain", "HEAD_KILLED" if end == "killed" else "HEAD_OPEN"
    if record.stopped:
        return "failed", "HEAD_STOPPED"
    if counts[RowStatus.UNCERTAIN]:
        return "uncertain", "HEAD_UNCERTAIN"
    if counts[RowStatus.FAILED] or counts[RowStatus.INVALID] or counts[RowStatus.NOT_SENT]:
        return "failed", "HEAD_SOME"
    return "synced", "HEAD_ALL"

"""Handlers for files: handing them in, looking at them, and telling the desk what to do with them."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from itertools import islice

import orjson
from aiohttp import web

from batchsync.errors import BatchsyncError, UsageError
from batchsync.messages import web as messages
from batchsync.model import PlanVerdict
from batchsync.planning.plan_csv import write_plan_csv
from batchsync.web import request_parsing
from batchsync.web.check_view import LEFT_OUT, NEED_A_LOOK, PROBLEMS_A_PAGE, rows_of, view_of
from batchsync.web.context import AppContext
from batchsync.web.download import content_disposition
from batchsync.web.models import ColumnOverrides, Confirmation, Phase
from batchsync.web.paste import parse_pasted
from batchsync.web.run_queue import FileJob
from batchsync.web.snapshot import run_state, snapshot
from batchsync.web.templating import language


class FileHandlers:
    """Where files are handed in and given back."""

    def __init__(self, house: AppContext) -> None:
        self._house = house
        self._desk = house.desk

    # --- Pages ----------------------------------------------------------------------------------------------

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Show the desk."""
        return self._house.pages.response(request, "desk.html", facts=self._desk_facts())

    async def files_part(self, request: web.Request) -> web.StreamResponse:
        """Return the list of files alone."""
        return self._house.pages.response(request, "_files.html", facts=self._desk_facts())

    def _desk_facts(self) -> dict[str, object]:
        desk = self._desk
        return {
            "items": [*reversed(desk.items.values())],
            "running": desk.running,
            "place": desk.queue_place,
            "most_mb": self._house.loaded.config.web.max_upload,
            "token": desk.config.token is not None,
            "Phase": Phase,
            "Verdict": PlanVerdict,
        }

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Show one file: its check, its run, or its result."""
        return self._file(request, "file.html")

    async def file_part(self, request: web.Request) -> web.StreamResponse:
        """Return the part of a file's page that changes."""
        return self._file(request, "_file.html")

    def _file(self, request: web.Request, template: str) -> web.Response:
        item = self._item(request)
        lang = language(request)
        config = self._desk.config_for(item.record)
        price, cap = config.spend.price, config.spend.max_points
        check = view_of(item.checked, price=price, cap=cap, lang=lang) if item.checked else None
        problems = (
            list(islice(rows_of(item.checked.plan, NEED_A_LOOK, lang), PROBLEMS_A_PAGE))
            if item.checked
            else []
        )
        return self._house.pages.response(
            request,
            template,
            item=item,
            check=check,
            problems=problems,
            live=run_state(item, lang),
            place=self._desk.queue_place(item) if item.record.phase is Phase.WAITING else 0,
            token=self._desk.config.token is not None,
            account=config.api.account,
            url=config.api.url,
            cap=cap,
            Phase=Phase,
            Verdict=PlanVerdict,
        )

    async def problems(self, request: web.Request) -> web.StreamResponse:
        """Return more rows with a problem, or of those left out, as rows of a table."""
        item = self._item(request)
        if item.checked is None:
            raise UsageError(messages.CHECK_FIRST)
        verdicts = LEFT_OUT if request.query.get("of") == "left-out" else NEED_A_LOOK
        start = request_parsing.query_int(request, "from", 0)
        found = list(islice(rows_of(item.checked.plan, verdicts, language(request), start), PROBLEMS_A_PAGE))
        return self._house.pages.response(request, "_planned_rows.html", rows=found)

    async def plan(self, request: web.Request) -> web.StreamResponse:
        """Give the plan as CSV, one line per order."""
        item = self._item(request)
        checked = item.checked
        if checked is None:
            raise UsageError(messages.CHECK_FIRST)

        def write() -> bytes:
            text = io.StringIO()
            write_plan_csv(checked.plan, text, language(request))
            return text.getvalue().encode("utf-8-sig")

        name = f"{item.record.name.rpartition('.')[0] or item.record.name}.plan.csv"
        return web.Response(
            body=await asyncio.to_thread(write),
            content_type="text/csv",
            headers={"Content-Disposition": content_disposition(name)},
        )

    # --- Handing in -----------------------------------------------------------------------------------------

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take a file in as it comes; past the cap it is refused, and nothing is kept."""
        shelf = self._desk.shelf
        if request.content_length is not None and request.content_length > shelf.max_bytes:
            raise shelf.too_large()
        record = await shelf.receive(request.query.get("name", ""), request_parsing.parts(request))
        self._desk.take(record)
        return web.json_response({"id": record.id}, status=201)

    async def paste(self, request: web.Request) -> web.StreamResponse:
        """Take rows copied from a spreadsheet, as if they were a file."""
        pasted = b"".join([part async for part in _capped(request, self._desk.shelf.max_bytes)])
        lang = language(request)
        text = pasted.decode("utf-8", "replace")

        async def once() -> AsyncIterator[bytes]:
            yield parse_pasted(text, lang).encode("utf-8-sig")

        name = messages.PASTED_NAME.render(lang, time=time.strftime("%H%M%S"))
        record = await self._desk.shelf.receive(f"{name}.tsv", once())
        self._desk.take(record)
        return web.json_response({"id": record.id}, status=201)

    # --- Telling what to do ---------------------------------------------------------------------------------

    async def check(self, request: web.Request) -> web.StreamResponse:
        """Check a file again, with other choices if the request has some."""
        told = await request_parsing.read_json(request)
        choices = None
        if "choices" in told and isinstance(told["choices"], dict):
            given = told["choices"]
            choices = ColumnOverrides(
                order_column=request_parsing.get_str(given, "order_column"),
                owner_column=request_parsing.get_str(given, "owner_column"),
                owner_id=request_parsing.get_str(given, "owner_id"),
                sheet=request_parsing.get_str(given, "sheet"),
                header_row=request_parsing.get_int(given, "header_row", least=1),
            )
        self._desk.check(request.match_info["file"], choices)
        return _done()

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Put a file into the queue, if what would be sent is what was agreed to."""
        told = await request_parsing.read_json(request)
        orders, points = request_parsing.get_int(told, "orders"), request_parsing.get_int(told, "points")
        if orders is None or points is None or points != orders * self._desk.config.spend.price:
            raise UsageError(messages.PLAN_CHANGED)
        agreed = Confirmation(
            orders=orders,
            points=points,
            limit=request_parsing.get_int(told, "limit", least=1),
            max_points=_smaller(
                request_parsing.get_int(told, "max_points"), self._desk.config.spend.max_points
            ),
        )
        self._desk.start(request.match_info["file"], agreed)
        return _done()

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do one of the simple things."""
        await request_parsing.read_json(request)
        desk, file = self._desk, request.match_info["file"]
        acts = {
            "leave": desk.leave_queue,
            "pause": desk.pause,
            "resume": desk.resume,
            "stop": desk.stop,
            "forget": desk.forget,
        }
        acts[request.match_info["act"]](file)
        return _done()

    # --- Live -----------------------------------------------------------------------------------------------

    async def stand(self, request: web.Request) -> web.StreamResponse:
        """Tell once how things stand: for pages in the background, which must not hold a connection each."""
        told = orjson.dumps(asdict(snapshot(self._desk, language(request))))
        return web.Response(body=told, content_type="application/json")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell how things stand, again and again, until the page closes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        lang = language(request)
        try:
            async for news in self._house.bell.rings():
                told = orjson.dumps(asdict(snapshot(self._desk, lang))) if news else b""
                await response.write(b"data: " + told + b"\n\n" if news else b": still here\n\n")
        except (ConnectionResetError, asyncio.CancelledError):
            pass  # the page was closed
        return response

    def _item(self, request: web.Request) -> FileJob:
        return self._desk.item(request.match_info["file"])


def _done() -> web.Response:
    return web.json_response({"done": True})


def _smaller(asked_for: int | None, cap: int | None) -> int | None:
    """A person may lower the settings' cap for one file, never lift it."""
    return cap if asked_for is None else asked_for if cap is None else min(asked_for, cap)


async def _capped(request: web.Request, most: int) -> AsyncIterator[bytes]:
    taken = 0
    async for part in request_parsing.parts(request):
        taken += len(part)
        if taken > most:
            raise BatchsyncError(messages.TOO_LARGE, most=most // 1024 // 1024)
        yield part

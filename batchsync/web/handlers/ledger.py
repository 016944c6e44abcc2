"""Handlers of the ledger's pages: the history of an order, and points by day, merchant and run."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from batchsync.messages import web as messages
from batchsync.web import request_parsing
from batchsync.web.context import CONTEXT
from batchsync.web.rendering import language
from batchsync.web.views import order_history_view, points_view

if TYPE_CHECKING:
    from batchsync.finance.spend import By

NUMBERS_SHOWN = 50
SPANS_DAYS = (7, 30, 90, 365)

routes = web.RouteTableDef()


@routes.get("/orders")
async def order_history(request: web.Request) -> web.StreamResponse:
    """Show the history of an order, or the order numbers that begin with the text."""
    context, lang = request.app[CONTEXT], language(request)
    number = request.query.get("q", "").strip()[:100]
    found = await asyncio.to_thread(context.queries.histories, number) if number else []
    numbers: list[str] = []
    if number and not found:
        search = context.queries.numbers_with_prefix
        numbers = await asyncio.to_thread(search, number, NUMBERS_SHOWN + 1)
        if len(numbers) == 1:
            found = await asyncio.to_thread(context.queries.histories, numbers[0])
    return context.renderer.response(
        request,
        "order.html",
        number=number,
        histories=[order_history_view(history, lang) for history in found],
        numbers=numbers[:NUMBERS_SHOWN],
        has_more=len(numbers) > NUMBERS_SHOWN,
    )


@routes.get("/points")
async def points(request: web.Request) -> web.StreamResponse:
    """Show points by day, merchant or run."""
    context = request.app[CONTEXT]
    days = request_parsing.query_int(request, "days", 30)
    span = days if days in SPANS_DAYS else None
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=span - 1) if span else None
    wanted = request.query.get("by", "")
    by: By = "merchant" if wanted == "merchant" else "run" if wanted == "run" else "day"
    spent = await asyncio.to_thread(context.queries.spending, since)
    title = messages.CHART.render(language(request))
    view = points_view(spent, by, days=span, title=title)
    return context.renderer.response(
        request, "points.html", by=by, days=span or 0, spans=SPANS_DAYS, view=view
    )

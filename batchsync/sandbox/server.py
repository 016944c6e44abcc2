"""The sandbox's server: the vendor's contract, played by a script, charged into books."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from batchsync.messages.render import Lang
from batchsync.messages.status_codes import CODES
from batchsync.sandbox import faults
from batchsync.sandbox.charge_log import ChargeLog
from batchsync.sandbox.script import Behaviour
from batchsync.sandbox.settings import SandboxSettings

PATH = "/vv/external/pinSynchronization"
ELSEWHERE = "/elsewhere"
"""Where a redirect points to: it charges, so that a client that follows is found out."""


class Sandbox:
    """A running stand-in of the API: `async with Sandbox(SandboxSettings()) as sandbox: sandbox.url`."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.books = ChargeLog(self.settings.books_file)
        self.balance = self.settings.balance
        self.token = self.settings.token
        self.origin = ""
        self._let_in: deque[float] = deque()
        self._closing = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        return self.origin + PATH

    async def __aenter__(self) -> Self:
        self._closing.enter_context(self.books)
        app = web.Application()
        app.router.add_post(PATH, self._call)
        app.router.add_post(ELSEWHERE, self._call)
        app.router.add_get("/books", self._show_books)
        app.router.add_get("/calls", self._show_calls)
        app.router.add_post("/balance", self._top_up)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._closing.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.settings.host, self.settings.port)
        try:
            await site.start()
        except OSError:
            await self._closing.aclose()
            raise
        host, port = runner.addresses[0][:2]
        self.origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    # --- The call -------------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        is_known = request.headers.get("Authorization") == self.token
        order = await _order(request)
        if isinstance(order, web.Response):
            return order if is_known else _code(200)
        owner_id, number = order
        if not is_known:
            return await self._play(request, Behaviour(do="code", status=200), owner_id, number)
        act = self.settings.script.act(number, self.books.calls_of(owner_id, number))
        if request.path == ELSEWHERE:
            act = Behaviour(do="ok")
        if not self._has_room():
            act = Behaviour(do="busy", retry_after=act.retry_after or "1")
        points = act.points(self.settings.price)
        if points is not None and self.balance is not None and points > self.balance:
            act = Behaviour(do="code", status=209)
        return await self._play(request, act, owner_id, number)

    async def _play(
        self, request: web.Request, act: Behaviour, owner_id: str, number: str
    ) -> web.StreamResponse:
        points = act.points(self.settings.price)
        if points is not None and self.balance is not None:
            self.balance -= points
        self.books.note(owner_id, number, did=_name(act), points=points)
        latency_s = self.settings.latency_s if act.latency_s is None else act.latency_s
        if latency_s:
            await asyncio.sleep(latency_s)
        if act.do == "code" and act.amount is None:
            act = replace(act, amount=points)
        if act.do in ANSWERS:
            return ANSWERS[act.do](act)
        body = self._good(act, points)
        if act.do in faults.TRICKS:
            return await _trick(request, faults.TRICKS[act.do], body)
        if act.do == "twice" and request.transport is not None:
            request.transport.write(faults.whole(body, more=""))
        return web.Response(body=body, content_type="application/json")

    def _good(self, act: Behaviour, points: int | None) -> bytes:
        data: dict[str, object] = {"success": act.do != "failed"}
        amount = act.amount if act.amount is not None else points
        if (
            amount is not None
            and act.do != "no_amount"
            and (self.settings.names_amount or act.amount is not None)
        ):
            data["amount"] = amount
        answer: dict[str, object] = {"data": data, "status": 0}
        if act.err:
            answer["err"] = act.err
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()

    def _has_room(self) -> bool:
        if self.settings.rate is None:
            return True
        now = time.monotonic()
        while self._let_in and self._let_in[0] <= now - 1:
            self._let_in.popleft()
        if len(self._let_in) >= self.settings.rate:
            return False
        self._let_in.append(now)
        return True

    # --- The books ------------------------------------------------------------------------------------------

    async def _show_books(self, _request: web.Request) -> web.Response:
        return web.json_response(self.books.as_json() | {"balance": self.balance})

    async def _show_calls(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(call) for call in self.books.calls])

    async def _top_up(self, request: web.Request) -> web.Response:
        try:
            points = int((await request.json())["points"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"err": 'say {"points": 100}'}, status=400)
        self.balance = (self.balance or 0) + points
        return web.json_response({"balance": self.balance})


async def _order(request: web.Request) -> tuple[str, str] | web.Response:
    """Return merchant and order number, or the refusal that the request deserves."""
    if request.content_type != "application/json":
        return _code(132)
    try:
        asked = json.loads(await request.read())
    except (ValueError, RecursionError):
        return _code(132)
    if not isinstance(asked, dict):
        return _code(132)
    for name in ("orderSns", "ownerId"):
        if not isinstance(asked.get(name), str) or not asked[name].strip():
            return _code(422, err=f"{name} 不能为空")
    return asked["ownerId"], asked["orderSns"]


async def _trick(request: web.Request, trick: faults.Fault, body: bytes) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        await trick(transport, body)
        transport.close()
    return web.Response()


def _code(status: int, *, err: str = "", amount: object = None) -> web.Response:
    said = CODES[status].render(Lang.ZH) if status in CODES else ""
    answer: dict[str, Any] = {"status": status, "err": err or said}
    if amount is not None:
        answer["data"] = {"success": False, "amount": amount}
    return web.json_response(answer)


def _turned_away(act: Behaviour, status: int) -> web.Response:
    headers = {} if act.retry_after is None else {"Retry-After": act.retry_after}
    return web.Response(status=status, headers=headers, text=act.err)


ANSWERS: dict[str, Callable[[Behaviour], web.Response]] = {
    "code": lambda act: _code(act.status, err=act.err, amount=act.amount),
    "http": lambda act: _turned_away(act, act.status),
    "busy": lambda act: _turned_away(act, 429),
    "unavailable": lambda act: _turned_away(act, 503),
    "redirect": lambda _act: web.Response(status=307, headers={"Location": ELSEWHERE}),
    "not_json": lambda _act: web.Response(text="<html>OK</html>", content_type="text/html"),
    "not_object": lambda _act: web.Response(text="[]", content_type="application/json"),
}


def _name(act: Behaviour) -> str:
    return f"{act.do} {act.status}" if act.do in {"code", "http"} else act.do


async def serve(settings: SandboxSettings, over: asyncio.Event, ready: Callable[[Sandbox], None]) -> None:
    """Run a sandbox until it is over."""
    async with Sandbox(settings) as sandbox:
        ready(sandbox)
        await over.wait()

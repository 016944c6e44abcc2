"""The sandbox's HTTP server: the API's contract with scripted behaviour and a charge log."""

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
"""Target of a redirect: it charges, so that the log shows a client that follows."""


class Sandbox:
    """A running sandbox: `async with Sandbox(SandboxSettings()) as sandbox: sandbox.url`."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.charge_log = ChargeLog(self.settings.charge_log_file)
        self.balance = self.settings.balance
        self.token = self.settings.token
        self.origin = ""
        self._accepted: deque[float] = deque()
        self._closing = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        return self.origin + PATH

    async def __aenter__(self) -> Self:
        self._closing.enter_context(self.charge_log)
        app = web.Application()
        app.router.add_post(PATH, self._call)
        app.router.add_post(ELSEWHERE, self._call)
        app.router.add_get("/charges", self._show_charges)
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
        has_token = request.headers.get("Authorization") == self.token
        order = await _parse_order(request)
        if isinstance(order, web.Response):
            return order if has_token else _code(200)
        owner_id, number = order
        if not has_token:
            return await self._respond(request, Behaviour(do="code", status=200), owner_id, number)
        behaviour = self.settings.script.behaviour(number, self.charge_log.calls_of(owner_id, number))
        if request.path == ELSEWHERE:
            behaviour = Behaviour(do="ok")
        if not self._accepts_call():
            behaviour = Behaviour(do="busy", retry_after=behaviour.retry_after or "1")
        points = behaviour.points(self.settings.price)
        if points is not None and self.balance is not None and points > self.balance:
            behaviour = Behaviour(do="code", status=209)
        return await self._respond(request, behaviour, owner_id, number)

    async def _respond(
        self, request: web.Request, behaviour: Behaviour, owner_id: str, number: str
    ) -> web.StreamResponse:
        points = behaviour.points(self.settings.price)
        if points is not None and self.balance is not None:
            self.balance -= points
        self.charge_log.record(owner_id, number, behaviour=_name(behaviour), points=points)
        latency_s = self.settings.latency_s if behaviour.latency_s is None else behaviour.latency_s
        if latency_s:
            await asyncio.sleep(latency_s)
        if behaviour.do == "code" and behaviour.amount is None:
            behaviour = replace(behaviour, amount=points)
        if behaviour.do in RESPONSES:
            return RESPONSES[behaviour.do](behaviour)
        body = self._success(behaviour, points)
        if behaviour.do in faults.FAULTS:
            return await _write_fault(request, faults.FAULTS[behaviour.do], body)
        if behaviour.do == "twice" and request.transport is not None:
            request.transport.write(faults.complete(body, more=""))
        return web.Response(body=body, content_type="application/json")

    def _success(self, behaviour: Behaviour, points: int | None) -> bytes:
        data: dict[str, object] = {"success": behaviour.do != "failed"}
        amount = behaviour.amount if behaviour.amount is not None else points
        if (
            amount is not None
            and behaviour.do != "no_amount"
            and (self.settings.names_amount or behaviour.amount is not None)
        ):
            data["amount"] = amount
        body: dict[str, object] = {"data": data, "status": 0}
        if behaviour.err:
            body["err"] = behaviour.err
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def _accepts_call(self) -> bool:
        if self.settings.rate is None:
            return True
        now = time.monotonic()
        while self._accepted and self._accepted[0] <= now - 1:
            self._accepted.popleft()
        if len(self._accepted) >= self.settings.rate:
            return False
        self._accepted.append(now)
        return True

    # --- The charge log ------------------------------------------------------------------------------------------

    async def _show_charges(self, _request: web.Request) -> web.Response:
        return web.json_response(self.charge_log.as_json() | {"balance": self.balance})

    async def _show_calls(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(call) for call in self.charge_log.calls])

    async def _top_up(self, request: web.Request) -> web.Response:
        try:
            points = int((await request.json())["points"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"err": 'send {"points": 100}'}, status=400)
        self.balance = (self.balance or 0) + points
        return web.json_response({"balance": self.balance})


async def _parse_order(request: web.Request) -> tuple[str, str] | web.Response:
    """Return merchant id and order number, or the error response for an invalid request."""
    if request.content_type != "application/json":
        return _code(132)
    try:
        fields = json.loads(await request.read())
    except (ValueError, RecursionError):
        return _code(132)
    if not isinstance(fields, dict):
        return _code(132)
    for name in ("orderSns", "ownerId"):
        if not isinstance(fields.get(name), str) or not fields[name].strip():
            return _code(422, err=f"{name} 不能为空")
    return fields["ownerId"], fields["orderSns"]


async def _write_fault(request: web.Request, fault: faults.Fault, body: bytes) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        await fault(transport, body)
        transport.close()
    return web.Response()


def _code(status: int, *, err: str = "", amount: object = None) -> web.Response:
    hint = CODES[status].render(Lang.ZH) if status in CODES else ""
    body: dict[str, Any] = {"status": status, "err": err or hint}
    if amount is not None:
        body["data"] = {"success": False, "amount": amount}
    return web.json_response(body)


def _rejection(behaviour: Behaviour, status: int) -> web.Response:
    headers = {} if behaviour.retry_after is None else {"Retry-After": behaviour.retry_after}
    return web.Response(status=status, headers=headers, text=behaviour.err)


RESPONSES: dict[str, Callable[[Behaviour], web.Response]] = {
    "code": lambda behaviour: _code(behaviour.status, err=behaviour.err, amount=behaviour.amount),
    "http": lambda behaviour: _rejection(behaviour, behaviour.status),
    "busy": lambda behaviour: _rejection(behaviour, 429),
    "unavailable": lambda behaviour: _rejection(behaviour, 503),
    "redirect": lambda _behaviour: web.Response(status=307, headers={"Location": ELSEWHERE}),
    "not_json": lambda _behaviour: web.Response(text="<html>OK</html>", content_type="text/html"),
    "not_object": lambda _behaviour: web.Response(text="[]", content_type="application/json"),
}


def _name(behaviour: Behaviour) -> str:
    return f"{behaviour.do} {behaviour.status}" if behaviour.do in {"code", "http"} else behaviour.do


async def serve(settings: SandboxSettings, stopping: asyncio.Event, ready: Callable[[Sandbox], None]) -> None:
    """Run a sandbox until `stopping` is set."""
    async with Sandbox(settings) as sandbox:
        ready(sandbox)
        await stopping.wait()

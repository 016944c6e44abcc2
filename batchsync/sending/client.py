"""One order, one POST, one Reply or NoReply: the only module that knows the HTTP client.

Whether a request left is asked of the wire, not of the exception. `Call.depart` is called with a connection in hand,
just before the one write of the whole request, which does not happen if it raises (aiohttp's own hook for this,
`on_request_headers_sent`, would cost 13 % of a call). So:

    not departed                         not sent
    departed, and no valid answer        maybe sent

The exception's class is a second witness: `not sent` is said only when both agree. The departure is also the last
moment to look around: a claim that went stale (a laptop that slept) sends nothing, and neither does a connection with
something unread on it, which is its end or an answer to somebody else's call.

Nothing here tries a sent call again, follows a redirect, reads the environment, keeps a cookie or believes an answer
without end. One watch bounds a call's two halves, reaching the server and hearing from it; so silence and an answer
that drips for ever end alike (`sock_read` would be a second timer, and no help against the drip).
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from pydantic import SecretStr

from batchsync.clock import Clock
from batchsync.config import ApiSettings
from batchsync.model import NoResponse, Order, Response
from batchsync.sending import response as answers
from batchsync.sending.call import Call, CallLimits, DeadlineSweeper, DirtyConnection, StaleClaim, WriteGate
from batchsync.sending.raw_http import Exchange, abort, release
from batchsync.sending.response import LONGEST_ANSWER
from batchsync.sending.validation import checked_proxy, checked_token, checked_url

EVIDENCE = 4_096
"""Bytes of a cut answer that are kept."""
IDLE_S = 4.0
"""Seconds that an idle connection is kept: less than common servers do (5 s and more), lest they drop it first."""
DNS_S = 60
CONNECTIONS_TRIED = 5
"""How many connections with something unread on them are put away before a call is given up."""
ERROR_LENGTH = 500
PROXY_WANTS_LOGIN = 407
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "batchsync"}
TOKEN_LEAST = 8
"""A token this short can't be told from an answer's own digits, so it is not masked there."""
NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    StaleClaim,
    DirtyConnection,
)
"""Errors that agree with a request that did not depart: no connection yet, or none that would do."""
NO_TUNNEL = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientResponseError)
"""Errors that agree with it when a proxy was asked for a tunnel first."""


class Client:
    """Sends orders over at most `concurrency` connections; an async context manager of one event loop."""

    def __init__(
        self, api: ApiSettings, token: SecretStr, *, concurrency: int, clock: Clock, stale_after_s: float
    ) -> None:
        self._api = api
        self._clock = clock
        self._stale_after_s = stale_after_s
        self._concurrency = concurrency
        self._token = checked_token(token)
        self._url = checked_url(api.url)
        self._proxy = checked_proxy(api.proxy)
        self._tunnels = self._proxy is not None and self._url.scheme == "https"

    async def __aenter__(self) -> Self:
        api = self._api
        keep: dict[str, Any] = {"keepalive_timeout": IDLE_S} if api.keep_alive else {"force_close": True}
        self._terms = CallLimits(
            loop=asyncio.get_running_loop(),
            clock=self._clock,
            connect_timeout_s=api.connect_timeout,
            answer_timeout_s=api.answer_timeout,
            stale_after_s=self._stale_after_s,
        )
        self._watch = DeadlineSweeper(self._terms)
        self._room = asyncio.Semaphore(self._concurrency)
        self._connector = aiohttp.TCPConnector(limit=self._concurrency, ttl_dns_cache=DNS_S, **keep)
        self._exchange = Exchange(
            self._connector,
            url=self._url,
            proxy=self._proxy,
            headers=HEADERS
            | {"Authorization": self._token}
            | ({} if api.keep_alive else {"Connection": "close"}),
            connect_timeout_s=api.connect_timeout,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.close()
        await self._connector.close()

    async def send(self, order: Order, claimed_at: float, slot: WriteGate) -> Response | NoResponse:
        """POST one order, once. `claimed_at` is boot time; `slot` hears of the departure just before it."""
        await self._room.acquire()
        task = asyncio.current_task()
        assert task is not None
        call = Call(self._terms, claimed_at, slot, task)
        self._watch.add(call)
        cancelled_before = task.cancelling()
        try:
            return await self._post(order, call)
        except asyncio.CancelledError as error:
            if not call.expired or task.cancelling() > cancelled_before + 1:
                raise
            return self._no_reply(call, error)
        except aiohttp.ClientHttpProxyError as error:
            if error.status == PROXY_WANTS_LOGIN:
                return Response(error.status, b"", None, call.elapsed_s)
            return self._no_reply(call, error)
        except Exception as error:  # noqa: BLE001 whatever it is, `_no_reply` takes the careful side
            return self._no_reply(call, error)
        finally:
            if call.expired:  # the watch's own cancellation ends here, whatever it was turned into on its way
                task.uncancel()
            self._watch.drop(call)
            self._room.release()

    async def _post(self, order: Order, call: Call) -> Response | NoResponse:
        body = orjson.dumps({"orderSns": order.number, "ownerId": order.owner_id})
        connection, message, content = await self._knock(body, call)
        call.http_status = message.code
        try:
            answer = await self._read(content, call)
        except BaseException:
            abort(connection)
            raise
        is_good = 200 <= message.code < 300
        if answer is None:
            abort(connection)
            if is_good:
                return self._no_reply(call, ValueError(f"an answer of more than {LONGEST_ANSWER} bytes"))
            answer = bytes(call.heard[:LONGEST_ANSWER])
        else:
            release(connection)
        wait_s = None if is_good else answers.retry_after_s(message.headers.get("Retry-After"), self._clock)
        return Response(message.code, self._mask(answer), wait_s, call.elapsed_s)

    async def _knock(self, body: bytes, call: Call) -> tuple[Connection, RawResponseMessage, StreamReader]:
        """Send the request on a connection that is silent, and return the answer's head."""
        for _ in range(CONNECTIONS_TRIED - 1):
            try:
                return await self._exchange.ask(body, call)
            except DirtyConnection:
                continue
        return await self._exchange.ask(body, call)

    async def _read(self, content: StreamReader, call: Call) -> bytes | None:
        """Return the whole body; None when it is too long."""
        body = await content.readany()
        if not content.at_eof() or len(body) > LONGEST_ANSWER:
            call.heard += body
            while not content.at_eof():
                call.heard += await content.readany()
                if len(call.heard) > LONGEST_ANSWER:
                    return None
            body = bytes(call.heard)
        if body.startswith(answers.GZIP):
            body = answers.inflate(body)
        return None if len(body) > LONGEST_ANSWER else body

    def _no_reply(self, call: Call, error: BaseException) -> NoResponse:
        """Say what is known of a call without a whole answer: `not sent` only if wire and error agree."""
        maybe_sent = call.departed_at is not None or not self._agrees(call, error)
        return NoResponse(
            maybe_sent,
            answers.reason(call, error) if maybe_sent else answers.reason_not_sent(error),
            self._mask(answers.describe(error, call).encode()).decode("utf-8", "replace")[:ERROR_LENGTH],
            call.elapsed_s,
            call.http_status,
            self._mask(bytes(call.heard[:EVIDENCE])),
        )

    def _agrees(self, call: Call, error: BaseException) -> bool:
        if call.expired or isinstance(error, NEVER_CONNECTED):
            return True
        return self._tunnels and isinstance(error, NO_TUNNEL)

    def _mask(self, text: bytes) -> bytes:
        """Take out the token, in case a server or an error quotes it."""
        secret = self._token.encode()
        return text.replace(secret, b"***") if len(secret) >= TOKEN_LEAST else text

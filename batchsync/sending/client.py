"""The HTTP client: one order, one POST, one Response or NoResponse.

Whether a request was sent is decided by the write, not by the exception. `Call.before_write` is called with a connection,
just before the single write of the whole request, which does not happen if it raises. (aiohttp's own hook,
`on_request_headers_sent`, would cost 13 % of a call.) So:

    not written                          not sent
    written, and no valid response       maybe sent

The class of the exception is a second check: a call is *not sent* only when both agree. `before_write` also refuses a
stale claim (a laptop that slept) and a connection with unread bytes, which is closed or has a response to another call.

The client never repeats a call that may have been sent, follows no redirect, reads no environment, keeps no cookies and
reads no endless response. One sweeper checks both deadlines of a call, for connecting and for the response, so silence
and a response that never ends are treated alike.
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
from batchsync.sending import response as response_module
from batchsync.sending.call import Call, CallLimits, DeadlineSweeper, DirtyConnection, StaleClaim, WriteGate
from batchsync.sending.raw_http import Exchange, abort, release
from batchsync.sending.response import MAX_BODY_BYTES
from batchsync.sending.validation import validate_proxy, validate_token, validate_url

RECEIVED_KEPT = 4_096
"""Bytes of an incomplete response that are kept."""
MAX_IDLE_S = 4.0
"""Seconds that an idle connection is kept: less than common servers keep it (5 s and more)."""
DNS_S = 60
MAX_CONNECTIONS_TRIED = 5
"""Connections with unread bytes that are closed before a call fails."""
ERROR_LENGTH = 500
PROXY_AUTHENTICATION_REQUIRED = 407
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "batchsync"}
MIN_MASKED_TOKEN = 8
"""A shorter token may equal digits of a response, so it is not masked there."""
NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    StaleClaim,
    DirtyConnection,
)
"""Errors that agree with a request that was not written: no connection, or no usable one."""
NO_TUNNEL = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientResponseError)
"""Errors that agree with it while a proxy is asked for a tunnel."""


class Client:
    """Sends orders over at most `concurrency` connections; an async context manager of one event loop."""

    def __init__(
        self, api: ApiSettings, token: SecretStr, *, concurrency: int, clock: Clock, stale_after_s: float
    ) -> None:
        self._api = api
        self._clock = clock
        self._stale_after_s = stale_after_s
        self._concurrency = concurrency
        self._token = validate_token(token)
        self._url = validate_url(api.url)
        self._proxy = validate_proxy(api.proxy)
        self._tunnels = self._proxy is not None and self._url.scheme == "https"

    async def __aenter__(self) -> Self:
        api = self._api
        keep: dict[str, Any] = {"keepalive_timeout": MAX_IDLE_S} if api.keep_alive else {"force_close": True}
        self._limits = CallLimits(
            loop=asyncio.get_running_loop(),
            clock=self._clock,
            connect_timeout_s=api.connect_timeout,
            answer_timeout_s=api.answer_timeout,
            stale_after_s=self._stale_after_s,
        )
        self._sweeper = DeadlineSweeper(self._limits)
        self._semaphore = asyncio.Semaphore(self._concurrency)
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
        self._sweeper.close()
        await self._connector.close()

    async def send(self, order: Order, claimed_at: float, slot: WriteGate) -> Response | NoResponse:
        """POST one order, once. `claimed_at` is boot time; `slot.sent` is called just before the write."""
        await self._semaphore.acquire()
        task = asyncio.current_task()
        assert task is not None
        call = Call(self._limits, claimed_at, slot, task)
        self._sweeper.add(call)
        cancelled_before = task.cancelling()
        try:
            return await self._post(order, call)
        except asyncio.CancelledError as error:
            if not call.expired or task.cancelling() > cancelled_before + 1:
                raise
            return self._no_response(call, error)
        except aiohttp.ClientHttpProxyError as error:
            if error.status == PROXY_AUTHENTICATION_REQUIRED:
                return Response(error.status, b"", None, call.elapsed_s)
            return self._no_response(call, error)
        except Exception as error:  # noqa: BLE001 `_no_response` treats unknown errors as maybe sent
            return self._no_response(call, error)
        finally:
            if call.expired:  # the sweeper's cancellation ends here, whatever exception it became
                task.uncancel()
            self._sweeper.drop(call)
            self._semaphore.release()

    async def _post(self, order: Order, call: Call) -> Response | NoResponse:
        body = orjson.dumps({"orderSns": order.number, "ownerId": order.owner_id})
        connection, message, content = await self._request(body, call)
        call.http_status = message.code
        try:
            body_received = await self._read(content, call)
        except BaseException:
            abort(connection)
            raise
        is_success = 200 <= message.code < 300
        if body_received is not None:
            release(connection)
            body_received = response_module.decode(body_received, message.headers)
        else:
            abort(connection)
        if body_received is None or len(body_received) > MAX_BODY_BYTES:
            if is_success:
                return self._no_response(call, ValueError(f"a response of more than {MAX_BODY_BYTES} bytes"))
            body_received = bytes(call.received[:MAX_BODY_BYTES])
        wait_s = (
            None
            if is_success
            else response_module.retry_after_s(message.headers.get("Retry-After"), self._clock)
        )
        return Response(message.code, self._mask(body_received), wait_s, call.elapsed_s)

    async def _request(self, body: bytes, call: Call) -> tuple[Connection, RawResponseMessage, StreamReader]:
        """Send the request on a connection without unread bytes, and return the head of the response."""
        for _ in range(MAX_CONNECTIONS_TRIED - 1):
            try:
                return await self._exchange.request(body, call)
            except DirtyConnection:
                continue
        return await self._exchange.request(body, call)

    async def _read(self, content: StreamReader, call: Call) -> bytes | None:
        """Return the complete body; None when it is too long."""
        body = await content.readany()
        if not content.at_eof() or len(body) > MAX_BODY_BYTES:
            call.received += body
            while not content.at_eof():
                call.received += await content.readany()
                if len(call.received) > MAX_BODY_BYTES:
                    return None
            body = bytes(call.received)
        return body

    def _no_response(self, call: Call, error: BaseException) -> NoResponse:
        """Return what is known of a call without a complete response: *not sent* only if the write and the error agree."""
        maybe_sent = call.sent_at is not None or not self._error_agrees(call, error)
        return NoResponse(
            maybe_sent,
            response_module.reason(call, error) if maybe_sent else response_module.reason_not_sent(error),
            self._mask(response_module.describe(error, call).encode()).decode("utf-8", "replace")[
                :ERROR_LENGTH
            ],
            call.elapsed_s,
            call.http_status,
            self._mask(bytes(call.received[:RECEIVED_KEPT])),
        )

    def _error_agrees(self, call: Call, error: BaseException) -> bool:
        if call.expired or isinstance(error, NEVER_CONNECTED):
            return True
        return self._tunnels and isinstance(error, NO_TUNNEL)

    def _mask(self, text: bytes) -> bytes:
        """Mask the token, in case a server or an error quotes it."""
        secret = self._token.encode()
        return text.replace(secret, b"***") if len(secret) >= MIN_MASKED_TOKEN else text

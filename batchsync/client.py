"""One order, one POST, one Reply or NoReply: the only module that knows the HTTP client.

Whether a request left is asked of the wire, not of the exception. `_Request.send` is entered by aiohttp with a
connection in hand and before a byte is written, and sends nothing if it raises (pinned in tests/client, beside aiohttp's
own `on_request_headers_sent`, which fires a moment later and costs 13 % of a call where this costs nothing). So:

    not departed                         not sent
    departed, and no valid answer        maybe sent

The exception's class is a second witness: `not sent` is said only when both agree. The departure is also the last
moment to look around: a claim that went stale (a laptop that slept) sends nothing, and neither does a connection with
something unread on it, which is its end or an answer to somebody else's call.

Nothing here tries a sent call again, follows a redirect, reads the environment, keeps a cookie or believes an answer
without end. One timer bounds a call's two halves, reaching the server and hearing from it; so silence and an answer
that drips for ever end alike (`sock_read` would be a second timer, and no help against the drip).
"""

import asyncio
import select
import zlib
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import orjson
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from pydantic import SecretStr
from yarl import URL

from batchsync.clock import Clock
from batchsync.config import ApiSettings
from batchsync.errors import SettingsError
from batchsync.model import NoReply, Order, Reason, Reply
from batchsync.words import client as words

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; the API's own are under 1 KB."""
EVIDENCE = 4_096
"""Bytes of a cut answer that are kept."""
IDLE_S = 4.0
"""Seconds that an idle connection is kept: less than common servers do (5 s and more), lest they drop it first."""
DNS_S = 60
CONNECTIONS_TRIED = 5
"""How many connections with something unread on them are put away before a call is given up."""
ERROR_LENGTH = 500
GZIP = b"\x1f\x8b"
PROXY_WANTS_LOGIN = 407
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "batchsync"}
TOKEN_LEAST = 8
"""A token this short can't be told from an answer's own digits, so it is not masked there."""


class Departure(Protocol):
    """What the client wants of a rate slot: to be told that the first byte is about to leave."""

    def sent(self) -> None: ...


class _StaleClaim(Exception):
    """The claim is too old: another process may have taken its order for dead."""


class _SpokeFirst(Exception):
    """Something stood unread on the connection before anything was asked on it."""


NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    _StaleClaim,
    _SpokeFirst,
)
"""Errors that agree with a request that did not depart: no connection yet, or none that would do."""
NO_TUNNEL = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientResponseError)
"""Errors that agree with it when a proxy was asked for a tunnel first."""


class _Call:
    """One call under way, and what the wire has told of it."""

    __slots__ = (
        "began_at",
        "claimed_at",
        "client",
        "departed_at",
        "expired",
        "heard",
        "http_status",
        "slot",
        "task",
        "timer",
    )

    def __init__(self, client: "Client", claimed_at: float, slot: Departure) -> None:
        self.client = client
        self.claimed_at = claimed_at
        self.slot = slot
        self.began_at = client.loop.time()
        self.departed_at: float | None = None
        self.task: asyncio.Task[Any] | None = asyncio.current_task()
        self.timer = client.loop.call_at(self.began_at + client.first_look_s, self.look)
        self.expired = False
        self.http_status: int | None = None
        self.heard = bytearray()

    def depart(self, connection: Connection) -> None:
        """Called with a connection in hand, before the first byte; raising sends nothing."""
        client = self.client
        if not _is_silent(connection):
            raise _SpokeFirst
        if client.clock.boottime() - self.claimed_at > client.stale_after_s:
            raise _StaleClaim
        self.slot.sent()
        self.departed_at = client.loop.time()

    def look(self) -> None:
        """Cancel the call if its time is up, or look again when it would be."""
        api, loop = self.client.api, self.client.loop
        due_at = self.began_at + api.connect_timeout
        if self.departed_at is not None:
            due_at = self.departed_at + api.answer_timeout
        if loop.time() < due_at:
            self.timer = loop.call_at(due_at, self.look)
        elif self.task is not None:
            self.expired = True
            self.task.cancel()

    @property
    def elapsed_s(self) -> float:
        return self.client.loop.time() - self.began_at


class _Body(aiohttp.BytesPayload):
    """A request's body that knows its call."""

    def __init__(self, body: bytes, call: _Call) -> None:
        super().__init__(body)
        self.call = call


class _Request(ClientRequest):
    """A request that tells its call before it departs."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        assert isinstance(self.body, _Body)
        self.body.call.depart(conn)
        return await super().send(conn)


class Client:
    """Sends orders over at most `concurrency` connections; an async context manager of one event loop."""

    def __init__(
        self, api: ApiSettings, token: SecretStr, *, concurrency: int, clock: Clock, stale_after_s: float
    ) -> None:
        self.api = api
        self.clock = clock
        self.stale_after_s = stale_after_s
        self.first_look_s = min(api.connect_timeout, api.answer_timeout)
        self._concurrency = concurrency
        self._token = _token(token)
        self._url = _url(api.url)
        self._proxy = _proxy(api.proxy)
        self._tunnels = self._proxy is not None and self._url.scheme == "https"

    async def __aenter__(self) -> Self:
        api = self.api
        keep: dict[str, Any] = {"keepalive_timeout": IDLE_S} if api.keep_alive else {"force_close": True}
        self.loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(self._concurrency)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._concurrency, ttl_dns_cache=DNS_S, **keep),
            headers=HEADERS if self._proxy else HEADERS | {"Authorization": self._token},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=api.connect_timeout),
            request_class=_Request,
            trust_env=False,
            proxy=self._proxy,
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, order: Order, claimed_at: float, slot: Departure) -> Reply | NoReply:
        """POST one order, once. `claimed_at` is boot time; `slot` hears of the departure just before it."""
        await self._room.acquire()
        call = _Call(self, claimed_at, slot)
        cancelled_before = call.task.cancelling() if call.task else 0
        try:
            return await self._post(order, call)
        except asyncio.CancelledError as error:
            if not call.expired or call.task is None or call.task.uncancel() > cancelled_before:
                raise
            return self._no_reply(call, error)
        except aiohttp.ClientHttpProxyError as error:
            if error.status == PROXY_WANTS_LOGIN:
                return Reply(error.status, b"", None, call.elapsed_s)
            return self._no_reply(call, error)
        except Exception as error:  # noqa: BLE001 whatever it is, `_no_reply` takes the careful side
            return self._no_reply(call, error)
        finally:
            call.timer.cancel()
            call.task = None
            self._room.release()

    async def _post(self, order: Order, call: _Call) -> Reply | NoReply:
        body = orjson.dumps({"orderSns": order.number, "ownerId": order.owner_id})
        response = await self._knock(body, call)
        call.http_status = response.status
        try:
            answer = await self._read(response, call)
        except BaseException:
            response.close()
            raise
        is_good = 200 <= response.status < 300
        if answer is None:
            response.close()
            if is_good:
                return self._no_reply(call, ValueError(f"an answer of more than {LONGEST_ANSWER} bytes"))
            answer = bytes(call.heard[:LONGEST_ANSWER])
        wait_s = None if is_good else _retry_after_s(response.headers.get("Retry-After"), self.clock)
        return Reply(response.status, self._mask(answer), wait_s, call.elapsed_s)

    async def _knock(self, body: bytes, call: _Call) -> aiohttp.ClientResponse:
        """Send the request on a connection that is silent, and return the answer's head."""
        for _ in range(CONNECTIONS_TRIED - 1):
            try:
                return await self._ask(body, call)
            except _SpokeFirst:
                continue
        return await self._ask(body, call)

    async def _ask(self, body: bytes, call: _Call) -> aiohttp.ClientResponse:
        # A session's headers go to the proxy, too: the token of an https call would be told to it in clear.
        headers = {"Authorization": self._token} if self._proxy else None
        return await self._session.post(
            self._url, data=_Body(body, call), headers=headers, allow_redirects=False
        )

    async def _read(self, response: aiohttp.ClientResponse, call: _Call) -> bytes | None:
        """Return the whole body; None when it is too long."""
        content = response.content
        body = await content.readany()
        if not content.at_eof():
            call.heard += body
            while not content.at_eof():
                call.heard += await content.readany()
                if len(call.heard) > LONGEST_ANSWER:
                    return None
            body = bytes(call.heard)
        if body.startswith(GZIP):
            body = _inflate(body)
        return None if len(body) > LONGEST_ANSWER else body

    def _no_reply(self, call: _Call, error: BaseException) -> NoReply:
        """Say what is known of a call without a whole answer: `not sent` only if wire and error agree."""
        maybe_sent = call.departed_at is not None or not self._agrees(call, error)
        return NoReply(
            maybe_sent,
            _reason(call, error) if maybe_sent else _reason_not_sent(error),
            self._mask(_describe(error, call).encode()).decode("utf-8", "replace")[:ERROR_LENGTH],
            call.elapsed_s,
            call.http_status,
            self._mask(bytes(call.heard[:EVIDENCE])),
        )

    def _agrees(self, call: _Call, error: BaseException) -> bool:
        if call.expired or isinstance(error, NEVER_CONNECTED):
            return True
        return self._tunnels and isinstance(error, NO_TUNNEL)

    def _mask(self, text: bytes) -> bytes:
        """Take out the token, in case a server or an error quotes it."""
        secret = self._token.encode()
        return text.replace(secret, b"***") if len(secret) >= TOKEN_LEAST else text


# --- Before the first byte ----------------------------------------------------------------------------------


def _is_silent(connection: Connection) -> bool:
    """Whether nothing stands unread on a connection: no answer to somebody else, no end."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or protocol.should_close:
        return False
    if transport.get_extra_info("sslcontext") is not None:
        return True  # what lies there may be a session ticket; what was read already, `should_close` has seen
    socket = transport.get_extra_info("socket")
    return socket is None or not _is_readable(socket.fileno())


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, whose select knows no highest descriptor
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _token(token: SecretStr) -> str:
    value = token.get_secret_value()
    if not value:
        raise SettingsError(words.NO_TOKEN)
    if not all("!" <= letter <= "~" for letter in value):
        raise SettingsError(words.BAD_TOKEN)
    return value


def _url(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError as error:
        raise SettingsError(words.BAD_URL) from error
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.password:
        raise SettingsError(words.BAD_URL)
    return url


def _proxy(text: str | None) -> URL | None:
    if text is None:
        return None
    try:
        url = URL(text)
    except ValueError as error:
        raise SettingsError(words.BAD_PROXY) from error
    if url.scheme != "http" or not url.host:
        raise SettingsError(words.BAD_PROXY)
    return url


# --- After it -----------------------------------------------------------------------------------------------


def _inflate(body: bytes) -> bytes:
    """Unpack an answer that came packed though nobody asked, as far as it may be long."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, LONGEST_ANSWER + 1)
    except zlib.error:
        return body


def _retry_after_s(value: str | None, clock: Clock) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as such or as a date."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds())
    except (ValueError, TypeError):  # no header, no date, or a date without a zone
        return None


def _reason_not_sent(error: BaseException) -> Reason:
    if isinstance(error, _StaleClaim):
        return Reason.STALE_CLAIM
    return Reason.NOT_SENT if isinstance(error, _SpokeFirst) else Reason.UNREACHABLE


def _reason(call: _Call, error: BaseException) -> Reason:
    if call.expired or isinstance(error, TimeoutError):
        return Reason.TIMEOUT
    if call.http_status is not None:
        return Reason.BAD_ANSWER if 200 <= call.http_status < 300 else Reason.HTTP_ERROR
    return Reason.BAD_ANSWER if isinstance(error, aiohttp.ClientResponseError) else Reason.CONNECTION_LOST


def _describe(error: BaseException, call: _Call) -> str:
    """Return the error's class and words; for a time-out of ours, which half ran out."""
    if call.expired:
        half = "no connection" if call.departed_at is None else "no whole answer"
        return f"{half} within {call.elapsed_s:.1f} s"
    if isinstance(error, _StaleClaim | _SpokeFirst):
        return (error.__doc__ or type(error).__name__).strip()
    said = str(error) or str(error.__cause__ or "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__

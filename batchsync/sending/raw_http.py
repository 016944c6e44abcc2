"""One request and one response on one connection: aiohttp's connector and parser, without its session.

All calls have the same address and headers, so the forty objects and the task that a session creates for each call are
saved: two thirds of a call's time. The connector (addresses, TLS, proxies, connection pool) and the parser are aiohttp's.
The request is written in one piece, so the moment before its first byte is known without a hook.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from batchsync.sending.call import Call, DirtyConnection
from batchsync.sending.response import MAX_HEADER_BYTES

SWITCHING_PROTOCOLS = 101


class Exchange:
    """The address, connections and headers that all calls of a client share."""

    def __init__(
        self,
        connector: aiohttp.BaseConnector,
        *,
        url: URL,
        proxy: URL | None,
        headers: Mapping[str, str],
        connect_timeout_s: float,
    ) -> None:
        self._connector = connector
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s)
        # Used for its address, by the connector, and once for its headers.
        self._address = ClientRequest(
            "POST", url, headers=headers, proxy=proxy, loop=asyncio.get_running_loop()
        )
        through_proxy = proxy is not None and url.scheme == "http"
        self._target = str(url.with_fragment(None)) if through_proxy else url.raw_path_qs
        self._head = b""

    async def request(self, body: bytes, call: Call) -> tuple[Connection, RawResponseMessage, StreamReader]:
        """Send a request; return the connection, the head of the response, and its body to be read.

        Call `release` with the connection once the body is read, else `abort`. Raises what `call.before_write` raises;
        nothing was sent then.
        """
        try:
            connection = await self._connector.connect(self._address, traces=[], timeout=self._timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(f"no connection to {self._address.host}") from error
        try:
            return connection, *await self._request_over(connection, body, call)
        except BaseException:
            abort(connection)
            raise

    async def _request_over(
        self, connection: Connection, body: bytes, call: Call
    ) -> tuple[RawResponseMessage, StreamReader]:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:  # closed meanwhile
            raise DirtyConnection
        while (wait_s := call.slot.wait_s()) > 0:  # noqa: ASYNC110 uvloop may be half a millisecond early
            await asyncio.sleep(wait_s)
        call.before_write(connection)
        protocol.set_response_params(
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
        )
        self._send(transport, body)
        message, content = await protocol.read()
        while 100 <= message.code < 200 and message.code != SWITCHING_PROTOCOLS:
            message, content = await protocol.read()
        return message, content

    def _send(self, transport: asyncio.Transport, body: bytes) -> None:
        """Write the whole request in one piece."""
        transport.write((self._head or self._build_head()) % len(body) + body)

    def _build_head(self) -> bytes:
        """Build the request head; the connector has added a proxy's credentials to the headers by then."""
        headers = {name: value for name, value in self._address.headers.items() if name != "Content-Length"}
        lines = [f"POST {self._target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._head = (
            "\r\n".join(lines).replace("%", "%%").encode("latin-1") + b"\r\nContent-Length: %d\r\n\r\n"
        )
        return self._head


def release(connection: Connection) -> None:
    """Return a connection to the pool, unless a part of the request is still in its write buffer."""
    transport = connection.transport
    if transport is not None and transport.get_write_buffer_size():
        abort(connection)
    else:
        connection.release()


def abort(connection: Connection) -> None:
    """Close a connection at once; unsent bytes are discarded."""
    if connection.transport is not None:
        connection.transport.abort()
    connection.close()

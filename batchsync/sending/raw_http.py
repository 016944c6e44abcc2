"""One request and one answer on one connection: aiohttp's connector and parser, without its session.

A session makes some forty objects and a task for each call, though here all calls have one address and one head: that
was two thirds of a call's time. What is kept is what is hard: the connector (addresses, TLS, proxies, the pool of
connections) and the parser. The bytes are written here, all at once; so the moment before the first of them is known
for certain, and not by way of a hook.
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

SWITCHING_PROTOCOLS = 101


class Exchange:
    """What all calls of a client share: where they go, over which connections, under which head."""

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
        # Only its address is used, by the connector, and its headers, once.
        self._address = ClientRequest(
            "POST", url, headers=headers, proxy=proxy, loop=asyncio.get_running_loop()
        )
        through_proxy = proxy is not None and url.scheme == "http"
        self._target = str(url.with_fragment(None)) if through_proxy else url.raw_path_qs
        self._head = b""

    async def ask(self, body: bytes, call: Call) -> tuple[Connection, RawResponseMessage, StreamReader]:
        """Send a request and return the answer's head, its body to be read, and the connection.

        The connection is to be handed to `give_back` once the body is read, or else to `give_up`. Raises what
        `call.depart` raises, and then nothing was sent.
        """
        try:
            connection = await self._connector.connect(self._address, traces=[], timeout=self._timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(f"no connection to {self._address.host}") from error
        try:
            return connection, *await self._ask_over(connection, body, call)
        except BaseException:
            abort(connection)
            raise

    async def _ask_over(
        self, connection: Connection, body: bytes, call: Call
    ) -> tuple[RawResponseMessage, StreamReader]:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:  # it ended while it was handed over
            raise DirtyConnection
        while (early_s := call.slot.early_s()) > 0:  # noqa: ASYNC110 uvloop may be half a millisecond early
            await asyncio.sleep(early_s)
        call.depart(connection)
        protocol.set_response_params(read_until_eof=True, auto_decompress=False)
        self._send(transport, body)
        message, content = await protocol.read()
        while 100 <= message.code < 200 and message.code != SWITCHING_PROTOCOLS:
            message, content = await protocol.read()
        return message, content

    def _send(self, transport: asyncio.Transport, body: bytes) -> None:
        """Hand the whole request over at once."""
        transport.write((self._head or self._make_head()) % len(body) + body)

    def _make_head(self) -> bytes:
        """Write down the head, once there is a connection: a proxy's login has come to the headers by then."""
        headers = {name: value for name, value in self._address.headers.items() if name != "Content-Length"}
        lines = [f"POST {self._target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._head = (
            "\r\n".join(lines).replace("%", "%%").encode("latin-1") + b"\r\nContent-Length: %d\r\n\r\n"
        )
        return self._head


def release(connection: Connection) -> None:
    """Let another call use a connection; not one on which a part of the request still waits to leave."""
    transport = connection.transport
    if transport is not None and transport.get_write_buffer_size():
        abort(connection)
    else:
        connection.release()


def abort(connection: Connection) -> None:
    """Close a connection at once: what has not left by now does not leave any more."""
    if connection.transport is not None:
        connection.transport.abort()
    connection.close()

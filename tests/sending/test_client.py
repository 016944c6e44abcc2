"""The client: what it sends, what it keeps secret, how it ends."""

import asyncio
import json
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import ApiSettings
from batchsync.errors import SettingsError
from batchsync.messages import client as messages
from batchsync.messages import settings as settings_messages
from batchsync.model import NoResponse, Order, Reason, Response, State
from batchsync.sending.client import Client
from batchsync.sending.raw_http import Exchange
from batchsync.sending.response import retry_after_s
from tests.faults.harness import TOKEN, Slot, call, ours, settings
from tests.faults.server import FaultyServer, Peer, answer
from tests.faults.table import responds

# --- What it sends ------------------------------------------------------------------------------------------


async def test_the_request_is_what_the_vendor_s_page_asks_for() -> None:
    """The token bare, JSON, two strings; and nothing that nobody asked for."""
    async with FaultyServer(responds(answer())) as server, ours(settings(server.url)) as client:
        await call(client, "126446-188")
    head, _, body = server.log.raw.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert "POST /vv/external/pinSynchronization HTTP/1.1" == line
    assert {"orderSns": "126446-188", "ownerId": "77"} == json.loads(body)
    assert {
        "Host": f"127.0.0.1:{server.port}",
        "Authorization": TOKEN,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "User-Agent": "batchsync",
        "Connection": "close",
    } == dict(header.split(": ", 1) for header in headers)


async def test_cookies_are_not_kept() -> None:
    """A server's cookie does not come back to it."""
    raw = answer(headers="Set-Cookie: session=1; Path=/\r\n")
    async with FaultyServer(responds(raw)) as server:
        url = server.url.replace("127.0.0.1", "localhost")  # an address has no cookies anyway
        async with ours(settings(url)) as client:
            await call(client, "1")
            await call(client, "2")
    assert ["1", "2"] == server.log.orders
    assert b"cookie" not in server.log.raw.lower()


async def test_no_more_calls_at_once_than_asked() -> None:
    """Ten callers, two connections."""
    open_now: set[int] = set()
    most = 0

    async def act(peer: Peer) -> None:
        nonlocal most
        open_now.add(peer.number)
        most = max(most, len(open_now))
        await peer.request()
        for _ in range(5):
            await asyncio.sleep(0)
        peer.write(answer())
        open_now.discard(peer.number)

    async with FaultyServer(act) as server, ours(settings(server.url)) as client:
        made = await asyncio.gather(*(call(client, str(number)) for number in range(10)))
    assert {State.SYNCED} == {one.verdict.state for one in made}
    assert 2 == most


async def test_an_answer_without_end_is_not_read() -> None:
    """After some 64 KB the client hangs up; the rest of 64 MB stays with the server."""
    written = 0

    async def act(peer: Peer) -> None:
        nonlocal written
        await peer.request()
        peer.write(answer(b"", length=64 * 1024 * 1024))
        for _ in range(1024):
            peer.write(b" " * 65_536)
            await peer.writer.drain()
            written += 65_536

    async with FaultyServer(act) as server, ours(settings(server.url)) as client:
        made = await call(client)
        await asyncio.wait_for(server.gone.wait(), 10)
    assert Reason.BAD_ANSWER == made.verdict.reason
    assert written < 32 * 1024 * 1024


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientOSError(104, "reset"),
        aiohttp.SocketTimeoutError(),
        aiohttp.ClientPayloadError(),
        RuntimeError("Session is closed"),
        ZeroDivisionError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_error_that_contradicts_the_wire_is_not_taken_for_not_sent(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing departed, responds the wire; something was under way, responds the error: then maybe sent."""

    async def break_down(*_: object) -> None:
        raise error

    monkeypatch.setattr(Exchange, "request", break_down)
    async with ours(settings("http://127.0.0.1:9/x")) as client:
        made = await call(client)
    assert isinstance(made.response, NoResponse)
    assert (True, State.UNCERTAIN, 0) == (made.response.maybe_sent, made.verdict.state, made.sent_count)


# --- What it keeps secret -----------------------------------------------------------------------------------


async def test_a_token_that_is_quoted_back_is_masked() -> None:
    """A server that quotes the token in its error does not get it into the ledger."""
    raw = answer(json.dumps({"status": 422, "err": f"bad token {TOKEN}"}).encode())
    async with FaultyServer(responds(raw)) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert isinstance(made.response, Response)
    assert TOKEN not in repr(made.response)
    assert "bad token ***" == made.verdict.hint


async def test_a_token_in_garbage_is_masked() -> None:
    """Nor by way of an error of the HTTP library, which quotes what it can't read."""
    raw = f"{TOKEN} no HTTP\r\n\r\n".encode()
    async with FaultyServer(responds(raw)) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert isinstance(made.response, NoResponse)
    assert "***" in made.response.error
    assert TOKEN not in repr(made)


def test_the_client_s_own_looks_hide_the_token() -> None:
    """`repr` of a client shows no secret."""
    assert TOKEN not in repr(ours(settings("http://127.0.0.1/")))


async def test_error_texts_end() -> None:
    """A long text of the server is cut to 500 characters."""
    raw = b"x" * 8_000 + b"\r\n\r\n"
    async with FaultyServer(responds(raw)) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert isinstance(made.response, NoResponse)
    assert len(made.response.error) <= 500


# --- Settings it refuses ------------------------------------------------------------------------------------


def make(token: str = TOKEN, **api: Any) -> Client:
    trusted = ApiSettings.model_construct(
        **(ApiSettings().model_dump() | api)
    )  # as if nobody had looked before
    return Client(trusted, SecretStr(token), concurrency=1, clock=SYSTEM_CLOCK, stale_after_s=10.0)


@pytest.mark.parametrize("token", ["a\nb", "a\r\nX: y", "a b", " a", "a\n", "tök", "令牌", "a\x00", "a\x7f"])
def test_a_token_that_can_t_travel_is_refused(token: str) -> None:
    """Before anything is sent."""
    with pytest.raises(SettingsError) as refused:
        make(token)
    assert messages.BAD_TOKEN is refused.value.text


def test_no_token_is_refused() -> None:
    """An empty one would be sent to the server."""
    with pytest.raises(SettingsError) as refused:
        make("")
    assert settings_messages.NO_TOKEN is refused.value.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://h/p",
        "http://",
        "http:///p",
        "//h/p",
        "http://u:p@h/",
        "http://h:99999999/",
        "file:///x",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """One sentence instead of a run of failures."""
    with pytest.raises(SettingsError) as refused:
        make(url=url)
    assert messages.BAD_URL is refused.value.text


@pytest.mark.parametrize("proxy", ["x", "socks5://h:1", "https://h:1", "http://"])
def test_a_proxy_that_is_none_is_refused(proxy: str) -> None:
    """Likewise."""
    with pytest.raises(SettingsError) as refused:
        make(proxy=proxy)
    assert messages.BAD_PROXY is refused.value.text


# --- How it ends --------------------------------------------------------------------------------------------


async def wait_for_ever(peer: Peer) -> None:
    await peer.request()
    peer.done.set()
    await peer.until_left()


async def test_cancelling_passes_through_and_closes_the_connection() -> None:
    """A cancelled run ends at once; the slot records that the request was sent."""
    slot = Slot()
    async with FaultyServer(wait_for_ever) as server, ours(settings(server.url)) as client:
        order = Order(owner_id="77", number="1")
        task = asyncio.create_task(client.send(order, SYSTEM_CLOCK.boottime(), slot))
        await asyncio.wait_for(server.done.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.gone.wait(), 10)
    assert 1 == slot.sent_count


async def test_cancelling_before_departure_departs_never() -> None:
    """A call that waits for its turn and is cancelled has not been sent."""
    slots = [Slot() for _ in range(3)]
    async with FaultyServer(wait_for_ever) as server, ours(settings(server.url)) as client:
        tasks = [
            asyncio.create_task(
                client.send(Order(owner_id="77", number=str(number)), SYSTEM_CLOCK.boottime(), slot)
            )
            for number, slot in enumerate(slots)
        ]
        await asyncio.wait_for(server.done.wait(), 10)
        tasks[2].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[2]
        for task in tasks[:2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert 0 == slots[2].sent_count
    assert "2" not in server.log.orders


def impatient(server: FaultyServer) -> Client:
    return ours(settings(server.url, answer_timeout=0.2))


async def test_a_time_out_leaves_no_trace_in_the_task() -> None:
    """The task that was woken by cancelling it can be cancelled again, and only by others."""
    async with FaultyServer(wait_for_ever) as server, impatient(server) as client:
        made = await call(client)
    task = asyncio.current_task()
    assert task is not None
    assert (Reason.TIMEOUT, 0) == (made.verdict.reason, task.cancelling())


async def test_a_time_out_that_turns_into_another_error_leaves_no_trace_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A cancellation by the deadline sweeper ends in this call, whatever the connector turns it into."""

    async def turn(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise OSError("cancelled") from error

    monkeypatch.setattr(Exchange, "request", turn)
    async with ours(settings("http://127.0.0.1:9/x", connect_timeout=0.1)) as client:
        made = await call(client)
    task = asyncio.current_task()
    assert task is not None
    assert (Reason.UNREACHABLE, 0) == (made.verdict.reason, task.cancelling())


async def test_a_time_out_frees_its_place() -> None:
    """Calls that were given up don't keep others out."""
    async with FaultyServer(wait_for_ever) as server, impatient(server) as client:
        made = await asyncio.gather(*(call(client, str(number)) for number in range(5)))
    assert [Reason.TIMEOUT] * 5 == [one.verdict.reason for one in made]
    assert ["0", "1", "2", "3", "4"] == sorted(server.log.orders)


async def test_elapsed_time_is_reported() -> None:
    """Evidence for a dispute: how long the server kept silent."""
    async with FaultyServer(wait_for_ever) as server, impatient(server) as client:
        made = await call(client)
    assert isinstance(made.response, NoResponse)
    assert 0.2 <= made.response.elapsed_s < 10
    assert "no complete response within" in made.response.error


# --- Retry-After --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("inf", None),
        ("9" * 400, 999_999_999.0),
        ("٧", None),
    ],
)
def test_retry_after_in_seconds(value: str | None, wait_s: float | None) -> None:
    """Digits count; any other value is ignored."""
    assert wait_s == retry_after_s(value, SYSTEM_CLOCK)


@pytest.mark.parametrize(("ahead_s", "wait_s"), [(90, 90.0), (-90, 0.0)])
def test_retry_after_as_a_date(ahead_s: int, wait_s: float) -> None:
    """A date counts from now, and a past one means now."""
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    class Clock:
        now = staticmethod(lambda: datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
        monotonic = boottime = staticmethod(lambda: 0.0)

    value = format_datetime(now + timedelta(seconds=ahead_s), usegmt=True)
    assert wait_s == retry_after_s(value, Clock())


@pytest.mark.parametrize(
    ("status", "wait_s"), [("429 Too Many Requests", 3.0), ("503 Unavailable", 3.0), ("200 OK", None)]
)
async def test_retry_after_is_read_from_every_rejection(status: str, wait_s: float | None) -> None:
    """And not from a good answer."""
    raw = answer(b"{}", status=status, headers="Retry-After: 3\r\n")
    async with FaultyServer(responds(raw)) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert isinstance(made.response, Response)
    assert (int(status[:3]), wait_s) == (made.response.http_status, made.response.retry_after_s)


async def test_an_informational_answer_is_not_the_answer() -> None:
    """103 and 100 come before the answer proper; whoever takes them for it believes an empty body."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    async with FaultyServer(responds(early + answer())) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert isinstance(made.response, Response)
    assert 200 == made.response.http_status


# --- Where there is less than POSIX -------------------------------------------------------------------------


def test_it_can_be_imported_without_posix() -> None:
    """Windows has no fcntl, no resource, no poll."""
    hide = "import sys, select; [sys.modules.__setitem__(name, None) for name in ('fcntl', 'resource')]; "
    code = hide + "del select.poll; import batchsync.sending.call, batchsync.sandbox; print('fine')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "fine" == done.stdout.strip(), done.stderr


async def test_it_works_without_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no `poll`, `select` looks at the connection."""
    monkeypatch.delattr(select, "poll")
    async with FaultyServer(responds(answer())) as server, ours(settings(server.url)) as client:
        made = await call(client)
    assert State.SYNCED == made.verdict.state

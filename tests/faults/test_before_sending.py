"""Failures before the first byte of the request: proved to be not sent."""

import asyncio
import socket
import ssl
from collections.abc import Iterator

import pytest

from batchsync.clock import SYSTEM_CLOCK
from batchsync.model import NoResponse, Reason, Response, State, Stop
from tests.faults.harness import SHORT_S, TOKEN, CallResult, call, ours, settings
from tests.faults.server import PATH, Act, FaultyServer, Peer, answer
from tests.faults.table import responds
from tests.faults.tls import make_certificate, server_context

UNREACHABLE = (False, Reason.UNREACHABLE, State.PLANNED, 0)


def outcome(made: CallResult) -> tuple[bool, Reason, State, int]:
    assert isinstance(made.response, NoResponse), made
    assert TOKEN not in repr(made.response)
    return made.response.maybe_sent, made.response.reason, made.verdict.state, made.sent_count


async def send(url: str, **more: object) -> CallResult:
    async with ours(settings(url, **more)) as client:
        return await call(client)


async def test_refused() -> None:
    """The port is closed."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    assert UNREACHABLE == outcome(await send(f"http://127.0.0.1:{port}{PATH}"))


async def test_name_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host name is unknown."""

    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert UNREACHABLE == outcome(await send(f"http://nowhere.invalid{PATH}"))


async def test_resolver_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that never answers ends with the connect time-out, which aiohttp's own does not cover."""
    never = asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        await never.wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
    assert UNREACHABLE == outcome(await send(f"http://nowhere.invalid{PATH}", connect_timeout=SHORT_S))


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full, so that the system drops further connections unanswered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


async def test_connect_time_out(full_port: int) -> None:
    """The server does not take the connection."""
    assert UNREACHABLE == outcome(await send(f"http://127.0.0.1:{full_port}{PATH}", connect_timeout=SHORT_S))


async def test_stale_claim_sends_nothing() -> None:
    """A computer that slept between claim and sending: the claim is too old."""
    async with FaultyServer(responds(answer())) as server, ours(settings(server.url)) as client:
        made = await call(client, claimed_at=SYSTEM_CLOCK.boottime() - 1_000)
    assert (False, Reason.STALE_CLAIM, State.PLANNED, 0) == outcome(made)
    assert b"" == server.log.raw


# --- TLS ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untrusted_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A TLS context with a certificate of an unknown authority."""
    return server_context(make_certificate(tmp_path_factory.mktemp("tls")))


async def test_tls_certificate_is_not_trusted(untrusted_tls: ssl.SSLContext) -> None:
    """Nothing is sent to a server with an invalid certificate."""
    async with FaultyServer(responds(answer()), tls=untrusted_tls) as server:
        assert UNREACHABLE == outcome(await send(server.url))
    assert b"" == server.log.raw


async def accepts_hello_and_closes(peer: Peer) -> None:
    await peer.some()
    peer.fin()


async def accepts_hello_and_resets(peer: Peer) -> None:
    await peer.some()
    peer.rst()


async def accepts_hello_and_sends_plain_text(peer: Peer) -> None:
    await peer.some()
    peer.write(answer())


async def accepts_hello_and_stays_silent(peer: Peer) -> None:
    await peer.until_left()


@pytest.mark.parametrize(
    "act", [accepts_hello_and_closes, accepts_hello_and_resets, accepts_hello_and_sends_plain_text]
)
async def test_tls_cut_in_the_handshake(act: Act) -> None:
    """The greeting was read, no byte of the request."""
    async with FaultyServer(act) as server:
        assert UNREACHABLE == outcome(await send(server.url.replace("http:", "https:")))
    assert b"\x16" == server.log.raw[:1]
    assert not server.log.saw_a_request


async def test_tls_handshake_without_end() -> None:
    """Ends with the connect time-out."""
    async with FaultyServer(accepts_hello_and_stays_silent) as server:
        url = server.url.replace("http:", "https:")
        assert UNREACHABLE == outcome(await send(url, connect_timeout=SHORT_S))


# --- Proxies ------------------------------------------------------------------------------------------------


def tunnel(raw: bytes) -> Act:
    """A proxy that responds to CONNECT with `raw` and closes."""

    async def act(peer: Peer) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += await peer.some()
        peer.write(raw)

    return act


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["hangs up", "garbage", "502", "403", "agrees and hangs up"],
)
async def test_proxy_gives_no_tunnel(raw: bytes) -> None:
    """Only CONNECT was sent, no byte of the request."""
    async with FaultyServer(tunnel(raw)) as proxy:
        made = await send(f"https://api.invalid{PATH}", proxy=f"http://127.0.0.1:{proxy.port}")
    assert UNREACHABLE == outcome(made)
    assert proxy.log.raw.startswith(b"CONNECT api.invalid:443")
    assert TOKEN.encode() not in proxy.log.raw


async def test_proxy_requires_a_login() -> None:
    """407 stops the run: the proxy setting is wrong, and another attempt would not help."""
    async with FaultyServer(tunnel(b"HTTP/1.1 407 Login\r\n\r\n")) as proxy:
        made = await send(f"https://api.invalid{PATH}", proxy=f"http://127.0.0.1:{proxy.port}")
    assert (State.PLANNED, Reason.HTTP_DENIED, Stop.ADDRESS, 0) == (
        made.verdict.state,
        made.verdict.reason,
        made.verdict.stop,
        made.sent_count,
    )


async def test_proxy_refused() -> None:
    """No proxy, no byte."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    made = await send(f"http://api.invalid{PATH}", proxy=f"http://user:secret@127.0.0.1:{port}")
    assert UNREACHABLE == outcome(made)
    assert "secret" not in repr(made.response)


async def test_proxy_passes_the_request_on() -> None:
    """A plain request goes through the proxy once, and its answer counts."""
    async with FaultyServer(responds(answer())) as proxy:
        made = await send(f"http://api.invalid{PATH}", proxy=f"http://127.0.0.1:{proxy.port}")
    assert State.SYNCED == made.verdict.state
    assert proxy.log.raw.startswith(b"POST http://api.invalid/vv/")
    assert ["240101-1"] == proxy.log.orders


async def test_the_environment_s_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a proxy that is set on purpose sees the token."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with FaultyServer(responds(answer())) as server:
        made = await send(server.url)
    assert isinstance(made.response, Response)

"""The fault table once more inside TLS, where the end of a connection and what contradictions on it look different."""

import ssl
from pathlib import Path

import pytest
from aiohttp import connector

from batchsync.model import State
from tests.faults.harness import call, contradictions, ours, settings
from tests.faults.server import FaultyServer, Peer, answer
from tests.faults.table import BODIES, SILENCE, Fault
from tests.faults.test_keep_alive import answers_both, keeps, send_two, sends_more
from tests.faults.tls import client_context, make_certificate, server_context

ROWS = [
    fault for fault in (*SILENCE, *BODIES) if not fault.slow and not fault.body and "MB" not in fault.name
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's TLS that the client trusts."""
    monkeypatch.setattr(connector, "_SSL_CONTEXT_VERIFIED", client_context(certificate))
    return server_context(certificate)


@pytest.mark.parametrize("fault", ROWS, ids=lambda fault: fault.name)
async def test_fault(fault: Fault, tls: ssl.SSLContext) -> None:
    """The verdict is the one of the table."""
    async with FaultyServer(fault.act, tls=tls) as server:
        async with ours(settings(server.url, keep_alive=True)) as client:
            made = await call(client)
        assert [] == contradictions(fault, made, server.log)


async def test_a_connection_is_used_again(tls: ssl.SSLContext) -> None:
    """Session tickets on a fresh connection are not taken for answers, nor for its end."""

    async def act(peer: Peer) -> None:
        while await peer.request() is not None:
            peer.write(answer())

    async with FaultyServer(act, tls=tls) as server, ours(settings(server.url, keep_alive=True)) as client:
        states = [(await call(client, str(number))).verdict.state for number in range(5)]
    assert ([State.SYNCED] * 5, 1) == (states, server.log.accepted)


async def test_the_previous_answer_is_nobody_s(tls: ssl.SSLContext) -> None:
    """An answer that contradictions on an idle connection is not taken for the next call's."""
    first, second, server = await send_two(answers_both(answer(), sends_more), tls=tls)
    assert (State.SYNCED, State.REFUSED, 2) == (
        first.verdict.state,
        second.verdict.state,
        server.log.accepted,
    )


async def test_what_the_loop_has_not_read_yet_is_seen(tls: ssl.SSLContext) -> None:
    """The previous answer contradictions in the system's buffer in the very moment of departure."""
    peers: list[Peer] = []
    server = FaultyServer(keeps(peers), tls=tls)
    async with server, ours(settings(server.url, keep_alive=True)) as client:
        await call(client, "240101-1")
        peers[0].write(answer())
        second = await call(client, "240101-2")
    assert (State.REFUSED, 2) == (second.verdict.state, server.log.accepted)

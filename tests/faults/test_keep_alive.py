"""Reused connections with unread data, an unsent rest of a request, or a close from an earlier call."""

import asyncio
import ssl

import pytest

from batchsync.clock import SYSTEM_CLOCK
from batchsync.model import Order, Reason, Response, State
from batchsync.sending import call as call_module
from tests.faults.harness import CallResult, Slot, call, ours, settings
from tests.faults.server import Act, FaultyServer, Peer, answer

USER_UNKNOWN = answer(b'{"status":1003}')


async def send_two(
    act: Act, tls: ssl.SSLContext | None = None
) -> tuple[CallResult, CallResult, FaultyServer]:
    """Send one order, wait until the server has done with it what it does, send another."""
    async with FaultyServer(act, tls=tls) as server, ours(settings(server.url, keep_alive=True)) as client:
        first = await call(client, "240101-1")
        server.go.set()
        await asyncio.wait_for(server.done.wait(), 10)
        second = await call(client, "240101-2")
    return first, second, server


def answers_both(first: bytes, after: Act | None = None) -> Act:
    """Answer the first request with `first`, then do something to the idle connection; know nobody afterwards."""

    async def act(peer: Peer) -> None:
        if peer.number == 0:
            await peer.request()
            peer.write(first)
            await peer.writer.drain()
            await peer.go.wait()
            if after is not None:
                await after(peer)
            peer.done.set()
        while await peer.request() is not None:
            peer.write(USER_UNKNOWN)

    return act


async def sends_more(peer: Peer) -> None:
    peer.write(answer())
    await peer.writer.drain()


async def sends_half(peer: Peer) -> None:
    peer.write(answer()[:30])
    await peer.writer.drain()


async def closes(peer: Peer) -> None:
    peer.fin()
    await peer.writer.wait_closed()


async def resets(peer: Peer) -> None:
    peer.rst()


async def test_a_connection_is_used_again() -> None:
    """Two calls, one connection."""
    first, second, server = await send_two(answers_both(answer()))
    assert (State.SYNCED, State.REFUSED, 1) == (
        first.verdict.state,
        second.verdict.state,
        server.log.accepted,
    )


@pytest.mark.parametrize("after", [sends_more, closes, resets])
async def test_unread_data_on_an_idle_connection_is_no_response(after: Act) -> None:
    """The previous answer again, half of one, or the end: the next call takes a fresh connection, and its own answer."""
    first, second, server = await send_two(answers_both(answer(), after))
    assert (State.SYNCED, State.REFUSED) == (first.verdict.state, second.verdict.state)
    assert ["240101-1", "240101-2"] == server.log.orders
    assert 2 == server.log.accepted


def keeps(peers: list[Peer]) -> Act:
    """Answer the first request well, keep the connection, and know nobody afterwards."""

    async def act(peer: Peer) -> None:
        peers.append(peer)
        while await peer.request() is not None:
            peer.write(answer() if peer.number == 0 else USER_UNKNOWN)

    return act


async def test_what_the_loop_has_not_read_yet_is_seen() -> None:
    """The previous answer lies in the system's buffer in the very moment of departure."""
    peers: list[Peer] = []
    async with FaultyServer(keeps(peers)) as server, ours(settings(server.url, keep_alive=True)) as client:
        await call(client, "240101-1")
        peers[0].write(answer())  # on its way at once; nothing is awaited before the next departure
        second = await call(client, "240101-2")
    assert (State.REFUSED, 2) == (second.verdict.state, server.log.accepted)


async def test_half_an_answer_on_an_idle_connection() -> None:
    """Seen and avoided, or read and dropped: what it never does is pass for an answer."""
    first, second, server = await send_two(answers_both(answer(), sends_half))
    assert (State.SYNCED, State.REFUSED) == (first.verdict.state, second.verdict.state)
    assert ["240101-1", "240101-2"] == server.log.orders


async def test_the_previous_answer_in_the_same_packet() -> None:
    """An answer that came twice at once is taken once."""
    first, second, server = await send_two(answers_both(answer() + answer()))
    assert (State.SYNCED, State.REFUSED) == (first.verdict.state, second.verdict.state)
    assert 2 == server.log.accepted


async def test_a_client_that_does_not_look_takes_the_previous_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: without the look before departure, the second order passes for synced."""
    monkeypatch.setattr(call_module, "has_nothing_unread", lambda _connection: True)
    _, second, server = await send_two(answers_both(answer(), sends_more))
    assert State.SYNCED == second.verdict.state
    assert 1 == server.log.accepted


async def test_dropped_after_reading_the_next_request() -> None:
    """The close of a reused connection proves nothing about the request on it."""

    async def act(peer: Peer) -> None:
        await peer.request()
        peer.write(answer())
        peer.done.set()
        await peer.request()
        peer.fin()

    first, second, server = await send_two(act)
    assert (State.SYNCED, State.UNCERTAIN, Reason.CONNECTION_LOST) == (
        first.verdict.state,
        second.verdict.state,
        second.verdict.reason,
    )
    assert 2 == len(server.log.orders)


@pytest.mark.parametrize("keep_alive", [True, False])
async def test_after_a_time_out_the_connection_is_gone(keep_alive: bool) -> None:
    """The late answer to a call that was given up is never taken for the next call's."""

    async def act(peer: Peer) -> None:
        await peer.request()
        if peer.number == 0:
            await peer.until_left()
            peer.write(answer())
            peer.done.set()
        else:
            peer.write(USER_UNKNOWN)

    async with FaultyServer(act) as server:
        api = settings(server.url, keep_alive=keep_alive, answer_timeout=0.25)
        async with ours(api) as client:
            first = await call(client, "240101-1")
            await asyncio.wait_for(server.done.wait(), 10)
        async with ours(settings(server.url)) as client:
            second = await call(client, "240101-2")
    assert (State.UNCERTAIN, State.REFUSED) == (first.verdict.state, second.verdict.state)


async def test_without_keep_alive_each_call_has_its_own_connection() -> None:
    """The safe default, even when the server would keep the connection."""

    async def act(peer: Peer) -> None:
        while await peer.request() is not None:
            peer.write(answer())

    async with FaultyServer(act) as server, ours(settings(server.url)) as client:
        states = [(await call(client, f"240101-{n}")).verdict.state for n in range(3)]
    assert [State.SYNCED] * 3 == states
    assert 3 == server.log.accepted
    assert 3 == server.log.raw.lower().count(b"connection: close")


async def test_a_connection_on_which_a_request_still_waits_is_not_used_again() -> None:
    """An answer before all was read: the rest of that request and the next one do not share a connection."""

    async def act(peer: Peer) -> None:
        await peer.some(1_000)
        peer.write(answer())
        peer.done.set()
        if peer.number == 0:
            await peer.go.wait()
        await peer.until_left()

    server = FaultyServer(act, receive_buffer=4_096)
    async with server, ours(settings(server.url, keep_alive=True)) as client:
        first = await call(client, "9" * 8_000_000)
        second = await call(client, "240101-2")
        server.go.set()
    assert [State.SYNCED] * 2 == [first.verdict.state, second.verdict.state]
    assert 2 == server.log.accepted


async def test_what_has_not_left_when_a_call_is_given_up_does_not_leave_any_more() -> None:
    """The server reads on only after the time-out: what it finds is the beginning of a request, and its end."""

    async def act(peer: Peer) -> None:
        await peer.go.wait()
        await peer.until_left()
        peer.done.set()

    server = FaultyServer(act, receive_buffer=4_096)
    async with server, ours(settings(server.url, answer_timeout=0.25)) as client:
        made = await call(client, "9" * 8_000_000)
        server.go.set()
        await asyncio.wait_for(server.done.wait(), 10)
    assert (State.UNCERTAIN, Reason.TIMEOUT) == (made.verdict.state, made.verdict.reason)
    assert len(server.log.raw) < 8_000_000


async def test_a_connection_closed_before_the_write_is_replaced() -> None:
    """While a call waits for its turn the server closes the connection: nothing was sent, so it takes another one."""

    class Waiting(Slot):
        looks = 0

        def wait_s(self) -> float:
            """Wait until the server has gone, and some turns of the loop more for the news of it."""
            self.looks += server.gone.is_set()
            return 0.0 if self.looks > 5 else 0.01

    async def hangs_up_once(peer: Peer) -> None:
        if peer.number == 0:
            peer.fin()
        elif await peer.request() is not None:
            peer.write(answer())

    slot = Waiting()
    async with FaultyServer(hangs_up_once) as server, ours(settings(server.url)) as client:
        response = await client.send(Order(owner_id="77", number="1"), SYSTEM_CLOCK.boottime(), slot)
    assert isinstance(response, Response)
    assert (["1"], 2, 1) == (server.log.orders, server.log.accepted, slot.sent_count)

"""The pool in virtual time: every order once, stops that stop, waits that are bounded."""

import asyncio
from datetime import datetime

import pytest

from batchsync.config import RetrySettings, StopSettings
from batchsync.errors import LedgerFull
from batchsync.messages.render import Translation
from batchsync.model import CallVerdict, NoResponse, Problem, Reason, Response, State, Stop
from batchsync.sending.budget import Budget
from tests.sending.fakes import (
    NO_BALANCE,
    REFUSED,
    SYNCED,
    TURNED_AWAY,
    UNCERTAIN,
    UNREACHABLE,
    FakeClient,
    FakeLedger,
    make_pool,
    orders,
    points,
)
from tests.virtual import VirtualClock, run_virtual


def test_every_order_is_sent_once_and_flushed() -> None:
    """All orders are synced, each by one call, never more under way than asked."""
    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        return await make_pool(clock, client, ledger).send_all(orders(200), total=200, concurrency=7)

    assert run_virtual(go) is None
    assert 200 == client.calls == list(ledger.states.values()).count(State.SYNCED)
    assert 7 == client.most_under_way
    assert ledger.flushed


def test_an_order_of_another_worker_is_passed_over() -> None:
    """What the ledger won't let be claimed is not sent, and the others go on."""
    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)
    ledger.states[3] = State.SYNCED

    async def go(clock: VirtualClock) -> Stop | None:
        return await make_pool(clock, client, ledger).send_all(orders(10), total=10, concurrency=2)

    assert run_virtual(go) is None
    assert 9 == client.calls


def test_unreachable_is_tried_again_and_bounded() -> None:
    """A call that never left is claimed anew for each try, and given up after the settings' number of tries."""
    ledger, client = FakeLedger(), FakeClient(lambda _: UNREACHABLE)

    async def go(clock: VirtualClock) -> float:
        pool = make_pool(clock, client, ledger, retry=RetrySettings(attempts=4))
        await pool.send_all(orders(1), total=1, concurrency=1)
        return clock.monotonic()

    assert 1.5 < run_virtual(go) < 5
    assert 4 == client.calls == len(ledger.attempts)
    assert State.PLANNED == ledger.states[0]


def test_max_total_bounds_the_waits() -> None:
    """No order is waited for longer than retry.max_total, whatever Retry-After asks for."""
    ledger, client = FakeLedger(), FakeClient(lambda _: TURNED_AWAY)

    async def go(clock: VirtualClock) -> float:
        pool = make_pool(clock, client, ledger, retry=RetrySettings(attempts=99, max_total=10))
        await pool.send_all(orders(1), total=1, concurrency=1)
        return clock.monotonic()

    assert run_virtual(go) <= 11
    assert 3 <= client.calls <= 4


def test_turned_away_then_synced() -> None:
    """A 429 slows the pool down and the order is synced by a later try."""
    ledger, client = FakeLedger(), FakeClient(lambda n: TURNED_AWAY if n == 0 else SYNCED)

    async def go(clock: VirtualClock) -> float:
        await make_pool(clock, client, ledger).send_all(orders(3), total=3, concurrency=1)
        return clock.monotonic()

    assert run_virtual(go) > 3
    assert 4 == client.calls
    assert {State.SYNCED} == set(ledger.states.values())


@pytest.mark.parametrize("concurrency", [1, 10])
def test_an_empty_balance_stops_at_once(concurrency: int) -> None:
    """After the word no more is claimed; what was under way is finished."""
    ledger, client = FakeLedger(), FakeClient(lambda n: SYNCED if n < 30 else NO_BALANCE)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, rate=1000)
        return await pool.send_all(orders(100), total=100, concurrency=concurrency)

    assert Stop.BALANCE == run_virtual(go)
    assert 30 <= client.calls <= 30 + 2 * concurrency
    assert State.SENDING not in ledger.states.values()


def test_dead_upstream_costs_at_most_concurrency_plus_n() -> None:
    """With every answer lost, at most P + N orders become uncertain."""
    ledger, client = FakeLedger(), FakeClient(lambda _: UNCERTAIN)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, stop=StopSettings(uncertain_in_a_row=5), rate=1000)
        return await pool.send_all(orders(500), total=500, concurrency=20)

    assert Stop.FAILURES == run_virtual(go)
    assert client.calls <= 25


def test_failures_of_one_kind_in_a_row_stop() -> None:
    """The breaker counts one kind; a success between starts it anew."""
    ledger = FakeLedger()
    client = FakeClient(lambda n: SYNCED if n == 6 else REFUSED)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, stop=StopSettings(failures_in_a_row=8))
        return await pool.send_all(orders(50), total=50, concurrency=1)

    assert Stop.FAILURES == run_virtual(go)
    assert 6 + 1 + 8 == client.calls


@pytest.mark.parametrize(("cap", "concurrency"), [(100, 50), (1, 10), (0, 3), (7, 1)])
def test_the_cap_is_never_overshot(cap: int, concurrency: int) -> None:
    """Never a point more than the cap, and every point of it used."""
    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, budget=Budget(cap), rate=1000)
        return await pool.send_all(orders(200), total=200, concurrency=concurrency)

    assert Stop.SPENDING_CAP == run_virtual(go)
    assert cap == client.calls


def test_the_cap_holds_when_a_call_costs_more_than_expected() -> None:
    """A price of three where one was expected is learned before the others go."""
    ledger, client = FakeLedger(), FakeClient(lambda _: points(3))

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, budget=Budget(100, price=1), rate=1000)
        return await pool.send_all(orders(200), total=200, concurrency=50)

    assert Stop.SPENDING_CAP == run_virtual(go)
    assert 33 == client.calls


def test_uncertain_calls_count_as_spent() -> None:
    """The cap counts what may have been spent."""
    ledger, client = FakeLedger(), FakeClient(lambda n: UNCERTAIN if n % 2 else SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, budget=Budget(10), rate=1000)
        return await pool.send_all(orders(200), total=200, concurrency=5)

    assert Stop.SPENDING_CAP == run_virtual(go)
    assert 10 == client.calls


def test_refused_calls_free_the_cap() -> None:
    """A no that cost nothing gives its reservation to the next order."""
    ledger, client = FakeLedger(), FakeClient(lambda n: REFUSED if n % 2 else SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger, budget=Budget(10), rate=1000)
        return await pool.send_all(orders(200), total=200, concurrency=5)

    assert Stop.SPENDING_CAP == run_virtual(go)
    assert 10 == list(ledger.states.values()).count(State.SYNCED)


def test_stop_finishes_calls_under_way() -> None:
    """The first Ctrl-C: nothing more is claimed, nothing is left sending, naps end."""
    ledger, client = FakeLedger(), FakeClient(lambda n: UNREACHABLE if n == 3 else SYNCED)

    async def go(clock: VirtualClock) -> float:
        pool = make_pool(clock, client, ledger, rate=50, retry=RetrySettings(max_wait=60))
        asyncio.get_running_loop().call_later(0.25, pool.stop, Stop.INTERRUPTED)
        await pool.send_all(orders(1000), total=1000, concurrency=10)
        return clock.monotonic()

    assert run_virtual(go) < 0.5
    assert {State.SYNCED, State.PLANNED} == set(ledger.states.values())


def test_cancel_makes_calls_under_way_uncertain() -> None:
    """The second Ctrl-C: calls whose bytes left become uncertain, the others stay to do."""
    ledger, client = FakeLedger(), FakeClient(lambda n: UNREACHABLE if n == 1 else SYNCED, latency_s=60)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, ledger)
        asyncio.get_running_loop().call_later(1, pool.cancel)
        return await pool.send_all(orders(10), total=10, concurrency=3)

    assert Stop.INTERRUPTED == run_virtual(go)
    assert [State.PLANNED, State.UNCERTAIN, State.UNCERTAIN] == sorted(ledger.states.values())
    assert ledger.flushed


def test_a_full_disk_stops_claiming() -> None:
    """When the ledger takes no more, nothing more is sent."""
    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        def fill() -> None:
            ledger.full = LedgerFull(Translation(en="full", zh="满"))

        asyncio.get_running_loop().call_later(0.5, fill)
        return await make_pool(clock, client, ledger, rate=20).send_all(orders(100), total=100, concurrency=4)

    assert Stop.DISK == run_virtual(go)
    assert State.SENDING not in ledger.states.values()


def test_progress_is_correct() -> None:
    """The counts of the progress are those of the ledger."""
    ledger = FakeLedger()
    client = FakeClient(lambda n: [SYNCED, REFUSED, UNCERTAIN, points(2), points(None)][n % 5])

    async def go(clock: VirtualClock) -> tuple[int, ...]:
        pool = make_pool(clock, client, ledger)
        await pool.send_all(orders(50), total=50, concurrency=4)
        p = pool.progress()
        return p.total, p.done, p.calls, p.synced, p.failed, p.uncertain, p.points, p.in_flight

    assert (50, 50, 50, 30, 10, 10, 30, 0) == run_virtual(go)


def test_a_bug_in_a_worker_is_not_swallowed() -> None:
    """An unexpected exception ends the sending and is raised."""

    def broken(_: Response | NoResponse) -> CallVerdict:
        raise KeyError(Reason.SYNCED)

    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> None:
        pool = make_pool(clock, client, ledger)
        pool._judge = broken
        await pool.send_all(orders(10), total=10, concurrency=2)

    with pytest.raises(ExceptionGroup):
        run_virtual(go)


def test_a_pause_sends_nothing_and_ends() -> None:
    """Paused, calls under way are finished and no other is made; gone on, every order is sent once."""
    ledger, client = FakeLedger(), FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> tuple[bool, bool, Stop | None]:
        pool = make_pool(clock, client, ledger, rate=10)
        sending = asyncio.ensure_future(pool.send_all(orders(30), total=30, concurrency=5))
        await asyncio.sleep(1)
        pool.pause()
        await asyncio.sleep(1)
        calls = client.calls
        paused = pool.progress().paused
        await asyncio.sleep(60)
        still = client.calls == calls < 30
        pool.resume()
        return paused, still, await sending

    assert (True, True, None) == run_virtual(go)
    assert 30 == client.calls == list(ledger.states.values()).count(State.SYNCED)


def test_a_paused_run_can_be_stopped() -> None:
    """A stop ends the pause, too, and nothing more is sent."""
    client = FakeClient(lambda _: SYNCED)

    async def go(clock: VirtualClock) -> Stop | None:
        pool = make_pool(clock, client, FakeLedger(), rate=10)
        pool.pause()
        sending = asyncio.ensure_future(pool.send_all(orders(30), total=30, concurrency=5))
        await asyncio.sleep(5)
        pool.stop(Stop.INTERRUPTED)
        return await sending

    assert Stop.INTERRUPTED == run_virtual(go)
    assert 0 == client.calls


def test_troubles_are_counted_by_kind() -> None:
    """The progress shows how many orders were refused, and for what."""
    client = FakeClient(lambda call: REFUSED if call % 2 else SYNCED)

    async def go(clock: VirtualClock) -> dict[Problem, int]:
        pool = make_pool(clock, client, FakeLedger())
        await pool.send_all(orders(10), total=10, concurrency=1)
        return dict(pool.progress().troubles)

    assert {Problem(State.REFUSED, Reason.USER_UNKNOWN, "1003"): 5} == run_virtual(go)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_stop_does_not_wait_for_slots(cancelled: bool) -> None:
    """A server that asked for five minutes holds up nobody who pressed Ctrl-C: nothing is under way, so it ends."""
    busy = CallVerdict(State.PLANNED, Reason.TURNED_AWAY, retry=True, slow_down=True, wait_s=300.0)

    async def go(clock: VirtualClock) -> tuple[Stop | None, float, int]:
        client = FakeClient(lambda _: busy)
        pool = make_pool(clock, client, FakeLedger(), rate=5)
        sending = asyncio.create_task(pool.send_all(orders(100), total=100, concurrency=10))
        await asyncio.sleep(5)
        began_at, calls = clock.monotonic(), client.calls
        if cancelled:
            pool.cancel()
        else:
            pool.stop(Stop.INTERRUPTED)
        stopped = await sending
        return stopped, clock.monotonic() - began_at, client.calls - calls

    assert (Stop.INTERRUPTED, 0.0, 0) == run_virtual(go)


@pytest.mark.parametrize(("wait_s", "reported"), [(300.0, True), (30.0, False)])
def test_a_wait_of_more_than_a_minute_is_reported_with_its_end(wait_s: float, reported: bool) -> None:
    """Until it is over; a shorter one is not."""
    busy = CallVerdict(State.PLANNED, Reason.TURNED_AWAY, retry=True, slow_down=True, wait_s=wait_s)

    async def play(clock: VirtualClock) -> tuple[datetime | None, datetime | None]:
        ledger, client = FakeLedger(), FakeClient(lambda n: busy if n == 0 else SYNCED)
        pool = make_pool(clock, client, ledger)
        sending = asyncio.create_task(pool.send_all(orders(1), total=1, concurrency=1))
        await asyncio.sleep(5)
        during = pool.progress().waits_until
        await sending
        return during, pool.progress().waits_until

    during, after = run_virtual(play)
    assert (reported, None) == (during is not None, after)

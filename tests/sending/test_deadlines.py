"""The deadline sweeper: after a standstill, responses that arrived meanwhile are read before a call is given up."""

import asyncio

from batchsync.sending.call import Call, CallLimits, DeadlineSweeper
from tests.virtual import VirtualClock, VirtualLoop


class _Slot:
    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        pass


def _watched(loop: VirtualLoop) -> tuple[Call, DeadlineSweeper]:
    clock = VirtualClock(loop)
    terms = CallLimits(loop=loop, clock=clock, connect_timeout_s=10, answer_timeout_s=20, stale_after_s=30)
    call = Call(terms, 0.0, _Slot(), loop.create_task(asyncio.sleep(1_000)))
    watch = DeadlineSweeper(terms)
    watch.add(call)
    return call, watch


def _pass(loop: VirtualLoop, seconds: float) -> None:
    loop.run_until_complete(asyncio.sleep(seconds))


def test_a_call_is_given_up_when_its_time_is_over() -> None:
    """Not before its ten seconds without a connection, and soon after."""
    loop = VirtualLoop()
    call, watch = _watched(loop)
    _pass(loop, 9.9)
    before = call.expired
    _pass(loop, 1.0)
    assert (False, True) == (before, call.expired)
    watch.close()
    loop.close()


def test_after_a_standstill_nothing_is_given_up_at_the_first_look() -> None:
    """An hour's sleep: the answer that came meanwhile has its turn first; who has none is given up at the next look."""
    loop = VirtualLoop()
    call, watch = _watched(loop)
    _pass(loop, 1.0)
    loop.virtual.now += 3_600
    _pass(loop, 0.0)
    _pass(loop, 0.0)
    before = call.expired
    _pass(loop, 1.1)
    assert (False, True) == (before, call.expired)
    watch.close()
    loop.close()


def test_a_loop_that_always_lags_still_gives_up() -> None:
    """Looks that are late each time are passed over only every other time."""
    loop = VirtualLoop()
    call, watch = _watched(loop)
    for _ in range(10):
        loop.virtual.now += 5
        _pass(loop, 0.0)
        _pass(loop, 0.0)
    assert call.expired
    watch.close()
    loop.close()

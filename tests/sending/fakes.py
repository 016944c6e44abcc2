"""Fakes of what the pool is handed: a ledger of two dicts and a server of a script."""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

from batchsync.config import RetrySettings, StopSettings
from batchsync.errors import IllegalMove
from batchsync.model import CallVerdict, NoResponse, Order, Reason, Response, State, Stop
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer
from tests.virtual import VirtualClock

SYNCED = CallVerdict(State.SYNCED, Reason.SYNCED, points=1)
REFUSED = CallVerdict(State.REFUSED, Reason.USER_UNKNOWN, api_status="1003")
UNCERTAIN = CallVerdict(State.UNCERTAIN, Reason.TIMEOUT)
UNREACHABLE = CallVerdict(State.PLANNED, Reason.UNREACHABLE, retry=True)
TURNED_AWAY = CallVerdict(State.PLANNED, Reason.TURNED_AWAY, retry=True, slow_down=True, wait_s=3.0)
NO_BALANCE = CallVerdict(State.PLANNED, Reason.BALANCE, stop=Stop.BALANCE)


def points(n: int | None) -> CallVerdict:
    return CallVerdict(State.SYNCED, Reason.SYNCED, points=n)


class FakeLedger:
    """Refuses to claim what is not planned; keeps what was settled."""

    def __init__(self) -> None:
        self.states: dict[int, State] = {}
        self.attempts: list[int] = []
        self.verdicts: dict[int, CallVerdict] = {}
        self.flushed = False
        self.full: Exception | None = None

    async def claim(self, order_id: int, run: str) -> int:
        await asyncio.sleep(0.001)
        if self.full is not None:
            raise self.full
        if self.states.get(order_id, State.PLANNED) is not State.PLANNED:
            raise IllegalMove(order_id)
        self.states[order_id] = State.SENDING
        self.attempts.append(order_id)
        return len(self.attempts) - 1

    def record_outcome(self, attempt: int, verdict: CallVerdict, response: Response | NoResponse) -> None:
        assert self.states[self.attempts[attempt]] is State.SENDING
        self.states[self.attempts[attempt]] = verdict.state
        self.verdicts[attempt] = verdict

    async def flush(self) -> None:
        self.flushed = True


class FakeClient:
    """Answers the n-th call with script(n); the judge then just unpacks it."""

    def __init__(self, script: Callable[[int], CallVerdict], *, latency_s: float = 0.1) -> None:
        self.script, self.latency_s = script, latency_s
        self.calls = 0
        self.under_way = self.most_under_way = 0

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Any:
        n, self.calls = self.calls, self.calls + 1
        verdict = self.script(n)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if verdict.reason is not Reason.UNREACHABLE:
                while (wait_s := slot.wait_s()) > 0:
                    await asyncio.sleep(wait_s)
                slot.sent()
            await asyncio.sleep(self.latency_s)
        finally:
            self.under_way -= 1
        return verdict


def unpack(response: Response | NoResponse) -> CallVerdict:
    assert isinstance(response, CallVerdict)
    return response


def orders(n: int) -> Iterator[tuple[int, Order]]:
    return ((i, Order(owner_id="2", number=f"{i:018d}")) for i in range(n))


def make_pool(
    clock: VirtualClock,
    client: FakeClient,
    ledger: FakeLedger,
    *,
    rate: float = 100,
    budget: Budget | None = None,
    stop: StopSettings | None = None,
    retry: RetrySettings | None = None,
) -> Pool:
    return Pool(
        run="r",
        ledger=ledger,
        client=client,
        pacer=Pacer(rate, clock),
        judge=unpack,
        budget=budget or Budget(),
        breaker=Breaker(stop or StopSettings()),
        retry=retry or RetrySettings(),
        clock=clock,
        rng=random.Random(0),
    )

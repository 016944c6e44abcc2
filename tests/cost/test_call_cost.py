"""A call's cost is guarded: beside a bare aiohttp loop, in instructions, so that no busy machine can trip it."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import ApiSettings, RetrySettings, StopSettings
from batchsync.ledger import Ledger, open_ledger
from batchsync.model import Order
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.client import Client
from batchsync.sending.judge import judge
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer
from benchmarks.prepare import plan_of
from tests.cost.opcodes import opcodes

ROOT = Path(__file__).resolve().parents[2]
CALLS = 300
WORKERS = 10
WORTH = 0.75
"""What a call of ours cost against one of the bare loop when last looked at; lower it when it becomes cheaper."""
WORSE = 1.3


@pytest.fixture
def url() -> Iterator[str]:
    """The benchmarks' server, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/x"
        server.stdin.close()


async def bare(url: str, calls: int) -> None:
    orders = iter(range(calls))

    async def work(session: aiohttp.ClientSession) -> None:
        for number in orders:
            async with session.post(url, json={"orderSns": str(number), "ownerId": "1"}) as response:
                await response.json()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(WORKERS)))


async def ours(ledger: Ledger, run: str, orders: list[tuple[int, Order]], url: str) -> None:
    api = ApiSettings(url=url, keep_alive=True)
    async with Client(
        api, SecretStr("secret-token"), concurrency=WORKERS, clock=SYSTEM_CLOCK, stale_after_s=30
    ) as client:
        pool = Pool(
            run=run,
            ledger=ledger,
            client=client,
            pacer=Pacer(100_000, SYSTEM_CLOCK),
            judge=partial(judge, unsent_http=frozenset({429})),
            budget=Budget(),
            breaker=Breaker(StopSettings()),
            retry=RetrySettings(),
            clock=SYSTEM_CLOCK,
            rng=random.Random(0),
        )
        await pool.send_all(iter(orders), total=len(orders), concurrency=WORKERS)
        assert len(orders) == pool.progress().synced


def test_a_call_costs_no_more_than_it_did(url: str, tmp_path: Path) -> None:
    """Slot, claim, send, judge and settle, within 1.3 of what they cost against a bare loop when last looked at."""
    plan = plan_of(range(2 * CALLS))
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        account = ledger.account(url, "default")
        with ledger.lock(account, "guard"):
            run = ledger.new_run(account, "x.csv", "0" * 64, "x", "en")
            ids = ledger.save_plan(run, plan, allow=frozenset())
            orders = [
                (order, Order(owner_id=owner, number=number))
                for order, owner, number in zip(ids, plan.owners, plan.numbers, strict=True)
            ]
            asyncio.run(bare(url, CALLS))  # imports and caches
            asyncio.run(ours(ledger, run, orders[:CALLS], url))
            theirs = opcodes(lambda: asyncio.run(bare(url, CALLS)))
            mine = opcodes(lambda: asyncio.run(ours(ledger, run, orders[CALLS:], url)))
    assert mine / theirs < WORTH * WORSE

"""Our pool alone, in a process of its own: rows through slot, claim, send, judge and settle. Prints its
seconds, and its CPU seconds.

python -m benchmarks.pool LOOP URL CSV LEDGER
"""

import csv
import random
import sys
import time
from array import array
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import ApiSettings, RetrySettings, StopSettings
from batchsync.ledger import open_ledger
from batchsync.model import PLAN_VERDICTS, Order, Plan, PlanVerdict, SheetFound
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.client import Client
from batchsync.sending.judge import judge
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer
from benchmarks.loops import run_on

CONCURRENCY = 100
SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)


def plan_of(rows: list[list[str]]) -> Plan:
    """A plan that sends every row."""
    sheet = SheetFound(sheet="orders", index=0, header_line=1, headers=("owner", "order"), order_column=1)
    plan = Plan(sheets=[sheet])
    plan.sheet_of = array("H", bytes(2 * len(rows)))
    plan.lines = array("I", range(2, len(rows) + 2))
    plan.owners = [owner_id for owner_id, _ in rows]
    plan.numbers = [number for _, number in rows]
    plan.verdicts = bytearray([SEND]) * len(rows)
    return plan


async def send_orders(url: str, rows: list[list[str]], path: str) -> tuple[float, float]:
    """Enroll the rows and send them; return the seconds and the CPU seconds of the sending."""
    with open_ledger(path) as ledger:
        account = ledger.account(url, "bench")
        with ledger.lock(account, "bench", 0):
            run = ledger.new_run(account, file="bench.csv", sha256="0" * 64, stem="bench", lang="en")
            ids = ledger.save_plan(run, plan_of(rows), allow=frozenset())
            api = ApiSettings(url=url, keep_alive=True)
            orders = (
                (order_id, Order(owner_id=owner_id, number=number))
                for order_id, (owner_id, number) in zip(ids, rows, strict=True)
            )
            async with Client(
                api,
                SecretStr("token-for-benchmarks"),
                concurrency=CONCURRENCY,
                clock=SYSTEM_CLOCK,
                stale_after_s=30,
            ) as client:
                pool = Pool(
                    run=run,
                    ledger=ledger,
                    client=client,
                    pacer=Pacer(100_000, SYSTEM_CLOCK),
                    judge=partial(judge, unsent_http=frozenset({429, 503})),
                    budget=Budget(),
                    breaker=Breaker(StopSettings()),
                    retry=RetrySettings(),
                    clock=SYSTEM_CLOCK,
                    rng=random.Random(0),
                )
                began, cpu_began = time.perf_counter(), time.process_time()
                await pool.send_all(orders, total=len(rows), concurrency=CONCURRENCY)
                took = time.perf_counter() - began, time.process_time() - cpu_began
            assert pool.progress().synced == len(rows), pool.progress()
    return took


def main() -> None:
    loop, url, source, path = sys.argv[1:5]
    with Path(source).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    print(*run_on(loop, send_orders(url, rows, path)))


if __name__ == "__main__":
    main()

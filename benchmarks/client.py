"""Our client alone, in a process of its own: no ledger, no pace. Prints its seconds, and its CPU seconds.

python -m benchmarks.client LOOP URL CSV
"""

import asyncio
import csv
import sys
import time
from pathlib import Path

from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import ApiSettings
from batchsync.model import Order
from batchsync.sending.client import Client
from benchmarks.loops import run_on

CONCURRENCY = 100


class Slot:
    """Leave to go, at once."""

    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        return


async def send_all(url: str, rows: list[list[str]]) -> tuple[float, float]:
    """Send the rows; return the seconds and the CPU seconds of the sending."""
    left = iter(rows)
    api, token = ApiSettings(url=url, keep_alive=True), SecretStr("token-for-benchmarks")

    async def work(client: Client) -> None:
        for owner_id, number in left:
            order = Order(owner_id=owner_id, number=number)
            await client.send(order, SYSTEM_CLOCK.boottime(), Slot())

    async with Client(api, token, concurrency=CONCURRENCY, clock=SYSTEM_CLOCK, stale_after_s=30) as client:
        began, cpu_began = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(work(client))
        return time.perf_counter() - began, time.process_time() - cpu_began


def main() -> None:
    loop, url, source = sys.argv[1:4]
    with Path(source).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    print(*run_on(loop, send_all(url, rows)))


if __name__ == "__main__":
    main()

"""Several machines: what two workers do beside one, and what the shared ledger costs beside a file.

`python -m benchmarks.cluster` starts a PostgreSQL of its own; on two cores the vendor, the database and the workers
share them, so only the ratios mean something.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from batchsync.ledger import Ledger, open_ledger, open_postgres
from tests.cluster.machines import sheet, start_machines
from tests.ledger.builders import ANSWER, SYNCED, plan, start
from tests.postgres import Server

NO_LIMIT = 100_000.0
AT_ONCE = 100


def calls_a_second(server: Server, workers: int, rows: int, concurrency: int) -> float:
    """Let so many workers send a sheet at 20 ms latency, and return the calls a second between its tenths."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_machines(
            Path(folder), server.fresh(), "--latency", "0.02", rate=NO_LIMIT, concurrency=concurrency
        ) as here,
    ):
        for nth in range(workers):
            here.worker(f"worker-{nth}")
        here.start("left", "run", str(sheet(Path(folder) / "orders.csv", rows)), "--detach")
        here.wait(lambda: len(here.calls()) >= rows, "the last call")
        times = [call["at"] for call in here.calls()]
    first, last = times[rows // 5], times[rows * 9 // 10]
    return (rows * 9 // 10 - rows // 5) / (last - first)


def cost(ledger: Ledger, orders: int) -> tuple[float, float]:
    """Return orders a second, claimed and settled by a hundred at once, and our CPU microseconds for each."""

    async def play(run: str, ids: list[int]) -> None:
        waiting = iter(ids)

        async def work() -> None:
            for order in waiting:
                ledger.record_outcome(await ledger.claim(order, run), SYNCED, ANSWER)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        await ledger.flush()

    with ledger.lock(1, "benchmark"):
        run, ids = start(ledger, plan(*(f"{n:015d}" for n in range(orders))))
        elapsed, cpu = time.perf_counter(), time.process_time()
        asyncio.run(play(run, ids))
        elapsed, cpu = time.perf_counter() - elapsed, time.process_time() - cpu
    return orders / elapsed, cpu / orders * 1e6


def main() -> None:
    """Measure both, in interleaved rounds, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=10)
    asked = parser.parse_args()
    server = Server()
    try:
        pairs = [
            [calls_a_second(server, workers, asked.rows, asked.concurrency) for workers in (1, 2)]
            for _ in range(asked.rounds)
        ]
        ratio = median(two / one for one, two in pairs)
        print(
            f"one worker {median(one for one, _ in pairs):.0f}/s, two {median(two for _, two in pairs):.0f}/s"
        )
        print(f"two workers beside one: {ratio:.2f} (rounds: {[f'{two / one:.2f}' for one, two in pairs]})")
        costs: dict[str, list[tuple[float, float]]] = {"SQLite": [], "PostgreSQL": []}
        for _ in range(asked.rounds):
            with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "l.db") as file:
                costs["SQLite"].append(cost(file, asked.orders))
            with open_postgres(server.fresh()) as shared:
                costs["PostgreSQL"].append(cost(shared, asked.orders))
        for name, found in costs.items():
            print(
                f"{name}: {median(rate for rate, _ in found):,.0f} orders/s claimed and settled, "
                f"{median(cpu for _, cpu in found):.0f} us of our CPU each"
            )
    finally:
        server.stop()


if __name__ == "__main__":
    main()

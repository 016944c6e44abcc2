"""One peer in a process of its own, run by the Python that has it. Prints the seconds of its calls.

python peer.py NAME URL CSV
"""

import asyncio
import csv
import json
import sys
import time
from collections.abc import Callable
from typing import Any

HEADERS = {"Authorization": "token-for-benchmarks"}


def read(source: str) -> list[dict[str, str]]:
    with open(source, newline="", encoding="utf-8") as file:  # noqa: PTH123 as scripts do
        return [{"orderSns": order, "ownerId": owner} for owner, order in list(csv.reader(file))[1:]]


def gather(url: str, source: str) -> None:
    """What an assistant writes when asked: pandas, gather, a semaphore."""
    import aiohttp
    import pandas as pd

    table = pd.read_csv(source, dtype=str, names=["ownerId", "orderSns"], header=0)
    semaphore = asyncio.Semaphore(100)

    async def one(session: Any, row: Any) -> Any:
        async with semaphore, session.post(url, json=row.to_dict(), headers=HEADERS) as response:
            return (await response.json())["status"]

    async def all_rows() -> list[Any]:
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(one(session, row) for _, row in table.iterrows()))

    table["status"] = asyncio.run(all_rows())
    table.to_csv("peer-out.csv")


def cookbook(url: str, source: str) -> None:
    """After the idea of the OpenAI cookbook's parallel processor: capacity that refills, a task a request, JSONL out."""
    import aiohttp

    async def call(session: Any, body: dict[str, str], status: dict[str, int]) -> None:
        async with session.post(url, headers=HEADERS, json=body) as response:
            answer = await response.json()
        status["under way"] -= 1
        with open("peer-out.jsonl", "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(json.dumps([body, answer]) + "\n")

    async def process() -> None:
        requests, status = iter(read(source)), {"under way": 0}
        capacity, most, updated = 1e5, 1e5 * 60, time.time()
        waiting, tasks = next(requests, None), set()
        async with aiohttp.ClientSession() as session:
            while waiting is not None or status["under way"]:
                now = time.time()
                capacity, updated = min(capacity + most * (now - updated) / 60, most), now
                if waiting is not None and capacity >= 1:
                    capacity -= 1
                    status["under way"] += 1
                    tasks.add(asyncio.create_task(call(session, waiting, status)))
                    waiting = next(requests, None)
                await asyncio.sleep(0.001)

    asyncio.run(process())


def drt(url: str, source: str) -> None:
    """drt-core's REST destination, a record a request, without its pace."""
    from drt.config.destinations_saas import RestApiDestinationConfig
    from drt.config.sync_options import SyncOptions
    from drt.destinations.rest_api import RestApiDestination

    template = '{"orderSns": "{{ row.orderSns }}", "ownerId": "{{ row.ownerId }}"}'
    config = RestApiDestinationConfig(
        type="rest_api",
        url=url,
        headers={**HEADERS, "Content-Type": "application/json"},
        body_template=template,
    )
    options = SyncOptions(rate_limit={"requests_per_second": 1e6})
    result = RestApiDestination().load(read(source), config, options)
    assert not result.failed, result


def dlt(url: str, source: str) -> None:
    """A custom destination of dlt, an item a request, its pipeline around it."""
    import dlt as lib
    import requests

    session = requests.Session()

    @lib.destination(batch_size=1)
    def sink(item: Any, table: Any) -> None:  # noqa: ARG001 dlt passes both
        session.post(url, json=item, headers=HEADERS, timeout=60).raise_for_status()

    pipeline = lib.pipeline("peer", destination=sink, pipelines_dir="peer-dlt", dev_mode=True)
    pipeline.run(read(source), table_name="orders")


PEERS: dict[str, Callable[[str, str], None]] = {
    "gather": gather,
    "cookbook": cookbook,
    "drt": drt,
    "dlt": dlt,
}


def main() -> None:
    name, url, source = sys.argv[1:]
    began = time.perf_counter()
    PEERS[name](url, source)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()

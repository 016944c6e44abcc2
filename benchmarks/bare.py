"""The yardstick of the calls: a bare aiohttp loop as one writes it in an afternoon. It forgets, and pays twice.

Default settings, 100 workers on one session, CSV in, results out. Prints the seconds that the calls alone
took, and the CPU seconds.

python -m benchmarks.bare LOOP URL CSV RESULT
"""

import asyncio
import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from benchmarks.loops import run_on

WORKERS = 100


async def work(
    session: aiohttp.ClientSession, url: str, rows: Iterator[list[str]], out: list[list[str]]
) -> None:
    for owner_id, number in rows:
        body = {"orderSns": number, "ownerId": owner_id}
        async with session.post(
            url, json=body, headers={"Authorization": "token-for-benchmarks"}
        ) as response:
            answer = await response.json()
        out.append([number, answer["status"], answer["data"]["amount"]])


async def send_all(url: str, rows: Iterator[list[str]]) -> list[list[str]]:
    out: list[list[str]] = []
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session, url, rows, out) for _ in range(WORKERS)))
    return out


def main() -> None:
    loop, url, source, target = sys.argv[1:5]
    with Path(source).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        began, cpu_began = time.perf_counter(), time.process_time()
        out = run_on(loop, send_all(url, reader))
        print(time.perf_counter() - began, time.process_time() - cpu_began)
    with Path(target).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(out)


if __name__ == "__main__":
    main()

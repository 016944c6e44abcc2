"""A soak: calls at 50 a second with faults, for minutes or an hour; memory and handles flat, ledger sound, rate exact.

python -m benchmarks.soak --minutes 60
"""

import argparse
import csv
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import (
    ENVIRONMENT,
    WORK,
    Report,
    batchsync,
    family,
    fresh_ledger,
    resident_bytes,
    serving,
)
from benchmarks.rate import read_arrivals, share_used, worst_second

RATE = 50
SAMPLE_S = 2.0
CONCURRENCY = 25
HANDLES = 25
"""Those of Python, the ledger, the loop and its threads."""


def handles(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 counted, not looked at


def watch(process: subprocess.Popen[str], seconds: float) -> list[tuple[float, int]]:
    """Memory (MiB) and file handles of the parent, every few seconds, until the time is over."""
    seen: list[tuple[float, int]] = []
    over_at = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < over_at:
        time.sleep(SAMPLE_S)
        if len(family(process.pid)) == 1:  # the reader's child is gone
            seen.append((resident_bytes(process.pid) / 2**20, handles(process.pid)))
    return seen


def growth(figures: list[float]) -> float:
    """The last third against the second: the first is for caches to fill."""
    third = len(figures) // 3
    return statistics.median(figures[2 * third :]) / statistics.median(figures[third : 2 * third])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--faults", type=float, default=0.01)
    options = parser.parse_args()
    seconds = options.minutes * 60
    rows = int(RATE * seconds * 1.1)
    arrivals, books, ledger = WORK / "soak-arrivals", WORK / "soak-books.csv", fresh_ledger("soak")
    report = Report(
        "soak", f"python -m benchmarks.soak --minutes {options.minutes:g} --faults {options.faults}"
    )
    result = WORK / "soak.result.csv"
    result.unlink(missing_ok=True)
    with (
        serving(
            "--latency",
            "0.1",
            "--arrivals",
            str(arrivals),
            "--books",
            str(books),
            "--faults",
            str(options.faults),
        ) as url,
        (WORK / "soak.log").open("w") as talk,
    ):
        command = batchsync(
            "run",
            inputs.csv_file(rows, columns=2),
            "--url",
            url,
            "--ledger",
            ledger,
            "--output",
            result,
            "--format",
            "csv",
            "--keep-alive",
            "--rate",
            str(RATE),
            "--concurrency",
            str(CONCURRENCY),
            "--summary-json",
            "-",
        )
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
            cwd=WORK,
            env=ENVIRONMENT,
        )
        seen = watch(process, seconds)
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate()
    summary = json.loads(stdout)[0]
    print(f"  {summary}", flush=True)
    judge(report, summary, seen, arrivals, books, ledger)
    report.save()
    sys.exit(not all(figure.met is not False for figure in report.figures))


def judge(
    report: Report,
    summary: dict[str, int],
    seen: list[tuple[float, int]],
    arrivals: Path,
    books: Path,
    ledger: Path,
) -> None:
    with books.open() as file:
        charged = {order: int(times) for order, times in csv.reader(file)}
    total = sum(charged.values())
    connection = sqlite3.connect(ledger)
    ((sound,),) = connection.execute("PRAGMA integrity_check")
    report.add(9, "soak: calls", summary["calls"])
    report.add(
        9,
        "soak: calls at the server that no attempt stands for",
        abs(len(read_arrivals(arrivals)) - summary["calls"]),
        most=0,
    )
    report.add(
        9,
        "soak: memory, last third against the second",
        growth([memory for memory, _ in seen]),
        most=1.03,
        note=f"{seen[-1][0]:.0f} MiB",
    )
    report.add(
        9,
        f"soak: most file handles, of which {CONCURRENCY} may be connections",
        max(fds for _, fds in seen),
        most=CONCURRENCY + HANDLES,
    )
    report.add(
        9,
        "soak: worst sliding second at the server over the rate",
        worst_second(read_arrivals(arrivals)) / RATE,
        most=1.0,
    )
    report.add(9, "soak: share of the rate used", share_used(read_arrivals(arrivals), RATE))
    report.add(9, "soak: orders charged twice", sum(times > 1 for times in charged.values()), most=0)
    report.add(
        9,
        "soak: points told as spent less points charged, doubtful ones aside",
        max(0, summary["points_spent"] - total, total - summary["points_spent"] - summary["points_possible"]),
        most=0,
    )
    report.add(9, "soak: ledger's faults", float(sound != "ok"), most=0)


if __name__ == "__main__":
    main()

"""What several sending processes could give at most: why there is no `--processes`.

    python -m benchmarks.processes [--rows N] [--rounds N]

The ledger is the only judge of *once*, and has one writer; so other processes could take over no more than the client's
part of a call. How much faster a run can become by that, if the processes and their talk cost nothing at all, follows
from the CPU that a call takes in all and in the client. Two pools with a ledger each, which must not be, are measured
beside it: what two processes give here when they share nothing.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.calls import plain_rows
from benchmarks.loops import BEST
from benchmarks.measure import ENVIRONMENT, WORK, Report, fresh_ledger, ratio, rounds, run, serving

LATENCY_S = 0.02


def cpu(script: str, url: str, source: Path, *more: Callable[[], Path]) -> Callable[[], float]:
    """CPU seconds of the calls."""
    return lambda: float(run(command(script, url, source, *(make() for make in more))).stdout.split()[1])


def side_by_side(url: str, sources: list[Path]) -> Callable[[], float]:
    """Pools at the same time, with a ledger each: seconds of the slowest one's calls."""

    def contest() -> float:
        running = [
            subprocess.Popen(
                [str(part) for part in command("pool", url, source, fresh_ledger(f"side-{nth}"))],
                stdout=subprocess.PIPE,
                text=True,
                cwd=WORK,
                env=ENVIRONMENT,
            )
            for nth, source in enumerate(sources)
        ]
        return max(float(process.communicate()[0].split()[0]) for process in running)

    return contest


def command(script: str, url: str, source: Path, *more: Path) -> list[str | Path]:
    return [sys.executable, "-m", f"benchmarks.{script}", BEST, url, source, *more]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    report = Report(
        "processes", f"python -m benchmarks.processes --rows {options.rows} --rounds {options.rounds}"
    )
    all_rows, half = (
        plain_rows(inputs.csv_file(rows, columns=2), rows) for rows in (options.rows, options.rows // 2)
    )
    with serving("--latency", str(LATENCY_S)) as url:
        figures = rounds(
            {
                "pool": cpu("pool", url, all_rows, lambda: fresh_ledger("pool")),
                "client": cpu("client", url, all_rows),
                "one": side_by_side(url, [all_rows]),
                "two": side_by_side(url, [half, half]),
            },
            count=options.rounds,
        )
    client = statistics.median(figures["client"]) / options.rows
    stays = [pool - client for pool, client in zip(figures["pool"], figures["client"], strict=True)]
    report.add(
        8,
        "what stays with the ledger's one writer: CPU of a call without the client's part, against the whole",
        ratio(stays, figures["pool"]),
        note=f"client {client * 1e6:.0f} us a call here",
    )
    report.add(
        8,
        "so the most that sending processes could give, their own talk for nothing",
        ratio(figures["pool"], stays),
    )
    report.add(
        8,
        "two processes that share nothing (a ledger each) against one, 20 ms latency",
        ratio(figures["one"], figures["two"]),
        least=1.7,
        note="before any talk between them",
    )
    report.save()


if __name__ == "__main__":
    main()

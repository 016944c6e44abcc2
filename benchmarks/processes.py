"""What several sending processes give: over a file, why there is one; over PostgreSQL, what `--processes 2` does.

    python -m benchmarks.processes [--rows N] [--rounds N]

In a ledger that is a file there is one writer; so other processes could take over no more than the client's part of a
call. How much faster a run can become by that, if the processes and their talk cost nothing at all, follows twice: from
the CPU that a call takes in all and in the client, and from the cores that one process and the vendor's server keep
busy already, of those that this machine has. Two pools with a ledger each, which must not be, are measured beside it:
what two processes give here when they share nothing. And over PostgreSQL, where several may send, whole runs are
compared, at the same calls under way and without a limit; a run's speed is that between the tenths of its calls, when
all processes are there. The database shares the cores with everybody else.
"""

import argparse
import statistics
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.calls import plain_rows
from benchmarks.loops import BEST
from benchmarks.measure import (
    ENVIRONMENT,
    WORK,
    Report,
    Serving,
    cores,
    fresh_ledger,
    ratio,
    rounds,
    run,
    sending,
    serving,
    watched,
)
from tests.postgres import Server

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


def busy(server: Serving, source: Path) -> tuple[float, float]:
    """Cores that one pool keeps busy while it sends as fast as it can, and those of the server meanwhile."""
    before = server.cpu_s()
    fields = run(command("pool", server.url, source, fresh_ledger("busy"))).stdout.split()
    wall_s, cpu_s = float(fields[0]), float(fields[1])
    return cpu_s / wall_s, (server.cpu_s() - before) / wall_s


def whole_run(ledger: Server, source: Path, rows: int, processes: int) -> Callable[[], float]:
    """Calls a second of a `run` over PostgreSQL, between its tenths, at the server."""

    def contest() -> float:
        arrivals = WORK / "arrivals"
        address = {"BATCHSYNC_LEDGER__URL": ledger.fresh()}
        with serving("--latency", str(LATENCY_S), "--arrivals", str(arrivals)) as url:
            asked = sending(source, url, Path("-"), "--processes", str(processes))
            done = run([part for part in asked if part not in ("--ledger", Path("-"))], env=address)
        assert done.status == 0, done.stderr
        times = array("d", arrivals.read_bytes())
        assert len(times) == rows, len(times)
        first, last = rows * 3 // 10, rows * 9 // 10
        return (last - first) / (times[last] - times[first])

    return contest


def command(script: str, url: str, source: Path, *more: Path) -> list[str | Path]:
    return [sys.executable, "-m", f"benchmarks.{script}", BEST, url, source, *more]


def file_figures(report: Report, source: Path, half: Path, rows: int, count: int) -> None:
    """What other processes could take over from the one that sends over a file."""
    with serving("--latency", str(LATENCY_S)) as url:
        figures = rounds(
            {
                "pool": cpu("pool", url, source, lambda: fresh_ledger("pool")),
                "client": cpu("client", url, source),
                "one": side_by_side(url, [source]),
                "two": side_by_side(url, [half, half]),
            },
            count=count,
        )
    client = statistics.median(figures["client"]) / rows
    stays = [pool - client for pool, client in zip(figures["pool"], figures["client"], strict=True)]
    report.add(
        8,
        "a file: what stays with its one writer, CPU of a call without the client's part, against the whole",
        ratio(stays, figures["pool"]),
        note=f"client {client * 1e6:.0f} us a call here",
    )
    report.add(
        8,
        "a file: so the most that several processes could give, had they cores enough and their talk for nothing",
        ratio(figures["pool"], stays),
    )
    report.add(
        8,
        "two processes that share nothing (a file each) against one, 20 ms latency",
        ratio(figures["one"], figures["two"]),
        least=1.7,
        note="before any talk between them",
    )


def core_figures(report: Report, source: Path, count: int) -> None:
    """How much of this machine one process and the server leave to others."""
    with watched() as server:
        pool, vendor = max((busy(server, source) for _ in range(2 * count)), key=sum)
    note = "in the round that others disturbed least"
    report.add(8, "a file: cores that one pool keeps busy, unthrottled, kept alive", pool, note=note)
    report.add(8, "cores that the server keeps busy meanwhile", vendor)
    report.add(
        8,
        f"so the most that several processes could give on the {cores()} cores here, had they a ledger without a writer",
        cores() / (pool + vendor),
        note="all cores against those busy with one process: too much where others want them, too",
    )


def shared_figures(report: Report, count: int, rows: int) -> None:
    """What two processes do beside one over PostgreSQL."""
    source = inputs.csv_file(rows, columns=2)
    ledger = Server()
    try:
        figures = rounds(
            {str(processes): whole_run(ledger, source, rows, processes) for processes in (1, 2)},
            count=count,
            warm_up=False,
        )
    finally:
        ledger.stop()
    report.add(
        8,
        "PostgreSQL: calls a second of `run --processes 2` against `--processes 1`, same calls under way, no limit",
        ratio(figures["2"], figures["1"]),
        note=f"{statistics.median(figures['1']):,.0f}/s of one here; rounds "
        + ", ".join(f"{two / one:.2f}" for one, two in zip(figures["1"], figures["2"], strict=True)),
    )


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
    file_figures(report, all_rows, half, options.rows, options.rounds)
    core_figures(report, all_rows, options.rounds)
    shared_figures(report, options.rounds, options.rows)
    report.save()


if __name__ == "__main__":
    main()

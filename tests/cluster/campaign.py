"""Three workers on one ledger while one is killed, one stands still and PostgreSQL dies: `python -m tests.cluster.campaign`.

The person who submitted the sheet waits for its result. Afterwards the vendor's books are laid beside it: nothing was
charged twice, no row is missing, no second held more calls than the limit, and outside the outages the rate was used.
"""

import argparse
import itertools
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from batchsync.model import RowStatus
from tests.cluster.machines import Town, charged, most_in_a_second, sheet, town
from tests.crash.kills import reports_of_workbook
from tests.postgres import Server

LATENCY_S = 0.05
CONCURRENCY = 30
"""Of each process: more than one alone needs for the whole rate, on a busy machine too."""
RECOVERS_WITHIN_S = 4.0
"""Seconds after an outage that still count as part of it: leases run out, shares become even."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What happens, and after how many of the vendor's calls."""

    rows: int
    rate: float
    kill_after: int
    stop_after: int
    stop_s: float
    crash_after: int
    crash_s: float = 1.0
    workers: int = 3
    late: float = 1.0
    """How many times the limit a second may hold."""


@dataclass(slots=True, kw_only=True)
class Figures:
    """What came of it."""

    broken: list[str] = field(default_factory=list)
    rows: int = 0
    calls: int = 0
    charged: int = 0
    charged_twice: int = 0
    uncertain: int = 0
    most_in_a_second: int = 0
    rate_outside_outages: float = 0.0
    each_second: list[int] = field(default_factory=list)
    outages: list[float] = field(default_factory=list)
    """Seconds after the first call at which something happened."""
    longest_pause_s: float = 0.0
    seconds: float = 0.0


def campaign(folder: Path, server: Server, asked: Asked) -> Figures:
    """Let it all happen, and tell what came of it."""
    outages: list[tuple[float, float]] = []
    with town(
        folder, server.fresh(), "--latency", str(LATENCY_S), rate=asked.rate, concurrency=CONCURRENCY
    ) as here:
        workers = [here.worker(f"worker-{nth}") for nth in range(asked.workers)]
        person = here.run("person", sheet(folder / "orders.csv", asked.rows))
        trouble = sorted(
            [(asked.kill_after, "kill"), (asked.stop_after, "stop"), (asked.crash_after, "crash")]
        )
        stopped_until = 0.0
        for after, what in trouble:
            here.wait(lambda after=after: _count(here) >= after, f"{after} calls")
            now = time.time()
            if what == "kill":
                workers[0].kill()
                outages.append((now, now))
            elif what == "stop":
                os.kill(workers[1].pid, signal.SIGSTOP)
                stopped_until = now + asked.stop_s
                outages.append((now, now))
            else:
                server.crash()
                time.sleep(asked.crash_s)
                server.start()
                outages.append((now, time.time()))
            if stopped_until and time.time() >= stopped_until:
                stopped_until = _wake(workers[1].pid, outages)
        if stopped_until:
            time.sleep(max(0.0, stopped_until - time.time()))
            _wake(workers[1].pid, outages)
        code = person.wait(150)
        figures = _judged(here, asked, outages)
        if code not in (0, 1):
            figures.broken.append(f"exit code {code}: {here.said('person')}")
    return figures


def _wake(pid: int, outages: list[tuple[float, float]]) -> float:
    os.kill(pid, signal.SIGCONT)
    outages.append((time.time(), time.time()))
    return 0.0


def _count(here: Town) -> int:
    path = here.folder / "books.jsonl"
    return path.read_bytes().count(b"\n")


def _judged(here: Town, asked: Asked, outages: list[tuple[float, float]]) -> Figures:
    calls, summary = here.calls(), here.summary("person")
    paid = charged(calls)
    said = reports_of_workbook(here.folder / "person.result.xlsx")
    times = [call["at"] for call in calls]
    figures = Figures(
        rows=len(said),
        calls=len(calls),
        charged=len(paid),
        charged_twice=sum(count > 1 for count in paid.values()),
        uncertain=summary["uncertain"],
        most_in_a_second=most_in_a_second(calls),
        rate_outside_outages=round(_undisturbed(times, outages), 1),
        longest_pause_s=round(max(b - a for a, b in itertools.pairwise(times)), 2),
        seconds=round(times[-1] - times[0], 1),
        each_second=[count for _, count in sorted(Counter(int(at - times[0]) for at in times).items())],
        outages=[round(began - times[0], 1) for began, _ in outages],
    )
    figures.broken += list(_faults(asked, figures, summary))
    statuses = {each.key[1]: each.status for each in said}
    for number, times_paid in paid.items():
        if statuses.get(number) not in (RowStatus.SYNCED, RowStatus.UNCERTAIN):
            figures.broken.append(f"{number}: charged {times_paid}, but told as {statuses.get(number)}")
    figures.broken += [
        f"{number}: told as synced, but never charged"
        for number, status in statuses.items()
        if status is RowStatus.SYNCED and number not in paid
    ]
    return figures


def _faults(asked: Asked, figures: Figures, summary: dict[str, Any]) -> list[str]:
    wrong = []
    if figures.charged_twice:
        wrong.append(f"{figures.charged_twice} orders charged twice")
    if not figures.rows == asked.rows == summary["rows"]:
        wrong.append(
            f"{figures.rows} rows in the result, {summary['rows']} in the totals, {asked.rows} in the sheet"
        )
    if figures.most_in_a_second > asked.rate * asked.late:
        wrong.append(f"{figures.most_in_a_second} calls in one second")
    if summary["not_sent"]:
        wrong.append(f"{summary['not_sent']} rows not sent")
    return wrong


def _undisturbed(times: list[float], outages: list[tuple[float, float]]) -> float:
    """Return the calls a second in the median whole second that touches no outage, nor the start or the end."""
    first, last = times[0] + RECOVERS_WITHIN_S, times[-1] - 1.0
    counted = Counter(int(at - first) for at in times if at >= first)
    calm = [
        counted[second]
        for second in range(int(last - first))
        if not any(
            began < first + second + 1 and first + second < ended + RECOVERS_WITHIN_S
            for began, ended in outages
        )
    ]
    return statistics.mean(calm) if calm else 0.0


def main(given: list[str]) -> int:
    """Run the campaign of the size asked for, and print what came of it; 1 when something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.campaign", description=__doc__)
    parser.add_argument("--rows", type=int, default=6_000)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--stop-s", type=float, default=30)
    asked = parser.parse_args(given)
    server = Server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = campaign(
                Path(folder),
                server,
                Asked(
                    rows=asked.rows,
                    rate=asked.rate,
                    kill_after=asked.rows // 6,
                    stop_after=asked.rows // 3,
                    stop_s=asked.stop_s,
                    crash_after=asked.rows * 5 // 6,
                ),
            )
    finally:
        server.stop()
    print(json.dumps(asdict(figures), indent=2))
    return int(bool(figures.broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

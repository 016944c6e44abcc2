"""Goal 2: never above the rate in any sliding second at the server, and nearly all of it used; back after a 429.

python -m benchmarks.rate [--rates 10,50,200,1000] [--seconds N]
"""

import argparse
import json
from array import array
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import WORK, Report, batchsync, fresh_ledger, run, serving

LATENCY_S = 0.1


def arrivals(rate: int, rows: int, *server: str) -> "array[float]":
    """Send rows at a rate against a server with latency; return when each call came."""
    seen = WORK / "arrivals"
    seen.unlink(missing_ok=True)
    with serving("--latency", str(LATENCY_S), "--arrivals", str(seen), *server) as url:
        measured = run(
            batchsync(
                "run",
                inputs.csv_file(rows, columns=2),
                "--url",
                url,
                "--ledger",
                fresh_ledger("rate"),
                "--output",
                WORK / "rate.result.xlsx",
                "--keep-alive",
                "--rate",
                str(rate),
                "--concurrency",
                str(min(1_000, max(10, rate // 2))),
                "--summary-json",
                "-",
            )
        )
    summary = json.loads(measured.stdout)[0]
    assert summary["synced"] == rows, (summary, measured.stderr)
    return read_arrivals(seen)


def read_arrivals(path: Path) -> "array[float]":
    times = array("d")
    times.frombytes(path.read_bytes())
    return times


def worst_second(times: "array[float]") -> int:
    """Most calls that any second held, wherever it starts."""
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] > 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def share_used(times: "array[float]", rate: int) -> float:
    """Calls a second from the first to the last, against the rate."""
    return (len(times) - 1) / (times[-1] - times[0]) / rate


def recovery_s(times: "array[float]", rate: int, away: int, wait_s: int) -> float:
    """Seconds after the server's wait is over until a whole second holds 95 % of the rate again."""
    over_at = times[away] + wait_s
    after = [at for at in times if at >= over_at]
    for first, at in enumerate(after):
        if first + int(0.95 * rate) < len(after) and after[first + int(0.95 * rate)] - at <= 1.0:
            return after[first + int(0.95 * rate)] - over_at
    return float("inf")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rates", default="10,50,200,1000")
    parser.add_argument("--seconds", type=int, default=12)
    options = parser.parse_args()
    report = Report("rate", f"python -m benchmarks.rate --rates {options.rates} --seconds {options.seconds}")
    for rate in (int(text) for text in options.rates.split(",")):
        times = arrivals(rate, rate * options.seconds)
        report.add(
            2,
            f"{rate}/s: worst sliding second at the server over {rate}",
            worst_second(times) / rate,
            most=1.0,
        )
        report.add(2, f"{rate}/s: share of the rate used", share_used(times, rate), least=0.95)
    rate, away, wait_s = 50, 100, 2
    times = arrivals(rate, rate * 16, "--turn-away", f"{away}:1:{wait_s}")
    report.add(2, "50/s: worst sliding second around a 429, over 50", worst_second(times) / rate, most=1.0)
    report.add(
        2,
        "50/s: seconds from the end of a 429's wait to the full rate",
        recovery_s(times, rate, away, wait_s),
        most=10.0,
        unit=" s",
    )
    report.save()


if __name__ == "__main__":
    main()

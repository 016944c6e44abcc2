"""Goal 1: calls, unthrottled, kept alive, everything on, against a bare aiohttp loop in the same rounds.

python -m benchmarks.calls [--rows N] [--rounds N]
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import WORK, Measured, Report, fresh_ledger, ratio, rounds, run, sending, serving


def bare(source: Path, url: str, kept: list[Measured]) -> Callable[[], float]:
    """The bare loop as a whole process; its own clock tells the calls alone."""

    def contest() -> float:
        kept.append(run([sys.executable, "-m", "benchmarks.bare", url, source, WORK / "bare.csv"]))
        return float(kept[-1].stdout)

    return contest


def pool(source: Path, url: str, kept: list[Measured]) -> Callable[[], float]:
    """Our pool alone: the same rows through slot, claim, send, judge and settle, without files."""

    def contest() -> float:
        ledger = fresh_ledger("pool")
        kept.append(run([sys.executable, "-m", "benchmarks.pool", url, source, ledger]))
        return float(kept[-1].stdout)

    return contest


def whole(source: Path, url: str, kept: list[Measured], rows: int) -> Callable[[], float]:
    """Our `run`: start, file, plan, ledger, calls, result workbook, summary."""

    def contest() -> float:
        measured = run(sending(source, url, fresh_ledger("calls")))
        summary = json.loads(measured.stdout)[0]
        assert summary["synced"] == rows, (summary, measured.stderr)
        kept.append(measured)
        return measured.wall_s

    return contest


def plain_rows(source: Path, rows: int) -> Path:
    """The same rows as owner, order, as the bare loop wants them."""
    plain = WORK / f"bare-{rows}.csv"
    if not plain.exists():
        with source.open(encoding="utf-8") as file:
            plain.write_text("".join(",".join(reversed(line.strip().split(","))) + "\n" for line in file))
    return plain


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    source = inputs.csv_file(options.rows, columns=2)
    plain = plain_rows(source, options.rows)
    report = Report("calls", f"python -m benchmarks.calls --rows {options.rows} --rounds {options.rounds}")
    (WORK / "results").mkdir(parents=True, exist_ok=True)
    theirs: list[Measured] = []
    alone: list[Measured] = []
    ours: list[Measured] = []
    with serving() as url:
        figures = rounds(
            {
                "bare": bare(plain, url, theirs),
                "pool": pool(plain, url, alone),
                "whole": whole(source, url, ours, options.rows),
            },
            count=options.rounds,
        )
    their_walls = [measured.wall_s for measured in theirs[1:]]
    speed = ratio(figures["bare"], figures["pool"])
    report.add(
        1,
        "calls a second, pool against bare loop",
        speed,
        least=1.0,
        note=f"{options.rows / sorted(figures['pool'])[options.rounds // 2]:,.0f}/s here",
    )
    report.add(
        1,
        "whole process against whole process (start, file, plan, result in)",
        ratio(their_walls, figures["whole"]),
        least=1.0,
    )
    report.add(
        1,
        "CPU of the pool's process against the bare loop's",
        ratio([m.cpu_s for m in alone[1:]], [m.cpu_s for m in theirs[1:]]),
    )
    report.add(
        1,
        "CPU of the whole process against the bare loop's",
        ratio([m.cpu_s for m in ours[1:]], [m.cpu_s for m in theirs[1:]]),
    )
    report.save()


if __name__ == "__main__":
    main()

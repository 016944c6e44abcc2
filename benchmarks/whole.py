"""Goal 5: a million rows, whole: `check`, a run in which all is already synced, and the cost per row by size.

python -m benchmarks.whole [--rows N] [--rounds N] [--sizes 1000,10000,...] [--sent 1000,10000,...]
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import (
    WORK,
    Measured,
    Report,
    batchsync,
    fresh_ledger,
    ratio,
    rounds,
    run,
    sending,
    serving,
)
from benchmarks.prepare import prepare

NOWHERE = "http://127.0.0.1:9/vv/external/pinSynchronization"
TINY = 10
"""Rows of a file whose cost is taken for that of the start."""


def calamine(path: Path, rows: int) -> Measured:
    measured = run([sys.executable, "-m", "benchmarks.readers", "calamine", path])
    _, seen = measured.stdout.split()
    assert int(seen) == rows, seen
    return measured


def check(paths: Sequence[Path], ledger: Path) -> Measured:
    measured = run(batchsync("check", *paths, "--url", NOWHERE, "--ledger", ledger))
    assert measured.status == 0, measured.stderr
    return measured


def all_synced(path: Path, ledger: Path, rows: int) -> Measured:
    measured = run(sending(path, NOWHERE, ledger))
    summary = json.loads(measured.stdout)[0]
    assert summary["already_synced"] == rows, (summary, measured.stderr)
    assert summary["calls"] == 0
    return measured


def sent(path: Path, url: str, rows: int) -> Measured:
    measured = run(sending(path, url, fresh_ledger("sent")))
    summary = json.loads(measured.stdout)[0]
    assert summary["synced"] == rows, (summary, measured.stderr)
    return measured


def known_ledger(rows: int) -> Path:
    """A ledger that knows all orders of a file, made once for each size."""
    kept = WORK / "ledgers" / f"known-{rows}" / "ledger.sqlite"
    if not kept.exists():
        prepare(str(fresh_ledger(f"known-{rows}")), NOWHERE, rows)
    target = fresh_ledger("known")
    for file in kept.parent.iterdir():
        shutil.copy(file, target.parent)
    return target


def walls(contest: Callable[[], Measured], kept: list[Measured]) -> Callable[[], float]:
    def timed() -> float:
        kept.append(contest())
        return kept[-1].elapsed_s

    return timed


def big(report: Report, rows: int, count: int) -> None:
    """Whole processes: start, read, and for ours the plan, the ledger and (of the run) the result."""
    path = inputs.xlsx_file(rows)
    kept: dict[str, list[Measured]] = {"calamine": [], "check": [], "all synced": []}
    contests: dict[str, Callable[[], Measured]] = {
        "calamine": lambda: calamine(path, rows),
        "check": lambda: check([path], WORK / "ledgers" / "none.sqlite"),
        "all synced": lambda: all_synced(path, known_ledger(rows), rows),
    }
    figures = rounds(
        {name: walls(contest, kept[name]) for name, contest in contests.items()}, count=count, warm_up=False
    )
    for name, what, most in (
        ("check", "`check`", 2.5),
        ("all synced", "`run` in which all is already synced, with its result,", 5.0),
    ):
        report.add(
            5,
            f"{what} of {rows:,} rows against calamine's read",
            ratio(figures[name], figures["calamine"]),
            most=most,
            note=f"{statistics.median(figures[name]):.1f} s here",
        )
        cpu = {side: [measured.cpu_s for measured in kept[side]] for side in (name, "calamine")}
        report.add(5, f"{what} the same by CPU", ratio(cpu[name], cpu["calamine"]), most=most)
        peak = max(measured.peak_mib for measured in kept[name])
        report.add(5, f"{what} peak of parent and child", peak, most=600, unit=" MiB")


def copies(rows: int, files: int) -> list[Path]:
    """Files that are checked in one command, so that its start's noise is shared by many rows."""
    original = inputs.xlsx_file(rows)
    folder = WORK / "copies"
    folder.mkdir(exist_ok=True)
    return [shutil.copy(original, folder / f"{nth}-{original.name}") for nth in range(files)]


def least_cpu_s(measure: Callable[[], Measured], looks: int) -> float:
    """CPU of all processes; noise only adds, so the least is nearest to the truth."""
    return min(measure().cpu_s for _ in range(looks))


def by_size(
    report: Report,
    name: str,
    sizes: list[int],
    measure: Callable[[int, int], Measured],
    *,
    most_files: int = 1,
) -> None:
    """CPU per row above what as many tiny files cost; `measure` takes rows a file, and files."""
    costs: list[tuple[float, float]] = []
    for rows in sizes:
        files = max(1, min(most_files, 100_000 // rows))
        looks = max(1, min(10, 300_000 // (rows * files)))
        start = least_cpu_s(partial(measure, TINY, files), max(3, looks))
        took = least_cpu_s(partial(measure, rows, files), looks)
        costs.append((rows, (took - start) / (rows * files) * 1e6))
        print(f"  {name}: {rows:>9,} rows {costs[-1][1]:8.2f} us of CPU a row", flush=True)
    report.series[name] = costs
    beyond = [cost for rows, cost in costs if rows >= 10_000]
    if len(beyond) > 1:
        report.add(
            5,
            f"cost per row of {name}: worst over best from 10,000 rows on",
            max(beyond) / min(beyond),
            most=1.2,
        )


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=numbers, default="1000,10000,100000,1000000")
    parser.add_argument("--sent", type=numbers, default="1000,10000,100000")
    options = parser.parse_args()
    (WORK / "results").mkdir(parents=True, exist_ok=True)
    report = Report("whole", f"python -m benchmarks.whole --rows {options.rows} --rounds {options.rounds}")
    big(report, options.rows, options.rounds)
    nowhere = WORK / "ledgers" / "none.sqlite"
    by_size(
        report,
        "check",
        options.sizes,
        lambda rows, files: check(copies(rows, files), nowhere),
        most_files=20,
    )
    by_size(
        report,
        "a run, all synced before",
        options.sizes,
        lambda rows, _: all_synced(inputs.xlsx_file(rows), known_ledger(rows), rows),
    )
    with serving() as url:
        by_size(
            report, "a run, all sent", options.sent, lambda rows, _: sent(inputs.xlsx_file(rows), url, rows)
        )
    report.save()


if __name__ == "__main__":
    main()

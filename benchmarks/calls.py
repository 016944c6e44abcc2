"""Goal 1: calls, unthrottled, kept alive, everything on, against a bare aiohttp loop in the same rounds.

Both on asyncio and both on uvloop, and each process as its users start it: theirs on asyncio, ours on uvloop.

python -m benchmarks.calls [--rows N] [--rounds N]
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.loops import BEST, LOOPS
from benchmarks.measure import WORK, Measured, Report, fresh_ledger, ratio, rounds, run, sending, serving

Kept = dict[str, list[Measured]]
"""The runs of each contestant; the first is its warm-up."""


def bare(loop: str, source: Path, url: str, kept: Kept) -> Callable[[], float]:
    """The bare loop as a whole process; its own clock measures the calls only."""

    def contest() -> float:
        measured = run([sys.executable, "-m", "benchmarks.bare", loop, url, source, WORK / "bare.csv"])
        kept.setdefault(f"bare {loop}", []).append(measured)
        return float(measured.stdout.split()[0])

    return contest


def pool(loop: str, source: Path, url: str, kept: Kept) -> Callable[[], float]:
    """Our pool alone: the same rows through slot, claim, send, judge and settle, without files."""

    def contest() -> float:
        measured = run([sys.executable, "-m", "benchmarks.pool", loop, url, source, fresh_ledger("pool")])
        kept.setdefault(f"pool {loop}", []).append(measured)
        return float(measured.stdout.split()[0])

    return contest


def whole(source: Path, url: str, kept: Kept, rows: int) -> Callable[[], float]:
    """Our `run`: start, file, plan, ledger, calls, result workbook, summary."""

    def contest() -> float:
        measured = run(sending(source, url, fresh_ledger("calls")))
        summary = json.loads(measured.stdout)[0]
        assert summary["synced"] == rows, (summary, measured.stderr)
        kept.setdefault("whole", []).append(measured)
        return measured.elapsed_s

    return contest


def plain_rows(source: Path, rows: int) -> Path:
    """The same rows as owner, order, as the bare loop wants them."""
    plain = WORK / f"bare-{rows}.csv"
    if not plain.exists():
        with source.open(encoding="utf-8") as file:
            plain.write_text("".join(",".join(reversed(line.strip().split(","))) + "\n" for line in file))
    return plain


def cpu_ratio(kept: Kept, ours: str, theirs: str) -> float:
    """CPU of the calls alone, the warm-up aside."""
    return ratio(*([calls_cpu_s(m) for m in kept[name][1:]] for name in (ours, theirs)))


def calls_cpu_s(measured: Measured) -> float:
    return float(measured.stdout.split()[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rows, count = options.rows, options.rounds
    (WORK / "results").mkdir(parents=True, exist_ok=True)
    source = inputs.csv_file(rows, columns=2)
    plain = plain_rows(source, rows)
    report = Report("calls", f"python -m benchmarks.calls --rows {rows} --rounds {count}")
    kept: Kept = {}
    with serving() as url:
        contestants = {f"bare {loop}": bare(loop, plain, url, kept) for loop in LOOPS}
        contestants |= {f"pool {loop}": pool(loop, plain, url, kept) for loop in LOOPS}
        figures = rounds(contestants | {"whole": whole(source, url, kept, rows)}, count=count)
    for loop in LOOPS:
        ours, theirs = figures[f"pool {loop}"], figures[f"bare {loop}"]
        note = f"{rows / sorted(ours)[count // 2]:,.0f}/s here"
        report.add(
            1,
            f"calls a second, pool against bare loop, both on {loop}",
            ratio(theirs, ours),
            least=1.0,
            note=note,
        )
        report.add(
            1,
            "the same: CPU a call, the ledger's thread included",
            cpu_ratio(kept, f"pool {loop}", f"bare {loop}"),
        )
    report.add(
        1,
        f"calls a second, pool on {BEST} against bare loop on asyncio",
        ratio(figures["bare asyncio"], figures[f"pool {BEST}"]),
        least=1.0,
    )
    their_times = [measured.elapsed_s for measured in kept["bare asyncio"][1:]]
    report.add(
        1,
        "`batchsync run` against the bare loop's script, whole processes (start, file, plan, result in)",
        ratio(their_times, figures["whole"]),
        least=1.0,
    )
    ours_whole, theirs_whole = kept["whole"][1:], kept["bare asyncio"][1:]
    report.add(1, "the same: CPU", ratio([m.cpu_s for m in ours_whole], [m.cpu_s for m in theirs_whole]))
    report.save()


if __name__ == "__main__":
    main()

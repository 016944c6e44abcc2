"""Goal 3: reading a million rows, against calamine (xlsx) and the standard library (CSV).

python -m benchmarks.reading [--rows N] [--rounds N]
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import Measured, Report, ratio, rounds, run

ODS_ROWS = 150_000


def reading(way: str, path: Path, rows: int, kept: dict[str, list[Measured]]) -> Callable[[], float]:
    def contest() -> float:
        measured = run([sys.executable, "-m", "benchmarks.readers", way, path])
        assert measured.status == 0, measured.stderr
        seconds, seen = measured.stdout.split()
        assert int(seen) == rows, (way, seen)
        kept.setdefault(f"{way} {path.name}", []).append(measured)
        return float(seconds)

    return contest


def peak(kept: list[Measured]) -> float:
    return max(measured.peak_mib for measured in kept)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows, count = options.rows, options.rounds
    report = Report("reading", f"python -m benchmarks.reading --rows {rows} --rounds {count}")
    kept: dict[str, list[Measured]] = {}
    xlsx, inline, text = inputs.xlsx_file(rows), inputs.xlsx_file(rows, inline=True), inputs.csv_file(rows)
    chinese = inputs.csv_file(rows, encoding="gbk")
    prefixed, ods = inputs.xlsx_file(rows, prefix="x"), inputs.ods_file(ODS_ROWS)
    ways = {
        "calamine": ("calamine", xlsx),
        "orders": ("orders", xlsx),
        "inline calamine": ("calamine", inline),
        "inline orders": ("orders", inline),
        "prefixed calamine": ("calamine", prefixed),
        "prefixed orders": ("orders", prefixed),
        "ods calamine": ("calamine", ods),
        "ods orders": ("orders", ods),
        "csv": ("csv", text),
        "csv orders": ("orders", text),
        "gbk csv": ("csv-gbk", chinese),
        "gbk orders": ("orders", chinese),
    }
    figures = rounds(
        {
            name: reading(way, path, ODS_ROWS if path == ods else rows, kept)
            for name, (way, path) in ways.items()
        },
        count=count,
        warm_up=False,
    )
    report.add(
        3,
        f"{rows:,} rows of xlsx against calamine's to_python",
        ratio(figures["orders"], figures["calamine"]),
        most=1.1,
        note=f"{sorted(figures['orders'])[count // 2]:.1f} s here",
    )
    report.add(3, "the same with inline strings", ratio(figures["inline orders"], figures["inline calamine"]))
    report.add(
        3,
        "the same with a namespace prefix",
        ratio(figures["prefixed orders"], figures["prefixed calamine"]),
        most=1.5,
    )
    report.add(
        3,
        f"{ODS_ROWS:,} rows of .ods against calamine's to_python",
        ratio(figures["ods orders"], figures["ods calamine"]),
        most=4,
    )
    report.add(
        3,
        "peak of parent and child, xlsx, nothing kept",
        peak(kept[f"orders {xlsx.name}"]),
        most=150,
        unit=" MiB",
        note=f"calamine {peak(kept[f'calamine {xlsx.name}']):.0f} MiB",
    )
    report.add(
        3,
        f"{rows:,} rows of CSV against stdlib csv",
        ratio(figures["csv orders"], figures["csv"]),
        most=1.5,
        note=f"{sorted(figures['csv orders'])[count // 2]:.1f} s here",
    )
    report.add(
        3,
        "the same in GBK against stdlib csv",
        ratio(figures["gbk orders"], figures["gbk csv"]),
        most=1.5,
    )
    report.add(
        3,
        "peak of parent and child, CSV, nothing kept",
        peak(kept[f"orders {text.name}"]),
        most=150,
        unit=" MiB",
    )
    for what, ours, theirs, most in (
        ("xlsx", f"orders {xlsx.name}", f"calamine {xlsx.name}", 1.1),
        ("CSV", f"orders {text.name}", f"csv {text.name}", 1.5),
    ):
        by_cpu = ratio([m.cpu_s for m in kept[ours]], [m.cpu_s for m in kept[theirs]])
        report.add(3, f"{what}, by CPU of whole processes, their start in", by_cpu, most=most)
    report.save()


if __name__ == "__main__":
    main()

"""Goal 4: a result of a million rows against XlsxWriter; a user's own workbook back against openpyxl.

python -m benchmarks.writing [--rows N] [--back N] [--rounds N]
"""

import argparse
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import WORK, Measured, Report, ratio, rounds, run


def writing(
    way: str, source: Path, rows: int, kept: dict[str, list[tuple[Measured, float]]]
) -> Callable[[], float]:
    target = WORK / "results" / f"{way}-{source.stem}.result.xlsx"

    def contest() -> float:
        measured = run([sys.executable, "-m", "benchmarks.writers", way, source, target, str(rows)])
        assert measured.status == 0, measured.stderr
        seconds, held = map(float, measured.stdout.split())
        with zipfile.ZipFile(target) as book:
            sheet = book.read("xl/worksheets/sheet1.xml")
        assert sheet.count(b"<row ") >= rows + 1, (way, sheet.count(b"<row "))
        kept.setdefault(f"{way} {source.name}", []).append((measured, held))
        return seconds

    return contest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--back", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    (WORK / "results").mkdir(parents=True, exist_ok=True)
    report = Report(
        "writing",
        f"python -m benchmarks.writing --rows {options.rows} --back {options.back} --rounds {options.rounds}",
    )
    kept: dict[str, list[tuple[Measured, float]]] = {}
    text, own = inputs.csv_file(options.rows, columns=4), inputs.xlsx_file(options.back)
    figures = rounds(
        {
            "xlsxwriter": writing("xlsxwriter", text, options.rows, kept),
            "ours": writing("ours", text, options.rows, kept),
            "openpyxl": writing("openpyxl", own, options.back, kept),
            "back": writing("ours", own, options.back, kept),
        },
        count=options.rounds,
        warm_up=False,
    )
    cpu = {
        way: [measured.cpu_s for measured, _ in kept[f"{way} {text.name}"]] for way in ("ours", "xlsxwriter")
    }
    report.add(
        4, "the result from a CSV, by CPU of whole processes", ratio(cpu["ours"], cpu["xlsxwriter"]), most=0.2
    )
    above = max(measured.peak_mib - held for measured, held in kept[f"ours {text.name}"])
    report.add(
        4,
        f"result of {options.rows:,} rows x 11 from a CSV (read again) against XlsxWriter constant_memory",
        ratio(figures["ours"], figures["xlsxwriter"]),
        most=0.2,
        note=f"{figures['ours'][0]:.1f} s here",
    )
    report.add(
        4, "the same: peak of parent and child above what was held before", above, most=100, unit=" MiB"
    )
    report.add(
        4,
        f"the user's own workbook of {options.back:,} rows back, against openpyxl's load and save",
        ratio(figures["back"], figures["openpyxl"]),
        most=0.06,
        note=f"{figures['back'][0]:.2f} s here",
    )
    above = max(measured.peak_mib - held for measured, held in kept[f"ours {own.name}"])
    report.add(4, "the same: peak above what was held before", above, most=100, unit=" MiB")
    report.save()


if __name__ == "__main__":
    main()

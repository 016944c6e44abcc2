"""docs/performance.md and its plot, from the figures that the other scripts kept.

python -m benchmarks.report
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from benchmarks.measure import ROOT, WORK, machine

ORDER = ("calls", "rate", "reading", "writing", "whole", "million", "startup", "soak", "peers")
DOC = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
COLOURS = ("#1f4e78", "#c55a11", "#548235", "#7030a0")
HEAD = """# How fast, and how large

Written by `make bench`; do not edit. Every figure is a ratio: what is compared ran in turn (A B A B ...) on the same
machine, and a ratio is the median of the rounds' own ratios. Seconds are told for a feeling only.

Machine: {machine}. The servers are on loopback, in processes of their own (`benchmarks/server.py`).
"""
GOALS = {
    1: "Calls: unthrottled, kept alive, everything on (departure, durable ledger, pace, judge, progress)",
    2: "Rate: counted at the server, in every sliding second",
    3: "Reading a million rows",
    4: "Writing a million rows",
    5: "A million rows, whole",
    6: "Start",
    7: "Peers, for a feeling: calls a second against ours in the same rounds",
    9: "Soak",
}


def load() -> list[dict[str, Any]]:
    found = [WORK / f"{name}.json" for name in ORDER]
    return [json.loads(path.read_text()) for path in found if path.exists()]


def shown(value: object) -> str:
    if isinstance(value, str):
        return value
    assert isinstance(value, int | float)
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def table(goal: int, reports: Sequence[dict[str, Any]]) -> str:
    lines = [f"## {GOALS[goal]}", "", "| what | figure | goal | |", "|---|---|---|---|"]
    commands: list[str] = []
    for report in reports:
        mine = [figure for figure in report["figures"] if figure["goal"] == goal]
        if mine:
            commands.append(f"`{report['command']}` ({report['at']})")
        for figure in mine:
            verdict = {True: "met", False: "**missed**", None: ""}[figure["met"]]
            note = f" {figure['note']}" if figure["note"] else ""
            lines.append(
                f"| {figure['what']} | {shown(figure['value'])} | {figure['bound']} | {verdict}{note} |"
            )
    lines += ["", "By " + ", ".join(commands), ""]
    return "\n".join(lines)


def plot(series: dict[str, list[tuple[float, float]]]) -> str:
    """Cost per row by size, both axes logarithmic, as an SVG by hand."""
    left, top, width, height = 70, 20, 560, 300
    points = [point for line in series.values() for point in line]
    low, high = min(cost for _, cost in points) / 2, max(cost for _, cost in points) * 2
    least, most = min(rows for rows, _ in points), max(rows for rows, _ in points)

    def x(rows: float) -> float:
        return left + width * math.log(rows / least) / math.log(most / least)

    def y(cost: float) -> float:
        return top + height * (1 - math.log(cost / low) / math.log(high / low))

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 400" font-family="sans-serif" font-size="12">',
        '<rect width="660" height="400" fill="white"/>',
        f'<text x="{left + width / 2}" y="385" text-anchor="middle">rows</text>',
        (
            f'<text x="16" y="{top + height / 2}" text-anchor="middle" '
            f'transform="rotate(-90 16 {top + height / 2})">microseconds of CPU a row</text>'
        ),
    ]
    for power in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1):
        rows = 10**power
        if least <= rows <= most:
            out.append(
                f'<line x1="{x(rows):.1f}" y1="{top}" x2="{x(rows):.1f}" y2="{top + height}" stroke="#ddd"/>'
            )
            out.append(
                f'<text x="{x(rows):.1f}" y="{top + height + 18}" text-anchor="middle">{rows:,}</text>'
            )
    for cost in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if low <= cost <= high:
            out.append(
                f'<line x1="{left}" y1="{y(cost):.1f}" x2="{left + width}" y2="{y(cost):.1f}" stroke="#ddd"/>'
            )
            out.append(f'<text x="{left - 8}" y="{y(cost) + 4:.1f}" text-anchor="end">{cost}</text>')
    for colour, (name, line) in zip(COLOURS, series.items(), strict=False):
        path = " ".join(f"{x(rows):.1f},{y(cost):.1f}" for rows, cost in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [
            f'<circle cx="{x(rows):.1f}" cy="{y(cost):.1f}" r="3.5" fill="{colour}"/>' for rows, cost in line
        ]
        rows, cost = line[-1]
        out.append(
            f'<text x="{min(x(rows), left + width) - 6:.1f}" y="{y(cost) - 9:.1f}" text-anchor="end" fill="{colour}">{name}</text>'
        )
    return "\n".join([*out, "</svg>"]) + "\n"


def main() -> None:
    reports = load()
    goals = sorted({figure["goal"] for report in reports for figure in report["figures"]})
    text = HEAD.format(machine=machine())
    series = {name: line for report in reports for name, line in report["series"].items() if line}
    for goal in goals:
        text += "\n" + table(goal, reports)
        if goal == 5 and series:
            PLOT.write_text(plot(series), encoding="utf-8")
            text += "\n![Cost per row by size: flat](performance.svg)\n\nOf all processes, above what a file of ten rows costs.\n"
    DOC.write_text(text, encoding="utf-8")
    missed = [figure["what"] for report in reports for figure in report["figures"] if figure["met"] is False]
    print(f"wrote {DOC.relative_to(ROOT)}; missed: {', '.join(missed) or 'nothing'}")


if __name__ == "__main__":
    main()

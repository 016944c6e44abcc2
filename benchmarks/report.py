"""docs/performance.md and its plot, from the figures that the other scripts kept.

python -m benchmarks.report
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.measure import ROOT, WORK, machine
from benchmarks.plot import plot

ORDER = (
    "calls",
    "rate",
    "reading",
    "writing",
    "whole",
    "million",
    "startup",
    "soak",
    "peers",
)
DOC = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "performance.svg"
HEAD = """# Performance

Written by `make bench`; do not edit. Every figure is a ratio: both sides ran alternately (A B A B ...) on the same
machine, and the figure is the median of the ratios of all rounds. Times in seconds are for orientation only.

Machine: {machine}. The servers are on loopback, in separate processes (`benchmarks/server.py`). The machine's load
is given with each command; a high load makes ratios less exact.
"""
GOALS = {
    1: "Calls: unthrottled, kept alive, everything on (departure, durable ledger, pace, judge, progress)",
    2: "Rate: counted at the server, in every sliding second",
    3: "Reading a million rows",
    4: "Writing a million rows",
    5: "A million rows, whole",
    6: "Start",
    7: "Peers: calls a second against our pool's in the same rounds",
    9: "Soak: an hour at 50 calls a second, one in a hundred going wrong",
}
TWO_AT_ONCE = """
A file is parsed in a limited subprocess while its parent plans or writes: two processes that use a core each. Where many
others want the two cores (see the load), that counts twice by the clock; the CPU is what the work takes.
"""
EXPLANATIONS = {
    1: """
Our pool has two threads, one of which waits for the disk; on a machine that is wanted by many (see the load) they wait
for a core, too, and the ratio by the clock sinks towards 1. The whole `run` has its start, its reader's child and its
result in it; on a busy machine that child waits for a core as well, and the CPU tells more than the clock.
""",
    3: TWO_AT_ONCE,
    4: TWO_AT_ONCE,
    9: """
The hour ran at real-time priority (`chrt -f 10`) beside other work, so that the machine's own pauses stay out of it. Its
memory is flat since the ledger keeps 8 MiB of pages instead of 32: those filled over the first 400,000 calls.
""",
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
            commands.append(f"`{report['command']}` ({report['at']}, load {report['load']:.0f})")
        for figure in mine:
            verdict = {True: "met", False: "**missed**", None: ""}[figure["met"]]
            remark = ": ".join(part for part in (verdict, figure["note"]) if part)
            lines.append(f"| {figure['what']} | {shown(figure['value'])} | {figure['bound']} | {remark} |")
    lines += [EXPLANATIONS.get(goal, ""), "By " + ", ".join(commands), ""]
    return "\n".join(lines)


def main() -> None:
    reports = load()
    goals = sorted({figure["goal"] for report in reports for figure in report["figures"]})
    text = HEAD.format(machine=machine())
    series = {name: line for report in reports for name, line in report["series"].items() if line}
    for goal in goals:
        text += "\n" + table(goal, reports)
        if goal == 5 and series:
            PLOT.write_text(plot(series), encoding="utf-8")
            text += f"\n![Cost per row by size](images/{PLOT.name})\n\nOf all processes, above what a file of ten rows costs.\n"
    DOC.write_text(text, encoding="utf-8")
    missed = [figure["what"] for report in reports for figure in report["figures"] if figure["met"] is False]
    print(f"wrote {DOC.relative_to(ROOT)}; missed: {', '.join(missed) or 'nothing'}")


if __name__ == "__main__":
    main()

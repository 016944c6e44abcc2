"""Cost per row by size as an SVG, both axes logarithmic: flat is a level line."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LEFT, TOP, WIDTH, HEIGHT = 70, 20, 560, 300
COLOURS = ("#1f4e78", "#c55a11", "#548235", "#7030a0")
COSTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
Line = list[tuple[float, float]]
"""Points of (rows, microseconds a row)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """Where a point stands on the paper."""

    least: float
    most: float
    low: float
    high: float

    def x(self, rows: float) -> float:
        return LEFT + WIDTH * math.log(rows / self.least) / math.log(self.most / self.least)

    def y(self, cost: float) -> float:
        return TOP + HEIGHT * (1 - math.log(cost / self.low) / math.log(self.high / self.low))


def plot(lines: Mapping[str, Line]) -> str:
    """Draw one line for each name."""
    points = [point for line in lines.values() for point in line]
    axes = Axes(
        least=min(rows for rows, _ in points),
        most=max(rows for rows, _ in points),
        low=min(cost for _, cost in points) / 2,
        high=max(cost for _, cost in points) * 2,
    )
    drawn = [*_frame(), *_grid(axes)]
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        drawn += _line(axes, colour, name, line)
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _frame() -> Iterator[str]:
    middle = TOP + HEIGHT / 2
    yield '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 400" font-family="sans-serif" font-size="12">'
    yield '<rect width="660" height="400" fill="white"/>'
    yield _text(LEFT + WIDTH / 2, 385, "rows", anchor="middle")
    yield _text(
        16, middle, "microseconds of CPU a row", anchor="middle", more=f' transform="rotate(-90 16 {middle})"'
    )


def _grid(axes: Axes) -> Iterator[str]:
    first, last = math.ceil(math.log10(axes.least)), math.floor(math.log10(axes.most))
    for rows in (10**power for power in range(first, last + 1)):
        x = axes.x(rows)
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + HEIGHT}" stroke="#ddd"/>'
        yield _text(x, TOP + HEIGHT + 18, f"{rows:,}", anchor="middle")
    for cost in COSTS:
        if axes.low <= cost <= axes.high:
            y = axes.y(cost)
            yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + WIDTH}" y2="{y:.1f}" stroke="#ddd"/>'
            yield _text(LEFT - 8, y + 4, f"{cost:,}")


def _line(axes: Axes, colour: str, name: str, line: Line) -> Iterator[str]:
    path = " ".join(f"{axes.x(rows):.1f},{axes.y(cost):.1f}" for rows, cost in line)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for rows, cost in line:
        yield f'<circle cx="{axes.x(rows):.1f}" cy="{axes.y(cost):.1f}" r="3.5" fill="{colour}"/>'
    rows, cost = line[-1]
    yield _text(axes.x(rows) - 6, axes.y(cost) - 9, name, more=f' fill="{colour}"')


def _text(x: float, y: float, text: str, *, anchor: str = "end", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{text}</text>'

"""A bar chart as SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, BOTTOM, TOP = 52, 16, 24, 14
GAP = 0.28
MOST_LABELS = 10


class Bar(NamedTuple):
    """One bar: spent points below, possibly spent points on top."""

    label: str
    sure: int
    possible: int = 0


def bars_svg(bars: Sequence[Bar], title: str) -> str:
    """Return a self-contained SVG with a title for screen readers."""
    top = _round_up(max((bar.sure + bar.possible for bar in bars), default=0))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    parts = [f'{head} font-family="sans-serif" font-size="11"><title>{escape(title)}</title>']
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.18"/>'
        )
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="currentColor" fill-opacity="0.7">{round(top * share):,}</text>'
        )
    step = (WIDTH - LEFT - RIGHT) / max(1, len(bars))
    every = -(-len(bars) // MOST_LABELS) or 1
    for index, bar in enumerate(bars):
        parts += _bar(bar, LEFT + step * index, step, top, labelled=(len(bars) - 1 - index) % every == 0)
    return "".join([*parts, "</svg>"])


def _bar(bar: Bar, x: float, step: float, top: int, *, labelled: bool) -> list[str]:
    sure, both = bar.sure / top, (bar.sure + bar.possible) / top
    left, width = x + step * GAP / 2, step * (1 - GAP)
    label = f"{bar.label}: {bar.sure:,}" + (f" + {bar.possible:,}?" if bar.possible else "")
    parts = [f"<g><title>{escape(label)}</title>"]
    for low, high, kind, colour in ((0.0, sure, "sure", "#2f6fab"), (sure, both, "possible", "#d9a13b")):
        if high > low:
            parts.append(
                f'<rect x="{left:.1f}" y="{_y(high):.1f}" width="{width:.1f}" height="{_y(low) - _y(high):.1f}"'
                f' class="{kind}" fill="{colour}"/>'
            )
    if labelled:
        parts.append(
            f'<text x="{x + step / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle" fill="currentColor" fill-opacity="0.7">'
            f"{escape(bar.label)}</text>"
        )
    return [*parts, "</g>"]


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share


def _round_up(most: int) -> int:
    """Return the next of 2, 4, 10, 20, 40, 100 ...: an axis with a whole middle."""
    top = 2
    while top < most:
        top = top * 2 if str(top)[0] != "4" else top // 4 * 10
    return top

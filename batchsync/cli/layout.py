"""Columns of text on a terminal, where a Chinese character is two columns wide."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

_NOT_FIRST = frozenset("，。；：、）”！？")
"""Marks that must not begin a line."""


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Fill up to a width, at the right or (for numbers) at the left."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text at blanks, or between Chinese characters, so that no line is wider than `columns`."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        if line.strip() and width(line + piece) > columns and piece not in _NOT_FIRST:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or not piece.isspace() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def table(rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as lines with aligned columns; those in `numbers` stand at the right."""
    if not rows:
        return []
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            padded(cell, widths[place], right=place in numbers) for place, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def clock(seconds: float) -> str:
    """Return 0:07, 3:21 or 1:02:03."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def moment(at: datetime | None) -> str:
    """Return a time as the user's wall clock shows it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at else "-"


def size(count: float) -> str:
    """Return bytes as 812 B, 3.4 MB or 12 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def one_line(text: str, longest: int = 60) -> str:
    """Return foreign text so that it can neither break the line nor drive the terminal."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"

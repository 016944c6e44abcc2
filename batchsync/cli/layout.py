"""Columns of text on a terminal, where a Chinese character is two columns wide."""

import re
from collections.abc import Sequence

from batchsync.formatting import display_width

_NOT_FIRST = frozenset("，。；：、）”！？")
"""Marks that must not begin a line."""


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Fill up to a width, at the right or (for numbers) at the left."""
    blanks = " " * max(0, columns - display_width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text at blanks, or between Chinese characters, so that no line is wider than `columns`."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        if line.strip() and display_width(line + piece) > columns and piece not in _NOT_FIRST:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or not piece.isspace() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def table(rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as lines with aligned columns; those in `numbers` stand at the right."""
    if not rows:
        return []
    widths = [max(display_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            padded(cell, widths[place], right=place in numbers) for place, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def one_line(text: str, longest: int = 60) -> str:
    """Return foreign text so that it can neither break the line nor drive the terminal."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"

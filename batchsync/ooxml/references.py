"""How a spreadsheet names its columns, cells and ranges; its limits."""

import re
from dataclasses import dataclass

_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")
MOST_COLUMNS = 16_384
MOST_LINES = 1_048_576


def letter(column: int) -> str:
    """Return the letters that a spreadsheet shows for a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_of(letters: str) -> int | None:
    """Return the column, counted from 0, that letters such as C or AB mean; None when they mean none."""
    if not _LETTERS.fullmatch(letters):
        return None
    number = 0
    for char in letters.upper():
        number = number * 26 + ord(char) - 64
    return number - 1 if number <= MOST_COLUMNS else None


def address(column: int, line: int) -> str:
    """Return a cell's address, such as B12."""
    return f"{letter(column)}{line}"


@dataclass(frozen=True, slots=True)
class Range:
    """A block of cells, both ends included. Columns count from 0, lines from 1."""

    left: int
    top: int
    right: int
    bottom: int

    @staticmethod
    def parse(text: str) -> "Range | None":
        """Read a reference such as A1:F20 or A1; None when it is neither."""
        found = _RANGE.fullmatch(text.strip())
        if not found:
            return None
        left, right = column_of(found[1]), column_of(found[3] or found[1])
        if left is None or right is None:
            return None
        return Range(left, int(found[2]), right, int(found[4] or found[2]))

    def __str__(self) -> str:
        return f"{address(self.left, self.top)}:{address(self.right, self.bottom)}"

    def absolute(self) -> str:
        """Return the reference with dollar signs."""
        return f"${letter(self.left)}${self.top}:${letter(self.right)}${self.bottom}"

    def overlaps(self, other: "Range") -> bool:
        """Whether the two have a cell in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


def is_true(value: str | None) -> bool:
    """Whether an attribute of a Boolean type is true: hidden="1", hidden="true"; not hidden="false"."""
    return value is not None and value.strip().lower() in ("1", "true", "on")

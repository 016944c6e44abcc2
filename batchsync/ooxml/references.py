"""How a spreadsheet names its columns and cells."""

import re

_LETTERS = re.compile(r"[A-Za-z]{1,3}")
MOST_COLUMNS = 16_384


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

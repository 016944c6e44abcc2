"""What calamine doesn't tell of a sheet's cells: number formats, error cells, hidden rows, merges of an .xlsb."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.reader.merged_cells import Merge
from batchsync.reader.number_formats import Format, date_text, shown
from batchsync.reader.source import DATE, EMPTY, ERROR, NUMBER, Line

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Excel's error codes in both binary formats."""


class CellOverrides(NamedTuple):
    """Of one sheet: by line (from 1), then by column (from 0)."""

    formats: dict[int, dict[int, Format]]
    """Only those that show a number otherwise than as its digits."""
    errors: dict[int, dict[int, str]]
    hidden: set[int]
    merges: list[Merge]

    @classmethod
    def none(cls) -> "CellOverrides":
        return cls({}, {}, set(), [])

    def note_format(self, line: int, column: int, form: Format) -> None:
        """Remember how a number is shown."""
        self.formats.setdefault(line, {})[column] = form

    def note_error(self, line: int, column: int, code: int) -> None:
        """Remember an error cell."""
        self.errors.setdefault(line, {})[column] = ERRORS.get(code, "#N/A")


def apply_overrides(lines: Iterable[Line], extras: CellOverrides) -> Iterator[Line]:
    """Yield the lines with what the extras know of them, and those that hold nothing but errors."""
    missing = sorted(extras.errors, reverse=True)
    for line in lines:
        while missing and missing[-1] < line.number:
            yield _patched(Line(missing.pop(), [], []), extras)
        if missing and missing[-1] == line.number:
            missing.pop()
        yield _patched(line, extras)
    while missing:
        yield _patched(Line(missing.pop(), [], []), extras)


def _patched(line: Line, extras: CellOverrides) -> Line:
    number = line.number
    if number in extras.hidden:
        line = line._replace(hidden=True)
    errors, formats = extras.errors.get(number), extras.formats.get(number)
    if not errors and not formats:
        return line
    cells, kinds = list(line.cells), list(line.kinds)
    for column, form in (formats or {}).items():
        if column < len(cells) and kinds[column] == NUMBER:
            cells[column], kinds[column] = _as_shown(cells[column], form)
    for column, text in (errors or {}).items():
        missing = column + 1 - len(cells)
        cells += [""] * missing
        kinds += [EMPTY] * missing
        cells[column], kinds[column] = text, ERROR
    return line._replace(cells=cells, kinds=kinds)


def _as_shown(text: str, form: Format) -> tuple[str, int]:
    if form.kind == DATE:
        return date_text(text) or text, DATE
    return shown(text, form), form.kind

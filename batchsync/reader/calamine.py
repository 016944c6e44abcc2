"""Workbooks of .xls, .xlsb and .et through calamine: fast; what it leaves out is read beside it.

Its numbers are floats: up to 15 digits they are exact, beyond they are lossy. It may panic (a BaseException) or take
the process with it; that is what the child is for.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple, TypeVar

import python_calamine as calamine

from batchsync.errors import ReadError
from batchsync.model import Note
from batchsync.reader.merged_cells import Merge, filled
from batchsync.reader.number_formats import Format, number_cell
from batchsync.reader.source import BOOLEAN, DATE, EMPTY, ERROR, LOSSY, NUMBER, TEXT, Line, Sheet

Value = int | float | str | bool | time | date | datetime | timedelta
T = TypeVar("T")
EXACT_BELOW = 1e15
"""Below it, a float holds each whole number of a sheet as it was typed."""
_READABLE_BELOW = 1e21


def cell(value: Value) -> tuple[str, int]:
    """Return a calamine value as text and kind."""
    if isinstance(value, str):
        return value, TEXT if value else EMPTY
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), BOOLEAN
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
        ), DATE
    return str(value), DATE


def number_text(value: float) -> tuple[str, int]:
    """Return a float as its digits, marked lossy where more than 15 of them would be needed."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
        return str(value), LOSSY
    if value == int(value):
        text = str(int(value)) if abs(value) < _READABLE_BELOW else repr(value)
        return text, NUMBER if abs(value) < EXACT_BELOW else LOSSY
    text = repr(value)
    return text, NUMBER if sum(map(str.isdigit, text.lstrip("-0."))) <= 15 else LOSSY


# --- What calamine leaves out -------------------------------------------------------------------------------

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
    line_numbers: list[int]
    """Where rows were moved together before calamine read them: the line of each. Else empty."""
    columns: list[int]
    """The same for columns."""

    @classmethod
    def none(cls) -> "CellOverrides":
        return cls({}, {}, set(), [], [], [])

    def note_format(self, line: int, column: int, form: Format) -> None:
        """Remember how a number is shown."""
        self.formats.setdefault(line, {})[column] = form

    def note_error(self, line: int, column: int, code: int) -> None:
        """Remember an error cell."""
        self.errors.setdefault(line, {})[column] = ERRORS.get(code, "#N/A")


def apply_overrides(lines: Iterable[Line], overrides: CellOverrides) -> Iterator[Line]:
    """Yield the lines with what the overrides know of them, and those that hold nothing but errors."""
    missing = sorted(overrides.errors, reverse=True)
    for line in lines:
        while missing and missing[-1] < line.number:
            yield _patched(Line(missing.pop(), [], []), overrides)
        if missing and missing[-1] == line.number:
            missing.pop()
        yield _patched(line, overrides)
    while missing:
        yield _patched(Line(missing.pop(), [], []), overrides)


def _patched(line: Line, overrides: CellOverrides) -> Line:
    number = line.number
    if number in overrides.hidden:
        line = line._replace(hidden=True)
    errors, formats = overrides.errors.get(number), overrides.formats.get(number)
    if not errors and not formats:
        return line
    cells, kinds = list(line.cells), list(line.kinds)
    for column, form in (formats or {}).items():
        if column < len(cells) and kinds[column] == NUMBER:
            cells[column], kinds[column] = number_cell(cells[column], form)
    for column, text in (errors or {}).items():
        missing = column + 1 - len(cells)
        cells += [""] * missing
        kinds += [EMPTY] * missing
        cells[column], kinds[column] = text, ERROR
    return line._replace(cells=cells, kinds=kinds)


# --- Sheets ---------------------------------------------------------------------------------------------------


class BinarySheet:
    """One sheet, read when its lines are first asked for."""

    def __init__(
        self,
        workbook: calamine.CalamineWorkbook,
        overrides: Callable[[int], CellOverrides],
        name: str,
        index: int,
        *,
        visible: bool,
    ) -> None:
        self.name = name
        self.index = index
        self.visible = visible
        self._workbook = workbook
        self._overrides = overrides
        self._sheet: calamine.CalamineSheet | None = None

    def lines(self) -> Iterator[Line]:
        """Yield each line with something in it."""
        sheet = self._sheet = self._sheet or _translated(
            lambda: self._workbook.get_sheet_by_index(self.index)
        )
        overrides = self._overrides(self.index)
        rows = sheet.iter_rows() if sheet.start else ()
        numbers = overrides.line_numbers or count(1)
        left = sheet.start[1] if sheet.start else 0
        lines = apply_overrides(_lines(rows, numbers, left, overrides.columns), overrides)
        merges = sorted(_merges(sheet.merged_cell_ranges or []) + overrides.merges)
        return filled(lines, merges) if merges else lines


def _lines(
    rows: Iterable[list[Value]], numbers: Iterable[int], left: int, columns: list[int]
) -> Iterator[Line]:
    """Number the rows: calamine yields them from the sheet's first, but their cells from its first filled column."""
    for number, row in zip(numbers, rows, strict=False):
        cells = [cell(value) for value in row]
        kinds = [EMPTY] * left + [kind for _, kind in cells]
        if any(kinds):
            line = Line(number, [""] * left + [text for text, _ in cells], kinds)
            yield _spread(line, columns) if columns else line


def _spread(line: Line, columns: list[int]) -> Line:
    """Put cells back in their columns."""
    last = max(at for at, kind in enumerate(line.kinds) if kind)
    cells, kinds = [""] * (columns[last] + 1), [EMPTY] * (columns[last] + 1)
    for column, text, kind in zip(columns[: last + 1], line.cells, line.kinds, strict=False):
        cells[column], kinds[column] = text, kind
    return line._replace(cells=cells, kinds=kinds)


def _merges(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[Merge]:
    return [Merge(top + 1, bottom + 1, left) for (top, left), (bottom, _) in ranges if bottom > top]


class BinarySource:
    """An opened workbook of a binary kind."""

    def __init__(
        self, workbook: calamine.CalamineWorkbook, container: str, overrides: Callable[[int], CellOverrides]
    ) -> None:
        self.container = container
        self.detail = ""
        self.notes: list[Note] = [Note("binary_limits", {"container": f".{container}"})]
        self._workbook = workbook
        self._overrides = overrides

    def sheets(self) -> Iterator[Sheet]:
        """Yield the worksheets; charts, dialogs and macro sheets are left out."""
        for index, about in enumerate(self._workbook.sheets_metadata):
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                visible = about.visible == calamine.SheetVisibleEnum.Visible
                yield BinarySheet(self._workbook, self._overrides, about.name, index, visible=visible)


def open_workbook(data: bytes) -> calamine.CalamineWorkbook:
    """Open a workbook by its content: calamine goes by the name when it is given one."""
    return _translated(lambda: calamine.CalamineWorkbook.from_object(io.BytesIO(data)))


def _translated(read: Callable[[], T]) -> T:
    """Let calamine read, and translate what it raises; its panics are a BaseException that can't be imported."""
    try:
        return read()
    except MemoryError:
        raise
    except calamine.PasswordError as error:
        raise ReadError("PASSWORD") from error
    except BaseException as error:
        raise ReadError("DAMAGED", why="reader") from error

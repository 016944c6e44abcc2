"""Workbooks of .xls, .xlsb and .et through calamine: fast; what it leaves out is read beside it.

Its numbers are floats: up to 15 digits they are exact, beyond they are lossy. It may panic (a BaseException) or take
the process with it; that is what the child is for.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

import python_calamine as calamine

from batchsync.errors import ReadError
from batchsync.model import Note
from batchsync.ooxml.archive import OfficeArchive, contents
from batchsync.reader.cell_overrides import CellOverrides, apply_overrides
from batchsync.reader.merged_cells import Merge, filled
from batchsync.reader.source import BOOLEAN, DATE, EMPTY, LOSSY, NUMBER, TEXT, Line, Sheet

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
        return number(value)
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
        ), DATE
    return str(value), DATE


def number(value: float) -> tuple[str, int]:
    """Return a float as its digits, marked lossy where more than 15 of them would be needed."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
        return str(value), LOSSY
    if value == int(value):
        text = str(int(value)) if abs(value) < _READABLE_BELOW else repr(value)
        return text, NUMBER if abs(value) < EXACT_BELOW else LOSSY
    text = repr(value)
    return text, NUMBER if sum(map(str.isdigit, text.lstrip("-0."))) <= 15 else LOSSY


class BinarySheet:
    """One sheet, read when its lines are first asked for."""

    def __init__(
        self,
        workbook: calamine.CalamineWorkbook,
        extras: Callable[[int], CellOverrides],
        name: str,
        index: int,
        *,
        visible: bool,
    ) -> None:
        self.name = name
        self.index = index
        self.visible = visible
        self._workbook = workbook
        self._extras = extras
        self._sheet: calamine.CalamineSheet | None = None

    def lines(self) -> Iterator[Line]:
        """Yield each line with something in it."""
        sheet = self._sheet = self._sheet or _translated(
            lambda: self._workbook.get_sheet_by_index(self.index)
        )
        extras = self._extras(self.index)
        rows = sheet.iter_rows() if sheet.start else ()
        lines = apply_overrides(_lines(rows, sheet.start[1] if sheet.start else 0), extras)
        merges = sorted(_merges(sheet.merged_cell_ranges or []) + extras.merges)
        return filled(lines, merges) if merges else lines


def _lines(rows: Iterable[list[Value]], left: int) -> Iterator[Line]:
    """Number the rows: calamine yields them from the sheet's first, but their cells from its first filled column."""
    for place, row in enumerate(rows, start=1):
        cells = [cell(value) for value in row]
        kinds = [EMPTY] * left + [kind for _, kind in cells]
        if any(kinds):
            yield Line(place, [""] * left + [text for text, _ in cells], kinds)


def _merges(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[Merge]:
    return [Merge(top + 1, bottom + 1, left) for (top, left), (bottom, _) in ranges if bottom > top]


class BinarySource:
    """An opened workbook of a binary kind."""

    def __init__(
        self, workbook: calamine.CalamineWorkbook, container: str, extras: Callable[[int], CellOverrides]
    ) -> None:
        self.container = container
        self.detail = ""
        self.notes: list[Note] = [Note("binary_limits", {"container": f".{container}"})]
        self._workbook = workbook
        self._extras = extras

    def sheets(self) -> Iterator[Sheet]:
        """Yield the worksheets; charts, dialogs and macro sheets are left out."""
        for index, about in enumerate(self._workbook.sheets_metadata):
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                visible = about.visible == calamine.SheetVisibleEnum.Visible
                yield BinarySheet(self._workbook, self._extras, about.name, index, visible=visible)


def open_xls(data: bytes, stream: bytes) -> BinarySource:
    """Open an .xls; `stream` is the one that holds its workbook."""
    from batchsync.reader.xls_records import Records

    return BinarySource(_opened(data), "xls", Records(stream).extras)


def open_xlsb(file: Path | BinaryIO, package: OfficeArchive) -> BinarySource:
    """Open an .xlsb, whose zip is open already."""
    from batchsync.reader.xlsb_records import Parts

    return BinarySource(_opened(contents(file)), "xlsb", Parts(package).extras)


def _opened(data: bytes) -> calamine.CalamineWorkbook:
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

"""Workbooks of Excel 97 to 2003 (.xls, .et): cells by calamine; number formats, errors and hidden rows by their records.

[MS-XLS] 2.4; the older layout of Excel 5 and 95 where it differs. Records that make no sense are skipped.
"""

import io
import struct
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from batchsync.reader.calamine import BinarySource, CellOverrides, open_workbook
from batchsync.reader.number_formats import GENERAL, Format, builtin_format, format_of

_BOUND_SHEET, _FORMAT, _XF, _FILE_PASS, _EOF = 0x85, 0x41E, 0xE0, 0x2F, 0x0A
_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _ERROR, _ROW = 0x203, 0x27E, 0xBD, 0x06, 0x205, 0x208
_OVERRIDING = frozenset({_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _ERROR, _ROW})
_VALUES = frozenset({_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _ERROR, 0xFD, 0x204, 0xD6})
"""Records of cells with a value: numbers, formulas, errors and Booleans, three kinds of text."""
_MOST_EMPTY_ROWS = 10_000
_HIDDEN_ROW = 0x20
_BIFF8 = 0x600
_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HHH")
_STREAMS = ("workbook", "book")


def workbook_stream(file: Path | BinaryIO) -> bytes:
    """Return the stream with the records; none when the OLE directory is damaged or there is no such stream."""
    import olefile

    try:
        with olefile.OleFileIO(str(file) if isinstance(file, Path) else file) as ole:
            names = {entry[0].lower(): entry for entry in ole.listdir() if len(entry) == 1}
            entry = next((names[name] for name in _STREAMS if name in names), None)
            return bytes(ole.openstream(entry).read()) if entry else b""
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken directory makes of it
        return b""


def stream_names(file: Path | BinaryIO) -> set[str]:
    """Return the names of the streams at the top of an OLE file; none when its directory is damaged."""
    import olefile

    try:
        with olefile.OleFileIO(str(file) if isinstance(file, Path) else file) as ole:
            return {entry[0].lower() for entry in ole.listdir()}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken directory makes of it
        return set()


def open_xls(data: bytes, stream: bytes) -> BinarySource:
    """Open a workbook; `stream` is the one that has its records."""
    records = Records(stream)
    return BinarySource(open_workbook(_replaced(data, records.compacted())), "xls", records.overrides)


def _replaced(data: bytes, stream: bytes | None) -> bytes:
    """Return an OLE file with another stream of records, of the same length."""
    if stream is None:
        return data
    import olefile

    file = io.BytesIO(data)
    with olefile.OleFileIO(file, write_mode=True) as ole:
        name = next(entry for entry in ole.listdir() if len(entry) == 1 and entry[0].lower() in _STREAMS)
        ole.write_stream(name, stream)
        return file.getvalue()


def is_encrypted(data: bytes) -> bool:
    """Whether the workbook is encrypted, by its records."""
    for kind, _, _ in _records(data, 0):
        if kind in (_FILE_PASS, _EOF):
            return kind == _FILE_PASS
    return False


class Records:
    """The records of one workbook: its formats, and the overrides of each sheet."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts: list[int] = []
        self._custom: dict[int, Format] = {}
        self._styles: list[Format] = []
        self._old = data[4:6] != _BIFF8.to_bytes(2, "little")
        numbers: list[int] = []
        for kind, at, size in _records(data, 0):
            if kind == _EOF:
                break
            if kind == _BOUND_SHEET and size >= 6:
                self._starts.append(int.from_bytes(data[at : at + 4], "little"))
            elif kind == _FORMAT and size > 4:
                self._note_format(data[at : at + size])
            elif kind == _XF and size >= 4:
                numbers.append(int.from_bytes(data[at + 2 : at + 4], "little"))
        self._styles = [self._custom.get(number, builtin_format(number)) for number in numbers]
        self._line_numbers: dict[int, list[int]] = {}

    def compacted(self) -> bytes | None:
        """Return the records with the rows of sheets that are mostly empty moved together; None when there are none.

        calamine makes a grid of all rows and columns down to the last cell: with one forgotten at IV65536, a gigabyte.
        """
        data: bytearray | None = None
        for index, start in enumerate(self._starts):
            places = [at for kind, at, size in self._sheet_records(start) if kind in _VALUES and size >= 6]
            rows = sorted({int.from_bytes(self._data[at : at + 2], "little") for at in places})
            if not rows or rows[-1] - len(rows) < _MOST_EMPTY_ROWS:
                continue
            self._line_numbers[index] = [row + 1 for row in rows]
            moved = {row: place.to_bytes(2, "little") for place, row in enumerate(rows)}
            data = data or bytearray(self._data)
            for at in places:
                data[at : at + 2] = moved[int.from_bytes(data[at : at + 2], "little")]
        return None if data is None else bytes(data)

    def _sheet_records(self, start: int) -> Iterator[tuple[int, int, int]]:
        return takewhile(lambda record: record[0] != _EOF, _records(self._data, start))

    def overrides(self, index: int) -> CellOverrides:
        """Return the overrides of a sheet, by its index in the workbook."""
        overrides = CellOverrides.none()
        if index >= len(self._starts):
            return overrides
        overrides.line_numbers.extend(self._line_numbers.get(index, ()))
        for kind, at, size in self._sheet_records(self._starts[index]):
            if kind in _OVERRIDING and size >= 6:
                self._add_override(overrides, kind, at, size)
        return overrides

    def _add_override(self, overrides: CellOverrides, kind: int, at: int, size: int) -> None:
        data = self._data
        row, column, style = _PLACE.unpack_from(data, at)
        line = row + 1
        if kind == _ROW:
            if size >= 14 and data[at + 12] & _HIDDEN_ROW:
                overrides.hidden.add(line)
        elif kind == _MULTIPLE_RK:
            for place in range((size - 6) // 6):
                self._note_style(
                    overrides, line, column + place, _HEAD.unpack_from(data, at + 4 + 6 * place)[0]
                )
        elif kind == _ERROR:
            if size >= 8 and data[at + 7]:
                overrides.note_error(line, column, data[at + 6])
        elif kind == _FORMULA and size >= 14 and data[at + 12 : at + 14] == b"\xff\xff":
            if data[at + 6] == 2:
                overrides.note_error(line, column, data[at + 8])
        else:
            self._note_style(overrides, line, column, style)

    def _note_style(self, overrides: CellOverrides, line: int, column: int, style: int) -> None:
        form = self._styles[style] if style < len(self._styles) else GENERAL
        if form is not GENERAL and form != GENERAL:
            overrides.note_format(line, column, form)

    def _note_format(self, record: bytes) -> None:
        number = int.from_bytes(record[:2], "little")
        if self._old:
            code = record[3 : 3 + record[2]].decode("latin-1")
        else:
            size, wide = int.from_bytes(record[2:4], "little"), record[4] & 1
            text = record[5 : 5 + size * (2 if wide else 1)]
            code = text.decode("utf-16-le" if wide else "latin-1", "replace")
        self._custom[number] = format_of(code)


def _records(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield each record's kind, where its body starts, and the body's size."""
    end = len(data) - 4
    unpack = _HEAD.unpack_from
    while at <= end:
        kind, size = unpack(data, at)
        at += 4
        if at + size > len(data):
            return
        yield kind, at, size
        at += size

"""The records of an .xls, read beside calamine for what it leaves out, and for the mark of an encrypted file.

[MS-XLS] 2.4; the older layout of Excel 5 and 95 where it differs. Records that make no sense are passed over: what
they would have told is then not told, as before.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from batchsync.reader.calamine import BinarySource, CellOverrides, open_workbook
from batchsync.reader.number_formats import GENERAL, Format, builtin_format, format_of

_BOUND_SHEET, _FORMAT, _XF, _FILE_PASS, _EOF = 0x85, 0x41E, 0xE0, 0x2F, 0x0A
_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _ERROR, _ROW = 0x203, 0x27E, 0xBD, 0x06, 0x205, 0x208
_TOLD = frozenset({_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _ERROR, _ROW})
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
    return BinarySource(open_workbook(data), "xls", Records(stream).extras)


def is_encrypted(data: bytes) -> bool:
    """Whether the workbook says that what follows can't be read without a password."""
    for kind, _, _ in _records(data, 0):
        if kind in (_FILE_PASS, _EOF):
            return kind == _FILE_PASS
    return False


class Records:
    """The records of one workbook: its formats, and the extras of each sheet."""

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

    def extras(self, index: int) -> CellOverrides:
        """Return what the records of a sheet say, by its place in the workbook."""
        extras = CellOverrides.none()
        if index >= len(self._starts):
            return extras
        for kind, at, size in _records(self._data, self._starts[index]):
            if kind == _EOF:
                break
            if kind in _TOLD and size >= 6:
                self._note(extras, kind, at, size)
        return extras

    def _note(self, extras: CellOverrides, kind: int, at: int, size: int) -> None:
        data = self._data
        row, column, style = _PLACE.unpack_from(data, at)
        line = row + 1
        if kind == _ROW:
            if size >= 14 and data[at + 12] & _HIDDEN_ROW:
                extras.hidden.add(line)
        elif kind == _MULTIPLE_RK:
            for place in range((size - 6) // 6):
                self._note_style(extras, line, column + place, _HEAD.unpack_from(data, at + 4 + 6 * place)[0])
        elif kind == _ERROR:
            if size >= 8 and data[at + 7]:
                extras.note_error(line, column, data[at + 6])
        elif kind == _FORMULA and size >= 14 and data[at + 12 : at + 14] == b"\xff\xff":
            if data[at + 6] == 2:
                extras.note_error(line, column, data[at + 8])
        else:
            self._note_style(extras, line, column, style)

    def _note_style(self, extras: CellOverrides, line: int, column: int, style: int) -> None:
        form = self._styles[style] if style < len(self._styles) else GENERAL
        if form is not GENERAL and form != GENERAL:
            extras.note_format(line, column, form)

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

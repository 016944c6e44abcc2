"""Binary workbooks (.xlsb): cells by calamine; number formats, errors, hidden rows and merges by their records ([MS-XLSB] 2.3)."""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from batchsync.errors import ReadError
from batchsync.ooxml.archive import OfficeArchive, contents
from batchsync.reader.calamine import BinarySource, CellOverrides, open_workbook
from batchsync.reader.merged_cells import Merge
from batchsync.reader.number_formats import GENERAL, Format, builtin_format, format_of

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_FORMAT, _XF, _BEGIN_XFS, _END_XFS, _SHEET, _MERGE = 44, 47, 617, 618, 156, 176
_NUMBERS = frozenset({_RK, _REAL, _FORMULA_NUMBER})
_BLANK = 1
_VALUES = frozenset({*range(2, 12), 62})
"""Records of cells with a value, formulas among them."""
_MOST_GRID = 4_000_000
"""Cells of a grid that is made in any case."""
_HIDDEN_ROW = 0x10
_MOST_BYTES = 256 << 20
_CELL = Struct("<II")
_FOUR = Struct("<IIII")
_MOST_LINES = 1_048_576


def open_xlsb(file: Path | BinaryIO, package: OfficeArchive) -> BinarySource:
    """Open a workbook whose zip is open already."""
    parts = Parts(package)
    compacted = parts.compacted()
    data = package.replaced(compacted) if compacted else contents(file)
    return BinarySource(open_workbook(data), "xlsb", parts.overrides)


class Parts:
    """The parts of one workbook: its formats, and the overrides of each sheet."""

    def __init__(self, package: OfficeArchive) -> None:
        self._package = package
        self._moved: dict[int, tuple[list[int], list[int]]] = {}
        workbook = next(name for name in package.names if name.endswith("workbook.bin"))
        relations = package.relations(workbook)
        targets = {name: target for name, _, target in relations}
        styles = next((target for _, kind, target in relations if kind == "styles"), "xl/styles.bin")
        self._styles = self._read_styles(styles)
        self._sheets = [targets.get(relation, "") for relation in self._relations_of_sheets(workbook)]

    def compacted(self) -> dict[str, bytes]:
        """Return the parts of sheets that are mostly empty, their rows and columns moved together.

        calamine makes a grid of all rows and columns down to the last cell.
        """
        parts = {}
        for index, part in enumerate(self._sheets):
            rows, columns, row = set[int](), set[int](), 0
            for kind, body in self._records(part):
                if kind == _ROW:
                    row = int.from_bytes(body[:4], "little")
                elif kind in _VALUES:
                    rows.add(row)
                    columns.add(int.from_bytes(body[:4], "little"))
            if rows and (max(rows) + 1) * (max(columns) + 1) > max(_MOST_GRID, 4 * len(rows) * len(columns)):
                self._moved[index] = sorted(rows), sorted(columns)
                parts[part] = self._compact(part, *self._moved[index])
        return parts

    def _compact(self, part: str, rows: list[int], columns: list[int]) -> bytes:
        row_at = {row: at.to_bytes(4, "little") for at, row in enumerate(rows)}
        column_at = {column: at.to_bytes(4, "little") for at, column in enumerate(columns)}
        out, is_kept = bytearray(), True
        for kind, body in self._records(part):
            first = int.from_bytes(body[:4], "little")
            if kind == _ROW:
                is_kept = first in row_at
                if is_kept:
                    out += _record(kind, row_at[first] + body[4:])
            elif kind in _VALUES or kind == _BLANK:
                if is_kept and kind in _VALUES:
                    out += _record(kind, column_at[first] + body[4:])
            else:
                out += _record(kind, body)
        return bytes(out)

    def overrides(self, index: int) -> CellOverrides:
        """Return the overrides of a sheet, by its index in the workbook."""
        overrides, line = CellOverrides.none(), 0
        if index in self._moved:
            rows, columns = self._moved[index]
            overrides.line_numbers.extend(row + 1 for row in rows)
            overrides.columns.extend(columns)
        part = self._sheets[index] if index < len(self._sheets) else ""
        for kind, body in self._records(part):
            if kind == _ROW and len(body) >= 12:
                line = int.from_bytes(body[:4], "little") + 1
                if line > _MOST_LINES:
                    break
                if body[11] & _HIDDEN_ROW:
                    overrides.hidden.add(line)
            elif kind == _MERGE and len(body) >= 16:
                first, last, left, _ = _FOUR.unpack_from(body)
                if last > first:
                    overrides.merges.append(Merge(first + 1, last + 1, left))
            elif len(body) >= 8 and (kind in _NUMBERS or kind in (_ERROR, _FORMULA_ERROR)):
                self._add_override(overrides, line, kind, body)
        return overrides

    def _add_override(self, overrides: CellOverrides, line: int, kind: int, body: bytes) -> None:
        column, style = _CELL.unpack_from(body)
        if kind in _NUMBERS:
            at = style & 0xFFFFFF
            form = self._styles[at] if at < len(self._styles) else GENERAL
            if form is not GENERAL and form != GENERAL:
                overrides.note_format(line, column, form)
        elif len(body) > 8 and column < 16_384:
            overrides.note_error(line, column, body[8])

    def _read_styles(self, part: str) -> list[Format]:
        custom: dict[int, Format] = {}
        styles: list[Format] = []
        inside = False
        for kind, body in self._records(part):
            if kind == _FORMAT and len(body) >= 6:
                size = int.from_bytes(body[2:6], "little")
                code = body[6 : 6 + 2 * size].decode("utf-16-le", "replace")
                custom[int.from_bytes(body[:2], "little")] = format_of(code)
            elif kind in (_BEGIN_XFS, _END_XFS):
                inside = kind == _BEGIN_XFS
            elif kind == _XF and inside and len(body) >= 4:
                number = int.from_bytes(body[2:4], "little")
                styles.append(custom.get(number, builtin_format(number)))
        return styles

    def _relations_of_sheets(self, workbook: str) -> Iterator[str]:
        for kind, body in self._records(workbook):
            if kind == _SHEET and len(body) >= 12:
                size = int.from_bytes(body[8:12], "little")
                yield body[12 : 12 + 2 * size].decode("utf-16-le", "replace")

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        """Yield each record's kind and body; nothing for a part that isn't there or can't be unpacked."""
        if not self._package.has(part) or self._package.size(part) > _MOST_BYTES:
            return
        try:
            data = b"".join(self._package.chunks(part))
        except ReadError:
            return
        yield from records(data)


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part: a kind of one or two bytes, a size of up to four, seven bits in each."""
    at, end = 0, len(data)
    try:
        while at < end:
            kind = data[at]
            at += 1
            if kind & 0x80:
                kind = kind & 0x7F | (data[at] & 0x7F) << 7
                at += 1
            size = shift = 0
            for _ in range(4):
                byte = data[at]
                at += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80:
                    break
            yield kind, data[at : at + size]
            at += size
    except IndexError:
        return


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(body), bytearray()
    while size >= 0x80:
        sizes.append(size & 0x7F | 0x80)
        size >>= 7
    return head + bytes(sizes) + bytes([size]) + body

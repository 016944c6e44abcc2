"""Column choice: the first rows of a file as a grid, likely columns with samples, and choices remembered by header."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from batchsync.config import InputSettings
from batchsync.fsutil import atomic_write
from batchsync.model import CellBatch, SheetCells
from batchsync.ooxml.references import letter
from batchsync.reader import read_cells
from batchsync.web.uploads import ColumnOverrides

LINES_SHOWN = 12
COLUMNS_SHOWN = 40
SHEETS_SHOWN = 8
CELLS_READ_MAX = 400_000
"""Cells to read for the sheets behind the first one."""
SAMPLES = 3
CANDIDATE_SHARE = 0.6
"""Share of a column's cells that must look like an id for it to be offered."""
REMEMBERED_MAX = 500
_ID = re.compile(r"'?[A-Za-z]{0,4}[0-9][0-9A-Za-z_-]{7,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One line of a sheet, as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """The first lines of a sheet."""

    name: str
    lines: tuple[PreviewLine, ...]
    letters: tuple[str, ...]
    header_line: int
    """The line that is most likely the header; 0 when there are no lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column that may hold the order numbers."""

    letter: str
    header: str
    samples: tuple[str, ...]


def read_preview(path: Path, settings: InputSettings, header_line: int = 0) -> list[SheetPreview]:
    """Read the first lines of each sheet. Raises FileUnreadable."""
    names: list[str] = []
    lines: list[list[PreviewLine]] = []
    read = 0
    with closing(read_cells(path, settings)) as items:
        for item in items:
            if isinstance(item, SheetCells):
                if len(names) == SHEETS_SHOWN or read > CELLS_READ_MAX:
                    break
                names.append(item.sheet)
                lines.append([])
            elif isinstance(item, CellBatch):
                read += sum(map(len, item.rows))
                for number, cells in zip(item.lines, item.rows, strict=True):
                    if len(lines[-1]) < max(LINES_SHOWN, header_line + SAMPLES) and any(
                        map(str.strip, cells)
                    ):
                        shown = tuple(cell.strip()[:120] for cell in cells[:COLUMNS_SHOWN])
                        lines[-1].append(PreviewLine(number=number, cells=shown))
                if read > CELLS_READ_MAX:
                    break
    return [
        _sheet_preview(name, found, header_line) for name, found in zip(names, lines, strict=True) if found
    ]


def _sheet_preview(name: str, lines: list[PreviewLine], header_line: int) -> SheetPreview:
    width = max(len(line.cells) for line in lines)
    padded = tuple(
        PreviewLine(number=line.number, cells=line.cells + ("",) * (width - len(line.cells)))
        for line in lines
    )
    likely = max(padded, key=lambda line: sum(bool(cell) and not _ID.fullmatch(cell) for cell in line.cells))
    return SheetPreview(
        name=name,
        lines=padded,
        letters=tuple(letter(column) for column in range(width)),
        header_line=header_line or likely.number,
    )


def candidates(sheet: SheetPreview) -> list[Candidate]:
    """Return the columns of a sheet whose values look like order numbers, the likeliest first."""
    found: list[tuple[float, Candidate]] = []
    header = next((line for line in sheet.lines if line.number == sheet.header_line), None)
    for column, name in enumerate(sheet.letters):
        values = [
            line.cells[column]
            for line in sheet.lines
            if line.number > sheet.header_line and line.cells[column]
        ]
        share = sum(bool(_ID.fullmatch(value)) for value in values) / len(values) if values else 0.0
        distinct = len(set(values)) / len(values) if values else 0.0
        if share >= CANDIDATE_SHARE and distinct >= 0.5:
            title = header.cells[column] if header else ""
            candidate = Candidate(letter=name, header=title, samples=tuple(values[:SAMPLES]))
            found.append((share * distinct, candidate))
    return [candidate for _, candidate in sorted(found, key=lambda each: -each[0])]


class ColumnMemory:
    """Columns that the user chose, by the header they were chosen for. Merchants are never remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, headers: Sequence[str]) -> ColumnOverrides | None:
        """Return the columns chosen for a header."""
        return _overrides(self._load().get(_key(headers)))

    def find_in(self, previews: Sequence[SheetPreview]) -> ColumnOverrides | None:
        """Return the columns chosen for a header that is one of the previewed lines."""
        known = self._load()
        for line in (line for preview in previews for line in preview.lines):
            chosen = _overrides(known.get(_key(line.cells)))
            if chosen:
                return replace(chosen, header_row=line.number)
        return None

    def remember(self, headers: Sequence[str], overrides: ColumnOverrides) -> None:
        """Keep the columns chosen for a header; without a chosen column forget the header."""
        known = self._load()
        known.pop(_key(headers), None)
        if overrides.order_column or overrides.owner_column:
            known[_key(headers)] = {"order": overrides.order_column, "owner": overrides.owner_column}
        while len(known) > REMEMBERED_MAX:
            known.pop(next(iter(known)))
        atomic_write(self._path, json.dumps(known).encode())

    def _load(self) -> dict[str, dict[str, str]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _overrides(columns: dict[str, str] | None) -> ColumnOverrides | None:
    if not columns:
        return None
    return ColumnOverrides(order_column=columns.get("order", ""), owner_column=columns.get("owner", ""))


def _key(headers: Sequence[str]) -> str:
    names = list(_names(headers))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:24] if len(names) > 1 else ""


def _names(headers: Sequence[str]) -> Iterator[str]:
    """Yield the header's names as they are compared: without case, spaces and empty cells at the end."""
    names = ["".join(header.split()).casefold() for header in headers]
    while names and not names[-1]:
        names.pop()
    yield from names

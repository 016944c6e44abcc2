"""A fresh workbook for what can't be given back as it is: the same rows as text, good to look at, streamed.

Rows are written by hand between head and tail; XlsxWriter makes the skeleton around them.
"""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from batchsync.model import CellBatch, SheetCells
from batchsync.ooxml.package import Package, quoted
from batchsync.ooxml.stylesheet import StyleSheet
from batchsync.ooxml.xml_edit import UnshapedError
from batchsync.ooxml.zip_writer import ZipOut
from batchsync.writer.copy_sheets import free_name
from batchsync.writer.fresh_sheet import FreshRows, Palette
from batchsync.writer.input_cells import Cells, Line, Pieces, by_sheet, pieces_of
from batchsync.writer.result_cursor import Cursor
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook_parts import WorkbookParts

if TYPE_CHECKING:
    from batchsync.writer.sheet_envelope import Range

_FILTER = "_xlnm._FilterDatabase"
_SAMPLE = 200
_BAD_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class FreshBook:
    """A workbook made from the cells that the reader yields."""

    styles_part = "xl/styles.xml"

    def __init__(self, job: ResultJob, cells: Cells, *, uncertain: bool) -> None:
        self._job = job
        self._cells = cells
        self.uncertain = uncertain
        self.styles = StyleSheet(Package(io.BytesIO(_skeleton(["1"], set()))).read(self.styles_part))
        self._palette = Palette(self.styles)
        self._names: list[str] = []
        self._hidden: set[str] = set()
        self._filters: list[tuple[int, Range]] = []
        self._package: Package | None = None

    @property
    def package(self) -> Package:
        """The skeleton around the sheets that were written."""
        if self._package is None:
            self._package = Package(io.BytesIO(_skeleton(self._names, self._hidden)))
        return self._package

    @property
    def written(self) -> set[str]:
        """The parts that are written already."""
        return {_part(number) for number in range(1, len(self._names) + 1)}

    def write(self, out: ZipOut, cursor: Cursor) -> None:
        """Write the data sheets, as the cells come."""
        by_index = {found.index: (place, found) for place, found in enumerate(self._job.sheets)}
        for cells, batches in by_sheet(self._cells):
            place, found = by_index.get(cells.index, (-1, None))
            rows = FreshRows(self._job, self._palette, found, self.uncertain)
            self._write_sheet(out, cursor, rows, (place, cells), batches)
        if not self._names:
            raise UnshapedError("no sheet at all")

    def _write_sheet(
        self,
        out: ZipOut,
        cursor: Cursor,
        rows: FreshRows,
        sheet: tuple[int, SheetCells],
        batches: Iterator[CellBatch],
    ) -> None:
        place, cells = sheet
        pieces = pieces_of(batches)
        sample: list[Line] = []
        while len(sample) < _SAMPLE and (piece := next(pieces, [])):
            sample += piece
        rows.measure(sample[:_SAMPLE])
        rest = Pieces(chain([sample], pieces))
        number = 1
        while number == 1 or rest.next is not None:
            taken = {known.lower() for known in self._names}
            self._names.append(free_name(_clean_name(cells.sheet), taken))
            if not cells.visible:
                self._hidden.add(self._names[-1])
            with out.stream(_part(len(self._names))) as member:
                rows.write(member, rest, cursor, place, first=number == 1, alone=len(self._names) == 1)
            if rows.filter is not None:
                self._filters.append((len(self._names) - 1, rows.filter))
            number += 1

    def finish(self, catalogue: WorkbookParts) -> bool:
        """List the filters; nothing of an earlier result is left in a fresh workbook."""
        for index, area in self._filters:
            catalogue.name(_FILTER, f"{quoted(self._names[index])}!{area.absolute()}", index)
        return False


def _clean_name(name: str) -> str:
    return _BAD_NAME.sub(" ", name).strip(" '")[:31] or "Sheet"


def _part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _skeleton(names: Sequence[str], hidden: set[str]) -> bytes:
    """Return an empty workbook with sheets of those names."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name in names:
        sheet = book.add_worksheet(name)
        if name in hidden and len(hidden) < len(names):
            sheet.hide()
    shown = [sheet for sheet in book.worksheets() if not sheet.hidden]
    shown[0].activate()
    book.close()
    return file.getvalue()

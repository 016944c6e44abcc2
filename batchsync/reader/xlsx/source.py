"""An .xlsx or .xlsm: its sheets in order, their lines streamed, their columns fast."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from batchsync.errors import ReadError
from batchsync.model import Note, RowBatch, SheetFound
from batchsync.ooxml.archive import Attributes, OfficeArchive, local, parse
from batchsync.ooxml.references import is_true
from batchsync.reader.merged_cells import Merge, filled, merges_down
from batchsync.reader.number_formats import Format
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import Line, Sheet
from batchsync.reader.xlsx.cell_values import Values, read_formats
from batchsync.reader.xlsx.columns import FastColumns
from batchsync.reader.xlsx.rows import Rows, walked
from batchsync.reader.xlsx.shared_strings import read_strings
from batchsync.reader.xlsx.worksheet_part import OddShape, merge_references, pieces

_WORKBOOK = "xl/workbook.xml"


class XlsxSheet:
    """One worksheet."""

    def __init__(
        self, package: OfficeArchive, part: str, values: Values, *, name: str, index: int, visible: bool
    ) -> None:
        self.name = name
        self.index = index
        self.visible = visible
        self._package = package
        self._part = part
        self._values = values

    def lines(self) -> Iterator[Line]:
        """Yield each line with something in it; merged cells are filled down."""
        lines = self._raw_lines()
        return filled(lines, self.merges) if self.merges else lines

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]:
        """Yield the data rows of a table in this sheet: what `row_batches` does with `lines`, but fast."""
        if self.merges:
            yield from row_batches(self.lines(), found)
            return
        last = found.header_line
        try:
            for batch in FastColumns(found, self._values).row_batches(pieces(self._package, self._part)):
                yield batch
                last = batch.lines[-1]
        except OddShape:
            yield from row_batches(walked(self._package, self._part, self._values, last), found)

    @cached_property
    def merges(self) -> list[Merge]:
        """The cells merged over several lines."""
        return merges_down(merge_references(self._package, self._part))

    def _raw_lines(self) -> Iterator[Line]:
        rows, last = Rows(self._values), 0
        try:
            for line in chain.from_iterable(map(rows.lines, pieces(self._package, self._part))):
                yield line
                last = line.number
        except OddShape:
            yield from walked(self._package, self._part, self._values, last)


class XlsxSource:
    """An opened workbook."""

    container = "xlsx"

    def __init__(self, file: Path | BinaryIO) -> None:
        self.detail = ""
        self.notes: list[Note] = []
        self._package = OfficeArchive(file)
        workbook = self._workbook_part()
        relations = self._package.relations(workbook)
        self._targets = {name: (kind, target) for name, kind, target in relations}
        self._by_kind = {kind: target for _, kind, target in reversed(relations)}
        self._listed: list[tuple[str, bool, str]] = []
        self._from_1904 = False
        parse(self._package.read(workbook), self._note_element)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the worksheets, charts and dialogs left out."""
        values = Values(self._formats(), self._strings, from_1904=self._from_1904)
        for index, (name, visible, relation) in enumerate(self._listed):
            kind, part = self._targets.get(relation, ("worksheet", f"xl/worksheets/sheet{index + 1}.xml"))
            if kind == "worksheet" and self._package.has(part):
                yield XlsxSheet(self._package, part, values, name=name, index=index, visible=visible)

    def _workbook_part(self) -> str:
        targets = [part for _, kind, part in self._package.relations("") if kind == "officeDocument"]
        ends = [name for name in self._package.names if name.endswith("workbook.xml")]
        for part in (*targets, _WORKBOOK, *ends):
            if self._package.has(part):
                return part
        raise ReadError("DAMAGED", why="part")

    def _note_element(self, tag: str, attributes: Attributes) -> None:
        match local(tag):
            case "sheet":
                relation = next(
                    (value for key, value in attributes.items() if local(key) == "id" and ":" in key), ""
                )
                visible = attributes.get("state", "visible") not in ("hidden", "veryHidden")
                self._listed.append((attributes.get("name", ""), visible, relation))
            case "workbookPr":
                self._from_1904 = is_true(attributes.get("date1904"))

    def _formats(self) -> list[Format]:
        part = self._by_kind.get("styles", "xl/styles.xml")
        return read_formats(self._package, part) if self._package.has(part) else []

    def _strings(self) -> list[str]:
        part = self._by_kind.get("sharedStrings", "xl/sharedStrings.xml")
        if not self._package.has(part):
            raise ReadError("DAMAGED", why="strings")
        return read_strings(self._package, part)


def open_xlsx(file: Path | BinaryIO) -> XlsxSource:
    """Open a workbook; raises Unreadable when it is a bomb, damaged or none."""
    return XlsxSource(file)

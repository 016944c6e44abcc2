"""The user's own workbook, opened to be given back: each sheet with a table is rewritten, nothing else is touched."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from batchsync.messages import Lang
from batchsync.model import SheetFound
from batchsync.ooxml.package import Package, SheetPart, quoted
from batchsync.ooxml.stylesheet import StyleSheet
from batchsync.ooxml.xml_edit import Part, UnshapedError
from batchsync.ooxml.zip_writer import ZipOut
from batchsync.writer.result_cursor import Cursor
from batchsync.writer.row_texts import LocalSerial
from batchsync.writer.sheet_envelope import EnvelopeEdits, Range, SheetEnvelope
from batchsync.writer.sheet_rewrite import SheetRewrite, measure
from batchsync.writer.sheet_scanner import SheetStream
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import roles_for, speaker_for, styles_of
from batchsync.writer.workbook_parts import WorkbookParts

_FILTER = "_xlnm._FilterDatabase"


class RewrittenSheet:
    """A sheet of the user's with our columns at its end."""

    def __init__(
        self, part: str, sheet: tuple[int, str], rewrite: SheetRewrite, tables: Sequence[Range], lang: Lang
    ) -> None:
        self.part = part
        self._index, self._name = sheet
        self._rewrite = rewrite
        self._tables = tables
        self._lang = lang
        self._filter: Range | None = None

    @property
    def replaces_columns(self) -> bool:
        """Whether an earlier result had its columns here."""
        return bool(self._rewrite.layout.replaced)

    def pieces(self, cursor: Cursor) -> Iterator[bytes]:
        """Yield the whole part, head to tail."""
        stream = self._rewrite.stream
        head, _ = self._ends().edited()
        yield head
        yield from self._rewrite.body(cursor)
        ends = self._ends()
        _, tail = ends.edited()
        self._filter = ends.filter
        yield tail
        stream.tail = b""

    def _ends(self) -> SheetEnvelope:
        layout, rewrite = self._rewrite.layout, self._rewrite
        return SheetEnvelope(
            rewrite.stream.head,
            rewrite.stream.tail,
            EnvelopeEdits(
                columns=layout.columns,
                replaced=layout.replaced,
                first_column=layout.first_column,
                header_line=layout.header_line,
                last_line=rewrite.last_line,
                uncertain=rewrite.uncertain,
                tables=self._tables,
                lang=self._lang,
            ),
        )

    def finish(self, catalogue: WorkbookParts) -> None:
        """List the filter, which Excel wants to find among the names too."""
        if self._filter is not None:
            text = f"{quoted(self._name)}!{self._filter.absolute()}"
            catalogue.name(_FILTER, text, self._index)


class UserWorkbook:
    """The user's workbook with some of its sheets about to be rewritten."""

    def __init__(
        self,
        package: Package,
        styles: tuple[str, StyleSheet],
        sheets: Sequence[RewrittenSheet],
        *,
        uncertain: bool,
    ) -> None:
        self.package = package
        self.styles_part, self.styles = styles
        self.uncertain = uncertain
        self._sheets = sheets

    def write(self, out: ZipOut, cursor: Cursor) -> None:
        """Write the data sheets."""
        for sheet in self._sheets:
            with out.stream(sheet.part) as member:
                for piece in sheet.pieces(cursor):
                    member.write(piece)

    @property
    def written(self) -> set[str]:
        """The parts that are written already."""
        return {sheet.part for sheet in self._sheets}

    def finish(self, catalogue: WorkbookParts) -> bool:
        """List the sheets' filters; say whether they replace columns of an earlier result."""
        for sheet in self._sheets:
            sheet.finish(catalogue)
        return any(sheet.replaces_columns for sheet in self._sheets)


def open_user_workbook(file: BinaryIO, job: ResultJob, *, uncertain: bool) -> UserWorkbook:
    """Open the user's workbook for rewriting.

    Raises UnshapedError when it can't be rewritten safely.
    """
    package = Package(file)
    styles_part, styles = styles_of(package)
    serial = LocalSerial(from_1904=package.from_1904())
    speaker = speaker_for(job)
    roles = roles_for(uncertain)
    sheets = []
    for place, found in enumerate(job.sheets):
        index, part = _part_of(package, found)
        name = package.info(part.part).filename
        stream = SheetStream(lambda name=name: package.open(name))  # type: ignore[misc]
        layout = measure(stream, found, roles)
        rewrite = SheetRewrite(
            stream=stream, place=place, layout=layout, styles=styles, speaker=speaker, serial=serial
        )
        tables = _tables(package, part.part)
        sheets.append(RewrittenSheet(name, (index, part.name), rewrite, tables, job.lang))
    if len({sheet.part for sheet in sheets}) != len(sheets):
        raise UnshapedError("two tables on one sheet")
    return UserWorkbook(package, (styles_part, styles), sheets, uncertain=uncertain)


def _part_of(package: Package, found: SheetFound) -> tuple[int, SheetPart]:
    """Return a sheet's place among all sheets and its part; by place, and by name where that differs."""
    sheets = package.sheets
    if found.index < len(sheets) and sheets[found.index].name == found.sheet:
        index = found.index
    else:
        index = next((i for i, sheet in enumerate(sheets) if sheet.name == found.sheet), -1)
    if index < 0 or sheets[index].type != "worksheet":
        raise UnshapedError(f"no sheet {found.sheet}")
    return index, sheets[index]


def _tables(package: Package, part: str) -> list[Range]:
    found = []
    for target, kind, _ in package.relations_of(part).values():
        if kind == "table" and package.has(target):
            text = Part(package.read(target), depth=1).root.attributes.get("ref", "")
            table = Range.parse(text)
            if table is not None:
                found.append(table)
    return found

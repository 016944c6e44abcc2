"""Writes a result workbook: data sheets as a stream, the Summary and uncertain sheets added, other parts copied."""

import io
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from zipfile import ZipFile

from batchsync.messages import Lang
from batchsync.messages import summary as summary_texts
from batchsync.model import EntryResult
from batchsync.model.row_results import Tally
from batchsync.ooxml.package import (
    MAIN,
    STRICT,
    STRICT_MAIN,
    TRANSITIONAL,
    Package,
    relations_part,
    sheet_with_defined_name,
)
from batchsync.ooxml.stylesheet import MINIMAL, StyleSheet
from batchsync.ooxml.workbook_parts import AddedSheet, WorkbookParts
from batchsync.ooxml.xml_edit import NotRewritableError, Part
from batchsync.ooxml.zip_writer import TooLargeError, ZipWriter
from batchsync.writer.report_sheets import UncertainOrders, draw
from batchsync.writer.result_rows import ResultRows
from batchsync.writer.summary import summarize
from batchsync.writer.types import ResultJob

SUMMARY_DEFINED_NAME = "batchsync_summary"
UNCERTAIN_DEFINED_NAME = "batchsync_uncertain"
_LONGEST_NAME = 31
_CELL = re.compile(rb"<(?:c|row|col)\b[^<>]*>")
_STYLE = re.compile(rb'(\s(?:s|style)=")(\d+)(")')
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml"
_TYPES = {
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
}
_OWNED = frozenset({"drawing", "chart", "chartStyle", "chartColorStyle", "chartUserShapes"})
"""What goes with a sheet of ours when it is replaced."""


@dataclass(frozen=True, slots=True)
class SheetCopy:
    """A sheet of ours that the workbook is to have."""

    defined_name: str
    name: str


def choose_parts(package: Package, wanted: Sequence[SheetCopy]) -> list[AddedSheet]:
    """Say which part each sheet of ours becomes: an earlier one of ours is replaced, else a free name is found."""
    taken: set[str] = set()
    names = {sheet.name.lower() for sheet in package.sheets}
    added = []
    for sheet in wanted:
        earlier = sheet_with_defined_name(package, sheet.defined_name)
        if earlier is not None:
            added.append(
                AddedSheet(
                    earlier.name, package.info(earlier.part).filename, sheet.defined_name, replaces=True
                )
            )
            continue
        name = free_name(sheet.name, names)
        names.add(name.lower())
        part = package.free_part("xl/worksheets/sheet{}.xml", taken)
        added.append(AddedSheet(name, part, sheet.defined_name))
    return added


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a sheet name that is not taken (in lower case): the wanted one, or it with a number."""
    name, number = wanted[:_LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        tail = f" ({number})"
        name = wanted[: _LONGEST_NAME - len(tail)] + tail
    return name


def copy_sheets(
    package: Package,
    workbook_parts: WorkbookParts,
    styles: StyleSheet,
    drawn: bytes,
    added: Sequence[AddedSheet],
) -> dict[str, bytes]:
    """Return the parts of the drawn sheets, as they are in their new workbook.

    The sheets stand in the drawn workbook in the order of `added`.
    """
    parts: dict[str, bytes] = {}
    with ZipFile(io.BytesIO(drawn)) as book:
        copier = _PartCopier(package, workbook_parts, book, parts, {sheet.part.lower() for sheet in added})
        new_indices = styles.import_formats(book.read("xl/styles.xml"))
        for number, sheet in enumerate(added, start=1):
            if sheet.replaces:
                _drop_owned(package, workbook_parts, sheet.part)
            workbook_parts.add_sheet(sheet)
            source = f"xl/worksheets/sheet{number}.xml"
            xml = _CELL.sub(lambda tag: _restyled(tag[0], new_indices), book.read(source))
            parts[sheet.part] = xml.replace(b' tabSelected="1"', b"")
            copier.copy_related(source, sheet.part)
    if package.strict:
        parts = {name: _strict(xml) for name, xml in parts.items()}
    return parts


def _restyled(tag: bytes, new_indices: Sequence[int]) -> bytes:
    return _STYLE.sub(lambda found: found[1] + str(new_indices[int(found[2])]).encode() + found[3], tag)


@dataclass(slots=True)
class _PartCopier:
    """Moves what a drawn part refers to, and its relationships, under names that are free."""

    package: Package
    workbook_parts: WorkbookParts
    book: ZipFile
    parts: dict[str, bytes]
    taken: set[str]

    def copy_related(self, source: str, target: str) -> None:
        path, place = relations_part(source), relations_part(target)
        if path not in self.book.namelist():
            if self.package.has(place):
                self.workbook_parts.drop(place)
            return
        relations = Part(self.book.read(path), depth=2)
        for element in relations.root.children:
            old = posixpath.normpath(posixpath.join(posixpath.dirname(source), element.attributes["Target"]))
            new = self._copy(old, element.attributes["Type"].rpartition("/")[2])
            raw = relations.raw(element).replace(
                f'Target="{element.attributes["Target"]}"'.encode(), f'Target="/{new}"'.encode()
            )
            relations.replace(element, raw)
        self.parts[_existing(self.package, place)] = relations.edited()
        self.workbook_parts.add_relations(place)

    def _copy(self, old: str, kind: str) -> str:
        pattern = re.sub(r"\d+(?=\.xml$)", "{}", old)
        new = self.package.free_part(pattern, self.taken)
        self.parts[new] = self.book.read(old)
        self.workbook_parts.add_type(new, _TYPES[kind])
        self.copy_related(old, new)
        return new


def _existing(package: Package, part: str) -> str:
    return package.info(part).filename if package.has(part) else part


def _drop_owned(package: Package, workbook_parts: WorkbookParts, part: str) -> None:
    """Leave out the drawings and charts of an earlier sheet of ours."""
    relations: Mapping[str, tuple[str, str, bool]] = package.relations_of(part)
    for target, kind, external in relations.values():
        if kind not in _OWNED or external or not package.has(target):
            continue
        _drop_owned(package, workbook_parts, target)
        workbook_parts.drop(target)
        if package.has(relations_part(target)):
            workbook_parts.drop(relations_part(target))


def _strict(xml: bytes) -> bytes:
    for loose, strict in ((MAIN, STRICT_MAIN), (TRANSITIONAL, STRICT), (_DRAWING, _STRICT_DRAWING)):
        xml = xml.replace(loose.encode(), strict.encode())
    return xml


class ResultWorkbook(Protocol):
    """A result workbook about to be written: the user's own, or a fresh one."""

    styles_part: str
    styles: StyleSheet
    uncertain: bool
    """Whether there is anything to show on the sheet of uncertain orders."""

    def write(self, out: ZipWriter, rows: ResultRows) -> None:
        """Write the data sheets."""
        ...

    @property
    def package(self) -> Package:
        """All other parts; asked for when the data sheets are written."""
        ...

    @property
    def written(self) -> set[str]:
        """The parts that are written already."""
        ...

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """List what the written sheets need; say whether they replace columns of an earlier result."""
        ...


def styles_of(package: Package) -> tuple[str, StyleSheet]:
    """Return the styles part, or a first one for a workbook without."""
    part = package.styles_part()
    if part is not None and package.has(part):
        return package.info(part).filename, StyleSheet(package.read(part))
    namespace = STRICT_MAIN if package.strict else MAIN
    return "xl/styles.xml", StyleSheet(MINIMAL % namespace.encode())


def write_workbook(
    file: BinaryIO, job: ResultJob, book: ResultWorkbook, entries: Iterable[EntryResult], notes: Sequence[str]
) -> Tally:
    """Write the workbook; return what its rows add up to.

    Raises NotRewritableError when the workbook can't be kept.
    """
    rows = ResultRows(job, entries)
    try:
        with ZipWriter(file) as out:
            book.write(out, rows)
            if rows.next is not None:
                raise NotRewritableError("rows of the plan on no sheet")
            workbook_parts = WorkbookParts(book.package)
            parts = _our_sheets(job, book, rows, workbook_parts, notes)
            _copy_rest(out, book.package, workbook_parts, parts, book.written)
    except TooLargeError as error:
        raise NotRewritableError("more than 4 GB") from error
    return rows.tally


def _our_sheets(
    job: ResultJob,
    book: ResultWorkbook,
    rows: ResultRows,
    workbook_parts: WorkbookParts,
    notes: Sequence[str],
) -> dict[str, bytes]:
    """Return the parts that are new or edited, the Summary's among them."""
    package = book.package
    added = choose_parts(
        package,
        _wanted_sheets(
            job.lang, book.uncertain or sheet_with_defined_name(package, UNCERTAIN_DEFINED_NAME) is not None
        ),
    )
    uncertain_orders = UncertainOrders(
        entries=rows.uncertain,
        sheets=[found.sheet for found in job.sheets],
        more=rows.uncertain_not_listed,
        unreached=job.unreached,
    )
    names = [sheet.name for sheet in added]
    drawn = draw(summarize(job, rows.tally, notes), uncertain_orders, job.run, names)
    parts = copy_sheets(package, workbook_parts, book.styles, drawn, added)
    if not package.has(book.styles_part):
        workbook_parts.add_styles(book.styles_part)
    if book.finish(workbook_parts) or any(sheet.replaces for sheet in added):
        _drop_stale_calculations(package, workbook_parts)
    return {**parts, book.styles_part: book.styles.edited(), **workbook_parts.edited()}


def _wanted_sheets(lang: Lang, uncertain: bool) -> list[SheetCopy]:
    wanted = [SheetCopy(SUMMARY_DEFINED_NAME, summary_texts.SUMMARY_SHEET.render(lang))]
    if uncertain:
        wanted.append(SheetCopy(UNCERTAIN_DEFINED_NAME, summary_texts.UNCERTAIN_SHEET.render(lang)))
    return wanted


def _drop_stale_calculations(package: Package, workbook_parts: WorkbookParts) -> None:
    """Leave out the calculation chain where formulas of an earlier result have moved: Excel makes it anew.

    A chain that names a cell without a formula would have Excel offer a repair.
    """
    for part, kind, _ in package.relations.values():
        if kind == "calcChain":
            workbook_parts.drop(part)


def _copy_rest(
    out: ZipWriter,
    package: Package,
    workbook_parts: WorkbookParts,
    parts: dict[str, bytes],
    written: set[str],
) -> None:
    for info in package.parts():
        if info.filename in written or workbook_parts.is_dropped(info.filename):
            continue
        new = parts.pop(info.filename, None)
        if new is None:
            out.copy(info, package.file)
        else:
            out.add(info.filename, new)
    for name, data in parts.items():
        out.add(name, data)

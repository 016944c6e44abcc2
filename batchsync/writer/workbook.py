"""Writes a result workbook: data sheets as a stream, the Summary and uncertain sheets added, other parts copied."""

import io
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from zipfile import ZipFile

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
from batchsync.writer.report_sheets import UncertainOrders, write_report_sheets
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
"""Parts that are removed together with a replaced sheet of an earlier result."""


class ResultWorkbook(Protocol):
    """A result workbook to be written: the user's own, or a fresh one."""

    styles_part: str
    styles: StyleSheet

    def write(self, out: ZipWriter, result: ResultRows) -> None:
        """Write the data sheets."""
        ...

    @property
    def package(self) -> Package:
        """All other parts; known once the data sheets are written."""
        ...

    @property
    def written(self) -> set[str]:
        """The parts that `write` writes."""
        ...

    def finish(self, workbook_parts: WorkbookParts) -> bool:
        """Add the sheets' filters; return whether columns of an earlier result were replaced."""
        ...


def write_workbook(
    file: BinaryIO, job: ResultJob, book: ResultWorkbook, entries: Iterable[EntryResult], notes: Sequence[str]
) -> Tally:
    """Write the workbook; return the totals of its rows.

    Raises NotRewritableError when the workbook can't be kept.
    """
    result = ResultRows(job, entries)
    try:
        with ZipWriter(file) as out:
            book.write(out, result)
            if result.next is not None:
                raise NotRewritableError("rows of the plan on no sheet")
            workbook_parts = WorkbookParts(book.package)
            parts = _new_parts(job, book, result, workbook_parts, notes)
            for info in book.package.parts():
                if info.filename in book.written or workbook_parts.is_dropped(info.filename):
                    continue
                if info.filename in parts:
                    out.add(info.filename, parts.pop(info.filename))
                else:
                    out.copy(info, book.package.file)
            for name, data in parts.items():
                out.add(name, data)
    except TooLargeError as error:
        raise NotRewritableError("more than 4 GB") from error
    return result.tally


def _new_parts(
    job: ResultJob,
    book: ResultWorkbook,
    result: ResultRows,
    workbook_parts: WorkbookParts,
    notes: Sequence[str],
) -> dict[str, bytes]:
    """Return the parts that are new or edited."""
    package = book.package
    wanted = {SUMMARY_DEFINED_NAME: summary_texts.SUMMARY_SHEET.render(job.lang)}
    if result.uncertain or sheet_with_defined_name(package, UNCERTAIN_DEFINED_NAME) is not None:
        wanted[UNCERTAIN_DEFINED_NAME] = summary_texts.UNCERTAIN_SHEET.render(job.lang)
    added = _choose_parts(package, wanted)
    uncertain_orders = UncertainOrders(
        entries=result.uncertain,
        sheets=[found.sheet for found in job.sheets],
        not_listed=result.uncertain_not_listed,
        unreached=job.unreached,
    )
    summary = summarize(job, result.tally, notes)
    report = write_report_sheets(summary, uncertain_orders, job.run, [sheet.name for sheet in added])
    parts = _copy_sheets(report, added, package, workbook_parts, book.styles)
    if not package.has(book.styles_part):
        workbook_parts.add_styles(book.styles_part)
    if book.finish(workbook_parts) or any(sheet.replaces for sheet in added):
        # Formulas of the earlier result have moved. Excel offers a repair if the calculation chain names a cell
        # without a formula, and makes the chain anew if there is none.
        for part, kind, _ in package.relations.values():
            if kind == "calcChain":
                workbook_parts.drop(part)
    return {**parts, book.styles_part: book.styles.edited(), **workbook_parts.edited()}


def styles_of(package: Package) -> tuple[str, StyleSheet]:
    """Return the styles part and its name, or a new one for a workbook without."""
    part = package.styles_part()
    if part is not None and package.has(part):
        return package.info(part).filename, StyleSheet(package.read(part))
    namespace = STRICT_MAIN if package.strict else MAIN
    return "xl/styles.xml", StyleSheet(MINIMAL % namespace.encode())


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a sheet name that is not taken (in lower case): the wanted one, or it with a number."""
    name, number = wanted[:_LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        tail = f" ({number})"
        name = wanted[: _LONGEST_NAME - len(tail)] + tail
    return name


def _choose_parts(package: Package, wanted: Mapping[str, str]) -> list[AddedSheet]:
    """Return part and name of each sheet to add, by defined name; a sheet of an earlier result is replaced."""
    taken: set[str] = set()
    names = {sheet.name.lower() for sheet in package.sheets}
    added = []
    for defined_name, wanted_name in wanted.items():
        earlier = sheet_with_defined_name(package, defined_name)
        if earlier is not None:
            part = package.info(earlier.part).filename
            added.append(AddedSheet(earlier.name, part, defined_name, replaces=True))
        else:
            name = free_name(wanted_name, names)
            names.add(name.lower())
            part = package.free_part("xl/worksheets/sheet{}.xml", taken)
            added.append(AddedSheet(name, part, defined_name))
    return added


def _copy_sheets(
    report: bytes,
    added: Sequence[AddedSheet],
    package: Package,
    workbook_parts: WorkbookParts,
    styles: StyleSheet,
) -> dict[str, bytes]:
    """Return the parts of the sheets of `report`, which has them in the order of `added`, for the result workbook."""
    with ZipFile(io.BytesIO(report)) as book:
        copier = _PartCopier(package, workbook_parts, book, {sheet.part.lower() for sheet in added})
        new_indices = styles.import_formats(book.read("xl/styles.xml"))
        for number, sheet in enumerate(added, start=1):
            if sheet.replaces:
                _drop_owned(package, workbook_parts, sheet.part)
            workbook_parts.add_sheet(sheet)
            source = f"xl/worksheets/sheet{number}.xml"
            xml = _CELL.sub(lambda tag: _with_new_style(tag[0], new_indices), book.read(source))
            copier.parts[sheet.part] = xml.replace(b' tabSelected="1"', b"")
            copier.copy_related(source, sheet.part)
    if package.strict:
        return {name: _strict(xml) for name, xml in copier.parts.items()}
    return copier.parts


def _with_new_style(tag: bytes, new_indices: Sequence[int]) -> bytes:
    return _STYLE.sub(lambda found: found[1] + str(new_indices[int(found[2])]).encode() + found[3], tag)


@dataclass(slots=True)
class _PartCopier:
    """Copies the drawings and charts of a sheet under part names that are free."""

    package: Package
    workbook_parts: WorkbookParts
    book: ZipFile
    taken: set[str]
    parts: dict[str, bytes] = field(default_factory=dict)

    def copy_related(self, source: str, target: str) -> None:
        """Copy the parts to which `source` refers, and enter them as related to `target`."""
        old_relations, new_relations = relations_part(source), relations_part(target)
        if old_relations not in self.book.namelist():
            if self.package.has(new_relations):
                self.workbook_parts.drop(new_relations)
            return
        relations = Part(self.book.read(old_relations), depth=2)
        for element in relations.root.children:
            target_text = element.attributes["Target"]
            old = posixpath.normpath(posixpath.join(posixpath.dirname(source), target_text))
            new = self.package.free_part(re.sub(r"\d+(?=\.xml$)", "{}", old), self.taken)
            self.parts[new] = self.book.read(old)
            self.workbook_parts.add_type(new, _TYPES[element.attributes["Type"].rpartition("/")[2]])
            self.copy_related(old, new)
            raw = relations.raw(element)
            relations.replace(
                element, raw.replace(f'Target="{target_text}"'.encode(), f'Target="/{new}"'.encode())
            )
        if self.package.has(new_relations):
            new_relations = self.package.info(new_relations).filename
        self.parts[new_relations] = relations.edited()
        self.workbook_parts.add_relations(new_relations)


def _drop_owned(package: Package, workbook_parts: WorkbookParts, part: str) -> None:
    """Remove the drawings and charts of a sheet of an earlier result."""
    for target, kind, external in package.relations_of(part).values():
        if kind not in _OWNED or external or not package.has(target):
            continue
        _drop_owned(package, workbook_parts, target)
        workbook_parts.drop(target)
        if package.has(relations_part(target)):
            workbook_parts.drop(relations_part(target))


def _strict(xml: bytes) -> bytes:
    for transitional, strict in ((MAIN, STRICT_MAIN), (TRANSITIONAL, STRICT), (_DRAWING, _STRICT_DRAWING)):
        xml = xml.replace(transitional.encode(), strict.encode())
    return xml

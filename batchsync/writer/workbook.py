"""A result workbook put together: data sheets streamed, our sheets grafted on, every other part copied raw.

The data sheets come from the user's own workbook or from a fresh one; what differs is only who yields their XML.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from batchsync.messages import Lang
from batchsync.messages import result_columns as messages
from batchsync.messages import summary as summary_words
from batchsync.model import EntryResult, RowResult, RowStatus
from batchsync.model.row_results import Tally, rows, status_of
from batchsync.ooxml.package import MAIN, STRICT_MAIN, Package, marked
from batchsync.ooxml.stylesheet import MINIMAL, StyleSheet
from batchsync.ooxml.xml_edit import UnshapedError
from batchsync.ooxml.zip_writer import TooLargeError, ZipOut
from batchsync.writer.copy_sheets import SUMMARY_MARK, UNCERTAIN_MARK, SheetCopy, copy_sheets, names_for
from batchsync.writer.result_cursor import Cursor
from batchsync.writer.row_texts import RowTexts
from batchsync.writer.summary import summarize
from batchsync.writer.summary_sheet import draw
from batchsync.writer.types import ResultJob
from batchsync.writer.uncertain_sheet import Evidence
from batchsync.writer.workbook_parts import WorkbookParts

MOST_EVIDENCE = 20_000
"""Most uncertain orders that are listed with evidence."""
Entries = Callable[[], Iterator[EntryResult]]


class Book(Protocol):
    """A result workbook about to be written: the user's own, or a fresh one."""

    styles_part: str
    styles: StyleSheet
    uncertain: bool
    """Whether there is anything to show on the sheet of uncertain orders."""

    def write(self, out: ZipOut, cursor: Cursor) -> None:
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

    def finish(self, catalogue: WorkbookParts) -> bool:
        """List what the written sheets need; say whether they replace columns of an earlier result."""
        ...


@dataclass(slots=True)
class TallyCollector:
    """Counts the rows that go by, and keeps the uncertain ones' evidence."""

    tally: Tally
    evidence: list[EntryResult] = field(default_factory=list)
    more: int = 0

    def __call__(self, row: RowResult) -> None:
        self.tally.add(row)
        if row.status is RowStatus.UNCERTAIN:
            doubtful = [entry for entry in row.entries if status_of(entry) is RowStatus.UNCERTAIN]
            room = MOST_EVIDENCE - len(self.evidence)
            self.evidence += doubtful[:room]
            self.more += max(0, len(doubtful) - room)


def has_uncertain(job: ResultJob, entries: Entries) -> bool:
    """Say whether any row is uncertain: as known already, or by looking."""
    if job.uncertain is not None:
        return job.uncertain
    return any(status_of(entry) is RowStatus.UNCERTAIN for entry in entries())


def roles_for(uncertain: bool) -> list[str]:
    """Return the added columns; the decision only where there is something to decide."""
    return [role for role in messages.HEADS if uncertain or role != "decision"]


def speaker_for(job: ResultJob) -> RowTexts:
    """Return who says the rows' sentences."""
    return RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)


def styles_of(package: Package) -> tuple[str, StyleSheet]:
    """Return the styles part, or a first one for a workbook without."""
    part = package.styles_part()
    if part is not None and package.has(part):
        return package.info(part).filename, StyleSheet(package.read(part))
    namespace = STRICT_MAIN if package.strict else MAIN
    return "xl/styles.xml", StyleSheet(MINIMAL % namespace.encode())


def write_book(
    file: BinaryIO, job: ResultJob, book: Book, entries: Iterable[EntryResult], notes: Sequence[str]
) -> Tally:
    """Write the workbook; return what its rows add up to.

    Raises UnshapedError when the workbook can't be kept.
    """
    watch = TallyCollector(Tally(price=job.price, unreached=job.unreached))
    cursor = Cursor(rows(entries), watch)
    try:
        with ZipOut(file) as out:
            book.write(out, cursor)
            if cursor.row is not None:
                raise UnshapedError("rows of the plan on no sheet")
            catalogue = WorkbookParts(book.package)
            parts = _our_sheets(job, book, watch, catalogue, notes)
            _copy_rest(out, book.package, catalogue, parts, book.written)
    except TooLargeError as error:
        raise UnshapedError("more than 4 GB") from error
    return watch.tally


def _our_sheets(
    job: ResultJob, book: Book, watch: TallyCollector, catalogue: WorkbookParts, notes: Sequence[str]
) -> dict[str, bytes]:
    """Return the parts that are new or edited, the Summary's among them."""
    package = book.package
    added = names_for(
        package, _wishes(job.lang, book.uncertain or marked(package, UNCERTAIN_MARK) is not None)
    )
    evidence = Evidence(
        entries=watch.evidence,
        sheets=[found.sheet for found in job.sheets],
        more=watch.more,
        unreached=job.unreached,
    )
    names = [sheet.name for sheet in added]
    drawn = draw(summarize(job, watch.tally, notes), evidence, job.run, names)
    parts = copy_sheets(package, catalogue, book.styles, drawn, added)
    if not package.has(book.styles_part):
        catalogue.add_styles(book.styles_part)
    if book.finish(catalogue) or any(sheet.replaces for sheet in added):
        _drop_stale_calculations(package, catalogue)
    return {**parts, book.styles_part: book.styles.edited(), **catalogue.edited()}


def _wishes(lang: Lang, uncertain: bool) -> list[SheetCopy]:
    wishes = [SheetCopy(SUMMARY_MARK, summary_words.SUMMARY_SHEET.render(lang))]
    if uncertain:
        wishes.append(SheetCopy(UNCERTAIN_MARK, summary_words.UNCERTAIN_SHEET.render(lang)))
    return wishes


def _drop_stale_calculations(package: Package, catalogue: WorkbookParts) -> None:
    """Leave out the calculation chain where formulas of an earlier result have moved: Excel makes it anew.

    A chain that names a cell without a formula would have Excel offer a repair.
    """
    for part, kind, _ in package.relations.values():
        if kind == "calcChain":
            catalogue.drop(part)


def _copy_rest(
    out: ZipOut, package: Package, catalogue: WorkbookParts, parts: dict[str, bytes], written: set[str]
) -> None:
    for info in package.parts():
        if info.filename in written or catalogue.is_dropped(info.filename):
            continue
        new = parts.pop(info.filename, None)
        if new is None:
            out.copy(info, package.file)
        else:
            out.add(info.filename, new)
    for name, data in parts.items():
        out.add(name, data)

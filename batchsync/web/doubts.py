"""Uncertain orders of a run with what is known of each: to look them up, to settle them, to dispute a bill."""

from collections.abc import Iterator
from dataclasses import dataclass

from batchsync.ledger import OrderHistory
from batchsync.model import RowStatus, RunRecord, State
from batchsync.web.library import Library
from batchsync.web.lifeview import Life, life_of
from batchsync.web.runtable import TableRow, Wishes
from batchsync.words import Lang

OPEN = (State.UNCERTAIN, State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One uncertain order."""

    sheet: str
    line: int
    life: Life


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtPage:
    """Some uncertain orders; `total` counts rows."""

    total: int
    doubts: tuple[Doubt, ...]


def page_of(library: Library, record: RunRecord, first: int, count: int, lang: Lang) -> DoubtPage:
    """Return the uncertain orders of rows from the `first`-th uncertain one on."""
    wishes = Wishes(first=first, count=count, status=RowStatus.UNCERTAIN)
    page = library.rows(record, wishes, lang)
    found = tuple(doubt for row in page.rows for doubt in _of_row(library, record, row, lang))
    return DoubtPage(total=page.total, doubts=found)


def _of_row(library: Library, record: RunRecord, row: TableRow, lang: Lang) -> Iterator[Doubt]:
    owners = row.owner.split("\n")
    for number in row.number.split("\n"):
        for history in library.lives(number):
            if _is_meant(history, record, owners):
                yield Doubt(sheet=row.sheet, line=row.line, life=life_of(history, lang))


def _is_meant(history: OrderHistory, record: RunRecord, owners: list[str]) -> bool:
    order = history.order
    return order.account == record.account and order.owner_id in owners and order.state in OPEN


def dispute_sheet(library: Library, record: RunRecord, lang: Lang) -> bytes:
    """Return a workbook with all uncertain orders of a run and the evidence of each."""
    from batchsync.words import summary as words
    from batchsync.writer.drawing import Drawing, font_for
    from batchsync.writer.evidencesheet import Evidence, draw_evidence

    sheets, entries = library.uncertain_entries(record)
    drawing = Drawing(font_for(lang))
    evidence = Evidence(entries=entries, sheets=sheets)
    draw_evidence(drawing, evidence, record, lang, words.UNCERTAIN_SHEET.say(lang))
    return drawing.finished()

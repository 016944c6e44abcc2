"""Uncertain orders of a run with what is known of each: to look them up, to settle them, to dispute a bill."""

from collections.abc import Iterator
from dataclasses import dataclass

from batchsync.ledger import OrderHistory
from batchsync.messages import Lang
from batchsync.model import RowStatus, RunRecord, State
from batchsync.web.order_history_view import OrderHistoryView, order_history_view
from batchsync.web.queries import LedgerQueries
from batchsync.web.result_index import RowFilter, TableRow

OPEN = (State.UNCERTAIN, State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainOrder:
    """One uncertain order."""

    sheet: str
    line: int
    life: OrderHistoryView


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainPage:
    """Some uncertain orders; `total` counts rows."""

    total: int
    doubts: tuple[UncertainOrder, ...]


def page_of(library: LedgerQueries, record: RunRecord, first: int, count: int, lang: Lang) -> UncertainPage:
    """Return the uncertain orders of rows from the `first`-th uncertain one on."""
    wishes = RowFilter(first=first, count=count, status=RowStatus.UNCERTAIN)
    page = library.rows(record, wishes, lang)
    found = tuple(doubt for row in page.rows for doubt in _of_row(library, record, row, lang))
    return UncertainPage(total=page.total, doubts=found)


def _of_row(library: LedgerQueries, record: RunRecord, row: TableRow, lang: Lang) -> Iterator[UncertainOrder]:
    owners = row.owner.split("\n")
    for number in row.number.split("\n"):
        for history in library.lives(number):
            if _is_meant(history, record, owners):
                yield UncertainOrder(sheet=row.sheet, line=row.line, life=order_history_view(history, lang))


def _is_meant(history: OrderHistory, record: RunRecord, owners: list[str]) -> bool:
    order = history.order
    return order.account == record.account and order.owner_id in owners and order.state in OPEN


def dispute_sheet(library: LedgerQueries, record: RunRecord, lang: Lang) -> bytes:
    """Return a workbook with all uncertain orders of a run and the evidence of each."""
    from batchsync.messages import summary as messages
    from batchsync.writer.report_sheets import ReportWorkbook, UncertainOrders, add_uncertain_sheet, font_for

    sheets, entries = library.uncertain_entries(record)
    drawing = ReportWorkbook(font_for(lang))
    evidence = UncertainOrders(entries=entries, sheets=sheets)
    add_uncertain_sheet(drawing, evidence, record, lang, messages.UNCERTAIN_SHEET.render(lang))
    return drawing.finished()

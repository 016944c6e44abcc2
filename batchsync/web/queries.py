"""What the page reads from the ledger: runs, their rows and result files, orders' histories, points.

Everything here blocks and belongs into a thread. Row indexes and result files are kept until the ledger changes.
"""

import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.job import Job, RunOptions
from batchsync.ledger import Ledger, OrderHistory, Resolved, Spending, open_ledger
from batchsync.messages import Lang
from batchsync.messages import summary as summary_messages
from batchsync.messages import web as messages
from batchsync.model import Decision, RowStatus, RunRecord, State
from batchsync.model.row_results import Tally, status_of
from batchsync.web.result_index import ResultIndex, RowFilter, RowPage, TableRow, build_index

INDEXES_KEPT = 4
SERVER_STAMP_S = 30.0
UNCERTAIN_STATES = (State.UNCERTAIN, State.SENDING)
Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """An order as the page names it."""

    owner: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainOrder:
    """An uncertain order of a run, the row it stands in, and its history."""

    row: TableRow
    history: OrderHistory


class LedgerQueries:
    """Reads the ledger for one page; `folder` is for indexes and result files, which can be built again."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._indexes: dict[str, tuple[Stamp, ResultIndex]] = {}
        self._lock = threading.Lock()
        self._index_count = self._resolve_count = 0

    def _open(self, *, read_only: bool = True) -> Ledger:
        return open_ledger(self._config.ledger.url, read_only=read_only)

    # --- Runs -----------------------------------------------------------------------------------------------

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the last runs, the newest first."""
        with self._open() as ledger:
            return ledger.runs(limit)

    def run(self, run: str) -> RunRecord:
        """Return a run. Raises UsageError when there is none of that name."""
        with self._open() as ledger:
            record = ledger.run(run)
        if record is None:
            raise UsageError(messages.NO_SUCH_RUN)
        return record

    def tally(self, record: RunRecord) -> Tally:
        """Return the figures of a run as they are now."""
        with self._lock:
            return self._index(record).tally

    def rows(self, record: RunRecord, row_filter: RowFilter, lang: Lang) -> RowPage:
        """Return rows of a run as they are now."""
        with self._lock:
            return self._index(record).page(row_filter, lang)

    def _index(self, record: RunRecord) -> ResultIndex:
        stamp, kept = self._stamp(), self._indexes.pop(record.run, None)
        if kept is not None and kept[0] == stamp:
            self._indexes[record.run] = kept
            return kept[1]
        with self._open() as ledger:
            price = ledger.price_of_a_call(record.account, self._config.spend.price)
            self._index_count += 1
            path = self._folder / f"rows-{self._index_count}.db"
            index = build_index(ledger, record, path, price=price)
        if kept is not None:
            kept[1].close()
        self._indexes[record.run] = (stamp, index)
        while len(self._indexes) > INDEXES_KEPT:
            self._indexes.pop(next(iter(self._indexes)))[1].close()
        return index

    def result(self, record: RunRecord, form: Literal["xlsx", "csv"]) -> Path:
        """Return the result file of a run as it is now."""
        name = re.sub(r"[^A-Za-z0-9]", "-", record.run)[:40]
        folder = self._folder / f"result-{name}-{abs(hash(record.run))}"
        with self._lock:
            note = folder / f"{form}.stamp"
            stamp = repr(self._stamp())
            if note.is_file() and note.read_text(encoding="utf-8").startswith(stamp):
                return Path(note.read_text(encoding="utf-8").partition("\n")[2])
            shutil.rmtree(folder / form, ignore_errors=True)
            output = self._config.output.model_copy(update={"format": form})
            job = Job(self._config.model_copy(update={"output": output}))
            summary = job.report(record.run, RunOptions(output=folder / form)).summary
            if summary.result is None:
                raise UsageError(messages.NO_RESULT_FILE)
            note.write_text(f"{stamp}\n{summary.result}", encoding="utf-8")
            return Path(summary.result)

    def _stamp(self) -> Stamp:
        """Return a value that changes whenever something is written to the ledger."""
        with self._open() as ledger:
            path = ledger.place
        if not isinstance(path, Path):  # a database server has no such files: read again after some time
            return ((int(time.monotonic() // SERVER_STAMP_S), self._resolve_count),)
        files = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}.outcomes"))
        return tuple((each.stat().st_mtime_ns, each.stat().st_size) for each in files if each.exists())

    # --- Uncertain orders -----------------------------------------------------------------------------------

    def uncertain_orders(
        self, record: RunRecord, first: int, count: int, lang: Lang
    ) -> tuple[int, list[UncertainOrder]]:
        """Return how many uncertain rows a run has, and the uncertain orders of some of them."""
        row_filter = RowFilter(first=first, count=count, status=RowStatus.UNCERTAIN)
        page = self.rows(record, row_filter, lang)
        orders = [
            UncertainOrder(row=row, history=history)
            for row in page.rows
            for number in row.number.split("\n")
            for history in self.histories(number)
            if history.order.account == record.account
            and history.order.owner_id in row.owner.split("\n")
            and history.order.state in UNCERTAIN_STATES
        ]
        return page.total, orders

    def dispute_workbook(self, record: RunRecord, lang: Lang) -> bytes:
        """Return a workbook with all uncertain orders of a run and the evidence of each."""
        from batchsync.writer.report_sheets import (
            ReportWorkbook,
            UncertainOrders,
            add_uncertain_sheet,
            font_for,
        )

        with self._open() as ledger:
            sheets = [sheet.sheet for sheet in ledger.sheets(record.run)]
            results = ledger.results(record.run)
            entries = [entry for entry in results if status_of(entry) is RowStatus.UNCERTAIN]
        workbook = ReportWorkbook(font_for(lang))
        orders = UncertainOrders(entries=entries, sheets=sheets)
        add_uncertain_sheet(workbook, orders, record, lang, summary_messages.UNCERTAIN_SHEET.render(lang))
        return workbook.finished()

    def resolve(
        self, run: RunRecord, decision: Decision, orders: Sequence[OrderKey] | None
    ) -> list[Resolved]:
        """Resolve uncertain orders of a run: those given, or all. Raises LedgerBusy while a run is under way."""
        self._resolve_count += 1
        with self._open(read_only=False) as ledger:
            if orders is None:
                return ledger.resolve(run.account, decision, run=run.run)
            ids = [order for key in orders for order in _uncertain_ids(ledger, run, key)]
            return ledger.resolve(run.account, decision, orders=ids)

    # --- Orders and points ----------------------------------------------------------------------------------

    def histories(self, number: str) -> list[OrderHistory]:
        """Return the histories of the orders with this number."""
        with self._open() as ledger:
            return ledger.history(number)

    def spending(self, since: datetime | None) -> list[Spending]:
        """Return what the settings' account spent, by day, run and merchant."""
        price = self._config.spend.price
        with self._open() as ledger:
            account = ledger.find_account(self._config.api.url, self._config.api.account)
            return [] if account is None else ledger.spending(account, price=price, since=since)

    def close(self) -> None:
        """Delete indexes and result files."""
        for _, index in self._indexes.values():
            index.close()
        self._indexes.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def _uncertain_ids(ledger: Ledger, run: RunRecord, key: OrderKey) -> Iterator[int]:
    for order in ledger.orders_of(key.number):
        is_same = order.owner_id == key.owner and order.account == run.account
        if is_same and order.state in UNCERTAIN_STATES:
            yield order.order

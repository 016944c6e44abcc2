"""What the page reads from the ledger: runs, their rows and result files, orders' histories, points.

Everything here blocks and belongs into a thread. Row indexes and result files are kept until the ledger changes.
"""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.finance import current_summary
from batchsync.job import Job, RunOptions
from batchsync.ledger import Ledger, OrderHistory, Resolved, Spending, open_ledger
from batchsync.messages import Lang
from batchsync.messages import summary as summary_messages
from batchsync.messages import web as messages
from batchsync.model import Decision, RowStatus, RunRecord, State
from batchsync.model.row_results import Tally, status_of
from batchsync.web.result_index import ResultIndex, RowFilter, RowPage, TableRow, build_index
from batchsync.web.run_queue import file_summary
from batchsync.web.uploads import FileSummary

RUNS_KEPT = 6
MERCHANTS_MAX = 50
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


@dataclass(slots=True, kw_only=True)
class _CachedRun:
    """What was built for a run; `is_final` when its rows can't change any more."""

    stamp: Stamp
    index: ResultIndex
    is_final: bool
    results: dict[str, Path] = field(default_factory=dict)
    """Result files by format."""


class LedgerQueries:
    """Reads the ledger for one page; `folder` is for indexes and result files, which can be built again."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._runs: dict[str, _CachedRun] = {}
        self._lock = threading.Lock()
        self._count = self._resolve_count = 0

    def _open(self, *, read_only: bool = True) -> Ledger:
        return open_ledger(self.config.ledger.url, read_only=read_only)

    # --- Runs -----------------------------------------------------------------------------------------------

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the last runs, the newest first."""
        with self._open() as ledger:
            price = self.config.spend.price
            return [
                replace(record, summary=current_summary(ledger, record, price))
                for record in ledger.runs(limit)
            ]

    def run(self, run: str) -> RunRecord:
        """Return a run. Raises UsageError when there is none of that name."""
        with self._open() as ledger:
            record = ledger.run(run)
        if record is None:
            raise UsageError(messages.NO_SUCH_RUN)
        return record

    def summary(self, run: str) -> FileSummary:
        """Return the figures of a run as they are now."""
        record = self.run(run)
        tally = self.tally(record)
        seconds = record.summary.seconds if record.summary else 0.0
        stopped = record.stopped
        return file_summary(
            tally.summary(file=record.file, run=run, stopped=stopped, seconds=seconds, result=None)
        )

    def tally(self, record: RunRecord) -> Tally:
        """Return the counts of a run as they are now."""
        with self._lock:
            return self._cached(record).index.tally

    def rows(self, record: RunRecord, row_filter: RowFilter, lang: Lang) -> RowPage:
        """Return rows of a run as they are now."""
        with self._lock:
            return self._cached(record).index.page(row_filter, lang)

    def result(self, record: RunRecord, form: Literal["xlsx", "csv"]) -> Path:
        """Return the result file of a run as it is now: the run's own, as long as nothing has changed since."""
        with self._lock:
            cached = self._cached(record)
            if form not in cached.results:
                own = Path(record.result) if record.result else None
                is_own = own is not None and own.suffix == f".{form}" and own.is_file()
                if own is not None and is_own and _is_unchanged(record, cached.index.tally):
                    cached.results[form] = own
                else:
                    cached.results[form] = self._write_result(record, form)
            return cached.results[form]

    def _write_result(self, record: RunRecord, form: Literal["xlsx", "csv"]) -> Path:
        self._count += 1
        folder = self._folder / f"result-{self._count}"
        output = self.config.output.model_copy(update={"format": form})
        job = Job(self.config.model_copy(update={"output": output}))
        summary = job.report(record.run, RunOptions(output=folder)).summary
        if summary.result is None:
            raise UsageError(messages.NO_RESULT_FILE)
        return Path(summary.result)

    def _cached(self, record: RunRecord) -> "_CachedRun":
        """Return what was built for a run, or build it again if the ledger has changed for it."""
        stamp, cached = self._stamp(), self._runs.pop(record.run, None)
        if cached is not None and (cached.is_final or cached.stamp == stamp):
            self._runs[record.run] = cached
            return cached
        with self._open() as ledger:
            price = ledger.price_of_a_call(record.account, self.config.spend.price)
            self._count += 1
            path = self._folder / f"rows-{self._count}.db"
            index = build_index(ledger, record, path, price=price)
        if cached is not None:
            cached.index.close()
        is_final = record.ended_at is not None and not index.tally.uncertain_orders
        self._runs[record.run] = cached = _CachedRun(stamp=stamp, index=index, is_final=is_final)
        while len(self._runs) > RUNS_KEPT:
            self._runs.pop(next(iter(self._runs))).index.close()
        return cached

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

    def uncertain_numbers(self, record: RunRecord) -> list[str]:
        """Return the order numbers of all uncertain orders of a run."""
        with self._open() as ledger:
            results = ledger.results(record.run)
            return [entry.number for entry in results if status_of(entry) is RowStatus.UNCERTAIN]

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
        return workbook.close()

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

    def numbers_with_prefix(self, prefix: str, limit: int) -> list[str]:
        """Return the first order numbers that begin with a text."""
        with self._open() as ledger:
            return ledger.numbers_with_prefix(prefix, limit)

    def merchants(self) -> list[tuple[str, str]]:
        """Return the merchants that were used, the last used first, and those of the settings: id and shop name."""
        names = {owner: shop for shop, owner in self.config.input.owners.items()}
        last_used: dict[str, str] = {}
        for each in self.spending(None):
            last_used[each.owner_id] = max(last_used.get(each.owner_id, ""), str(each.day))
        used = sorted(last_used, key=lambda owner: last_used[owner], reverse=True)
        return [(owner, names.get(owner, "")) for owner in dict.fromkeys([*used, *names])][:MERCHANTS_MAX]

    def spending(self, since: datetime | None) -> list[Spending]:
        """Return what the settings' account spent, by day, run and merchant."""
        price = self.config.spend.price
        with self._open() as ledger:
            account = ledger.find_account(self.config.api.url, self.config.api.account)
            return [] if account is None else ledger.spending(account, price=price, since=since)

    def close(self) -> None:
        """Delete indexes and result files."""
        for cached in self._runs.values():
            cached.index.close()
        self._runs.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def _is_unchanged(record: RunRecord, tally: Tally) -> bool:
    """Return whether a run has the counts that it ended with."""
    ended = record.summary
    return ended is not None and all(
        tally.counts[status] == getattr(ended, status.value) for status in RowStatus
    )


def _uncertain_ids(ledger: Ledger, run: RunRecord, key: OrderKey) -> Iterator[int]:
    for order in ledger.orders_of(key.number):
        is_same = order.owner_id == key.owner and order.account == run.account
        if is_same and order.state in UNCERTAIN_STATES:
            yield order.order

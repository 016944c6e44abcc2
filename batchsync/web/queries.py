"""What the ledger remembers, read for the page: runs, their tables and result files, orders' lives, points.

Everything here blocks and belongs into a thread. Tables and result files are made once and kept until the ledger moves on.
"""

import re
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.job import Job, RunOptions
from batchsync.ledger import Ledger, OrderHistory, Resolved, Spending, open_ledger
from batchsync.messages import Lang
from batchsync.messages import web as messages
from batchsync.model import Decision, EntryResult, RowStatus, RunRecord, State
from batchsync.model.row_results import Tally, status_of
from batchsync.web.result_index import ResultIndex, RowFilter, TablePage, build_index

TABLES_KEPT = 4
SERVER_STAMP_S = 30.0
Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """An order as the page names it."""

    owner: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an account spent, and what a call of it is taken to cost that named no amount."""

    spending: Sequence[Spending]
    price: int


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    table: ResultIndex


class LedgerQueries:
    """Reads the ledger of one page; `folder` takes what can be made anew."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._tables: dict[str, _Kept] = {}
        self._making = threading.Lock()
        self._made = self._settled = 0

    def _open(self, *, read_only: bool = True) -> Ledger:
        return open_ledger(self._config.ledger.url, read_only=read_only)

    # --- Runs -----------------------------------------------------------------------------------------------

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the last runs, the newest first."""
        with self._open() as ledger:
            return ledger.runs(limit)

    def run(self, run: str) -> RunRecord:
        """Return what is known of a run. Raises UsageError when there is none of that name."""
        with self._open() as ledger:
            record = ledger.run(run)
        if record is None:
            raise UsageError(messages.NO_SUCH_RUN)
        return record

    def tally(self, record: RunRecord) -> Tally:
        """Return what a run adds up to as things stand now."""
        with self._making:
            return self._table(record).tally

    def rows(self, record: RunRecord, wishes: RowFilter, lang: Lang) -> TablePage:
        """Return rows of a run as they stand now."""
        with self._making:
            return self._table(record).page(wishes, lang)

    def _table(self, record: RunRecord) -> ResultIndex:
        stamp, kept = self._stamp(), self._tables.get(record.run)
        if kept is not None and kept.stamp == stamp:
            return kept.table
        with self._open() as ledger:
            price = ledger.price_of_a_call(record.account, self._config.spend.price)
            self._made += 1
            table = build_index(ledger, record, self._folder / f"table-{self._made}.db", price=price)
        if kept is not None:
            kept.table.close()
        self._tables.pop(record.run, None)
        self._tables[record.run] = _Kept(stamp, table)
        while len(self._tables) > TABLES_KEPT:
            self._tables.pop(next(iter(self._tables))).table.close()
        return table

    def result(self, record: RunRecord, form: Literal["xlsx", "csv"]) -> Path:
        """Return the result file of a run as things stand now."""
        folder = (
            self._folder / f"result-{re.sub(r'[^A-Za-z0-9]', '-', record.run)[:40]}-{abs(hash(record.run))}"
        )
        with self._making:
            told = folder / f"{form}.stamp"
            stamp = repr(self._stamp())
            if told.is_file() and told.read_text(encoding="utf-8").startswith(stamp):
                return Path(told.read_text(encoding="utf-8").partition("\n")[2])
            shutil.rmtree(folder / form, ignore_errors=True)
            output = self._config.output.model_copy(update={"format": form})
            job = Job(self._config.model_copy(update={"output": output}))
            summary = job.report(record.run, RunOptions(output=folder / form)).summary
            if summary.result is None:
                raise UsageError(messages.NO_RESULT_FILE)
            told.write_text(f"{stamp}\n{summary.result}", encoding="utf-8")
            return Path(summary.result)

    def _stamp(self) -> Stamp:
        """Return what differs once anything was written to the ledger."""
        with self._open() as ledger:
            path = ledger.place
        if not isinstance(path, Path):  # a server tells no such thing: look again now and then
            return ((int(time.monotonic() // SERVER_STAMP_S), self._settled),)
        files = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}.outcomes"))
        return tuple((each.stat().st_mtime_ns, each.stat().st_size) for each in files if each.exists())

    def uncertain_entries(self, record: RunRecord) -> tuple[list[str], list[EntryResult]]:
        """Return the sheets of a run and its entries that are still uncertain: evidence."""
        with self._open() as ledger:
            sheets = [sheet.sheet for sheet in ledger.sheets(record.run)]
            entries = ledger.results(record.run)
            return sheets, [entry for entry in entries if status_of(entry) is RowStatus.UNCERTAIN]

    # --- Orders ---------------------------------------------------------------------------------------------

    def lives(self, number: str) -> list[OrderHistory]:
        """Return all that ever happened to the orders with this number."""
        with self._open() as ledger:
            return ledger.history(number)

    def record_outcome(
        self, run: RunRecord, decision: Decision, orders: Sequence[OrderKey] | None
    ) -> list[Resolved]:
        """Settle uncertain orders of a run: those given, or all. Raises LedgerBusy while a run is under way."""
        self._settled += 1
        with self._open(read_only=False) as ledger:
            if orders is None:
                return ledger.resolve(run.account, decision, run=run.run)
            known = [
                each.order
                for key in orders
                for each in ledger.orders_of(key.number)
                if each.owner_id == key.owner
                and each.account == run.account
                and each.state in (State.UNCERTAIN, State.SENDING)
            ]
            return ledger.resolve(run.account, decision, orders=known)

    # --- Points ---------------------------------------------------------------------------------------------

    def spending(self, since: datetime | None) -> Spent:
        """Return what the settings' account spent, by day, run and merchant."""
        with self._open() as ledger:
            account = ledger.find_account(self._config.api.url, self._config.api.account)
            return Spent(
                spending=[] if account is None else ledger.spending(account, since=since),
                price=ledger.price_of_a_call(account, self._config.spend.price),
            )

    def close(self) -> None:
        """Give everything back."""
        for kept in self._tables.values():
            kept.table.close()
        self._tables.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

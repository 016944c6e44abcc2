"""An operator's way out of uncertainty: the result workbook itself, filled in by what the vendor's books state, and run again."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from batchsync.ledger import open_ledger
from batchsync.model import RowStatus
from batchsync.model.row_results import rows
from tests.crash.fixtures import ROOT, ProcessFactory
from tests.crash.kills import CONCURRENCY, UNCERTAIN_FAULTS, Operator, read_books, reports_of_workbook, vendor
from tests.crash.test_processes import ended, write_orders
from tests.oracle import Key, OrderReport, merge_reports, violations

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")


def _decide(path: Path, charged: set[Key]) -> int:
    """Fill in the decision column of each uncertain row, as a person would in Excel; return how many."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    place = {str(cell.value): number for number, cell in enumerate(sheet[1], 1)}
    filled = 0
    for line in range(2, sheet.max_row + 1):
        if sheet.cell(line, place["sync status"]).value != "uncertain":
            continue
        key = (str(sheet.cell(line, place["mall_id"]).value), str(sheet.cell(line, place["order_sn"]).value))
        unspent = (
            "not charged" if filled % 2 else "send again"
        )  # one and the same, reported with more or less certainty
        sheet.cell(line, place["decision"]).value = "charged" if key in charged else unspent
        filled += 1
    book.save(path)
    return filled


def test_a_filled_in_result_settles_every_uncertain(tmp_path: Path, process_factory: ProcessFactory) -> None:
    """Charged ones become synced at no cost, the others are sent; no order is charged twice and none is left in uncertainty."""
    keys = write_orders(tmp_path, 60)
    faults = ("--faults", "0.4", "--seed", "5", "--only", ",".join(sorted(UNCERTAIN_FAULTS - {"code 999"})))
    with vendor(tmp_path, *faults, process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, process_factory=process_factory)
        assert 1 == ended(operator.begin())[0]
        books, _ = read_books(tmp_path / "books.jsonl")
        paid = {key for key, charged in books.items() if charged.times}
        doubted = {
            reported.key
            for reported in reports_of_workbook(operator.result)
            if reported.status is RowStatus.UNCERTAIN
        }
        assert len(doubted) == _decide(operator.result, paid) > 10
        assert doubted & paid
        assert doubted - paid
        operator.sheet = operator.result
        assert 0 == ended(operator.begin())[0]
    books, _ = read_books(tmp_path / "books.jsonl")
    with open_ledger(operator.ledger, read_only=True) as ledger:
        runs = [
            [
                OrderReport(
                    (row.entries[0].owner_id, row.entries[0].number), row.status, row.points, row.calls
                )
                for row in rows(ledger.results(record.run))
            ]
            for record in reversed(ledger.runs())
        ]
    reported = merge_reports(runs)
    assert [] == violations(keys, reported, books, resolved=doubted & paid)
    assert {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED} >= {each.status for each in reported.values()}


def test_a_killed_run_can_still_be_reported(tmp_path: Path, process_factory: ProcessFactory) -> None:
    """`report` writes the result of a run that was killed: what may have been charged is never reported as not sent."""
    keys = write_orders(tmp_path, 60)
    with vendor(tmp_path, "--latency", "0.01", process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, process_factory=process_factory)
        assert 0 > ended(operator.begin(die="after answer", nth=20))[0]
    with open_ledger(operator.ledger, read_only=True) as ledger:
        (record,) = ledger.runs()
    sheet = tmp_path / "reported.xlsx"
    report = [
        "report",
        record.run,
        "--ledger",
        str(operator.ledger),
        "--output",
        str(sheet),
        "--lang",
        "en",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "batchsync", *report], cwd=ROOT, capture_output=True, check=False
    )
    reported = reports_of_workbook(sheet)
    books, _ = read_books(tmp_path / "books.jsonl")
    assert [] == violations(keys, merge_reports([reported]), books)
    counts = Counter(each.status for each in reported)
    assert counts[RowStatus.SYNCED] > 0 < counts[RowStatus.NOT_SENT]
    assert 0 < counts[RowStatus.UNCERTAIN] <= CONCURRENCY
    assert done.returncode in {0, 1}

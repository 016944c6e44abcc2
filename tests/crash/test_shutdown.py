"""An operator's way out of doubt: the result workbook itself, filled in by what the vendor's books say, and run again."""

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
from tests.crash.fixtures import ROOT, Cradle
from tests.crash.kills import CONCURRENCY, DOUBT, Operator, read_books, reports_of_workbook, vendor
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
        )  # one and the same, said with more or less certainty
        sheet.cell(line, place["decision"]).value = "charged" if key in charged else unspent
        filled += 1
    book.save(path)
    return filled


def test_a_filled_in_result_settles_every_doubt(tmp_path: Path, cradle: Cradle) -> None:
    """Charged ones become synced at no cost, the others are sent; no order is charged twice and none is left in doubt."""
    keys = write_orders(tmp_path, 60)
    faults = ("--faults", "0.4", "--seed", "5", "--only", ",".join(sorted(DOUBT - {"code 999"})))
    with vendor(tmp_path, *faults, cradle=cradle) as url:
        operator = Operator(tmp_path, url, cradle=cradle)
        assert 1 == ended(operator.begin())[0]
        books, _ = read_books(tmp_path / "books.jsonl")
        paid = {key for key, charged in books.items() if charged.times}
        doubted = {
            said.key for said in reports_of_workbook(operator.result) if said.status is RowStatus.UNCERTAIN
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
    told = merge_reports(runs)
    assert [] == violations(keys, told, books, resolved=doubted & paid)
    assert {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED} >= {each.status for each in told.values()}


def test_a_killed_run_can_still_be_told(tmp_path: Path, cradle: Cradle) -> None:
    """`report` writes the result of a run that was killed: what may have been charged is never told as not sent."""
    keys = write_orders(tmp_path, 60)
    with vendor(tmp_path, "--latency", "0.01", cradle=cradle) as url:
        operator = Operator(tmp_path, url, cradle=cradle)
        assert 0 > ended(operator.begin(die="after answer", nth=20))[0]
    with open_ledger(operator.ledger, read_only=True) as ledger:
        (record,) = ledger.runs()
    told = tmp_path / "told.xlsx"
    report = ["report", record.run, "--ledger", str(operator.ledger), "--output", str(told), "--lang", "en"]
    done = subprocess.run(
        [sys.executable, "-m", "batchsync", *report], cwd=ROOT, capture_output=True, check=False
    )
    said = reports_of_workbook(told)
    books, _ = read_books(tmp_path / "books.jsonl")
    assert [] == violations(keys, merge_reports([said]), books)
    counts = Counter(each.status for each in said)
    assert counts[RowStatus.SYNCED] > 0 < counts[RowStatus.NOT_SENT]
    assert 0 < counts[RowStatus.UNCERTAIN] <= CONCURRENCY
    assert done.returncode in {0, 1}

"""Money: what was spent, and the ledger held against what the vendor says."""

from batchsync.money.reconcile import (
    Balances,
    Finding,
    Reconciled,
    against_balances,
    against_statement,
)
from batchsync.money.spend import Line, lines_of, write_chart, write_csv
from batchsync.money.statement import Statement, read_statement
from batchsync.money.workbook import write_dispute

__all__ = [
    "Balances",
    "Finding",
    "Line",
    "Reconciled",
    "Statement",
    "against_balances",
    "against_statement",
    "lines_of",
    "read_statement",
    "write_chart",
    "write_csv",
    "write_dispute",
]

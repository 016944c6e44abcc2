"""Money: what was spent, and the ledger held against what the vendor says."""

from batchsync.finance.dispute import write_dispute
from batchsync.finance.reconcile import (
    Balances,
    Conclusion,
    Reconciled,
    reconcile_balances,
    reconcile_statement,
)
from batchsync.finance.spend import SpendRow, spend_rows, write_chart, write_csv
from batchsync.finance.statement import Statement, read_statement

__all__ = [
    "Balances",
    "Conclusion",
    "Reconciled",
    "SpendRow",
    "Statement",
    "read_statement",
    "reconcile_balances",
    "reconcile_statement",
    "spend_rows",
    "write_chart",
    "write_csv",
    "write_dispute",
]

"""Money: what was spent, and the ledger held against what the vendor says."""

from batchsync.finance.dispute import write_dispute
from batchsync.finance.reconcile import (
    Balances,
    Conclusion,
    Reconciled,
    reconcile_balances,
    reconcile_statement,
)
from batchsync.finance.run_figures import count_run, current_summary
from batchsync.finance.spend import SpendRow, spend_json, spend_rows, write_chart, write_csv
from batchsync.finance.statement import Statement, read_statement

__all__ = [
    "Balances",
    "Conclusion",
    "Reconciled",
    "SpendRow",
    "Statement",
    "count_run",
    "current_summary",
    "read_statement",
    "reconcile_balances",
    "reconcile_statement",
    "spend_json",
    "spend_rows",
    "write_chart",
    "write_csv",
    "write_dispute",
]

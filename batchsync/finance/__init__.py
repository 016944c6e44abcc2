"""What runs cost, and the ledger compared with balances and statements."""

from batchsync.finance.dispute import write_dispute
from batchsync.finance.reconcile import (
    Balances,
    Finding,
    Reconciled,
    decisions,
    reconcile_balances,
    reconcile_statement,
)
from batchsync.finance.run_figures import count_run, current_summary
from batchsync.finance.spend import SpendRow, spend_json, spend_rows, write_chart, write_csv
from batchsync.finance.statement import NO_POINTS, Place, Statement, read_statement

__all__ = [
    "NO_POINTS",
    "Balances",
    "Finding",
    "Place",
    "Reconciled",
    "SpendRow",
    "Statement",
    "count_run",
    "current_summary",
    "decisions",
    "read_statement",
    "reconcile_balances",
    "reconcile_statement",
    "spend_json",
    "spend_rows",
    "write_chart",
    "write_csv",
    "write_dispute",
]

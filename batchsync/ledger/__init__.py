"""The ledger: every order ever sent, and the only judge of *once*."""

from batchsync.ledger.history import AttemptRecord, OrderHistory, OrderRecord, ResolutionRecord, Resolved
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.maintenance import LedgerSize, Pruned
from batchsync.ledger.open import is_postgres, open_ledger, open_postgres
from batchsync.ledger.records import RunPaths
from batchsync.ledger.spending import Charge, Spending
from batchsync.ledger.sqlite import SqliteLedger

__all__ = [
    "AttemptRecord",
    "Charge",
    "Ledger",
    "LedgerSize",
    "OrderHistory",
    "OrderRecord",
    "Pruned",
    "ResolutionRecord",
    "Resolved",
    "RunPaths",
    "Spending",
    "SqliteLedger",
    "is_postgres",
    "open_ledger",
    "open_postgres",
]

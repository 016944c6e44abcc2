"""The ledger: every order ever sent, and the only judge of *once*."""

from batchsync.ledger.history import AttemptRecord, OrderHistory, OrderRecord, ResolutionRecord, Resolved
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.opening import is_postgres, open_ledger, open_postgres
from batchsync.ledger.records import RunMoved
from batchsync.ledger.spending import Charge, Spending
from batchsync.ledger.sqlite import SqliteLedger
from batchsync.ledger.upkeep import LedgerSize, Pruned

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
    "RunMoved",
    "Spending",
    "SqliteLedger",
    "is_postgres",
    "open_ledger",
    "open_postgres",
]

"""The PostgreSQL dialect of the ledger; needs the extra `cluster`."""

from batchsync.ledger.postgres.ledger import STALE_CLAIM_S, PostgresLedger, RunControl, Sender

__all__ = ["STALE_CLAIM_S", "PostgresLedger", "RunControl", "Sender"]

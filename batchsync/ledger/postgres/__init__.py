"""The ledger in PostgreSQL, for several machines; only with the extra `cluster`."""

from batchsync.ledger.postgres.ledger import PostgresLedger
from batchsync.ledger.postgres.queue import Lent, Member, Standing
from batchsync.ledger.postgres.session import STALE_CLAIM_S, Session

__all__ = ["STALE_CLAIM_S", "Lent", "Member", "PostgresLedger", "Session", "Standing"]

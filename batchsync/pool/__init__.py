"""The worker pool: slot, claim, send, judge, settle; one budget and one breaker over all workers."""

from batchsync.pool.breaker import Breaker
from batchsync.pool.budget import Budget
from batchsync.pool.workers import Pool

__all__ = ["Breaker", "Budget", "Pool"]

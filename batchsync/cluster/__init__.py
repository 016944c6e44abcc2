"""The same Job on several machines: one ledger and one rate in PostgreSQL, workers drained by Procrastinate.

Only this file is imported on one machine; the rest, and what it needs, comes with a postgresql:// ledger.
"""

from typing import TYPE_CHECKING, Unpack

from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.job import Job, JobCallbacks
from batchsync.ledger import is_postgres
from batchsync.messages import ledger as messages

if TYPE_CHECKING:
    from batchsync.cluster.job import ClusterJob


def job_for(config: Config, **face: Unpack[JobCallbacks]) -> Job:
    """Return the Job that fits the ledger of the settings."""
    make = cluster_job if is_postgres(config.ledger.url) else Job
    return make(config, **face)


def cluster_job(config: Config, **face: Unpack[JobCallbacks]) -> "ClusterJob":
    """Return the Job of a PostgreSQL ledger. Raises LedgerError where what it needs isn't installed."""
    try:
        from batchsync.cluster.job import ClusterJob
    except ImportError as error:
        raise LedgerError(messages.NO_CLUSTER) from error
    return ClusterJob(config, **face)


__all__ = ["cluster_job", "job_for"]

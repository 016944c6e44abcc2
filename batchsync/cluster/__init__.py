"""Runs over a ledger that several machines share: Procrastinate jobs, executed by workers or by the run itself.

Only this module is imported where the ledger is a file; the rest needs the extra `cluster`.
"""

from typing import TYPE_CHECKING, Unpack

from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.job import Job, JobCallbacks
from batchsync.ledger import is_postgres, open_postgres
from batchsync.messages import ledger as messages

if TYPE_CHECKING:
    from batchsync.cluster.job import ClusterJob
    from batchsync.ledger.postgres import Sender


def job_for(config: Config, **callbacks: Unpack[JobCallbacks]) -> Job:
    """Return the Job that fits the ledger of the settings."""
    make = cluster_job if is_postgres(config.ledger.url) else Job
    return make(config, **callbacks)


def cluster_job(config: Config, **callbacks: Unpack[JobCallbacks]) -> "ClusterJob":
    """Return the Job of a PostgreSQL ledger. Raises LedgerError where what it needs isn't installed."""
    try:
        from batchsync.cluster.job import ClusterJob
    except ImportError as error:
        raise LedgerError(messages.NO_CLUSTER) from error
    return ClusterJob(config, **callbacks)


def active_senders(config: Config) -> "list[Sender]":
    """Return the processes that send over a shared ledger now; none where the ledger is a file.

    Raises LedgerError when the database can't be reached.
    """
    url = config.ledger.url
    if url is None or not is_postgres(url):
        return []
    with open_postgres(str(url), read_only=True) as ledger:
        return ledger.senders()


__all__ = ["active_senders", "cluster_job", "job_for"]

"""The same Job on several machines: one ledger and one rate in PostgreSQL, workers drained by Procrastinate.

Only this file is imported on one machine; the rest, and what it needs, comes with a postgresql:// ledger.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.job import Checked, Job
from batchsync.ledger import is_postgres
from batchsync.model import Progress
from batchsync.words import Said
from batchsync.words import ledger as words

if TYPE_CHECKING:
    from batchsync.distributed.job import ClusterJob


def job_for(
    config: Config,
    *,
    clock: Clock = SYSTEM_CLOCK,
    on_planned: Callable[[Checked], None] = lambda _: None,
    on_started: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_said: Callable[[Said], None] = lambda _: None,
) -> Job:
    """Return the Job that fits the ledger of the settings."""
    make = cluster_job if is_postgres(config.ledger.url) else Job
    return make(
        config,
        clock=clock,
        on_planned=on_planned,
        on_started=on_started,
        on_progress=on_progress,
        on_said=on_said,
    )


def cluster_job(
    config: Config,
    *,
    clock: Clock = SYSTEM_CLOCK,
    on_planned: Callable[[Checked], None] = lambda _: None,
    on_started: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_said: Callable[[Said], None] = lambda _: None,
) -> "ClusterJob":
    """Return the Job of a PostgreSQL ledger. Raises LedgerError where what it needs isn't installed."""
    try:
        from batchsync.distributed.job import ClusterJob
    except ImportError as error:
        raise LedgerError(words.NO_CLUSTER) from error
    return ClusterJob(
        config,
        clock=clock,
        on_planned=on_planned,
        on_started=on_started,
        on_progress=on_progress,
        on_said=on_said,
    )


__all__ = ["cluster_job", "job_for"]

"""`run --detach`: enqueues runs for the workers."""

import asyncio
from pathlib import Path

from batchsync.cli import plan_view
from batchsync.cli.console import Console
from batchsync.cluster import cluster_job
from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config
from batchsync.errors import BatchsyncError, UsageError
from batchsync.job import RunOptions
from batchsync.ledger import is_postgres
from batchsync.messages import Message
from batchsync.messages import cluster as messages


def submit(files: list[Path], config: Config, options: RunOptions, console: Console) -> int:
    """Leave each file's run to the workers; the worst exit code of all that could not be detached."""
    if not is_postgres(config.ledger.url):
        raise UsageError(messages.ONLY_POSTGRES, what="--detach")
    job = cluster_job(config, on_planned=lambda checked: console.info(plan_view.line(checked)))
    worst = 0
    with asyncio.Runner(loop_factory=loop_factory(config)) as runner:
        for path in files:
            try:
                detached = runner.run(job.submit(path, options))
            except BatchsyncError as error:
                console.error(error.render(console.lang))
                worst = max(worst, error.exit_code)
                continue
            if detached.run is None:
                console.out(messages.NOTHING_DETACHED.render(console.lang, file=path.name))
                continue
            facts = {"run": detached.run, "orders": f"{detached.orders:,}", "workers": detached.workers}
            console.out(messages.DETACHED.render(console.lang, **facts))
            if not detached.workers:
                console.info(Message(messages.NO_WORKERS))
    return worst

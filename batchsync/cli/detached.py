"""`run --detach`: leaves runs to the workers and says how to see them again."""

import asyncio
from pathlib import Path

from batchsync.cli import planned
from batchsync.cli.console import Console
from batchsync.config import Config
from batchsync.distributed import cluster_job
from batchsync.distributed.loops import loop_factory
from batchsync.errors import BatchsyncError, UsageError
from batchsync.job import RunOptions
from batchsync.ledger import is_postgres
from batchsync.words import Said
from batchsync.words import cluster as words


def leave(files: list[Path], config: Config, options: RunOptions, console: Console) -> int:
    """Leave each file's run to the workers; the worst exit code of all that could not be left."""
    if not is_postgres(config.ledger.url):
        raise UsageError(words.ONLY_POSTGRES, what="--detach")
    job = cluster_job(config, on_planned=lambda checked: console.talk(planned.line(checked)))
    worst = 0
    with asyncio.Runner(loop_factory=loop_factory(config)) as runner:
        for path in files:
            try:
                left = runner.run(job.leave(path, options))
            except BatchsyncError as error:
                console.fault(error.say(console.lang))
                worst = max(worst, error.exit_code)
                continue
            if left.run is None:
                console.result(words.LEFT_NOTHING.say(console.lang, file=path.name))
                continue
            facts = {"run": left.run, "orders": f"{left.orders:,}", "workers": left.workers}
            console.result(words.LEFT.say(console.lang, **facts))
            if not left.workers:
                console.talk(Said(words.LEFT_TO_NOBODY))
    return worst

"""`worker`: executes the runs of a ledger that several machines share, until Ctrl-C."""

import argparse
import asyncio
from copy import copy

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.signals import handle_signals
from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config
from batchsync.errors import LedgerError, UsageError
from batchsync.exit_codes import ExitCode
from batchsync.ledger import is_postgres
from batchsync.messages import cluster as messages
from batchsync.messages import ledger as ledger_messages


def worker(arguments: argparse.Namespace, console: Console) -> int:
    """Work until a signal comes; calls under way are finished first."""
    configs = _settings(arguments, console)
    try:
        from batchsync.cluster.worker import Worker
    except ImportError as error:
        raise LedgerError(ledger_messages.NO_CLUSTER) from error
    with asyncio.Runner(loop_factory=loop_factory(configs[0])) as runner:
        working = Worker(configs, show=console.info)
        with handle_signals(runner.get_loop(), stop=working.stop, cancel=working.cancel):
            runner.run(working.work())
    return ExitCode.INTERRUPTED


def _settings(arguments: argparse.Namespace, console: Console) -> list[Config]:
    """Return the settings of each account; all must name one PostgreSQL ledger."""
    paths: list[str | None] = arguments.config or [None]
    configs: list[Config] = []
    for path in paths:
        one = copy(arguments)
        one.config = path
        config = given.settings(one, console, token=True).config
        if not is_postgres(config.ledger.url):
            raise UsageError(messages.ONLY_POSTGRES, what="worker")
        if configs and config.ledger.url != configs[0].ledger.url:
            raise UsageError(messages.DIFFERENT_LEDGERS, one=paths[0], other=path)
        configs.append(config)
    return configs

"""`worker`: joins the runs of a ledger that several machines share, until Ctrl-C."""

import argparse
import asyncio
import logging

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.signals import handle_signals
from batchsync.cluster.loops import loop_factory
from batchsync.errors import LedgerError, UsageError
from batchsync.exit_codes import ExitCode
from batchsync.ledger import is_postgres
from batchsync.messages import cluster as messages
from batchsync.messages import ledger as ledger_words


def worker(arguments: argparse.Namespace, console: Console) -> int:
    """Work until a signal comes; calls under way are finished first."""
    config = given.settings(arguments, console, token=True).config
    if not is_postgres(config.ledger.url):
        raise UsageError(messages.ONLY_POSTGRES, what="worker")
    try:
        from batchsync.cluster.worker import Worker
    except ImportError as error:
        raise LedgerError(ledger_words.NO_CLUSTER) from error
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # we report what matters ourselves
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    assert config.token is not None
    with asyncio.Runner(loop_factory=loop_factory(config)) as runner:
        working = Worker(config, config.token, say=console.info)
        with handle_signals(runner.get_loop(), stop=working.stop, cancel=working.cancel):
            runner.run(working.work())
    return ExitCode.INTERRUPTED

"""Figures of the runs of a nightly run, from the ledger: also of runs that were killed and have no summary."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.finance import spend_rows
from batchsync.ledger import open_ledger
from batchsync.model import Figures

SLACK = timedelta(days=1)
"""Allows for a clock that was set back. The runs are known by name; the time only keeps the query short."""


def figures_by_run(
    config: Config, runs: Collection[str], since: datetime, clock: Clock
) -> Mapping[str, Figures]:
    """Return the figures of each of these runs since a time; runs without calls are left out."""
    if not runs:
        return {}
    wanted = frozenset(runs)
    with open_ledger(config.ledger.url, read_only=True, clock=clock) as ledger:
        account = ledger.find_account(config.api.url, config.api.account)
        if account is None:
            return {}
        spent = ledger.spending(account, price=config.spend.price, since=since - SLACK)
        return {
            row.key: row.figures for row in spend_rows((each for each in spent if each.run in wanted), "run")
        }

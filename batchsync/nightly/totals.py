"""What a night's calls came to, by the ledger's word: also those of runs that were killed and have no totals."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.finance import SpendRow, spend_rows
from batchsync.ledger import open_ledger

SLACK = timedelta(days=1)
"""Clocks are set back now and then; the runs are known by name anyway, and the time only keeps the search short."""


def spent_by_run(
    config: Config, runs: Collection[str], since: datetime, clock: Clock
) -> Mapping[str, SpendRow]:
    """Return what each of these runs came to since a moment; runs without calls are left out."""
    if not runs:
        return {}
    wanted = frozenset(runs)
    with open_ledger(config.ledger.url, read_only=True, clock=clock) as ledger:
        account = ledger.find_account(config.api.url, config.api.account)
        if account is None:
            return {}
        price = ledger.price_of_a_call(account, config.spend.price)
        spent = [each for each in ledger.spending(account, since=since - SLACK) if each.run in wanted]
    return {line.key: line for line in spend_rows(spent, "run", price)}


def total(lines: Collection[SpendRow]) -> SpendRow:
    """Add lines up."""
    whole = SpendRow(key="")
    for line in lines:
        whole.merge(line)
    return whole

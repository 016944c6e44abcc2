"""Totals of a run as the ledger has them now: also after its end, when uncertain orders were resolved or answered."""

from dataclasses import replace

from batchsync.ledger import Ledger
from batchsync.model import RunRecord, RunSummary
from batchsync.model.row_results import Tally, rows


def count_run(ledger: Ledger, record: RunRecord, price: int, *, killed: bool = False) -> Tally:
    """Count the rows of a run; `price` is the expected price of a call. Raises LedgerError when it was pruned."""
    tally = Tally(price=ledger.price_of_a_call(record.account, price))
    for row in rows(ledger.results(record.run, killed=killed)):
        tally.add(row)
    return tally


def current_summary(ledger: Ledger, record: RunRecord, price: int) -> RunSummary | None:
    """Return the summary of a run as it is now; None while the run is active or when it was pruned before it had one.

    The summary of the run's end stays true unless it has uncertain orders, so only those are counted again.
    """
    stored = record.summary
    if stored is not None and not stored.uncertain:
        return replace(stored, file=record.file, result=record.result)
    if ledger.is_pruned(record.run) or (record.ended_at is None and ledger.is_active(record.run)):
        return stored
    summary = count_run(ledger, record, price, killed=record.ended_at is None).summary(
        file=record.file,
        run=record.run,
        stopped=record.stopped,
        seconds=stored.seconds if stored else 0.0,
        result=record.result,
    )
    return replace(summary, exit_code=1) if summary.result is None and summary.exit_code == 0 else summary

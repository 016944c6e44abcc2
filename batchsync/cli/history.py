"""`history`, `resolve`, `report`: show runs and orders, record decisions about uncertain orders, write a result again."""

import argparse
import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from batchsync.cli import arguments as given
from batchsync.cli import finance, order_history, summary_view
from batchsync.cli.console import Console
from batchsync.cli.layout import one_line, table
from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.finance import current_summary
from batchsync.formatting import local_time
from batchsync.ledger import Ledger, open_ledger
from batchsync.ledger.history import OrderRecord, Resolved
from batchsync.messages import cli, stops
from batchsync.messages import ledger as ledger_messages
from batchsync.model import Decision, RunRecord, State

LISTED = 20
"""Runs that `history` lists by default."""
ALL_RUNS = 10_000
"""More than anybody looks through for a mistyped run."""


# --- history ------------------------------------------------------------------------------------------------


def history(arguments: argparse.Namespace, console: Console) -> int:
    """List runs, or show one run or the history of an order."""
    console.stdout_taken = arguments.json
    last = given.count(arguments.last, "--last") or LISTED
    if arguments.order and arguments.run:
        raise UsageError(cli.RUN_OR_ORDER)
    config = given.settings(arguments, console).config
    with open_ledger(config.ledger.url, read_only=True) as ledger:
        if arguments.order:
            return order_history.show(ledger, arguments.order, console, as_json=arguments.json)
        price = config.spend.price
        runs = [_found(ledger, arguments.run)] if arguments.run else ledger.runs(last)
        runs = [replace(run, summary=current_summary(ledger, run, price)) for run in runs]
        if arguments.run:
            return _show_run(runs[0], console, as_json=arguments.json)
        return _list_runs(runs, console, as_json=arguments.json)


def _list_runs(runs: Sequence[RunRecord], console: Console, *, as_json: bool) -> int:
    if as_json:
        console.raw(json.dumps([_machine(run) for run in runs], indent=2))
    elif not runs:
        console.info(cli.NO_RUNS)
    else:
        head = [text.render(console.lang) for text in cli.RUN_COLUMNS]
        rows = [head, *([*_cells(run), console.render(_end(run, console))] for run in runs)]
        for line in table(rows, numbers=frozenset({3, 4, 5, 6, 7, 8})):
            console.out(line)
    return 0


def _cells(run: RunRecord) -> Iterator[str]:
    yield run.run
    yield local_time(run.started_at)
    yield one_line(Path(run.file).name, 40)
    for name in ("rows", "synced", "already_synced", "failed", "uncertain", "points_spent"):
        yield f"{getattr(run.summary, name):,}" if run.summary else "-"


def _end(run: RunRecord, console: Console) -> str:
    if run.ended_at is None:
        return cli.KILLED.render(console.lang)
    if run.stopped:
        return cli.STOPPED.render(
            console.lang, why=stops.NAMES.get(run.stopped, cli.ENDED).render(console.lang)
        )
    return cli.ENDED.render(console.lang)


def _machine(run: RunRecord) -> dict[str, object]:
    """A run for machines: times with their zone, paths as text."""
    values = asdict(run)
    for name in ("started_at", "ended_at"):
        values[name] = values[name].astimezone().isoformat() if values[name] else None
    return values


def _show_run(run: RunRecord, console: Console, *, as_json: bool) -> int:
    if as_json:
        console.raw(json.dumps([_machine(run)], indent=2))
        return 0
    times = {
        "started": local_time(run.started_at),
        "ended": local_time(run.ended_at),
        "end": _end(run, console),
    }
    if run.summary:
        summary_view.show(run.summary, console)
    else:
        console.out(f"{run.run}: {run.file}")
    console.out(cli.RUN_TIMES.render(console.lang, **times))
    console.info(cli.RESULT_AGAIN.render(console.lang, run=run.run))
    return 0


def _found(ledger: Ledger, run: str) -> RunRecord:
    record = ledger.run(run)
    if record is not None:
        return record
    near = difflib.get_close_matches(run, [each.run for each in ledger.runs(ALL_RUNS)], n=1)
    if near:
        raise UsageError(cli.NO_SUCH_RUN_MEANT, run=run, meant=near[0])
    raise UsageError(ledger_messages.NO_RUN, run=run)


# --- resolve ------------------------------------------------------------------------------------------------


def resolve(arguments: argparse.Namespace, console: Console) -> int:
    """Record a person's decision, or the vendor's statement, about uncertain orders."""
    if arguments.statement:
        if arguments.charged or arguments.not_charged or arguments.orders or arguments.run:
            raise UsageError(cli.RESOLVE_STATEMENT_ALONE)
        return finance.resolve_by_statement(arguments, console)
    if arguments.charged == arguments.not_charged:
        raise UsageError(cli.RESOLVE_WHICH)
    if bool(arguments.orders) == bool(arguments.run):
        raise UsageError(cli.RESOLVE_WHAT)
    decision = Decision.CHARGED if arguments.charged else Decision.NOT_CHARGED
    owner = arguments.owner_id
    arguments.owner_id = None  # here it chooses among orders, it is no setting
    config = given.settings(arguments, console).config
    with open_ledger(config.ledger.url, wait_s=config.ledger.wait) as ledger:
        if arguments.run:
            moved = _resolve_run(ledger, _found(ledger, arguments.run), decision)
        else:
            moved = _resolve_orders(ledger, arguments.orders, owner, decision, config)
    text = cli.RESOLVED_CHARGED if decision is Decision.CHARGED else cli.RESOLVED_NOT_CHARGED
    for each in moved:
        console.out(text.render(console.lang, order=each.number, owner=each.owner_id))
    console.info(cli.RESOLVED.render(console.lang, count=len(moved)))
    return 0


def _resolve_run(ledger: Ledger, run: RunRecord, decision: Decision) -> list[Resolved]:
    moved = ledger.resolve(run.account, decision, run=run.run)
    if not moved:
        raise UsageError(cli.NONE_UNCERTAIN, run=run.run)
    return moved


def _resolve_orders(
    ledger: Ledger, numbers: Sequence[str], owner: str | None, decision: Decision, config: Config
) -> list[Resolved]:
    account = ledger.find_account(config.api.url, config.api.account)
    chosen = [_chosen(ledger, number, account, owner) for number in dict.fromkeys(numbers)]
    moved: list[Resolved] = []
    for at in sorted({order.account for order in chosen}):
        orders = [order.order for order in chosen if order.account == at]
        moved += ledger.resolve(at, decision, orders=orders)
    return moved


def _chosen(ledger: Ledger, number: str, account: int | None, owner: str | None) -> OrderRecord:
    """Return the one uncertain order that is meant.

    Orders of the account in the settings come first; another account's is meant when only that one has it.
    """
    known = [order for order in ledger.orders_of(number) if owner in (None, order.owner_id)]
    if not known:
        raise UsageError(cli.NO_SUCH_ORDER, order=number)
    uncertain = [order for order in known if order.state in (State.UNCERTAIN, State.SENDING)]
    if not uncertain:
        raise UsageError(cli.NOT_UNCERTAIN, order=number, state=cli.STATES[known[0].state])
    fitting = [order for order in uncertain if order.account == account] or uncertain
    if len(fitting) > 1:
        owners = ", ".join(f"{order.owner_id} ({order.account_name})" for order in fitting)
        raise UsageError(cli.SEVERAL_OWNERS, order=number, owners=owners)
    return fitting[0]


# --- report -------------------------------------------------------------------------------------------------


def report(arguments: argparse.Namespace, console: Console) -> int:
    """Write a run's result again."""
    from batchsync.job import Job, RunOptions

    console.stdout_taken = arguments.summary_json == "-"
    output = given.output(arguments, 1)
    summary_json = given.target(arguments, "--summary-json", output)
    config = given.settings(arguments, console).config
    finished = Job(config).report(arguments.run, RunOptions(output=output))
    for message in finished.messages:
        console.info(message)
    summary_view.show(finished.summary, console)
    if arguments.summary_json:
        summary_view.write_summary_json([finished.summary], summary_json, console)
    return 0

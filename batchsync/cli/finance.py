"""`spend` and `reconcile`: what was paid, and whether the vendor's figures agree."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.layout import one_line, table
from batchsync.config import InputSettings
from batchsync.errors import OutputError, UsageError
from batchsync.finance import (
    Balances,
    Finding,
    Reconciled,
    SpendRow,
    Statement,
    decisions,
    read_statement,
    reconcile_balances,
    reconcile_statement,
    spend_json,
    spend_rows,
    write_chart,
    write_csv,
    write_dispute,
)
from batchsync.fsutil import atomic_text
from batchsync.ledger import open_ledger
from batchsync.messages import Lang, Message, Translation, cli, commands
from batchsync.messages import finance as messages
from batchsync.model import Decision, total

SHOWN = 20
"""Orders that are listed; the workbook has them all."""
CHARTS = (".xlsx", ".svg")


# --- spend --------------------------------------------------------------------------------------------------


def spend(arguments: argparse.Namespace, console: Console) -> int:
    """Add up points by day, merchant or run."""
    console.stdout_taken = arguments.json or arguments.csv == "-"
    if arguments.json and arguments.csv == "-":
        raise UsageError(commands.NOT_TOGETHER, one="--json", other="--csv -")
    csv, chart = given.target(arguments, "--csv"), given.target(arguments, "--chart")
    if chart is not None and chart.suffix.lower() not in CHARTS:
        raise UsageError(messages.CHART_KIND, path=chart)
    since, until = _days(arguments)
    config = given.settings(arguments, console).config
    with open_ledger(config.ledger.url, read_only=True) as ledger:
        account = ledger.find_account(config.api.url, config.api.account)
        price = config.spend.price
        spent = [] if account is None else ledger.spending(account, price=price, since=since, until=until)
    lines = spend_rows(spent, arguments.by)
    if arguments.json:
        console.raw(json.dumps(spend_json(lines, arguments.by), indent=2))
    else:
        _show(lines, arguments.by, console)
    if arguments.csv:
        _write_csv(lines, arguments, csv)
    if chart is not None:
        with _writing("--chart", chart):
            write_chart(lines, arguments.by, chart, console.lang)
        console.info(Message(messages.WRITTEN, {"path": chart}))
    return 0


def _show(lines: Sequence[SpendRow], by: str, console: Console) -> None:
    if not lines:
        console.info(messages.NOTHING_SPENT)
        return
    whole = SpendRow(key=messages.TOTAL.render(console.lang), figures=total(line.figures for line in lines))
    heads = [messages.BY[by], *messages.FIGURES.values()]
    rows = [[text.render(console.lang) for text in heads], *map(_cells, [*lines, whole])]
    for text in table(rows, numbers=frozenset(range(1, len(heads)))):
        console.out(text)
    figures = whole.figures
    if figures.amount_missing:
        facts = {"count": figures.amount_missing, "price": figures.highest_price}
        console.info(Message(messages.MISSING_AMOUNTS, facts))


def _cells(line: SpendRow) -> list[str]:
    return [one_line(line.key), *(f"{line.value(name):,}" for name in messages.FIGURES)]


def _write_csv(lines: Sequence[SpendRow], arguments: argparse.Namespace, path: Path | None) -> None:
    if path is None:
        write_csv(lines, arguments.by, sys.stdout)
        return
    with _writing("--csv", path), atomic_text(path) as file:
        write_csv(lines, arguments.by, file)


# --- reconcile ----------------------------------------------------------------------------------------------


def reconcile(arguments: argparse.Namespace, console: Console) -> int:
    """Compare the ledger with balances or a statement; exit code 1 when something is left to find out."""
    balances = _balances(arguments)
    if (balances is None) == (not arguments.statement):
        raise UsageError(messages.WHICH_SIDE)
    paths = [Path(path).expanduser() for path in arguments.statement or ()]
    workbook = given.target(arguments, "--workbook", *paths)
    since, until = _days(arguments)
    columns = statement_columns(arguments)
    config = given.settings(arguments, console).config
    statement = (
        read_statement(paths, columns, arguments.points_column, arguments.statement_account)
        if paths
        else None
    )
    with open_ledger(config.ledger.url, read_only=True) as ledger:
        account = ledger.find_account(config.api.url, config.api.account)
        price = ledger.price_of_a_call(account, config.spend.price)
        if statement is None:
            assert balances is not None
            charges = iter(()) if account is None else ledger.charges(account, since=since, until=until)
            found = reconcile_balances(balances, charges, price)
        else:
            if account is not None:
                statement.set_period(ledger.charges(account), since, until)
            found = reconcile_statement(
                statement, ledger.charges(account) if account is not None else (), price
            )
    summary = list(_summary(found, console.lang))
    for line in table(summary):
        console.out(line)
    for text in _conclusions(found):
        console.out(text.render(console.lang))
    _show_findings(found, console)
    if workbook is not None:
        with _writing("--workbook", workbook):
            write_dispute(found, summary, workbook, console.lang)
        console.info(Message(messages.WRITTEN, {"path": workbook}))
    return 0 if found.agrees else 1


def statement_columns(arguments: argparse.Namespace) -> InputSettings:
    """Take the options that name sheets and columns of the statement, so that they do not change the settings."""
    wanted = InputSettings(
        sheets=tuple(arguments.sheet or ()),
        order_columns=tuple(arguments.order_column or ()),
        owner_columns=tuple(arguments.owner_column or ()),
        hidden_rows="send",
    )
    arguments.sheet = arguments.order_column = arguments.owner_column = None
    return wanted


def _balances(arguments: argparse.Namespace) -> Balances | None:
    if arguments.opening is None and arguments.closing is None:
        return None
    if arguments.opening is None or arguments.closing is None:
        raise UsageError(messages.WHICH_SIDE)
    return Balances(
        opening=_points(arguments.opening, "--opening"),
        closing=_points(arguments.closing, "--closing"),
        topped_up=_points(arguments.topped_up or "0", "--topped-up"),
    )


def _points(value: str, option: str) -> int:
    plain = value.replace(",", "")
    if not plain.isdecimal():
        raise UsageError(messages.NOT_POINTS, option=option, value=value)
    return int(plain)


def _summary(found: Reconciled, lang: Lang) -> Iterator[tuple[str, str]]:
    figures = {
        "vendor": found.vendor,
        "points": found.points,
        "rest": found.rest,
        "vendor_charges": found.vendor_charges,
        "ledger_charges": found.ledger_charges if found.vendor_charges is not None else None,
        "unknown_calls": found.unknown_calls or None,
        "uncertain": len(found.uncertain) or None,
    }
    for name, number in figures.items():
        if number is not None:
            yield messages.ROWS[name].render(lang), f"{number:,}"


def _conclusions(found: Reconciled) -> Iterator[Message | Translation]:
    if found.vendor_charges is not None:
        differing = sum(finding.kind != "agreed" for finding in found.findings)
        yield (
            Message(messages.STATEMENT_DIFFERS, {"count": differing})
            if differing
            else messages.STATEMENT_AGREES
        )
        if any(finding.kind.startswith("uncertain") for finding in found.findings):
            yield messages.STATEMENT_PREMISE
        return
    facts = {
        "rest": found.rest,
        "less": -(found.rest or 0),
        "unknown": found.unknown_calls,
        "uncertain": len(found.uncertain),
        "most": found.most_charged,
        "price": found.highest_price,
        "number": found.uncertain[0].number if found.uncertain else "",
    }
    yield Message(messages.BALANCES[found.balance_kind], facts)
    if found.above_highest_price:
        yield Message(messages.ABOVE_HIGHEST, facts)
    if found.balance_kind not in ("agrees", "took_less"):
        yield messages.PREMISE


def _show_findings(found: Reconciled, console: Console) -> None:
    differences = [finding for finding in found.findings if finding.kind != "agreed"]
    for finding in differences[:SHOWN]:
        number, todo = one_line(finding.number), messages.TODO[finding.kind]
        line = f"  {number}  {messages.FOUND[finding.kind].render(console.lang)}. {todo.render(console.lang, number=number)}"
        console.out(line)
    if len(differences) > SHOWN:
        console.out(messages.MORE_ORDERS.render(console.lang, count=len(differences) - SHOWN))


# --- resolve --statement ------------------------------------------------------------------------------------


def resolve_by_statement(arguments: argparse.Namespace, console: Console) -> int:
    """Show which uncertain orders a statement decides, ask, and record the decisions with their evidence."""
    paths = [Path(path).expanduser() for path in arguments.statement]
    since, until = _days(arguments)
    columns = InputSettings(hidden_rows="send")
    if not arguments.yes and not console.can_ask():
        raise UsageError(cli.NEEDS_YES, option="--statement")
    config = given.settings(arguments, console).config
    statement = read_statement(paths, columns, arguments.points_column, arguments.statement_account)
    with open_ledger(config.ledger.url, wait_s=config.ledger.wait) as ledger:
        account = ledger.find_account(config.api.url, config.api.account)
        if account is None:
            raise UsageError(messages.NOTHING_SPENT)
        statement.set_period(ledger.charges(account), since, until)
        found = reconcile_statement(statement, ledger.charges(account), 0)
        decided = decisions(found)
        if not any(decided.values()):
            console.out(
                Message(messages.RESOLVE_NOTHING, {"count": len(found.uncertain)}).render(console.lang)
            )
            return 1
        evidence = _evidence(decided, statement, paths, console.lang)
        for decision, text in _RESOLVED.items():
            for order, finding in decided[decision].items():
                facts = {"number": finding.number, "owner": finding.owner_id, "evidence": evidence[order]}
                console.out(text.render(console.lang, **facts))
        counts = {
            "charged": len(decided[Decision.CHARGED]),
            "not_charged": len(decided[Decision.NOT_CHARGED]),
        }
        if not arguments.yes and not console.ask(Message(messages.RESOLVE_ASK, counts)):
            console.info(cli.NOT_AGREED)
            return 2
        if decisions(reconcile_statement(statement, ledger.charges(account), 0)) != decided:
            raise UsageError(messages.RESOLVE_CHANGED)
        resolved = [
            each
            for decision, orders in decided.items()
            for each in ledger.resolve(account, decision, orders=list(orders), evidence=evidence)
        ]
    console.info(cli.RESOLVED.render(console.lang, count=len(resolved)))
    return 0


_RESOLVED = {Decision.CHARGED: messages.RESOLVE_CHARGED, Decision.NOT_CHARGED: messages.RESOLVE_NOT_CHARGED}


def _evidence(
    decided: Mapping[Decision, Mapping[int, Finding]], statement: Statement, paths: Sequence[Path], lang: Lang
) -> dict[int, str]:
    evidence = {
        order: ", ".join(f"{place.file}:{place.line}" for place in finding.vendor.places)
        for order, finding in decided[Decision.CHARGED].items()
        if finding.vendor is not None
    }
    if statement.period is not None:
        first, last = (f"{moment.astimezone():%Y-%m-%d %H:%M}" for moment in statement.period)
        facts = {"files": ", ".join(path.name for path in paths), "first": first, "last": last}
        absent = messages.EVIDENCE_ABSENT.render(lang, **facts)
        evidence |= dict.fromkeys(decided[Decision.NOT_CHARGED], absent)
    return evidence


# --- Both ---------------------------------------------------------------------------------------------------


def _days(arguments: argparse.Namespace) -> tuple[datetime | None, datetime | None]:
    since, until = (_day(getattr(arguments, name), f"--{name}") for name in ("since", "until"))
    return since, None if until is None else until + timedelta(days=1)


def _day(value: str | None, option: str) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(value), time()).astimezone()
    except ValueError as error:
        raise UsageError(messages.NOT_A_DAY, option=option, value=value) from error


@contextlib.contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    """Name the option of a file that can't be written."""
    try:
        yield
    except OSError as error:
        facts = {"option": option, "path": path, "error": error.strerror or error}
        raise OutputError(cli.CANNOT_WRITE, **facts) from error

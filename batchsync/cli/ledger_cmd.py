"""`ledger`: copies it, checks it, lets old evidence go."""

import argparse
from pathlib import Path

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.config import Config
from batchsync.errors import UsageError
from batchsync.formatting import file_size
from batchsync.ledger import Ledger, open_ledger
from batchsync.messages import Message
from batchsync.messages import commands as usage
from batchsync.messages import finance as messages


def ledger(arguments: argparse.Namespace, console: Console) -> int:
    """Do what is asked of the ledger; exit code 1 when it is not sound."""
    days = given.count(arguments.days, "--days")
    if arguments.action in ("backup", "copy") and not arguments.path:
        raise UsageError(usage.MISSING, what="PATH", command="ledger")
    config = given.settings(arguments, console).config
    if arguments.action == "prune":
        return _prune(config, days, console)
    if arguments.action == "copy":
        return _copy(config, arguments.path, console)
    with open_ledger(config.ledger.url, read_only=True) as opened:
        if arguments.action == "verify":
            return _verify(opened, console)
        return _backup(opened, Path(arguments.path).expanduser(), console)


def _backup(opened: Ledger, target: Path, console: Console) -> int:
    opened.backup(target)
    console.out(messages.BACKED_UP.render(console.lang, path=target, size=file_size(target.stat().st_size)))
    return 0


def _copy(config: Config, target: str, console: Console) -> int:
    with (
        open_ledger(config.ledger.url, wait_s=config.ledger.wait) as opened,
        open_ledger(target) as copy,
    ):
        copied = opened.copy_to(copy)
        facts = {"orders": copied.orders, "attempts": copied.attempts, "runs": copied.runs}
        numbers = {name: f"{count:,}" for name, count in facts.items()}
        console.out(messages.COPIED.render(console.lang, **numbers, path=copy.place))
    return 0


def _verify(opened: Ledger, console: Console) -> int:
    faults = opened.verify()
    for fault in faults:
        console.error(fault)
    if faults:
        console.error(Message(messages.FAULTY, {"path": opened.place, "count": len(faults)}))
        return 1
    found = opened.size()
    facts = {"orders": found.orders, "attempts": found.attempts, "runs": found.runs}
    numbers = {name: f"{count:,}" for name, count in facts.items()}
    console.out(messages.VERIFIED.render(console.lang, **numbers, size=file_size(found.bytes)))
    return 0


def _prune(config: Config, days: int | None, console: Console) -> int:
    kept = days or config.ledger.keep_days
    if kept is None:
        raise UsageError(messages.PRUNE_DAYS)
    with open_ledger(config.ledger.url, wait_s=config.ledger.wait) as opened:
        pruned = opened.prune(kept)
    facts = {"attempts": f"{pruned.attempts:,}", "runs": f"{pruned.runs:,}", "days": kept}
    console.out(messages.PRUNED.render(console.lang, **facts))
    return 0

"""`doctor`: checks everything a run needs, one line each, and how to fix what is wrong. Spends nothing."""

import argparse
import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from batchsync import __version__
from batchsync.cli import arguments as given
from batchsync.cli.checks.inbox import inbox
from batchsync.cli.checks.ledger import ledger
from batchsync.cli.checks.network import address
from batchsync.cli.checks.result import BAD, OK, WARN, CheckResult
from batchsync.cli.console import Console
from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.formatting import local_time
from batchsync.messages import Message
from batchsync.messages import doctor as doctor_messages
from batchsync.settings import Loaded, SettingsProblems

OLDEST_PYTHON = (3, 11)
OLDEST_YEAR = 2026
"""A clock with an earlier year is wrong."""


def doctor(arguments: argparse.Namespace, console: Console) -> int:
    """Print every result; exit code 1 when something must be fixed before a run."""
    counts = {OK: 0, WARN: 0, BAD: 0}
    for finding in run_checks(arguments):
        counts[finding.mark] += 1
        if finding.mark != OK or not console.quiet:
            console.out(
                f"{doctor_messages.MARKS[finding.mark].render(console.lang)}  {finding.message.render(console.lang)}"
            )
    if counts[BAD]:
        console.info(Message(doctor_messages.NOT_WELL, {"bad": counts[BAD]}))
        return 1
    console.info(
        Message(doctor_messages.SOME_WARNINGS, {"warnings": counts[WARN]})
        if counts[WARN]
        else doctor_messages.ALL_WELL
    )
    return 0


def run_checks(arguments: argparse.Namespace, clock: Clock = SYSTEM_CLOCK) -> Iterator[CheckResult]:
    """Yield findings from the ground up: program, settings, token, ledger, folders, clock, address."""
    yield from _program()
    try:
        loaded = given.load_settings(arguments)
    except SettingsProblems as wrong:  # nothing below holds without them
        for fault in wrong.faults:
            yield CheckResult(BAD, Message(doctor_messages.CONFIG_BAD, {"fault": fault.message()}))
        return
    yield _config(loaded)
    yield from _token(arguments)
    yield from ledger(loaded.config, clock)
    yield _results(loaded.config)
    yield from inbox(loaded.config)
    yield _clock(clock)
    yield from address(loaded.config)


# --- The program --------------------------------------------------------------------------------------------


def _program() -> Iterator[CheckResult]:
    python = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        yield CheckResult(BAD, Message(doctor_messages.PYTHON_OLD, {"python": python}))
    else:
        facts = {
            "version": __version__,
            "python": python,
            "system": f"{platform.system()} {platform.release()}",
        }
        yield CheckResult(OK, Message(doctor_messages.PYTHON, facts))
    found, missing = _packages()
    if missing:
        yield CheckResult(BAD, Message(doctor_messages.PACKAGES_MISSING, {"packages": ", ".join(missing)}))
    else:
        yield CheckResult(OK, Message(doctor_messages.PACKAGES, {"packages": ", ".join(found)}))


def _packages() -> tuple[list[str], list[str]]:
    """Return what this program needs: with versions what is there, by name what is missing."""
    found, missing = [], []
    for wanted in importlib.metadata.requires("batchsync") or ():
        name, _, condition = wanted.partition(";")
        if condition:  # extras, and what only some systems need
            continue
        bare = re.split(r"[^A-Za-z0-9._-]", name.strip(), maxsplit=1)[0]
        try:
            found.append(f"{bare} {importlib.metadata.version(bare)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(bare)
    return found, missing


# --- Settings and token -------------------------------------------------------------------------------------


def _config(loaded: Loaded) -> CheckResult:
    if loaded.file is None:
        return CheckResult(OK, Message(doctor_messages.CONFIG_NONE))
    return CheckResult(OK, Message(doctor_messages.CONFIG_FOUND, {"path": loaded.file.absolute()}))


def _token(arguments: argparse.Namespace) -> Iterator[CheckResult]:
    try:
        loaded = given.load_settings(arguments, token=True)
    except SettingsProblems as wrong:
        for fault in wrong.faults:
            yield CheckResult(BAD, Message(doctor_messages.TOKEN_BAD, {"fault": fault.message()}))
        return
    token = loaded.config.token
    secret = token.get_secret_value() if token else ""
    facts = {"masked": masked(secret), "where": loaded.token_source or ""}
    yield CheckResult(OK, Message(doctor_messages.TOKEN_SET, facts))
    for warning in loaded.warnings:
        yield CheckResult(WARN, Message(doctor_messages.TOKEN_MODE, {"warning": warning}))


def masked(secret: str) -> str:
    """Return the first four characters of a token and its length."""
    return f"{secret[:4]}…({len(secret)})" if len(secret) >= 16 else f"…({len(secret)})"


# --- Folders and clock --------------------------------------------------------------------------------------


def _results(config: Config) -> CheckResult:
    folder = config.output.folder or Path.cwd()
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent  # the writer makes the folders below it
    good = nearest.is_dir() and os.access(nearest, os.W_OK)
    return CheckResult(
        OK if good else BAD,
        Message(doctor_messages.FOLDER_OK if good else doctor_messages.FOLDER_BAD, {"folder": folder}),
    )


def _clock(clock: Clock) -> CheckResult:
    now = clock.now()
    good = now.year >= OLDEST_YEAR
    return CheckResult(
        OK if good else BAD,
        Message(doctor_messages.CLOCK_OK if good else doctor_messages.CLOCK_WRONG, {"now": local_time(now)}),
    )

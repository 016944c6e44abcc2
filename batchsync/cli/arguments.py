"""Turns the arguments of a command into files, settings and numbers."""

import argparse
import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from batchsync.cli.console import Console
from batchsync.cli.language import detect_language
from batchsync.errors import UsageError
from batchsync.messages import Lang, Message, cli
from batchsync.settings import Loaded, Override, load
from batchsync.settings.problems import redact

_SETTINGS = {
    "url": ("api.url", "--url"),
    "keep_alive": ("api.keep_alive", "--keep-alive"),
    "rate": ("pace.rate", "--rate"),
    "concurrency": ("pace.concurrency", "--concurrency"),
    "max_points": ("spend.max_points", "--max-points"),
    "sheet": ("input.sheets", "--sheet"),
    "order_column": ("input.order_columns", "--order-column"),
    "owner_column": ("input.owner_columns", "--owner-column"),
    "owner_id": ("input.owner_id", "--owner-id"),
    "format": ("output.format", "--format"),
    "lang": ("output.language", "--lang"),
    "ledger": ("ledger.url", "--ledger"),
    "inbox": ("inbox.folder", "--inbox"),
    "host": ("web.host", "--host"),
    "port": ("web.port", "--port"),
}
"""Options that are settings: argument -> key and flag."""


def settings(arguments: argparse.Namespace, console: Console, *, token: bool = False) -> Loaded:
    """Load all settings of a command, print their warnings, and set the console's language.

    Raises SettingsProblems.
    """
    loaded = load_settings(arguments, token=token)
    language = loaded.config.output.language
    console.lang = detect_language() if language == "auto" else Lang(language)
    for warning in loaded.warnings:
        console.error(warning)
    for key, place in sorted(loaded.places.items(), key=str):
        if len(key) == 2:
            section = getattr(loaded.config, str(key[0]))
            value = getattr(section, str(key[1]), None)
            facts = {"key": f"{key[0]}.{key[1]}", "value": redact(value), "where": place.render(console.lang)}
            console.debug(cli.SETTING.render(console.lang, **facts))
    config = loaded.config
    ledger = redact(config.ledger.url) if config.ledger.url else cli.DEFAULT_LEDGER
    console.debug(
        Message(cli.ACCOUNT, {"account": config.api.account, "url": config.api.url, "ledger": ledger})
    )
    return loaded


def load_settings(arguments: argparse.Namespace, *, token: bool = False) -> Loaded:
    """Load all settings of a command without output.

    Raises SettingsProblems.
    """
    return load(settings_file(arguments), options=list(_given(arguments)), token=token)


def settings_file(arguments: argparse.Namespace) -> Path | None:
    """Return the settings file that was named; without one, `config.yaml` here holds if it exists."""
    return Path(arguments.config).expanduser() if arguments.config else None


def _given(arguments: argparse.Namespace) -> Iterator[Override]:
    for name, (key, flag) in _SETTINGS.items():
        value = getattr(arguments, name, None)
        if value is not None and value is not False:
            yield Override(key=key, flag=flag, value=value)


def files(patterns: Sequence[str]) -> list[Path]:
    """Return the input files, each once; a pattern that the shell left alone is expanded here."""
    found: dict[str, Path] = {}
    for pattern in patterns:
        for path in _expanded(pattern):
            try:
                place = path.resolve()
            except OSError:  # a device of Windows, like CON: the reader refuses it
                place = path.absolute()
            found.setdefault(os.path.normcase(place), path)
    return list(found.values())


def _expanded(pattern: str) -> list[Path]:
    path = Path(pattern)
    if pattern == "-" or pattern.startswith(("/dev/", "/proc/")):
        raise UsageError(cli.NO_STDIN)
    if path.exists() or not glob.has_magic(pattern):
        return [path]  # the reader reports a missing file
    matches = [Path(name) for name in sorted(glob.glob(pattern)) if not Path(name).name.startswith("~$")]  # noqa: PTH207
    if not matches:
        raise UsageError(cli.NO_MATCH, pattern=pattern)
    return matches


def count(value: str | None, option: str) -> int | None:
    """Return a number from 1, or None when it was not given."""
    if value is None:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(cli.NOT_A_COUNT, option=option, value=value)
    return int(value)


def output(arguments: argparse.Namespace, inputs: int) -> Path | None:
    """Return where results go; one file can't take the results of several inputs."""
    if arguments.output is None:
        return None
    path = Path(arguments.output).expanduser()
    if path.suffix.lower() not in (".xlsx", ".csv") or path.is_dir():
        return path
    if arguments.format not in (None, path.suffix.lower()[1:]):
        raise UsageError(cli.OUTPUT_OR_FORMAT, output=path, format=arguments.format)
    if inputs > 1:
        raise UsageError(cli.OUTPUT_IS_FILE, output=path, count=inputs)
    return path


def target(arguments: argparse.Namespace, option: str, *never: Path | None) -> Path | None:
    """Return the file that an option names for writing; None for stdout or nothing.

    Its folder exists, and it is none of `never`, nor the settings, nor the ledger.
    """
    value: str | None = getattr(arguments, option.removeprefix("--").replace("-", "_"))
    if value is None or value == "-":
        return None
    path = Path(value).expanduser()
    settings, ledger = settings_file(arguments) or Path("config.yaml"), arguments.ledger or ""
    kept = (*never, settings, Path(ledger.removeprefix("sqlite:///")))
    if any(other is not None and _is_same(path, other) for other in kept):
        raise UsageError(cli.WOULD_OVERWRITE, option=option, path=path)
    if not path.absolute().parent.is_dir():
        raise UsageError(cli.NO_FOLDER, folder=path.absolute().parent, option=option)
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise UsageError(cli.CANNOT_WRITE, option=option, path=path, error="")
    return path


def _is_same(one: Path, other: Path) -> bool:
    return os.path.normcase(one.resolve()) == os.path.normcase(other.resolve())

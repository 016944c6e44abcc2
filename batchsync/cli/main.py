"""From arguments to an exit code: picks the command, and turns whatever goes wrong into a sentence."""

import argparse
import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from batchsync.cli.console import Console, make_streams_safe
from batchsync.cli.language import detect_language
from batchsync.cli.parser import build, parse
from batchsync.errors import BatchsyncError, UsageError
from batchsync.exit_codes import ExitCode
from batchsync.messages import Lang, cli
from batchsync.messages import commands as messages
from batchsync.reader import start_ahead

COMMAND_MODULES = {
    "run": "run",
    "check": "check",
    "nightly": "nightly",
    "watch": "nightly",
    "web": "web",
    "worker": "worker",
    "history": "history",
    "resolve": "history",
    "spend": "finance",
    "reconcile": "finance",
    "ledger": "ledger_cmd",
    "report": "history",
    "doctor": "doctor",
    "token": "token",
    "setup": "setup",
    "init": "init",
    "sandbox": "sandbox",
    "demo": "demo",
}
"""The module of each command; it has a function of the command's name."""

READS_AT_ONCE = frozenset({"run", "check"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises, never prints a traceback."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    make_streams_safe()
    console = Console(lang=detect_language(given))
    try:
        return _dispatch(given, console)
    except SystemExit as leaving:  # --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0
    except BatchsyncError as error:
        console.error(error.render(console.lang))
        return error.exit_code
    except KeyboardInterrupt:
        console.error(cli.INTERRUPTED)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # whoever read our output has left, as `| head` does
        _close_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - the last net: a bug of ours
        return _our_bug(error, console)


def _close_stdout() -> None:
    """Python flushes stdout at its end, which must not raise once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(given: Sequence[str], console: Console) -> int:
    arguments = _parsed(given, console.lang)
    console.quiet = getattr(arguments, "quiet", False)
    console.verbose = getattr(arguments, "verbose", False)
    if arguments.command in READS_AT_ONCE:
        start_ahead()  # before the imports of our own, which take as long
    home = importlib.import_module(f"batchsync.cli.{COMMAND_MODULES[arguments.command]}")
    gc.freeze()  # what is imported stays: walking it again and again would cost a row a microsecond
    gc.set_threshold(20_000)  # nor are the thousands of rows of one batch garbage: half a microsecond more
    code: int = getattr(home, arguments.command)(arguments, console)
    return code


def _parsed(given: Sequence[str], lang: Lang) -> argparse.Namespace:
    if not given:
        build(lang).print_help(sys.stderr)
        raise UsageError(messages.NO_COMMAND)
    return parse(given, lang)


def _our_bug(error: Exception, console: Console) -> int:
    from batchsync.cli.crash_report import write_crash_report

    where = write_crash_report(error)
    console.error(cli.BUG.render(console.lang, kind=type(error).__name__))
    console.error(cli.BUG_LOG.render(console.lang, log=where) if where else cli.BUG_NO_LOG)
    return ExitCode.BUG

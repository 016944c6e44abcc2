"""The `sandbox` command: its options, and the server until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages
from batchsync.messages.render import Lang
from batchsync.sandbox.script import FAULTS, Script, parse_behaviour, read_script
from batchsync.sandbox.settings import TOKEN, SandboxSettings

if TYPE_CHECKING:
    from batchsync.sandbox.server import Sandbox


def add_arguments(parser: argparse.ArgumentParser, lang: Lang = Lang.EN) -> None:
    """Add the sandbox's options to a parser."""
    parser.add_argument("--port", type=int, default=8900, help=messages.HELP_PORT.render(lang))
    parser.add_argument("--host", default="127.0.0.1", help=messages.HELP_HOST.render(lang))
    parser.add_argument("--token", default=TOKEN, help=messages.HELP_TOKEN.render(lang))
    parser.add_argument("--price", type=int, default=1, help=messages.HELP_PRICE.render(lang))
    parser.add_argument("--balance", type=int, help=messages.HELP_BALANCE.render(lang))
    parser.add_argument("--rate", type=int, help=messages.HELP_RATE.render(lang))
    parser.add_argument("--latency", type=float, default=0.0, help=messages.HELP_LATENCY.render(lang))
    parser.add_argument("--no-amount", action="store_true", help=messages.HELP_NO_AMOUNT.render(lang))
    parser.add_argument(
        "--faults", type=float, default=0.0, metavar="SHARE", help=messages.HELP_FAULTS.render(lang)
    )
    parser.add_argument("--seed", type=int, default=0, help=messages.HELP_SEED.render(lang))
    parser.add_argument("--only", type=_behaviours, default=FAULTS, help=messages.HELP_ONLY.render(lang))
    parser.add_argument("--script", type=Path, help=messages.HELP_SCRIPT.render(lang))
    parser.add_argument("--charge-log", type=Path, help=messages.HELP_CHARGE_LOG.render(lang))


def settings_from(options: argparse.Namespace) -> SandboxSettings:
    """Return the settings for the options."""
    drawn = {"faults": options.faults, "seed": options.seed, "only": options.only}
    return SandboxSettings(
        host=options.host,
        port=options.port,
        token=options.token,
        price=options.price,
        balance=options.balance,
        names_amount=not options.no_amount,
        rate=options.rate,
        latency_s=options.latency,
        script=read_script(options.script, **drawn) if options.script else Script(**drawn),
        charge_log_file=options.charge_log,
    )


def main(options: argparse.Namespace, lang: Lang = Lang.EN) -> int:
    """Run until Ctrl-C or SIGTERM; print the address on stdout."""
    settings = settings_from(options)

    def ready(sandbox: "Sandbox") -> None:
        facts = {"url": sandbox.url, "token": sandbox.token, "log": f"{sandbox.origin}/charges"}
        example = messages.TRY_ON_WINDOWS if sys.platform == "win32" else messages.TRY_IN_POSIX_SHELL
        print(f"{messages.READY.render(lang, **facts)}\n{example.render(lang, **facts)}", flush=True)  # noqa: T201 the output of the command

    try:
        asyncio.run(_run(settings, ready))
    except OSError as error:
        raise UsageError(
            messages.PORT_TAKEN, host=settings.host, port=settings.port, error=error.strerror
        ) from error
    except KeyboardInterrupt:
        pass
    return 0


async def _run(settings: SandboxSettings, ready: Callable[["Sandbox"], None]) -> None:
    from batchsync.sandbox.server import serve

    stopping = asyncio.Event()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows' event loop has no signal handlers
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await serve(settings, stopping, ready)


def _behaviours(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        parse_behaviour(word)
    return words

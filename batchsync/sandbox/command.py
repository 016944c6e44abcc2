"""The sandbox as a command: its options, and the loop that ends with Ctrl-C."""

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
from batchsync.sandbox.script import FAULTS, Script, behaviour_of, read_script
from batchsync.sandbox.settings import TOKEN, SandboxSettings

if TYPE_CHECKING:
    from batchsync.sandbox.server import Sandbox


def add_arguments(parser: argparse.ArgumentParser, lang: Lang = Lang.EN) -> None:
    """Give a parser the sandbox's options."""
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
    parser.add_argument("--only", type=_acts, default=FAULTS, help=messages.HELP_ONLY.render(lang))
    parser.add_argument("--script", type=Path, help=messages.HELP_SCRIPT.render(lang))
    parser.add_argument("--books", type=Path, help=messages.HELP_BOOKS.render(lang))


def settings_of(given: argparse.Namespace) -> SandboxSettings:
    """Return the settings that the options mean."""
    drawn = {"faults": given.faults, "seed": given.seed, "only": given.only}
    return SandboxSettings(
        host=given.host,
        port=given.port,
        token=given.token,
        price=given.price,
        balance=given.balance,
        names_amount=not given.no_amount,
        rate=given.rate,
        latency_s=given.latency,
        script=read_script(given.script, **drawn) if given.script else Script(**drawn),
        books_file=given.books,
    )


def main(given: argparse.Namespace, lang: Lang = Lang.EN) -> int:
    """Run until Ctrl-C or SIGTERM; say on stdout where."""
    settings = settings_of(given)

    def ready(sandbox: "Sandbox") -> None:
        facts = {"url": sandbox.url, "token": sandbox.token, "books": f"{sandbox.origin}/books"}
        example = messages.TRY_ON_WINDOWS if sys.platform == "win32" else messages.TRY_IN_POSIX_SHELL
        print(f"{messages.READY.render(lang, **facts)}\n{example.render(lang, **facts)}", flush=True)  # noqa: T201 it is what the command is for

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

    over = asyncio.Event()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows has no signal handlers in its loop
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, over.set)
    await serve(settings, over, ready)


def _acts(text: str) -> tuple[str, ...]:
    acts = tuple(word.strip() for word in text.split(",") if word.strip())
    for act in acts:
        behaviour_of(act)
    return acts

"""The sandbox as a command: its options, and the loop that ends with Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from batchsync.errors import UsageError
from batchsync.sandbox.script import FAULTS, Script, act_of, read_script
from batchsync.sandbox.settings import TOKEN, SandboxSettings
from batchsync.words import sandbox as words
from batchsync.words.text import Lang

if TYPE_CHECKING:
    from batchsync.sandbox.server import Sandbox


def add_arguments(parser: argparse.ArgumentParser, lang: Lang = Lang.EN) -> None:
    """Give a parser the sandbox's options."""
    parser.add_argument("--port", type=int, default=8900, help=words.HELP_PORT.say(lang))
    parser.add_argument("--host", default="127.0.0.1", help=words.HELP_HOST.say(lang))
    parser.add_argument("--token", default=TOKEN, help=words.HELP_TOKEN.say(lang))
    parser.add_argument("--price", type=int, default=1, help=words.HELP_PRICE.say(lang))
    parser.add_argument("--balance", type=int, help=words.HELP_BALANCE.say(lang))
    parser.add_argument("--rate", type=int, help=words.HELP_RATE.say(lang))
    parser.add_argument("--latency", type=float, default=0.0, help=words.HELP_LATENCY.say(lang))
    parser.add_argument("--no-amount", action="store_true", help=words.HELP_NO_AMOUNT.say(lang))
    parser.add_argument(
        "--faults", type=float, default=0.0, metavar="SHARE", help=words.HELP_FAULTS.say(lang)
    )
    parser.add_argument("--seed", type=int, default=0, help=words.HELP_SEED.say(lang))
    parser.add_argument("--only", type=_acts, default=FAULTS, help=words.HELP_ONLY.say(lang))
    parser.add_argument("--script", type=Path, help=words.HELP_SCRIPT.say(lang))
    parser.add_argument("--books", type=Path, help=words.HELP_BOOKS.say(lang))


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
        said = words.READY.say(lang, url=sandbox.url, token=sandbox.token, books=f"{sandbox.origin}/books")
        print(said, flush=True)  # noqa: T201 it is what the command is for

    try:
        asyncio.run(_run(settings, ready))
    except OSError as error:
        raise UsageError(
            words.PORT_TAKEN, host=settings.host, port=settings.port, error=error.strerror
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
        act_of(act)
    return acts

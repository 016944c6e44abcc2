"""`web`: the local page, until Ctrl-C."""

import argparse
import asyncio
import importlib.util
import logging
import webbrowser
from typing import TYPE_CHECKING

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.doctor import run_checks
from batchsync.cli.signals import handle_signals
from batchsync.cluster.loops import loop_factory
from batchsync.errors import SettingsError
from batchsync.messages import Message
from batchsync.messages import web as messages
from batchsync.settings import Loaded, SettingsProblems

if TYPE_CHECKING:
    from batchsync.web.context import AppContext


def web(arguments: argparse.Namespace, console: Console) -> int:
    """Serve the page; without a token it can check, which is free, and says so."""
    if importlib.util.find_spec("jinja2") is None:
        raise SettingsError(messages.NEEDS_EXTRA)
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.ERROR)
    loaded = _settings(arguments, console)
    with asyncio.Runner(loop_factory=loop_factory(loaded.config)) as runner:
        runner.run(_serve(loaded, arguments, console))
    return 0


def _settings(arguments: argparse.Namespace, console: Console) -> Loaded:
    try:
        return given.settings(arguments, console, token=True)
    except SettingsProblems:
        loaded = given.settings(arguments, console)  # raises again unless it was only about the token
        console.talk(Message(messages.WITHOUT_TOKEN))
        return loaded


async def _serve(loaded: Loaded, arguments: argparse.Namespace, console: Console) -> None:
    from batchsync.web.app import serve
    from batchsync.web.context import CheckLine

    over = asyncio.Event()
    first = True

    def say_address(address: str) -> None:
        nonlocal first
        console.result(
            (messages.OPEN_AT if first else messages.OPEN_ELSEWHERE).render(console.lang, address=address)
        )
        if first and not arguments.no_browser:
            webbrowser.open(address)
        first = False

    def findings() -> list[CheckLine]:
        return [CheckLine(finding.mark, finding.said) for finding in run_checks(arguments)]

    houses: list[AppContext] = []
    closing: list[asyncio.Task[None]] = []

    def cancel() -> None:
        closing.extend(asyncio.ensure_future(house.desk.close(give_up=True)) for house in houses)

    # Before anybody is told of the address.
    with handle_signals(asyncio.get_running_loop(), drain=over.set, abandon=cancel):
        async with serve(loaded, examine=findings, say_address=say_address) as house:
            houses.append(house)
            await over.wait()
            if house.desk.running is not None:
                console.talk(Message(messages.CLOSING))
            await house.desk.close()
            await house.desk.idle()

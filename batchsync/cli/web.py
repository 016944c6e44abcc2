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
    """Serve the page; without a token files can be checked, which is free, but not sent."""
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
        loaded = given.settings(arguments, console)  # raises again unless only the token is missing
        console.talk(Message(messages.WITHOUT_TOKEN))
        return loaded


async def _serve(loaded: Loaded, arguments: argparse.Namespace, console: Console) -> None:
    from batchsync.web.app import serve
    from batchsync.web.context import CheckLine

    stopped = asyncio.Event()
    is_first = True

    def announce_address(address: str) -> None:
        nonlocal is_first
        text = messages.OPEN_AT if is_first else messages.OPEN_IN_OTHER_BROWSER
        console.result(text.render(console.lang, address=address))
        if is_first and not arguments.no_browser:
            webbrowser.open(address)
        is_first = False

    def check_lines() -> list[CheckLine]:
        return [CheckLine(result.mark, result.said) for result in run_checks(arguments)]

    contexts: list[AppContext] = []
    closing: list[asyncio.Task[None]] = []

    def cancel() -> None:
        closing.extend(asyncio.ensure_future(context.queue.close(cancel=True)) for context in contexts)

    # Signals are handled before the address is shown.
    with handle_signals(asyncio.get_running_loop(), drain=stopped.set, abandon=cancel):
        async with serve(loaded, run_checks=check_lines, announce_address=announce_address) as context:
            contexts.append(context)
            await stopped.wait()
            if context.queue.running is not None:
                console.talk(Message(messages.CLOSING))
            await context.queue.close()
            await context.queue.wait_idle()

"""`web`: the local page, until Ctrl-C."""

import argparse
import asyncio
import json
import logging
import re
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.doctor import run_checks
from batchsync.cli.signals import handle_signals
from batchsync.cluster.event_loop import loop_factory
from batchsync.errors import OutputError, SettingsError
from batchsync.fsutil import atomic_write
from batchsync.messages import Lang, Message
from batchsync.messages import web as messages
from batchsync.settings import Loaded, SettingsProblems
from batchsync.settings.loader import DEFAULT_PATH
from batchsync.settings.template import template
from batchsync.settings.token import is_token, store_token

if TYPE_CHECKING:
    from batchsync.web.context import AppContext


def web(arguments: argparse.Namespace, console: Console) -> int:
    """Serve the page; without a token files can be checked, which is free, but not sent."""
    if arguments.install_shortcut:
        return _install_shortcut(console)
    from batchsync.web.app import login_url_of_running_page
    from batchsync.web.uploads import AlreadyServed

    logging.basicConfig(format="%(name)s: %(message)s", level=logging.ERROR)
    loaded = _settings(arguments, console)
    try:
        _run(loaded, arguments, console)
    except AlreadyServed:
        address = login_url_of_running_page(loaded.config)
        if address is None:
            raise
        console.out(messages.OPENED_RUNNING.render(console.lang, address=address))
        if not arguments.no_browser:
            webbrowser.open(address)
    return 0


def _run(loaded: Loaded, arguments: argparse.Namespace, console: Console) -> None:
    with asyncio.Runner(loop_factory=loop_factory(loaded.config)) as runner:
        runner.run(_serve(loaded, arguments, console))


def _settings(arguments: argparse.Namespace, console: Console) -> Loaded:
    try:
        return given.settings(arguments, console, token=True)
    except SettingsProblems:
        loaded = given.settings(arguments, console)  # raises again unless only the token is missing
        console.info(Message(messages.WITHOUT_TOKEN))
        return loaded


async def _serve(loaded: Loaded, arguments: argparse.Namespace, console: Console) -> None:
    from batchsync.web.app import serve
    from batchsync.web.context import CheckLine

    stopped = asyncio.Event()
    is_first = True

    def announce_address(address: str) -> None:
        nonlocal is_first
        text = messages.OPEN_AT if is_first else messages.OPEN_IN_OTHER_BROWSER
        console.out(text.render(console.lang, address=address))
        if is_first and not arguments.no_browser:
            webbrowser.open(address)
        is_first = False

    def check_lines() -> list[CheckLine]:
        return [CheckLine(result.mark, result.message) for result in run_checks(arguments)]

    contexts: list[AppContext] = []
    closing: list[asyncio.Task[None]] = []

    def cancel() -> None:
        closing.extend(asyncio.ensure_future(context.queue.close(cancel=True)) for context in contexts)

    # Signals are handled before the address is shown.
    with handle_signals(asyncio.get_running_loop(), stop=stopped.set, cancel=cancel):
        async with serve(
            loaded,
            run_checks=check_lines,
            announce_address=announce_address,
            save_setup=lambda token, account, cap: save_setup(token, account, cap, console.lang),
        ) as context:
            contexts.append(context)
            await stopped.wait()
            if context.queue.running is not None:
                console.info(Message(messages.CLOSING))
            await context.queue.close()
            await context.queue.wait_idle()


# --- First start --------------------------------------------------------------------------------------------


def save_setup(token: str, account: str, max_points: int | None, lang: Lang) -> Path | None:
    """Store the token, and write a config.yaml with account and cap where there is none; return its path.

    Raises SettingsError.
    """
    if not is_token(token):
        raise SettingsError(messages.BAD_TOKEN)
    path = DEFAULT_PATH.absolute()
    try:
        if not path.exists():
            text = re.sub(
                r"(?m)^  account: .*$",
                lambda _: f"  account: {json.dumps(account, ensure_ascii=False)}",
                template(lang),
            )
            if max_points is not None:
                text = re.sub(r"(?m)^  # max_points: .*$", f"  max_points: {max_points}", text, count=1)
            atomic_write(path, text.encode())
        store_token(token)
    except OSError as error:
        raise SettingsError(
            messages.SETUP_NOT_SAVED, file=path.parent, error=error.strerror or error
        ) from error
    return path


def _install_shortcut(console: Console) -> int:
    """Put shortcuts that open the page from the current folder on the desktop and into the menu."""
    from batchsync.cli.setup import write_shortcuts

    try:
        write_shortcuts(Path.cwd(), console)
    except OSError as error:
        facts = {"folder": error.filename or Path.cwd(), "error": error.strerror or error}
        raise OutputError(messages.SHORTCUT_FAILED, **facts) from error
    return 0

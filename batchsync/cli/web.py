"""`web`: the local page, until Ctrl-C."""

import argparse
import asyncio
import importlib.util
import logging
import webbrowser
from typing import TYPE_CHECKING

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.doctor import examine
from batchsync.cli.interrupt import listening
from batchsync.distributed.loops import loop_factory
from batchsync.errors import SettingsError
from batchsync.settings import Loaded, SettingsWrong
from batchsync.words import Said
from batchsync.words import web as words

if TYPE_CHECKING:
    from batchsync.web.house import House


def web(arguments: argparse.Namespace, console: Console) -> int:
    """Serve the page; without a token it can check, which is free, and says so."""
    if importlib.util.find_spec("jinja2") is None:
        raise SettingsError(words.NEEDS_EXTRA)
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.ERROR)
    loaded = _settings(arguments, console)
    with asyncio.Runner(loop_factory=loop_factory(loaded.config)) as runner:
        runner.run(_serve(loaded, arguments, console))
    return 0


def _settings(arguments: argparse.Namespace, console: Console) -> Loaded:
    try:
        return given.settings(arguments, console, token=True)
    except SettingsWrong:
        loaded = given.settings(arguments, console)  # raises again unless it was only about the token
        console.talk(Said(words.WITHOUT_TOKEN))
        return loaded


async def _serve(loaded: Loaded, arguments: argparse.Namespace, console: Console) -> None:
    from batchsync.web.house import Found
    from batchsync.web.server import opened

    over = asyncio.Event()
    first = True

    def say_address(address: str) -> None:
        nonlocal first
        console.result((words.OPEN_AT if first else words.OPEN_ELSEWHERE).say(console.lang, address=address))
        if first and not arguments.no_browser:
            webbrowser.open(address)
        first = False

    def findings() -> list[Found]:
        return [Found(finding.mark, finding.said) for finding in examine(arguments)]

    houses: list[House] = []
    closing: list[asyncio.Task[None]] = []

    def abandon() -> None:
        closing.extend(asyncio.ensure_future(house.desk.close(give_up=True)) for house in houses)

    # Before anybody is told of the address.
    with listening(asyncio.get_running_loop(), drain=over.set, abandon=abandon):
        async with opened(loaded, examine=findings, say_address=say_address) as house:
            houses.append(house)
            await over.wait()
            if house.desk.running is not None:
                console.talk(Said(words.CLOSING))
            await house.desk.close()
            await house.desk.idle()

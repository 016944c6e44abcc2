"""`init`: writes a commented config.yaml, and never over one."""

import argparse
from pathlib import Path

from batchsync.cli.console import Console
from batchsync.errors import OutputError, UsageError
from batchsync.settings.load import DEFAULT_PATH
from batchsync.settings.template import template
from batchsync.words import Lang, Said, start


def init(arguments: argparse.Namespace, console: Console) -> int:
    """Write the settings with their defaults and meanings, in the user's language."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    path = Path(arguments.config) if arguments.config else DEFAULT_PATH
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(console.lang))
    except FileExistsError:
        raise UsageError(start.INIT_EXISTS, path=path) from None
    except OSError as error:
        raise OutputError(start.INIT_CANNOT, path=path, error=error.strerror or error) from error
    console.result(start.INIT_WRITTEN.say(console.lang, path=path))
    console.talk(Said(start.INIT_NEXT))
    return 0

"""`init`: writes a commented config.yaml, and never over one."""

import argparse
from pathlib import Path

from batchsync.cli.console import Console
from batchsync.errors import OutputError, UsageError
from batchsync.messages import Lang, Message, doctor
from batchsync.settings.loader import DEFAULT_PATH
from batchsync.settings.template import template


def init(arguments: argparse.Namespace, console: Console) -> int:
    """Write the settings with their defaults and meanings, in the user's language."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    path = Path(arguments.config) if arguments.config else DEFAULT_PATH
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(console.lang))
    except FileExistsError:
        raise UsageError(doctor.INIT_EXISTS, path=path) from None
    except OSError as error:
        raise OutputError(doctor.INIT_CANNOT, path=path, error=error.strerror or error) from error
    console.out(doctor.INIT_WRITTEN.render(console.lang, path=path))
    console.info(Message(doctor.INIT_NEXT))
    return 0

"""`sandbox`: runs a local server with the API's contract."""

import argparse

from batchsync.cli.console import Console
from batchsync.messages import Lang
from batchsync.sandbox import main


def sandbox(arguments: argparse.Namespace, console: Console) -> int:
    """Run it until Ctrl-C."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    return main(arguments, console.lang)

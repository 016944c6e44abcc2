"""`sandbox`: the stand-in of the API, on this machine."""

import argparse

from batchsync.cli.console import Console
from batchsync.messages import Lang
from batchsync.sandbox import main


def sandbox(arguments: argparse.Namespace, console: Console) -> int:
    """Run it until Ctrl-C."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    return main(arguments, console.lang)

"""The command line: arguments in, sentences and exit codes out."""

from batchsync.cli.main import main

__all__ = ["main"]

"""`python -m batchsync`, and the command `batchsync`."""

import os
import sys

from batchsync import cli

__all__ = ["main"]


def main() -> None:
    """Run the command and end the process at once: Python would tidy up its memory first, a twentieth of a second.

    Whatever must be finished is finished by then, and no thread of ours outlives its command.
    """
    code = cli.main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        sys.exit(code)  # a pipe that is gone, or no stream at all: Python knows what to do
    os._exit(code)


if __name__ == "__main__":
    main()

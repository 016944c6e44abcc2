"""`python -m batchsync`, and the command `batchsync`."""

import sys

from batchsync.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())

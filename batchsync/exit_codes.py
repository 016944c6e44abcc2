"""The exit codes of the command line."""

from collections.abc import Collection
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    SUCCESS = 0
    """Every row is synced."""
    NEEDS_A_LOOK = 1
    """The run is over, and some rows failed, are invalid or uncertain."""
    NOTHING_SENT = 2
    """Wrong usage, settings, token or file."""
    STOPPED_EARLY = 3
    """The rest was not sent: authentication, balance, cap, address, failures."""
    LEDGER_BUSY = 4
    """Another run holds the ledger's lock for this account."""
    BUG = 70
    """An error of the program; the ledger is safe."""
    INTERRUPTED = 130
    """Ctrl-C or SIGTERM: calls under way were finished and recorded."""


def exit_code_of_all(codes: Collection[int]) -> int:
    """Return one code for several files.

    A code that ended the command comes first; NOTHING_SENT holds only if it holds for every file.
    """
    for code in (ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.LEDGER_BUSY, ExitCode.STOPPED_EARLY):
        if code in codes:
            return code
    if codes and all(code == ExitCode.NOTHING_SENT for code in codes):
        return ExitCode.NOTHING_SENT
    return ExitCode.NEEDS_A_LOOK if any(codes) else ExitCode.SUCCESS

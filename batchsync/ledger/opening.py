"""Which ledger an address names."""

from pathlib import Path

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.location import path_of
from batchsync.ledger.sqlite import SqliteLedger


def open_ledger(
    url: str | Path | None,
    *,
    read_only: bool = False,
    clock: Clock = SYSTEM_CLOCK,
    wait_s: float = 0.0,
    inline: bool = False,
) -> Ledger:
    """Open the ledger that `url` names; None is the one in the user's data folder.

    `wait_s`: how long a single write waits for a run to end. `inline`: no writer thread, for simulations.
    """
    return SqliteLedger(
        path_of(None if url is None else str(url)),
        read_only=read_only,
        clock=clock,
        wait_s=wait_s,
        inline=inline,
    )

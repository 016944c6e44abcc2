"""Which ledger an address names."""

from pathlib import Path
from typing import TYPE_CHECKING

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import LedgerError
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.location import path_of
from batchsync.ledger.sqlite import SqliteLedger
from batchsync.messages import ledger as messages

if TYPE_CHECKING:
    from batchsync.ledger.postgres import PostgresLedger


POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str | Path | None) -> bool:
    """Whether an address names a PostgreSQL ledger."""
    return isinstance(url, str) and url.startswith(POSTGRES)


def open_postgres(
    url: str, *, read_only: bool = False, clock: Clock = SYSTEM_CLOCK, wait_s: float = 0.0
) -> "PostgresLedger":
    """Open a PostgreSQL ledger. Raises LedgerError where what it needs isn't installed."""
    try:
        from batchsync.ledger.postgres import PostgresLedger
    except ImportError as error:
        raise LedgerError(messages.NO_CLUSTER) from error
    return PostgresLedger(url, read_only=read_only, clock=clock, wait_s=wait_s)


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
    if is_postgres(url):
        return open_postgres(str(url), read_only=read_only, clock=clock, wait_s=wait_s)
    return SqliteLedger(
        path_of(None if url is None else str(url)),
        read_only=read_only,
        clock=clock,
        wait_s=wait_s,
        inline=inline,
    )

"""Who sends over a shared ledger right now."""

from typing import TYPE_CHECKING

from batchsync.config import Config
from batchsync.ledger import is_postgres, open_postgres

if TYPE_CHECKING:
    from batchsync.ledger.postgres.queue import Member


def crew(config: Config) -> "list[Member]":
    """Return every process whose session lives, the oldest first; nobody where the ledger is one machine's own.

    Raises LedgerError when the database can't be reached.
    """
    url = config.ledger.url
    if url is None or not is_postgres(url):
        return []
    with open_postgres(str(url), read_only=True) as ledger:
        return ledger.members()

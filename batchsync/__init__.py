"""Sends the orders of a spreadsheet to a paid sync API: never pays twice, never loses a row.

Public functions; the command line uses the same `Job`:

    batchsync.check_file(path)        what a run would send and cost; nothing is sent
    batchsync.sync_file(path)         send what is not yet synced, write the result, return the totals
    batchsync.sync_file_async(path)   the same, async
    batchsync.run_frame(run)          a run's orders as a pandas DataFrame, ids as text
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchsync.api import check_file, run_frame, sync_file, sync_file_async

__version__ = "0.1.0"
__all__ = ["check_file", "run_frame", "sync_file", "sync_file_async"]


def __getattr__(name: str) -> Any:
    """Import the API on first access: the command line and the parser process must start fast."""
    if name not in __all__:
        raise AttributeError(name)
    from batchsync import api

    return getattr(api, name)

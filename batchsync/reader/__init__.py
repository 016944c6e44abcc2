"""Opens a user's spreadsheet, whatever it is, behind a wall.

`read_orders` yields what the plan needs, `read_cells` every cell. Nothing of a stranger's bytes is parsed in this
process: closing the generator kills the child that does it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from batchsync.config import InputSettings
    from batchsync.model import CellBatch, FileFound, RowBatch, SheetCells, SheetFound


def read_orders(
    path: Path, settings: "InputSettings"
) -> "Generator[FileFound | SheetFound | RowBatch, None, None]":
    """Yield what a file is, each sheet with a table, and its data rows; raises FileUnreadable or ColumnsUnclear."""
    from batchsync.reader.requests import orders

    return orders(path, settings)


def read_cells(
    path: Path, settings: "InputSettings"
) -> "Generator[FileFound | SheetCells | CellBatch, None, None]":
    """Yield what a file is, and every cell of each of its sheets, hidden ones too; raises FileUnreadable."""
    from batchsync.reader.requests import cells

    return cells(path, settings)


def start_ahead() -> None:
    """Start the child that will parse the next file, when it is sure that there is one but not yet which or how."""
    from batchsync.reader.parser_process import start_ahead

    start_ahead()


def many_files() -> "AbstractContextManager[None]":
    """Read faster as long as it is held: 3 ms for a file's child instead of 60, where the system can fork."""
    from batchsync.reader.fork_server import fork_server
    from batchsync.reader.parser_process import environment

    return fork_server(environment())


__all__ = ["many_files", "read_cells", "read_orders", "start_ahead"]

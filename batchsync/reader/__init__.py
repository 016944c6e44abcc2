"""Reads the user's spreadsheets: yields their tables and cells as exact text, parsed in a limited subprocess."""

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
    from batchsync.reader.parser_process import orders

    return orders(path, settings)


def read_cells(
    path: Path, settings: "InputSettings"
) -> "Generator[FileFound | SheetCells | CellBatch, None, None]":
    """Yield what a file is, and every cell of each of its sheets, hidden ones too; raises FileUnreadable."""
    from batchsync.reader.parser_process import cells

    return cells(path, settings)


def start_ahead() -> None:
    """Start the parser process of the next file before its name and options are known."""
    from batchsync.reader.spawn import start_ahead

    start_ahead()


def many_files() -> "AbstractContextManager[None]":
    """Return a context in which each file's process starts in 3 ms instead of 60, where the system can fork."""
    from batchsync.reader.spawn import fork_server

    return fork_server()


__all__ = ["many_files", "read_cells", "read_orders", "start_ahead"]

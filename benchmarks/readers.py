"""One way of reading a file, in a process of its own. Prints its seconds and the rows it saw.

python -m benchmarks.readers WAY FILE
"""

import csv
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path


def calamine(path: Path) -> int:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names) - 1


def stdlib_csv(path: Path, encoding: str = "utf-8") -> int:
    with path.open(newline="", encoding=encoding) as file:
        return sum(1 for _ in csv.reader(file)) - 1


def stdlib_csv_gbk(path: Path) -> int:
    return stdlib_csv(path, "gbk")


def pandas_csv(path: Path) -> int:
    import pandas as pd

    return len(pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False))


def orders(path: Path) -> int:
    """Ours, as the plan wants it: the child reads, the parent gets the columns."""
    from batchsync.config import InputSettings
    from batchsync.model import RowBatch
    from batchsync.reader import read_orders

    found = read_orders(path, InputSettings(owner_id="1"))
    return sum(len(item.lines) for item in found if isinstance(item, RowBatch))


def cells(path: Path) -> int:
    """Ours, as the writer wants it: every cell."""
    from batchsync.config import InputSettings
    from batchsync.model import CellBatch
    from batchsync.reader import read_cells

    found = read_cells(path, InputSettings())
    return sum(len(item.lines) for item in found if isinstance(item, CellBatch)) - 1


WAYS: dict[str, Callable[[Path], int]] = {
    "calamine": calamine,
    "csv": stdlib_csv,
    "csv-gbk": stdlib_csv_gbk,
    "pandas-csv": pandas_csv,
    "orders": orders,
    "cells": cells,
}


IMPORTS = {
    "calamine": ("python_calamine",),
    "pandas-csv": ("pandas",),
    "orders": ("batchsync.config", "batchsync.reader"),
    "cells": ("batchsync.config", "batchsync.reader"),
}
"""What a program has imported before it comes to reading."""


def main() -> None:
    way, path = sys.argv[1:3]
    for module in IMPORTS.get(way, ()):
        importlib.import_module(module)
    began = time.perf_counter()
    rows = WAYS[way](Path(path))
    print(time.perf_counter() - began, rows)


if __name__ == "__main__":
    main()

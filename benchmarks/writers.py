"""One way of writing a result, in a process of its own. Prints its seconds and the MiB it held before it began.

python -m benchmarks.writers WAY INPUT OUTPUT ROWS
"""

import csv
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import resident_bytes

WORDS = ("已同步", "", 1, "", "0", 1, "2026-11-24 02:12:07")
ADDED = ("同步状态", "错误信息", "消耗点券", "处理建议", "状态码", "尝试次数", "完成时间")


def xlsxwriter(source: Path, target: Path, rows: int) -> None:
    """A fresh workbook of the input's columns and ours, with a style a column, as its manual advises for size."""
    import xlsxwriter as xw

    with (
        xw.Workbook(target, {"constant_memory": True}) as book,
        source.open(encoding="utf-8", newline="") as file,
    ):
        sheet = book.add_worksheet("orders")
        plain, green = book.add_format({"font_size": 10}), book.add_format({"bg_color": "#E2F0D9"})
        for row, cells in enumerate(csv.reader(file)):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, plain)
            for column, cell in enumerate(WORDS if row else ADDED, len(cells)):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell, green)
                else:
                    sheet.write_string(row, column, cell, green)
        sheet.autofilter(0, 0, rows, len(cells) + len(ADDED) - 1)


def openpyxl(source: Path, target: Path, rows: int) -> None:
    """Load the user's workbook, set the added cells, save."""
    from openpyxl import load_workbook

    book = load_workbook(source)
    sheet = book.worksheets[0]
    after = sheet.max_column
    for row in range(1, rows + 2):
        for column, cell in enumerate(WORDS if row > 1 else ADDED, after + 1):
            sheet.cell(row, column, cell)
    book.save(target)


def ours(source: Path, target: Path, rows: int) -> None:
    """Ours: the writer alone, its entries made up instead of asked of the ledger."""
    from dataclasses import fields, make_dataclass
    from functools import partial

    from batchsync.config import InputSettings
    from batchsync.messages import Lang
    from batchsync.model import EntryResult, PlanVerdict, Reason, RunRecord, SheetFound, State
    from batchsync.reader import read_cells
    from batchsync.writer import ResultJob, write_result
    from benchmarks.inputs import HEADERS

    now = datetime(2026, 11, 24, 2, 12, 7, tzinfo=UTC)

    copy: Any = make_dataclass("twin", [field.name for field in fields(EntryResult)], slots=True)
    entry = EntryResult(
        sheet=0,
        line=0,
        verdict=PlanVerdict.SEND,
        plan_reason=None,
        owner_id="",
        number="",
        state=State.SYNCED,
        calls=1,
        reason=Reason.SYNCED,
        outcome=State.SYNCED,
        points=1,
        api_status="0",
        http_status=200,
        sent_at=now,
        answered_at=now,
        elapsed_s=0.1,
    )
    _, _, *middle = (getattr(entry, field.name) for field in fields(EntryResult))

    def entries() -> Iterator[EntryResult]:
        """As cheap as can be: the ledger's own cost is not the writer's."""
        for n in range(rows):
            made = copy(0, n + 2, *middle)
            made.__class__ = EntryResult
            yield made

    is_text = source.suffix == ".csv"
    width = 4 if is_text else 6
    sheet = SheetFound(
        sheet=source.stem if is_text else "订单",
        index=0,
        header_line=1,
        headers=HEADERS[:width],
        order_column=0,
        owner_column=1,
    )
    run = RunRecord(
        run="20261124-0212-orders", account=1, file=str(source), file_sha256="0" * 64, started_at=now
    )
    job = ResultJob(
        input=source,
        sheets=[sheet],
        target=target,
        run=run,
        account="default",
        cells=partial(read_cells, source, InputSettings()),
        container="csv" if is_text else "xlsx",
        asked=True,
        needs_decisions=False,
        lang=Lang.ZH,
    )
    written = write_result(job, entries)
    assert written.path == target, written.messages


WAYS: dict[str, Callable[[Path, Path, int], None]] = {
    "xlsxwriter": xlsxwriter,
    "openpyxl": openpyxl,
    "ours": ours,
}


def main() -> None:
    way, source, target, rows = sys.argv[1:]
    Path(target).unlink(missing_ok=True)
    gc.freeze()  # as the command does
    gc.set_threshold(20_000)
    held = resident_bytes(os.getpid()) / 2**20
    began = time.perf_counter()
    WAYS[way](Path(source), Path(target), int(rows))
    print(time.perf_counter() - began, held)


if __name__ == "__main__":
    main()

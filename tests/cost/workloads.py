"""The reader's and the writer's work on some rows, in this process, without the parser process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from batchsync.model import (
    CellBatch,
    EntryResult,
    FileFound,
    PlanVerdict,
    Reason,
    RunRecord,
    SheetCells,
    SheetFound,
    State,
)
from batchsync.reader import worker
from batchsync.reader.source import ReadOptions
from batchsync.writer import ResultJob, write_result
from benchmarks import inputs
from tests.cost.baseline import FEW, MANY, Work

NOW = datetime(2026, 11, 24, 2, 12, 7, tzinfo=UTC)
Make = Callable[[int], Path]


def reading(make: Make) -> Work:
    """All messages for the plan, as the child makes them."""

    def read(rows: int) -> None:
        for _ in worker.orders(make(rows), ReadOptions()):
            pass

    return read


def fresh(folder: Path) -> Work:
    """A fresh workbook of a CSV's four columns and ours."""
    source = folder / "orders.csv"
    source.touch()
    sheet = SheetFound(
        sheet="orders", index=0, header_line=1, headers=inputs.HEADERS[:4], order_column=0, owner_column=1
    )
    return lambda rows: _write(rows, source, sheet, "csv")


def back(make: Make) -> Work:
    """The user's own workbook of six columns, with ours behind them."""
    sheet = SheetFound(
        sheet="订单", index=0, header_line=1, headers=inputs.HEADERS, order_column=0, owner_column=1
    )
    return lambda rows: _write(rows, make(rows), sheet, "xlsx")


WORKLOADS: dict[str, Callable[[Path], Work]] = {
    "read an xlsx": lambda _: reading(inputs.xlsx_file),
    "read an xlsx with inline strings": lambda _: reading(lambda rows: inputs.xlsx_file(rows, inline=True)),
    "read a csv": lambda _: reading(inputs.csv_file),
    "write a fresh workbook": fresh,
    "give the user's workbook back": lambda _: back(inputs.xlsx_file),
}


def made(name: str, folder: Path) -> Work:
    """Return a workload whose input files are there already."""
    for rows in (FEW, MANY):
        inputs.xlsx_file(rows)
        inputs.xlsx_file(rows, inline=True)
        inputs.csv_file(rows)
    return WORKLOADS[name](folder)


def _write(rows: int, source: Path, sheet: SheetFound, container: str) -> None:
    run = RunRecord(run="20261124-0212-x", account=1, file=str(source), file_sha256="0" * 64, started_at=NOW)
    job = ResultJob(
        input=source,
        sheets=[sheet],
        target=source.parent / f"{rows}.result.xlsx",
        run=run,
        account="default",
        cells=lambda: _cells(rows),
        container=container,
        asked=True,
        needs_decisions=False,
        previous_is_ours=lambda _: True,
    )
    written = write_result(job, lambda: _entries(rows))
    assert rows == written.tally.rows


def _entries(rows: int) -> Iterator[EntryResult]:
    """The outcomes of the ledger: all synced."""
    for n in range(rows):
        yield EntryResult(
            sheet=0,
            line=n + 2,
            verdict=PlanVerdict.SEND,
            plan_reason=None,
            owner_id="1",
            number=str(n),
            state=State.SYNCED,
            calls=1,
            reason=Reason.SYNCED,
            outcome=State.SYNCED,
            points=1,
            api_status="0",
            answered_at=NOW,
        )


def _cells(rows: int) -> Iterator[FileFound | SheetCells | CellBatch]:
    """The tables of the reader for a CSV of four columns."""
    yield FileFound(container="csv", sha256="0" * 64, size=1)
    yield SheetCells(sheet="orders", index=0)
    table = [list(inputs.HEADERS[:4])]
    table += [[inputs.order_number(n), inputs.shop(n), inputs.GOODS[n % 1_000], "1"] for n in range(rows)]
    yield CellBatch(lines=list(range(1, rows + 2)), rows=table, kinds=[[1] * 4] * (rows + 1))

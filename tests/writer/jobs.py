"""Result jobs as a run would hand them in, over workbooks made in a test."""

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from batchsync.messages import Lang
from batchsync.messages import result_columns as messages
from batchsync.model import CellBatch, CellKind, EntryResult, FileFound, RunRecord, SheetCells, SheetFound
from batchsync.writer import ResultJob, ResultWritten, write_result
from tests.model.entries import NOON

RUN = RunRecord(
    run="20261123-0212-orders",
    account=1,
    file="/home/me/orders.xlsx",
    file_sha256="",
    started_at=NOON,
    ended_at=NOON,
)
HEADERS = ("订单号", "商家id", "备注")


def found(sheet: str = "Sheet1", headers: Sequence[str] = HEADERS, **facts: Any) -> SheetFound:
    """A sheet whose order number and merchant are its first two columns by default."""
    values: dict[str, Any] = {"index": 0, "header_line": 1, "order_column": 0, "owner_column": 1}
    return SheetFound(sheet=sheet, headers=tuple(headers), **{**values, **facts})


def found_again(path: Path, before: SheetFound) -> SheetFound:
    """What a reader would find on a result fed back in: the same, and our columns by their heads."""
    sheet = opened(path)[before.sheet]
    heads = [str(cell.value or "") for cell in sheet[before.header_line]]
    ours = {text for head in messages.HEADS.values() for text in (head.en, head.zh)}
    decision = {messages.HEADS["decision"].en, messages.HEADS["decision"].zh}
    columns = tuple(i for i, head in enumerate(heads) if head in ours and head not in decision)
    decisions = [i for i, head in enumerate(heads) if head in decision]
    return found(
        before.sheet,
        heads,
        index=before.index,
        header_line=before.header_line,
        order_column=before.order_column,
        owner_column=before.owner_column,
        result_columns=columns,
        decision_column=decisions[0] if decisions else None,
    )


def job(path: Path, target: Path, sheets: Sequence[SheetFound], **facts: Any) -> ResultJob:
    """A result of a finished run."""
    values: dict[str, Any] = {"run": RUN, "account": "default", "cells": lambda: iter(()), "lang": Lang.EN}
    return ResultJob(input=path, target=target, sheets=sheets, **{**values, **facts})


def written(job_: ResultJob, entries: Sequence[EntryResult]) -> ResultWritten:
    """Write a result of these entries."""
    return write_result(job_, lambda: iter(entries))


def cells_of(
    sheets: dict[str, Sequence[Sequence[str]]], kinds: int = CellKind.TEXT
) -> Callable[[], Iterator[FileFound | SheetCells | CellBatch]]:
    """A reader of a file with these sheets, each line a sequence of texts."""

    def read() -> Iterator[FileFound | SheetCells | CellBatch]:
        yield FileFound(container="csv", sha256="", size=1)
        for index, (name, lines) in enumerate(sheets.items()):
            yield SheetCells(sheet=name, index=index)
            yield CellBatch(
                lines=list(range(1, len(lines) + 1)),
                rows=[list(line) for line in lines],
                kinds=[[kinds if text else CellKind.EMPTY for text in line] for line in lines],
            )

    return read


def opened(path: Path, **options: Any) -> Any:
    """A workbook as openpyxl reads it; its warnings about unknown extensions are hidden."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), **options)


def texts(path: Path, sheet: str) -> list[list[Any]]:
    """All values of a sheet, as openpyxl reads them."""
    return [list(row) for row in opened(path)[sheet].iter_rows(values_only=True)]

"""Rows held back as unlike the others are released in the decision column of the result."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from batchsync.job import Job, RunOptions
from batchsync.messages import Lang
from batchsync.messages.result_columns import HEADS, SEND
from batchsync.model import PlanVerdict
from batchsync.sandbox.server import Sandbox
from tests.job.conftest import MakeConfig, sheet

COPY = "260101-000000000000002-1"


def with_copy(path: Path) -> Path:
    sheet(path, 1, 6)
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append([COPY, "2088123464"])
    book.save(path)
    return path


def decision_cell(page: Any) -> Any:
    heads = {cell.value: cell.column for cell in page[1]}
    return page.cell(8, heads[HEADS["decision"].en])


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("lang", Lang)
async def test_a_held_back_row_is_sent_once_its_decision_allows_it(
    lang: Lang, suffix: str, make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The decision cell offers “send”; no other cell of the column does, and no sheet of uncertain orders is added."""
    source = with_copy(tmp_path / "a.xlsx")
    if suffix == ".csv":
        rows = openpyxl.load_workbook(source).worksheets[0].values
        source = tmp_path / "a.csv"
        source.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    first = (await Job(make_config()).run(source)).summary
    assert (6, 1) == (first.synced, first.invalid)
    book = openpyxl.load_workbook(str(first.result))
    assert "Uncertain" not in book.sheetnames
    page: Any = book.worksheets[0]
    cell = decision_cell(page)
    offered = page.data_validations.dataValidation
    assert [(cell.coordinate, '"send"')] == [(str(each.sqref), each.formula1) for each in offered]
    cell.value = SEND.render(lang)
    book.save(tmp_path / "decided.xlsx")

    second = (await Job(make_config()).run(tmp_path / "decided.xlsx")).summary
    assert (1, 6, 0) == (second.synced, second.already_synced, second.invalid)
    assert COPY in [call.order for call in sandbox.charge_log.calls]
    page = openpyxl.load_workbook(str(second.result)).worksheets[0]
    assert [] == page.data_validations.dataValidation


async def test_an_unknown_decision_is_in_the_error_of_its_row(
    make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The word is shown where it was written; the order stays held back."""
    first = (await Job(make_config()).run(with_copy(tmp_path / "a.xlsx"))).summary
    book = openpyxl.load_workbook(str(first.result))
    decision_cell(book.worksheets[0]).value = "yes please"
    book.save(tmp_path / "decided.xlsx")
    job, options = Job(make_config()), RunOptions(output=tmp_path / "second.xlsx")
    assert 1 == job.check(tmp_path / "decided.xlsx").counts[PlanVerdict.INVALID]
    second = (await job.run(tmp_path / "decided.xlsx", options)).summary
    page: Any = openpyxl.load_workbook(str(second.result)).worksheets[0]
    heads = {cell.value: cell.column for cell in page[1]}
    error = page.cell(8, heads[HEADS["error"].en]).value
    assert "“yes please” is none of" in error
    assert COPY in error
    assert 6 == len(sandbox.charge_log.calls)

"""A run's orders as a DataFrame: what the books state, ids digit for digit."""

from pathlib import Path

import openpyxl
import pytest

import batchsync
from batchsync.errors import UsageError
from batchsync.job.dataframe import COLUMNS
from batchsync.sandbox.server import Sandbox
from tests.job.conftest import MakeConfig

LONG = "5127395078262028714"


async def test_a_frame_holds_every_order_with_exact_ids_and_the_points_of_the_books(
    sandbox: Sandbox, make_config: MakeConfig, tmp_path: Path
) -> None:
    """An id of 19 digits and a merchant id with leading zeros stay text; points add up to what was charged."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (
        ["order_sn", "mall_id"],
        [LONG, "0088123464"],
        [LONG, "0088123464"],
        ["1.26E+17", "0088123464"],
    ):
        page.append(row)
    book.save(tmp_path / "orders.xlsx")
    config = make_config()
    summary = await batchsync.sync_file_async(tmp_path / "orders.xlsx", config=config)
    frame = batchsync.run_frame(summary.run, config=config)
    assert list(COLUMNS) == list(frame.columns)
    assert ["synced", "duplicate", "invalid"] == frame["status"].tolist()
    assert (LONG, "0088123464", 2) == tuple(frame.loc[0, ["order_number", "owner_id", "line"]])
    assert ["", "duplicate", "exponent"] == frame["reason"].tolist()
    assert sandbox.charge_log.points == frame["points"].sum() == summary.points_spent


def test_a_run_that_never_was_is_named(make_config: MakeConfig) -> None:
    """A slip in the run's name is reported, not answered with an empty frame."""
    with pytest.raises(UsageError, match="20260101-0000-nothing"):
        batchsync.run_frame("20260101-0000-nothing", config=make_config())

"""`check` shows the first rows of each sheet as they would be sent, and describes everything as JSON."""

import json
from pathlib import Path

import pytest

from batchsync.cli.main import main

IDS = [f"26112{day}-12345678901234{day}" for day in range(5)]


def write(here: Path) -> None:
    rows = "".join(f"x{n},{number},780000001\n" for n, number in enumerate(IDS))
    (here / "orders.csv").write_text(f"商品,订单号,商家ID\n{rows}y,12,780000001\n", encoding="utf-8")


def test_check_shows_three_rows_as_they_would_be_sent(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the letters and headers of the columns that they come from."""
    write(here)
    main(["check", "orders.csv", "--lang", "en"])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if "), merchant " in line]
    assert [
        f"line {n + 2}: order {IDS[n]} (B “订单号”), merchant 780000001 (C “商家ID”)" for n in range(3)
    ] == lines


def test_check_as_json_has_columns_preview_and_problems(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One object per file; a file that can't be read has its error."""
    write(here)
    assert 1 == main(["check", "orders.csv", "missing.csv", "--json"])
    found, missing = json.loads(capsys.readouterr().out)
    (sheet,) = found["sheets"]
    assert ({"letter": "B", "header": "订单号"}, {"letter": "C", "header": "商家ID"}, 5, 1) == (
        sheet["order_column"],
        sheet["owner_column"],
        found["counts"]["send"],
        found["exit_code"],
    )
    assert [IDS[0], IDS[1], IDS[2]] == [row["order_number"] for row in sheet["preview"]]
    assert [(7, "12", "unusual")] == [
        (one["line"], one["order_number"], one["reason"]) for one in found["problems"]
    ]
    assert (2, True) == (missing["exit_code"], "missing.csv" in missing["error"])

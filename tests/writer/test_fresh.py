"""Fresh workbooks and CSVs: the same rows, line for line, whatever the input was."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from batchsync.messages import Lang
from batchsync.model import CellKind, EntryResult
from batchsync.writer import ResultWritten
from batchsync.writer import fresh_workbook as fresh_module
from tests.model.entries import entry, one_of_each, uncertain
from tests.writer.jobs import HEADERS, cells_of, found, job, opened, texts, written
from tests.writer.strict import faults

LINES = [list(HEADERS), *([f"260101-{n:015d}", "2088123464", f"note {n}"] for n in range(2, 9))]


def fresh(
    tmp_path: Path,
    lines: list[list[str]],
    entries: list[EntryResult],
    kinds: int = CellKind.TEXT,
    **facts: Any,
) -> ResultWritten:
    values: dict[str, Any] = {"container": "csv", "cells": cells_of({"Sheet1": lines}, kinds)}
    return written(job(tmp_path / "a.csv", tmp_path / "o.xlsx", [found()], **{**values, **facts}), entries)


def test_rows_keep_their_line_numbers(tmp_path: Path) -> None:
    """Their cells as text, ours behind, the total under the last row."""
    done = fresh(tmp_path, LINES, one_of_each())
    rows = texts(done.path, "Sheet1")
    assert LINES == [row[:3] for row in rows[:8]]
    statuses = ["synced", "already synced", "duplicate", "failed", "uncertain", "not sent", "invalid"]
    assert ["sync status", *statuses] == [row[3] for row in rows[:8]]
    assert "=SUBTOTAL(109,F2:F8)" == rows[8][5]
    assert [] == faults(done.path)


def test_it_is_good_to_work_with(tmp_path: Path) -> None:
    """Frozen header, filter, widths, ids as text, drop-down, colours."""
    sheet = opened(fresh(tmp_path, LINES, one_of_each()).path)["Sheet1"]
    assert ("A2", "A1:K8") == (sheet.freeze_panes, sheet.auto_filter.ref)
    assert "@" == sheet["A2"].number_format
    assert sheet.column_dimensions["A"].width > 20
    assert ["K6"] == [str(v.sqref) for v in sheet.data_validations.dataValidation]
    fills = {sheet.cell(line, 4).fill.fgColor.rgb for line in range(2, 9)}
    assert 7 == len(fills)


def test_gaps_title_rows_and_totals_stay(tmp_path: Path) -> None:
    """A title above, a blank line between, a total row of theirs below: all in their places."""
    lines = [["October"], list(HEADERS), ["1", "2", ""], [], ["3", "4", "& <b>"], ["合计", "", "2"]]
    sheets = [found(header_line=2)]
    done = written(
        job(tmp_path / "a.csv", tmp_path / "o.xlsx", sheets, container="csv", cells=cells_of({"Sheet1": lines})),
        [entry(3), entry(5)],
    )  # fmt: skip
    rows = texts(done.path, "Sheet1")
    assert "October" == rows[0][0]
    assert ["sync status", "synced", None, "synced", None] == [row[3] for row in rows[1:6]]
    assert ("合计", "=SUBTOTAL(109,F3:F5)") == (rows[5][0], rows[5][5])
    assert [] == faults(done.path)


def test_numbers_are_numbers_unless_they_are_ids(tmp_path: Path) -> None:
    """An amount can be added up; an id, a long number or one with a leading zero stays text."""
    lines = [
        list(HEADERS), ["5127395078262028714", "0012", "1.2010000000000001"], ["2", "3", "1234567890123456"],
    ]  # fmt: skip
    rows = texts(fresh(tmp_path, lines, [entry(2), entry(3)], CellKind.NUMBER).path, "Sheet1")
    assert [["5127395078262028714", "0012", 1.201], ["2", "3", "1234567890123456"]] == [
        r[:3] for r in rows[1:3]
    ]


def test_ragged_lines_lose_nothing(tmp_path: Path) -> None:
    """A line that turns out wider than the first two hundred has its rest behind our columns."""
    lines = [list(HEADERS), *(["1", "2", "3"] for _ in range(300)), ["1", "2", "3", "4", "5"]]
    rows = texts(
        fresh(tmp_path, lines, [entry(n) for n in range(2, 303)], needs_decisions=False).path, "Sheet1"
    )
    assert (["1", "2", "3", "synced"], ["4", "5"]) == (rows[301][:4], rows[301][10:12])


def test_more_rows_than_a_sheet_holds_go_on_in_a_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header is repeated; every row is there; each sheet has its total and filter."""
    monkeypatch.setattr(fresh_module, "MOST_LINES", 6)
    done = fresh(tmp_path, LINES, one_of_each())
    book = opened(done.path)
    assert ["Sheet1", "Sheet1 (2)", "Summary", "Uncertain"] == book.sheetnames
    first, second = texts(done.path, "Sheet1"), texts(done.path, "Sheet1 (2)")
    assert LINES[:5] == [row[:3] for row in first[:5]]
    assert [LINES[0], *LINES[5:]] == [row[:3] for row in second[:4]]
    assert ["uncertain", "not sent", "invalid"] == [row[3] for row in second[1:4]]
    assert ("=SUBTOTAL(109,F2:F5)", "=SUBTOTAL(109,F2:F4)") == (first[5][5], second[4][5])
    assert ["K2"] == [str(v.sqref) for v in book["Sheet1 (2)"].data_validations.dataValidation]
    assert [] == faults(done.path)


def test_several_sheets_also_those_without_a_table(tmp_path: Path) -> None:
    """Same sheets, same order; a sheet without orders is copied as it is."""
    cells = cells_of({"Read me": [["hello"]], "A/B": LINES, "Sheet1": LINES})
    sheets = [found("A/B", index=1), found("Sheet1", index=2)]
    done = written(
        job(tmp_path / "a.xls", tmp_path / "o.xlsx", sheets, container="xls", cells=cells),
        [*one_of_each(), *(entry(n, sheet=1) for n in range(2, 9))],
    )
    assert ["Read me", "A B", "Sheet1", "Summary", "Uncertain"] == opened(done.path).sheetnames
    assert "hello" == texts(done.path, "Read me")[0][0]
    assert ["synced"] * 7 == [row[3] for row in texts(done.path, "Sheet1")[1:8]]


def test_an_empty_sheet_stays(tmp_path: Path) -> None:
    """The same sheets in the same order, also those that hold nothing."""
    cells = cells_of({"Sheet1": LINES, "Sheet2": [], "Sheet3": []})
    done = fresh(tmp_path, LINES, one_of_each(), cells=cells)
    assert ["Sheet1", "Sheet2", "Sheet3", "Summary", "Uncertain"] == opened(done.path).sheetnames
    assert [] == faults(done.path)


def test_trailing_empty_cells_take_no_columns(tmp_path: Path) -> None:
    """Rows formatted to the last column of a sheet are not 16,384 cells wide."""
    wide = [[*line, *[""] * 16_381] for line in LINES]
    done = fresh(tmp_path, wide, one_of_each())
    assert [*HEADERS, "sync status"] == texts(done.path, "Sheet1")[0][:4]
    assert [] == faults(done.path)


def test_a_sheet_without_room_on_the_right_shows_what_the_plan_knows(tmp_path: Path) -> None:
    """Texts in the very last column: our columns fit nowhere, and no row may be lost."""
    wide = [[*line, *[""] * 16_380, "end"] for line in LINES]
    (tmp_path / "a.csv").touch()
    done = fresh(tmp_path, wide, one_of_each())
    assert ["merchant id", "order number", "sync status"] == texts(done.path, "Sheet1")[0][:3]
    assert "no room on the right" in done.messages[0].render(Lang.EN)


def test_an_earlier_results_columns_are_replaced(tmp_path: Path) -> None:
    """A CSV result fed back in: its columns go, new ones come."""
    headers = (*HEADERS, "sync status", "error", "mine")
    lines = [list(headers), ["1", "2", "x", "failed", "because", "kept"]]
    sheets = [found(headers=headers, result_columns=(3, 4))]
    done = written(
        job(
            tmp_path / "a.csv",
            tmp_path / "o.xlsx",
            sheets,
            container="csv",
            cells=cells_of({"Sheet1": lines}),
        ),
        [entry(2)],
    )
    rows = texts(done.path, "Sheet1")
    assert [*HEADERS, "mine", "sync status"] == rows[0][:5]
    assert ["1", "2", "x", "kept", "synced"] == rows[1][:5]


@pytest.mark.parametrize(("unchanged", "word"), [(True, "no longer exists"), (False, "was changed")])
def test_without_its_input_a_result_shows_what_the_plan_knows(
    unchanged: bool, word: str, tmp_path: Path
) -> None:
    """`report RUN` works when the file is gone or was changed: ids and results, line for line."""

    def gone() -> Any:
        raise FileNotFoundError

    path = tmp_path / "a.xlsx"
    if not unchanged:
        path.write_text("something else")
    done = written(job(path, tmp_path / "o.xlsx", [found()], unchanged=unchanged, cells=gone), one_of_each())
    rows = texts(done.path, "Sheet1")
    assert ["merchant id", "order number", "sync status"] == rows[0][:3]
    assert ["2088123464", "260101-000000000000006", "uncertain"] == rows[5][:3]
    assert word in done.messages[0].render(Lang.EN)
    assert [] == faults(done.path)


def test_a_csv_has_our_columns_and_a_summary_beside_it(tmp_path: Path) -> None:
    """UTF-8 with BOM; ids as they are; several ids of a cell keep their line breaks quoted."""
    done = written(
        job(tmp_path / "a.csv", tmp_path / "o.csv", [found()], container="csv", format="csv",
            cells=cells_of({"Sheet1": LINES}), lang=Lang.ZH), one_of_each(),
    )  # fmt: skip
    rows = list(csv.reader(io.StringIO(done.path.read_text("utf-8-sig"))))
    assert LINES == [row[:3] for row in rows]
    assert ["同步状态", "已同步", "此前已同步", "重复行", "失败", "结果未知", "未发送", "无效行"] == [
        r[3] for r in rows
    ]
    assert done.summary_path == tmp_path / "o.summary.csv"
    assert f"汇总：{done.summary_path}" == done.messages[-1].render(Lang.ZH)
    assert "合计,7" in done.summary_path.read_text("utf-8-sig")


def test_the_result_columns_of_a_csv_are_aligned_in_every_line(tmp_path: Path) -> None:
    """Cells beyond the header are right of them, in lines with an order and without one."""
    lines = [
        ["title", "", "", "", "wide"],
        list(HEADERS),
        ["1", "x"],
        ["2", "x", "", "extra"],
        ["", "", "", "note"],
    ]
    done = written(
        job(tmp_path / "a.csv", tmp_path / "o.csv", [found(header_line=2)], container="csv", format="csv",
            cells=cells_of({"Sheet1": lines})), [entry(3, points=1), entry(4, points=2)],
    )  # fmt: skip
    title, head, first, second, note = csv.reader(io.StringIO(done.path.read_text("utf-8-sig")))
    assert lines[0] == title
    assert "sync status" == head[3]
    assert ["1", "x", "", "synced", "", "1"] == first[:6]
    assert ["2", "x", "", "synced", "", "2"] == second[:6]
    assert (len(head), "extra") == (len(second) - 1, second[-1])
    assert (len(head), "note") == (len(note) - 1, note[-1])


def test_a_row_of_several_orders_names_each_in_trouble(tmp_path: Path) -> None:
    """The worst status, the sum of points, one sentence per order."""
    lines = [list(HEADERS), ["1,2", "x", ""]]
    rows = texts(fresh(tmp_path, lines, [entry(2, points=2), uncertain(2, number="2")]).path, "Sheet1")
    assert ("uncertain", None) == (rows[1][3], rows[1][5])
    assert rows[1][4].startswith("2: Sent, but no response")

"""LibreOffice opens results, and sees what is in them."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.model.entries import one_of_each
from tests.writer.jobs import found, job, written
from tests.writer.test_round_trip import ORDERS, moved
from tests.writer.workbooks import plain, rich

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed"),
    pytest.mark.timeout(300),
]


def sheets_in_office(path: Path) -> dict[str, list[list[str]]]:
    """Every sheet as LibreOffice exports it, by name."""
    assert OFFICE is not None
    folder = path.parent / "csv"
    profile = f"-env:UserInstallation=file://{path.parent / 'profile'}"
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", options, "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=280,
    )  # fmt: skip
    return {
        sheet.stem.removeprefix(f"{path.stem}-"): list(csv.reader(io.StringIO(sheet.read_text("utf-8"))))
        for sheet in folder.glob("*.csv")
    }


def test_a_rewritten_workbook_opens_with_all_its_sheets(tmp_path: Path) -> None:
    """Theirs and ours; the statuses stand beside the orders; the total is computed anew to the same value."""
    path = rich(tmp_path / "rich.xlsx")
    out = written(job(path, tmp_path / "o.xlsx", [ORDERS]), moved(one_of_each(), 1)).path
    sheets = sheets_in_office(out)
    assert {"Orders", "Other", "Hidden", "Summary", "Uncertain"} == set(sheets)
    assert ["synced", "already synced", "duplicate"] == [row[5] for row in sheets["Orders"][2:5]]
    assert "3" == sheets["Orders"][9][7]


def test_a_fresh_workbook_opens(tmp_path: Path) -> None:
    """A result whose input is gone."""
    done = written(job(tmp_path / "gone.csv", tmp_path / "o.xlsx", [found()], container="csv"), one_of_each())
    sheets = sheets_in_office(done.path)
    assert {"Sheet1", "Summary", "Uncertain"} == set(sheets)
    assert "260101-000000000000002" == sheets["Sheet1"][1][1]


def test_a_result_of_a_result_opens(tmp_path: Path) -> None:
    """The sheets of the second result replace those of the first."""
    from tests.writer.jobs import found_again

    first = written(job(plain(tmp_path / "p.xlsx"), tmp_path / "1.xlsx", [found()]), one_of_each()).path
    again = found_again(first, found())
    second = written(job(first, tmp_path / "2.xlsx", [again]), one_of_each()).path
    assert {"Sheet1", "Summary", "Uncertain"} == set(sheets_in_office(second))

"""Column choice: the first rows of a file, likely columns, and choices remembered by header."""

from pathlib import Path

from batchsync.config import InputSettings
from batchsync.web.column_choice import ColumnMemory, PreviewLine, SheetPreview, candidates, read_preview
from batchsync.web.uploads import ColumnOverrides
from tests.web.conftest import Page

ROWS = "no,first,second,third\n" + "".join(
    f"{i},2601{i:02d}-{i:012d},X{i}-8819{i:04d},2088123464\n" for i in range(1, 30)
)


def test_a_preview_has_the_first_lines_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(f"\n\n{ROWS}", encoding="utf-8")
    (sheet,) = read_preview(path, InputSettings())
    assert (3, 12, ("A", "B", "C", "D")) == (sheet.header_line, len(sheet.lines), sheet.letters)
    assert ("no", "first", "second", "third") == sheet.lines[0].cells


def test_columns_that_look_like_order_numbers_are_candidates(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(ROWS, encoding="utf-8")
    found = candidates(read_preview(path, InputSettings())[0])
    assert ["B", "C"] == [each.letter for each in found]  # not the merchant, which is the same in every row
    assert "260101-000000000001" == found[0].samples[0]


def test_an_empty_column_is_no_candidate() -> None:
    lines = (PreviewLine(number=1, cells=("a", "")), PreviewLine(number=2, cells=("b", "")))
    assert [] == candidates(SheetPreview(name="s", lines=lines, letters=("A", "B"), header_line=1))


def test_columns_are_remembered_by_header_and_merchants_are_not(tmp_path: Path) -> None:
    """Case and spaces of the header don't matter; other headers are unknown."""
    memory = ColumnMemory(tmp_path / "columns.json")
    memory.remember(["No", "A ", "b"], ColumnOverrides(order_column="B", owner_id="123"))
    assert ColumnOverrides(order_column="B") == memory.find(["no", "a", "B", ""])
    assert memory.find(["no", "a"]) is None
    memory.remember(["no", "a", "b"], ColumnOverrides())
    assert memory.find(["no", "a", "b"]) is None


def test_a_remembered_header_is_found_on_any_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(f"report,of,today,x\n{ROWS}", encoding="utf-8")
    memory = ColumnMemory(tmp_path / "columns.json")
    memory.remember(["no", "first", "second", "third"], ColumnOverrides(order_column="B", owner_column="D"))
    found = memory.find_in(read_preview(path, InputSettings()))
    assert ColumnOverrides(order_column="B", owner_column="D", header_row=2) == found


async def test_remembered_columns_are_used_and_shown(page: Page) -> None:
    """A later file with the header is planned with them, and its page names that."""
    first = await page.visitor.upload(ROWS.encode(), "one.csv")
    await page.checked(first)
    await page.visitor.post(
        f"/api/files/{first}/check", {"columns": {"order_column": "B", "owner_column": "D"}}
    )
    await page.checked(first)
    later = await page.visitor.upload(ROWS.replace("-0000", "-0009").encode(), "two.csv")
    await page.checked(later)
    file = page.context.queue.get(later)
    assert (True, 29) == (file.record.are_columns_remembered, file.counts.send if file.counts else 0)
    assert "same header" in await page.visitor.text(f"/files/{later}")

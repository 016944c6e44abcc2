"""A worksheet's XML taken apart: how far right it goes."""

import io

import pytest

from batchsync.writer.sheet_scanner import SheetScanner

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def sheet(*rows: str) -> SheetScanner:
    """A sheet of these rows."""
    xml = (HEAD + "".join(rows) + "</sheetData></worksheet>").encode()
    return SheetScanner(lambda: io.BytesIO(xml))


def row(number: int, *columns: str) -> str:
    """A row with a cell in each of these columns."""
    cells = "".join(f'<c r="{column}{number}"><v>1</v></c>' for column in columns)
    return f'<row r="{number}">{cells}</row>'


@pytest.mark.parametrize(
    ("rows", "widest"),
    [
        ((row(1, "A", "Z"), row(2, "A", "B"), row(3, "A")), 1),
        ((row(1, "A"), row(2, "A", "B"), row(3, "A", "D"), row(4, "A")), 3),
        ((row(1, "A"), '<row r="2"/>', row(3, "A", "C"), '<row r="4"/>'), 2),
        (("<row><c/></row>", "<row/>", "<row><c/><c/></row>", "<row><c/><c/><c/></row>"), 2),
        ((row(1, "A", "F"),), -1),
    ],
    ids=["a wide title above", "wider below", "empty rows", "nothing named", "no header reached"],
)
def test_the_widest_cell_from_the_header_on(rows: tuple[str, ...], widest: int) -> None:
    """The header stands in line 2; what is above it does not count, what is below does, however it is written."""
    assert widest == sheet(*rows).widest(2)

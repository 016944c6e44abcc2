"""What a file is by its content, whatever it is called; and what is refused before it is opened."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt

from batchsync.config import InputSettings
from batchsync.errors import FileUnreadable
from batchsync.messages.render import Lang
from batchsync.model import FileFound, RowBatch, SheetFound
from batchsync.reader import read_cells, read_orders
from batchsync.reader.open import sniff
from tests.reader import test_ods, workbooks

ID = "261122-123456789012345"
XML_2003 = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
    f'<Row><Cell><Data ss:Type="String">订单号</Data></Cell></Row><Row><Cell><Data ss:Type="String">{ID}</Data></Cell></Row>'
    "</Table></Worksheet></Workbook>"
)
ROWS = f'<row r="1"><c r="A1" t="inlineStr"><is><t>订单号</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>{ID}</t></is></c></row>'


def an_xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, "订单号")
    sheet.write(1, 0, ID)
    book.save(str(path))


def a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("订单.csv", f"订单号\n{ID}\n")


MAKERS: dict[str, Callable[[Path], object]] = {
    "xlsx": lambda path: workbooks.xlsx(path, ROWS),
    "xls": an_xls,
    "xlsb": lambda path: workbooks.xlsb(
        path,
        workbooks.row_head(0)
        + workbooks.text_cell(0, "订单号")
        + workbooks.row_head(1)
        + workbooks.text_cell(0, ID),
    ),
    "ods": lambda path: test_ods.ods(
        path, test_ods.row(test_ods.cell("订单号")) + test_ods.row(test_ods.cell(ID))
    ),
    "html": lambda path: path.write_text(
        f"<table><tr><td>订单号</td></tr><tr><td>{ID}</td></tr></table>", encoding="utf-8"
    ),
    "spreadsheetml": lambda path: path.write_text(XML_2003, encoding="utf-8"),
    "csv": lambda path: path.write_bytes(f"订单号\t商品\r\n{ID}\tx\r\n".encode("gb18030")),
    "zip": a_zip,
}


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv", "a"])
@pytest.mark.parametrize("container", MAKERS)
def test_the_content_decides_and_not_the_name(tmp_path: Path, container: str, name: str) -> None:
    """Shops hand out web tables, XML and tabbed text as .xls, and a real .xls as .xlsx."""
    MAKERS[container](tmp_path / name)
    found = list(read_orders(tmp_path / name, InputSettings()))
    file, sheet, batch = found
    assert isinstance(file, FileFound)
    assert isinstance(sheet, SheetFound)
    assert isinstance(batch, RowBatch)
    assert (container, [ID], [2]) == (file.container, batch.orders, batch.lines)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x1f\x8b\x08\0\0", "an archive other than zip"),
        (b"7z\xbc\xaf\x27\x1c", "an archive other than zip"),
        (b"Rar!\x1a\x07\0", "an archive other than zip"),
        (b"{\\rtf1\\ansi", "a rich text document"),
        (b"MZ\x90\0\x03\0\0\0", "a program"),
        (b"SQLite format 3\0", "a database"),
        (b"\x09\x04\x06\0\0\0\x10\0", "in an Excel format from before 1997"),
        (bytes(range(256)) * 8, "a binary file of an unknown kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is damaged (its content is not recognised)"),
        (b"PK\x03\x04" + bytes(100), "is incomplete or damaged"),
        (b"<html><body>Please log in</body></html>", "a web page without a table"),
    ],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    """One sentence, by what it is."""
    assert what in refused(tmp_path / "a.xlsx", data)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
        ("Index/Document.iwa", "Apple Numbers"),
    ],
)
def test_other_offices_zips_are_named(tmp_path: Path, part: str, what: str) -> None:
    """They are zips too."""
    parts = {"[Content_Types].xml": workbooks.types(0), part: "<x/>"}
    assert what in refused(workbooks.zipped(tmp_path / "a.xlsx", parts))


def refused(path: Path, data: bytes | None = None) -> str:
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FileUnreadable) as caught:
        list(read_cells(path, InputSettings()))
    return caught.value.render(Lang.EN)


# --- Workbooks in a zip -------------------------------------------------------------------------------------


def test_workbooks_in_a_zip_are_read(tmp_path: Path) -> None:
    """Each by its content, beside texts; a workbook of one sheet goes by the member's name."""
    path = tmp_path / "a.zip"
    made = [
        name for name in ("xlsx", "xls", "xlsb", "ods") if MAKERS[name](tmp_path / f"{name}.xlsx") is not path
    ]
    with zipfile.ZipFile(path, "w") as file:
        for name in made:
            file.write(tmp_path / f"{name}.xlsx", f"{name}.xlsx")
        file.writestr("text.csv", f"订单号\n{ID}\n")
    found = list(read_orders(path, InputSettings()))
    sheets = [(item.sheet, item.index) for item in found if isinstance(item, SheetFound)]
    orders = [item.orders for item in found if isinstance(item, RowBatch)]
    names = [*(f"{name}.xlsx" for name in made), "text.csv"]
    assert (list(zip(names, range(5), strict=True)), [[ID]] * 5) == (sheets, orders)


def test_several_sheets_of_a_zipped_workbook_have_names_of_their_own(tmp_path: Path) -> None:
    """And a hidden one stays hidden."""
    one = workbooks.worksheet(ROWS)
    workbooks.zipped(
        tmp_path / "b.xlsx", workbooks.workbook_parts({"x": one, "y": one, "z": one}, states={"z": "hidden"})
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.write(tmp_path / "b.xlsx", "b.xlsx")
    found = list(read_orders(tmp_path / "a.zip", InputSettings()))
    assert ["b.xlsx x", "b.xlsx y"] == [item.sheet for item in found if isinstance(item, SheetFound)]


@pytest.mark.parametrize(
    ("member", "part"),
    [(b"PK\x03\x04 broken", "damaged"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged")],
)
def test_a_broken_workbook_in_a_zip_is_named(tmp_path: Path, member: bytes, part: str) -> None:
    """The member that is to blame."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("b.xlsx", member)
    sentence = refused(tmp_path / "a.zip")
    assert (True, True) == ("b.xlsx" in sentence, part in sentence)


# --- Built like an attack -----------------------------------------------------------------------------------


def test_a_part_that_expands_beyond_reason_is_not_opened(tmp_path: Path) -> None:
    """A hundred kilobytes that would become a hundred megabytes."""
    parts = workbooks.workbook_parts({"S": workbooks.worksheet(" " * (100 << 20))})
    assert "as in malicious files" in refused(workbooks.zipped(tmp_path / "a.xlsx", parts))


def test_a_directory_that_lies_about_sizes_is_caught_while_unpacking(tmp_path: Path) -> None:
    """The directory has 1,000 bytes, the data a megabyte: the zip's own reader stops there."""
    path = workbooks.zipped(
        tmp_path / "a.xlsx", workbooks.workbook_parts({"S": workbooks.worksheet(" " * (1 << 20))})
    )
    data = path.read_bytes()
    size = len(workbooks.worksheet(" " * (1 << 20)))
    assert "is damaged" in refused(
        path, data.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    )


def test_too_many_parts_are_not_opened(tmp_path: Path) -> None:
    """A zip of 20,001 parts is no workbook."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(20_001):
            file.writestr(f"xl/{number}", b"")
    assert "it has too many parts" in refused(path)


def test_a_shared_megabyte_costs_no_gigabytes(tmp_path: Path) -> None:
    """A thousand orders that are all the same huge text come in small messages, cut to what a cell may hold."""
    strings = ["<t>order_sn</t>", f"<t>{'9' * (1 << 20)}</t>"]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(2, 1_002)
    )
    path = workbooks.xlsx(tmp_path / "a.xlsx", rows, strings=strings)
    batches = [item for item in read_orders(path, InputSettings()) if isinstance(item, RowBatch)]
    assert (1_000, {32_768}) == (
        sum(len(batch.lines) for batch in batches),
        {len(order) for batch in batches for order in batch.orders},
    )


# --- Beginnings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("订单号,商家id".encode("utf-16"), "text"),
        ("order_sn,mall_id\r\n".encode("utf-16-le"), "text"),
        ("order_sn,mall_id\r\n".encode("utf-16-be"), "text"),
        ("<table><tr>".encode("utf-16"), "html"),
        ("<table><tr>".encode("utf-16-le"), "html"),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE HTML><html>", "html"),
        (b"<root><a/></root>", "text"),
        (b"MZ123,456\n", "text"),
        (b"", "text"),
        (b"order_sn\0\0\0,mall_id\n", "text"),
    ],
)  # fmt: skip
def test_the_first_bytes_decide(head: bytes, kind: str) -> None:
    """Text in UTF-16 is no binary file, and a name that begins with MZ no program."""
    assert kind == sniff(head)

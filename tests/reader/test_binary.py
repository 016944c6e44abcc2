"""Workbooks of the binary kinds: cells by calamine, and what their records add."""

import io
import random
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
import xlwt

from batchsync.errors import ReadError
from batchsync.reader.open import open_source
from batchsync.reader.source import (
    AMOUNT,
    BOOLEAN,
    DATE,
    EMPTY,
    ERROR,
    LOSSY,
    NUMBER,
    TEXT,
    Line,
    ReadOptions,
)
from batchsync.reader.xls import is_encrypted, workbook_stream
from batchsync.reader.xlsb import records
from tests.reader import workbooks

ID = "261122-123456789012345"


def lines(path: Path) -> list[Line]:
    return list(next(open_source(path, ReadOptions()).sheets()).lines())


def cells(path: Path) -> list[tuple[int, list[str], list[int]]]:
    return [(line.number, list(line.cells), list(line.kinds)) for line in lines(path)]


# --- .xls ---------------------------------------------------------------------------------------------------


def xls(
    path: Path, values: list[object], formats: dict[int, str] | None = None, hidden: int | None = None
) -> Path:
    """A workbook with one column."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row, value in enumerate(values):
        code = (formats or {}).get(row)
        style = xlwt.easyxf(num_format_str=code) if code else xlwt.easyxf()
        if isinstance(value, bytes):
            sheet.row(row).set_cell_error(0, value[0])
        else:
            sheet.write(row, 0, value, style)
    if hidden is not None:
        sheet.row(hidden).hidden = True
    book.save(str(path))
    return path


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (ID, None, (ID, TEXT)),
        (780000001, None, ("780000001", NUMBER)),
        (123456789012345, None, ("123456789012345", NUMBER)),
        (5127395078262028714, None, ("5127395078262028288", LOSSY)),
        (42, "0000000", ("0000042", NUMBER)),
        (42, '"SN"000', ("SN042", NUMBER)),
        (1, "0%", ("1", AMOUNT)),
        (126446, '"¥"#,##0', ("126446", AMOUNT)),
        (46320, "yyyy-mm-dd", ("2026-10-25", DATE)),
        (True, None, ("TRUE", BOOLEAN)),
        (b"\x2a", None, ("#N/A", ERROR)),
        (b"\x17", None, ("#REF!", ERROR)),
    ],
)
@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.xlsx"])
def test_the_cells_of_an_xls(
    tmp_path: Path, value: object, code: str | None, expected: tuple[str, int], name: str
) -> None:
    """Whatever its name; .et is WPS' own."""
    path = xls(tmp_path / name, ["订单号", value], {1: code} if code else None)
    assert (2, [expected[0]], [expected[1]]) == cells(path)[1]


def test_numbers_side_by_side_keep_their_formats(tmp_path: Path) -> None:
    """Excel packs them into one record."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, code in enumerate(("0000", "General", '"A"0')):
        sheet.row(0).write(column, column + 1, xlwt.easyxf(num_format_str=code))
    book.save(str(tmp_path / "a.xls"))
    assert [(1, ["0001", "2", "A3"], [NUMBER] * 3)] == cells(tmp_path / "a.xls")


def test_an_xls_keeps_the_places_of_its_cells(tmp_path: Path) -> None:
    """Where the first rows and columns are empty, calamine counts rows from the top and columns from the first."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(3, 2, ID)
    sheet.write(5, 3, 42, xlwt.easyxf(num_format_str="000"))
    book.save(str(tmp_path / "a.xls"))
    assert [(4, ["", "", ID, ""]), (6, ["", "", "", "042"])] == [
        (n, row) for n, row, _ in cells(tmp_path / "a.xls")
    ]


def test_hidden_rows_of_an_xls(tmp_path: Path) -> None:
    """A filter's rows are marked as in an .xlsx."""
    path = xls(tmp_path / "a.xls", ["a", "b", "c"], hidden=1)
    assert [False, True, False] == [line.hidden for line in lines(path)]


def test_a_row_of_nothing_but_an_error_is_not_lost(tmp_path: Path) -> None:
    """calamine shows it as empty; a lost look-up is an invalid row."""
    path = xls(tmp_path / "a.xls", ["a", b"\x2a", b"\x07"])
    assert [(1, ["a"], [TEXT]), (2, ["#N/A"], [ERROR]), (3, ["#DIV/0!"], [ERROR])] == cells(path)


@pytest.mark.parametrize("cut", [100, 600, 3_000])
def test_an_xls_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    """One sentence, whoever notices."""
    path = xls(tmp_path / "a.xls", list(range(3_000)))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ReadError):
        lines(path)


@pytest.mark.parametrize(
    "key", [b"\x00\x00\x12\x34\x56\x78", b"\x01\x00\x01\x00" + bytes(48), b"\x01\x00\x02\x00" + bytes(50)]
)
def test_an_encrypted_xls_needs_a_password(tmp_path: Path, key: bytes) -> None:
    """XOR, RC4 or CryptoAPI: there is a record of it, and the default password doesn't fit."""
    path = xls(tmp_path / "a.xls", [ID] * 50)
    data = path.read_bytes()
    start = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    lock = struct.pack("<HH", 0x2F, len(key)) + key
    path.write_bytes(data[:start] + lock + data[start + len(lock) :])
    assert is_encrypted(workbook_stream(path))
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert "PASSWORD" == caught.value.reason


# --- .xlsb --------------------------------------------------------------------------------------------------


def test_the_cells_of_an_xlsb(tmp_path: Path) -> None:
    """Texts, numbers with their formats, errors, and hidden rows."""
    rows = (
        workbooks.row_head(0)
        + workbooks.text_cell(0, "订单号")
        + workbooks.row_head(1, hidden=True)
        + workbooks.number_cell(0, 42.0, 1)
        + workbooks.number_cell(1, 1.0, 2)
        + workbooks.row_head(2)
        + workbooks.error_cell(0, 0x2A)
        + workbooks.number_cell(1, 126446123456789.0)
    )
    path = workbooks.xlsb(tmp_path / "a.xls", rows, formats=["0000000", "0%"])
    assert [
        (1, ["订单号", ""], [TEXT, EMPTY]),
        (2, ["0000042", "1"], [NUMBER, AMOUNT]),
        (3, ["#N/A", "126446123456789"], [ERROR, NUMBER]),
    ] == cells(path)
    assert [False, True, False] == [line.hidden for line in lines(path)]


def test_merged_cells_of_an_xlsb_are_filled(tmp_path: Path) -> None:
    """They are in records that calamine skips."""
    rows = b"".join(
        workbooks.row_head(row)
        + (workbooks.text_cell(0, ID) if row == 0 else b"")
        + workbooks.number_cell(1, row)
        for row in range(3)
    )
    path = workbooks.xlsb(tmp_path / "a.xlsb", rows, merges=[(0, 1, 0, 0)])
    assert [[ID, "0"], [ID, "1"], ["", "2"]] == [line.cells for line in lines(path)]


def test_a_cell_in_the_last_corner_of_an_xlsb_costs_nothing(tmp_path: Path) -> None:
    """Rows and columns are moved together for calamine, and are in their places afterwards."""
    rows = (
        workbooks.row_head(0)
        + workbooks.text_cell(0, "订单号")
        + workbooks.row_head(1)
        + workbooks.text_cell(0, ID)
        + workbooks.number_cell(5, 42.0, 1)
        + workbooks.row_head(1_048_575)
        + workbooks.error_cell(2, 0x2A)
        + workbooks.text_cell(16_383, "z" * 300)
    )
    found = lines(workbooks.xlsb(tmp_path / "a.xlsb", rows, formats=["0000000"]))
    assert [(1, {0: "订单号"}), (2, {0: ID, 5: "0000042"}), (1_048_576, {2: "#N/A", 16_383: "z" * 300})] == [
        (line.number, {column: cell for column, cell in enumerate(line.cells) if cell}) for line in found
    ]


@pytest.mark.parametrize("data", [b"\x80", b"\xff\xff\xff\xff\xff\xff", b"\x05", b"\x05\x10abc"])
def test_records_cut_short_end(data: bytes) -> None:
    """Nothing is raised, and nothing is read twice."""
    assert 1 >= len(list(records(data)))


# --- Locked and read-only-recommended workbooks -------------------------------------------------------------


def locked(path: Path, password: str) -> Path:
    """An .xlsx under a password, as Excel locks it; below 4 KB the library writes it wrongly."""
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = workbooks.xlsx(
        path.with_suffix(".plain"), f'<row r="1"><c r="A1" t="inlineStr"><is><t>{ID}</t></is></c></row>'
    )
    with zipfile.ZipFile(plain, "a") as parts:
        parts.writestr("docProps/thumbnail.jpeg", random.Random(1).randbytes(8_000))
    out = io.BytesIO()
    with plain.open("rb") as stream:
        OOXMLFile(stream).encrypt(password, out)
    path.write_bytes(out.getvalue())
    return path


def test_an_encrypted_workbook_needs_a_password(tmp_path: Path) -> None:
    """Not "damaged"."""
    with pytest.raises(ReadError) as caught:
        lines(locked(tmp_path / "a.xlsx", "secret"))
    assert "PASSWORD" == caught.value.reason


def test_a_workbook_with_the_default_password_opens(tmp_path: Path) -> None:
    """Excel locks read-only-recommended ones with a password that everyone knows."""
    assert [[ID]] == [line.cells for line in lines(locked(tmp_path / "a.xlsx", "VelvetSweatshop"))]


# --- .ods, by an office that really writes it ---------------------------------------------------------------


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_what_libreoffice_makes_of_it(tmp_path: Path) -> None:
    """The same cells from .ods and .xls as from the .xlsx they were made of."""
    rows = (
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>{ID}</t></is></c><c r="B1" s="1"><v>42</v></c></row>'
        '<row r="2"><c r="A2" s="2"><v>46320</v></c><c r="B2"><v>780000001</v></c></row>'
    )
    source = workbooks.xlsx(tmp_path / "a.xlsx", rows, formats=["0000000", "14"])
    made = {}
    for kind in ("ods", "xls"):
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{tmp_path}/office",
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                tmp_path / kind,
                source,
            ],
            check=True,
            capture_output=True,
            timeout=100,
        )
        made[kind] = cells(tmp_path / kind / f"a.{kind}")
    expected = [(1, [ID, "0000042"], [TEXT, NUMBER]), (2, ["2026-10-25", "780000001"], [DATE, NUMBER])]
    assert {"ods": expected, "xls": expected} == made


# --- What fuzzing found -------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoilt", ["an error code that nobody knows", "a sheet that is related to nothing"])
def test_a_library_that_panics_is_one_plain_sentence(tmp_path: Path, spoilt: str) -> None:
    """calamine raises, or panics with what is no Exception: the reason names no Python class."""
    code = 0x16 if spoilt.startswith("an error") else 0x2A
    path = workbooks.xlsb(tmp_path / "a.xlsb", workbooks.row_head(0) + workbooks.error_cell(0, code))
    if code == 0x2A:
        with zipfile.ZipFile(path) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        parts["xl/_rels/workbook.bin.rels"] = parts["xl/_rels/workbook.bin.rels"].replace(b"rId1", b"rId9")
        workbooks.zipped(path, parts)
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert ("DAMAGED", "reader") == (caught.value.reason, caught.value.facts["why"])


def test_a_cell_in_the_last_corner_of_an_xls_costs_nothing(tmp_path: Path) -> None:
    """Rows are moved together for calamine, and have their own line numbers, formats and merges afterwards."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for line, cells in enumerate([("订单号", "商家id"), (ID, 42), (ID, 43)]):
        for column, value in enumerate(cells):
            sheet.write(line, column, value, xlwt.easyxf(num_format_str="0000000"))
    sheet.write_merge(40_000, 40_002, 0, 0, "x")
    sheet.write(40_001, 1, "y")
    sheet.write(65_535, 255, "z")
    book.save(str(tmp_path / "a.xls"))
    found = {line.number: [cell for cell in line.cells if cell] for line in lines(tmp_path / "a.xls")}
    assert found == {
        1: ["订单号", "商家id"],
        2: [ID, "0000042"],
        3: [ID, "0000043"],
        40_001: ["x"],
        40_002: ["x", "y"],
        65_536: ["z"],
    }

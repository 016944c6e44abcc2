"""Web tables, XML spreadsheets and zips of CSVs that come under a spreadsheet's name."""

import base64
import quopri
import re
import struct
import zipfile
from pathlib import Path

import pytest

from batchsync.errors import ReadError
from batchsync.reader.open import open_source, sniff
from batchsync.reader.source import ERROR, NO_VALUE, NUMBER, TEXT, UNDECODABLE, Line, ReadOptions, Sheet
from batchsync.reader.zip_archive import MOST_BYTES
from tests.reader.read_result import message_of

ID = "261122-123456789012345"


def put(folder: Path, data: bytes, name: str = "orders.xls") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def html(folder: Path, body: str, codec: str = "utf-8") -> list[Sheet]:
    return list(
        open_source(put(folder, f"<html><body>{body}</body></html>".encode(codec)), ReadOptions()).sheets()
    )


def cells(sheet: Sheet) -> list[list[str]]:
    return [line.cells for line in sheet.lines()]


# --- Web tables


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "utf-8-sig", "utf-16"])
def test_a_web_table_in_any_encoding(tmp_path: Path, codec: str) -> None:
    """The bytes decide, not the meta tag."""
    body = f"<meta charset=gb2312><table><tr><th>订单号</th></tr><tr><td>{ID}</td></tr></table>"
    assert [["订单号"], [ID]] == cells(html(tmp_path, body, codec)[0])


def test_spans_are_honoured(tmp_path: Path) -> None:
    """A cell over two rows is repeated, over two columns it is in the first."""
    body = "<table><tr><td colspan=2>t<td>x</tr><tr><td rowspan=2>1<td>a<td>b</tr><tr><td>c<td>d</tr><tr><td>2</table>"
    assert [["t", "", "x"], ["1", "a", "b"], ["1", "c", "d"], ["2"]] == cells(html(tmp_path, body)[0])


def test_text_is_collapsed_as_in_a_browser(tmp_path: Path) -> None:
    """Entities, line breaks and white space; script and style are no text."""
    body = "<table><tr><td> a\n  b<br/>c &amp;&nbsp;<script>x</script><style>y</style></td></tr></table>"
    assert [["a b\nc &\xa0"]] == cells(html(tmp_path, body)[0])


def test_excels_own_number_attribute_keeps_digits(tmp_path: Path) -> None:
    """The cell shows 1.2E+17, the attribute has the number."""
    sheet = html(tmp_path, '<table><tr><td x:num="126446123456789188">1.2E+17</td></tr></table>')[0]
    assert [Line(1, ["126446123456789188"], [NUMBER])] == list(sheet.lines())


def test_hidden_rows_of_a_web_table(tmp_path: Path) -> None:
    """As Excel writes a filter."""
    sheet = html(tmp_path, "<table><tr><td>a<tr style='height:1pt; display:none'><td>b</table>")[0]
    assert [False, True] == [line.hidden for line in sheet.lines()]


def test_each_table_is_a_sheet(tmp_path: Path) -> None:
    """Also one within another; lines count on, so that no two have one number."""
    body = "<table><tr><td>a<table><tr><td>in</td></tr></table></td></tr></table><table><tr><td>b</td></tr></table>"
    sheets = html(tmp_path, body)
    numbers = [line.number for sheet in sheets for line in sheet.lines()]
    assert ([[["a"]], [["in"]], [["b"]]], 3) == ([cells(sheet) for sheet in sheets], len(set(numbers)))


@pytest.mark.parametrize("span", ["999999999999", "-1", "x", "0", "70000", ""])
def test_absurd_spans_are_bounded(tmp_path: Path, span: str) -> None:
    """A hostile number costs no memory."""
    sheet = html(tmp_path, f"<table><tr><td rowspan='{span}' colspan='{span}'>a<tr><td>b</table>")[0]
    assert max(len(line.cells) for line in sheet.lines()) <= 16_384


def test_a_stray_byte_in_a_web_table(tmp_path: Path) -> None:
    """Its cell is marked."""
    data = "<table><tr><td>订单号</td></tr><tr><td>12".encode() + b"\xff" + b"3</td></tr></table>"
    lines = list(next(open_source(put(tmp_path, data), ReadOptions()).sheets()).lines())
    assert (["12\\xff3"], [UNDECODABLE]) == (lines[1].cells, lines[1].kinds)


def test_a_broken_declaration_is_skipped(tmp_path: Path) -> None:
    """The standard parser raises AssertionError over it."""
    assert [["a"]] == cells(html(tmp_path, "<![CDAT[x]]><table><tr><td>a</table>")[0])


@pytest.mark.parametrize(
    "head", ["MIME-Version: 1.0", "From: <Saved by Excel>\r\nSubject: x\r\n y\r\nMIME-Version: 1.0"]
)
@pytest.mark.parametrize("way", ["quoted-printable", "base64"])
def test_a_web_page_saved_in_one_file(tmp_path: Path, head: str, way: str) -> None:
    """Excel and ERPs save such pages as .xls."""
    page = f"<table><tr><td>订单号</td></tr><tr><td>{ID}</td></tr></table>".encode("gbk")
    packed = quopri.encodestring(page) if way == "quoted-printable" else base64.encodebytes(page)
    data = (
        (
            f'{head}\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/css\r\n\r\n'
            f"td {{}}\r\n--b\r\nContent-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: {way}\r\n\r\n"
        ).encode()
        + packed
        + b"\r\n--b--\r\n"
    )
    path = put(tmp_path, data)
    assert "mhtml" == sniff(data)
    assert [["订单号"], [ID]] == cells(next(open_source(path, ReadOptions()).sheets()))


@pytest.mark.parametrize("body", ["<p>请登录</p>", "<table></table>", "<table><tr><td></td></tr></table>"])
def test_a_page_without_a_table_is_refused(tmp_path: Path, body: str) -> None:
    """A login page saved as orders.xls is the usual case."""
    with pytest.raises(ReadError) as caught:
        html(tmp_path, body)
    assert re.search("without a table", message_of(caught.value))


# --- XML spreadsheets

HEAD = (
    '<?xml version="1.0" encoding="{declared}"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><Styles><Style ss:ID="z"><NumberFormat ss:Format="0000000"/>'
    "</Style></Styles>"
)


def xml(folder: Path, rows: str, codec: str = "utf-8", after: str = "") -> list[Sheet]:
    text = f'{HEAD.format(declared=codec)}<Worksheet ss:Name="订单"><Table>{rows}</Table>{after}</Worksheet></Workbook>'
    return list(open_source(put(folder, text.encode(codec)), ReadOptions()).sheets())


@pytest.mark.parametrize("codec", ["utf-8", "gb2312", "utf-16"])
def test_an_xml_spreadsheet_in_any_encoding(tmp_path: Path, codec: str) -> None:
    """Also in encodings that expat itself doesn't know."""
    sheet = xml(tmp_path, '<Row><Cell><Data ss:Type="String">订单号</Data></Cell></Row>', codec)[0]
    assert ("订单", [["订单号"]]) == (sheet.name, cells(sheet))


def test_places_and_merges_of_an_xml_spreadsheet(tmp_path: Path) -> None:
    """Rows and cells have an index; what is merged down is repeated, also over a gap."""
    rows = (
        '<Row ss:Index="3"><Cell ss:Index="2" ss:MergeDown="2"><Data ss:Type="String">a</Data></Cell>'
        '<Cell ss:MergeAcross="1"><Data ss:Type="String">b</Data></Cell><Cell><Data ss:Type="String">c</Data></Cell></Row>'
        '<Row ss:Hidden="1"><Cell><Data ss:Type="String">d</Data></Cell></Row><Row ss:Index="6"><Cell/></Row>'
        '<Row ss:Index="5"/>'
    )
    assert [
        (3, ["", "a", "b", "", "c"], False),
        (4, ["d", "a"], True),
    ] == [(line.number, line.cells, line.hidden) for line in xml(tmp_path, rows)[0].lines()]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<Cell><Data ss:Type="Number">5127395078262028714</Data></Cell>', ("5127395078262028714", NUMBER)),
        ('<Cell><Data ss:Type="Number">10160070484512.0</Data></Cell>', ("10160070484512", NUMBER)),
        ('<Cell ss:StyleID="z"><Data ss:Type="Number">123</Data></Cell>', ("0000123", NUMBER)),
        ('<Cell><Data ss:Type="Number">1.2E+17</Data></Cell>', ("1.2E+17", NUMBER)),
        ('<Cell><Data ss:Type="Error">#N/A</Data></Cell>', ("#N/A", ERROR)),
        ('<Cell ss:Formula="=A1"/>', ("", NO_VALUE)),
        (
            '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>1</B>2</ss:Data></Cell>',
            ("12", TEXT),
        ),
        (
            '<Cell><Data ss:Type="String">1</Data><Comment><ss:Data>note</ss:Data></Comment></Cell>',
            ("1", TEXT),
        ),
    ],
)
def test_the_kinds_of_an_xml_spreadsheet(tmp_path: Path, cell: str, expected: tuple[str, int]) -> None:
    """Exact digits, leading zeros by number format, errors, lost formulas, rich text, comments apart."""
    line = next(iter(xml(tmp_path, f"<Row>{cell}</Row>")[0].lines()))
    assert expected == (line.cells[0], line.kinds[0])


@pytest.mark.parametrize("before", [0, 65_100, 65_200, 65_300])
def test_a_character_that_xml_forbids_costs_its_cell_only(tmp_path: Path, before: int) -> None:
    """Excel writes `&#1;`, which no XML parser takes; wherever the reader's blocks end."""
    rows = f"<!--{'x' * before}-->" + "".join(
        f'<Row><Cell><Data ss:Type="String">{cell}</Data></Cell></Row>' for cell in ["&#1;&#x1F;", ID] * 9
    )
    assert [["\ufffd\ufffd"], [ID]] * 9 == cells(xml(tmp_path, rows)[0])


def test_a_hidden_sheet_of_an_xml_spreadsheet(tmp_path: Path) -> None:
    """It is marked as hidden."""
    after = '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>'
    assert [False] == [sheet.visible for sheet in xml(tmp_path, "<Row/>", after=after)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><W xmlns="%s">&b;</W>', "entities"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><W xmlns="%s"/>', "entities"),
        (b'<?xml version="1.0"?><Workbook xmlns="%s"><Worksheet>', "its XML is broken"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="%s">a & b</Workbook>', "its XML is broken"),
    ],
)
def test_a_hostile_or_broken_xml_spreadsheet(tmp_path: Path, data: bytes, message: str) -> None:
    """One sentence each."""
    with pytest.raises(ReadError) as caught:
        open_source(put(tmp_path, data % b"urn:schemas-microsoft-com:office:spreadsheet"), ReadOptions())
    assert re.search(message, message_of(caught.value))


# --- Zips


def zipped(folder: Path, members: dict[str, bytes], codec: str = "utf-8") -> Path:
    """Write a zip whose member names are in an encoding, without the flag for UTF-8, as Chinese Windows does."""
    path = folder / "orders.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (name, data) in enumerate(members.items()):
            archive.writestr(chr(97 + place) * len(name.encode(codec)), data)
    raw = path.read_bytes()
    for place, name in enumerate(members):
        raw = raw.replace(chr(97 + place).encode() * len(name.encode(codec)), name.encode(codec))
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_a_zip_of_csvs(tmp_path: Path, codec: str) -> None:
    """Each member is a sheet of its own, in the zip's order, by its name in GBK or UTF-8."""
    members = {
        "一月订单.csv": f"订单号\n{ID}\n".encode("gbk"),
        "二月/更多订单.csv": f"订单号\n{ID}\n".encode(),
        "说明.pdf": b"%PDF",
    }
    sheets = list(open_source(zipped(tmp_path, members, codec), ReadOptions()).sheets())
    assert [("一月订单.csv", 0, ID), ("二月/更多订单.csv", 1, ID)] == [
        (sheet.name, sheet.index, cells(sheet)[1][0]) for sheet in sheets
    ]


def test_a_zip_without_tables_is_refused_with_its_names(tmp_path: Path) -> None:
    """And what to do."""
    with pytest.raises(ReadError) as caught:
        open_source(zipped(tmp_path, {"图片.png": b"\x89PNG"}, "gbk"), ReadOptions())
    assert re.search(r"only: 图片\.png", message_of(caught.value))


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    """Not a byte of it is unpacked."""
    path = zipped(tmp_path, {"orders-of-a-day.csv": b"x" * 1_000})
    raw = path.read_bytes()
    entry = raw.index(b"PK\x01\x02") + 24
    path.write_bytes(raw[:entry] + struct.pack("<I", MOST_BYTES + (1 << 20)) + raw[entry + 4 :])
    with pytest.raises(ReadError) as caught:
        open_source(path, ReadOptions())
    assert re.search("unpacks to 1025 MB", message_of(caught.value))


def test_an_encrypted_zip_needs_a_password(tmp_path: Path) -> None:
    """The word that helps."""
    path = zipped(tmp_path, {"orders-of-a-day.csv": b"x"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(ReadError) as caught:
        open_source(path, ReadOptions())
    assert re.search("password", message_of(caught.value))


def test_a_compression_that_may_ask_for_gigabytes_is_refused(tmp_path: Path) -> None:
    """LZMA's dictionary size stands in the file."""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("orders.csv", "x")
    with pytest.raises(ReadError) as caught:
        open_source(path, ReadOptions())
    assert re.search("unusual compression", message_of(caught.value))


def test_a_member_without_a_name_is_passed_over(tmp_path: Path) -> None:
    """zipfile itself stumbles over it."""
    path = zipped(tmp_path, {"orders-of-a-day.csv": b"x"})
    raw = path.read_bytes()
    at = raw.index(b"PK\x01\x02")
    path.write_bytes(raw[: at + 28] + b"\0\0" + raw[at + 30 : at + 46] + raw[at + 46 + 19 :])
    with pytest.raises(ReadError):
        open_source(path, ReadOptions())


@pytest.mark.parametrize("cut", [10, 60, 100])
def test_a_damaged_zip_is_refused(tmp_path: Path, cut: int) -> None:
    """Cut short, or with bytes gone wrong within."""
    path = zipped(tmp_path, {"orders-of-a-day.csv": f"订单号\n{ID}\n".encode() * 50})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ReadError) as caught:
        open_source(path, ReadOptions())
    assert re.search("damaged", message_of(caught.value))


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    """Noticed by its checksum while reading."""
    path = zipped(tmp_path, {"orders-of-a-day.csv": f"订单号\n{ID}\n".encode() * 50})
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(bytes(raw))
    with pytest.raises(ReadError) as caught:
        [list(sheet.lines()) for sheet in open_source(path, ReadOptions()).sheets()]
    assert re.search("damaged", message_of(caught.value))

"""The streaming .xlsx reader: every cell as Excel shows it, digit for digit, whichever of its three ways reads it."""

from dataclasses import fields, replace
from io import BytesIO
from itertools import chain
from pathlib import Path

import pytest

from batchsync.errors import ReadError
from batchsync.model import RowBatch, SheetFound
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import (
    AMOUNT,
    BOOLEAN,
    BROKEN,
    DATE,
    EMPTY,
    ERROR,
    NO_VALUE,
    NUMBER,
    TEXT,
    Line,
    ReadOptions,
)
from batchsync.reader.table.header_row import find_table
from batchsync.reader.xlsx.source import XlsxSheet, open_xlsx
from tests.reader import workbooks

ID = "261122-123456789012345"
STRINGS = (
    "<t>订单号</t>",
    f"<t>{ID}</t>",
    '<r><rPr><b/></rPr><t>2611</t></r><r><t xml:space="preserve">22 </t></r>',
    "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>",
    "<t>a_x000D_b_x005F_x000D_</t>",
    '<t xml:space="preserve"> x </t>',
    "<t/>",
    "<t>1 &amp; 2 &#x4e2d;</t>",
)
FORMATS = (
    "0000000",
    "yyyy-mm-dd",
    "0%",
    "14",
    "[h]:mm",
    "00000-0000",
    '"SN"000',
    "[$¥-804]#,##0.00",
    "@",
    "9",
)
ODD = ("", "<!-- by hand -->")
"""Nothing, or what sends a sheet the slow way."""


def sheets(path: Path) -> list[XlsxSheet]:
    """From memory, since no file is left open then when reading ends in an error."""
    return [sheet for sheet in open_xlsx(BytesIO(path.read_bytes())).sheets() if isinstance(sheet, XlsxSheet)]


def lines(path: Path) -> list[Line]:
    return list(sheets(path)[0].lines())


def grid(path: Path) -> list[tuple[int, list[str]]]:
    return [(line.number, line.cells) for line in lines(path)]


def both_batches(path: Path, *asked: str) -> tuple[RowBatch, RowBatch]:
    """The rows of a sheet's table: the fast way, and from its lines."""
    sheet = sheets(path)[0]
    found = find_table(list(sheet.lines())[:30], ReadOptions(order_columns=asked), "S")
    assert isinstance(found, SheetFound)
    return joined(list(sheet.row_batches(found))), joined(list(row_batches(sheet.lines(), found)))


def joined(batches: list[RowBatch]) -> RowBatch:
    return RowBatch(
        **{
            field.name: list(chain.from_iterable(getattr(batch, field.name) for batch in batches))
            for field in fields(RowBatch)
        }
    )


# --- Cells --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ODD, ids=["usual", "odd"])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="B2" t="s"><v>1</v></c>', (ID, TEXT)),
        ('<c r="B2" t="s"><v>2</v></c>', ("261122 ", TEXT)),
        ('<c r="B2" t="s"><v>3</v></c>', ("東京", TEXT)),
        ('<c r="B2" t="s"><v>4</v></c>', ("a\rb_x000D_", TEXT)),
        ('<c r="B2" t="s"><v>5</v></c>', (" x ", TEXT)),
        ('<c r="B2" t="s"><v>6</v></c>', ("", EMPTY)),
        ('<c r="B2" t="s"><v>7</v></c>', ("1 & 2 中", TEXT)),
        ('<c r="B2" t="s"><v>99</v></c>', ("99", BROKEN)),
        ('<c r="B2" t="s"><v>-1</v></c>', ("-1", BROKEN)),
        (f'<c r="B2" t="inlineStr"><is><t>{ID}</t></is></c>', (ID, TEXT)),
        ('<c r="B2" t="inlineStr"><is><r><t>12</t></r><r><t>3</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>', ("123", TEXT)),
        (f'<c r="B2" t="str"><f>A1</f><v>{ID}</v></c>', (ID, TEXT)),
        ('<c r="B2" t="str"><f t="shared" si="0"/><v>&lt;1&gt;</v></c>', ("<1>", TEXT)),
        ('<c r="B2"><v>5127395078262028714</v></c>', ("5127395078262028714", NUMBER)),
        ('<c r="B2"><v>126446123456789188</v></c>', ("126446123456789188", NUMBER)),
        ('<c r="B2"><v>1.2644612345678919E+17</v></c>', ("1.2644612345678919E+17", NUMBER)),
        ('<c r="B2"><v>10160070484512.0</v></c>', ("10160070484512", NUMBER)),
        ('<c r="B2"><v> 42 </v></c>', ("42", NUMBER)),
        ('<c r="B2"><v>0.5</v></c>', ("0.5", NUMBER)),
        ('<c r="B2" s="1"><v>42</v></c>', ("0000042", NUMBER)),
        ('<c r="B2" s="1"><v>42.0</v></c>', ("0000042", NUMBER)),
        ('<c r="B2" s="2"><v>46320</v></c>', ("2026-10-25", DATE)),
        ('<c r="B2" s="2"><v>46320.5</v></c>', ("2026-10-25 12:00:00", DATE)),
        ('<c r="B2" s="4"><v>46320</v></c>', ("2026-10-25", DATE)),
        ('<c r="B2" s="5"><v>1</v></c>', ("1900-01-01", DATE)),
        ('<c r="B2" s="3"><v>1</v></c>', ("1", AMOUNT)),
        ('<c r="B2" s="10"><v>1</v></c>', ("1", AMOUNT)),
        ('<c r="B2" s="8"><v>126446</v></c>', ("126446", AMOUNT)),
        ('<c r="B2" s="6"><v>123456789</v></c>', ("12345-6789", NUMBER)),
        ('<c r="B2" s="7"><v>7</v></c>', ("SN007", NUMBER)),
        ('<c r="B2" s="9"><v>126446123456789188</v></c>', ("126446123456789188", NUMBER)),
        ('<c r="B2" s="99"><v>7</v></c>', ("7", NUMBER)),
        ('<c r="B2" t="d"><v>2026-11-22</v></c>', ("2026-11-22", DATE)),
        ('<c r="B2" t="b"><v>1</v></c>', ("TRUE", BOOLEAN)),
        ('<c r="B2" t="e"><v>#N/A</v></c>', ("#N/A", ERROR)),
        ('<c r="B2" t="e"><f>VLOOKUP(1,2,3)</f><v>#REF!</v></c>', ("#REF!", ERROR)),
        ('<c r="B2"><f>A1+1</f></c>', ("", NO_VALUE)),
        ('<c r="B2"><f>A1+1</f><v/></c>', ("", NO_VALUE)),
        ('<c r="B2" s="1"/>', ("", EMPTY)),
        ('<c t="s" r="B2" s="0"><v>1</v></c>', (ID, TEXT)),
        ("<c r='B2' t='s'><v>1</v></c>", (ID, TEXT)),
        ('<c r="b2" t="s"><v>1</v></c>', (ID, TEXT)),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_excel_shows_it(
    tmp_path: Path, cell: str, expected: tuple[str, int], odd: str
) -> None:
    """By the expression for usual rows, by expat for odd ones, and by the column reader: the same."""
    rows = (
        f'<row r="1"><c r="B1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="str"><v>x</v></c>{cell}</row>'
    )
    path = workbooks.xlsx(tmp_path / "a.xlsx", odd + rows, strings=STRINGS, formats=FORMATS)
    line = lines(path)[1]
    padded = [*line.cells, ""][1], [*line.kinds, EMPTY][1]
    fast, slow = both_batches(path, "订单号")
    assert (expected, fast) == (padded, slow)
    assert [expected] == list(zip(fast.orders, fast.order_kinds, strict=True))


def test_dates_count_from_1904_where_the_workbook_has_it(tmp_path: Path) -> None:
    """An old Mac's habit: the same number is another day."""
    rows = '<row r="1"><c r="A1" s="1"><v>46320</v></c></row>'
    path = workbooks.xlsx(tmp_path / "a.xlsx", rows, formats=["14"], about='<workbookPr date1904="1"/>')
    assert [["2030-10-26"]] == [line.cells for line in lines(path)]


@pytest.mark.parametrize("raw", ["", "abc", "1e999", "99999999", "-5"])
def test_a_date_beyond_the_calendar_is_left_as_it_is(tmp_path: Path, raw: str) -> None:
    """It stays the number of the file, and no date."""
    rows = f'<row r="1"><c r="A1" s="1"><v>{raw}</v></c><c r="B1"><v>1</v></c></row>'
    line = lines(workbooks.xlsx(tmp_path / "a.xlsx", rows, formats=["14"]))[0]
    assert (raw, NUMBER if raw else EMPTY) == (line.cells[0], line.kinds[0])


# --- Rows and columns ---------------------------------------------------------------------------------------


def number(place: str, value: int) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


@pytest.mark.parametrize("odd", ODD, ids=["usual", "odd"])
def test_rows_keep_the_numbers_that_excel_shows(tmp_path: Path, odd: str) -> None:
    """Gaps are gaps; a row without a number follows the last; one that goes back is counted on."""
    rows = "<row r='3'><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row><row r='9'/><row><c r='C1'><v>4</v></c></row><row r='2'><c><v>5</v></c></row>"
    path = workbooks.xlsx(tmp_path / "a.xlsx", odd + rows)
    assert [(3, ["1", "2"]), (4, ["3"]), (10, ["", "", "4"]), (11, ["5"])] == grid(path)


@pytest.mark.parametrize("odd", ODD, ids=["usual", "odd"])
def test_cells_are_in_their_columns(tmp_path: Path, odd: str) -> None:
    """Out of order, far to the right, beyond AA."""
    rows = f'<row r="1">{number("C1", 3)}{number("A1", 1)}{number("AB1", 28)}</row>'
    assert [(1, ["1", "", "3", *[""] * 24, "28"])] == grid(workbooks.xlsx(tmp_path / "a.xlsx", odd + rows))


@pytest.mark.parametrize("odd", ODD, ids=["usual", "odd"])
@pytest.mark.parametrize("hidden", ["hidden='1'", 'hidden="true"', 'ht="0" hidden="1" customHeight="1"'])
def test_hidden_rows_are_marked(tmp_path: Path, hidden: str, odd: str) -> None:
    """A filter's rows, and zero-height ones with the attribute; `hidden="0"` is none."""
    rows = f'<row r="1">{number("A1", 1)}</row><row r="2" {hidden}>{number("A2", 2)}</row><row r="3" hidden="0">{number("A3", 3)}</row>'
    assert [False, True, False] == [
        line.hidden for line in lines(workbooks.xlsx(tmp_path / "a.xlsx", odd + rows))
    ]


@pytest.mark.parametrize("dimension", ["A1", "A1:A1", "A1:XFD1048576", "nonsense"])
def test_a_wrong_dimension_loses_nothing(tmp_path: Path, dimension: str) -> None:
    """WPS and shop exports write one that covers too little; it isn't believed."""
    rows = "".join(f'<row r="{n}">{number(f"A{n}", n)}{number(f"C{n}", n)}</row>' for n in range(1, 6))
    path = workbooks.xlsx(tmp_path / "a.xlsx", rows, head=f'<dimension ref="{dimension}"/>')
    assert [(n, [str(n), "", str(n)]) for n in range(1, 6)] == grid(path)


def test_prefixed_tags_are_read(tmp_path: Path) -> None:
    """`<x:row>` gave no row at all to an expression; expat takes over."""
    part = f'<x:worksheet xmlns:x="{workbooks.MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    strings = f'<x:sst xmlns:x="{workbooks.MAIN}"><x:si><x:t>a</x:t></x:si><x:si><x:r><x:t>b</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:si></x:sst>'
    parts = workbooks.workbook_parts({"S": part}) | {"xl/sharedStrings.xml": strings}
    assert [(1, ["b"])] == grid(workbooks.zipped(tmp_path / "a.xlsx", parts))


def test_strict_office_xml_is_read(tmp_path: Path) -> None:
    """Other namespaces, the same table; openpyxl shows no sheet."""
    parts = workbooks.workbook_parts(
        {"S": workbooks.worksheet(f'<row r="1">{number("A1", 1)}</row>', namespace=workbooks.STRICT)}
    )
    strict = {
        name: part.replace(workbooks.RELS, workbooks.STRICT_RELS).replace(workbooks.MAIN, workbooks.STRICT)
        for name, part in parts.items()
    }
    assert [(1, ["1"])] == grid(workbooks.zipped(tmp_path / "a.xlsx", strict))


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_a_sheet_in_another_encoding(tmp_path: Path, codec: str) -> None:
    """By its XML declaration or BOM."""
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>caf\xe9</t></is></c></row>'
    part = workbooks.worksheet(rows).replace("UTF-8", "utf-8" if codec == "utf-8-sig" else codec)
    parts: dict[str, str | bytes] = {
        **workbooks.workbook_parts({"S": ""}),
        "xl/worksheets/sheet1.xml": part.encode(codec),
    }
    assert [(1, ["caf\xe9"])] == grid(workbooks.zipped(tmp_path / "a.xlsx", parts))


def test_cells_merged_downward_are_filled(tmp_path: Path) -> None:
    """The order's cell over its lines; a cell merged to the right holds its first."""
    rows = f'<row r="1">{number("A1", 1)}{number("B1", 2)}</row><row r="2"><c r="A2"/>{number("B2", 3)}</row><row r="3">{number("B3", 4)}</row><row r="4">{number("B4", 5)}</row>'
    tail = '<mergeCells count="2"><mergeCell ref="A1:A3"/><mergeCell ref="B4:C4"/></mergeCells>'
    path = workbooks.xlsx(tmp_path / "a.xlsx", rows, tail=tail)
    assert [["1", "2"], ["1", "3"], ["1", "4"], ["", "5"]] == [line.cells for line in lines(path)]


def test_hidden_sheets_are_marked(tmp_path: Path) -> None:
    """Hidden and very hidden, charts left out."""
    one = workbooks.worksheet(f'<row r="1">{number("A1", 1)}</row>')
    parts = workbooks.workbook_parts(
        {"a": one, "b": one, "c": one}, states={"b": "hidden", "c": "veryHidden"}
    )
    found = sheets(workbooks.zipped(tmp_path / "a.xlsx", parts))
    assert [("a", True), ("b", False), ("c", False)] == [(sheet.name, sheet.visible) for sheet in found]


def test_parts_are_found_as_excel_finds_them(tmp_path: Path) -> None:
    """Backslashes, a leading slash, another case: some writers do that."""
    parts = workbooks.workbook_parts({"S": workbooks.worksheet(f'<row r="1">{number("A1", 7)}</row>')})
    moved = {name.replace("/", "\\").replace("sheet1", "Sheet1"): part for name, part in parts.items()}
    moved["xl\\_rels\\workbook.xml.rels"] = moved["xl\\_rels\\workbook.xml.rels"].replace(
        "worksheets/", "/xl/worksheets/"
    )
    assert [(1, ["7"])] == grid(workbooks.zipped(tmp_path / "a.xlsx", moved))


# --- Many rows ----------------------------------------------------------------------------------------------

MANY = 9_000


def orders(count: int, spoil: dict[int, str]) -> str:
    """Rows of text orders and numeric merchants; some lines are replaced."""
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>订单号</t></is></c><c r="B1" t="inlineStr"><is><t>商家id</t></is></c></row>'
    return head + "".join(
        spoil.get(n)
        or f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>261122-{n:015d}</t></is></c><c r="B{n}"><v>780000001</v></c></row>'
        for n in range(2, count + 2)
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        f'<row r="5000"><c r="B5000"><v>1</v></c><c r="A5000" t="inlineStr"><is><t>{ID}</t></is></c></row>',
        f'<row r="5000" hidden="1"><c r="A5000" t="inlineStr"><is><t>{ID}</t></is></c><c r="B5000"><v>1</v></c></row>',
        f"<row r='5000'><c r='A5000' t='inlineStr'><is><t>{ID}</t></is></c><c r='B5000'><v>1</v></c></row>",
        f"<row><c t='inlineStr'><is><t>{ID}</t></is></c><c><v>1</v></c></row>",
        f'<row r="5000"><c r="A5000" t="inlineStr"><is><r><t>{ID}</t></r></is></c><c r="B5000"><v>1</v></c></row>',
        f'<row r="5000"><c r="A5000" t="inlineStr"><is><t>{ID}</t></is></c><!-- x --><c r="B5000"><v>1</v></c></row>',
        f'<x:row xmlns:x="{workbooks.MAIN}" r="5000"><x:c r="A5000" t="inlineStr"><x:is><x:t>{ID}</x:t></x:is></x:c><x:c r="B5000"><x:v>1</x:v></x:c></x:row>',
        '<row r="5000"><c r="A5000" t="inlineStr"><is><t>合计</t></is></c><c r="B5000"><v>1</v></c></row>',
        '<row r="5000"/>',
        '<row r="5000"><c r="A5000" t="e"><v>#N/A</v></c><c r="B5000" t="e"><v>#N/A</v></c></row>',
        '<row r="5000"><c r="A5000"><f>X1</f></c><c r="B5000"><v>1</v></c></row>',
    ],
    ids=[
        "turned round",
        "hidden",
        "quotes",
        "no references",
        "rich",
        "comment",
        "prefix",
        "total",
        "empty",
        "error",
        "no value",
    ],
)
def test_one_odd_row_among_many_changes_no_other(tmp_path: Path, spoilt: str) -> None:
    """The fast way and the slow way agree on all of 9,000 rows, and only the odd one is another."""
    fast, slow = both_batches(workbooks.xlsx(tmp_path / "a.xlsx", orders(MANY, {5000: spoilt})))
    plain = [f"261122-{n:015d}" for n in range(2, MANY + 2) if n != 5000]
    assert replace(fast, hidden=[]) == replace(slow, hidden=[])
    assert (sum(fast.hidden), plain) == (
        sum(slow.hidden),
        [order for order, line in zip(fast.orders, fast.lines, strict=True) if line != 5000],
    )


def test_wide_rows_lose_no_wanted_cell(tmp_path: Path) -> None:
    """Columns between and behind the wanted ones, formulas, empty cells and notes in them."""
    between = '<c r="{0}{1}" s="1"/><c r="{2}{1}" t="str"><f>A1&amp;"x"</f><v>y</v></c>'
    rows = (
        '<row r="1"><c r="C1" t="inlineStr"><is><t>店铺id</t></is></c><c r="F1" t="inlineStr"><is><t>order_sn</t></is></c></row>'
        + "".join(
            f'<row r="{n}" spans="1:9">{between.format("A", n, "B")}<c r="C{n}"><v>{n}</v></c>{between.format("D", n, "E")}'
            f'<c r="F{n}" t="inlineStr"><is><t>261122-{n:015d}</t></is></c>{between.format("G", n, "H")}</row>'
            for n in range(2, 3_000)
        )
    )
    fast, slow = both_batches(workbooks.xlsx(tmp_path / "a.xlsx", rows))
    assert (slow, [str(n) for n in range(2, 3_000)]) == (fast, fast.owners)


# --- Damage -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ('<row r="1048577"><c r="A1"><v>1</v></c></row>', "deep"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "wide"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1', "rows"),
    ],
)
def test_a_sheet_beyond_excels_limits_is_refused(tmp_path: Path, rows: str, why: str) -> None:
    """With the reason."""
    with pytest.raises(ReadError) as caught:
        lines(workbooks.xlsx(tmp_path / "a.xlsx", rows))
    assert ("DAMAGED", why) == (caught.value.reason, caught.value.facts["why"])


def test_a_sheet_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a table is not read as a whole one."""
    part = workbooks.worksheet(f'<row r="1">{number("A1", 1)}</row>').partition("</sheetData>")[0]
    path = workbooks.zipped(tmp_path / "a.xlsx", workbooks.workbook_parts({"S": part}))
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert ("DAMAGED", "xml") == (caught.value.reason, caught.value.facts["why"])


def test_missing_shared_strings_are_an_error(tmp_path: Path) -> None:
    """Cells that point into shared strings that aren't there."""
    path = workbooks.xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert "strings" == caught.value.facts["why"]


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"]
)
def test_entities_are_refused(tmp_path: Path, part: str) -> None:
    """A billion laughs, in whichever part."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    parts = workbooks.workbook_parts(
        {"S": workbooks.worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')}, strings=["<t>x</t>"]
    )
    start, end, rest = parts[part].rpartition("?>\n")
    parts[part] = start + end + bomb + rest
    with pytest.raises(ReadError) as caught:
        lines(workbooks.zipped(tmp_path / "a.xlsx", parts))
    assert ("HOSTILE", "entities") == (caught.value.reason, caught.value.facts["why"])

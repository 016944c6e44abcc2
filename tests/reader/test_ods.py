"""OpenDocument spreadsheets: what a cell shows, in its place."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchsync.errors import ReadError
from batchsync.model import RowBatch
from batchsync.reader import ods as ods_reader
from batchsync.reader.open import open_source
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import (
    AMOUNT,
    BOOLEAN,
    DATE,
    EMPTY,
    ERROR,
    LOSSY,
    NO_VALUE,
    NUMBER,
    TEXT,
    Line,
    ReadOptions,
)
from batchsync.reader.table.header_row import find_table

ID = "261122-123456789012345"
HEAD = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x" '
    'xmlns:style="urn:s" xmlns:calcext="urn:c" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
    '<office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties '
    'table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>'
)


def content(*tables: str) -> str:
    whole = "".join(
        table if table.startswith("<table:table ") else f'<table:table table:name="S">{table}</table:table>'
        for table in tables
    )
    return f"{HEAD}{whole}</office:spreadsheet></office:body></office:document-content>"


def ods(path: Path, *tables: str, manifest: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", manifest or "<m/>")
        file.writestr("content.xml", content(*tables))
    return path


def row(*cells: str, about: str = "") -> str:
    return f"<table:table-row {about}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", about: str = "") -> str:
    inside = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {about}>{inside}</table:table-cell>"


def lines(path: Path) -> list[Line]:
    return list(next(open_source(path, ReadOptions()).sheets()).lines())


def typed(kind: str, value: str = "", attribute: str = "value") -> str:
    return f'office:value-type="{kind}"' + (f' office:{attribute}="{value}"' if value else "")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (cell(ID, typed("string")), (ID, TEXT)),
        (cell(ID), (ID, TEXT)),
        (cell("a</text:p><text:p>b"), ("a\nb", TEXT)),
        (cell("a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d"), ("a  b\tc\nd", TEXT)),
        (cell("1<text:span>2</text:span>3"), ("123", TEXT)),
        (cell("x").replace("<text:p>", "<office:annotation><text:p>note</text:p></office:annotation><text:p>"), ("x", TEXT)),
        (cell("780000001", typed("float", "780000001")), ("780000001", NUMBER)),
        (cell("0000042", typed("float", "42")), ("0000042", NUMBER)),
        (cell("SN-042", typed("float", "42")), ("SN-042", NUMBER)),
        (cell("1,234", typed("float", "1234")), ("1234", NUMBER)),
        (cell("1.23E+08", typed("float", "123456789")), ("123456789", NUMBER)),
        (cell("42", typed("float", "42.0")), ("42", NUMBER)),
        (cell("0.5", typed("float", "0.5")), ("0.5", NUMBER)),
        (cell("1.26446E+17", typed("float", "1.26446123456789E+17")), ("1.26446123456789E+17", LOSSY)),
        (cell("126446123456789188", typed("float", "126446123456789188")), ("126446123456789188", LOSSY)),
        (cell("50%", typed("percentage", "0.5")), ("0.5", AMOUNT)),
        (cell("¥3", typed("currency", "3")), ("3", AMOUNT)),
        (cell("22.11", typed("date", "2026-11-22T10:00:00", "date-value")), ("2026-11-22 10:00:00", DATE)),
        (cell("10:00", typed("time", "PT10H", "time-value")), ("10:00", DATE)),
        (cell("WAHR", typed("boolean", "true", "boolean-value")), ("TRUE", BOOLEAN)),
        (cell("#N/A", f'table:formula="x" {typed("string")} calcext:value-type="error"'), ("#N/A", ERROR)),
        (cell("Err:502", f'table:formula="x" {typed("string")}'), ("Err:502", ERROR)),
        (cell("", 'table:formula="x"'), ("", NO_VALUE)),
    ],
)  # fmt: skip
def test_a_cell_as_it_is_shown(tmp_path: Path, written: str, expected: tuple[str, int]) -> None:
    """Digits as the number has them, zeros in front as the sheet shows them."""
    assert [Line(1, ["", expected[0]], [EMPTY, expected[1]])] == lines(
        ods(tmp_path / "a.ods", row(cell(), written))
    )


def test_repeated_cells_and_rows_keep_their_places(tmp_path: Path) -> None:
    """Empty ones are skipped, filled ones are repeated."""
    rows = (
        row(cell("", 'table:number-columns-repeated="2"'), cell("a", 'table:number-columns-repeated="2"'), cell("", 'table:number-columns-repeated="16380"')),
        row(cell(), about='table:number-rows-repeated="5"'),
        row(cell("b"), about='table:number-rows-repeated="2"'),
        row(cell(), about='table:number-rows-repeated="1048568"'),
    )  # fmt: skip
    assert [(1, ["", "", "a", "a"]), (7, ["b"]), (8, ["b"])] == [
        (line.number, line.cells) for line in lines(ods(tmp_path / "a.ods", "".join(rows)))
    ]


def test_merged_cells_are_filled_down(tmp_path: Path) -> None:
    """And what lies covered is not read."""
    covered = "<table:covered-table-cell><text:p>old</text:p></table:covered-table-cell>"
    rows = row(cell(ID, 'table:number-rows-spanned="2"'), cell("x")) + row(covered, cell("y"))
    assert [[ID, "x"], [ID, "y"]] == [line.cells for line in lines(ods(tmp_path / "a.ods", rows))]


@pytest.mark.parametrize("about", ["collapse", "filter"])
def test_hidden_rows_are_marked(tmp_path: Path, about: str) -> None:
    """By hand or by a filter."""
    rows = row(cell("a"), about=f'table:visibility="{about}"') + row(cell("b"))
    assert [True, False] == [line.hidden for line in lines(ods(tmp_path / "a.ods", rows))]


def test_sheets_in_order_with_the_hidden_ones(tmp_path: Path) -> None:
    """A table within a table is none of them."""
    inner = cell("in").replace("<text:p>", "<table:table table:name='inner'></table:table><text:p>")
    first = f'<table:table table:name="a">{row(inner)}</table:table>'
    second = f'<table:table table:name="b" table:style-name="ta2">{row(cell("second"))}</table:table>'
    sheets = list(open_source(ods(tmp_path / "a.ods", first, second), ReadOptions()).sheets())
    assert [("a", True, [["in"]]), ("b", False, [["second"]])] == [
        (sheet.name, sheet.visible, [line.cells for line in sheet.lines()]) for sheet in sheets
    ]


def test_a_flat_file_is_read(tmp_path: Path) -> None:
    """.fods is the same XML without the zip."""
    path = tmp_path / "a.xls"
    path.write_text(content(row(cell(ID))), encoding="utf-8")
    assert [[ID]] == [line.cells for line in lines(path)]


def test_an_encrypted_one_needs_a_password(tmp_path: Path) -> None:
    """Its manifest names the encryption."""
    path = ods(tmp_path / "a.ods", row(cell("x")), manifest="<m><manifest:encryption-data/></m>")
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert "PASSWORD" == caught.value.reason


def test_one_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    """Half a table is not read as a whole one."""
    path = tmp_path / "a.fods"
    path.write_text(content(row(cell(ID)) * 50)[:-100], encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        lines(path)
    assert "DAMAGED" == caught.value.reason


# --- Both ways through the rows -----------------------------------------------------------------------------

CELLS = st.sampled_from(
    [
        cell(ID, typed("string")),
        cell(ID, typed("string")),
        cell("780000001", typed("string")),
        cell("0000042", typed("float", "42")),
        cell("¥77.00", typed("float", "77")),
        cell("5127395078262028714", typed("float", "5127395078262028714")),
        cell("a &amp; b", typed("string")),
        cell("a</text:p><text:p>b", typed("string")),
        cell("1<text:span>2</text:span>"),
        cell("x").replace("<text:p>", "<office:annotation><text:p>note</text:p></office:annotation><text:p>"),
        cell(),
        cell("y", 'table:number-columns-repeated="3"'),
        '<table:table-cell table:number-columns-repeated="2"/>',
        cell("m", 'table:number-rows-spanned="3"'),
        "<table:covered-table-cell/>",
        cell("合计", typed("string")),
        cell("", typed("string") + ' office:string-value="s"'),
        cell("#N/A", 'table:formula="of:=1" ' + typed("string")),
        cell("2026-01-02", typed("date", "2026-01-02", "date-value")),
        cell("", 'table:formula="of:=1"'),
        cell("x") + "\n  ",
    ]
)
ROWS = st.builds(
    row,
    st.lists(CELLS, min_size=1, max_size=5).map("".join),
    about=st.sampled_from(
        ["", "", "", 'table:style-name="ro1"', 'table:visibility="filter"', 'table:number-rows-repeated="2"']
    ),
)
AROUND = st.sampled_from(
    [
        "{}",
        "{}",
        "\n {}",
        "<table:table-row-group>{}</table:table-row-group>",
        "<table:table-header-rows>\n{}\n</table:table-header-rows>",
        '<table:table-row table:number-rows-repeated="3"/>{}',
    ]
)


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(AROUND, ROWS), max_size=8), chunk=st.integers(1, 500))
def test_splitting_rows_gives_what_expat_gives(rows: list[tuple[str, str]], chunk: int) -> None:
    """Repeated, merged, hidden, empty and odd cells and rows, in any order, and any blocks."""
    body = row(cell("订单号"), cell("商家id")) + "".join(around.format(each) for around, each in rows)
    data = content(body).encode()
    source = ods_reader.OdsSource(lambda: [data[at : at + chunk] for at in range(0, len(data), chunk)])
    (sheet,) = source.sheets()
    assert isinstance(sheet, ods_reader.OdsSheet)
    parsed = list(sheet._parsed_lines(0))
    assert parsed == list(sheet.lines())
    found = find_table(parsed, ReadOptions(order_columns=("订单号",), owner_columns=("商家id",)), "S")
    if found is not None:
        assert rows_of(row_batches(parsed, found)) == rows_of(sheet.row_batches(found))


def rows_of(batches: Iterable[RowBatch]) -> list[tuple[object, ...]]:
    return [
        (line, order, kind, *owner, hidden)
        for batch in batches
        for line, order, kind, *owner, hidden in zip(
            batch.lines,
            batch.orders,
            batch.order_kinds,
            batch.owners or batch.lines,
            batch.owner_kinds or batch.lines,
            batch.hidden or [0] * len(batch.lines),
            strict=True,
        )
    ]

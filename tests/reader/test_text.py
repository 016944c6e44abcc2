"""Delimited text: encodings, delimiters, line numbers, broken and undecodable lines."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchsync.model import RowBatch
from batchsync.reader.source import BROKEN, TEXT, TOTAL, UNDECODABLE, Line, ReadOptions
from batchsync.reader.table.header_row import find_table
from batchsync.reader.text.source import TextSource, open_text
from tests.reader.read_result import arrived

ID = "261122-123456789012345"
TABLE = f"订单号,商家id,备注\n{ID},23456789,好\n"


def source(data: bytes, options: ReadOptions = ReadOptions()) -> TextSource:  # noqa: B008
    return TextSource(lambda: io.BytesIO(data), "orders.csv", options)


def lines(data: bytes) -> list[Line]:
    return list(next(source(data).sheets()).lines())


def batches_of(data: bytes) -> list[RowBatch]:
    """What the fast way yields."""
    sheet = source(data)._sheet
    found = find_table(list(sheet.lines())[:30], ReadOptions(), "orders.csv")
    assert found is not None
    return list(sheet.row_batches(found))


def orders(data: bytes) -> list[tuple[int, str, int]]:
    return [
        row
        for batch in map(arrived, batches_of(data))
        for row in zip(batch.lines, batch.orders, batch.order_kinds, strict=True)
    ]


@pytest.mark.parametrize(
    ("codec", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
def test_an_encoding_is_recognised(codec: str, shown: str) -> None:
    """The same table comes out of each encoding, with and without a BOM."""
    data = TABLE.encode(codec)
    assert (f"{shown}, comma", ["订单号", "商家id", "备注"], [ID, "23456789", "好"]) == (
        source(data).detail,
        lines(data)[0].cells,
        lines(data)[1].cells,
    )


def test_big5_is_found_by_its_header() -> None:
    """Big5 is valid GB18030 too; only the header that makes sense decides."""
    data = f"訂單編號,商戶號,備註\n{ID},23456789,許功蓋\n".encode("big5")
    assert ("Big5, comma", "許功蓋") == (source(data).detail, lines(data)[1].cells[2])


@pytest.mark.parametrize(
    ("delimiter", "shown"), [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "bar")]
)
def test_a_delimiter_wins_the_vote(delimiter: str, shown: str) -> None:
    """Each delimiter is found, though cells hold the others."""
    other = ";" if delimiter == "," else ","
    data = f"订单号{delimiter}商家id{delimiter}备注\n{ID}{delimiter}1{delimiter}a{other}b{other}c\n" * 3
    assert (f"UTF-8, {shown}", 3) == (source(data.encode()).detail, len(lines(data.encode())[1].cells))


def test_a_tab_before_each_id_is_no_delimiter() -> None:
    """Shops put a tab before long numbers so that Excel leaves them alone; the commas still count."""
    data = f'订单号,商家id\n"\t{ID}",\t23456789\n' * 5
    assert "UTF-8, comma" == source(data.encode()).detail


def test_one_column_may_hold_delimiters() -> None:
    """A list of order numbers under one header stays one column, commas or not."""
    assert [(2, f"{ID},{ID}", TEXT), (3, ID, TEXT)] == orders(f"订单号\n{ID},{ID}\n{ID}\n".encode())


def test_a_sep_line_names_the_delimiter() -> None:
    """Excel's own first line is obeyed and, as in Excel, is no row."""
    assert [(2, ID, TEXT)] == orders(f"sep=;\n订单号;商家id\n{ID};1\n".encode())


def test_lines_are_numbered_as_excel_shows_them() -> None:
    """A break within quotes doesn't count, an empty line does, and so does a lone carriage return."""
    data = f'订单号,备注\r\n{ID},"a\r\nb"\r\n\r\n{ID},c\r{ID},d\n'
    assert [2, 4, 5] == [line for line, _, _ in orders(data.encode())]


def test_an_open_quote_costs_its_own_line_only() -> None:
    """The csv module would swallow the rest of the file."""
    data = f'订单号,商家id,备注\n{ID},1,"open\n' + "".join(f"261122-{n:015d},1,x\n" for n in range(50))
    found = orders(data.encode())
    assert [(2, ID, BROKEN), (3, "261122-000000000000000", TEXT), 51] == [*found[:2], len(found)]


def test_an_open_quote_that_another_one_closes_is_noticed() -> None:
    """Two stray quotes make valid CSV that hides the lines between them."""
    data = f'订单号,商家id,备注\n{ID},1,"5\n{ID},1,x\n{ID},1,6"\n{ID},1,y\n'
    assert [BROKEN, TEXT, TEXT, TEXT] == [kind for _, _, kind in orders(data.encode())]


def test_a_break_within_a_cell_is_no_damage() -> None:
    """An address over three lines stays one row."""
    data = f'订单号,商家id,备注\n{ID},1,"浙江\n杭州, 西湖\n1 号"\n{ID},1,y\n'
    assert [(2, ID, TEXT), (3, ID, TEXT)] == orders(data.encode())


def test_a_record_twice_as_wide_is_not_believed() -> None:
    """Quotes that each close a line too late make valid CSV; what they joined is broken, the rest is untouched."""
    data = f'订单号,商家id,备注\n{ID},1,x\n{ID},1,"x\n{ID}",1,"x\n{ID}",1,x\n{ID},1,y\n'
    assert [TEXT, BROKEN, BROKEN, TEXT] == [kind for _, _, kind in orders(data.encode())]


def test_prose_with_as_many_commas_is_no_damage() -> None:
    """Lines within a cell that happen to have the commas of a record, but no number in its place."""
    data = f'订单号,商家id,备注\n{ID},1,"one, two, three\nfour, five, six\nseven, eight, nine"\n{ID},1,y\n'
    assert [(2, ID, TEXT), (3, ID, TEXT)] == orders(data.encode())


def test_a_break_in_the_first_cell_is_no_damage() -> None:
    """The last line of such a record looks like a whole one."""
    data = f'备注,订单号,商家id\n"a\nb",{ID},1\nc,{ID},1\n'
    assert [TEXT, TEXT] == [kind for _, _, kind in orders(data.encode())]


def test_text_behind_a_closing_quote_is_forgiven() -> None:
    """A line whose quotes pair up and whose cells are complete is read as Excel reads it."""
    data = f'订单号,商家id,备注\n{ID},1,"a" b\n'
    assert [(2, ID, TEXT)] == orders(data.encode())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"{ID},1,x,", TEXT),
        (f"{ID},1", TEXT),
        (f"{ID},1,x,y", BROKEN),
        (f"x,{ID},1,y", BROKEN),
        (ID, BROKEN),
        ("5,1", BROKEN),
    ],
)
def test_a_slipped_row_is_marked(line: str, kind: int) -> None:
    """A row with other cells than the header may have its ids in the wrong place."""
    data = f"订单号,商家id,备注\n{ID},1,a\n{ID},1,b\n{line}\n"
    assert [kind] == [kind for number, _, kind in orders(data.encode()) if number == 4]


def test_a_stray_byte_costs_its_row_only() -> None:
    """The row is marked and shows the byte; nothing is replaced, the others are untouched."""
    data = (
        f"订单号,商家id,备注\n{ID},1,好\n".encode()
        + ID.encode()
        + b",1,\xe5\xa5\xff\n"
        + f"{ID},1,坏\n".encode()
    )
    assert ([TEXT, UNDECODABLE, TEXT], "\\xe5\\xa5\\xff") == (
        [kind for _, _, kind in orders(data)],
        lines(data)[2].cells[2],
    )


def test_a_stray_byte_within_gbk_costs_its_row_only() -> None:
    """The same in GBK, where the byte before a line break must not eat it."""
    data = (
        f"订单号,商家id,备注\n{ID},1,好\n".encode("gbk")
        + ID.encode()
        + b",1,\xba\n"
        + f"{ID},1,坏\n".encode("gbk")
    )
    assert [TEXT, UNDECODABLE, TEXT] == [kind for _, _, kind in orders(data)]


def test_nul_bytes_stay_in_their_cell() -> None:
    """NULs that pad a cell don't end the file."""
    data = f"订单号,商家id\n{ID}\x00\x00,1\n{ID},1\n".encode()
    assert [2, 3] == [line for line, _, _ in orders(data)]


def test_a_huge_field_is_read() -> None:
    """The csv module stops at 131,072 characters by default."""
    data = f"订单号,备注\n{ID},{'x' * 200_000}\n".encode()
    assert [(2, ID, TEXT)] == orders(data)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 100, b"\xff" * 99, b'"']
)
def test_hardly_a_file_is_no_table(data: bytes) -> None:
    """Whatever the bytes, no traceback and no table."""
    assert find_table(lines(data)[:30], ReadOptions(), "x") is None


def test_the_fast_way_and_the_slow_way_agree() -> None:
    """Ten thousand rows with blank, odd and guarded ones among them come out the same."""
    rows = ["订单号,商家id,备注"]
    rows += [
        "" if n % 3_001 == 5 else f'="261122-{n:015d}",{n % 7},{"合计" if n % 997 == 1 else "x"}'
        for n in range(10_000)
    ]
    rows += ["合计,,", f"见备注,1,x\n{ID},,"]
    data = "\n".join(rows).encode()
    every = orders(data)
    expected = [
        number
        for number, row in enumerate("\n".join(rows).split("\n"), start=1)
        if number > 1 and row and not row.startswith("合计")
    ]
    assert expected == [line for line, _, kind in every if kind != TOTAL]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\ufeff", exclude_categories=["Cs"]), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_csv_writes_is_read_back(rows: list[list[str]], quoting: int) -> None:
    """Every row that the csv module writes after a header comes back cell for cell, or is marked; none is missing."""
    rows = [[*row, *[""] * (4 - len(row))] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting).writerows([["订单号", "商家id", "甲", "乙"], *rows])  # type: ignore[arg-type]
    read = {line.number: line for line in lines(out.getvalue().encode())}
    kept = [read.get(number) for number, row in enumerate(rows, start=2) if any(row)]
    broken = any(line is not None and BROKEN in line.kinds for line in read.values())
    assert broken or [row for row in rows if any(row)] == [line and line.cells for line in kept]


def test_open_text_takes_a_path(tmp_path: Path) -> None:
    """A path with spaces and Chinese opens, and names the sheet."""
    path = tmp_path / "我的 订单.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert ["我的 订单.csv"] == [sheet.name for sheet in open_text(path).sheets()]

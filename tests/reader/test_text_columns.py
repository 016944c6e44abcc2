"""The quick ways through a text: whatever it holds, they give what reading record by record gives."""

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchsync.model import RowBatch, SheetFound
from batchsync.planning.shapes import Shape
from batchsync.reader.messages import encode
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import TEXT, ReadOptions
from batchsync.reader.table.header_row import find_table
from batchsync.reader.text import lines
from batchsync.reader.text.columns import TextColumns
from batchsync.reader.text.records import Dialect
from tests.reader.read_result import arrived
from tests.reader.test_text import ID, batches_of, source

Row = tuple[int, str, int, str, int, str]
HEADER = "订单号{0}商家id{0}备注{0}处理决定"


def rows_of(batches: list[RowBatch]) -> list[Row]:
    return [
        row
        for batch in batches
        for row in zip(
            batch.lines,
            batch.orders,
            batch.order_kinds,
            batch.owners,
            batch.owner_kinds,
            batch.decisions or [""] * len(batch.lines),
            strict=True,
        )
    ]


def both_ways(data: bytes) -> tuple[list[Row], list[Row]]:
    """The rows as the fast ways give them, and as `row_batches` does line by line; none when the bytes hide the header."""
    sheet = source(data)._sheet
    found = find_table(list(sheet.lines())[:30], ReadOptions(), "orders.csv")
    if found is None:
        return [], []
    fast = rows_of(list(map(arrived, sheet.row_batches(found))))
    return fast, rows_of(
        list(map(arrived, row_batches(sheet.lines(), found, header_width=sheet._layout.header_width)))
    )


# --- Whatever the text ----------------------------------------------------------------------------------------

PLAIN_ROW = st.builds(
    "261122-{0:015d}{{0}}{1}{{0}}{2}{{0}}{3}".format,
    st.integers(0, 10**15 - 1),
    st.sampled_from(["780000001", "23456789", ""]),
    st.sampled_from(["", "x", "红色，均码", "a b"]),
    st.sampled_from(["", "", "", "已扣"]),
)
QUOTED_ROW = PLAIN_ROW.map(lambda row: "{0}".join(f'"{cell}"' for cell in row.split("{0}")))
ODD_ROW = st.lists(st.sampled_from([ID, "合计", *["{0}"] * 4, *'1x""\n\r\t\0\v\u2028']), max_size=10).map(
    "".join
)
SLIPPED_ROW = st.builds(
    lambda row, cut, by: by.join(row.rsplit("{0}", cut)),
    PLAIN_ROW,
    st.integers(1, 2),
    st.sampled_from(["", "{0}{0}", "\r{0}", "\n{0}", "{0}\r", "\r", "\n"]),
)
ROWS = st.lists(
    st.one_of(PLAIN_ROW, PLAIN_ROW, PLAIN_ROW, SLIPPED_ROW, SLIPPED_ROW, QUOTED_ROW, ODD_ROW),
    min_size=1,
    max_size=25,
)


@settings(max_examples=400, deadline=None)
@given(
    rows=ROWS,
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    block=st.integers(8, 400),
    last=st.booleans(),
    quotes=st.booleans(),
    stray=st.none() | st.none() | st.integers(0, 10**6),
)
def test_the_ways_agree(
    rows: list[str],
    delimiter: str,
    end: str,
    codec: str,
    block: int,
    last: bool,
    quotes: bool,
    stray: int | None,
) -> None:
    """Plain, quoted, slipped and broken rows in any order, encoding and blocking, with a byte of no meaning among them."""
    text = end.join([HEADER, *["261122-123456789012345{0}1{0}{0}"] * 3, *rows]).format(delimiter)
    text = text if quotes else text.replace('"', "")
    data = bytearray((text + end * last).encode(codec))
    start = len((HEADER.format(delimiter) + end).encode(codec))
    if stray is not None:
        data.insert(start + stray % (len(data) - start + 1), 0xFF)
    with mock.patch.multiple(lines, BLOCK=block, PIECE=block):
        fast, slow = both_ways(bytes(data))
    assert slow == fast


# --- The expressions --------------------------------------------------------------------------------------------


def columns(delimiter: str = ",", width: int = 3, **more: object) -> TextColumns:
    facts: dict[str, object] = {
        "sheet": "S",
        "index": 0,
        "header_line": 1,
        "headers": ("a", "b", "c"),
        "order_column": 0,
        "owner_column": 1,
        "order_shape": Shape.DASHED,
    }
    return TextColumns(SheetFound(**{**facts, **more}), Dialect(delimiter), width)  # type: ignore[arg-type]


def text_rows(first: int, orders: list[str], owners: list[str]) -> RowBatch:
    return RowBatch(
        lines=list(range(first, first + len(orders))),
        orders=orders,
        order_kinds=[TEXT] * len(orders),
        owners=owners,
        owner_kinds=[TEXT] * len(owners),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
def test_a_block_of_the_usual_shape_is_cut_at_once(delimiter: str, quote: str, end: str) -> None:
    """The quick way is taken: its cells come without their quotes."""
    block = f"{quote}{ID}{quote}{delimiter}1{delimiter}{quote}x{quote}{end}" * 2
    assert text_rows(7, [ID, ID], ["1", "1"]) == columns(delimiter).of_block(block.encode(), 7)


@pytest.mark.parametrize(
    "block",
    [
        f"{ID},1,x",
        f"{ID},1,x\n{ID},1,x",
        f'"{ID}",1,x\n"{ID}",1,x',
        f"{ID},1\n{ID},1,x,y\n",
        f"{ID},1,x,y\n{ID},1\n",
        f"{ID},1,x\n\n",
        f"\n{ID},1,x\n",
        f"{ID},1,x\r\n{ID},1,x\n{ID},1,x\r\n",
        f"{ID},1,x\r{ID},1,x\n",
        f"{ID},1,x\n\r{ID},1,x\r\n",
        f"{ID},1,\r\r\n{ID},1,x\n",
        f'{ID},1,"x\n{ID},1,x"\n',
        f'{ID},1,"x""y"\n',
        f'="{ID}",1,x\n',
        f'{ID},1,x"\n{ID},1,"x\n',
        f'x"y",{ID},1,x\n',
        f'"{ID}",1,x,\n{ID},1\n',
        f"合计,{ID},1\n",
        "1,1,x\n",
    ],
)
def test_a_block_with_something_odd_is_not(block: str) -> None:
    """Cells too many and too few that make up for each other, lines of other ends, quotes within, rows of no order."""
    assert columns().of_block(block.encode(), 7) is None


def test_empty_cells_beyond_the_header_are_none() -> None:
    """Delimiters at each line's end are cut off; a cell with text there is not."""
    wide = columns(width=5)
    assert wide.of_block(f"{ID},1,x,,\n".encode(), 7) == text_rows(7, [ID], ["1"])
    assert wide.of_block(f"{ID},1,x,,y\n".encode(), 7) is None


def test_a_block_with_the_header_is_looked_at() -> None:
    """As are the lines that may explain it."""
    block = f"{ID},1,x\n".encode()
    assert columns(explanation_lines=(2, 3)).of_block(block, 3) is None
    assert columns(explanation_lines=(2, 3)).of_block(block, 4) is not None


def test_orders_in_a_column_beyond_the_header_are_marked() -> None:
    """A column named by its letter may have no header: no row is wide enough to be cut at once."""
    sheet = source(f"a,b\n{ID},1\n{ID},1,{ID}\n".encode())._sheet
    found = find_table(list(sheet.lines()), ReadOptions(order_columns=("C",), header_row=1), "orders.csv")
    assert found is not None
    assert 2 == found.order_column
    batches = list(map(arrived, sheet.row_batches(found)))
    assert 2 == sum(len(batch.lines) for batch in batches)


def test_a_large_file_of_quoted_cells_goes_the_quick_way() -> None:
    """But for the line of the header; in one block a cell with a line break makes it be read by records."""
    rows = [f'"261122-{n:015d}","1","x"' for n in range(5_000)]
    rows[2_500] = f'"{ID}","1","x\ny"'
    batches = batches_of("\r\n".join([HEADER.format(","), *(f'{row},""' for row in rows), ""]).encode())
    assert 1 < len(batches)
    assert True is all(encode(batch)[0] == "text_rows" for batch in batches)
    every = [kind for batch in map(arrived, batches) for kind in batch.order_kinds]
    assert [TEXT] * 5_000 == every

"""Header rows of platforms and ERPs lead to the right columns; names that must never be taken are not."""

import pytest

from batchsync.errors import ReadError
from batchsync.reader.source import TEXT, Line, ReadOptions
from batchsync.reader.table.header_names import ORDER_NEVER, ORDER_RANK, OWNER_NAMES, OWNER_NEVER, normalise
from batchsync.reader.table.header_row import find_table
from tests.reader.header_rows import ROWS, Row
from tests.reader.read_result import message_of


def values(row: Row, line: int) -> list[str]:
    """Plausible cells: ERPs' own numbers in their columns, platform numbers where an order or tracking number stands."""
    cells = []
    for at, header in enumerate(row.headers):
        name = normalise(header)
        if header in row.own_numbers:
            cells.append(f"JY20261123{line:05d}")
        elif name in ORDER_RANK and "子" not in name.replace("子单原始单号", ""):
            cells.append(f"261122-{123456789012340 + line:015d}")
        elif name in OWNER_NAMES:
            cells.append("23456789")
        elif "号" in name or "编号" in name or "id" in name:
            cells.append(f"{7890123456789012340 + at * 100 + line}")
        else:
            cells.append(f"x{at}")
    return cells


def lines(row: Row) -> list[Line]:
    rows = [list(row.headers), *(values(row, line) for line in range(2, 6))]
    return [Line(number, cells, [TEXT] * len(cells)) for number, cells in enumerate(rows, start=1)]


def test_there_are_enough_rows() -> None:
    """The table has at least the sixty rows that were asked for."""
    assert len(ROWS) >= 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.source)
def test_the_right_columns_are_picked(row: Row) -> None:
    """Each header row leads to its order column, and to its merchant column where it has one."""
    found = find_table(lines(row), ReadOptions(), "S")
    assert found is not None
    owner = None if found.owner_column is None else row.headers[found.owner_column]
    assert (row.headers[found.order_column], owner) == (row.order, row.owner)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.source)
def test_a_header_alone_is_enough(row: Row) -> None:
    """Without any value the best name decides; nothing is asked, since no row could be paid for."""
    found = find_table(lines(row)[:1], ReadOptions(), "S")
    assert found is not None
    assert normalise(row.headers[found.order_column]) in ORDER_RANK


NEVER = [
    "内部订单号",
    "系统订单号",
    "系统单号",
    "快递单号",
    "物流单号",
    "运单号",
    "支付单号",
    "支付流水号",
    "售后单号",
    "退款单号",
    "退换单号",
    "保单号",
    "工单号",
    "动账流水号",
    "订单状态",
    "订单金额",
    "订单来源",
]
NEVER_OWNER = [
    "商家编码",
    "商家编码-规格维度",
    "商家编码-商品维度",
    "商家备注",
    "商家实收金额",
    "店铺优惠折扣",
    "公司id",
    "商品id",
    "达人id",
    "团长id",
    "客户id",
    "买家id",
    "店铺名称",
    "店铺",
    "商家名称",
]


@pytest.mark.parametrize("name", NEVER)
def test_a_never_name_is_not_the_order_column(name: str) -> None:
    """Alone it is no table; beside an order column it is left alone. Even if its values look best."""
    number = "261122-123456789012345"
    alone = [Line(1, [name], [TEXT]), Line(2, [number], [TEXT])]
    beside = [Line(1, [name, "订单号"], [TEXT] * 2), Line(2, [number, "7890123456789012345"], [TEXT] * 2)]
    found = find_table(beside, ReadOptions(), "S")
    assert (None, 1) == (find_table(alone, ReadOptions(), "S"), found and found.order_column)
    assert name in ORDER_NEVER


@pytest.mark.parametrize("name", NEVER_OWNER)
def test_a_never_name_is_not_the_merchant_column(name: str) -> None:
    """Neither an SKU code nor a name becomes a merchant id, whatever its values look like."""
    found = find_table(
        [Line(1, ["订单号", name], [TEXT] * 2), Line(2, ["261122-123456789012345", "23456789"], [TEXT] * 2)],
        ReadOptions(),
        "S",
    )
    assert found is not None
    assert found.owner_column is None
    assert OWNER_NEVER.isdisjoint(OWNER_NAMES)


@pytest.mark.parametrize("name", ["子订单编号", "子订单号", "商品单号", "item_order_id"])
def test_a_part_of_an_order_only_when_reported(name: str) -> None:
    """A sub-order's number is taken when the user names it, and not before."""
    table = [Line(1, [name], [TEXT]), Line(2, ["7890123456789012345"], [TEXT])]
    asked = find_table(table, ReadOptions(order_columns=(name,)), "S")
    assert (None, 0) == (find_table(table, ReadOptions(), "S"), asked and asked.order_column)


AMBIGUOUS = [
    ("订单号", "平台订单号"),
    ("订单编号", "线上订单号"),
    ("订单号", "订单号"),
    ("tid", "order_id"),
    ("原始单号", "外部单号"),
    ("交易单号", "商户订单号"),
]


@pytest.mark.parametrize("names", AMBIGUOUS, ids="+".join)
def test_two_that_fit_are_asked_about(names: tuple[str, str]) -> None:
    """Two columns with order-like but different numbers end the call, and the sentence names both with letters."""
    table = [
        Line(1, ["备注", *names], [TEXT] * 3),
        Line(2, ["", "7890123456789012345", "7890123456789019999"], [0, TEXT, TEXT]),
    ]
    with pytest.raises(ReadError) as caught:
        find_table(table, ReadOptions(), "S")
    text = message_of(caught.value)
    assert [True] * 4 == [part in text for part in (names[0], names[1], "column B", "column C")]


@pytest.mark.parametrize("names", [("商家id", "店铺id"), ("mall_id", "seller_id")], ids="+".join)
def test_two_merchants_that_fit_are_asked_about(names: tuple[str, str]) -> None:
    """The same holds for merchants."""
    table = [
        Line(1, ["订单号", *names], [TEXT] * 3),
        Line(2, ["261122-123456789012345", "23456789", "34567890"], [TEXT] * 3),
    ]
    with pytest.raises(ReadError) as caught:
        find_table(table, ReadOptions(), "S")
    assert [True] * 3 == [part in message_of(caught.value) for part in (*names, "column C")]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("订单号（子）", "订单号(子)"),
        ("订单编号(内部)", "订单编号(内部)"),
        ("订单编号(ERP)", "订单编号(erp)"),
        ("订单号(必填)", "订单号"),
        ("商品价格(元)", "商品价格"),
        ("(订单号)", "(订单号)"),
        ("\ufeff订单号", "订单号"),
        ("店铺帐号", "店铺账号"),
        ("x" * 300, ""),
    ],
)
def test_a_bracket_that_changes_the_meaning_stays(header: str, name: str) -> None:
    """A suffix in brackets is dropped unless it states that this is another number."""
    assert name == normalise(header)

"""Header rows, explanations, totals, options and earlier results: what a sheet's lines are to its table."""

import re

import pytest

from batchsync.errors import ReadError
from batchsync.messages import columns as messages
from batchsync.model import SheetFound
from batchsync.reader.no_table import nothing_found
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import EMPTY, ERROR, NO_VALUE, NUMBER, TEXT, Line, ReadOptions
from batchsync.reader.table import columns as choosing
from batchsync.reader.table.header_row import EXPLANATION, Role, find_table, role
from tests.reader.read_result import message_of

ID = "261122-123456789012345"


def sheet(*rows: list[str], start: int = 1) -> list[Line]:
    return [
        Line(number, cells, [TEXT if cell else EMPTY for cell in cells])
        for number, cells in enumerate(rows, start)
        if any(cells)
    ]


def found_in(lines: list[Line], options: ReadOptions = ReadOptions()) -> SheetFound:  # noqa: B008
    found = find_table(lines, options, "S")
    assert found is not None
    return found


@pytest.mark.parametrize("titles", [0, 1, 2, 4, 28])
def test_titles_above_the_header_are_passed_over(titles: int) -> None:
    """Up to 30 rows down, empty ones among them."""
    lines = sheet(*[["拼多多 订单导出"]] * titles, ["", ""], ["商品", "订单号"], ["a", ID])
    assert (titles + 2, 1) == (found_in(lines).header_line, found_in(lines).order_column)


def test_a_header_deeper_than_thirty_rows_is_not_looked_for() -> None:
    """Unless the user states where it stands."""
    lines = sheet(*[["x"]] * 40, ["订单号"], [ID])
    assert (None, 41) == (
        find_table(lines, ReadOptions(), "S"),
        found_in(lines, ReadOptions(header_row=41)).header_line,
    )


def test_a_condition_above_a_header_without_known_names_is_no_header() -> None:
    """No value of the table below stands in the condition's column as an order number."""
    lines = sheet(
        ["条数", "2"],
        ["订单号", "不限"],
        ["支付单号", "运单号", "收货人", "单据"],
        *[[f"48993194407981917703898963{n}", "390044275119344", "张", f"a{n}"] for n in range(10, 14)],
    )
    assert find_table(lines, ReadOptions(), "S") is None


@pytest.mark.parametrize("asked", [(), ("订单号",)])
def test_order_numbers_above_the_header_are_asked_about(asked: tuple[str, ...]) -> None:
    """The rows of a table without a known header are not skipped."""
    rows = [["买家", f"261122-12345678901234{n}"] for n in range(3)]
    lines = sheet(["买家", "编码"], *rows, ["序号", "订单号"], ["1", ID])
    with pytest.raises(ReadError) as refused:
        find_table(lines, ReadOptions(order_columns=asked), "S")
    assert ("ORDERS_ABOVE", 2, 4, 5) == (
        refused.value.reason,
        *(refused.value.facts[name] for name in ("line", "last", "header")),
    )
    assert found_in(lines, ReadOptions(header_row=5)).header_line == 5


def test_one_column_cannot_be_order_and_merchant() -> None:
    """Merchant ids would be paid for as orders."""
    lines = sheet(["订单号", "商家ID"], [ID, "2049064"])
    with pytest.raises(ReadError) as refused:
        find_table(lines, ReadOptions(order_columns=("B",), owner_columns=("商家ID",)), "S")
    assert "OWNER_COLUMN_TAKEN" == refused.value.reason


def test_words_of_a_foot_row_are_no_second_shop() -> None:
    """The one merchant id of all orders stays the merchant, also when another one is given."""
    rows = [[f"261122-12345678901234{n}", "20490", "旗舰店"] for n in range(3)]
    lines = sheet(["订单号", "店铺ID", "店铺名称"], *rows, ["", "", "审核"])
    assert 1 == found_in(lines, ReadOptions(owner_id="1234567")).owner_column


@pytest.mark.parametrize(
    "row",
    [
        ["必填", "必填，平台订单号", "选填"],
        ["", "格式：文本，18 位", ""],
        ["goods", "order_sn", "remark"],
        ["示例", "例：261122-123456789012345", ""],
        ["必填", "", "选填"],
    ],
)
def test_an_explanation_row_is_no_order(row: list[str]) -> None:
    """It is left out, and the notes state which line it was."""
    lines = sheet(["商品", "订单号", "备注"], row, ["a", ID, ""])
    found = found_in(lines)
    notes = [note.facts["line"] for note in found.notes if note.code == EXPLANATION]
    assert (["2"], [[ID]]) == (notes, [batch.orders for batch in row_batches(lines, found)])


@pytest.mark.parametrize(
    "row", [["a", "见备注", ""], ["a", "12345", ""], ["a", ID, "必填"], ["a", "无", "b"]]
)
def test_a_doubtful_row_under_the_header_is_data(row: list[str]) -> None:
    """Only what clearly explains is left out: a damaged order must not vanish."""
    lines = sheet(["商品", "订单号", "备注"], row, ["a", ID, ""])
    assert [[2, 3]] == [batch.lines for batch in row_batches(lines, found_in(lines))]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["合计", "", "12"], Role.TOTAL),
        (["合计：", "3", "12"], Role.TOTAL),
        (["", "总计", "12"], Role.TOTAL),
        (["小计(元)", "", "12"], Role.TOTAL),
        (["2026-11", "", "合计"], Role.TOTAL),
        (["Total", "", "12"], Role.TOTAL),
        (["Subtotal: 4", "", "12"], Role.TOTAL),
        (["合计", ID, "12"], Role.DATA),
        (["a", "合计订单见附表", "12"], Role.DATA),
        (["totalitarian", "", "x"], Role.DATA),
        (["", " \u3000\u200b", ""], Role.BLANK),
        (["商品", "订单号", "金额"], Role.REPEATED_HEADER),
        (["商品", "订单号", "别的"], Role.REPEATED_HEADER),
        (["a", "", "b"], Role.DATA),
        (["a", "-", "b"], Role.DATA),
    ],
)
def test_the_role_of_a_line(cells: list[str], expected: Role) -> None:
    """Totals, blank lines and repeated headers are no orders; anything doubtful is data."""
    found = found_in(sheet(["商品", "订单号", "金额"], ["a", ID, "1"]))
    assert expected is role(sheet(cells, start=9)[0] if any(cells) else Line(9, cells, []), found)


def test_a_formula_without_a_value_is_data() -> None:
    """A line that has nothing but a lost formula where the order should stand is no blank line."""
    found = found_in(sheet(["商品", "订单号"], ["a", ID]))
    assert Role.DATA is role(Line(9, ["", ""], [EMPTY, NO_VALUE]), found)


def test_error_cells_are_passed_on() -> None:
    """An error cell in the order column reaches the plan with its kind."""
    lines = [*sheet(["订单号"], [ID]), Line(3, ["#N/A"], [ERROR])]
    assert [[TEXT, ERROR]] == [batch.order_kinds for batch in row_batches(lines, found_in(lines))]


@pytest.mark.parametrize("asked", ["单据", "B", "b", " 单据 ", "单 据"])
def test_the_order_column_as_asked(asked: str) -> None:
    """By its header or its letter, whatever names the sheet has besides."""
    lines = sheet(["订单号", "单据"], [ID, "x1"])
    assert 1 == found_in(lines, ReadOptions(order_columns=(asked,))).order_column


def test_a_letter_wins_over_a_header() -> None:
    """“B” means the second column, also where the first is headed “B”."""
    assert 1 == found_in(sheet(["B", "x"], [ID, "1"]), ReadOptions(order_columns=("B",))).order_column


def test_the_first_asked_name_that_is_there_counts() -> None:
    """The settings may list a name per kind of sheet."""
    assert (
        1
        == found_in(sheet(["x", "单据"], ["1", ID]), ReadOptions(order_columns=("号码", "单据"))).order_column
    )


def test_a_letter_without_known_headers_takes_the_words_above_the_values() -> None:
    """The last words in the column above its first value are the header."""
    lines = sheet(["清单"], ["名", "编码"], ["a", ID])
    assert 2 == found_in(lines, ReadOptions(order_columns=("B",))).header_line


def test_an_order_is_never_taken_for_a_header() -> None:
    """A sheet without headers is refused with the line and what to do."""
    with pytest.raises(ReadError) as caught:
        find_table(sheet([ID], [ID]), ReadOptions(order_columns=("A",)), "S")
    assert re.search("line 1 already contains “261122", message_of(caught.value))


@pytest.mark.parametrize("asked", ["ZZ", "oid", "没有"])
def test_an_asked_column_that_is_not_there_is_no_table(asked: str) -> None:
    """A letter beyond the sheet is no column; the sentence shows the headers there are."""
    lines = sheet(["订单号", "商家id"], [ID, "1"])
    options = ReadOptions(order_columns=(asked,))
    assert None is find_table(lines, options, "S")
    assert f"no column “{asked}”" in message_of(nothing_found([("S", lines)], options))


def test_an_asked_name_that_two_columns_bear_is_asked_about() -> None:
    """Even asked for, two columns of one name are two."""
    with pytest.raises(ReadError) as caught:
        find_table(sheet(["单据", "x", "单据"], [ID, "", ID]), ReadOptions(order_columns=("单据",)), "S")
    assert re.search(r"column A.*column C", message_of(caught.value))


def test_a_missing_owner_column_is_named() -> None:
    """An owner column that was asked for must be there."""
    with pytest.raises(ReadError) as caught:
        find_table(sheet(["订单号"], [ID]), ReadOptions(owner_columns=("商家",)), "S")
    assert re.search("A “订单号”", message_of(caught.value))


def test_the_shop_column_counts_only_with_a_map() -> None:
    """Names are no ids; without input.owners they are not looked at."""
    lines = sheet(["店铺名称", "订单号"], ["晨光", ID])
    assert (None, 0) == (
        found_in(lines).shop_column,
        found_in(lines, ReadOptions(owners={"晨光": "1"})).shop_column,
    )


@pytest.mark.parametrize(("value", "owner"), [("王芳", None), ("Alice", None), ("23456789", 0), ("", 0)])
def test_an_owner_may_be_a_person(value: str, owner: int | None) -> None:
    """A column headed “owner” with people in it is no merchant column."""
    assert owner == found_in(sheet(["owner", "订单号"], [value, ID])).owner_column


def test_a_better_shape_beats_a_better_name() -> None:
    """An ERP's own 订单编号 beside the platform's number is left alone, and the note states why."""
    found = found_in(sheet(["订单编号", "原始单号"], ["JY1001", ID]))
    assert (1, choosing.BY_SHAPE) == (found.order_column, found.notes[0].code)


def test_columns_with_the_same_orders_need_no_question() -> None:
    """Two columns that name the same orders, also joined in one cell, are one."""
    lines = sheet(["原始单号", "子单原始单号"], [f"{ID},261122-123456789012346", ID], [ID, ID])
    assert 0 == found_in(lines).order_column


def test_damaged_numbers_still_choose_their_column() -> None:
    """A column that Excel has shortened is the order column; its rows are refused later."""
    lines = sheet(["订单号", "平台单号"], ["1.26E+17", "x"], ["1.26E+17", "y"])
    assert 0 == found_in(lines).order_column


def test_an_empty_column_gives_way() -> None:
    """A template's unused column doesn't hide the one that is filled."""
    assert 1 == found_in(sheet(["订单号", "平台单号"], ["", ID])).order_column


def test_a_sheet_that_describes_fields_is_no_table() -> None:
    """Words alone under an order header are a description."""
    assert None is find_table(
        sheet(["订单号", "说明"], ["平台的编号", "文本"], ["店铺", "文本"]), ReadOptions(), "S"
    )


RESULT_ZH = ["同步状态", "错误信息", "消耗点券", "处理建议", "状态码", "尝试次数", "完成时间"]
RESULT_EN = ["sync status", "error", "points spent", "what to do", "API status", "attempts", "answered at"]


@pytest.mark.parametrize(("ours", "decision"), [(RESULT_ZH, "处理决定"), (RESULT_EN, "decision")])
def test_an_earlier_result_is_recognised(ours: list[str], decision: str) -> None:
    """Its columns are to be replaced, the user's own column of the same name stays."""
    lines = sheet(["error", "订单号", *ours, "mine", decision], ["e", ID, *ours, "m", ""])
    found = found_in(lines)
    assert ((*range(2, 9), 10), 10) == (found.result_columns, found.decision_column)


def test_a_users_own_columns_are_no_result() -> None:
    """A few names like ours are a coincidence."""
    found = found_in(sheet(["订单号", "error", "decision", "状态码"], [ID, "", "", ""]))
    assert ((), None) == (found.result_columns, found.decision_column)


def test_the_total_of_an_earlier_result_is_blank() -> None:
    """Our own SUBTOTAL under the points column is no row."""
    found = found_in(sheet(["订单号", *RESULT_ZH], [ID, *[""] * 7]))
    assert Role.BLANK is role(
        Line(9, ["", "", "", "35", "", "", "", ""], [EMPTY] * 3 + [NUMBER] + [EMPTY] * 4), found
    )


def test_hidden_rows_are_marked() -> None:
    """A batch with a hidden row has a mark for each; one without has none."""
    lines = sheet(["订单号"], [ID], [ID], [ID])
    lines[2] = lines[2]._replace(hidden=True)
    found = found_in(lines)
    assert ([[0, 1, 0]], [[]]) == (
        [batch.hidden for batch in row_batches(lines, found)],
        [batch.hidden for batch in row_batches(lines[:2], found)],
    )


def test_batches_have_their_size() -> None:
    """Rows come in batches, in order, none twice."""
    lines = sheet(["订单号", "商家id"], *[[ID, "1"]] * 25)
    batches = list(row_batches(lines, found_in(lines), size=10))
    assert ([10, 10, 5], list(range(2, 27))) == (
        [len(batch.owners) for batch in batches],
        [line for batch in batches for line in batch.lines],
    )


@pytest.mark.parametrize(
    ("header", "asked"), [("网店订单", "网店订单"), ("子订单编号", "子订单编号"), ("我的单号", "我的单号")]
)
def test_a_similar_header_is_only_a_question(header: str, asked: str) -> None:
    """A substring match is offered, never taken."""
    text = nothing_found([("S", sheet(["x", header], ["", ID]))], ReadOptions())
    assert f"Is it “{asked}” (B): {ID}?" in message_of(text)


@pytest.mark.parametrize("titles", [[], [["", "导出"]]], ids=["no title", "title"])
def test_a_column_of_pinduoduo_numbers_without_a_header_is_a_question(titles: list[list[str]]) -> None:
    """It is offered with two of its values, and the letter to ask for."""
    other = "261122-123456789012346"
    lines = sheet(*titles, ["商品", ""], ["a", ID], ["b", other], ["c", ID])
    text = message_of(nothing_found([("S", lines)], ReadOptions()))
    assert f"Is it B: {ID}, {other}?" in text
    assert "--order-column B" in text


def test_pinduoduo_numbers_under_a_header_of_something_else_are_no_question() -> None:
    """The header states that they are no order numbers."""
    lines = sheet(["商品", "快递单号"], ["a", ID])
    assert "Is it" not in message_of(nothing_found([("S", lines)], ReadOptions()))


@pytest.mark.parametrize("header", ["快递单号", "订单状态", "商家编码", "订单金额(元)"])
def test_a_never_name_is_not_even_a_question(header: str) -> None:
    """What is known to be something else isn't offered; the sentence shows what was seen."""
    text = message_of(nothing_found([("S", sheet(["x", header], ["", ID]))], ReadOptions()))
    assert (False, True) == ("Is it" in text, header in text)


def test_an_empty_file_states_so() -> None:
    """Every sheet is empty."""
    text = nothing_found([("S", [])], ReadOptions())
    assert "no sheet has any data" in message_of(text)


def test_every_note_has_words() -> None:
    """Each code that the child sends has a sentence."""
    codes = {value for name, value in vars(choosing).items() if name.isupper() and isinstance(value, str)}
    assert set(messages.NOTES) == codes | {EXPLANATION, "corrected", "decided_on_page"}

"""Ids grafted into files of every container, in each guard and encoding: whole ones digit for digit, damaged ones refused.

From the bytes of a file to the plan, all but the parser process: what `check --plan` writes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

import orjson
import pytest
import xlwt

from batchsync.config import InputSettings
from batchsync.model import FileFound, KnownOrders, Plan, PlanVerdict, Reason, RowBatch, SheetFound
from batchsync.planning.plan import make_plan, verdicts_of
from batchsync.reader import worker
from batchsync.reader.messages import decode, encode
from batchsync.reader.source import ReadOptions
from tests.reader import test_ods, workbooks

ORDERS = ["126446-123456789012345", "512739507826202871", "5127395078262028714", "295512345678", "2955123456789017", "P123456789012345678", "5127395078262028714A", "6914567890123456789-1"]  # fmt: skip
GUARDS = ["{}", "\t{}", "{}\t", "'{}", "`{}`", '="{}"', "_{}", "&nbsp;{}", "\u00a0{}\u00a0", "\u3000{}", " {} ", "\u200b{}\ufeff", "\u202d{}\u202c", "\u2018{}\u2019"]  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789-PA", "０１２３４５６７８９－ＰＡ")
CELLS = [(guard.format(order), order) for guard in GUARDS for order in ORDERS] + [
    (order.translate(FULL_WIDTH), order) for order in ORDERS
]
OWNER = "780000001"


def planned(path: Path) -> Plan:
    """What a file becomes; the messages are encoded and decoded."""
    settings = InputSettings(owner_id=OWNER)

    kinds = (FileFound, SheetFound, RowBatch)

    def items() -> Iterable[FileFound | SheetFound | RowBatch]:
        for item in worker.orders(path, ReadOptions(owner_id=OWNER)):
            yield decode(orjson.loads(orjson.dumps(encode(item))), kinds, "", 1)  # type: ignore[misc]

    return make_plan(
        items(), settings, lambda _, numbers: KnownOrders(states=bytes(len(numbers))), include_unusual=True
    )


# --- Writers of one column, by container --------------------------------------------------------------------


def as_text(codec: str, delimiter: str, quoting: int) -> Callable[[Path, Sequence[str]], None]:
    def write(path: Path, cells: Sequence[str]) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
        writer.writerows([["商品名称", "订单编号"], *(["甲", cell] for cell in cells)])
        path.write_bytes(out.getvalue().encode(codec))

    return write


def inline(path: Path, cells: Sequence[str]) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c></row>'
        for n, cell in enumerate(["订单编号", *cells], 1)
    )
    workbooks.xlsx(path, rows)


def shared(path: Path, cells: Sequence[str]) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, len(cells) + 2)
    )
    strings = [f'<t xml:space="preserve">{escape(cell)}</t>' for cell in ["订单编号", *cells]]
    workbooks.xlsx(path, rows, strings=strings)


def rich(path: Path, cells: Sequence[str]) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, len(cells) + 2)
    )
    strings = [
        f'<r><t xml:space="preserve">{escape(cell[:5])}</t></r><r><rPr><b/></rPr><t xml:space="preserve">{escape(cell[5:])}</t></r>'
        for cell in ["订单编号", *cells]
    ]
    workbooks.xlsx(path, rows, strings=strings)


def xls(path: Path, cells: Sequence[str]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row, cell in enumerate(["订单编号", *cells]):
        sheet.write(row, 0, cell)
    book.save(str(path))


def xlsb(path: Path, cells: Sequence[str]) -> None:
    texts = enumerate(["订单编号", *cells])
    workbooks.xlsb(
        path, b"".join(workbooks.row_head(row) + workbooks.text_cell(0, cell) for row, cell in texts)
    )


def ods(path: Path, cells: Sequence[str]) -> None:
    def spaced(cell: str) -> str:
        return escape(cell).replace("\t", "<text:tab/>").replace(" ", "<text:s/>")

    test_ods.ods(path, "".join(test_ods.row(test_ods.cell(spaced(cell))) for cell in ["订单编号", *cells]))


def html(path: Path, cells: Sequence[str]) -> None:
    rows = "".join(f"<tr><td>{escape(cell)}</td></tr>" for cell in ["订单编号", *cells])
    path.write_bytes(f"<meta charset=utf-8><table>{rows}</table>".encode("gb18030"))


def xml_2003(path: Path, cells: Sequence[str]) -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = "".join(
        f'<Row><Cell><Data ss:Type="String">{escape(cell)}</Data></Cell></Row>'
        for cell in ["订单编号", *cells]
    )
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="S"><Table>{rows}'
        "</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )


WRITERS: dict[str, Callable[[Path, Sequence[str]], None]] = {
    **{
        f"{codec} {delimiter!r} {quoting}": as_text(codec, delimiter, quoting)
        for codec in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
        for delimiter in (",", "\t", ";", "|")
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
    },
    **{write.__name__: write for write in (inline, shared, rich, xls, xlsb, ods, html, xml_2003)},
}


@pytest.mark.parametrize("container", WRITERS)
def test_a_grafted_id_comes_back_digit_for_digit(tmp_path: Path, container: str) -> None:
    """120 cells of eight platforms' ids in fifteen guards: each becomes its order, none is lost or another."""
    WRITERS[container](tmp_path / "orders", [cell for cell, _ in CELLS])
    plan = planned(tmp_path / "orders")
    assert [order for _, order in CELLS] == plan.numbers
    assert {PlanVerdict.SEND, PlanVerdict.DUPLICATE} == set(verdicts_of(plan))


# --- Damage -------------------------------------------------------------------------------------------------

TEXT_DAMAGE = [
    ("1.26E+17", Reason.EXPONENT),
    ("1.26446123456789E+17", Reason.EXPONENT),
    ("5.12740e18", Reason.EXPONENT),
    ("126446123456.5", Reason.FRACTION),
    ("512739507826202000.0", Reason.TRUNCATED),
    ("5127395078262028288.0", Reason.ROUNDED),
    ("#N/A", Reason.ERROR_CELL),
    ("#REF!", Reason.ERROR_CELL),
    ("2026-11-22", Reason.NOT_AN_ID),
    ("780,000,001", Reason.NOT_AN_ID),
    ("50%", Reason.NOT_AN_ID),
    ("¥35.00", Reason.NOT_AN_ID),
    ("无", Reason.MISSING),
    ("-", Reason.MISSING),
]


@pytest.mark.parametrize("container", WRITERS)
def test_a_damaged_id_is_refused_with_its_reason(tmp_path: Path, container: str) -> None:
    """As text in any file; the whole ones beside them are read."""
    damaged = [cell for cell, _ in TEXT_DAMAGE]
    WRITERS[container](tmp_path / "orders", [*ORDERS, *damaged])
    plan = planned(tmp_path / "orders")
    whole = len(ORDERS)
    found = [plan.reasons[entry].code if entry in plan.reasons else None for entry in range(len(plan))]
    assert (ORDERS, [None] * whole, [reason for _, reason in TEXT_DAMAGE]) == (
        plan.numbers[:whole],
        found[:whole],
        found[whole:],
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<v>5127395078262028714</v>", "5127395078262028714"),
        ("<v>126446123456789188</v>", "126446123456789188"),
        ("<v>295512345678</v>", "295512345678"),
        ("<v>295512345678.0</v>", "295512345678"),
        ("<v>5.1273950782620288E+18</v>", Reason.EXPONENT),
        ("<v>1.26446123456789E+17</v>", Reason.EXPONENT),
        ("<v>5127395078262020000</v>", Reason.TRUNCATED),
        ("<v>126446123456789000</v>", Reason.TRUNCATED),
        ("<v>126446.5</v>", Reason.FRACTION),
        ("<f>A1</f>", Reason.NO_VALUE),
    ],
)
def test_numbers_of_an_xlsx_are_exact_or_refused(tmp_path: Path, cell: str, expected: str | Reason) -> None:
    """The raw text counts: a plain row of digits is whole, an exponent or a row of zeros has lost some."""
    rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>订单号</t></is></c></row><row r="2"><c r="A2">{cell}</c></row>'
    plan = planned(workbooks.xlsx(tmp_path / "a.xlsx", rows))
    found = plan.reasons[0].code if 0 in plan.reasons else plan.numbers[0]
    assert [expected] == [found]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (295512345678.0, "295512345678"),
        (123456789012345.0, "123456789012345"),
        (2955123456789012.0, Reason.ROUNDED),
        (5127395078262028714.0, Reason.ROUNDED),
        (5127395078262020000.0, Reason.ROUNDED),
        (126446123456789000.0, Reason.ROUNDED),
        (126446.5, Reason.FRACTION),
    ],
)
@pytest.mark.parametrize("container", ["xls", "xlsb"])
def test_numbers_of_the_binary_kinds_are_trusted_to_15_digits(
    tmp_path: Path, container: str, number: float, expected: str | Reason
) -> None:
    """They are floats there: further digits are unknown."""
    path = tmp_path / f"a.{container}"
    if container == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("S")
        sheet.write(0, 0, "订单号")
        sheet.write(1, 0, number)
        book.save(str(path))
    else:
        workbooks.xlsb(
            path,
            workbooks.row_head(0)
            + workbooks.text_cell(0, "订单号")
            + workbooks.row_head(1)
            + workbooks.number_cell(0, number),
        )
    plan = planned(path)
    found = plan.reasons[0].code if 0 in plan.reasons else plan.numbers[0]
    assert [expected] == [found]

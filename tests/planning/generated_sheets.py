"""Generates sheets with known truth, and counts wrong orders sent, needless questions, and good orders held back.

`python -m tests.planning.generated_sheets 5000` runs the long form; three of five sheets are read from files.
"""

import csv
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear, ReadError
from batchsync.model import FileFound, KnownOrders, PlanVerdict, RowBatch, SheetFound
from batchsync.planning.plan import make_plan, verdicts_of
from batchsync.reader import many_files, read_orders
from batchsync.reader.row_batches import row_batches
from batchsync.reader.source import EMPTY, NUMBER, TEXT, Line, ReadOptions
from batchsync.reader.table.header_row import find_table

DEFAULT_OWNER, OWNER = "2049064", "9990001"
FILE = FileFound(container="xlsx", sha256="0" * 64, size=1)
KNOWN_NAMES = ("订单号", "订单编号", "平台订单号", "线上订单号", "order_sn", "Order Number", "*订单号(必填)")
ERP_PAIRS = (
    ("订单号", "交易号"),
    ("订单编号", "网店单号"),
    ("订单编号", "原始单号"),
    ("订单号", "平台单号"),
    ("系统单号", "线上单号"),
)
FOOTS = (
    "合计",
    "合 计",
    "总计：",
    "笔数",
    "订单总数",
    "拼多多合计",
    "Total",
    "Total orders",
    "共计",
    "合計",
    "小计",
)
GOODS = ("保温杯", "合计3件套", "Total 5W-40 engine oil", "纸巾", "小计 本子", "T恤 L")


def pinduoduo(rng: random.Random) -> str:
    return f"26{rng.randint(1, 12):02}{rng.randint(1, 28):02}-{rng.randrange(10**14, 10**15)}"


def digits(length: int) -> Callable[[random.Random], str]:
    return lambda rng: str(rng.randrange(10 ** (length - 1), 10**length))


PLATFORMS: tuple[Callable[[random.Random], str], ...] = (
    pinduoduo,
    pinduoduo,
    digits(19),
    digits(18),
    digits(12),
)


@dataclass
class Sheet:
    """Lines, and what is right for them."""

    lines: list[Line] = field(default_factory=list)
    owner: str = DEFAULT_OWNER
    good: set[str] = field(default_factory=set)
    is_hard: bool = False
    """A question is right here, too."""

    def add(self, *cells: str, numbers: tuple[int, ...] = ()) -> None:
        kinds = [NUMBER if i in numbers else TEXT if cell else EMPTY for i, cell in enumerate(cells)]
        if any(cells):
            self.lines.append(Line(self.next, list(cells), kinds))
        self.next += 1

    next: int = 1


def generate(rng: random.Random) -> Sheet:
    """Return one sheet: a layout, headers, platforms, foot rows and damage."""
    sheet = Sheet()
    mixed = rng.random() < 0.3
    platform = rng.choice(PLATFORMS)
    erp = rng.choice(ERP_PAIRS) if rng.random() < 0.3 else None
    names = list(erp) if erp else [rng.choice(KNOWN_NAMES)]
    with_owner = rng.random() < 0.5
    bad_owner = not with_owner and rng.random() < 0.3
    headers = ["序号", "商品", *names, "数量", "金额"]
    if with_owner:
        sheet.owner = OWNER
        headers.append(rng.choice(("商家ID", "店铺ID", "mall_id")))
    if bad_owner:
        headers.append(rng.choice(("店铺编号", "店铺Id")))
    order = list(range(len(headers)))
    rng.shuffle(order)
    width = len(headers)

    def row(cells: list[str], numbers: tuple[int, ...] = ()) -> None:
        sheet.add(*(cells[i] for i in order), numbers=tuple(order.index(i) for i in numbers))

    match rng.randrange(5):
        case 0:
            sheet.add("订单导出", *[""] * (width - 1))
        case 1:
            sheet.add("订单号：", "全部", "店铺ID：", "")
            sheet.add("下单时间：", "2026-11-01", "状态：", "全部")
        case 2:
            sheet.add("店铺ID", "", "订单号", "")
            sheet.add()
        case 3:
            sheet.add("订单号", "平台的订单编号")
            sheet.add("商家ID", "店铺后台显示的编号")
    at = len(names)
    if with_owner and rng.random() < 0.2:
        sheet.add(
            *("商家信息" if headers[i] in ("商家ID", "店铺ID", "mall_id") else headers[i] for i in order)
        )
        sheet.add(*(headers[i] if headers[i] in ("商家ID", "店铺ID", "mall_id") else "" for i in order))
    else:
        row(headers)
    if rng.random() < 0.1:
        row(["", "选填", *["必填，文本格式"] * at, "", "", *[""] * (width - 4 - at)])
    count = rng.randint(4, 25)
    for n in range(count):
        number = (rng.choice(PLATFORMS) if mixed else platform)(rng)
        own = [f"JY20261130{n:06}" if rng.random() < 2 else ""] if erp else []
        tail = [OWNER if with_owner else rng.choice(("001", "001"))] if with_owner or bad_owner else []
        cells = [str(10001 + n), rng.choice(GOODS), *own, number, str(rng.randint(1, 9)), "35.00", *tail]
        kinds: tuple[int, ...] = (0, 2 + at, 3 + at)
        place = 1 + at
        chance = rng.random()
        if chance < 0.04 and number.isdecimal() and len(number) == 19:
            cells[place] = str(int(float(number)))  # a numeric cell that lost digits
            kinds = (*kinds, place)
        elif chance < 0.06:
            cells[place] = rng.choice((f"{number}-1", f"{number}A", "8", sheet.owner))
        else:
            sheet.good.add(number)
        row(cells, kinds)
    if rng.random() < 0.4:
        foot = ["", "", *[""] * at, "", str(count * 35), *[""] * (width - 4 - at)]
        if rng.random() < 0.7:
            foot[0 if rng.random() < 0.5 else 1] = rng.choice(FOOTS)
            if rng.random() < 0.5:
                foot[1 + at] = str(count)
        row(foot, (3 + at,))
    return sheet


FORMS = ("xlsx", "utf-8-sig", "gbk")
"""Kinds of files: a workbook, and CSV in two encodings."""


def write_file(sheet: Sheet, form: str, folder: Path) -> Path:
    """Write a sheet as Excel saves it: a number in a CSV has fifteen digits, then zeros."""
    if form == "xlsx":
        path = folder / "orders.xlsx"
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        for line in sheet.lines:
            for column, (text, kind) in enumerate(zip(line.cells, line.kinds, strict=True), start=1):
                if kind == NUMBER:
                    page.cell(line.number, column).value = float(text) if "." in text else int(text)
                elif text:
                    page.cell(line.number, column).value = text
        book.save(path)
        return path
    path = folder / "orders.csv"
    with path.open("w", encoding=form, newline="") as file:
        writer = csv.writer(file)
        at = 1
        for line in sheet.lines:
            for _ in range(line.number - at):
                file.write("\r\n")
            at = line.number + 1
            writer.writerow(
                text[:15].ljust(len(text), "0") if kind == NUMBER and len(text) > 15 else text
                for text, kind in zip(line.cells, line.kinds, strict=True)
            )
    return path


def outcome(sheet: Sheet, form: str = "") -> tuple[set[tuple[str, str]], bool]:
    """Return the orders that would be sent with their merchants, and whether a question was asked instead.

    `form`: of the file that the sheet is read from; empty for the lines as they are.
    """
    settings = InputSettings(owner_id=DEFAULT_OWNER)
    items: list[FileFound | SheetFound | RowBatch]
    try:
        if form:
            with tempfile.TemporaryDirectory() as folder:
                items = list(read_orders(write_file(sheet, form, Path(folder)), settings))
        else:
            found = find_table(sheet.lines, ReadOptions(owner_id=DEFAULT_OWNER), "S")
            if found is None:
                return set(), True
            items = [FILE, found, *row_batches(sheet.lines, found)]
        plan = make_plan(items, settings, lambda _, each: KnownOrders(states=bytes(len(each))))
    except (ReadError, ColumnsUnclear):
        return set(), True
    sent = {
        (owner, number)
        for owner, number, verdict in zip(plan.owners, plan.numbers, verdicts_of(plan), strict=True)
        if verdict is PlanVerdict.SEND
    }
    return sent, False


def measure(count: int, seed: int = 1, *, files: bool = False) -> Counter[str]:
    """Return how many sheets, questions, good orders, wrong orders sent and good orders held back there were.

    `files`: whether three of five sheets are written to files and read from them.
    """
    seen: Counter[str] = Counter()
    for n in range(count):
        sheet = generate(random.Random(f"{seed}/{n}"))
        form = FORMS[n % 5] if files and n % 5 < len(FORMS) else ""
        sent, asked = outcome(sheet, form)
        seen["files"] += bool(form)
        good = {(sheet.owner, number) for number in sheet.good}
        seen["sheets"] += 1
        seen["questions"] += asked
        seen["wrong sent"] += len(sent - good)
        if sent - good and "first wrong" not in seen:
            seen["first wrong"] = n
        if not asked:
            seen["good"] += len(good)
            seen["held back"] += len(good - sent)
    return seen


if __name__ == "__main__":
    with many_files():
        for name, number in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300, files=True).items():
            print(f"{name}: {number}")

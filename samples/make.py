"""Makes the sample sheets anew: `python samples/make.py`. All numbers and names are invented."""

# ruff: noqa: INP001, DTZ001, S311  (a script of its own; spreadsheets know no zones; nothing secret is drawn)
import random
from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
MADE_AT = datetime(2026, 11, 23)
"""Fixed, so that the files come out the same."""
GOODS = (
    "纯棉毛巾 2 条装",
    "不锈钢保温杯 500ml",
    "手机支架",
    "厨房纸 12 卷",
    "儿童雨衣",
    "LED 台灯",
    "洗衣液 2kg",
)
CITIES = ("杭州市", "成都市", "武汉市", "西安市", "长沙市")


def pinduoduo_number(dice: random.Random) -> str:
    """Invent an order number of Pinduoduo's shape."""
    return f"2611{dice.randint(1, 22):02d}-{dice.randrange(10**14, 10**15):015d}"


def export(dice: random.Random) -> None:
    """A shop's own export: title rows, tabs around the ids, a total at the foot, no merchant column."""
    book = xlsxwriter.Workbook(str(HERE / "拼多多订单导出.xlsx"), {"default_date_format": "yyyy-mm-dd hh:mm"})
    book.set_properties({"created": MADE_AT, "author": "batchsync samples"})
    bold, head = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1}),
    )
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("订单列表")
    sheet.merge_range("A1:G1", "拼多多订单导出", bold)
    sheet.write_string("A2", "导出时间：2026-11-23 09:00　筛选条件：待同步")
    headers = (
        "商品",
        "订单号",
        "订单状态",
        "商品数量(件)",
        "商家实收金额(元)",
        "商家编码-规格维度",
        "订单成交时间",
    )
    sheet.write_row(3, 0, headers, head)
    numbers = [pinduoduo_number(dice) for _ in range(40)]
    numbers[17] = numbers[3]
    for line, number in enumerate(numbers, start=4):
        paid = dice.randint(990, 9_990) / 100
        sheet.write_string(line, 0, dice.choice(GOODS))
        sheet.write_string(line, 1, f"\t{number}")
        sheet.write_string(line, 2, "已发货，待签收")
        sheet.write_number(line, 3, dice.randint(1, 3))
        sheet.write_number(line, 4, paid)
        sheet.write_string(line, 5, f"SKU-{dice.randint(100, 999)}")
        sheet.write_datetime(
            line, 6, datetime(2026, 11, dice.randint(1, 22), dice.randint(8, 22), dice.randint(0, 59)), date
        )
    last = 4 + len(numbers)
    sheet.write_string(last, 0, "合计", head)
    sheet.write_formula(last, 3, f"=SUM(D5:D{last})", head, 80)
    sheet.set_column("A:A", 22)
    sheet.set_column("B:B", 26)
    sheet.set_column("C:G", 18)
    sheet.freeze_panes(4, 0)
    book.close()


def guarded_csv(dice: random.Random) -> None:
    """A CSV in GBK with ids in ="...", as programs write it that know what Excel does to long numbers."""
    lines = ["序号,订单编号,商家ID,收货城市,备注"]
    for place in range(1, 31):
        remark = '"多件,请合并"' if place % 7 == 0 else ""
        lines.append(
            f'{place},="{pinduoduo_number(dice)}",="23456{place % 3 + 1:03d}",{dice.choice(CITIES)},{remark}'
        )
    (HERE / "gbk-guarded.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("gbk"))


def erp(dice: random.Random) -> None:
    """An ERP's workbook: two sheets, one hidden, the shop only by name, its own numbers beside the platform's, filtered rows."""
    book = xlsxwriter.Workbook(str(HERE / "erp-two-sheets.xlsx"))
    book.set_properties({"created": MADE_AT, "author": "batchsync samples"})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    headers = ("订单编号", "店铺名称", "原始单号", "物流单号", "状态")
    for name, shop in (("旗舰店", "晨光百货旗舰店"), ("专营店", "悦居家专营店")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, headers, head)
        for line in range(1, 26):
            kept = line % 8 != 0
            row = (
                f"JY2026112300{line:03d}",
                shop,
                pinduoduo_number(dice),
                f"YT{dice.randrange(10**12):013d}",
                "待同步" if kept else "已取消",
            )
            for column, text in enumerate(row):
                sheet.write_string(line, column, text)
            if not kept:
                sheet.set_row(line, options={"hidden": True})
        sheet.autofilter(0, 0, 25, len(headers) - 1)
        sheet.filter_column_list("E", ["待同步"])
        sheet.set_column("A:E", 24)
    notes = book.add_worksheet("作废")
    notes.write_row(0, 0, headers, head)
    notes.write_row(1, 0, ("JY20261123999", "晨光百货旗舰店", pinduoduo_number(dice), "", "已作废"))
    notes.hide()
    book.close()


def bad_rows(dice: random.Random) -> None:
    """One row of each kind that can't, or need not, be sent, among good ones."""
    book = xlsxwriter.Workbook(str(HERE / "every-bad-row.xlsx"))
    book.set_properties({"created": MADE_AT, "author": "batchsync samples"})
    head, bad = (
        book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1}),
        book.add_format({"bg_color": "#FDE9E7"}),
    )
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ("order_sn", "mall_id", "what is the matter"), head)
    good = pinduoduo_number(dice)
    cells = [
        (good, "nothing"),
        (pinduoduo_number(dice), "nothing"),
        ("1.26E+17", "shortened by Excel: the last digits are lost"),
        (126446123456789000, "a number cut after 15 digits"),
        (12345.67, "a number with decimals"),
        ("126446******188", "masked"),
        ("见备注", "words"),
        ("", "empty"),
        ("-", "a dash for empty"),
        (f"{pinduoduo_number(dice)}、{pinduoduo_number(dice)}", "nothing: two orders in one cell"),
        (good, "the same as line 2"),
        ("9" * 70, "too long"),
        (f"'{pinduoduo_number(dice)}", "nothing: an apostrophe in front"),
        (
            pinduoduo_number(dice).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}),
            "nothing: full-width digits",
        ),
    ]
    line = 0
    for line, (order, matter) in enumerate(cells, start=1):
        sheet.write(line, 0, order) if isinstance(order, int | float) else sheet.write_string(line, 0, order)
        sheet.write_string(line, 1, "23456789")
        sheet.write_string(line, 2, matter, None if matter.startswith("nothing") else bad)
    sheet.write_formula(line + 1, 0, "=VLOOKUP(C1,C2:C3,1,0)", None, "#N/A")
    sheet.write_string(line + 1, 1, "23456789")
    sheet.write_string(line + 1, 2, "a lookup that found nothing", bad)
    for below, (owner, matter) in enumerate(
        (("", "no merchant"), ("晨光百货", "a name instead of a merchant id")), start=line + 2
    ):
        sheet.write_string(below, 0, pinduoduo_number(dice))
        sheet.write_string(below, 1, owner)
        sheet.write_string(below, 2, matter, bad)
    sheet.set_column("A:A", 48)
    sheet.set_column("B:B", 16)
    sheet.set_column("C:C", 48)
    book.close()


if __name__ == "__main__":
    for place, make in enumerate((export, guarded_csv, erp, bad_rows)):
        make(random.Random(place))

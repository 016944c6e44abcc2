"""Draw the pictures of a result for the docs: python docs/pictures.py (needs LibreOffice and pdftoppm)."""  # noqa: INP001 a script, not a package

# ruff: noqa: S603, S607 (fixed commands)

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from batchsync.messages import Lang
from batchsync.model import EntryResult, Note, PlanVerdict, Reason, RunRecord, SheetFound, State
from batchsync.writer import ResultJob, write_result

IMAGES = Path(__file__).parent / "images"
BEGAN = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
HEADERS = {
    Lang.ZH: ("订单号", "商家id", "商品", "实付金额"),
    Lang.EN: ("order number", "merchant id", "product", "paid"),
}
NAMES = {Lang.ZH: ("订单", "十月订单.xlsx"), Lang.EN: ("Orders", "October orders.xlsx")}
PRODUCTS = {
    Lang.ZH: ("龙井茶 250g", "手工陶杯", "帆布袋", "桂花糕礼盒"),
    Lang.EN: ("Green tea 250 g", "Clay cup", "Canvas bag", "Gift box"),
}
ROWS = 18
DOTS = 130
CROPS = {"result": (80, 88, 1990, 510), "summary": (95, 95, 920, 890), "uncertain": (80, 90, 1370, 150)}
"""The part of each page that is shown: left, top, width, height at that many dots an inch."""


def make_input(path: Path, lang: Lang) -> SheetFound:
    """Make a sheet as a clerk would have it."""
    book: Any = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(NAMES[lang][0])
    font = {
        "font_name": "微软雅黑" if lang is Lang.ZH else "Calibri",
        "border": 1,
        "border_color": "#D9D9D9",
        "valign": "vcenter",
    }
    head = book.add_format({**font, "bold": True, "bg_color": "#305496", "font_color": "#FFFFFF"})
    cell, money = book.add_format(font), book.add_format({**font, "num_format": "#,##0.00"})
    sheet.write_row(0, 0, HEADERS[lang], head)
    for line in range(1, ROWS + 1):
        sheet.write_string(line, 0, f"2610{line:02d}-{371906284410557 + line * 7919:015d}", cell)
        sheet.write_string(line, 1, "2088123464", cell)
        sheet.write_string(line, 2, PRODUCTS[lang][line % 4], cell)
        sheet.write_number(line, 3, 12.5 + line * 3.2, money)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 3, 14)
    sheet.set_default_row(20)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(8)
    book.close()
    return SheetFound(
        sheet=NAMES[lang][0], index=0, header_line=1, headers=HEADERS[lang], order_column=0, owner_column=1,
        notes=(Note(code="order_column_by_name", facts={"at": "A", "header": HEADERS[lang][0]}),
               Note(code="owner_column", facts={"at": "B", "header": HEADERS[lang][1]})),
    )  # fmt: skip


def entries() -> Iterator[EntryResult]:
    """Yield what became of the rows: most went well."""
    for line in range(2, ROWS + 2):
        facts: dict[str, Any] = {
            "verdict": PlanVerdict.SEND, "plan_reason": None, "state": State.SYNCED, "outcome": State.SYNCED,
            "calls": 1, "reason": Reason.SYNCED, "points": 1, "api_status": "0", "http_status": 200,
            "sent_at": BEGAN + timedelta(seconds=line), "answered_at": BEGAN + timedelta(seconds=line + 0.3), "elapsed_s": 0.3,
        }  # fmt: skip
        idle = {
            "calls": 0,
            "outcome": None,
            "reason": None,
            "points": 0,
            "api_status": "",
            "answered_at": None,
        }
        if line in (4, 5):
            facts |= {**idle, "verdict": PlanVerdict.ALREADY_SYNCED, "earlier_run": "20261122-0212-orders",
                     "earlier_at": BEGAN - timedelta(days=1)}  # fmt: skip
        elif line == 8:
            facts |= {**idle, "verdict": PlanVerdict.DUPLICATE, "first_line": 3, "first_sheet": 0}
        elif line == 10:
            facts |= {"state": State.REFUSED, "outcome": State.REFUSED, "reason": Reason.USER_UNKNOWN, "points": 0,
                     "api_status": "1003"}  # fmt: skip
        elif line in (13, 14):
            facts |= {"state": State.UNCERTAIN, "outcome": State.UNCERTAIN, "reason": Reason.TIMEOUT, "points": None,
                     "api_status": "", "answered_at": None, "elapsed_s": 120.0, "http_status": None,
                     "error": "SocketTimeoutError: no answer"}  # fmt: skip
        elif line == 16:
            facts = {"cell": "A16", "header": "A", "value": "1.26E+17"}
            facts |= {**idle, "verdict": PlanVerdict.INVALID, "state": None,
                     "plan_reason": Note(code=Reason.EXPONENT, facts=facts)}  # fmt: skip
        yield EntryResult(
            sheet=0,
            line=line,
            owner_id="2088123464",
            number=f"2610{line - 1:02d}-{371906284410557 + (line - 1) * 7919:015d}",
            **facts,
        )


def fonts(folder: Path) -> Path:
    """Name free fonts used instead of those of the sheets, which only Windows has."""
    path = folder / "fonts.conf"
    stand_ins = {"微软雅黑": "Noto Sans CJK SC", "Calibri": "Carlito"}
    aliases = "".join(
        f'<match><test name="family"><string>{theirs}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{free}</string></edit></match>'
        for theirs, free in stand_ins.items()
    )
    path.write_text(
        '<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"{aliases}</fontconfig>",
        encoding="utf-8",
    )
    return path


def draw(lang: Lang, folder: Path) -> None:
    """Write a result and turn two of its sheets into pictures."""
    path = folder / NAMES[lang][1]
    sheet = make_input(path, lang)
    run = RunRecord(
        run="20261123-0212-orders", account=1, file=f"D:\\orders\\{path.name}", file_sha256="", started_at=BEGAN,
        ended_at=BEGAN + timedelta(seconds=151),
    )  # fmt: skip
    job = ResultJob(
        input=path, sheets=[sheet], target=folder / f"result-{lang}.xlsx", run=run, account="default", lang=lang,
        cells=lambda: iter(()), seconds=151.2, rate=5, url="http://api.example.com/pinSynchronization",
    )  # fmt: skip
    result = write_result(job, entries).path
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(result)],
        check=True, capture_output=True, timeout=300, env={**os.environ, "FONTCONFIG_FILE": str(fonts(folder))},
    )  # fmt: skip
    for page, (name, box) in enumerate(CROPS.items(), start=1):
        crop = [
            part for letter, pixels in zip("xyWH", box, strict=True) for part in (f"-{letter}", str(pixels))
        ]
        command = [
            "pdftoppm",
            "-r",
            str(DOTS),
            "-f",
            str(page),
            "-l",
            str(page),
            "-singlefile",
            "-png",
            *crop,
        ]
        target = IMAGES / f"{name}-{lang}"
        subprocess.run([*command, str(result.with_suffix(".pdf")), str(target)], check=True, timeout=60)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for lang in Lang:
            draw(lang, Path(name))
    sys.exit(0)

"""The morning report on disk: one HTML page that needs nothing else, a text for chat, a spreadsheet of what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.nightly import durable
from batchsync.nightly.ending import NightEnded
from batchsync.nightly.page import Page, language_of, page_of
from batchsync.nightly.record import Filed
from batchsync.nightly.troubles import TroubledRow, Troubles, troubles_of
from batchsync.words import Lang, result
from batchsync.words import morning as words

LONGEST_CELL = 32_000
_WIDTHS = {"line": 7, "error": 44, "todo": 44, "answer": 40, "number": 26}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a report stands."""

    page: Page
    html: Path
    text: Path
    sheet: Path | None
    """None when nothing needs a person."""


def write_report(config: Config, ended: NightEnded, folder: Path, otherwise: Lang, clock: Clock) -> Report:
    """Write the report of a night; one that was killed while it was written is written again. Raises OSError."""
    lang = language_of(ended, config.output.language, otherwise)
    troubles = troubles_of(config, ended.files, lang, clock)
    page = page_of(ended, troubles, lang)
    night = ended.summary.night
    unread = [filed for filed in ended.files if filed.summary is None]
    sheet = folder / f"{night}.xlsx" if troubles.rows or unread else None
    if sheet is not None:
        durable.write_whole(sheet, _workbook(troubles, unread, lang))
    html, text = folder / f"{night}.html", folder / f"{night}.txt"
    durable.write_whole(text, (page.chat + "\n").encode())
    durable.write_whole(html, rendered(page).encode())
    return Report(page=page, html=html, text=text, sheet=sheet)


def rendered(page: Page) -> str:
    """Return the page as HTML; whatever comes from files or the API is escaped."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("batchsync.nightly"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    chart = Markup(page.chart)  # noqa: S704 (made by charts.py, which escapes its labels)
    return environment.get_template("report.html").render(page=page, words=words, chart=chart)


# --- The spreadsheet ----------------------------------------------------------------------------------------


def _workbook(troubles: Troubles, unread: Sequence[Filed], lang: Lang) -> bytes:
    from xlsxwriter import Workbook

    whole = BytesIO()
    with Workbook(
        whole, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    ) as book:
        sheet = book.add_worksheet(words.SHEET.say(lang))
        for column, (name, head) in enumerate(words.SHEET_HEADS.items()):
            sheet.set_column(column, column, _WIDTHS.get(name, 18))
            sheet.write_string(0, column, head.say(lang), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        line = 0
        for filed in unread:
            line += 1
            sheet.write_string(line, 0, filed.shown)
            sheet.write_string(line, 5, words.WHOLE_FILE.say(lang))
            sheet.write_string(line, 6, " ".join(said.say(lang) for said in filed.said)[:LONGEST_CELL])
        for row in troubles.rows:
            line += 1
            _write(sheet, line, row, lang)
        if troubles.unlisted:
            sheet.write_string(line + 1, 0, words.UNLISTED.say(lang, count=f"{troubles.unlisted:,}"))
        sheet.autofilter(0, 0, max(1, line), len(words.SHEET_HEADS) - 1)
    return whole.getvalue()


def _write(sheet: Any, line: int, row: TroubledRow, lang: Lang) -> None:
    for column, name in enumerate(words.SHEET_HEADS):
        cell = result.STATUSES[row.status].say(lang) if name == "status" else getattr(row, name)
        if isinstance(cell, int):
            sheet.write_number(line, column, cell)
        elif cell:
            sheet.write_string(line, column, str(cell)[:LONGEST_CELL])

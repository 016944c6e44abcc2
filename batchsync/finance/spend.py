"""Figures by day, merchant or run, written as CSV, workbook or picture."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TextIO

from batchsync.charts import Bar, bars_svg
from batchsync.ledger import Spending
from batchsync.messages import Lang
from batchsync.messages import finance as messages
from batchsync.model import Figures, total
from batchsync.ooxml.escaping import csv_text

By = Literal["day", "merchant", "run"]
NUMBERS = ("calls", "synced", "failed", "uncertain", "points", "points_possible")
"""Columns of the tables, as `Figures` names them."""

_KEYS: dict[By, Callable[[Spending], str]] = {
    "day": lambda spent: spent.day.isoformat(),
    "merchant": lambda spent: spent.owner_id,
    "run": lambda spent: spent.run,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRow:
    """The figures of one day, merchant or run."""

    key: str
    figures: Figures

    def value(self, name: str) -> int:
        """Return one of `NUMBERS`."""
        return int(getattr(self.figures, name))


def spend_rows(spent: Iterable[Spending], by: By) -> list[SpendRow]:
    """Add up by day (the oldest first), merchant (most points first) or run (in their order)."""
    key_of = _KEYS[by]
    found: dict[str, Figures] = {}
    for each in spent:
        key = key_of(each)
        found[key] = found[key] + each.figures if key in found else each.figures
    rows = [SpendRow(key=key, figures=figures) for key, figures in found.items()]
    return sorted(rows, key=lambda row: -row.figures.points) if by == "merchant" else rows


def spend_json(rows: Sequence[SpendRow], by: By) -> list[dict[str, object]]:
    """Return the figures of each day, merchant or run for machines; the last item, without a key, is the total."""
    names = (*NUMBERS, "charged", "amount_missing")
    whole = SpendRow(key="", figures=total(row.figures for row in rows))
    listed = [{by: row.key, **{name: row.value(name) for name in names}} for row in rows]
    return [*listed, {by: None, **{name: whole.value(name) for name in names}}]


def write_csv(lines: Sequence[SpendRow], by: By, stream: TextIO) -> None:
    """Write one line per day, merchant or run, for machines: English heads, plain numbers."""
    out = csv.writer(stream, lineterminator="\n")
    out.writerow((by, *NUMBERS))
    for line in lines:
        out.writerow((csv_text(line.key), *map(line.value, NUMBERS)))


def write_chart(lines: Sequence[SpendRow], by: By, path: Path, lang: Lang) -> None:
    """Write a picture (.svg) or a workbook with table and chart (.xlsx)."""
    if path.suffix.lower() == ".svg":
        bars = [
            Bar(label=line.key, sure=line.figures.points, possible=line.figures.points_possible)
            for line in lines
        ]
        path.write_text(bars_svg(bars, messages.SPEND_TITLE.render(lang)), encoding="utf-8")
        return
    from xlsxwriter import Workbook

    whole = BytesIO()
    with Workbook(whole, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _fill(book, lines, by, lang)
    path.write_bytes(whole.getvalue())


def _fill(book: Any, lines: Sequence[SpendRow], by: By, lang: Lang) -> None:
    name = messages.SHEETS["chart"].render(lang)
    sheet = book.add_worksheet(name)
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(NUMBERS), 14)
    sheet.freeze_panes(1, 1)
    heads = [messages.BY[by], *(messages.FIGURES[name] for name in NUMBERS)]
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head.render(lang), bold)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line.key)
        for column, figure in enumerate(NUMBERS, start=1):
            sheet.write_number(row, column, line.value(figure), number)
    last = max(1, len(lines))
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for column, colour in ((5, "#2f6fab"), (6, "#d9a13b")):
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, column, last, column],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": messages.SPEND_TITLE.render(lang)})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 340})
    sheet.insert_chart(1, len(heads) + 1, chart)

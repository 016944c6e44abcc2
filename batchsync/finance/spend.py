"""Points by day, merchant or run: added up, and written as CSV, workbook or picture."""

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
from batchsync.planning.plan_csv import harmless

By = Literal["day", "merchant", "run"]
NUMBERS = ("calls", "synced", "failed", "uncertain", "points", "possible")

_KEYS: dict[By, Callable[[Spending], str]] = {
    "day": lambda spent: spent.day.isoformat(),
    "merchant": lambda spent: spent.owner_id,
    "run": lambda spent: spent.run,
}


@dataclass(slots=True, kw_only=True)
class SpendRow:
    """What one day, merchant or run came to."""

    key: str
    calls: int = 0
    synced: int = 0
    failed: int = 0
    uncertain: int = 0
    points: int = 0
    """Points that answers named, and the price of what a person found to be charged."""
    possible: int = 0
    """Points that uncertain calls and answers without an amount may have spent."""
    amount_missing: int = 0

    def add(self, spent: Spending, price: int) -> None:
        """Count one of the ledger's figures."""
        self.calls += spent.calls
        self.synced += spent.synced
        self.failed += spent.failed
        self.uncertain += spent.uncertain
        self.points += spent.points + spent.charged_by_hand * price
        self.possible += (spent.uncertain + spent.amount_missing) * price
        self.amount_missing += spent.amount_missing

    def merge(self, other: "SpendRow") -> None:
        """Add another line's figures."""
        for name in (*NUMBERS, "amount_missing"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def spend_rows(spent: Iterable[Spending], by: By, price: int) -> list[SpendRow]:
    """Add up by day (the oldest first), merchant (the dearest first) or run (in their order)."""
    found: dict[str, SpendRow] = {}
    for each in spent:
        key = _KEYS[by](each)
        found.setdefault(key, SpendRow(key=key)).add(each, price)
    lines = list(found.values())
    return sorted(lines, key=lambda line: -line.points) if by == "merchant" else lines


def write_csv(lines: Sequence[SpendRow], by: By, stream: TextIO) -> None:
    """Write one line per day, merchant or run, for machines: English heads, plain numbers."""
    out = csv.writer(stream, lineterminator="\n")
    out.writerow((by, *NUMBERS))
    for line in lines:
        out.writerow((harmless(line.key), *(getattr(line, name) for name in NUMBERS)))


def write_chart(lines: Sequence[SpendRow], by: By, path: Path, lang: Lang) -> None:
    """Write a picture (.svg) or a workbook with table and chart (.xlsx)."""
    if path.suffix.lower() == ".svg":
        bars = [Bar(label=line.key, sure=line.points, possible=line.possible) for line in lines]
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
            sheet.write_number(row, column, getattr(line, figure), number)
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

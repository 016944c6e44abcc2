"""Figures by day, merchant or run, written as CSV, workbook or picture."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from batchsync.charts import Bar, bars_svg
from batchsync.finance.tables import write_workbook
from batchsync.ledger import Spending
from batchsync.messages import Lang
from batchsync.messages import finance as messages
from batchsync.model import Figures, total
from batchsync.ooxml.escaping import csv_text

By = Literal["day", "merchant", "run"]
NUMBERS = ("calls", "synced", "failed", "uncertain", "points", "points_possible")
"""Columns of the tables, as `Figures` names them."""
STACKED = {6: "2F6FAB", 7: "D9A13B"}
"""Columns of the chart, points and possible points, with their colours."""

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
    headers = [text.render(lang) for text in (messages.BY[by], *(messages.FIGURES[name] for name in NUMBERS))]
    rows: list[list[str | int | None]] = [[line.key, *map(line.value, NUMBERS)] for line in lines]
    sheet = messages.SHEETS["chart"].render(lang)
    write_workbook(path, {sheet: (headers, rows)}, chart=(messages.SPEND_TITLE.render(lang), STACKED))

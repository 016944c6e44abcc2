"""Points spent, grouped for the page: a line for each day, merchant or run, and their picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from batchsync.charts import Bar, bars_svg
from batchsync.finance.spend import By, SpendRow, spend_rows
from batchsync.ledger import Spending

BARS = 60
LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsView:
    """Lines for the table, the newest or dearest first; their sum; and the picture."""

    lines: tuple[SpendRow, ...]
    total: SpendRow
    picture: Markup


def points_view(
    spending: Sequence[Spending], by: By, *, price: int, days: int | None, title: str
) -> PointsView:
    """Return what is shown; `days` is the span of time up to today, None for all there is."""
    lines = spend_rows(spending, by, price)
    total = SpendRow(key="")
    for line in lines:
        total.merge(line)
    bars = _all_days(lines, days) if by == "day" else lines
    bars = bars[:BARS] if by == "merchant" else bars[-BARS:]
    shown = [Bar(label=_label(line.key, by), sure=line.points, possible=line.possible) for line in bars]
    ordered = lines if by == "merchant" else lines[::-1]
    picture = Markup(bars_svg(shown, title))  # noqa: S704 (it escapes its labels; a test says so)
    return PointsView(lines=tuple(ordered[:LINES]), total=total, picture=picture)


def _all_days(lines: list[SpendRow], days: int | None) -> list[SpendRow]:
    """Days without a call count too, so that the picture tells no lie about time."""
    if not lines:
        return []
    known = {line.key: line for line in lines}
    today = date.today()  # noqa: DTZ011 (the ledger tells days by local time)
    span = days if days is not None else (today - date.fromisoformat(lines[0].key)).days + 1
    keys = [(today - timedelta(days=back)).isoformat() for back in range(min(span, BARS) - 1, -1, -1)]
    return [known.get(key) or SpendRow(key=key) for key in keys]


def _label(key: str, by: By) -> str:
    """Return what fits under a bar: the day without its year; a run's day and minute."""
    if by == "day":
        return key[5:]
    return key[4:13] if by == "run" else key

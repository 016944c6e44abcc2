"""Points spent, grouped for the page: a row and a bar for each day, merchant or run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from batchsync.ledger import Spending

BARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRow:
    """What one day, merchant or run came to."""

    label: str
    calls: int = 0
    synced: int = 0
    failed: int = 0
    uncertain: int = 0
    points: int = 0
    possible: int = 0
    """Points that uncertain calls, and answers that named no amount, may have spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsView:
    """Rows for the table, and those of them that the chart shows, in its order."""

    rows: tuple[PointsRow, ...]
    bars: tuple[PointsRow, ...]
    most: int


_KEYS: dict[str, Callable[[Spending], str]] = {
    "day": lambda spent: spent.day.isoformat(),
    "merchant": lambda spent: spent.owner_id,
    "run": lambda spent: spent.run,
}


def totals_of(spending: Sequence[Spending], price: int) -> PointsRow:
    """Add everything up."""
    return _sum("", spending, price)


def points_by(spending: Sequence[Spending], by: str, *, price: int, days: int | None) -> PointsView:
    """Group by day, merchant or run; days without anything count too, so that the chart tells no lie about time."""
    key = _KEYS[by]
    groups: dict[str, list[Spending]] = {}
    for spent in spending:
        groups.setdefault(key(spent), []).append(spent)
    if by == "day":
        for label in _days(sorted(groups), days):
            groups.setdefault(label, [])
        rows = [_sum(label, groups[label], price) for label in sorted(groups, reverse=True)]
        bars = [*reversed(rows[:BARS])]
        rows = [row for row in rows if row.calls]
    else:
        rows = [_sum(label, group, price) for label, group in groups.items()]
        rows.sort(key=(lambda row: row.label) if by == "run" else (lambda row: row.points), reverse=True)
        bars = rows[:BARS]
    most = max((row.points + row.possible for row in bars), default=0)
    return PointsView(rows=tuple(rows), bars=tuple(bars), most=most)


def _days(known: list[str], days: int | None) -> list[str]:
    today = date.today()  # noqa: DTZ011 (the ledger tells days by local time)
    if days is None:
        return known
    return [(today - timedelta(days=back)).isoformat() for back in range(days)]


def _sum(label: str, spending: Sequence[Spending], price: int) -> PointsRow:
    return PointsRow(
        label=label,
        calls=sum(spent.calls for spent in spending),
        synced=sum(spent.synced for spent in spending),
        failed=sum(spent.failed for spent in spending),
        uncertain=sum(spent.uncertain for spent in spending),
        points=sum(spent.points for spent in spending),
        possible=price
        * sum(spent.uncertain + spent.amount_missing + spent.charged_by_hand for spent in spending),
    )

"""The oracle of all harnesses: compares what the results report with what the server charged.

After any fault and a resume: no order was charged twice, no row is missing from the result, every order that may have
been charged is synced, failed or uncertain, and the points reported for synced and failed rows are what the server
charged for them. Also, the server never read more requests for an order than were claimed for it, and an order is
uncertain only where its outcome could be unknown.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from batchsync.model import RowStatus

Key = tuple[str, str]
"""Merchant and order number."""


class OrderReport(NamedTuple):
    """What the result of one run reports of one order."""

    key: Key
    status: RowStatus
    points: int | None
    """Spent by that run; None when unknown."""
    calls: int


@dataclass(slots=True, kw_only=True)
class OrderTotals:
    """What all runs together report of one order: the status of the last run, points and calls of all."""

    status: RowStatus
    points: int | None = 0
    calls: int = 0


@dataclass(slots=True, kw_only=True)
class Charged:
    """What the server charged for one order."""

    times: int = 0
    points: int = 0
    calls: int = 0
    """Requests that the server read, charged or not."""
    named: bool = True
    """Whether each response to a charge named its points."""


_POINTS_COUNT = {RowStatus.SYNCED, RowStatus.FAILED}
_SYNCED = {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED}
_NOTHING_SPENT = {RowStatus.NOT_SENT, RowStatus.INVALID}


def merge_reports(runs: Iterable[Iterable[OrderReport]]) -> dict[Key, OrderTotals]:
    """Add up the reports of the runs, oldest first."""
    totals: dict[Key, OrderTotals] = {}
    for run in runs:
        for report in run:
            if report.status is RowStatus.DUPLICATE:
                continue
            total = totals.setdefault(report.key, OrderTotals(status=report.status))
            total.status = report.status
            total.calls += report.calls
            if report.status in _POINTS_COUNT and (report.calls or report.points):
                total.points = (
                    None if total.points is None or report.points is None else total.points + report.points
                )
    return totals


def violations(
    expected: Collection[Key],
    totals: Mapping[Key, OrderTotals],
    charges: Mapping[Key, Charged],
    *,
    may_be_uncertain: Collection[Key] | None = None,
    resolved: Collection[Key] = (),
) -> list[str]:
    """Return every promise that was not kept, as text.

    `may_be_uncertain`: orders whose outcome may be unknown (None: all). `resolved`: orders whose points no response named,
    because a person resolved them.
    """
    found = [f"{key}: charged without being in the input" for key in charges.keys() - set(expected)]
    for key in expected:
        report = totals.get(key)
        charged = charges.get(key, Charged())
        if report is None:
            found.append(f"{key}: missing from the result")
            continue
        found += [
            f"{key}: {difference}"
            for difference in _differences(report, charged, is_resolved=key in resolved)
        ]
        if (
            may_be_uncertain is not None
            and report.status is RowStatus.UNCERTAIN
            and key not in may_be_uncertain
        ):
            found.append(f"{key}: uncertain without a reason")
    return found


def _differences(report: OrderTotals, charged: Charged, *, is_resolved: bool) -> Iterable[str]:
    if charged.times > 1:
        yield f"charged {charged.times} times"
    if charged.calls > report.calls:
        yield f"the server read {charged.calls} requests, the result reports {report.calls}"
    if report.status in _SYNCED and not charged.times:
        yield f"{report.status}, but the server never charged it"
    if report.status in _NOTHING_SPENT and charged.times:
        yield f"{report.status}, but the server charged it"
    if report.status is RowStatus.FAILED and report.points == 0 and charged.points:
        yield "failed, nothing spent, but the server charged it"
    elif report.status in _SYNCED | {RowStatus.FAILED} and not is_resolved:
        if report.points is None and charged.named:
            yield f"points unknown, though the server named {charged.points}"
        elif report.points is not None and report.points != charged.points:
            yield f"{report.points} points reported, {charged.points} charged"

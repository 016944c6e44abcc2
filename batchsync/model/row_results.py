"""The status of each row and the totals of a run. Pure and streaming."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.exit_codes import ExitCode
from batchsync.model import (
    Decision,
    EntryResult,
    Figures,
    PlanVerdict,
    Reason,
    RowResult,
    RowStatus,
    RunSummary,
    State,
    Stop,
    is_charged,
    is_uncertain,
)

_SEVERITY = {status: rank for rank, status in enumerate(RowStatus)}

_LEFT_OUT = {
    PlanVerdict.ALREADY_SYNCED: RowStatus.ALREADY_SYNCED,
    PlanVerdict.DUPLICATE: RowStatus.DUPLICATE,
    PlanVerdict.INVALID: RowStatus.INVALID,
    PlanVerdict.FAILED_CHARGED: RowStatus.FAILED,
    PlanVerdict.SKIPPED_HIDDEN: RowStatus.NOT_SENT,
}
"""Status of an entry that the plan left out."""

_ANSWERED = {
    State.SYNCED: RowStatus.SYNCED,
    State.REFUSED: RowStatus.FAILED,
    State.SETTLED_FAILED: RowStatus.FAILED,
}
"""Status of an order whose call in this run was answered."""

_DECIDED = {Decision.CHARGED: RowStatus.SYNCED, Decision.NOT_CHARGED: RowStatus.NOT_SENT}
"""Status of an order whose call in this run was uncertain, by a person's decision about that call."""

_UNSENT = {
    State.SYNCED: RowStatus.ALREADY_SYNCED,
    State.REFUSED: RowStatus.FAILED,
    State.SETTLED_FAILED: RowStatus.FAILED,
    State.UNCERTAIN: RowStatus.UNCERTAIN,
    State.SENDING: RowStatus.UNCERTAIN,
    State.PLANNED: RowStatus.NOT_SENT,
}
"""Status of an order that this run did not send, by its state now."""

_PLANNED_REASONS = {
    PlanVerdict.ALREADY_SYNCED: Reason.ALREADY_SYNCED,
    PlanVerdict.DUPLICATE: Reason.DUPLICATE,
    PlanVerdict.INVALID: Reason.MISSING,
    PlanVerdict.FAILED_CHARGED: Reason.FAILED_CHARGED,
    PlanVerdict.SKIPPED_HIDDEN: Reason.HIDDEN,
}

HELD_BACK = frozenset({Reason.UNUSUAL, Reason.ERP_COPY})
"""Reasons of invalid entries that a person may send all the same."""
_NO_RESPONSE = (State.SENDING, State.UNCERTAIN)
_FAILED = (State.REFUSED, State.SETTLED_FAILED)


def status_of(entry: EntryResult) -> RowStatus:
    """Return the status of one order of a row: what this run did about it, as far as that is known now.

    What later runs did to the order does not change it. A late response or a person's decision about the call of this
    run does. An order that this run did not send has the status that earlier runs gave it.
    """
    left_out = _LEFT_OUT.get(entry.verdict)
    if left_out is not None:
        return left_out
    outcome = entry.outcome
    if outcome is not None and outcome in _ANSWERED:
        return _ANSWERED[outcome]
    if outcome in _NO_RESPONSE:
        return _DECIDED.get(entry.decision, RowStatus.UNCERTAIN)  # type: ignore[arg-type]
    if entry.state is None or (entry.later_run is not None and entry.state not in _NO_RESPONSE):
        return RowStatus.NOT_SENT
    return _UNSENT[entry.state]


def reason_of(entry: EntryResult, unreached: Reason = Reason.STOPPED) -> Reason:
    """Return why an order has its status; `unreached` is why this run did not come to some orders."""
    if entry.verdict in _LEFT_OUT:
        return _planned_reason(entry, Reason.NOT_SENT)
    if entry.outcome in _NO_RESPONSE:
        return _reason_without_response(entry, unreached)
    if entry.outcome in _ANSWERED:
        return entry.reason or Reason.FAILED_CHARGED
    status = status_of(entry)
    if status is RowStatus.NOT_SENT:
        return _reason_not_sent(entry, unreached)
    if status is RowStatus.UNCERTAIN:
        return Reason.STILL_UNCERTAIN
    return Reason.ALREADY_SYNCED if status is RowStatus.ALREADY_SYNCED else Reason.FAILED_CHARGED


def _reason_without_response(entry: EntryResult, unreached: Reason) -> Reason:
    if entry.decision is Decision.CHARGED:
        return Reason.SETTLED_CHARGED
    if entry.decision is Decision.NOT_CHARGED:
        return Reason.NOT_SENT
    if entry.decision is Decision.SEND_AGAIN and entry.state not in _NO_RESPONSE:
        return Reason.SENT_AGAIN
    if entry.outcome is State.SENDING:
        return Reason.UNDER_WAY if unreached is Reason.NOT_YET else Reason.CRASH
    return entry.reason or Reason.CRASH


def _reason_not_sent(entry: EntryResult, unreached: Reason) -> Reason:
    if entry.later_run is not None and entry.state is State.SYNCED:
        return Reason.SYNCED_LATER
    if entry.reason is not None:
        return entry.reason
    if entry.calls or entry.verdict is PlanVerdict.UNCERTAIN:
        return Reason.NOT_SENT
    return _planned_reason(entry, unreached)


def _planned_reason(entry: EntryResult, otherwise: Reason) -> Reason:
    if entry.plan_reason is not None:
        return Reason(entry.plan_reason.code)
    return _PLANNED_REASONS.get(entry.verdict, otherwise)


def is_held_back(row: RowResult) -> bool:
    """Whether an order of the row was not sent because its number is unlike the others, and a person may release it."""
    return any(
        entry.verdict is PlanVerdict.INVALID
        and entry.plan_reason is not None
        and entry.plan_reason.code in HELD_BACK
        for entry in row.entries
    )


def rows(entries: Iterable[EntryResult]) -> Iterator[RowResult]:
    """Put the consecutive orders of one line together."""
    walked = iter(entries)
    held = next(walked, None)
    while held is not None:
        line, sheet = held.line, held.sheet
        entry = next(walked, None)
        if entry is None or entry.line != line or entry.sheet != sheet:
            status = status_of(held)
            yield RowResult(
                sheet, line, status, (held,), points_of(held, status), held.calls, held.answered_at
            )
        else:
            several = [held]
            while entry is not None and entry.line == line and entry.sheet == sheet:
                several.append(entry)
                entry = next(walked, None)
            yield _row_of_several(several)
        held = entry


def _row_of_several(entries: list[EntryResult]) -> RowResult:
    statuses = [status_of(entry) for entry in entries]
    spent = [points_of(entry, status) for entry, status in zip(entries, statuses, strict=True)]
    times = [entry.answered_at for entry in entries if entry.answered_at is not None]
    return RowResult(
        sheet=entries[0].sheet,
        line=entries[0].line,
        status=max(statuses, key=_SEVERITY.__getitem__),
        entries=entries,
        points=None if None in spent else sum(points for points in spent if points is not None),
        calls=sum(entry.calls for entry in entries),
        answered_at=max(times, default=None),
    )


def points_of(entry: EntryResult, status: RowStatus) -> int | None:
    """Return the points that this run spent on an order: None when unknown, 0 when it was not sent."""
    if status is RowStatus.UNCERTAIN:
        return None
    if status is RowStatus.NOT_SENT or not entry.calls:
        return 0
    return entry.points


class Kind(NamedTuple):
    """One kind of problem in a run."""

    status: RowStatus
    reason: Reason
    api_status: str


_SYNCED_OR_DUPLICATE = frozenset({RowStatus.SYNCED, RowStatus.ALREADY_SYNCED, RowStatus.DUPLICATE})


class Tally:
    """The counts of a run, taken while its rows stream by.

    `price` is the upper bound of the points of a call that named none.
    """

    def __init__(self, *, price: int = 1, unreached: Reason = Reason.STOPPED) -> None:
        self.price = price
        self.unreached = unreached
        self.rows = 0
        self.counts: dict[RowStatus, int] = dict.fromkeys(RowStatus, 0)
        self.uncertain_orders = 0
        """Orders whose status is uncertain, by a call of this run or of an earlier one."""
        self.paid_earlier = 0
        """Orders not sent because an earlier run paid for them."""
        self.hidden = 0
        """Rows left out only because they are hidden; counted as not sent too."""
        self.kinds: Counter[Kind] = Counter()
        """Orders that are neither synced nor duplicates, by kind of problem."""
        self._calls = self._charged = self._failed = self._failed_charged = self._uncertain = 0
        self._points = self._amount_missing = 0

    def of(self, rows: Iterable[RowResult]) -> Iterator[RowResult]:
        """Pass rows on and count them."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: RowResult) -> None:
        """Count one row."""
        status, entries = row.status, row.entries
        self.rows += 1
        self.counts[status] += 1
        if len(entries) == 1:
            self._add_entry(entries[0], status)
        else:
            for entry in entries:
                self._add_entry(entry, status_of(entry))
        if status is RowStatus.NOT_SENT and all(
            entry.verdict is PlanVerdict.SKIPPED_HIDDEN for entry in entries
        ):
            self.hidden += 1

    def _add_entry(self, entry: EntryResult, status: RowStatus) -> None:
        if entry.calls:
            self._add_calls(entry)
        elif status is RowStatus.ALREADY_SYNCED or entry.verdict is PlanVerdict.FAILED_CHARGED:
            self.paid_earlier += 1
        self.uncertain_orders += status is RowStatus.UNCERTAIN
        if status not in _SYNCED_OR_DUPLICATE:
            self.kinds[Kind(status, reason_of(entry, self.unreached), entry.api_status)] += 1

    def _add_calls(self, entry: EntryResult) -> None:
        outcome, points = entry.outcome, entry.points
        assert outcome is not None
        self._calls += entry.calls
        if outcome is State.SYNCED or is_charged(outcome, points, entry.decision):
            self._charged += 1
            if points is None:
                self._amount_missing += 1
            else:
                self._points += points
        elif is_uncertain(outcome, entry.decision):
            self._uncertain += 1
        if outcome in _FAILED:
            self._failed += 1
            self._failed_charged += outcome is State.SETTLED_FAILED and points != 0

    @property
    def figures(self) -> Figures:
        """What the calls of this run came to."""
        return Figures(
            calls=self._calls,
            synced=self._charged - self._failed_charged,
            failed=self._failed,
            uncertain=self._uncertain,
            charged=self._charged,
            points=self._points,
            amount_missing=self._amount_missing,
            highest_price=self.price,
        )

    def summary(
        self,
        *,
        file: str,
        run: str,
        stopped: str | None = None,
        seconds: float = 0.0,
        result: str | None = None,
    ) -> RunSummary:
        """Return the totals as the summary JSON has them."""
        figures = self.figures
        return RunSummary(
            file=file,
            run=run,
            rows=self.rows,
            **{status.value: count for status, count in self.counts.items()},
            points_spent=figures.points,
            points_possible=figures.points_possible,
            amount_missing=figures.amount_missing,
            calls=figures.calls,
            stopped=stopped,
            seconds=seconds,
            result=result,
            exit_code=exit_code(self, stopped),
        )


def exit_code(tally: Tally, stopped: str | None) -> int:
    """Return the exit code of a run: 0 all synced, 1 some rows need a look, 3 stopped, 130 interrupted."""
    if stopped is not None:
        return ExitCode.INTERRUPTED if stopped == Stop.INTERRUPTED else ExitCode.STOPPED_EARLY
    synced = tally.counts[RowStatus.SYNCED] + tally.counts[RowStatus.ALREADY_SYNCED]
    fine = synced + tally.counts[RowStatus.DUPLICATE] + tally.hidden
    return ExitCode.SUCCESS if fine == tally.rows else ExitCode.NEEDS_A_LOOK

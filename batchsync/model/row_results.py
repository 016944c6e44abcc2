"""The status of each row and the totals of a run. Pure and streaming."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.model import EntryResult, PlanVerdict, Reason, RowResult, RowStatus, RunSummary, State, Stop

_SEVERITY = {status: rank for rank, status in enumerate(RowStatus)}

_LEFT_OUT = {
    PlanVerdict.ALREADY_SYNCED: RowStatus.ALREADY_SYNCED,
    PlanVerdict.DUPLICATE: RowStatus.DUPLICATE,
    PlanVerdict.INVALID: RowStatus.INVALID,
    PlanVerdict.FAILED_CHARGED: RowStatus.FAILED,
    PlanVerdict.SKIPPED_HIDDEN: RowStatus.NOT_SENT,
}

_AS_IT_STANDS = {
    State.SYNCED: RowStatus.ALREADY_SYNCED,
    State.REFUSED: RowStatus.FAILED,
    State.SETTLED_FAILED: RowStatus.FAILED,
    State.UNCERTAIN: RowStatus.UNCERTAIN,
    State.SENDING: RowStatus.UNCERTAIN,
    State.PLANNED: RowStatus.NOT_SENT,
}
"""For an order of which this run knows no final answer: what the ledger says of it now."""

_IN_DOUBT = (State.SENDING, State.UNCERTAIN)

_ANSWERED = {
    State.SYNCED: RowStatus.SYNCED,
    State.REFUSED: RowStatus.FAILED,
    State.SETTLED_FAILED: RowStatus.FAILED,
}


def status_of(entry: EntryResult) -> RowStatus:
    """Say what the result calls one order of a row.

    What this run was answered stays its answer, whatever later runs did. What it left open (never reached, not sent,
    uncertain) is told as it stands in the ledger now: settled since by a person, a late answer or a later run.
    """
    left_out = _LEFT_OUT.get(entry.verdict)
    if left_out is not None:
        return left_out
    answered = _ANSWERED.get(entry.outcome) if entry.outcome is not None else None
    if answered is not None:
        return answered
    if entry.state is None:
        return RowStatus.UNCERTAIN if entry.calls else RowStatus.NOT_SENT
    return _AS_IT_STANDS[entry.state]


def reason_of(entry: EntryResult, unreached: Reason = Reason.STOPPED) -> Reason:
    """Say why an order's status is what it is; `unreached` is why this run did not come to some orders."""
    if entry.verdict in _LEFT_OUT:
        return _planned_reason(entry)
    status = status_of(entry)
    if status is RowStatus.ALREADY_SYNCED:
        return Reason.SETTLED_CHARGED if entry.outcome in _IN_DOUBT else Reason.ALREADY_SYNCED
    if status is RowStatus.UNCERTAIN:
        sent_now = unreached is Reason.NOT_YET and entry.outcome is State.SENDING
        return Reason.UNDER_WAY if sent_now else _doubt(entry)
    # This run's call never left.
    failed_before = status is RowStatus.FAILED and entry.outcome is State.PLANNED
    if entry.reason is not None and entry.outcome is not State.UNCERTAIN and not failed_before:
        return entry.reason
    if status is RowStatus.NOT_SENT:
        settled_since = entry.calls or entry.verdict is PlanVerdict.UNCERTAIN
        return Reason.NOT_SENT if settled_since else _planned_reason(entry, unreached)
    return Reason.FAILED_CHARGED


def _planned_reason(entry: EntryResult, otherwise: Reason = Reason.NOT_SENT) -> Reason:
    if entry.plan_reason is not None:
        return Reason(entry.plan_reason.code)
    return _PLANNED_REASONS.get(entry.verdict, otherwise)


def _doubt(entry: EntryResult) -> Reason:
    if entry.outcome not in _IN_DOUBT:  # no call of this run left, so it is in doubt since an earlier one
        return Reason.STILL_UNCERTAIN
    return entry.reason if entry.outcome is State.UNCERTAIN and entry.reason is not None else Reason.CRASH


_PLANNED_REASONS = {
    PlanVerdict.ALREADY_SYNCED: Reason.ALREADY_SYNCED,
    PlanVerdict.DUPLICATE: Reason.DUPLICATE,
    PlanVerdict.INVALID: Reason.MISSING,
    PlanVerdict.FAILED_CHARGED: Reason.FAILED_CHARGED,
    PlanVerdict.SKIPPED_HIDDEN: Reason.HIDDEN,
}


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
    """Points this run spent on an order: unknown while uncertain, nothing where it wasn't sent."""
    if status is RowStatus.UNCERTAIN:
        return None
    if status is RowStatus.NOT_SENT or not entry.calls:
        return 0
    return entry.points


class Kind(NamedTuple):
    """One kind of trouble in a run."""

    status: RowStatus
    reason: Reason
    api_status: str


_SAVED = frozenset({RowStatus.ALREADY_SYNCED, RowStatus.DUPLICATE})


class Tally:
    """The counts of a run, taken while its rows stream by.

    `price` is the most points that one call is expected to cost: what an uncertain order may have spent and what an
    order not sent twice has saved.
    """

    def __init__(self, *, price: int = 1, unreached: Reason = Reason.STOPPED) -> None:
        self.price = price
        self.unreached = unreached
        self.rows = 0
        self.counts: dict[RowStatus, int] = dict.fromkeys(RowStatus, 0)
        self.points_spent = 0
        self.amount_missing = 0
        """Answers that should have named an amount and did not."""
        self.calls = 0
        self.uncertain_orders = 0
        self.saved_orders = 0
        """Orders not sent because they had been paid for, or stand in the file twice."""
        self.hidden = 0
        """Rows left out only because they are hidden; counted as not sent too."""
        self.kinds: Counter[Kind] = Counter()
        """Orders in trouble, by what the trouble is."""

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
            self._add_entry(entries[0], status, row.points)
        else:
            for entry in entries:
                its = status_of(entry)
                self._add_entry(entry, its, points_of(entry, its))
        if status is RowStatus.NOT_SENT and all(
            entry.verdict is PlanVerdict.SKIPPED_HIDDEN for entry in entries
        ):
            self.hidden += 1

    def _add_entry(self, entry: EntryResult, status: RowStatus, points: int | None) -> None:
        if entry.calls:
            self.calls += entry.calls
            if points:
                self.points_spent += points
            elif points is None and status is not RowStatus.UNCERTAIN:
                self.amount_missing += 1
        if status is RowStatus.SYNCED:
            return
        if status in _SAVED:
            self.saved_orders += 1
        else:
            self.uncertain_orders += status is RowStatus.UNCERTAIN
            self.kinds[Kind(status, reason_of(entry, self.unreached), entry.api_status)] += 1

    @property
    def points_possible(self) -> int:
        """Points that uncertain orders may have spent."""
        return self.uncertain_orders * self.price

    @property
    def points_saved(self) -> int:
        """Points that paying twice would have cost."""
        return self.saved_orders * self.price

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
        return RunSummary(
            file=file,
            run=run,
            rows=self.rows,
            **{status.value: count for status, count in self.counts.items()},
            points_spent=self.points_spent,
            points_possible=self.points_possible,
            amount_missing=self.amount_missing,
            calls=self.calls,
            stopped=stopped,
            seconds=seconds,
            result=result,
            exit_code=exit_code(self, stopped),
        )


def exit_code(tally: Tally, stopped: str | None) -> int:
    """Say how a run ended, as a process does: 0 all synced, 1 some rows need a look, 3 stopped, 130 interrupted."""
    if stopped is not None:
        return 130 if stopped == Stop.INTERRUPTED else 3
    synced = tally.counts[RowStatus.SYNCED] + tally.counts[RowStatus.ALREADY_SYNCED]
    fine = synced + tally.counts[RowStatus.DUPLICATE] + tally.hidden
    return 0 if fine == tally.rows else 1

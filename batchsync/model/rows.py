"""Results of the rows of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from batchsync.model.orders import Decision, State
from batchsync.model.plan import PlanVerdict
from batchsync.model.reasons import Note, Reason


class RowStatus(StrEnum):
    """The row statuses of the result, the worst last (a row of several orders shows the worst)."""

    SYNCED = "synced"
    ALREADY_SYNCED = "already_synced"
    DUPLICATE = "duplicate"
    NOT_SENT = "not_sent"
    INVALID = "invalid"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """The result of one entry of a run's plan, in the file's order."""

    sheet: int
    """Index into the run's `sheets`."""
    line: int
    verdict: PlanVerdict
    plan_reason: Note | None
    owner_id: str
    number: str
    state: State | None
    """The order's state now; None for an invalid entry."""
    first_line: int | None = None
    """For a duplicate: the line whose result counts, and the index of its sheet."""
    first_sheet: int | None = None
    calls: int = 0
    """Attempts in this run."""
    reason: Reason | None = None
    """The last outcome in this run; None when there was none."""
    outcome: State | None = None
    """The state that the last outcome in this run led to; SENDING when its process died without an outcome."""
    points: int | None = 0
    api_status: str = ""
    http_status: int | None = None
    hint: str = ""
    answer: str = ""
    """The raw response, at most 4 KB: evidence."""
    error: str = ""
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    elapsed_s: float | None = None
    earlier_run: str | None = None
    """For an order that was charged before this run: which run, and when."""
    earlier_at: datetime | None = None
    later_run: str | None = None
    """For an order that this run did not send: a later run that did."""
    decision: Decision | None = None
    """A person's decision about the uncertain call of this run."""


class RowResult(NamedTuple):
    """The result of one row of the user's sheet: all its entries together.

    A tuple: creating a million frozen dataclasses takes four times as long.
    """

    sheet: int
    line: int
    status: RowStatus
    entries: Sequence[EntryResult]
    """One or more, in the cell's order."""
    points: int | None
    """Spent by this run on this row; None when unknown."""
    calls: int
    """Attempts in this run."""
    answered_at: datetime | None

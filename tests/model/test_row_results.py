"""Rows and totals: status, points, reasons, exit codes."""

from typing import Any

import pytest

from batchsync.model import Decision, EntryResult, Figures, PlanVerdict, Reason, RowStatus, RunSummary, State
from batchsync.model.row_results import Kind, Tally, exit_code, reason_of, rows, status_of
from tests.model.entries import NOON, entry, failed, left_out, one_of_each, uncertain, unreached


def tally_of(entries: list[EntryResult], price: int = 1) -> Tally:
    tally = Tally(price=price)
    for row in rows(entries):
        tally.add(row)
    return tally


def hidden(line: int) -> EntryResult:
    return left_out(line, PlanVerdict.SKIPPED_HIDDEN, Reason.HIDDEN, state=None)


def test_each_status_stands_for_itself() -> None:
    """The seven statuses of a result come from seven kinds of entries."""
    expected = [
        RowStatus.SYNCED, RowStatus.ALREADY_SYNCED, RowStatus.DUPLICATE, RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.NOT_SENT, RowStatus.INVALID,
    ]  # fmt: skip
    assert expected == [row.status for row in rows(one_of_each())]


@pytest.mark.parametrize(
    ("outcome", "state", "decision", "status", "reason"),
    [
        (State.SENDING, State.SENDING, None, RowStatus.UNCERTAIN, Reason.CRASH),
        (State.SENDING, State.UNCERTAIN, None, RowStatus.UNCERTAIN, Reason.CRASH),
        (State.UNCERTAIN, State.UNCERTAIN, None, RowStatus.UNCERTAIN, Reason.TIMEOUT),
        (State.UNCERTAIN, State.SYNCED, Decision.CHARGED, RowStatus.SYNCED, Reason.SETTLED_CHARGED),
        (State.UNCERTAIN, State.PLANNED, Decision.NOT_CHARGED, RowStatus.NOT_SENT, Reason.NOT_SENT),
        (State.UNCERTAIN, State.SYNCED, Decision.NOT_CHARGED, RowStatus.NOT_SENT, Reason.NOT_SENT),
        (State.UNCERTAIN, State.UNCERTAIN, Decision.SEND_AGAIN, RowStatus.UNCERTAIN, Reason.TIMEOUT),
        (State.UNCERTAIN, State.SYNCED, Decision.SEND_AGAIN, RowStatus.UNCERTAIN, Reason.SENT_AGAIN),
        (State.SYNCED, State.SYNCED, None, RowStatus.SYNCED, Reason.TIMEOUT),
        (State.SYNCED, State.PLANNED, None, RowStatus.SYNCED, Reason.TIMEOUT),
        (State.REFUSED, State.SYNCED, None, RowStatus.FAILED, Reason.TIMEOUT),
    ],
)
def test_a_sent_order_has_the_status_of_the_call_of_its_run(
    outcome: State, state: State, decision: Decision | None, status: RowStatus, reason: Reason
) -> None:
    """A decision about that call counts; what later runs did to the order does not."""
    sent = entry(outcome=outcome, state=state, decision=decision, reason=Reason.TIMEOUT, points=None)
    assert (status, reason) == (status_of(sent), reason_of(sent))


@pytest.mark.parametrize(
    ("facts", "status", "reason"),
    [
        ({"state": State.PLANNED}, RowStatus.NOT_SENT, Reason.LIMIT),
        ({"state": State.SYNCED, "earlier_run": "r1"}, RowStatus.ALREADY_SYNCED, Reason.ALREADY_SYNCED),
        ({"state": State.SYNCED, "later_run": "r3"}, RowStatus.NOT_SENT, Reason.SYNCED_LATER),
        ({"state": State.REFUSED, "later_run": "r3"}, RowStatus.NOT_SENT, Reason.LIMIT),
        ({"state": State.UNCERTAIN, "later_run": "r3"}, RowStatus.UNCERTAIN, Reason.STILL_UNCERTAIN),
    ],
)
def test_an_unreached_order_has_the_status_that_earlier_runs_gave_it(
    facts: dict[str, Any], status: RowStatus, reason: Reason
) -> None:
    """What a later run paid for is not *already synced*."""
    order = unreached(2, **facts)
    assert (status, reason) == (status_of(order), reason_of(order, Reason.LIMIT))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"state": State.UNCERTAIN}, RowStatus.UNCERTAIN),
        ({"state": State.SYNCED}, RowStatus.ALREADY_SYNCED),
        ({"state": State.PLANNED}, RowStatus.NOT_SENT),
        ({"state": State.SYNCED, "later_run": "r3"}, RowStatus.NOT_SENT),
    ],
    ids=["uncertain", "resolved as charged", "resolved as not charged", "sent again by a later run"],
)
def test_an_order_uncertain_since_an_earlier_run_has_its_state_now(
    facts: dict[str, Any], status: RowStatus
) -> None:
    """The plan held it back; a person's decision about the earlier call counts."""
    assert status is status_of(left_out(2, PlanVerdict.UNCERTAIN, Reason.STILL_UNCERTAIN, **facts))


def test_a_row_of_several_orders_shows_the_worst_and_the_sum() -> None:
    """Several ids in one cell: worst status, points and calls added up, the last answer's time."""
    later = NOON.replace(hour=9)
    (row,) = rows([entry(2, points=2), failed(2, calls=2), entry(2, points=3, answered_at=later)])
    assert (RowStatus.FAILED, 5, 4, later) == (row.status, row.points, row.calls, row.answered_at)


def test_points_are_unknown_when_one_order_of_the_row_is() -> None:
    """An unknown amount makes the row's amount unknown, not smaller."""
    (row,) = rows([entry(2, points=2), entry(2, points=None)])
    assert row.points is None


def test_the_same_line_on_another_sheet_is_another_row() -> None:
    """Lines are reported apart by sheet."""
    assert 2 == len(list(rows([entry(2), entry(2, sheet=1)])))


def test_totals_add_up_to_the_rows() -> None:
    """The summary JSON's counts, points spent, possible and missing."""
    tally = tally_of([*one_of_each(), entry(9, points=None)], price=4)
    figures = Figures(
        calls=4, synced=2, failed=1, uncertain=1, charged=2, points=3, amount_missing=1, highest_price=4
    )
    assert figures == tally.figures
    assert (4, 4, 8) == (figures.points_unknown, figures.points_uncertain, figures.points_possible)
    expected = RunSummary(
        file="a.xlsx", run="r", rows=8, synced=2, already_synced=1, duplicate=1, failed=1, uncertain=1, not_sent=1,
        invalid=1, points_spent=3, points_possible=8, amount_missing=1, calls=4, exit_code=1,
    )  # fmt: skip
    assert expected == tally.summary(file="a.xlsx", run="r")


def test_only_what_an_earlier_run_paid_for_is_paid_earlier() -> None:
    """Not what this run paid and a person resolved, nor duplicates, nor what a later run paid."""
    tally = tally_of(
        [
            *one_of_each(),
            uncertain(9, state=State.SYNCED, decision=Decision.CHARGED),
            unreached(10, state=State.SYNCED, later_run="r3"),
            left_out(11, PlanVerdict.FAILED_CHARGED, Reason.FAILED_CHARGED, state=State.SETTLED_FAILED),
        ]
    )
    assert (2, 2, 1) == (tally.paid_earlier, tally.figures.charged, tally.figures.amount_missing)


def test_trouble_is_grouped_by_kind() -> None:
    """Every order in trouble counts once, by status, reason and the API's code."""
    tally = tally_of([failed(2), failed(3), uncertain(4), entry(5)])
    expected = {
        Kind(RowStatus.FAILED, Reason.USER_UNKNOWN, "1003"): 2,
        Kind(RowStatus.UNCERTAIN, Reason.TIMEOUT, ""): 1,
    }
    assert expected == tally.kinds


@pytest.mark.parametrize(
    ("entries", "stopped", "code"),
    [
        ([], None, 0),
        ([entry(2)], None, 0),
        ([entry(2), hidden(3)], None, 0),
        ([entry(2), left_out(3, PlanVerdict.DUPLICATE, Reason.DUPLICATE)], None, 0),
        ([entry(2), failed(3)], None, 1),
        ([entry(2), unreached(3)], None, 1),
        ([entry(2), uncertain(3)], None, 1),
        ([entry(2), unreached(3)], "balance", 3),
        ([entry(2)], "disk", 3),
        ([entry(2), unreached(3)], "interrupted", 130),
    ],
)
def test_exit_codes(entries: list[EntryResult], stopped: str | None, code: int) -> None:
    """0 all synced (hidden rows aside), 1 some rows need a look, 3 stopped, 130 interrupted."""
    assert code == exit_code(tally_of(entries), stopped)


def test_rows_are_counted_while_they_stream_by() -> None:
    """`of` passes every row on, once."""
    tally = Tally()
    assert [2, 3, 4, 5, 6, 7, 8] == [row.line for row in tally.of(rows(iter(one_of_each())))]
    assert 7 == tally.rows

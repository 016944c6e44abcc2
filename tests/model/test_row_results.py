"""Rows and totals: status, points, reasons, exit codes."""

import pytest

from batchsync.model import EntryResult, PlanVerdict, Reason, RowStatus, RunSummary, State
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
    ("outcome", "state", "status", "reason"),
    [
        (State.SENDING, State.SENDING, RowStatus.UNCERTAIN, Reason.CRASH),
        (State.SENDING, State.UNCERTAIN, RowStatus.UNCERTAIN, Reason.CRASH),
        (State.UNCERTAIN, State.UNCERTAIN, RowStatus.UNCERTAIN, Reason.TIMEOUT),
        (State.UNCERTAIN, State.SYNCED, RowStatus.ALREADY_SYNCED, Reason.SETTLED_CHARGED),
        (State.UNCERTAIN, State.PLANNED, RowStatus.NOT_SENT, Reason.NOT_SENT),
        (State.UNCERTAIN, State.SETTLED_FAILED, RowStatus.FAILED, Reason.FAILED_CHARGED),
        (State.PLANNED, State.PLANNED, RowStatus.NOT_SENT, Reason.TIMEOUT),
        (State.SYNCED, State.SYNCED, RowStatus.SYNCED, Reason.TIMEOUT),
        (State.SYNCED, State.PLANNED, RowStatus.SYNCED, Reason.TIMEOUT),
        (State.REFUSED, State.SYNCED, RowStatus.FAILED, Reason.TIMEOUT),
    ],
)
def test_a_final_answer_stays_and_an_open_order_is_told_as_it_stands(
    outcome: State, state: State, status: RowStatus, reason: Reason
) -> None:
    """A report made later keeps what its run was answered, and tells what has been settled since."""
    late = entry(outcome=outcome, state=state, reason=Reason.TIMEOUT, points=None)
    assert (status, reason) == (status_of(late), reason_of(late))


def test_an_order_never_reached_says_why_the_run_ended() -> None:
    """No attempt was made: the run's own end is the reason; a later run's success is told."""
    assert Reason.LIMIT is reason_of(unreached(2), Reason.LIMIT)
    assert RowStatus.ALREADY_SYNCED is status_of(unreached(2, state=State.SYNCED))


def test_an_old_doubt_that_was_settled_since_is_no_doubt_any_more() -> None:
    """Verdict uncertain at planning time, but a person has said `charged`."""
    old = left_out(2, PlanVerdict.UNCERTAIN, Reason.STILL_UNCERTAIN, state=State.UNCERTAIN)
    assert (RowStatus.UNCERTAIN, Reason.STILL_UNCERTAIN) == (status_of(old), reason_of(old))
    settled = left_out(2, PlanVerdict.UNCERTAIN, Reason.STILL_UNCERTAIN, state=State.SYNCED)
    assert RowStatus.ALREADY_SYNCED is status_of(settled)


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
    """Lines are told apart by sheet."""
    assert 2 == len(list(rows([entry(2), entry(2, sheet=1)])))


def test_totals_add_up_to_the_rows() -> None:
    """The summary JSON's counts, points spent, possible and missing."""
    tally = tally_of([*one_of_each(), entry(9, points=None)], price=4)
    expected = RunSummary(
        file="a.xlsx", run="r", rows=8, synced=2, already_synced=1, duplicate=1, failed=1, uncertain=1, not_sent=1,
        invalid=1, points_spent=3, points_possible=4, amount_missing=1, calls=4, exit_code=1,
    )  # fmt: skip
    assert expected == tally.summary(file="a.xlsx", run="r")
    assert 8 == tally.points_saved


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

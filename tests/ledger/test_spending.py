"""Points by day, merchant and run, and the charges behind them."""

from pathlib import Path

import pytest

from batchsync.ledger import open_ledger
from batchsync.model import CallVerdict, Decision, Figures, Reason, Response, State, total
from batchsync.model.row_results import Tally, rows
from tests.cli.inputs import LOST, SYNCED, URL, Answer, past_run

FAILED = (
    CallVerdict(state=State.SETTLED_FAILED, reason=Reason.API_FAILED, points=2, api_status="0"),
    Response(http_status=200, body=b"{}", retry_after_s=None, elapsed_s=0.1),
)
UNNAMED = (
    CallVerdict(state=State.SYNCED, reason=Reason.SYNCED, points=None, api_status="0"),
    Response(http_status=200, body=b"{}", retry_after_s=None, elapsed_s=0.1),
)
ORDERS: list[tuple[str, str, Answer | None]] = [
    ("7", "260101-000000000000001", SYNCED),
    ("7", "260101-000000000000002", FAILED),
    ("8", "260101-000000000000003", UNNAMED),
    ("8", "260101-000000000000004", LOST),
    ("8", "260101-000000000000005", None),
]


def figures(path: Path) -> list[tuple[str, Figures]]:
    with open_ledger(path, read_only=True) as ledger:
        account = ledger.find_account(URL, "default")
        assert account is not None
        return [(spent.owner_id, spent.figures) for spent in ledger.spending(account, price=4)]


FIRST = Figures(calls=2, synced=1, failed=1, charged=2, points=3, highest_price=4)
SECOND = Figures(calls=3, synced=1, uncertain=2, charged=1, amount_missing=1, highest_price=4)


def test_points_are_counted_by_merchant(tmp_path: Path) -> None:
    """Named points are added up; charged calls without an amount and uncertain calls are counted apart."""
    past_run(tmp_path / "ledger", ORDERS)
    assert [("7", FIRST), ("8", SECOND)] == figures(tmp_path / "ledger")


@pytest.mark.parametrize(
    ("decision", "second"),
    [
        (Decision.CHARGED, Figures(calls=3, synced=3, charged=3, amount_missing=3, highest_price=4)),
        (Decision.NOT_CHARGED, Figures(calls=3, synced=1, charged=1, amount_missing=1, highest_price=4)),
    ],
)
def test_a_decision_about_uncertain_calls_counts(decision: Decision, second: Figures, tmp_path: Path) -> None:
    """A call resolved as charged is charged for unknown points; one resolved as not charged cost nothing."""
    run = past_run(tmp_path / "ledger", ORDERS)
    with open_ledger(tmp_path / "ledger") as ledger:
        ledger.resolve(1, decision, run=run)
    assert [("7", FIRST), ("8", second)] == figures(tmp_path / "ledger")


@pytest.mark.parametrize("decision", [None, *Decision])
def test_ledger_charges_and_rows_give_the_same_figures(decision: Decision | None, tmp_path: Path) -> None:
    """One run, counted by the database, over its single charges, and over its rows."""
    run = past_run(tmp_path / "ledger", ORDERS)
    with open_ledger(tmp_path / "ledger") as ledger:
        if decision in (Decision.CHARGED, Decision.NOT_CHARGED):
            ledger.resolve(1, decision, run=run)
        counted = total(spent.figures for spent in ledger.spending(1, price=4))
        charges = list(ledger.charges(1))
        tally = Tally(price=4)
        assert 5 == len(list(tally.of(rows(ledger.results(run)))))
    assert counted == tally.figures
    assert (counted.charged, counted.uncertain) == (
        sum(charge.is_charged for charge in charges),
        sum(charge.is_uncertain for charge in charges),
    )


def test_a_pruned_run_still_counts(tmp_path: Path) -> None:
    """Orders remember their points when the attempts are gone."""
    past_run(tmp_path / "ledger", ORDERS[:3])
    before = figures(tmp_path / "ledger")
    with open_ledger(tmp_path / "ledger") as ledger:
        ledger.prune(-1)
    assert before == figures(tmp_path / "ledger")


def test_charges_stand_one_by_one(tmp_path: Path) -> None:
    """Each call with what it was charged, and whether that is in uncertainty."""
    past_run(tmp_path / "ledger", ORDERS)
    with open_ledger(tmp_path / "ledger", read_only=True) as ledger:
        charges = [(c.number[-1], c.is_charged, c.is_uncertain, c.points) for c in ledger.charges(1)]
    assert [("1", True, False, 1), ("2", True, False, 2), ("3", True, False, None)] == charges[:3]
    assert [("4", False, True), ("5", False, True)] == [charge[:3] for charge in charges[3:]]


def test_an_empty_ledger_has_spent_nothing(tmp_path: Path) -> None:
    """Nothing there is nothing spent, and no error."""
    with open_ledger(tmp_path / "none", read_only=True) as ledger:
        assert ([], []) == (ledger.spending(1), list(ledger.charges(1)))

"""Points by day, merchant and run, and the charges behind them."""

from pathlib import Path

import pytest

from batchsync.ledger import open_ledger
from batchsync.model import CallVerdict, Decision, Reason, Response, State
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


def told(path: Path) -> list[tuple[str, int, int, int, int, int, int, int]]:
    with open_ledger(path, read_only=True) as ledger:
        account = ledger.find_account(URL, "default")
        assert account is not None
        return [
            (
                s.owner_id,
                s.calls,
                s.synced,
                s.failed,
                s.uncertain,
                s.charged_by_hand,
                s.points,
                s.amount_missing,
            )
            for s in ledger.spending(account)
        ]


def test_points_are_told_by_merchant(tmp_path: Path) -> None:
    """Named points are added up; answers without an amount and calls without an answer are counted apart."""
    past_run(tmp_path / "ledger", ORDERS)
    assert [("7", 2, 1, 1, 0, 0, 3, 0), ("8", 3, 1, 0, 2, 0, 0, 1)] == told(tmp_path / "ledger")


@pytest.mark.parametrize(
    ("decision", "open_and_by_hand"), [(Decision.CHARGED, (0, 2)), (Decision.NOT_CHARGED, (0, 0))]
)
def test_a_decision_takes_the_doubt_away(
    decision: Decision, open_and_by_hand: tuple[int, int], tmp_path: Path
) -> None:
    """What a person found out about a lost answer counts from then on."""
    run = past_run(tmp_path / "ledger", ORDERS)
    with open_ledger(tmp_path / "ledger") as ledger:
        ledger.resolve(1, decision, run=run)
    assert open_and_by_hand == told(tmp_path / "ledger")[1][4:6]


def test_a_pruned_run_still_counts(tmp_path: Path) -> None:
    """Orders remember their points when the attempts are gone."""
    past_run(tmp_path / "ledger", ORDERS[:3])
    before = told(tmp_path / "ledger")
    with open_ledger(tmp_path / "ledger") as ledger:
        ledger.prune(-1)
    assert before == told(tmp_path / "ledger")


def test_charges_stand_one_by_one(tmp_path: Path) -> None:
    """Each call with what it was charged, and whether that is in doubt."""
    past_run(tmp_path / "ledger", ORDERS)
    with open_ledger(tmp_path / "ledger", read_only=True) as ledger:
        charges = [(c.number[-1], c.is_charged, c.is_open, c.points) for c in ledger.charges(1)]
    assert [("1", True, False, 1), ("2", True, False, 2), ("3", True, False, None)] == charges[:3]
    assert [("4", False, True), ("5", False, True)] == [charge[:3] for charge in charges[3:]]


def test_an_empty_ledger_has_spent_nothing(tmp_path: Path) -> None:
    """Nothing there is nothing spent, and no error."""
    with open_ledger(tmp_path / "none", read_only=True) as ledger:
        assert ([], []) == (ledger.spending(1), list(ledger.charges(1)))

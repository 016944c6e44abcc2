"""The ledger against balances and statements: what differs, and what explains it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from batchsync.finance import Balances, Statement, reconcile_balances, reconcile_statement
from batchsync.ledger import Charge
from batchsync.model import Decision, Reason, State

AT = datetime(2026, 11, 24, tzinfo=UTC)
PAID = Charge(
    order=1,
    owner_id="7",
    number="A",
    run="r",
    claimed_at=AT,
    at=AT,
    state=State.SYNCED,
    points=2,
    reason=Reason.SYNCED,
    http_status=200,
    api_status="0",
    error="",
    answer="",
    decision=None,
)
LOST = replace(PAID, number="B", state=State.UNCERTAIN, points=None, reason=Reason.CONNECTION_LOST)
BY_HAND = replace(LOST, number="C", decision=Decision.CHARGED)


@pytest.mark.parametrize(
    ("closing", "difference", "beyond"),
    [(96, 0, 0), (94, 2, 0), (92, 4, 2), (98, -2, -2)],
    ids=["agrees", "the uncertain one was charged", "more than it can be", "less than answered"],
)
def test_a_balance_is_held_against_every_call(closing: int, difference: int, beyond: int) -> None:
    """Named points and what a person found out are sure; a call without an answer explains at most its price."""
    found = reconcile_balances(Balances(opening=100, closing=closing), [PAID, LOST, BY_HAND], 2)
    assert (difference, beyond) == (found.difference, found.beyond)


def test_topping_up_is_no_income_of_the_ledgers() -> None:
    """100 there, 50 bought, 148 left: 2 were taken."""
    assert 0 == reconcile_balances(Balances(opening=100, closing=148, topped_up=50), [PAID], 2).difference


def statement(*rows: tuple[str | None, str, int | None]) -> Statement:
    told = Statement()
    for row in rows:
        told.add(*row)
    return told


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([("7", "A", 2)], "agreed"),
        ([(None, "A", 2)], "agreed"),
        ([("7", "A", None)], "agreed"),
        ([("7", "A", 3)], "points_differ"),
        ([("7", "A", 2), ("7", "A", 2)], "twice"),
        ([], "only_ledger"),
        ([("7", "A", 0)], "only_ledger"),
    ],
)
def test_a_synced_order_on_a_statement(rows: list[tuple[str | None, str, int | None]], kind: str) -> None:
    """Charged once for the same points is agreed; everything else has a name."""
    (finding,) = reconcile_statement(statement(*rows), [PAID], 2).findings
    assert kind == finding.kind


@pytest.mark.parametrize(("rows", "kind"), [([("7", "B", 2)], "uncertain_charged"), ([], "uncertain_absent")])
def test_a_statement_settles_doubts(rows: list[tuple[str | None, str, int | None]], kind: str) -> None:
    """An order without an answer stands on the statement, or it doesn't."""
    (finding,) = reconcile_statement(statement(*rows), [LOST], 2).findings
    assert kind == finding.kind


def test_an_order_the_ledger_never_sent_is_told() -> None:
    """Another program spends from this account, or the vendor errs."""
    found = reconcile_statement(statement(("9", "Z", 5)), [], 2)
    assert (["only_vendor"], 5) == ([each.kind for each in found.findings], found.beyond)


def test_amounts_that_a_statement_leaves_out_count_at_the_price() -> None:
    """Of two charges one names its points: 3 and the price."""
    assert 5 == reconcile_statement(statement(("7", "A", 3), ("7", "A", None)), [], 2).vendor

"""The ledger compared with balances and statements: everything that is concluded is true."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from batchsync.finance import Balances, Reconciled, Statement, reconcile_balances, reconcile_statement
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
UNNAMED = replace(PAID, number="C", points=None)
RESOLVED = replace(LOST, number="D", decision=Decision.CHARGED)
DAY = timedelta(days=1)


def balances(taken: int, *calls: Charge) -> Reconciled:
    return reconcile_balances(Balances(opening=1000, closing=1000 - taken), calls, 2)


@pytest.mark.parametrize(
    ("taken", "calls", "kind"),
    [
        (2, [PAID], "agrees"),
        (2, [PAID, LOST], "none_charged"),
        (4, [PAID, LOST], "one_charged"),
        (4, [PAID, LOST, LOST], "some_charged"),
        (4, [PAID, LOST, UNNAMED], "cannot_tell"),
        (4, [PAID, RESOLVED], "unknown_points"),
        (2, [PAID, LOST, UNNAMED], "none_charged"),
        (4, [PAID], "unexplained"),
        (1, [PAID, LOST], "took_less"),
    ],
)
def test_balances_lead_to_what_must_be_true(taken: int, calls: list[Charge], kind: str) -> None:
    """No price is assumed for a call without an amount."""
    assert kind == balances(taken, *calls).balance_kind


def test_missing_amounts_do_not_explain_uncertain_calls_away() -> None:
    """8 responses without an amount and 8 uncertain calls, 16 points: reconcile advises nothing about them."""
    found = balances(16, *[UNNAMED] * 8, *[LOST] * 8)
    assert ("cannot_tell", 8, False) == (found.balance_kind, found.most_charged, found.agrees)


def test_topped_up_points_are_not_taken() -> None:
    """100 before, 50 topped up, 148 after: 2 were taken."""
    assert 0 == reconcile_balances(Balances(opening=100, closing=148, topped_up=50), [PAID], 2).rest


def statement(*rows: tuple[str | None, str, int | None], covers: bool = True) -> Statement:
    made = Statement(period=(AT - DAY, AT + DAY) if covers else None)
    for owner, number, points in rows:
        made.add(owner, number, None if points is None else abs(points), refund=(points or 0) < 0)
    return made


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([("7", "A", 2)], "agreed"),
        ([(None, "A", 2)], "agreed"),
        ([("7", "A", None)], "agreed"),
        ([("7", "A", 3)], "points_differ"),
        ([("7", "A", 2), ("7", "A", 2)], "too_often"),
        ([("7", "A", 2), ("7", "A", -2)], "refunded"),
        ([], "only_ledger"),
        ([("7", "A", 0)], "only_ledger"),
    ],
)
def test_a_synced_order_on_a_statement(rows: list[tuple[str | None, str, int | None]], kind: str) -> None:
    """Charged once for the same points agrees; everything else has a name."""
    (finding,) = reconcile_statement(statement(*rows), [PAID], 2).findings
    assert kind == finding.kind


@pytest.mark.parametrize(
    ("rows", "covers", "kind"),
    [
        ([("7", "B", 2)], True, "uncertain_charged"),
        ([("7", "B", 2)], False, "uncertain_charged"),
        ([("7", "B", 2), ("7", "B", -2)], True, "refunded"),
        ([], True, "uncertain_not_charged"),
        ([], False, "uncertain_unclear"),
    ],
)
def test_an_uncertain_order_on_a_statement(
    rows: list[tuple[str | None, str, int | None]], covers: bool, kind: str
) -> None:
    """A missing row shows something only when the statement covers the time of the call."""
    (finding,) = reconcile_statement(statement(*rows, covers=covers), [LOST], 2).findings
    assert kind == finding.kind


def test_a_statement_that_lacks_a_charge_proves_no_absence() -> None:
    """It is not complete: the charge of order A is missing."""
    findings = reconcile_statement(statement(), [PAID, LOST], 2).findings
    assert ["uncertain_unclear", "only_ledger"] == [finding.kind for finding in findings]


def test_an_order_that_the_ledger_never_sent() -> None:
    """Another program spends from this account, or the vendor errs."""
    found = reconcile_statement(statement(("9", "Z", 5)), [], 2)
    assert (["only_vendor"], 5) == ([each.kind for each in found.findings], found.rest)


def test_a_statement_without_points_compares_charges_only() -> None:
    """No point is assumed for a row that names none."""
    found = reconcile_statement(statement(("7", "A", None)), [PAID], 2)
    assert (None, 1, 1, True) == (found.rest, found.vendor_charges, found.ledger_charges, found.agrees)


def test_the_clock_of_the_statement_is_found_by_its_rows() -> None:
    """A statement 8 hours ahead covers the calls between its first and last row, and no others."""
    calls = [replace(PAID, number=str(n), claimed_at=AT + n * DAY, at=AT + n * DAY) for n in range(3)]
    made = Statement()
    for call in calls:
        made.add("7", call.number, 2, time=call.at + timedelta(hours=8))
    made.set_period(calls)
    covered = [made.covers(replace(LOST, claimed_at=AT + n * DAY, at=AT + n * DAY)) for n in (-1, 1, 3)]
    assert [False, True, False] == covered


# --- Generated ledgers with known truth ---------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """A call and what it really cost."""

    call: Charge
    points: int


def generated(random: random.Random) -> list[Truth]:
    """A small ledger: prices from 1 to 3, missing amounts, lost responses charged or not, several calls an order."""
    made = []
    for _ in range(random.randint(0, 6)):
        price, number = random.randint(1, 3), random.choice("ABCD")
        kind = random.choice(["named", "named", "unnamed", "lost", "lost", "resolved", "free"])
        if kind == "named":
            made.append(Truth(replace(PAID, number=number, points=price), price))
        elif kind == "unnamed":
            made.append(Truth(replace(UNNAMED, number=number), price))
        elif kind == "free":
            made.append(Truth(replace(PAID, number=number, points=0), 0))
        else:
            decision = Decision.CHARGED if kind == "resolved" else None
            cost = price if decision or random.random() < 0.5 else 0
            made.append(Truth(replace(LOST, number=number, decision=decision), cost))
    return made


def test_every_conclusion_from_balances_is_true_and_none_is_missed() -> None:
    """A brute-force search over all assignments names the calls whose fate is determined: so does reconcile."""
    chooser = random.Random(15)
    determined = named = 0
    for _ in range(10_000):
        truth = generated(chooser)
        found = balances(sum(each.points for each in truth), *(each.call for each in truth))
        lost = [each for each in truth if each.call.is_uncertain]
        charged = sum(each.points > 0 for each in lost)
        kind = found.balance_kind
        claims = {
            "agrees": not lost and all(each.points == 0 for each in truth if each.call.points is None),
            "none_charged": charged == 0,
            "one_charged": len(lost) == 1 and lost[0].points == found.rest,
            "some_charged": 1 <= charged <= found.most_charged,
            "cannot_tell": charged <= found.most_charged,
            "unknown_points": not lost,
        }
        assert claims[kind], (kind, truth)
        fates = set(_charged_counts(found.rest or 0, found.unknown_calls, len(lost)))
        if lost and (fates == {0} or fates == {len(lost)}):
            determined += 1
            named += kind in ("none_charged", "one_charged")
    assert determined > 500
    assert named >= 0.95 * determined


def _charged_counts(rest: int, unknown: int, lost: int) -> Iterator[int]:
    """Yield how many uncertain calls were charged, in every assignment of points that adds up to `rest`."""
    if rest == 0:
        yield 0
        return
    for pattern in product((False, True), repeat=lost):
        count = sum(pattern)
        if count <= rest and (count > 0 or unknown):
            yield count


def test_every_conclusion_from_statements_is_true_and_none_is_missed() -> None:
    """Statements complete or with lines missing, with refunds; a fate is named only where it is determined."""
    chooser = random.Random(16)
    determined = named = 0
    for _ in range(10_000):
        truth = generated(chooser)
        refunds = [each for each in truth if each.points and chooser.random() < 0.05]
        rows: list[tuple[str | None, str, int | None]] = [
            *(("7", each.call.number, each.points) for each in truth if each.points),
            *(("7", each.call.number, -each.points) for each in refunds),
        ]
        found = reconcile_statement(statement(*rows), [each.call for each in truth], 3)
        for finding in found.findings:
            mine = [each for each in truth if each.call.number == finding.number]
            lost = [each for each in mine if each.call.is_uncertain]
            listed = sum(each.points > 0 for each in mine)
            if finding.kind == "uncertain_charged":
                assert all(each.points for each in lost)
            if finding.kind == "uncertain_not_charged":
                assert not any(each.points for each in lost)
            assert finding.kind not in ("too_often", "only_vendor", "points_differ")
            assert finding.kind != "refunded" or any(each in refunds for each in mine)
            fates = _fates(mine, listed)
            if lost and finding.kind != "refunded" and fates in ({0}, {len(lost)}):
                determined += 1
                named += finding.kind in ("uncertain_charged", "uncertain_not_charged")
    assert determined > 3_000
    assert named >= 0.95 * determined


def _fates(calls: list[Truth], listed: int) -> set[int]:
    """How many uncertain calls of an order were charged, in every assignment that lists so many rows."""
    sure = sum(bool(each.call.points) for each in calls)
    open_ended = [each.call for each in calls if each.call.points is None]
    counts = set()
    for pattern in product((False, True), repeat=len(open_ended)):
        if sure + sum(pattern) == listed:
            counts.add(
                sum(chosen for chosen, call in zip(pattern, open_ended, strict=True) if call.is_uncertain)
            )
    return counts

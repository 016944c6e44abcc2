"""The ledger held against the vendor's word: two balances, or a statement order by order. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from batchsync.finance.statement import Statement, StatementEntry
from batchsync.ledger import Charge

Kind = Literal[
    "agreed",
    "points_differ",
    "twice",
    "uncertain_charged",
    "uncertain_absent",
    "only_vendor",
    "only_ledger",
]
WORST_FIRST: tuple[Kind, ...] = (
    "twice",
    "only_vendor",
    "points_differ",
    "uncertain_charged",
    "uncertain_absent",
    "only_ledger",
    "agreed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What the account held before and after, and what was paid in between."""

    opening: int
    closing: int
    topped_up: int = 0

    @property
    def taken(self) -> int:
        """Points that the vendor took."""
        return self.opening + self.topped_up - self.closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """One order on both sides."""

    kind: Kind
    owner_id: str
    number: str
    vendor: StatementEntry | None
    charges: int
    """Calls that were charged for all the ledger knows."""
    open: int
    """Calls that may have been charged."""
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How far both sides agree."""

    vendor: int
    """Points that the vendor took; for a statement without amounts, its charges at the expected price."""
    answered: int
    by_hand_calls: int
    missing_calls: int
    open_calls: int
    price: int
    doubts: Sequence[Charge]
    """The calls without an answer: the evidence."""
    findings: Sequence[Conclusion] = ()

    @property
    def difference(self) -> int:
        """Points the vendor took beyond what the ledger is sure of."""
        return self.vendor - self.answered - (self.by_hand_calls + self.missing_calls) * self.price

    @property
    def beyond(self) -> int:
        """Points that not even the uncertain calls explain; below 0 when the vendor took too little."""
        return self.difference - min(max(self.difference, 0), self.open_calls * self.price)

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to find out."""
        return self.difference == 0 and not any(finding.kind != "agreed" for finding in self.findings)


def reconcile_balances(balances: Balances, charges: Iterable[Charge], price: int) -> Reconciled:
    """Hold the ledger's calls against what an account lost."""
    return _reconciled(balances.taken, list(charges), price, ())


def reconcile_statement(statement: Statement, charges: Iterable[Charge], price: int) -> Reconciled:
    """Hold the ledger's calls against a statement, order by order."""
    known = list(charges)
    unnamed = sum(charged.unnamed for charged in statement.orders.values())
    vendor = statement.points + price * unnamed
    findings = sorted(_findings(statement, known), key=lambda finding: WORST_FIRST.index(finding.kind))
    return _reconciled(vendor, known, price, findings)


def _reconciled(vendor: int, charges: list[Charge], price: int, findings: Sequence[Conclusion]) -> Reconciled:
    sure = [charge for charge in charges if charge.is_charged]
    doubts = [charge for charge in charges if charge.is_uncertain]
    by_hand = sum(charge.decision is not None for charge in sure)
    return Reconciled(
        vendor=vendor,
        answered=sum(charge.points or 0 for charge in charges),
        by_hand_calls=by_hand,
        missing_calls=sum(charge.points is None for charge in sure) - by_hand,
        open_calls=len(doubts),
        price=price,
        doubts=doubts,
        findings=findings,
    )


def _findings(statement: Statement, charges: list[Charge]) -> Iterator[Conclusion]:
    ours: defaultdict[tuple[str, str], list[Charge]] = defaultdict(list)
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for charge in charges:
        key = (charge.owner_id, charge.number)
        if key not in ours:
            owners[charge.number].append(charge.owner_id)
        ours[key].append(charge)
    told: dict[tuple[str, str], StatementEntry] = {}
    for charged in statement.orders.values():
        owner = charged.owner_id
        if owner is None:  # only one merchant can be meant, or nobody can tell
            candidates = owners.get(charged.number, [])
            owner = candidates[0] if len(candidates) == 1 else ""
        told[owner, charged.number] = charged
    for key in dict.fromkeys([*told, *ours]):
        finding = _finding(key, told.get(key), ours.get(key, []))
        if finding is not None:
            yield finding


def _finding(key: tuple[str, str], vendor: StatementEntry | None, calls: list[Charge]) -> Conclusion | None:
    sure = sum(call.is_charged for call in calls)
    doubtful = sum(call.is_uncertain for call in calls)
    points = sum(call.points or 0 for call in calls)
    kind = _kind(vendor, calls, sure, doubtful, points)
    if kind is None:
        return None
    return Conclusion(
        kind=kind, owner_id=key[0], number=key[1], vendor=vendor, charges=sure, open=doubtful, points=points
    )


def _kind(
    vendor: StatementEntry | None, calls: list[Charge], sure: int, doubtful: int, points: int
) -> Kind | None:
    if vendor is None:
        absent: Kind | None = "uncertain_absent" if doubtful else None
        return "only_ledger" if sure else absent
    if not calls:
        return "only_vendor"
    if vendor.charges > sure:
        return "twice" if vendor.charges > sure + doubtful else "uncertain_charged"
    if vendor.charges < sure or doubtful:
        return "only_ledger" if vendor.charges < sure else "uncertain_absent"
    unnamed = any(call.points is None for call in calls if call.is_charged)
    return "points_differ" if vendor.named and not unnamed and vendor.points != points else "agreed"

"""Compares the ledger with two balances, or with a statement order by order. Nothing follows from an assumed price."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from batchsync.finance.statement import Statement, StatementEntry
from batchsync.ledger import Charge
from batchsync.model import Decision

BalanceKind = Literal[
    "agrees",
    "none_charged",
    "one_charged",
    "some_charged",
    "cannot_tell",
    "unknown_points",
    "unexplained",
    "took_less",
]
Kind = Literal[
    "too_often",
    "only_vendor",
    "points_differ",
    "refunded",
    "uncertain_charged",
    "uncertain_not_charged",
    "uncertain_unclear",
    "only_ledger",
    "agreed",
]
KINDS: tuple[Kind, ...] = (
    "too_often",
    "only_vendor",
    "points_differ",
    "refunded",
    "uncertain_charged",
    "uncertain_not_charged",
    "uncertain_unclear",
    "only_ledger",
    "agreed",
)
"""In the order in which findings are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Points of the account before and after, and what was topped up or refunded in between."""

    opening: int
    closing: int
    topped_up: int = 0

    @property
    def taken(self) -> int:
        """Points that the vendor took."""
        return self.opening + self.topped_up - self.closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One order in the ledger and on the statement."""

    kind: Kind
    owner_id: str
    number: str
    vendor: StatementEntry | None
    charges: int
    """Calls that were charged, as far as the ledger knows."""
    uncertain: int
    """Calls that may have been charged."""
    points: int
    """Points that responses named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The ledger's calls beside what the vendor took."""

    vendor: int | None
    """Points that the vendor took; None when the statement names no points."""
    points: int
    """Points that responses named."""
    unknown_calls: int
    """Charged calls whose points are unknown; each cost 0 points or more."""
    uncertain: Sequence[Charge]
    """Calls without a response that nobody resolved: each was charged, or cost nothing."""
    highest_price: int
    vendor_charges: int | None = None
    ledger_charges: int = 0
    findings: Sequence[Finding] = ()

    @property
    def rest(self) -> int | None:
        """Points that the vendor took beyond those that responses named."""
        return None if self.vendor is None else self.vendor - self.points

    @property
    def most_charged(self) -> int:
        """Upper bound of the uncertain calls that were charged: each charged one cost at least one point."""
        return min(len(self.uncertain), max(self.rest or 0, 0))

    @property
    def above_highest_price(self) -> bool:
        """Whether the rest is more than all unknown and uncertain calls at the highest price seen."""
        calls = self.unknown_calls + len(self.uncertain)
        return self.rest is not None and calls > 0 and self.rest > calls * self.highest_price

    @property
    def balance_kind(self) -> BalanceKind:
        """What follows from the points alone, if nothing else changed the balance.

        Unknown and uncertain calls cost 0 points or more, a charged uncertain call at least 1. These are the only
        assumptions: no price is assumed.
        """
        rest, unknown, uncertain = self.rest or 0, self.unknown_calls, len(self.uncertain)
        if rest < 0:
            return "took_less"
        if rest == 0:
            return "none_charged" if uncertain else "agrees"
        if unknown:
            return "cannot_tell" if uncertain else "unknown_points"
        if not uncertain:
            return "unexplained"
        return "one_charged" if uncertain == 1 else "some_charged"

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to find out."""
        if self.vendor_charges is not None:
            return all(finding.kind == "agreed" for finding in self.findings)
        return self.rest == 0


def reconcile_balances(balances: Balances, charges: Iterable[Charge], highest_price: int) -> Reconciled:
    """Compare the ledger's calls with what an account lost. Keeps only the uncertain calls in memory."""
    return _reconciled(balances.taken, charges, highest_price)


def reconcile_statement(statement: Statement, charges: Iterable[Charge], highest_price: int) -> Reconciled:
    """Compare the ledger's calls with a statement, order by order.

    Calls that the statement neither lists nor covers by its time are left out.
    """
    numbers = {entry.number for entry in statement.orders.values()}
    calls = [
        call
        for call in charges
        if call.number in numbers or statement.period is None or statement.covers(call)
    ]
    findings = sorted(_findings(statement, calls), key=lambda finding: KINDS.index(finding.kind))
    vendor = statement.points - statement.refunded if statement.names_points else None
    return _reconciled(vendor, calls, highest_price, statement.charges, findings)


def decisions(reconciled: Reconciled) -> dict[Decision, dict[int, Finding]]:
    """Return what a statement decides about uncertain orders: by decision, the orders' ids with their findings."""
    kinds: dict[str, Decision] = {
        "uncertain_charged": Decision.CHARGED,
        "uncertain_not_charged": Decision.NOT_CHARGED,
    }
    findings = {(finding.owner_id, finding.number): finding for finding in reconciled.findings}
    decided: dict[Decision, dict[int, Finding]] = {decision: {} for decision in kinds.values()}
    for call in reconciled.uncertain:
        finding = findings[call.owner_id, call.number]
        if finding.kind in kinds:
            decided[kinds[finding.kind]][call.order] = finding
    return decided


def _reconciled(
    vendor: int | None,
    calls: Iterable[Charge],
    highest_price: int,
    vendor_charges: int | None = None,
    findings: Sequence[Finding] = (),
) -> Reconciled:
    points = charged = unknown = 0
    uncertain: list[Charge] = []
    for call in calls:
        points += call.points or 0
        if call.is_charged:
            charged += 1
            unknown += call.points is None
        elif call.is_uncertain:
            uncertain.append(call)
    return Reconciled(
        vendor=vendor,
        points=points,
        unknown_calls=unknown,
        uncertain=uncertain,
        highest_price=highest_price,
        vendor_charges=vendor_charges,
        ledger_charges=charged,
        findings=findings,
    )


def _findings(statement: Statement, calls: list[Charge]) -> Iterator[Finding]:
    ours: defaultdict[tuple[str, str], list[Charge]] = defaultdict(list)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for call in calls:
        ours[call.owner_id, call.number].append(call)
        owners[call.number].add(call.owner_id)
    theirs: dict[tuple[str, str], StatementEntry] = {}
    for entry in statement.orders.values():
        owner = entry.owner_id
        if owner is None:  # the order's only merchant, or unknown
            candidates = owners.get(entry.number, set())
            owner = next(iter(candidates)) if len(candidates) == 1 else ""
        theirs[owner, entry.number] = entry
    ambiguous = {number for owner, number in theirs if not owner}
    keys = dict.fromkeys([*theirs, *ours])
    complete = not any(
        _needs_row(call) and key not in theirs and statement.covers(call)
        for key, group in ours.items()
        for call in group
    )
    for owner, number in keys:
        group = ours.get((owner, number), [])
        if not group and number in owners:
            continue  # on the statement without a merchant, and several merchants have this order number
        finding = _finding(
            (owner, number),
            theirs.get((owner, number)),
            group,
            complete=complete
            and number not in ambiguous
            and all(statement.covers(call) for call in group if call.is_uncertain),
        )
        if finding is not None:
            yield finding


def _needs_row(call: Charge) -> bool:
    """Whether a complete statement must list a call: its response named points."""
    return call.is_charged and bool(call.points)


def _finding(
    key: tuple[str, str], vendor: StatementEntry | None, calls: list[Charge], *, complete: bool
) -> Finding | None:
    charged = sum(call.is_charged for call in calls)
    uncertain = sum(call.is_uncertain for call in calls)
    kind = _kind(vendor, calls, uncertain, complete=complete)
    if kind is None:
        return None
    return Finding(
        kind=kind,
        owner_id=key[0],
        number=key[1],
        vendor=vendor,
        charges=charged,
        uncertain=uncertain,
        points=sum(call.points or 0 for call in calls),
    )


def _kind(
    vendor: StatementEntry | None, calls: list[Charge], uncertain: int, *, complete: bool
) -> Kind | None:
    """Return what an order's rows and calls show together; None when there is nothing to compare."""
    if not calls:
        return "only_vendor" if vendor is not None and vendor.charges > vendor.refunds else None
    named = Counter(call.points for call in calls if _needs_row(call))
    unknown = sum(call.is_charged and call.points is None for call in calls)
    extra = (vendor.charges if vendor else 0) - named.total()
    kind: Kind | None = "agreed" if vendor is not None or named else None
    if extra < 0 or (vendor is None and unknown):
        kind = "only_ledger"
    elif extra > unknown + uncertain:
        kind = "too_often"
    elif vendor is not None and vendor.is_named and named - Counter(vendor.amounts):
        kind = "points_differ"
    elif vendor is not None and vendor.refunds:
        kind = "refunded"
    elif uncertain:  # from extra - unknown up to extra of the uncertain calls were charged
        kind = "uncertain_unclear"
        if extra - unknown == uncertain:
            kind = "uncertain_charged"
        elif extra == 0 and complete:
            kind = "uncertain_not_charged"
    return kind

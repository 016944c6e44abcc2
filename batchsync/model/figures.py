"""Calls and points of a run, a file, a merchant, a day or a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from batchsync.model.orders import Decision, State

_NO_RESPONSE = (State.UNCERTAIN, State.SENDING)


def is_uncertain(outcome: State, decision: Decision | None) -> bool:
    """Whether a call may have been charged: it has no response, and no person has decided that it was or was not."""
    return outcome in _NO_RESPONSE and decision in (None, Decision.SEND_AGAIN)


def is_charged(outcome: State, points: int | None, decision: Decision | None) -> bool:
    """Whether a call was charged: its response shows it, or a person decided it. A synced order counts, also at 0 points."""
    if outcome in _NO_RESPONSE:
        return decision is Decision.CHARGED
    return outcome is State.SYNCED or (outcome is State.SETTLED_FAILED and points != 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What calls came to, as the ledger has them now.

    `points` is exact. Everything unknown is a range from 0 to an upper bound, at the highest price seen.
    """

    calls: int = 0
    synced: int = 0
    """Calls that synced their order, by their response or by a person's decision."""
    failed: int = 0
    uncertain: int = 0
    """Calls that may have been charged."""
    charged: int = 0
    """Calls that were charged: orders that were paid for."""
    points: int = 0
    """Points that responses named."""
    amount_missing: int = 0
    """Charged calls whose points are unknown: the response named none, or a person decided that they were charged."""
    highest_price: int = 0
    """Points that one call is assumed to cost at most: the expected price, or the highest one seen."""

    @property
    def points_unknown(self) -> int:
        """Upper bound of the points of charged calls that named no amount."""
        return self.amount_missing * self.highest_price

    @property
    def points_uncertain(self) -> int:
        """Upper bound of the points of uncertain calls."""
        return self.uncertain * self.highest_price

    @property
    def points_possible(self) -> int:
        """Upper bound of the points spent besides `points`."""
        return self.points_unknown + self.points_uncertain

    def __add__(self, other: Self) -> "Figures":
        return Figures(
            calls=self.calls + other.calls,
            synced=self.synced + other.synced,
            failed=self.failed + other.failed,
            uncertain=self.uncertain + other.uncertain,
            charged=self.charged + other.charged,
            points=self.points + other.points,
            amount_missing=self.amount_missing + other.amount_missing,
            highest_price=max(self.highest_price, other.highest_price),
        )


def total(figures: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    return sum(figures, Figures())

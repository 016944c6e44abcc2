"""A response that arrives after its call was given up: always recorded, and applied where it still can be.

Meanwhile a person may have resolved the order, and it may have been sent again. A late answer shows what its own call
cost, and is kept with that call. It moves the order where no later call exists; and where it was charged, it moves an
order that would be sent again automatically. One that cost nothing does not free an order that an earlier call may have
paid for.
"""

from typing import NamedTuple

from batchsync.ledger.codes import STATE_CODES
from batchsync.model import MOVES, Cause, Reason, State

GIVEN_UP = frozenset({Reason.CRASH.value, Reason.ABANDONED.value})
"""Reasons of an uncertain outcome that a late answer of the same attempt may still correct."""
UNCERTAIN, SENDING = STATE_CODES[State.UNCERTAIN], STATE_CODES[State.SENDING]
LATE_STATES = frozenset(STATE_CODES[state] for state in MOVES[State.UNCERTAIN, Cause.LATE_ANSWER])
PAID = frozenset({STATE_CODES[State.SYNCED], STATE_CODES[State.SETTLED_FAILED]})
GOES_BY_ITSELF = frozenset({STATE_CODES[State.PLANNED], STATE_CODES[State.REFUSED]})


class OrderSnapshot(NamedTuple):
    """Where an order stands when an outcome did not fit at once, and what is known of the outcome's attempt."""

    state: int
    attempts: int
    """How many calls the order has had."""
    reason: str | None
    """Of the attempt's own outcome."""
    outcome: int | None
    """The attempt's own outcome so far."""
    at: int | None
    is_answered: bool
    """Whether a late answer of it is known already."""
    left_since: bool
    """Whether a later call of the order left, or may have."""
    cost_before: bool
    """Whether an earlier call cost points, or may have."""

    def takes(self, outcome: int) -> bool:
        """Whether `outcome`, a state's code, can be the late answer of a call that was given up."""
        return self.reason in GIVEN_UP and not self.is_answered and outcome in LATE_STATES

    def statement(self, outcome: int) -> str | None:
        """Return the name of the statement that moves the order; None where only the call is updated."""
        if self._moves_by(outcome):
            return "settle_late"
        if self.state == SENDING and outcome in PAID:
            return "settle_late_under_way"
        return None if self.left_since else "settle_late_by_hand"

    def _moves_by(self, outcome: int) -> bool:
        if outcome not in PAID and self.cost_before:
            return False
        if self.state in GOES_BY_ITSELF:
            return outcome in PAID or not self.left_since
        return self.state == UNCERTAIN and not self.left_since

"""Orders, their states, and the table of legal moves between states."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one merchant: what is paid for."""

    owner_id: str
    number: str


class State(StrEnum):
    """State of an order in the ledger."""

    PLANNED = "planned"
    SENDING = "sending"
    SYNCED = "synced"
    REFUSED = "refused"
    SETTLED_FAILED = "settled_failed"
    UNCERTAIN = "uncertain"


class Cause(StrEnum):
    """Why an order moves from one state to another."""

    CLAIM = "claim"
    ANSWER = "answer"
    NOT_SENT = "not_sent"
    CRASH = "crash"
    LATE_ANSWER = "late_answer"
    NEW_RUN = "new_run"
    RESEND = "resend"
    RESEND_UNCERTAIN = "resend_uncertain"
    CHARGED = "charged"
    NOT_CHARGED = "not_charged"


_S, _C = State, Cause
_ANSWERED = frozenset({_S.SYNCED, _S.REFUSED, _S.SETTLED_FAILED, _S.UNCERTAIN})

MOVES: Mapping[tuple[State, Cause], frozenset[State]] = MappingProxyType(
    {
        (_S.PLANNED, _C.CLAIM): frozenset({_S.SENDING}),
        (_S.SENDING, _C.ANSWER): _ANSWERED,
        (_S.SENDING, _C.NOT_SENT): frozenset({_S.PLANNED, _S.SYNCED, _S.SETTLED_FAILED, _S.UNCERTAIN}),
        (_S.SENDING, _C.CRASH): frozenset({_S.UNCERTAIN}),
        (_S.UNCERTAIN, _C.LATE_ANSWER): _ANSWERED - {_S.UNCERTAIN},
        (_S.PLANNED, _C.LATE_ANSWER): _ANSWERED - {_S.UNCERTAIN},
        (_S.REFUSED, _C.LATE_ANSWER): frozenset({_S.SYNCED, _S.SETTLED_FAILED}),
        (_S.REFUSED, _C.NEW_RUN): frozenset({_S.PLANNED}),
        (_S.SYNCED, _C.RESEND): frozenset({_S.SENDING}),
        (_S.SETTLED_FAILED, _C.RESEND): frozenset({_S.SENDING}),
        (_S.UNCERTAIN, _C.RESEND_UNCERTAIN): frozenset({_S.SENDING}),
        (_S.UNCERTAIN, _C.CHARGED): frozenset({_S.SYNCED}),
        (_S.UNCERTAIN, _C.NOT_CHARGED): frozenset({_S.PLANNED}),
    }
)
"""All legal moves: (state, cause) -> possible next states.

An order that cost points, or may have, keeps its state until a resend is claimed; a call that was proved not sent
restores the state before it.
"""

RESENT: Mapping[State, Cause] = MappingProxyType(
    {state: cause for (state, cause), targets in MOVES.items() if cause in {_C.RESEND, _C.RESEND_UNCERTAIN}}
)
"""States from which an order is claimed only by a run that resends it, with the cause of that move."""

STATES: tuple[State | None, ...] = (None, *State)
"""States by code; code 0 is an order that the ledger does not know. Used for lookups of many orders at once."""


class Decision(StrEnum):
    """A person's decision about an uncertain order, or one that was held back."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    SEND_AGAIN = "send_again"
    SEND = "send"
    """Of an order that was held back as unusual; the plan applies it, the ledger never sees it."""

"""The codes stored in the database for states, causes and verdicts: written once, never renumbered."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.model import Cause, Decision, PlanVerdict, State

STATE_CODES: Mapping[State, int] = MappingProxyType(
    {
        State.PLANNED: 1,
        State.SENDING: 2,
        State.SYNCED: 3,
        State.REFUSED: 4,
        State.SETTLED_FAILED: 5,
        State.UNCERTAIN: 6,
    }
)
CAUSE_CODES: Mapping[Cause, int] = MappingProxyType(
    {
        Cause.CLAIM: 1,
        Cause.ANSWER: 2,
        Cause.NOT_SENT: 3,
        Cause.CRASH: 4,
        Cause.LATE_ANSWER: 5,
        Cause.NEW_RUN: 6,
        Cause.RESEND: 7,
        Cause.RESEND_UNCERTAIN: 8,
        Cause.CHARGED: 9,
        Cause.NOT_CHARGED: 10,
    }
)
VERDICT_CODES: Mapping[PlanVerdict, int] = MappingProxyType(
    {
        PlanVerdict.SEND: 1,
        PlanVerdict.ALREADY_SYNCED: 2,
        PlanVerdict.DUPLICATE: 3,
        PlanVerdict.INVALID: 4,
        PlanVerdict.UNCERTAIN: 5,
        PlanVerdict.FAILED_CHARGED: 6,
        PlanVerdict.SKIPPED_HIDDEN: 7,
    }
)
DECISION_CAUSES: Mapping[Decision, Cause] = MappingProxyType(
    {
        Decision.CHARGED: Cause.CHARGED,
        Decision.NOT_CHARGED: Cause.NOT_CHARGED,
    }
)
STATES_BY_CODE: Mapping[int, State] = MappingProxyType({code: state for state, code in STATE_CODES.items()})
VERDICTS_BY_CODE: Mapping[int, PlanVerdict] = MappingProxyType(
    {code: verdict for verdict, code in VERDICT_CODES.items()}
)

ATTEMPTS_EACH = 65_536
"""An attempt's id is its order's id times this, plus its number among the order's attempts, from 1."""

"""Plans several files for one run: the orders that an earlier file sends are synced for a later one."""

from collections.abc import Sequence
from dataclasses import replace

from batchsync.model import PLAN_VERDICTS, STATES, KnownOrders, Note, Plan, PlanVerdict, State
from batchsync.planning.plan import Known

_SYNCED = STATES.index(State.SYNCED)
_NEVER_PAID = (0, STATES.index(State.PLANNED), STATES.index(State.REFUSED))
"""States in which the number's order under another merchant counts."""
_SENT = PLAN_VERDICTS.index(PlanVerdict.SEND)
_KNOWN = PLAN_VERDICTS.index(PlanVerdict.ALREADY_SYNCED)


class EarlierFiles:
    """The orders that will be synced once the files so far have been run, by order number whichever merchant."""

    def __init__(self) -> None:
        self._orders: dict[str, tuple[str, str]] = {}
        """Order number -> merchant and file it is sent with."""

    def known(self, known: Known) -> Known:
        """Return the ledger's lookup as it will answer once the files so far have been run."""

        def known_later(owners: Sequence[str], numbers: Sequence[str]) -> KnownOrders:
            found = known(owners, numbers)
            states, elsewhere = bytearray(found.states), dict(found.elsewhere)
            for place, (owner, number) in enumerate(zip(owners, numbers, strict=True)):
                merchant, _ = self._orders.get(number, ("", ""))
                if merchant == owner:
                    states[place] = _SYNCED
                elif merchant and (states[place] in _NEVER_PAID or place in elsewhere):
                    states[place] = _SYNCED
                    elsewhere[place] = merchant
            return replace(found, states=bytes(states), elsewhere=elsewhere)

        return known_later if self._orders else known

    def add(self, file: str, plan: Plan) -> None:
        """Note in the plan which of its orders are sent with an earlier file; remember those sent with this one."""
        found = [
            self._orders[number][1]
            for number, code in zip(plan.numbers, plan.verdicts, strict=True)
            if code == _KNOWN and number in self._orders
        ]
        if found:
            facts = {"count": str(len(found)), "file": found[0]}
            plan.notes.append(Note(code="goes_before", facts=facts))
        for entry, code in enumerate(plan.verdicts):
            if code == _SENT or (code == _KNOWN and entry in plan.decisions):
                self._orders.setdefault(plan.numbers[entry], (plan.owners[entry], file))

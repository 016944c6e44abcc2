"""Several files checked for one run over all of them: what an earlier file sends, a later one finds synced."""

from collections.abc import Sequence
from dataclasses import replace

from batchsync.model import PLAN_VERDICTS, STATES, KnownOrders, Note, Plan, PlanVerdict, State
from batchsync.planning.plan import Known

_SYNCED = STATES.index(State.SYNCED)
_SENT = PLAN_VERDICTS.index(PlanVerdict.SEND)
_KNOWN = PLAN_VERDICTS.index(PlanVerdict.ALREADY_SYNCED)


class EarlierFiles:
    """The orders that stand synced once the files so far have been run, if all goes well."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], str] = {}

    def known(self, known: Known) -> Known:
        """Return the same question of the ledger as it will stand by then."""

        def by_then(owners: Sequence[str], numbers: Sequence[str]) -> KnownOrders:
            found = known(owners, numbers)
            states = bytearray(found.states)
            for place, key in enumerate(zip(owners, numbers, strict=True)):
                if key in self._files:
                    states[place] = _SYNCED
            return replace(found, states=bytes(states))

        return by_then if self._files else known

    def add(self, file: str, plan: Plan) -> None:
        """Say in the plan which of its orders go with an earlier file, and remember those that go with this one."""
        found = [
            self._files[key]
            for key, code in zip(zip(plan.owners, plan.numbers, strict=True), plan.verdicts, strict=True)
            if code == _KNOWN and key in self._files
        ]
        if found:
            facts = {"count": str(len(found)), "file": found[0]}
            plan.notes.append(Note(code="goes_before", facts=facts))
        for entry, code in enumerate(plan.verdicts):
            if code == _SENT or (code == _KNOWN and entry in plan.decisions):
                self._files.setdefault((plan.owners[entry], plan.numbers[entry]), file)

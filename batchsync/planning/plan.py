"""From rows to orders: ids cleaned or refused, duplicates found, merchants told, what the ledger knows asked once. Pure.

A million rows are columns here, not objects. The rare things (a reason, a duplicate's first, a decision) stand in
dicts by entry.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat

from batchsync.config import InputSettings
from batchsync.messages.planning import DECISIONS
from batchsync.model import (
    PLAN_VERDICTS,
    STATES,
    CellKind,
    Decision,
    FileFound,
    KnownOrders,
    Note,
    Plan,
    PlanVerdict,
    Reason,
    RowBatch,
    SheetFound,
    State,
)
from batchsync.ooxml.references import address
from batchsync.planning import number_damage
from batchsync.planning.identifiers import clean_id, may_be_cut, plain_number, plain_text, unguarded
from batchsync.planning.merchants import Merchants

Known = Callable[[Sequence[str], Sequence[str]], KnownOrders]
"""Merchants and numbers, aligned -> what the ledger knows of each order."""

_CODE = {verdict: code for code, verdict in enumerate(PLAN_VERDICTS)}
_SEND, _INVALID = _CODE[PlanVerdict.SEND], _CODE[PlanVerdict.INVALID]
_DUPLICATE, _HIDDEN = _CODE[PlanVerdict.DUPLICATE], _CODE[PlanVerdict.SKIPPED_HIDDEN]
_UNCERTAIN = STATES.index(State.UNCERTAIN)
_SHOWN = 80
"""Characters of a refused cell that are kept."""


def make_plan(
    found: Iterable[FileFound | SheetFound | RowBatch],
    settings: InputSettings,
    known: Known,
    *,
    resend: bool = False,
    resend_uncertain: bool = False,
) -> Plan:
    """Plan what becomes of each row; raises ColumnsUnclear when no row could have a merchant."""
    planner = _Planner(settings)
    for item in found:
        if isinstance(item, RowBatch):
            planner.add(item)
        elif isinstance(item, SheetFound):
            planner.start(item)
    plan = planner.whole()
    _refuse_damaged(plan, planner.maybe_cut)
    _note_odd_lengths(plan)
    _ask(plan, known, _verdicts(resend=resend, resend_uncertain=resend_uncertain))
    return plan


class _Planner:
    """A plan while it is made."""

    def __init__(self, settings: InputSettings) -> None:
        self.plan = Plan()
        self.merchants = Merchants(settings)
        self.maybe_cut: list[int] = []
        """Entries whose number may have been cut by Excel before the file became text."""
        self._skips_hidden = settings.hidden_rows == "skip"
        self._firsts: dict[str, dict[str, int]] = {}
        """Owner -> number -> its first entry."""
        self._contradicted: set[int] = set()

    def start(self, sheet: SheetFound) -> None:
        self.plan.sheets.append(sheet)
        self.merchants.start(sheet)

    def whole(self) -> Plan:
        """Return the plan once every row is in; a decision contradicted by another row is none."""
        self.merchants.demand()
        for entry in self._contradicted:
            del self.plan.decisions[entry]
        return self.plan

    def add(self, batch: RowBatch) -> None:
        """Add a batch of rows: the quick way for plain ids, `_slow` for whatever needs thought."""
        plan = self.plan
        numbers, owners, lines, verdicts = plan.numbers, plan.owners, plan.lines, plan.verdicts
        before = len(verdicts)
        text, number = int(CellKind.TEXT), int(CellKind.NUMBER)
        hidden: Iterable[int] = batch.hidden if batch.hidden and self._skips_hidden else repeat(0)
        decisions: Iterable[str] = batch.decisions or repeat("")
        merchants = self.merchants.of(batch)
        for line, order, kind, owner, is_hidden, decision in zip(
            batch.lines, batch.orders, batch.order_kinds, merchants, hidden, decisions, strict=False
        ):
            if is_hidden:
                self._append(line, "", order[:_SHOWN], _HIDDEN, Note(code=Reason.HIDDEN))
                continue
            plain = plain_text(order) if kind == text else kind == number and plain_number(order)
            if not plain and kind == text:
                inside = unguarded(order)
                if plain_text(inside):
                    plain, order = True, inside  # noqa: PLW2901  (the cell without its guard)
            if not plain or decision or owner.__class__ is not str:
                self._slow(line, order, kind, owner, decision)
                continue
            entry = len(verdicts)
            try:
                first = self._firsts[owner].setdefault(order, entry)
            except KeyError:
                self._firsts[owner] = {order: entry}
                first = entry
            lines.append(line)
            owners.append(owner)
            numbers.append(order)
            if first == entry:
                verdicts.append(_SEND)
            else:
                verdicts.append(_DUPLICATE)
                plan.first_of[entry] = first
        plan.sheet_of.extend(array("H", [len(plan.sheets) - 1]) * (len(verdicts) - before))

    def _slow(self, line: int, order: str, kind: int, owner: str | Note, decision: str) -> None:
        ids = clean_id(order, kind)
        if isinstance(ids, Reason):
            self._append(line, "", order[:_SHOWN], _INVALID, self._refusal(ids, line, order))
            return
        if isinstance(owner, Note):
            told = Note(code=owner.code, facts={**owner.facts, "cell": self._owner_cell(line)})
            self._append(line, "", order[:_SHOWN], _INVALID, told)
            return
        for number in ids:
            self._order(line, owner, number, decision)
            if may_be_cut(order, kind):
                self.maybe_cut.append(len(self.plan) - 1)

    def _order(self, line: int, owner: str, number: str, decision: str) -> None:
        entry = len(self.plan)
        first = self._firsts.setdefault(owner, {}).setdefault(number, entry)
        self._append(line, owner, number, _SEND if first == entry else _DUPLICATE)
        if first != entry:
            self.plan.first_of[entry] = first
        self._decide(first, line, decision)

    def _decide(self, first: int, line: int, written: str) -> None:
        """Keep a decision for the order's first entry; two that contradict each other are none."""
        word = " ".join(written.lower().split())
        if not word:
            return
        decision = DECISIONS.get(word)
        if decision is None:
            facts = {"line": str(line), "value": written[:_SHOWN]}
            self.plan.notes.append(Note(code="unknown_decision", facts=facts))
        elif self.plan.decisions.setdefault(first, decision) != decision:
            facts = {"line": str(line), "value": written[:_SHOWN]}
            self.plan.notes.append(Note(code="decisions_differ", facts=facts))
            self._contradicted.add(first)

    def _append(self, line: int, owner: str, number: str, verdict: int, reason: Note | None = None) -> None:
        plan = self.plan
        if reason:
            plan.reasons[len(plan)] = reason
        plan.lines.append(line)
        plan.owners.append(owner)
        plan.numbers.append(number)
        plan.verdicts.append(verdict)

    def _refusal(self, reason: Reason, line: int, value: str) -> Note:
        return refusal(self.plan.sheets[-1], reason, line, value)

    def _owner_cell(self, line: int) -> str:
        sheet = self.plan.sheets[-1]
        columns = (sheet.owner_column, sheet.shop_column, sheet.order_column)
        return address(next(column for column in columns if column is not None), line)


def refusal(sheet: SheetFound, reason: Reason, line: int, value: str) -> Note:
    """Return why an order cell is refused, with its address."""
    column = sheet.order_column
    header = sheet.headers[column] if column < len(sheet.headers) else ""
    facts = {"cell": address(column, line), "header": header, "value": value[:_SHOWN], "what": "order"}
    return Note(code=reason, facts=facts)


# --- Once all rows are there --------------------------------------------------------------------------------


def _refuse_damaged(plan: Plan, maybe_cut: Sequence[int]) -> None:
    """Refuse numbers that look whole one by one, and can't be, seeing the others."""
    damaged = dict.fromkeys(number_damage.truncated(plan.numbers, maybe_cut), Reason.TRUNCATED)
    for entry in number_damage.rounded(plan.numbers):
        if plan.verdicts[entry] in (_SEND, _DUPLICATE):
            damaged.setdefault(entry, Reason.ROUNDED)
    for entry, reason in damaged.items():
        sheet = plan.sheets[plan.sheet_of[entry]]
        plan.reasons[entry] = refusal(sheet, reason, plan.lines[entry], plan.numbers[entry])
        plan.verdicts[entry] = _INVALID
        plan.owners[entry] = ""
        plan.first_of.pop(entry, None)
    if damaged:
        _promote(plan)


def _promote(plan: Plan) -> None:
    """Let a duplicate count itself when its first was refused."""
    heirs: dict[int, int] = {}
    for entry, first in list(plan.first_of.items()):
        if plan.verdicts[first] != _INVALID:
            continue
        heir = heirs.setdefault(first, entry)
        if heir == entry:
            plan.verdicts[entry] = _SEND
            del plan.first_of[entry]
        else:
            plan.first_of[entry] = heir


def _note_odd_lengths(plan: Plan) -> None:
    """Say when a few numbers differ in length from nearly all others: a digit may be missing."""
    sent = [entry for entry, verdict in enumerate(plan.verdicts) if verdict == _SEND]
    lengths = Counter(len(plan.numbers[entry]) for entry in sent)
    usual, count = lengths.most_common(1)[0] if lengths else (0, 0)
    odd = len(sent) - count
    if usual < 10 or not 0 < odd * 20 <= len(sent):
        return
    entry = next(entry for entry in sent if len(plan.numbers[entry]) != usual)
    facts = {"count": str(odd), "line": str(plan.lines[entry]), "value": plan.numbers[entry]}
    plan.notes.append(Note(code="odd_lengths", facts=facts))


def _verdicts(*, resend: bool, resend_uncertain: bool) -> bytes:
    """Return the table from a ledger's code to a verdict's code."""
    said = {
        State.SYNCED: PlanVerdict.SEND if resend else PlanVerdict.ALREADY_SYNCED,
        State.SETTLED_FAILED: PlanVerdict.SEND if resend else PlanVerdict.FAILED_CHARGED,
        State.UNCERTAIN: PlanVerdict.SEND if resend_uncertain else PlanVerdict.UNCERTAIN,
        State.SENDING: PlanVerdict.UNCERTAIN,
    }
    known = [_CODE[said.get(state, PlanVerdict.SEND) if state else PlanVerdict.SEND] for state in STATES]
    return bytes(known).ljust(256, bytes([_CODE[PlanVerdict.UNCERTAIN]]))


def _ask(plan: Plan, known: Known, verdicts: bytes) -> None:
    """Ask the ledger about every order once, and let decisions on uncertain ones have their way."""
    asked = [entry for entry, verdict in enumerate(plan.verdicts) if verdict == _SEND]
    if not asked:
        found = KnownOrders(states=b"")
    elif len(asked) == len(plan):
        found = known(plan.owners, plan.numbers)
        plan.verdicts[:] = found.states.translate(verdicts)
    else:
        found = known([plan.owners[entry] for entry in asked], [plan.numbers[entry] for entry in asked])
        for entry, verdict in zip(asked, found.states.translate(verdicts), strict=True):
            plan.verdicts[entry] = verdict
    codes = found.states
    for place, at in found.settled_at.items():
        if plan.verdicts[asked[place]] == _SEND or asked[place] in plan.decisions:
            plan.seen_settled_at[asked[place]] = at
    for place, merchant in found.elsewhere.items():
        plan.reasons[asked[place]] = Note(code=Reason.PAID_OTHER_MERCHANT, facts={"other": merchant})
    if plan.decisions:
        _obey(plan, dict(zip(asked, codes, strict=True)))


def _obey(plan: Plan, codes: dict[int, int]) -> None:
    moot = 0
    for entry, decision in list(plan.decisions.items()):
        if codes.get(entry) != _UNCERTAIN:
            del plan.decisions[entry]
            moot += 1
        elif decision is Decision.CHARGED:
            plan.verdicts[entry] = _CODE[PlanVerdict.ALREADY_SYNCED]
            plan.reasons[entry] = Note(code=Reason.SETTLED_CHARGED)
        else:
            plan.verdicts[entry] = _SEND
    if moot:
        plan.notes.append(Note(code="decision_moot", facts={"count": str(moot)}))


def verdicts_of(plan: Plan) -> Iterator[PlanVerdict]:
    """Yield each entry's verdict."""
    return map(PLAN_VERDICTS.__getitem__, plan.verdicts)

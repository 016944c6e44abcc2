"""Turns rows into a plan: ids cleaned or refused, merchants, duplicates, and what the ledger knows of each order. Pure.

A plan is columns, not objects, since a file may have a million rows. What few rows have (a reason, a duplicate's first,
a decision) is kept in dicts by entry.
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
from batchsync.model.row_results import HELD_BACK
from batchsync.ooxml.references import address
from batchsync.planning import number_damage
from batchsync.planning.identifiers import clean_id, may_be_cut, plain_number, plain_text, unguarded
from batchsync.planning.merchants import Merchants
from batchsync.planning.shapes import PLATFORM_LENGTHS
from batchsync.planning.unusual import unusual

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
    include_unusual: bool = False,
) -> Plan:
    """Plan what becomes of each row; raises ColumnsUnclear when no row could have a merchant."""
    planner = _Planner(settings)
    for item in found:
        if isinstance(item, RowBatch):
            planner.add(item)
        elif isinstance(item, SheetFound):
            planner.start(item)
    plan = planner.finish()
    _refuse_damaged(plan, planner.maybe_cut)
    wanted = {entry for entry, decision in plan.decisions.items() if decision is Decision.SEND}
    for entry in wanted:
        del plan.decisions[entry]
    _apply_ledger(plan, known, _verdicts(resend=resend, resend_uncertain=resend_uncertain))
    if not include_unusual:
        _hold_unusual(plan, planner.uncleaned, wanted)
    _add_unknown_decisions(plan, planner.unknown_decisions)
    _note_odd_lengths(plan)
    return plan


class _Planner:
    """A plan while its rows come in."""

    def __init__(self, settings: InputSettings) -> None:
        self.plan = Plan()
        self.merchants = Merchants(settings)
        self.maybe_cut: list[int] = []
        """Entries whose number may have been cut by Excel before the file became text."""
        self.uncleaned: list[int] = []
        """Entries whose number is neither just digits nor of a platform's shape."""
        self.unknown_decisions: dict[int, str] = {}
        """Entries whose decision cell holds another word than a decision."""
        self._skips_hidden = settings.hidden_rows == "skip"
        self._firsts: dict[str, int] = {}
        """Order number -> its first entry, whichever merchant."""
        self._contradicted: set[int] = set()
        self._totals: list[int] = []
        """Lines of the sheet that are foot rows."""
        self._sums: set[int] = set()
        """Entries that hold nothing but numbers: a sum when no order follows."""

    def start(self, sheet: SheetFound) -> None:
        """Turn to the next sheet."""
        self._end_sheet()
        self.plan.sheets.append(sheet)
        self.merchants.start(sheet)

    def finish(self) -> Plan:
        """Return the plan once every row is in; decisions that contradict each other are dropped."""
        self._end_sheet()
        self.merchants.require_any()
        for entry in self._contradicted:
            del self.plan.decisions[entry]
        return self.plan

    def add(self, batch: RowBatch) -> None:
        """Add a batch of rows: plain ids quickly, all others by `_add_closely`."""
        plan, firsts = self.plan, self._firsts
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
                self._add_closely(line, order, kind, owner, decision)
                continue
            entry = len(verdicts)
            first = firsts.setdefault(order, entry)
            lines.append(line)
            numbers.append(order)
            if first == entry:
                owners.append(owner)
                verdicts.append(_SEND)
            else:
                owners.append(owners[first])
                verdicts.append(_DUPLICATE)
                plan.first_of[entry] = first
                if owner != owners[first]:
                    self._note_other_merchant(entry, first, str(owner))
        plan.sheet_of.extend(array("H", [len(plan.sheets) - 1]) * (len(verdicts) - before))

    def _add_closely(self, line: int, order: str, kind: int, owner: str | Note, decision: str) -> None:
        if kind == CellKind.TOTAL:
            self._totals.append(line)
            return
        if kind == CellKind.BARE_SUM:
            self._sums.add(len(self.plan))
            kind = CellKind.EMPTY
        ids = clean_id(order, kind)
        if isinstance(ids, Reason):
            self._append(line, "", order[:_SHOWN], _INVALID, self._refusal(ids, line, order))
            return
        if isinstance(owner, Note):
            note = Note(code=owner.code, facts={**owner.facts, "cell": self._owner_cell(line)})
            self._append(line, "", order[:_SHOWN], _INVALID, note)
            return
        for number in ids:
            if not plain_text(number):
                self.uncleaned.append(len(self.plan))
            if may_be_cut(order, kind):
                self.maybe_cut.append(len(self.plan))
            self._add_order(line, owner, number, decision)

    def _add_order(self, line: int, owner: str, number: str, decision: str) -> None:
        plan = self.plan
        entry = len(plan)
        first = self._firsts.setdefault(number, entry)
        if first == entry:
            self._append(line, owner, number, _SEND)
        else:
            self._append(line, plan.owners[first], number, _DUPLICATE)
            plan.first_of[entry] = first
            if owner != plan.owners[first]:
                self._note_other_merchant(entry, first, owner)
        self._decide(entry, first, line, decision)

    def _note_other_merchant(self, entry: int, first: int, owner: str) -> None:
        plan = self.plan
        sheet = (
            plan.sheets[plan.sheet_of[first]].sheet if first < len(plan.sheet_of) else plan.sheets[-1].sheet
        )
        facts = {"line": str(plan.lines[first]), "sheet": sheet, "owner": owner, "other": plan.owners[first]}
        plan.reasons[entry] = Note(code=Reason.DUPLICATE_OTHER_MERCHANT, facts=facts)

    def _decide(self, entry: int, first: int, line: int, written: str) -> None:
        """Keep a decision for the order's first entry; two that contradict each other are none."""
        word = " ".join(written.lower().split())
        if not word:
            return
        decision = DECISIONS.get(word)
        facts = {"line": str(line), "value": written[:_SHOWN]}
        if decision is None:
            self.plan.notes.append(Note(code="unknown_decision", facts=facts))
            self.unknown_decisions[entry] = written[:_SHOWN]
        elif self.plan.decisions.setdefault(first, decision) != decision:
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

    def _end_sheet(self) -> None:
        """Take the sums under the last order out of the plan, and note the foot rows."""
        plan = self.plan
        while len(plan) and len(plan) - 1 in self._sums:
            self._totals.append(plan.lines[-1])
            for column in (plan.lines, plan.owners, plan.numbers, plan.verdicts, plan.sheet_of):
                column.pop()
            del plan.reasons[len(plan)]
        if self._totals:
            lines = ", ".join(map(str, sorted(self._totals)[:10])) + (
                " ..." if len(self._totals) > 10 else ""
            )
            facts = {"sheet": plan.sheets[-1].sheet, "lines": lines, "count": str(len(self._totals))}
            plan.notes.append(Note(code="foot_rows", facts=facts))
        self._totals, self._sums = [], set()

    def _refusal(self, reason: Reason, line: int, value: str) -> Note:
        return refusal(self.plan.sheets[-1], reason, line, value)

    def _owner_cell(self, line: int) -> str:
        sheet = self.plan.sheets[-1]
        columns = (sheet.owner_column, sheet.shop_column, sheet.order_column)
        return address(next(column for column in columns if column is not None), line)


def refusal(sheet: SheetFound, reason: Reason, line: int, value: str, **more: str) -> Note:
    """Return why an order cell is refused, with its address."""
    column = sheet.order_column
    header = sheet.headers[column] if column < len(sheet.headers) else ""
    facts = {"cell": address(column, line), "header": header, "value": value[:_SHOWN], "what": "order"}
    return Note(code=reason, facts=facts | more)


# --- Once all rows are there --------------------------------------------------------------------------------


def _refuse_damaged(plan: Plan, maybe_cut: Sequence[int]) -> None:
    """Refuse numbers that have lost digits, where only all numbers together show it."""
    damaged = number_damage.damaged(plan.numbers, maybe_cut)
    for entry, reason in damaged.items():
        if plan.verdicts[entry] in (_SEND, _DUPLICATE):
            sheet = plan.sheets[plan.sheet_of[entry]]
            _refuse(plan, entry, refusal(sheet, reason, plan.lines[entry], plan.numbers[entry]))
    if damaged:
        _promote_duplicates(plan)


def _promote_duplicates(plan: Plan) -> None:
    """Send the first intact duplicate of a refused entry in its place."""
    successors: dict[int, int] = {}
    for entry, first in list(plan.first_of.items()):
        if plan.verdicts[first] != _INVALID:
            continue
        successor = successors.setdefault(first, entry)
        if successor != entry:
            plan.first_of[entry] = successor
            continue
        plan.verdicts[entry] = _SEND
        del plan.first_of[entry]
        note = plan.reasons.pop(entry, None)
        if note is not None:
            plan.owners[entry] = note.facts["owner"]


def _refuse(plan: Plan, entry: int, note: Note) -> None:
    plan.reasons[entry] = note
    plan.verdicts[entry] = _INVALID
    plan.owners[entry] = ""
    plan.first_of.pop(entry, None)


def _note_odd_lengths(plan: Plan) -> None:
    """Note it when a few numbers differ in length from nearly all others: a digit may be missing."""
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
    verdicts = {
        State.SYNCED: PlanVerdict.SEND if resend else PlanVerdict.ALREADY_SYNCED,
        State.SETTLED_FAILED: PlanVerdict.SEND if resend else PlanVerdict.FAILED_CHARGED,
        State.UNCERTAIN: PlanVerdict.SEND if resend_uncertain else PlanVerdict.UNCERTAIN,
        State.SENDING: PlanVerdict.UNCERTAIN,
    }
    known = [_CODE[verdicts.get(state, PlanVerdict.SEND) if state else PlanVerdict.SEND] for state in STATES]
    return bytes(known).ljust(256, bytes([_CODE[PlanVerdict.UNCERTAIN]]))


def _apply_ledger(plan: Plan, known: Known, verdicts: bytes) -> None:
    """Look up every order in the ledger once, and apply the decisions about uncertain ones."""
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
        _apply_decisions(plan, dict(zip(asked, codes, strict=True)))


def _apply_decisions(plan: Plan, codes: dict[int, int]) -> None:
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


def _hold_unusual(plan: Plan, uncleaned: Sequence[int], wanted: set[int]) -> None:
    """Refuse order numbers unlike the others, with their duplicates, unless the user wrote that they be sent."""
    if not uncleaned and PLATFORM_LENGTHS.issuperset(map(len, plan.numbers)):
        return
    valid = [entry for entry, verdict in enumerate(plan.verdicts) if verdict not in (_INVALID, _HIDDEN)]
    held = unusual(plan, valid, uncleaned)
    for entry, (reason, other) in held.items():
        first = plan.first_of.get(entry, entry)
        if first in wanted or plan.verdicts[first] not in (_SEND, _INVALID):
            continue
        sheet = plan.sheets[plan.sheet_of[entry]]
        note = refusal(sheet, reason, plan.lines[entry], plan.numbers[entry], other=other)
        _refuse(plan, entry, note)
    for entry, first in list(plan.first_of.items()):
        if plan.verdicts[first] == _INVALID:
            _refuse(plan, entry, plan.reasons[first])


def _add_unknown_decisions(plan: Plan, words: dict[int, str]) -> None:
    """Add the word to the reason of each entry that waits for a decision: uncertain, or held back."""
    for entry, word in words.items():
        reason = plan.reasons.get(entry)
        if reason is None and plan.verdicts[entry] == _CODE[PlanVerdict.UNCERTAIN]:
            reason = Note(code=Reason.STILL_UNCERTAIN)
        if reason is not None and reason.code in {*HELD_BACK, Reason.STILL_UNCERTAIN}:
            facts = {**reason.facts, "unknown_decision": word}
            plan.reasons[entry] = Note(code=reason.code, facts=facts)


def verdicts_of(plan: Plan) -> Iterator[PlanVerdict]:
    """Yield each entry's verdict."""
    return map(PLAN_VERDICTS.__getitem__, plan.verdicts)

"""A plan and the ledger, in bulk: what is known of its orders, and its orders enrolled.

A chunk of the plan stands in a temporary table and is joined there, so that a million rows take seconds and no more
memory than a chunk.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain

import orjson

from batchsync.errors import IllegalMove
from batchsync.ledger.codes import CAUSE_CODES, DECISION_CAUSES, STATE_CODES, STATES_BY_CODE, VERDICT_CODES
from batchsync.ledger.database import Database, transaction
from batchsync.model import (
    MOVES,
    PLAN_VERDICTS,
    RESENT,
    Cause,
    Decision,
    KnownOrders,
    Plan,
    PlanVerdict,
    Reason,
    State,
)

CHUNK = 20_000
NO_OWNER = -1
WITHOUT_ORDER = frozenset({PlanVerdict.INVALID, PlanVerdict.SKIPPED_HIDDEN})
CODE_OF_PLACE = bytes(VERDICT_CODES[verdict] for verdict in PLAN_VERDICTS).ljust(256, b"\0")
"""Translates a plan's verdicts to the ledger's codes."""


class MerchantIds:
    """Merchant ids by their text, each asked of the database once; those of the last chunk are remembered."""

    def __init__(self, database: Database, *, add: bool) -> None:
        self._db = database
        self._sql = database.sql
        self._add = add
        self._ids: dict[str, int] = {"": NO_OWNER}

    def ids(self, owners: Sequence[str]) -> Iterator[int]:
        """Return the ids of a chunk's merchants; NO_OWNER for unknown ones."""
        new = set(owners).difference(self._ids)
        if len(self._ids) > CHUNK:
            self._ids = {"": NO_OWNER}
            new = set(owners) - {""}
        for owner in sorted(new):
            self._ids[owner] = self._id(owner)
        return map(self._ids.__getitem__, owners)

    def _id(self, owner: str) -> int:
        row = next(iter(self._db.execute(self._sql["owner_id"], (owner,))), None)
        if row is None and self._add:
            self._db.execute(self._sql["add_owner"], (owner,))
            row = next(iter(self._db.execute(self._sql["owner_id"], (owner,))))
        return NO_OWNER if row is None else int(row[0])


def lookup_orders(
    database: Database, account: int, owners: Sequence[str], numbers: Sequence[str], resync_before: int
) -> KnownOrders:
    """Return what is known of each order; one synced before `resync_before` counts as unknown."""
    sql = database.sql
    database.execute(sql["make_wanted"])
    merchant_ids = MerchantIds(database, add=False)
    states = bytearray()
    settled_at: dict[int, int] = {}
    elsewhere: dict[int, str] = {}
    for start in range(0, len(numbers), CHUNK):
        chunk = slice(start, start + CHUNK)
        database.execute(sql["clear_wanted"])
        rows = zip(range(CHUNK), merchant_ids.ids(owners[chunk]), numbers[chunk], strict=False)
        _fill(database, sql["want_order"], rows)
        states += bytes(chain.from_iterable(database.execute(sql["known_states"], (account, resync_before))))
        for place, at in database.execute(sql["known_settled"], (account,)):
            settled_at[start + place] = at
        for place, state, merchant in database.execute(sql["known_elsewhere"], (account, resync_before)):
            if states[start + place] in _NEVER_PAID and start + place not in elsewhere:
                elsewhere[start + place] = merchant
                states[start + place] = state
    database.execute(sql["clear_wanted"])
    return KnownOrders(states=bytes(states), settled_at=settled_at, elsewhere=elsewhere)


def _fill(database: Database, statement: str, rows: Iterator[tuple[object, ...]]) -> None:
    if database.in_transaction():
        database.executemany(statement, rows)
        return
    database.execute(database.sql["begin_reading"])
    database.executemany(statement, rows)
    database.execute("COMMIT")


class PlanWriter:
    """Writes one plan down as the entries of one run, and its orders as planned. All or nothing."""

    def __init__(
        self, database: Database, *, run: int, account: int, plan: Plan, allow: frozenset[Cause], now: int
    ) -> None:
        self._db = database
        self._sql = database.sql
        self._run, self._account, self._plan, self._allow, self._now = run, account, plan, allow, now
        self._decided = sorted(plan.decisions)
        self._known_before = False
        self._paid_elsewhere = {
            seq: str(note.facts["other"])
            for seq, note in plan.reasons.items()
            if note.code == Reason.PAID_OTHER_MERCHANT
        }
        """Entries whose number was paid under another merchant, and which."""

    def write(self) -> "array[int]":
        """Return the order's id for each entry that is to be sent, 0 for every other.

        Raises IllegalMove, and then nothing is kept, when the plan asks for a move that isn't allowed.
        """
        self._db.execute(self._sql["make_wanted"])
        ids = array("q")
        with transaction(self._db):
            self._db.execute(self._sql["lock_plans"], (self._account,))
            self._write_sheets()
            owners = MerchantIds(self._db, add=True)
            for start in range(0, len(self._plan), CHUNK):
                stop = min(start + CHUNK, len(self._plan))
                self._write_entries(owners, start, stop)
                self._decide(start, stop)
                self._replan(start, stop)
                ids.extend(self._to_send(start, stop))
            self._db.execute(self._sql["clear_wanted"])
            self._write_facts()
            if self._known_before:
                ((twice,),) = self._db.execute(self._sql["sent_twice"], (self._run,))
                if twice:
                    raise IllegalMove(f"the plan sends {twice} orders twice")
        return ids

    def _write_sheets(self) -> None:
        rows = (
            (self._run, place, orjson.dumps(sheet, default=dict).decode())
            for place, sheet in enumerate(self._plan.sheets)
        )
        self._db.executemany(self._sql["add_sheet"], rows)

    def _write_entries(self, owners: MerchantIds, start: int, stop: int) -> None:
        plan, db, sql = self._plan, self._db, self._sql
        chunk = slice(start, stop)
        verdicts = plan.verdicts[chunk].translate(CODE_OF_PLACE)
        keys = plan.owners[chunk]
        for place in [i for i, code in enumerate(verdicts) if code in _CODES_WITHOUT_ORDER]:
            keys[place] = ""
        for place in range(start, stop) if self._paid_elsewhere else ():
            if place in self._paid_elsewhere and verdicts[place - start] != _SEND_CODE:
                keys[place - start] = self._paid_elsewhere[place]
        db.execute(sql["clear_wanted"])
        db.executemany(
            sql["want_entry"],
            zip(
                range(start, stop),
                owners.ids(keys),
                plan.numbers[chunk],
                verdicts,
                plan.sheet_of[chunk],
                plan.lines[chunk],
                map(plan.seen_settled_at.get, range(start, stop)),
                (int(place in self._paid_elsewhere) for place in range(start, stop)),
                strict=True,
            ),
        )
        sends = verdicts.count(_SEND_CODE)
        db.execute(sql["add_orders"], (self._account,))
        self._known_before |= db.changes() != sends
        db.execute(sql["add_entries"], (self._run, self._account))
        missing = next(iter(db.execute(sql["without_order"], (self._run, start, stop))), None)
        if missing is not None:
            raise IllegalMove(f"entry {missing[0]} of the plan names an order that the ledger doesn't know")

    def _decide(self, start: int, stop: int) -> None:
        """Apply a person's decisions on the sheet about uncertain orders."""
        db, sql = self._db, self._sql
        for seq in (seq for seq in self._decided if start <= seq < stop):
            decision = self._plan.decisions[seq]
            order, state, settled_at = next(iter(db.execute(sql["entry_order"], (self._run, seq))))
            if state == STATE_CODES[State.SYNCED] and decision is Decision.CHARGED:
                continue
            seen = self._plan.seen_settled_at.get(seq, settled_at)
            if seen != settled_at or state == STATE_CODES[State.SENDING]:
                continue  # another run sent it since this plan was made
            if state != STATE_CODES[State.UNCERTAIN]:
                raise IllegalMove(f"order {order} is {STATES_BY_CODE[state]}, nothing to decide")
            if decision is Decision.SEND_AGAIN:
                db.execute(sql["may_send_again"], (self._run, order, settled_at))
                db.execute(sql["append_resolution"], (order, decision.value, self._run, self._now, ""))
            else:
                apply_decision(db, order, decision, run=self._run, now=self._now)

    def _replan(self, start: int, stop: int) -> None:
        """Let this run send orders known from earlier runs, as far as that is allowed and as they were when planned.

        A refused one is planned again. What cost points, or may have, stays as it is until this run claims it. What another
        run claimed or settled since the plan was made is not sent.
        """
        if self._paid_elsewhere and Cause.RESEND in self._allow:
            self._db.execute(self._sql["may_send_elsewhere"], (self._run,))
        if not self._known_before:
            return
        db, sql = self._db, self._sql
        span = (self._run, start, stop)
        if Cause.RESEND_UNCERTAIN in self._allow:
            db.execute(sql["note_send_again"], (self._run, self._now))
        if Cause.NEW_RUN in self._allow:
            db.execute(sql["replan"], (CAUSE_CODES[Cause.NEW_RUN], STATE_CODES[State.REFUSED], *span))
        for state, cause in RESENT.items():
            if cause in self._allow:
                db.execute(sql["may_resend"], (self._run, STATE_CODES[state]))

    def _to_send(self, start: int, stop: int) -> Iterator[int]:
        return chain.from_iterable(self._db.execute(self._sql["to_send"], (self._run, start, stop)))

    def _write_facts(self) -> None:
        self._db.executemany(self._sql["add_facts"], self._facts())

    def _facts(self) -> Iterator[tuple[object, ...]]:
        plan = self._plan
        for seq, code in enumerate(plan.verdicts):
            verdict = PLAN_VERDICTS[code]
            reason, first = plan.reasons.get(seq), plan.first_of.get(seq)
            bare = verdict in WITHOUT_ORDER or seq in self._paid_elsewhere
            if reason is None and first is None and not bare:
                continue
            yield (
                self._run,
                seq,
                None if reason is None else orjson.dumps([reason.code, dict(reason.facts)]).decode(),
                None if first is None else plan.sheet_of[first],
                None if first is None else plan.lines[first],
                plan.owners[seq] if bare else None,
                plan.numbers[seq] if bare else None,
            )


_SEND_CODE = VERDICT_CODES[PlanVerdict.SEND]
_NEVER_PAID = frozenset({0, STATE_CODES[State.PLANNED], STATE_CODES[State.REFUSED]})
_CODES_WITHOUT_ORDER = frozenset(VERDICT_CODES[verdict] for verdict in WITHOUT_ORDER)
UNCERTAIN = STATE_CODES[State.UNCERTAIN]


def apply_decision(
    database: Database, order: int, decision: Decision, *, run: int | None, now: int, evidence: str = ""
) -> State:
    """Move an uncertain order as a person decided, and write the decision down. Raises IllegalMove otherwise."""
    sql = database.sql
    cause = DECISION_CAUSES.get(decision)
    if cause is None:
        raise IllegalMove(f"only a run sends again, order {order}")
    (target,) = MOVES[State.UNCERTAIN, cause]
    database.execute(sql["resolve"], (STATE_CODES[target], CAUSE_CODES[cause], order))
    if database.changes() != 1:
        raise IllegalMove(f"order {order} is not uncertain")
    database.execute(sql["append_resolution"], (order, decision.value, run, now, evidence))
    return target

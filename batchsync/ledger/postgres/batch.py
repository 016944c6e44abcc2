"""The heart, in PostgreSQL: claims and outcomes that waited together become one transaction of a few statements.

What ../batch.py promises holds here too: a claim is `UPDATE ... WHERE state = 1` with its attempt in the same
transaction, an outcome moves its order only from `sending` and only for the order's last attempt. Each statement
takes all that waits and returns what it moved; what it left alone was illegal, or is looked at one by one.

A transaction whose COMMIT was not heard may stand or not. So after a lost connection the same batch is applied with
`again`: what this process claimed without hearing of it is found by its holder (what it did hear of is under way, and
nobody else's: an order may have been lent to one process twice), an outcome written before is known by its time.
"""

from collections.abc import Collection, Sequence

from batchsync.ledger.batches import (
    ANSWER_REMEMBERED_BYTES,
    ANSWERS_REMEMBERED,
    AttemptOutcome,
    BatchResult,
    Claim,
    HighestPriceTracker,
    ResponseRecord,
)
from batchsync.ledger.codes import ATTEMPTS_EACH
from batchsync.ledger.database import transaction
from batchsync.ledger.late_answers import OrderSnapshot
from batchsync.ledger.postgres.database import PostgresDatabase
from batchsync.model import Reason

CRASH = Reason.CRASH.value


class PostgresBatches:
    """Applies batches on one session's connection; remembers which answers it has already written."""

    def __init__(self, database: PostgresDatabase, holder: int, *, was_lost: bool) -> None:
        self._db = database
        self._was_lost = was_lost
        self._sql = database.sql
        self._holder = holder
        self._answers: dict[ResponseRecord, int] = {}
        self._dearest = HighestPriceTracker()

    def apply(
        self,
        claims: Sequence[Claim],
        outcomes: Sequence[AttemptOutcome],
        *,
        again: bool,
        under_way: Collection[int] = (),
    ) -> BatchResult:
        """Write a batch, durably. On any error nothing is kept, as far as this process can know.

        `under_way`: attempts of this process that somebody is sending already.
        """
        self._dearest.hear(claims)
        if not outcomes and not again:  # one statement is a transaction by itself
            return BatchResult(self._claim(claims), [])
        try:
            with transaction(self._db):
                illegal = self._settle(outcomes, again=again)
                attempts = self._claim_again(claims, under_way) if again else self._claim(claims)
        except BaseException:
            self._answers.clear()
            self._dearest.forget()
            raise
        return BatchResult(attempts, illegal)

    # --- Claims ---------------------------------------------------------------------------------------------

    def _claim(self, claims: Sequence[Claim], known: Sequence[int] = ()) -> list[int]:
        """Return an attempt for each claim, 0 where the order wasn't planned; of two for one order the first counts."""
        found = {attempt // ATTEMPTS_EACH: attempt for attempt in known}
        first = {claim.order: claim.run for claim in reversed(claims) if claim.order not in found}
        if first:
            asked = (list(first), list(first.values()), self._holder)
            for (attempt,) in self._db.execute(self._sql["claim_all"], asked):
                found[attempt // ATTEMPTS_EACH] = attempt
        return [found.pop(claim.order, 0) for claim in claims]

    def _claim_again(self, claims: Sequence[Claim], under_way: Collection[int]) -> list[int]:
        orders = [claim.order for claim in claims]
        known = self._db.execute(self._sql["claimed_before"], (orders, self._holder)) if orders else ()
        return self._claim(claims, [attempt for (attempt,) in known if attempt not in under_way])

    # --- Outcomes -------------------------------------------------------------------------------------------

    def _settle(self, outcomes: Sequence[AttemptOutcome], *, again: bool) -> list[AttemptOutcome]:
        if not outcomes:
            return []
        first = {outcome.attempt: outcome for outcome in reversed(outcomes)}
        answers = self._answer_all([outcome.heard for outcome in outcomes])
        rows = [(o.attempt, o.state, o.points, answers[o.heard], o.elapsed, o.at) for o in first.values()]
        columns = [list(column) for column in zip(*rows, strict=True)]
        moved = {attempt for (attempt,) in self._db.execute(self._sql["settle_all"], columns)}
        self._note_price(outcomes)
        done = {id(first[attempt]) for attempt in moved}
        return [
            outcome
            for outcome in outcomes
            if id(outcome) not in done
            and not self._fits_otherwise(outcome, answers[outcome.heard], again=again)
        ]

    def _fits_otherwise(self, outcome: AttemptOutcome, answer: int, *, again: bool) -> bool:
        """Settle a given-up attempt late; know what was written before, or overtaken by who gave it up."""
        row = next(self._db.execute(self._sql["order_to_settle"], (outcome.attempt,)), None)
        if row is None:
            return False
        stand = OrderSnapshot._make(row)
        if again and (stand.outcome, stand.at) == (outcome.state, outcome.at):
            return True
        if not stand.takes(outcome.state):
            return self._was_lost and stand.reason == CRASH  # given up while this process was cut off
        statement = stand.statement(outcome.state)
        if statement is not None:
            late = (outcome.state, outcome.points, outcome.at, outcome.attempt)
            self._db.execute(self._sql[statement], late)
        row_of_it = (outcome.attempt, outcome.state, outcome.points, answer, outcome.elapsed, outcome.at)
        self._db.execute(self._sql["append_late_outcome"], row_of_it)
        return True

    def _answer_all(self, heard: Sequence[ResponseRecord]) -> dict[ResponseRecord, int]:
        """Return the id of each answer; those never written by this session are written, all at once."""
        found = {each: self._answers.get(each, 0) for each in heard}
        new = [each for each, answer in found.items() if not answer]
        if new:
            columns = [list(column) for column in zip(*new, strict=True)]
            for each, (answer,) in zip(
                new, self._db.execute(self._sql["append_answers"], columns), strict=True
            ):
                found[each] = answer
                if len(each.body) <= ANSWER_REMEMBERED_BYTES:
                    self._answers[each] = answer
            if len(self._answers) > ANSWERS_REMEMBERED:
                self._answers.clear()
        return found

    def _note_price(self, outcomes: Sequence[AttemptOutcome]) -> None:
        dear = self._dearest.among(outcomes)
        if dear:
            self._db.execute(self._sql["note_prices"], [list(column) for column in zip(*dear, strict=True)])


def reap(database: PostgresDatabase, me: int, stale_s: float) -> int:
    """Make uncertain what the dead were sending; return how many orders. Whose session lock is free is dead.

    A claim younger than `stale_s` is left alone: its process may only have lost its connection, and could still send.
    An older one it can't send any more, since the client refuses a stale claim by the same measure.
    """
    sql = database.sql
    with transaction(database):
        dead = [holder for (holder,) in database.execute(sql["dead_holders"], (me,))]
        orphans = [order for (order,) in database.execute(sql["orphans"], (dead, round(stale_s * 1e6)))]
        if orphans:
            columns = [[value] for value in ResponseRecord(CRASH, 1, None, "", "", "", b"")]
            ((answer,),) = database.execute(sql["append_answers"], columns)
            database.execute(sql["give_up_outcomes"], (answer, orphans))
            database.execute(sql["give_up_orders"], (orphans,))
        if dead:
            database.execute(sql["bury"], (dead,))
    return len(orphans)

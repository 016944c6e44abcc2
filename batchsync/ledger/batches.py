"""One transaction for all claims and outcomes that wait. Pure except for the database it gets.

A batch is applied in bulk first: outcomes, then claims. When the counts don't match what was asked (something in the
batch is illegal), nothing of the bulk is kept and the batch is applied one by one, so that one illegal claim
can't spoil the others.

The promise rests on three rules: a claim is `UPDATE ... WHERE state = 1` with its attempt in the
same transaction; no attempt's id is returned before that transaction is durable; an outcome moves its order only from
`sending` and only for the order's last attempt (what comes later is handled in late_answers.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from batchsync.ledger.codes import ATTEMPTS_EACH
from batchsync.ledger.database import Database
from batchsync.ledger.late_answers import SENDING, OrderSnapshot
from batchsync.ledger.statements import queries

ANSWERS_REMEMBERED = 4_096
ANSWER_REMEMBERED_BYTES = 512


class Claim(NamedTuple):
    """A wish to send an order now."""

    order: int
    run: int


class ResponseRecord(NamedTuple):
    """What the ledger keeps of an answer, each wording once."""

    reason: str
    phase: int
    http_status: int | None
    api_status: str
    hint: str
    error: str
    body: bytes


class AttemptOutcome(NamedTuple):
    """What came of an attempt."""

    attempt: int
    state: int
    points: int | None
    response: ResponseRecord
    elapsed: int
    at: int


class BatchResult(NamedTuple):
    """What became of a batch: attempt ids aligned with its claims (0 = refused), outcomes that were illegal."""

    attempts: list[int]
    illegal: list[AttemptOutcome]


class HighestPriceTracker:
    """Which outcomes may have cost more than any before; those of several runs may be of several accounts."""

    def __init__(self) -> None:
        self._runs: set[int] = set()
        self._known = 0

    def add_claims(self, claims: Sequence[Claim]) -> None:
        """Note the runs of these calls."""
        self._runs.update(claim.run for claim in claims)

    def among(self, outcomes: Sequence[AttemptOutcome]) -> list[tuple[int, int]]:
        """Return order and points of the outcomes that are to be noted."""
        priced = [(o.points, o.attempt // ATTEMPTS_EACH) for o in outcomes if o.points and o.points > 0]
        if len(self._runs) != 1:  # also what an earlier process left behind
            return [(order, points) for points, order in priced]
        points, order = max(priced, default=(0, 0))
        if points <= self._known:
            return []
        self._known = points
        return [(order, points)]

    def forget(self) -> None:
        """Take nothing for noted: the last batch was lost."""
        self._known = 0


class BatchWriter:
    """Applies batches to one database; remembers which answers it has already written."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._sql = queries()
        self._answers: dict[ResponseRecord, int] = {}
        self._next_answer = 0
        self._highest_price = HighestPriceTracker()

    def apply(self, claims: Sequence[Claim], outcomes: Sequence[AttemptOutcome], now: int) -> BatchResult:
        """Open a transaction and write a batch into it; `commit` makes it durable. On any error nothing is kept."""
        self._highest_price.add_claims(claims)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            applied = self._in_bulk(claims, outcomes, now)
            if applied is None:
                self.undo()
                self._db.execute("BEGIN IMMEDIATE")
                applied = self._one_by_one(claims, outcomes, now)
        except BaseException:
            self.undo()
            raise
        return applied

    def commit(self) -> None:
        """Make the open transaction durable. On any error nothing of it is kept."""
        try:
            self._db.execute("COMMIT")
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Roll the open transaction back."""
        if self._db.in_transaction():
            self._db.execute("ROLLBACK")
        self._forget()

    def _forget(self) -> None:
        self._answers.clear()
        self._next_answer = 0
        self._highest_price.forget()

    # --- In bulk --------------------------------------------------------------------------------------------

    def _in_bulk(
        self, claims: Sequence[Claim], outcomes: Sequence[AttemptOutcome], now: int
    ) -> BatchResult | None:
        if outcomes and not self._settle_all(outcomes):
            return None
        if not claims:
            return BatchResult([], [])
        runs = {claim.run for claim in claims}
        found: dict[int, int] = {}
        for run in runs:
            orders = [claim.order for claim in claims if claim.run == run]
            attempts = self._claim_all(orders, run, now)
            if attempts is None:
                return None
            found.update(zip(orders, attempts, strict=True))
        return BatchResult([found[claim.order] for claim in claims], [])

    def _claim_all(self, orders: list[int], run: int, now: int) -> list[int] | None:
        ids = str(orders)
        db, sql = self._db, self._sql
        db.execute(sql["claim_all"], (run, ids))
        if db.changes() != len(orders):
            return None
        db.execute(sql["append_attempts"], (run, now, ids))
        ((attempts,),) = db.execute(sql["last_attempts"], (ids,))
        found: list[int] = orjson.loads(attempts)
        return found if len(found) == len(orders) else None

    def _settle_all(self, outcomes: Sequence[AttemptOutcome]) -> bool:
        moves, rows = [], []
        for attempt, state, points, response, elapsed, at in outcomes:
            moves.append((state, points, at, *divmod(attempt, ATTEMPTS_EACH)))
            rows.append((attempt, state, points, self._answer(response), elapsed, at))
        self._db.executemany(self._sql["settle"], moves)
        if self._db.changes() != len(moves):
            return False
        self._db.executemany(self._sql["append_outcome"], rows)
        self._note_price(outcomes)
        return True

    # --- One by one -----------------------------------------------------------------------------------------

    def _one_by_one(
        self, claims: Sequence[Claim], outcomes: Sequence[AttemptOutcome], now: int
    ) -> BatchResult:
        illegal = [outcome for outcome in outcomes if not self._settle_one(outcome)]
        attempts = []
        for claim in claims:
            found = self._claim_all([claim.order], claim.run, now)
            attempts.append(found[0] if found else 0)
        return BatchResult(attempts, illegal)

    def _settle_one(self, outcome: AttemptOutcome) -> bool:
        row = next(iter(self._db.execute(self._sql["order_to_settle"], (outcome.attempt,))), None)
        if row is None:
            return False
        stand = OrderSnapshot._make(row)
        if stand.state == SENDING and stand.attempts == outcome.attempt % ATTEMPTS_EACH:
            return self._settle_all([outcome])
        if stand.takes(outcome.state):
            self._settle_late(outcome, stand.statement(outcome.state))
            return True
        return False

    def _settle_late(self, outcome: AttemptOutcome, statement: str | None) -> None:
        db, sql = self._db, self._sql
        if statement is not None:
            db.execute(sql[statement], (outcome.state, outcome.points, outcome.at, outcome.attempt))
        db.execute(
            sql["append_late_outcome"],
            (
                outcome.attempt,
                outcome.state,
                outcome.points,
                self._answer(outcome.response),
                outcome.elapsed,
                outcome.at,
            ),
        )
        self._note_price([outcome])

    # --- Answers and prices ---------------------------------------------------------------------------------

    def _answer(self, response: ResponseRecord) -> int:
        known = self._answers.get(response)
        if known is not None:
            return known
        if not self._next_answer:
            ((last,),) = self._db.execute(self._sql["last_answer"])
            self._next_answer = last + 1
        answer, self._next_answer = self._next_answer, self._next_answer + 1
        self._db.execute(self._sql["append_answer"], (answer, *response))
        if len(response.body) <= ANSWER_REMEMBERED_BYTES:
            if len(self._answers) >= ANSWERS_REMEMBERED:
                self._answers.clear()
            self._answers[response] = answer
        return answer

    def _note_price(self, outcomes: Sequence[AttemptOutcome]) -> None:
        noted = self._highest_price.among(outcomes)
        if noted:
            self._db.execute(self._sql["note_prices"], (orjson.dumps(noted).decode(),))

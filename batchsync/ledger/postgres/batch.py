"""Writes batches into PostgreSQL: all claims in one statement, all outcomes in another.

A claim is `UPDATE ... WHERE state = planned` with its attempt in the same transaction; an outcome moves its order only
from `sending` and only for the order's last attempt. Each statement returns what it moved; what it did not move was
illegal, or is applied one by one as a late outcome.
"""

from collections.abc import Sequence

from psycopg.errors import DeadlockDetected, ForeignKeyViolation

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
from batchsync.ledger.late_answers import OrderSnapshot
from batchsync.ledger.postgres.database import PostgresDatabase

TRIES = 5


class PostgresBatches:
    """Applies batches on one connection; remembers which responses it has already written."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._db = database
        self._sql = database.sql
        self._answers: dict[ResponseRecord, int] = {}
        self._highest_price = HighestPriceTracker()

    def apply(self, claims: Sequence[Claim], outcomes: Sequence[AttemptOutcome], now: int) -> BatchResult:  # noqa: ARG002 (the server's clock is used)
        """Write a batch; `commit` makes it durable. On any error nothing of it is kept."""
        self._highest_price.add_claims(claims)
        for nth in range(1, TRIES + 1):
            try:
                if outcomes:  # claims alone are one statement, a transaction by itself
                    self._db.execute(self._sql["begin_writing"])
                illegal = self._settle(outcomes)
                return BatchResult(self._claim(claims), illegal)
            except (DeadlockDetected, ForeignKeyViolation):  # the latter: a response it remembers was pruned
                self._undo()
                if nth == TRIES:
                    raise
            except BaseException:
                self._undo()
                raise
        raise AssertionError

    def commit(self) -> None:
        """Make the last batch durable. On any error nothing of it is kept."""
        if self._db.in_transaction():
            try:
                self._db.execute("COMMIT")
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        self._answers.clear()
        self._highest_price.forget()
        if not self._db.is_closed and self._db.in_transaction():
            self._db.execute("ROLLBACK")

    def _claim(self, claims: Sequence[Claim]) -> list[int]:
        """Return an attempt for each claim, 0 where the order may not be sent; of two for one order the first counts."""
        first = {claim.order: claim.run for claim in reversed(claims)}
        found: dict[int, int] = {}
        if first:
            asked = (list(first), list(first.values()))
            for (attempt,) in self._db.execute(self._sql["claim_all"], asked):
                found[attempt // ATTEMPTS_EACH] = attempt
        return [found.pop(claim.order, 0) for claim in claims]

    # --- Outcomes -------------------------------------------------------------------------------------------

    def _settle(self, outcomes: Sequence[AttemptOutcome]) -> list[AttemptOutcome]:
        if not outcomes:
            return []
        first = {outcome.attempt: outcome for outcome in reversed(outcomes)}
        answers = self._answer_all([outcome.response for outcome in outcomes])
        rows = [(o.attempt, o.state, o.points, answers[o.response], o.elapsed, o.at) for o in first.values()]
        columns = [list(column) for column in zip(*rows, strict=True)]
        moved = {attempt for (attempt,) in self._db.execute(self._sql["settle_all"], columns)}
        self._note_price(outcomes)
        done = {id(first[attempt]) for attempt in moved}
        return [
            outcome
            for outcome in outcomes
            if id(outcome) not in done and not self._fits_otherwise(outcome, answers[outcome.response])
        ]

    def _fits_otherwise(self, outcome: AttemptOutcome, answer: int) -> bool:
        """Apply the late outcome of an attempt that was given up, if it can be one."""
        row = next(self._db.execute(self._sql["order_to_settle"], (outcome.attempt,)), None)
        if row is None:
            return False
        stand = OrderSnapshot._make(row)
        if not stand.takes(outcome.state):
            return False
        statement = stand.statement(outcome.state)
        if statement is not None:
            late = (outcome.state, outcome.points, outcome.at, outcome.attempt)
            self._db.execute(self._sql[statement], late)
        row_of_it = (outcome.attempt, outcome.state, outcome.points, answer, outcome.elapsed, outcome.at)
        self._db.execute(self._sql["append_late_outcome"], row_of_it)
        return True

    def _answer_all(self, response: Sequence[ResponseRecord]) -> dict[ResponseRecord, int]:
        """Return the id of each answer; those never written by this session are written, all at once."""
        found = {each: self._answers.get(each, 0) for each in response}
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
        noted = self._highest_price.among(outcomes)
        if noted:
            self._db.execute(self._sql["note_prices"], [list(column) for column in zip(*noted, strict=True)])

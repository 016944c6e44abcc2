"""The result of a run, entry by entry in the plan's order: a streaming join, completed with late answers and facts.

A million entries pass here for each result, so what repeats (merchants, answers) is looked up once and remembered,
and an entry is made of a mutable class with the fields of EntryResult: a frozen dataclass sets each of its fields through
object.__setattr__, which takes 4 us; the mutable one, whose class is changed at the end, 0.6 us.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.codes import STATES_BY_CODE, VERDICTS_BY_CODE
from batchsync.ledger.database import Database
from batchsync.model import Decision, EntryResult, Note, Reason, State

REMEMBERED = 10_000
fromtimestamp = datetime.fromtimestamp
Row = tuple[Any, ...]
K = TypeVar("K")
V = TypeVar("V")

FIELDS = tuple(field.name for field in fields(EntryResult))
_MutableEntry: Any = make_dataclass("_MutableEntry", FIELDS, slots=True)


def to_datetime(microseconds: int | None) -> datetime | None:
    """Return the UTC time that the ledger keeps as microseconds since 1970 (a float holds them exactly until 2255)."""
    return None if microseconds is None else fromtimestamp(microseconds / 1e6, UTC)


class ResponseText(NamedTuple):
    """The response, as the result shows it."""

    reason: Reason | None = None
    http_status: int | None = None
    api_status: str = ""
    hint: str = ""
    error: str = ""
    answer: str = ""


NO_RESPONSE_TEXT = ResponseText()
NO_FACTS: Row = (None, None, None, None, None, None)
END: Row = (-1, *(None,) * 15)


def results(
    database: Database, run: int, journal: Mapping[int, AttemptOutcome], over_at: int | None
) -> Iterator[EntryResult]:
    """Yield the result of each entry.

    `journal` has outcomes that the database could not take yet, by attempt; `over_at` is when the run ended, in
    microseconds (0 when that is unknown, None while it is active): what another run paid for after that, it paid later.
    """
    database.execute(database.sql["begin_reading"])
    try:
        yield from _Entries(database, run, journal, over_at).all(run)
    finally:
        if database.in_transaction():
            database.execute("COMMIT")


class _Remembered(dict[K, V], Generic[K, V]):
    """Asked of the database once each, as long as there are not too many."""

    def __init__(self, ask: Callable[[K], V]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, key: K) -> V:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[key] = self._ask(key)
        return value


class _Entries:
    """Makes entries of the rows of the join."""

    def __init__(
        self, database: Database, run: int, journal: Mapping[int, AttemptOutcome], over_at: int | None
    ) -> None:
        self._db = database
        self._run = run
        self._over_at = over_at
        self._sql = sql = database.sql
        self._owners: _Remembered[int | None, str] = _Remembered(self._owner)
        self._answers: _Remembered[int | None, ResponseText] = _Remembered(self._answer)
        self._answers[None] = NO_RESPONSE_TEXT
        self._runs: dict[int, str] = dict(database.execute(sql["run_names"]))
        self._decisions = {
            attempt: Decision(decision)
            for attempt, decision in database.execute(sql["decided_calls"], (run,))
        }
        self._facts = database.stream(sql["facts"], (run,))
        self._over: dict[int, Row] = {attempt: _from_journal(outcome) for attempt, outcome in journal.items()}
        for attempt, *outcome, answer in database.execute(sql["late_outcomes"], (run,)):
            self._over[attempt] = (*outcome, self._answers[answer])

    def _owner(self, owner: int | None) -> str:
        return "" if owner is None else str(next(self._db.execute(self._sql["owner_text"], (owner,)))[0])

    def _answer(self, answer: int | None) -> ResponseText:
        reason, *facts, body = next(self._db.execute(self._sql["answer_text"], (answer,)))
        return ResponseText._make([Reason(reason), *facts, body.decode("utf-8", "replace")])

    def all(self, run: int) -> Iterator[EntryResult]:
        """Yield the entries of the run; of several attempts at one, the last counts and all are counted."""
        facts = next(self._facts, NO_FACTS)
        calls, last = 0, END
        for row in chain(self._db.stream(self._sql["results"], (run,)), (END,)):
            if row[0] == last[0]:
                calls += 1
            else:
                if facts[0] == last[0]:
                    yield self._entry(last, calls, facts)
                    facts = next(self._facts, NO_FACTS)
                elif last is not END:
                    yield self._entry(last, calls, NO_FACTS)
                calls = 0 if row[9] is None else 1
            last = row

    def _entry(self, row: Row, calls: int, facts: Row) -> EntryResult:
        (
            _, sheet, line, verdict, owner, number, state, earlier_run, earlier_at,
            attempt, claimed_at, outcome, points, elapsed, at, answer,
        ) = row  # fmt: skip
        _, note, first_sheet, first_line, bare_owner, bare_number = facts
        reason, http_status, api_status, hint, error, body = self._answers[answer]
        if attempt in self._over:
            outcome, points, elapsed, at, response = self._over[attempt]
            reason, http_status, api_status, hint, error, body = response
        answered_at = None if at is None else fromtimestamp(at / 1e6, UTC)
        later_run = None
        over_at = self._over_at
        if (
            earlier_run is not None
            and earlier_run > self._run
            and over_at is not None
            and earlier_at > over_at
        ):
            later_run, earlier_run, earlier_at = self._runs[earlier_run], None, None
        if elapsed is not None:
            claimed_at, elapsed = at - elapsed, elapsed / 1e6
        made = _MutableEntry(
            sheet,
            line,
            VERDICTS_BY_CODE[verdict],
            None if note is None else _note(note),
            self._owners[owner] if bare_owner is None else bare_owner,
            number if bare_number is None else bare_number,
            STATES_BY_CODE[state] if state else None,
            first_line,
            first_sheet,
            calls,
            reason,
            (STATES_BY_CODE[outcome] if outcome else State.SENDING) if calls else None,
            points if calls else 0,
            api_status,
            http_status,
            hint,
            body,
            error,
            None if claimed_at is None else fromtimestamp(claimed_at / 1e6, UTC),
            answered_at,
            elapsed,
            self._runs[earlier_run] if earlier_run else None,
            to_datetime(earlier_at),
            later_run,
            self._decisions.get(attempt) if self._decisions else None,
        )
        made.__class__ = EntryResult
        return made  # type: ignore[no-any-return]


def _note(text: str) -> Note:
    code, facts = orjson.loads(text)
    return Note(code=code, facts=facts)


def _from_journal(outcome: AttemptOutcome) -> Row:
    response = outcome.response
    text = ResponseText(
        Reason(response.reason),
        response.http_status,
        response.api_status,
        response.hint,
        response.error,
        response.body.decode("utf-8", "replace"),
    )
    return (outcome.state, outcome.points, outcome.elapsed, outcome.at, text)

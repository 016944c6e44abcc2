"""What became of a run, entry by entry in the plan's order: a streaming join, late answers and facts laid over it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from batchsync.ledger.batch import Outcome
from batchsync.ledger.codes import STATES_BY_CODE, VERDICTS_BY_CODE
from batchsync.ledger.database import Database
from batchsync.ledger.statements import queries
from batchsync.model import EntryResult, Note, Reason, State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = tuple[Any, ...]
_ATTEMPT, _CLAIMED_AT, _SAID = 9, 10, slice(11, None)
_NOTHING: Row = (None,) * 10


def moment(microseconds: int | None) -> datetime | None:
    """Return the UTC time that the ledger keeps as microseconds since 1970."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def results(database: Database, run: int, journal: Mapping[int, Outcome]) -> Iterator[EntryResult]:
    """Yield what became of each entry; `journal` has outcomes that the database could not take yet, by attempt."""
    sql = queries()
    database.execute("BEGIN")
    try:
        names = dict(database.execute(sql["run_names"]))
        over: dict[int, Row] = {attempt: _said(outcome) for attempt, outcome in journal.items()}
        over |= {row[0]: row[1:] for row in database.execute(sql["late_outcomes"], (run,))}
        facts = _Facts(database.execute(sql["facts"], (run,)))
        calls = 0
        last: Row | None = None
        for row in database.execute(sql["results"], (run,)):
            if last is not None:
                if row[0] == last[0]:
                    calls += 1
                    last = row
                    continue
                yield _entry(last, calls, over, facts, names)
            last, calls = row, int(row[_ATTEMPT] is not None)
        if last is not None:
            yield _entry(last, calls, over, facts, names)
    finally:
        if database.in_transaction():
            database.execute("COMMIT")


class _Facts:
    """The sparse facts of a run, read alongside its entries."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next: Row = next(rows, _NOTHING)

    def of(self, seq: int) -> Row:
        """Return the facts of an entry; entries are asked for in rising order."""
        if self._next[0] != seq:
            return _NOTHING
        found, self._next = self._next, next(self._rows, _NOTHING)
        return found


def _said(outcome: Outcome) -> Row:
    heard = outcome.heard
    return (
        outcome.state,
        outcome.points,
        outcome.elapsed,
        outcome.at,
        heard.reason,
        heard.http_status,
        heard.api_status,
        heard.hint,
        heard.error,
        heard.body,
    )


def _entry(
    row: Row, calls: int, over: Mapping[int, Row], facts: _Facts, names: Mapping[int, str]
) -> EntryResult:
    seq, sheet, line, verdict, owner, number, state, earlier_run, earlier_at, attempt, claimed_at = row[:11]
    _, reason, first_sheet, first_line, bare_owner, bare_number = facts.of(seq)[:6]
    said = over.get(attempt) or row[_SAID]
    outcome, points, elapsed, at, why, http_status, api_status, hint, error, body = said
    called = attempt is not None
    return EntryResult(
        sheet=sheet,
        line=line,
        verdict=VERDICTS_BY_CODE[verdict],
        plan_reason=None if reason is None else Note(code=(note := orjson.loads(reason))[0], facts=note[1]),
        owner_id=owner if bare_owner is None else bare_owner,
        number=number if bare_number is None else bare_number,
        state=None if state is None else STATES_BY_CODE[state],
        first_line=first_line,
        first_sheet=first_sheet,
        calls=calls,
        reason=None if why is None else Reason(why),
        outcome=None if not called else State.SENDING if outcome is None else STATES_BY_CODE[outcome],
        points=points if called else 0,
        api_status=api_status or "",
        http_status=http_status,
        hint=hint or "",
        answer=body.decode("utf-8", "replace") if body else "",
        error=error or "",
        sent_at=moment(claimed_at if at is None or elapsed is None else at - elapsed),
        answered_at=moment(at),
        elapsed_s=None if elapsed is None else elapsed / 1_000_000,
        earlier_run=None if earlier_run is None else names.get(earlier_run),
        earlier_at=moment(earlier_at),
    )

"""The whole history of an order, as evidence for a dispute."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from batchsync.attempt_texts import outcome_text, reason_text
from batchsync.cli.console import Console
from batchsync.cli.layout import one_line
from batchsync.errors import UsageError
from batchsync.formatting import local_time
from batchsync.ledger import Ledger
from batchsync.ledger.history import AttemptRecord, OrderHistory, ResolutionRecord
from batchsync.messages import Message, cli

ANSWER_SHOWN = 300


def show(ledger: Ledger, number: str, console: Console, *, as_json: bool) -> int:
    """Print all that ever happened to the orders with this number.

    Raises UsageError when the ledger knows none.
    """
    histories = ledger.history(number)
    if not histories:
        raise UsageError(cli.NO_SUCH_ORDER, order=number)
    if as_json:
        console.raw(json.dumps([asdict(each) for each in histories], indent=2, default=_plain))
        return 0
    for each in histories:
        for message in lines(each):
            console.out(message.render(console.lang))
    return 0


def _plain(value: Any) -> str:
    return value.astimezone().isoformat() if isinstance(value, datetime) else str(value)


def lines(history: OrderHistory) -> Iterator[Message]:
    """Yield an order's events, the oldest first, and what to do next."""
    order = history.order
    facts = {"number": order.number, "owner": order.owner_id, "account": order.account_name}
    yield Message(cli.ORDER_HEAD, {**facts, "state": cli.STATES[order.state]})
    yield Message(cli.ORDER_ENDPOINT, {"endpoint": order.endpoint})
    events: list[tuple[datetime, list[Message]]] = [
        *((attempt.claimed_at, list(_call(attempt, order.owner_id))) for attempt in history.attempts),
        *((decided.at, [_decided(decided)]) for decided in history.resolutions),
    ]
    for _, lines in sorted(events, key=lambda event: event[0]):
        yield from lines
    if not events:
        yield Message(cli.NEVER_SENT)
    if order.state in cli.ORDER_NEXT:
        yield Message(cli.ORDER_NEXT[order.state], {"number": order.number})


def _call(attempt: AttemptRecord, owner: str) -> Iterator[Message]:
    facts = {"at": local_time(attempt.claimed_at), "nth": attempt.nth, "run": attempt.run}
    yield Message(cli.CALL, {**facts, "outcome": outcome_text(attempt)})
    reason = reason_text(attempt, owner)
    if reason is not None:
        yield Message(cli.CALL_WHY, {"why": reason})
    if attempt.http_status is not None:
        answer = one_line(attempt.answer, ANSWER_SHOWN)
        yield Message(cli.CALL_HTTP, {"http": attempt.http_status, "answer": answer})
    if attempt.error:
        yield Message(cli.CALL_ERROR, {"error": one_line(attempt.error, ANSWER_SHOWN)})


def _decided(decided: ResolutionRecord) -> Message:
    facts = {
        "evidence": f" ({decided.evidence})" if decided.evidence else "",
        "at": local_time(decided.at),
        "decision": cli.DECISIONS[decided.decision],
        "run": decided.run,
    }
    return Message(cli.DECIDED_IN if decided.run else cli.DECIDED, facts)

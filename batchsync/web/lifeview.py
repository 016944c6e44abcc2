"""An order's life and the evidence of its calls, as the page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from batchsync.calls import came, why
from batchsync.ledger import AttemptRecord, OrderHistory, ResolutionRecord
from batchsync.model import State
from batchsync.words import Lang, talk
from batchsync.words import web as words

ANSWER_SHOWN = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call or decision."""

    at: datetime
    what: str
    why: str = ""
    run: str = ""
    http: int | None = None
    answer: str = ""
    error: str = ""
    tone: str = ""
    """synced, failed, uncertain, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """An order and its events, the oldest first."""

    number: str
    owner: str
    account: str
    endpoint: str
    state: State
    state_name: str
    tone: str
    events: tuple[Event, ...]


_TONES = {
    State.SYNCED: "synced",
    State.REFUSED: "failed",
    State.SETTLED_FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.SENDING: "uncertain",
}


def life_of(history: OrderHistory, lang: Lang) -> Life:
    """Return what is shown of an order."""
    order = history.order
    events = [
        *(_call(attempt, order.owner_id, lang) for attempt in history.attempts),
        *_decisions(history, lang),
    ]
    return Life(
        number=order.number,
        owner=order.owner_id,
        account=order.account_name,
        endpoint=order.endpoint,
        state=order.state,
        state_name=talk.STATES[order.state].say(lang),
        tone=_TONES.get(order.state, ""),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )


def _decisions(history: OrderHistory, lang: Lang) -> Iterator[Event]:
    for decided in history.resolutions:
        yield Event(at=decided.at, what=_decided(decided, lang), run=decided.run or "")


def _decided(decided: ResolutionRecord, lang: Lang) -> str:
    return words.DECIDED.say(lang, decision=talk.DECISIONS[decided.decision].say(lang))


def _call(attempt: AttemptRecord, owner: str, lang: Lang) -> Event:
    reason = why(attempt, owner)
    return Event(
        at=attempt.claimed_at,
        what=came(attempt).say(lang),
        why=reason.say(lang) if reason is not None else "",
        run=attempt.run,
        http=attempt.http_status,
        answer=attempt.answer[:ANSWER_SHOWN],
        error=attempt.error[:ANSWER_SHOWN],
        tone="uncertain" if attempt.outcome is None else _TONES.get(attempt.outcome, ""),
    )

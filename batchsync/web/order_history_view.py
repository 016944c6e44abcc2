"""An order's life and the evidence of its calls, as the page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from batchsync.attempt_texts import outcome_text, reason_text
from batchsync.ledger import AttemptRecord, OrderHistory, ResolutionRecord
from batchsync.messages import Lang, cli
from batchsync.messages import web as messages
from batchsync.model import State

ANSWER_SHOWN = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """One call or decision."""

    at: datetime
    what: str
    reason_text: str = ""
    run: str = ""
    http: int | None = None
    answer: str = ""
    error: str = ""
    tone: str = ""
    """synced, failed, uncertain, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHistoryView:
    """An order and its events, the oldest first."""

    number: str
    owner: str
    account: str
    endpoint: str
    state: State
    state_name: str
    tone: str
    events: tuple[HistoryEvent, ...]


_TONES = {
    State.SYNCED: "synced",
    State.REFUSED: "failed",
    State.SETTLED_FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.SENDING: "uncertain",
}


def order_history_view(history: OrderHistory, lang: Lang) -> OrderHistoryView:
    """Return what is shown of an order."""
    order = history.order
    events = [
        *(_call(attempt, order.owner_id, lang) for attempt in history.attempts),
        *_decisions(history, lang),
    ]
    return OrderHistoryView(
        number=order.number,
        owner=order.owner_id,
        account=order.account_name,
        endpoint=order.endpoint,
        state=order.state,
        state_name=cli.STATES[order.state].render(lang),
        tone=_TONES.get(order.state, ""),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )


def _decisions(history: OrderHistory, lang: Lang) -> Iterator[HistoryEvent]:
    for decided in history.resolutions:
        yield HistoryEvent(at=decided.at, what=_decided(decided, lang), run=decided.run or "")


def _decided(decided: ResolutionRecord, lang: Lang) -> str:
    return messages.DECIDED.render(lang, decision=cli.DECISIONS[decided.decision].render(lang))


def _call(attempt: AttemptRecord, owner: str, lang: Lang) -> HistoryEvent:
    reason = reason_text(attempt, owner)
    return HistoryEvent(
        at=attempt.claimed_at,
        what=outcome_text(attempt).render(lang),
        reason_text=reason.render(lang) if reason is not None else "",
        run=attempt.run,
        http=attempt.http_status,
        answer=attempt.answer[:ANSWER_SHOWN],
        error=attempt.error[:ANSWER_SHOWN],
        tone="uncertain" if attempt.outcome is None else _TONES.get(attempt.outcome, ""),
    )

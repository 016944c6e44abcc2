"""Entries of a run as a ledger would give them, made by hand."""

from datetime import UTC, datetime
from typing import Any

from batchsync.model import EntryResult, Note, PlanVerdict, Reason, State

NOON = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)


def entry(line: int = 2, **facts: Any) -> EntryResult:
    """An order that this run synced for one point, unless reported otherwise."""
    made: dict[str, Any] = {
        "sheet": 0,
        "line": line,
        "verdict": PlanVerdict.SEND,
        "plan_reason": None,
        "owner_id": "2088123464",
        "number": f"260101-{line:015d}",
        "state": State.SYNCED,
        "calls": 1,
        "reason": Reason.SYNCED,
        "outcome": State.SYNCED,
        "points": 1,
        "api_status": "0",
        "http_status": 200,
        "sent_at": NOON,
        "answered_at": NOON,
        "elapsed_s": 0.25,
    }
    return EntryResult(**{**made, **facts})


def left_out(line: int, verdict: PlanVerdict, reason: Reason, **facts: Any) -> EntryResult:
    """An order that this run did not mean to send; `plan_facts` are its reason's."""
    note = Note(code=reason, facts=facts.pop("plan_facts", {}))
    silent = {
        "calls": 0, "reason": None, "outcome": None, "points": 0, "api_status": "",
        "http_status": None, "sent_at": None, "answered_at": None, "elapsed_s": None,
    }  # fmt: skip
    return entry(line, **{**silent, "verdict": verdict, "plan_reason": note, **facts})


def unreached(line: int, **facts: Any) -> EntryResult:
    """An order that the run meant to send and never came to."""
    return left_out(
        line, PlanVerdict.SEND, Reason.STOPPED, **{"plan_reason": None, "state": State.PLANNED, **facts}
    )


def failed(line: int, reason: Reason = Reason.USER_UNKNOWN, **facts: Any) -> EntryResult:
    """An order that the API refused, for nothing."""
    return entry(
        line,
        **{
            "state": State.REFUSED,
            "outcome": State.REFUSED,
            "reason": reason,
            "points": 0,
            "api_status": "1003",
            **facts,
        },
    )


def uncertain(line: int, reason: Reason = Reason.TIMEOUT, **facts: Any) -> EntryResult:
    """An order whose answer was lost."""
    return entry(
        line,
        **{
            "state": State.UNCERTAIN, "outcome": State.UNCERTAIN, "reason": reason, "points": None,
            "api_status": "", "http_status": None, "answered_at": None, "error": "SocketTimeoutError", **facts,
        },
    )  # fmt: skip


def one_of_each() -> list[EntryResult]:
    """A run with a row of every status, lines 2 to 8."""
    return [
        entry(2, points=3),
        left_out(
            3, PlanVerdict.ALREADY_SYNCED, Reason.ALREADY_SYNCED,
            state=State.SYNCED, earlier_run="20261122-0212-orders", earlier_at=NOON,
        ),
        left_out(4, PlanVerdict.DUPLICATE, Reason.DUPLICATE, first_line=2, first_sheet=0),
        failed(5),
        uncertain(6),
        unreached(7),
        left_out(
            8, PlanVerdict.INVALID, Reason.EXPONENT, state=None,
            plan_facts={"cell": "A8", "value": "1.26E+17", "what": "order"},
        ),
    ]  # fmt: skip

"""A run: its record in the ledger, its progress and its totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from batchsync.model.orders import State
from batchsync.model.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The totals of one file: exactly the keys of the summary JSON."""

    file: str
    run: str
    rows: int = 0
    synced: int = 0
    already_synced: int = 0
    duplicate: int = 0
    failed: int = 0
    uncertain: int = 0
    not_sent: int = 0
    invalid: int = 0
    points_spent: int = 0
    points_possible: int = 0
    amount_missing: int = 0
    calls: int = 0
    stopped: str | None = None
    seconds: float = 0.0
    result: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The ledger's record of a run, without its rows."""

    run: str
    """Its id, e.g. `20261123-0212-orders`."""
    account: int
    file: str
    """The input's path, absolute."""
    file_sha256: str
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs, or when it was killed."""
    stopped: str | None = None
    result: str | None = None
    """The result workbook's path."""
    lang: str = "en"
    summary: RunSummary | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of response, or missing response, that did not sync an order."""

    state: State
    reason: Reason
    api_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Progress of a run, for the progress bar and the page."""

    total: int
    """Orders to send in this run."""
    done: int
    calls: int
    synced: int
    failed: int
    uncertain: int
    points: int
    in_flight: int
    rate: float
    """Calls a second that the rate limiter allows now."""
    committed: int = 0
    """Points that count against the cap: spent, possibly spent, and reserved by calls under way."""
    troubles: Mapping[Problem, int] = field(default_factory=dict)
    """Orders that were not synced, by kind."""
    paused: bool = False
    waits_until: datetime | None = None
    """The end of a wait of more than a minute that the server asked for; None without one."""

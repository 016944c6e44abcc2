"""A call: what came back, or that nothing did, and what it means."""

from dataclasses import dataclass
from enum import StrEnum

from batchsync.model.orders import State
from batchsync.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP answer, not yet believed."""

    http_status: int
    body: bytes
    retry_after_s: float | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class NoResponse:
    """No whole answer came. `maybe_sent` is False only when the wire proves that no byte left."""

    maybe_sent: bool
    reason: Reason
    error: str
    """The foreign error's class and words, masked, at most 500 characters."""
    elapsed_s: float
    http_status: int | None = None
    body: bytes = b""
    """What came of a cut answer: evidence."""


class Stop(StrEnum):
    """Why a run stops before its end."""

    AUTHENTICATION = "authentication"
    BALANCE = "balance"
    SPENDING_CAP = "spending_cap"
    ADDRESS = "address"
    FAILURES = "failures"
    INTERRUPTED = "interrupted"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class CallVerdict:
    """What an answer, or its absence, means for the order and for the run."""

    state: State
    """PLANNED when provably nothing was spent and it may be sent again."""
    reason: Reason
    points: int | None = 0
    """Points the answer says were spent; None when it should have said and did not."""
    api_status: str = ""
    hint: str = ""
    """The API's own words (foreign text, at most 500 characters)."""
    stop: Stop | None = None
    retry: bool = False
    """Whether this run may try again by itself."""
    slow_down: bool = False
    wait_s: float | None = None
    """What Retry-After asked for."""

"""One call: its response, or that there was none, and the verdict on it."""

from dataclasses import dataclass
from enum import StrEnum

from batchsync.model.orders import State
from batchsync.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Response:
    """A complete HTTP response, not yet judged."""

    http_status: int
    body: bytes
    retry_after_s: float | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class NoResponse:
    """No complete response. `maybe_sent` is False only when it is proved that no byte was sent."""

    maybe_sent: bool
    reason: Reason
    error: str
    """Class and message of the exception, token masked, at most 500 characters."""
    elapsed_s: float
    http_status: int | None = None
    body: bytes = b""
    """The part of a cut response that arrived, kept as evidence."""


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
    """What a response, or its absence, means for the order and for the run."""

    state: State
    """PLANNED when it is proved that nothing was spent and the order may be sent again."""
    reason: Reason
    points: int | None = 0
    """Points that the response names as spent; None when it should name them and does not."""
    api_status: str = ""
    hint: str = ""
    """The API's own error text (untrusted, at most 500 characters)."""
    stop: Stop | None = None
    retry: bool = False
    """Whether this run may repeat the call by itself."""
    slow_down: bool = False
    wait_s: float | None = None
    """Seconds that Retry-After asks for."""

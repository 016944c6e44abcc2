"""The nouns: states and their moves, what a reader yields, what the API answers, what a run adds up to."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

# --- States of an order -------------------------------------------------------------------------------------


class State(StrEnum):
    """Where an order stands in the ledger."""

    PLANNED = "planned"
    SENDING = "sending"
    SYNCED = "synced"
    REFUSED = "refused"
    SETTLED_FAILED = "settled_failed"
    UNCERTAIN = "uncertain"


class Cause(StrEnum):
    """Why an order moves from one state to another."""

    CLAIM = "claim"
    ANSWER = "answer"
    NOT_SENT = "not_sent"
    CRASH = "crash"
    LATE_ANSWER = "late_answer"
    NEW_RUN = "new_run"
    RESEND = "resend"
    RESEND_UNCERTAIN = "resend_uncertain"
    CHARGED = "charged"
    NOT_CHARGED = "not_charged"


_S, _C = State, Cause
_ANSWERED = frozenset({_S.SYNCED, _S.REFUSED, _S.SETTLED_FAILED, _S.UNCERTAIN})

MOVES: Mapping[tuple[State, Cause], frozenset[State]] = MappingProxyType(
    {
        (_S.PLANNED, _C.CLAIM): frozenset({_S.SENDING}),
        (_S.SENDING, _C.ANSWER): _ANSWERED,
        (_S.SENDING, _C.NOT_SENT): frozenset({_S.PLANNED}),
        (_S.SENDING, _C.CRASH): frozenset({_S.UNCERTAIN}),
        (_S.UNCERTAIN, _C.LATE_ANSWER): _ANSWERED - {_S.UNCERTAIN},
        (_S.REFUSED, _C.NEW_RUN): frozenset({_S.PLANNED}),
        (_S.SYNCED, _C.RESEND): frozenset({_S.PLANNED}),
        (_S.SETTLED_FAILED, _C.RESEND): frozenset({_S.PLANNED}),
        (_S.UNCERTAIN, _C.RESEND_UNCERTAIN): frozenset({_S.PLANNED}),
        (_S.UNCERTAIN, _C.CHARGED): frozenset({_S.SYNCED}),
        (_S.UNCERTAIN, _C.NOT_CHARGED): frozenset({_S.PLANNED}),
    }
)
"""The only ways there are: (state, cause) -> the states it may lead to."""


STATES: tuple[State | None, ...] = (None, *State)
"""States by code, 0 being "never heard of": how the ledger answers for many orders at once."""


# --- What a reader yields -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFound:
    """What a file turned out to be, whatever its name says."""

    container: str
    """xlsx, xls, xlsb, ods, spreadsheetml, html, csv or zip."""
    sha256: str
    size: int
    """In bytes."""
    detail: str = ""
    """For text: its encoding and delimiter."""
    notes: tuple["Note", ...] = ()


class CellKind(IntEnum):
    """What a cell held in the file, so that damage can be told from digits."""

    EMPTY = 0
    TEXT = 1
    NUMBER = 2
    """A number whose text is exactly what the file's own text says (leading zeros of its number format included)."""
    LOSSY = 3
    """A number from a binary reader: a float, of which only 15 digits can be trusted."""
    BOOLEAN = 4
    DATE = 5
    ERROR = 6
    """An error cell such as #N/A; the text is the error."""
    NO_VALUE = 7
    """A formula without a cached value."""
    UNDECODABLE = 8
    """Text with bytes that no known encoding explains."""
    BROKEN = 9
    """A line of a text file that can't be trusted (an unclosed quote, fewer fields than the header)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFound:
    """A sheet with a table in it: where its header stands and which columns were taken, and why.

    Columns count from 0. `notes` are reason codes with facts, for the check to show.
    """

    sheet: str
    """The sheet's name; the file's own name for a text file."""
    index: int
    """The sheet's place in the workbook, from 0."""
    header_line: int
    """The line that Excel shows for the header row, from 1."""
    headers: tuple[str, ...]
    order_column: int
    owner_column: int | None = None
    shop_column: int | None = None
    decision_column: int | None = None
    result_columns: tuple[int, ...] = ()
    """Columns that an earlier result of ours added, to be replaced."""
    notes: tuple["Note", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBatch:
    """Consecutive data rows of the sheet last found, as parallel columns of equal length.

    Only what the plan needs: cleaned of nothing, as the cell says. Empty rows, totals and explanation rows are
    left out. A missing column is an empty list.
    """

    lines: list[int]
    """The line numbers that Excel shows, rising."""
    orders: list[str]
    order_kinds: list[int]
    owners: list[str] = field(default_factory=list)
    owner_kinds: list[int] = field(default_factory=list)
    shops: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    """1 where a filter or the user hides the row; an empty list when no row of the batch is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCells:
    """The start of a sheet when all its cells are wanted."""

    sheet: str
    index: int
    visible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBatch:
    """Consecutive lines of the sheet last started, every cell of them as text with its kind."""

    lines: list[int]
    rows: list[list[str]]
    kinds: list[list[int]]
    hidden: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth saying about a file: a code that `words` knows, and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


# --- The plan -----------------------------------------------------------------------------------------------


class PlanVerdict(StrEnum):
    """What will become of an entry of the plan."""

    SEND = "send"
    ALREADY_SYNCED = "already_synced"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    UNCERTAIN = "uncertain"
    FAILED_CHARGED = "failed_charged"
    SKIPPED_HIDDEN = "skipped_hidden"


PLAN_VERDICTS: tuple[PlanVerdict, ...] = tuple(PlanVerdict)
"""Verdicts by their code in `Plan.verdicts`."""


class Reason(StrEnum):
    """Why a row is what it is: the code that the ledger keeps and `words` explains."""

    # a cell can't be an id; facts: cell, value, what
    MISSING = "missing"
    EXPONENT = "exponent"
    TRUNCATED = "truncated"
    ROUNDED = "rounded"
    FRACTION = "fraction"
    NOT_AN_ID = "not_an_id"
    ERROR_CELL = "error_cell"
    NO_VALUE = "no_value"
    UNDECODABLE = "undecodable"
    BROKEN_LINE = "broken_line"
    TOO_LONG = "too_long"
    NO_OWNER = "no_owner"
    UNKNOWN_SHOP = "unknown_shop"
    # left out
    DUPLICATE = "duplicate"
    HIDDEN = "hidden"
    # known from before
    ALREADY_SYNCED = "already_synced"
    SETTLED_CHARGED = "settled_charged"
    FAILED_CHARGED = "failed_charged"
    STILL_UNCERTAIN = "still_uncertain"
    # not reached
    LIMIT = "limit"
    STOPPED = "stopped"
    # the API's answers
    SYNCED = "synced"
    API_FAILED = "api_failed"
    USER_UNKNOWN = "user_unknown"
    NOT_JSON_REQUEST = "not_json_request"
    BAD_PARAMETERS = "bad_parameters"
    AUTHENTICATION = "authentication"
    BAD_PRODUCT = "bad_product"
    BAD_WAREHOUSE = "bad_warehouse"
    BAD_SOURCE = "bad_source"
    BAD_PARCEL = "bad_parcel"
    ORDER_CREATION = "order_creation"
    BALANCE = "balance"
    UNKNOWN_CODE = "unknown_code"
    CHARGED_ERROR = "charged_error"
    # the wire
    UNREACHABLE = "unreachable"
    TURNED_AWAY = "turned_away"
    STALE_CLAIM = "stale_claim"
    NOT_SENT = "not_sent"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    HTTP_ERROR = "http_error"
    BAD_ANSWER = "bad_answer"
    REDIRECT = "redirect"
    HTTP_DENIED = "http_denied"
    CRASH = "crash"
    ABANDONED = "abandoned"


@dataclass(slots=True, kw_only=True)
class Plan:
    """The orders of one file in the file's order, in columns: entry i is one order of one row.

    A row with several ids has several entries with the same line. An invalid or hidden row has one. Sparse facts
    stand in dicts by entry. Grows while it is made, then is only read.
    """

    sheets: list[SheetFound] = field(default_factory=list)
    sheet_of: "array[int]" = field(default_factory=lambda: array("H"))
    """The place in `sheets` of each entry."""
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    owners: list[str] = field(default_factory=list)
    """Cleaned merchant ids; empty where invalid."""
    numbers: list[str] = field(default_factory=list)
    """Cleaned order numbers; what the cell says where invalid."""
    verdicts: bytearray = field(default_factory=bytearray)
    """Indices into PLAN_VERDICTS."""
    reasons: dict[int, Note] = field(default_factory=dict)
    """Why, where the verdict alone doesn't say: a Reason code with facts."""
    first_of: dict[int, int] = field(default_factory=dict)
    """For a duplicate, the entry whose result counts."""
    decisions: dict[int, "Decision"] = field(default_factory=dict)
    """What a person decided on the result sheet about an uncertain order."""
    notes: list["Note"] = field(default_factory=list)
    """What is worth saying about the whole, e.g. a few order numbers of another length than all others."""

    def __len__(self) -> int:
        return len(self.verdicts)


class Decision(StrEnum):
    """What a person says of an uncertain order."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    SEND_AGAIN = "send_again"


# --- The call -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one merchant: what is paid for."""

    owner_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer, not yet believed."""

    http_status: int
    body: bytes
    retry_after_s: float | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class NoReply:
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
class Verdict:
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


# --- The run ------------------------------------------------------------------------------------------------


class RowStatus(StrEnum):
    """The status a user reads in the result, the worst last (a row of several orders shows the worst)."""

    SYNCED = "synced"
    ALREADY_SYNCED = "already_synced"
    DUPLICATE = "duplicate"
    NOT_SENT = "not_sent"
    INVALID = "invalid"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What the ledger knows of a run besides its rows."""

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
    summary: "RunSummary | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """What became of one entry of a run's plan: a row of the ledger's join, in the file's order."""

    sheet: int
    """The place in the run's `sheets`."""
    line: int
    verdict: PlanVerdict
    plan_reason: Note | None
    owner_id: str
    number: str
    state: State | None
    """The order's state now; None for an invalid entry."""
    first_line: int | None = None
    """For a duplicate: the line whose result counts, and its sheet's place."""
    first_sheet: int | None = None
    calls: int = 0
    """Attempts in this run."""
    reason: Reason | None = None
    """The last outcome in this run; None when there was none."""
    outcome: State | None = None
    """The state that the last outcome in this run led to; SENDING when its process died with no outcome."""
    points: int | None = 0
    api_status: str = ""
    http_status: int | None = None
    hint: str = ""
    answer: str = ""
    """What came back, at most 4 KB: evidence."""
    error: str = ""
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    elapsed_s: float | None = None
    earlier_run: str | None = None
    """For an order settled before this run: which run did it, and when."""
    earlier_at: datetime | None = None


class RowResult(NamedTuple):
    """What one row of the user's sheet says in the result: all its entries together.

    A tuple, because a million of them are made one by one and a frozen dataclass takes four times as long.
    """

    sheet: int
    line: int
    status: RowStatus
    entries: Sequence[EntryResult]
    """One or more, in the cell's order."""
    points: int | None
    """Spent by this run on this row; None when unknown."""
    calls: int
    """Attempts in this run."""
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of answer that did not sync an order; also where no answer came."""

    state: State
    reason: Reason
    api_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands: what the bar and the page show."""

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
    """Calls a second that the pacer allows now."""
    committed: int = 0
    """Points that count against the cap: spent, possibly spent, and reserved by calls under way."""
    troubles: Mapping[Trouble, int] = field(default_factory=dict)
    """Orders that were not synced, by kind."""
    paused: bool = False


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

"""Why a row is what it is: codes with facts, which the ledger keeps and `words` explains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth saying about a file: a code that `words` knows, and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


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
    NOT_YET = "not_yet"
    # a run that goes on
    UNDER_WAY = "under_way"
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

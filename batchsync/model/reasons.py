"""Reason codes with facts: stored in the ledger, explained by `messages`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a file: a code that `messages` explains, and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a row has its status. Stored in the ledger, explained by `messages`."""

    # the cell holds no id; facts: cell, value, what
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
    NOT_A_MERCHANT = "not_a_merchant"
    # an id that is unlike the others; facts: cell, value, other
    UNUSUAL = "unusual"
    ERP_COPY = "erp_copy"
    # left out
    DUPLICATE = "duplicate"
    DUPLICATE_OTHER_MERCHANT = "duplicate_other_merchant"
    HIDDEN = "hidden"
    # known from earlier runs
    ALREADY_SYNCED = "already_synced"
    PAID_OTHER_MERCHANT = "paid_other_merchant"
    """Facts: other, the merchant under which the order was paid."""
    SETTLED_CHARGED = "settled_charged"
    FAILED_CHARGED = "failed_charged"
    STILL_UNCERTAIN = "still_uncertain"
    # known from later runs
    SYNCED_LATER = "synced_later"
    SENT_AGAIN = "sent_again"
    # not reached
    LIMIT = "limit"
    STOPPED = "stopped"
    NOT_YET = "not_yet"
    # a run under way
    UNDER_WAY = "under_way"
    # the API's responses
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
    CODE_REFUSED = "code_refused"
    CODE_CHARGED = "code_charged"
    # transport
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

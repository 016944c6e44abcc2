"""What an answer, or its absence, means: pure, with the vendor's status codes as a table.

An answer is believed only in the exact shape of the vendor's page. Whatever else came back after the request may
have left is *uncertain*, because nobody outside knows whether points were spent. Nothing here raises, whatever the
bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from batchsync.model import CallVerdict, NoResponse, Reason, Response, State, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """What follows from a business status that is not 0."""

    reason: Reason
    state: State = State.REFUSED
    stop: Stop | None = None


CODES: Mapping[int, StatusRule] = MappingProxyType(
    {
        1003: StatusRule(reason=Reason.USER_UNKNOWN),
        132: StatusRule(reason=Reason.NOT_JSON_REQUEST, stop=Stop.FAILURES),
        422: StatusRule(reason=Reason.BAD_PARAMETERS),
        200: StatusRule(reason=Reason.AUTHENTICATION, state=State.PLANNED, stop=Stop.AUTHENTICATION),
        202: StatusRule(reason=Reason.BAD_PRODUCT),
        203: StatusRule(reason=Reason.BAD_WAREHOUSE),
        228: StatusRule(reason=Reason.BAD_SOURCE),
        212: StatusRule(reason=Reason.BAD_PARCEL),
        217: StatusRule(reason=Reason.ORDER_CREATION),
        209: StatusRule(reason=Reason.BALANCE, state=State.PLANNED, stop=Stop.BALANCE),
    }
)
"""The status table. Status 0 is settled by `success`; a code that isn't here is UNKNOWN."""

UNKNOWN = StatusRule(reason=Reason.UNKNOWN_CODE)

DENIED_HTTP = frozenset({401, 403, 404, 405, 407})
"""HTTP statuses of a server that did no work for us: token, address or proxy is wrong."""

MOST_POINTS = 1_000_000_000
"""More than this for one call is not an amount but damage (and the ledger's integers have an end)."""

HINT_LENGTH = 500
_MOST_CODE = 10**9
CACHED_LENGTH = 512
"""Answers up to this many bytes are remembered: the usual ones are the same bytes again and again."""


def judge(heard: Response | NoResponse, *, unsent_http: frozenset[int]) -> CallVerdict:
    """Say what became of the order, what was spent, and whether the run goes on."""
    if isinstance(heard, NoResponse):
        return _judge_silence(heard)
    if 200 <= heard.http_status < 300:
        return _judge_short(heard.body) if len(heard.body) <= CACHED_LENGTH else _judge_body(heard.body)
    return _judge_http(heard, unsent_http)


# --- No answer, or not the API's ----------------------------------------------------------------------------


def _judge_silence(heard: NoResponse) -> CallVerdict:
    if heard.maybe_sent:
        return CallVerdict(State.UNCERTAIN, heard.reason, points=None)
    return CallVerdict(State.PLANNED, heard.reason, retry=True)


def _judge_http(heard: Response, unsent_http: frozenset[int]) -> CallVerdict:
    status, answer = heard.http_status, _parse(heard.body) or {}
    hint = _hint(answer)
    if _claims_work(answer):
        return CallVerdict(State.UNCERTAIN, Reason.HTTP_ERROR, points=None, hint=hint)
    if status in unsent_http:
        return CallVerdict(
            State.PLANNED,
            Reason.TURNED_AWAY,
            hint=hint,
            retry=True,
            slow_down=True,
            wait_s=heard.retry_after_s,
        )
    if 300 <= status < 400:
        return CallVerdict(State.PLANNED, Reason.REDIRECT, hint=hint, stop=Stop.ADDRESS)
    if status in DENIED_HTTP:
        return CallVerdict(State.PLANNED, Reason.HTTP_DENIED, hint=hint, stop=Stop.ADDRESS)
    return CallVerdict(State.UNCERTAIN, Reason.HTTP_ERROR, points=None, hint=hint)


def _claims_work(answer: dict[str, Any]) -> bool:
    """Whether an answer under a refusing HTTP status says all the same that something was done or spent."""
    data = answer.get("data")
    return _amount(answer) != 0 or (isinstance(data, dict) and data.get("success") is True)


# --- The API's own answer -----------------------------------------------------------------------------------


def _judge_body(body: bytes) -> CallVerdict:
    answer = _parse(body)
    status = None if answer is None else _status(answer.get("status"))
    if answer is None or status is None:
        return _DOUBT
    return _judge_zero(answer) if status == 0 else _judge_code(status, answer, body)


_judge_short = lru_cache(maxsize=256)(_judge_body)

_DOUBT = CallVerdict(State.UNCERTAIN, Reason.BAD_ANSWER, points=None)


def _judge_zero(answer: dict[str, Any]) -> CallVerdict:
    data = answer.get("data")
    success = data.get("success") if isinstance(data, dict) else None
    points = _amount(answer, absent=None)
    if success is True:
        return CallVerdict(State.SYNCED, Reason.SYNCED, points=points, api_status="0")
    if success is False:
        return CallVerdict(
            State.SETTLED_FAILED, Reason.API_FAILED, points=points, api_status="0", hint=_hint(answer)
        )
    return _DOUBT


def _judge_code(status: int, answer: dict[str, Any], body: bytes) -> CallVerdict:
    data = answer.get("data")
    if not _may_stand_in_an_error(data):
        return _DOUBT
    code = CODES.get(status, UNKNOWN)
    points = _amount(answer)
    charged = points != 0
    hint = _hint(answer)
    if not hint and code is UNKNOWN:
        hint = body.decode("utf-8", "replace")[:HINT_LENGTH]
    return CallVerdict(
        State.SETTLED_FAILED if charged else code.state,
        Reason.CHARGED_ERROR if charged else code.reason,
        points=points,
        api_status=str(status),
        hint=hint,
        stop=code.stop,
    )


def _may_stand_in_an_error(data: object) -> bool:
    """Whether `data` fits an error: missing, empty, a word, or an object that does not claim success."""
    if isinstance(data, dict):
        return data.get("success") is not True
    return not data or isinstance(data, str)


# --- Reading strictly ---------------------------------------------------------------------------------------


def _parse(body: bytes) -> dict[str, Any] | None:
    """Return the answer's object; None when it isn't one, or says something twice."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        answer = orjson.loads(body)
        if _may_repeat_itself(body):
            json.loads(body, object_pairs_hook=_refuse_repeats)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _may_repeat_itself(body: bytes) -> bool:
    """Whether a name that counts could stand twice: cheap, and wrong only on the careful side."""
    return b"\\" in body or any(body.count(name) > 1 for name in _NAMES)


_NAMES = (b'"status"', b'"data"', b'"success"', b'"amount"')


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _status(value: object) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_CODE:
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    return None


def _amount(answer: dict[str, Any], absent: int | None = 0) -> int | None:
    """Return the points named, exactly; `absent` when none are; None when some were that can't be told."""
    data = answer.get("data")
    named = data.get("amount") if isinstance(data, dict) else None
    if named is None:
        named = answer.get("amount")
    if named is False or (not named and named != 0):
        return absent
    number = _number(named)
    if number is None:
        return None
    if number < 0:
        return absent
    return int(number) if number <= MOST_POINTS and number == int(number) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _hint(answer: dict[str, Any]) -> str:
    """Return the API's own words, wherever it put them."""
    for name in ("err", "msg", "message"):
        said = answer.get(name)
        if said:
            return (said if isinstance(said, str) else orjson.dumps(said).decode())[:HINT_LENGTH]
    return ""

"""Judges a response: the order's new state, the points spent, and whether the run stops.

A response is believed only in the exact shape of the vendor's page. Anything else that arrived after the request may
have been sent is *uncertain*: nobody outside knows whether points were spent. `judge` is pure and raises nothing,
whatever the bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import orjson

from batchsync.model import CallVerdict, NoResponse, Reason, Response, State, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """What follows from a status code other than 0."""

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
"""The vendor's status codes. Status 0 is decided by `success`; a code that is not listed is UNKNOWN."""

UNKNOWN = StatusRule(reason=Reason.UNKNOWN_CODE, state=State.UNCERTAIN)
"""The vendor's page leaves open whether points are charged."""

DENIED_HTTP = frozenset({401, 403, 404, 405, 407})
"""HTTP statuses of a server that processed nothing: the token, the address or the proxy is wrong."""

MAX_POINTS = 1_000_000_000
"""An amount above this for one call is damage (and the ledger's integers have a limit)."""

HINT_LENGTH = 500
MAX_STATUS = 10**9
CACHED_LENGTH = 512
"""Bodies up to this many bytes are cached with their verdict: most responses are equal, byte by byte."""

HINT_FIELDS = ("err", "msg", "message", "errMsg", "errmsg", "errorMsg")
NESTED_HINT_FIELDS = (("error", "message"), ("data", "msg"), ("data", "message"))


def judge(
    response: Response | NoResponse,
    *,
    unsent_http: frozenset[int],
    codes: Mapping[str, Literal["refused", "charged"]] = MappingProxyType({}),
) -> CallVerdict:
    """Return the verdict on one call.

    `unsent_http`: the setting `retry.unsent_http`. `codes`: the setting `api.codes`, the meaning of status codes that
    the vendor's page does not list.
    """
    if isinstance(response, NoResponse):
        if response.maybe_sent:
            return CallVerdict(State.UNCERTAIN, response.reason, points=None)
        return CallVerdict(State.PLANNED, response.reason, retry=True)
    if not 200 <= response.http_status < 300:
        return _judge_http(response, unsent_http)
    is_short = len(response.body) <= CACHED_LENGTH
    verdict = _judge_short_body(response.body) if is_short else _judge_body(response.body)
    if codes and verdict.reason is Reason.UNKNOWN_CODE:
        return _apply_configured_code(verdict, codes.get(verdict.api_status))
    return verdict


def _apply_configured_code(verdict: CallVerdict, meaning: str | None) -> CallVerdict:
    if meaning == "refused":
        return replace(verdict, state=State.REFUSED, reason=Reason.CODE_REFUSED, points=0)
    if meaning == "charged":
        return replace(verdict, state=State.SETTLED_FAILED, reason=Reason.CODE_CHARGED)
    return verdict


def _judge_http(response: Response, unsent_http: frozenset[int]) -> CallVerdict:
    """Judge a response whose HTTP status is not 2xx."""
    status, content = response.http_status, _parse(response.body) or {}
    hint = _hint(content)
    is_unsent = status in unsent_http
    is_from_api = "status" in content or "data" in content
    if _reports_work(content) or (is_unsent and is_from_api):
        return CallVerdict(
            State.UNCERTAIN,
            Reason.HTTP_ERROR,
            points=None,
            hint=hint or _shortened(response.body),
            slow_down=is_unsent,
            wait_s=response.retry_after_s if is_unsent else None,
        )
    if is_unsent:
        return CallVerdict(
            State.PLANNED,
            Reason.TURNED_AWAY,
            hint=hint,
            retry=True,
            slow_down=True,
            wait_s=response.retry_after_s,
        )
    if 300 <= status < 400:
        return CallVerdict(State.PLANNED, Reason.REDIRECT, hint=hint, stop=Stop.ADDRESS)
    if status in DENIED_HTTP:
        return CallVerdict(State.PLANNED, Reason.HTTP_DENIED, hint=hint, stop=Stop.ADDRESS)
    return CallVerdict(State.UNCERTAIN, Reason.HTTP_ERROR, points=None, hint=hint)


def _reports_work(content: dict[str, Any]) -> bool:
    """Whether a response with a rejecting HTTP status reports success or points all the same."""
    data = content.get("data")
    return _amount(content) != 0 or (isinstance(data, dict) and _flag(data.get("success")) is True)


# --- The API's own response -----------------------------------------------------------------------------------


def _judge_body(body: bytes) -> CallVerdict:
    content = _parse(body)
    if content is None:
        return CallVerdict(State.UNCERTAIN, Reason.BAD_ANSWER, points=None, hint=_shortened(body))
    status = _status(content.get("status"))
    data = content.get("data")
    success = _flag(data.get("success")) if isinstance(data, dict) else None
    if status == 0 and success is not None:
        return _judge_status_0(content, success=success)
    if status is None or status == 0 or not _fits_error(data, success=success):
        hint = _hint(content) or _shortened(body)
        return CallVerdict(State.UNCERTAIN, Reason.BAD_ANSWER, points=None, hint=hint)
    return _judge_code(status, content, body)


_judge_short_body = lru_cache(maxsize=256)(_judge_body)


def _judge_status_0(content: dict[str, Any], *, success: bool) -> CallVerdict:
    points = _amount(content, absent=None)
    if success:
        return CallVerdict(State.SYNCED, Reason.SYNCED, points=points, api_status="0")
    return CallVerdict(
        State.SETTLED_FAILED, Reason.API_FAILED, points=points, api_status="0", hint=_hint(content)
    )


def _fits_error(data: object, *, success: bool | None) -> bool:
    """Whether `data` fits an error response: missing, empty, a text, or an object without success."""
    return success is not True if isinstance(data, dict) else not data or isinstance(data, str)


def _judge_code(status: int, content: dict[str, Any], body: bytes) -> CallVerdict:
    rule = CODES.get(status, UNKNOWN)
    points = _amount(content)
    hint = _hint(content)
    if points != 0:
        state, reason = State.SETTLED_FAILED, Reason.CHARGED_ERROR
    else:
        state, reason = rule.state, rule.reason
    if rule is UNKNOWN:
        hint = hint or _shortened(body)
        points = points or None
    return CallVerdict(state, reason, points=points, api_status=str(status), hint=hint, stop=rule.stop)


# --- Strict parsing -------------------------------------------------------------------------------------------


def _parse(body: bytes) -> dict[str, Any] | None:
    """Return the response's JSON object; None when it is not one, or names a field twice."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        content = orjson.loads(body)
        if _may_repeat_a_name(body):
            json.loads(body, object_pairs_hook=_reject_repeated_names)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


_NAMES = (b'"status"', b'"data"', b'"success"', b'"amount"')


def _may_repeat_a_name(body: bytes) -> bool:
    """Whether an important field may be there twice: a cheap test that only errs towards yes."""
    return b"\\" in body or any(body.count(name) > 1 for name in _NAMES)


def _reject_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _status(value: object) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_STATUS:
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    return None


_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _flag(value: object) -> bool | None:
    """Read a boolean, also when it is written as 1, "1" or "true"; None when it is not one."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return value == 1
    return _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None


def _amount(content: dict[str, Any], absent: int | None = 0) -> int | None:
    """Return the points named, exactly; `absent` when none are; None when the amount can't be read."""
    data = content.get("data")
    value = data.get("amount") if isinstance(data, dict) else None
    if value is None:
        value = content.get("amount")
    if value is False or (not value and value != 0):
        return absent
    number = _number(value)
    if number is None:
        return None
    if number < 0:
        return absent
    return int(number) if number <= MAX_POINTS and number == int(number) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _hint(content: dict[str, Any]) -> str:
    """Return the API's own text, from whichever of its fields has one."""
    values = [content.get(name) for name in HINT_FIELDS]
    for outer, inner in NESTED_HINT_FIELDS:
        nested = content.get(outer)
        values.append(nested.get(inner) if isinstance(nested, dict) else None)
    values.append(content.get("error"))
    for value in values:
        if value:
            return (value if isinstance(value, str) else orjson.dumps(value).decode())[:HINT_LENGTH]
    return ""


def _shortened(body: bytes) -> str:
    """Return the raw response as text, for a response without a hint."""
    return body[: 4 * HINT_LENGTH].decode("utf-8", "replace").strip()[:HINT_LENGTH]

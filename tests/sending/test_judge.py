"""What each answer means, row by row of the vendor's table and ours."""

import json
from typing import Any

import pytest

from batchsync.model import CallVerdict, NoResponse, Reason, Response, State, Stop
from batchsync.sending.judge import CODES, DENIED_HTTP, judge

UNSENT = frozenset({429, 503})


def judge_body(
    body: bytes | dict[str, Any], *, http: int = 200, retry_after_s: float | None = None
) -> CallVerdict:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge(Response(http, raw, retry_after_s, 0.1), unsent_http=UNSENT)


def settled(body: bytes | dict[str, Any]) -> tuple[State, Reason, int | None]:
    verdict = judge_body(body)
    return verdict.state, verdict.reason, verdict.points


UNCERTAIN_FAULTS = (State.UNCERTAIN, Reason.BAD_ANSWER, None)


def test_success_is_synced_with_its_points() -> None:
    """The usual answer: synced, what it cost, and the run goes on."""
    expected = CallVerdict(State.SYNCED, Reason.SYNCED, points=1, api_status="0")
    assert expected == judge_body(b'{"data":{"success":true,"amount":1},"status":0}')


def test_success_without_amount_names_no_points() -> None:
    """The vendor's own example leaves the amount out: synced, points unknown."""
    assert (State.SYNCED, Reason.SYNCED, None) == settled(b'{\n"data": {\n"success":true\n},\n"status": 0\n}')


@pytest.mark.parametrize("amount", ["1", 1, 1.0, "1.0", " 1 "])
def test_amount_counts_however_it_is_written(amount: object) -> None:
    """A whole number is a whole number, as text too, and comes out as an int."""
    points = judge_body({"status": 0, "data": {"success": True, "amount": amount}}).points
    assert (1, int) == (points, type(points))


@pytest.mark.parametrize(
    "amount",
    [
        None,
        True,
        False,
        "",
        " ",
        "one",
        [],
        [1],
        {},
        -1,
        "-1",
        1.5,
        10**18,
        1e300,
        "NaN",
        "Infinity",
        "1e-999999",
        "1e999999",
    ],
)
def test_amount_that_is_no_amount_is_not_named(amount: object) -> None:
    """Nothing is added up that isn't a whole number of points."""
    assert (State.SYNCED, Reason.SYNCED, None) == settled(
        {"status": 0, "data": {"success": True, "amount": amount}}
    )


def test_success_for_nothing_costs_nothing() -> None:
    """An amount of 0 is a named amount."""
    assert (State.SYNCED, Reason.SYNCED, 0) == settled({"status": 0, "data": {"success": True, "amount": 0}})


@pytest.mark.parametrize(
    ("data", "points"), [({"success": False}, None), ({"success": False, "amount": 2}, 2)]
)
def test_success_false_is_settled(data: dict[str, object], points: int | None) -> None:
    """The call ran and may have cost points: failed, and not sent again by itself."""
    assert (State.SETTLED_FAILED, Reason.API_FAILED, points) == settled({"status": 0, "data": data})


TABLE = [
    (1003, State.REFUSED, Reason.USER_UNKNOWN, None),
    (132, State.REFUSED, Reason.NOT_JSON_REQUEST, Stop.FAILURES),
    (422, State.REFUSED, Reason.BAD_PARAMETERS, None),
    (200, State.PLANNED, Reason.AUTHENTICATION, Stop.AUTHENTICATION),
    (202, State.REFUSED, Reason.BAD_PRODUCT, None),
    (203, State.REFUSED, Reason.BAD_WAREHOUSE, None),
    (228, State.REFUSED, Reason.BAD_SOURCE, None),
    (212, State.REFUSED, Reason.BAD_PARCEL, None),
    (217, State.REFUSED, Reason.ORDER_CREATION, None),
    (209, State.PLANNED, Reason.BALANCE, Stop.BALANCE),
    (999, State.UNCERTAIN, Reason.UNKNOWN_CODE, None),
    (-1, State.UNCERTAIN, Reason.UNKNOWN_CODE, None),
]


@pytest.mark.parametrize(
    "data",
    [{}, {"data": None}, {"data": []}, {"data": ""}, {"data": {"success": False}}, {"data": {"amount": 0}}],
)
@pytest.mark.parametrize(("status", "state", "reason", "stop"), TABLE)
def test_each_code(
    status: int, state: State, reason: Reason, stop: Stop | None, data: dict[str, object]
) -> None:
    """Each row of the table, whatever replaces missing data: nothing spent (unknown for an unknown code), hint kept."""
    points = None if state is State.UNCERTAIN else 0
    expected = CallVerdict(state, reason, points=points, api_status=str(status), hint="没有", stop=stop)
    assert expected == judge_body({"status": status, "err": "没有"} | data)


def test_the_table_is_whole() -> None:
    """No code of the table goes untested."""
    assert set(CODES) == {row[0] for row in TABLE} - {999, -1}


@pytest.mark.parametrize(
    "where", [{"data": {"amount": 3}}, {"data": {"success": False, "amount": "3"}}, {"amount": 3}]
)
@pytest.mark.parametrize(("status", "stop"), [(status, stop) for status, _, _, stop in TABLE])
def test_an_error_that_names_points_has_spent_them(
    status: int, stop: Stop | None, where: dict[str, object]
) -> None:
    """Counted, settled, and the run still stops where its rule stops it."""
    verdict = judge_body({"status": status} | where)
    assert (State.SETTLED_FAILED, Reason.CHARGED_ERROR, 3, stop) == (
        verdict.state,
        verdict.reason,
        verdict.points,
        verdict.stop,
    )


@pytest.mark.parametrize("amount", [1.5, "1.5", True, "one", "NaN", "Infinity", 10**18, 1e300, " ", [1]])
def test_an_error_that_names_points_nobody_can_read_has_spent_some(amount: object) -> None:
    """Half a point is no amount, but it is no nothing either: not sent again by itself."""
    assert (State.SETTLED_FAILED, Reason.CHARGED_ERROR, None) == settled(
        {"status": 1003, "data": {"amount": amount}}
    )


def test_a_code_may_be_written_with_a_point() -> None:
    """1.0 is 1, and an answer that is plain to everybody is no cause for uncertainty."""
    assert (State.SYNCED, Reason.SYNCED, 1) == settled(b'{"data":{"success":true,"amount":1.0},"status":0.0}')
    assert ("1003", Reason.USER_UNKNOWN) == (
        judge_body(b'{"status":1003.0}').api_status,
        judge_body(b'{"status":1003.0}').reason,
    )


@pytest.mark.parametrize("amount", [None, False, "", [], {}, 0, 0.0, "0", "0.0", -1, "-1"])
def test_an_error_that_names_nothing_has_spent_nothing(amount: object) -> None:
    """However nothing is written; and less than nothing is no charge."""
    assert (State.REFUSED, Reason.USER_UNKNOWN, 0) == settled({"status": 1003, "data": {"amount": amount}})


def test_a_code_may_be_a_string_of_digits() -> None:
    """A sister system of the vendor's writes numbers as strings."""
    assert (State.SYNCED, Reason.SYNCED, 1) == settled(
        {"status": "0", "data": {"success": True, "amount": "1"}}
    )
    assert "1003" == judge_body({"status": "1003"}).api_status


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ({"err": "a", "msg": "b"}, "a"),
        ({"err": "", "msg": "b"}, "b"),
        ({"message": "c"}, "c"),
        ({"err": {"ownerId": ["x"]}}, '{"ownerId":["x"]}'),
        ({"err": "长" * 900}, "长" * 500),
        ({}, ""),
    ],
)
def test_the_hint_is_the_api_s_own_words(answer: dict[str, object], hint: str) -> None:
    """Wherever the API put them, and not without end."""
    assert hint == judge_body({"status": 422} | answer).hint


def test_an_unknown_code_without_words_shows_the_raw_answer() -> None:
    """So that somebody can ask the vendor."""
    assert '{"status":4711}' == judge_body(b'{"status":4711}').hint


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"0",
        b'"ok"',
        b"true",
        b"<html>200 OK</html>",
        b"{}",
        b'{"status":0}',
        b'{"data":{"success":true,"amount":1}}',
        b'{"data":null,"status":0}',
        b'{"data":[],"status":0}',
        b'{"data":{},"status":0}',
        b'{"data":{"success":2},"status":0}',
        b'{"data":{"success":"yes"},"status":0}',
        b'{"data":{"success":null},"status":0}',
        b'{"data":{"success":true},"status":false}',
        b'{"data":{"success":true},"status":null}',
        b'{"data":{"success":true},"status":0.5}',
        b'{"data":{"success":true},"status":1e300}',
        b'{"data":{"success":true},"status":""}',
        b'{"data":{"success":true},"status":"0x0"}',
        b'{"data":{"success":true},"status":[0]}',
        b'{"data":{"success":true},"status":1003}',
        b'{"data":[{"amount":1}],"status":1003}',
        b'{"status":99999999999999999999999999}',
        b'{"status":"99999999999999999999999999"}',
        '{"status":"\u0660"}'.encode(),
        b'{"data":{"success":true,"amount":1},"status":0',
        b'{"data":{"success":true,"amount":1},"status":0}}',
        b'{"data":{"success":true,"amount":1},"status":0}{"status":0}',
        b'{"data":{"success":true,"amount":NaN},"status":0}',
        b"{'status':1003}",
        b'{"status":1003,"status":0,"data":{"success":true}}',
        b'{"status":1003,"st\\u0061tus":0,"data":{"success":true}}',
        b'{"status":0,"data":{"success":false,"success":true}}',
        b'{"status":0,"data":{"success":true,"amount":5,"amount":1}}',
        b'{"status":0,"data":{"success":false},"data":{"success":true}}',
        b'{"status":1003,"err":"\xd3\xc3\xbb\xa7"}',
        b'{"status":1003,"err":"\\ud800"}',
        b"\x00" * 20,
        b"[" * 100_000,
        b'{"data":' * 50_000,
        b'{"a":"\\"","data":' + b"[" * 990 + b"]" * 990 + b',"status":0}',
    ],
    ids=lambda body: str(body[:60]),
)
def test_what_is_not_exactly_an_answer_is_uncertain(body: bytes) -> None:
    """Points were probably spent, and nothing names them: never synced, never refused, never sent again."""
    assert UNCERTAIN_FAULTS == settled(body)


def test_a_byte_order_mark_does_not_spoil_an_answer() -> None:
    """RFC 8259 lets a reader ignore it, and the rest is valid."""
    assert (State.SYNCED, Reason.SYNCED, 1) == settled(
        b'\xef\xbb\xbf{"data":{"success":true,"amount":1},"status":0}\r\n'
    )


def test_names_inside_a_hint_are_not_taken_for_repeats() -> None:
    """An error text that quotes JSON is still a text."""
    assert (State.REFUSED, Reason.BAD_PARAMETERS, 0) == settled(
        {"status": 422, "err": '{"status":0,"status":0}'}
    )


def test_a_long_answer_is_judged_like_a_short_one() -> None:
    """The memory of usual answers changes nothing."""
    long = {"status": 0, "data": {"success": True, "amount": 1, "note": "x" * 5_000}}
    assert (State.SYNCED, Reason.SYNCED, 1) == settled(long)


@pytest.mark.parametrize("http", [429, 503])
@pytest.mark.parametrize("wait_s", [None, 7.5])
def test_turned_away_may_go_again_after_a_wait(http: int, wait_s: float | None) -> None:
    """429 and 503: nothing was spent; slow down, honour Retry-After, try again."""
    expected = CallVerdict(State.PLANNED, Reason.TURNED_AWAY, retry=True, slow_down=True, wait_s=wait_s)
    assert expected == judge_body(b"busy", http=http, retry_after_s=wait_s)


@pytest.mark.parametrize("http", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_stops_the_run(http: int) -> None:
    """It is never followed with the token, and nothing was spent."""
    assert CallVerdict(State.PLANNED, Reason.REDIRECT, stop=Stop.ADDRESS) == judge_body(b"", http=http)


@pytest.mark.parametrize("http", sorted(DENIED_HTTP))
def test_a_denial_stops_the_run(http: int) -> None:
    """Token, address or proxy is wrong; nothing was spent."""
    assert CallVerdict(State.PLANNED, Reason.HTTP_DENIED, stop=Stop.ADDRESS) == judge_body(b"no", http=http)


@pytest.mark.parametrize(
    "http", [101, 199, 400, 402, 406, 408, 409, 413, 418, 422, 499, 500, 501, 502, 504, 520, 599]
)
def test_any_other_http_status_is_uncertain(http: int) -> None:
    """The charge happens in a transaction that is held open around a further call: nobody knows."""
    assert CallVerdict(State.UNCERTAIN, Reason.HTTP_ERROR, points=None) == judge_body(b"oops", http=http)


@pytest.mark.parametrize("http", [429, 503, 302, 401, 404])
@pytest.mark.parametrize(
    "body", [{"status": 0, "data": {"success": True}}, {"status": 5, "data": {"amount": 1}}]
)
def test_a_refusal_that_claims_work_is_uncertain(http: int, body: dict[str, object]) -> None:
    """The HTTP status rejects the call but the body reports work: a person decides."""
    verdict = judge_body(body, http=http)
    assert (State.UNCERTAIN, Reason.HTTP_ERROR, None, False) == (
        verdict.state,
        verdict.reason,
        verdict.points,
        verdict.retry,
    )


@pytest.mark.parametrize("http", [302, 403, 429, 500])
def test_the_words_of_a_refusal_are_kept(http: int) -> None:
    """A gateway's text in JSON (an address not let in, a limit) is what the operator needs to read."""
    assert "IP not allowed" == judge_body({"code": 7, "message": "IP not allowed"}, http=http).hint


def test_which_http_statuses_are_unsent_is_a_setting() -> None:
    """503 that a user doesn't trust is uncertain, like any other."""
    verdict = judge(Response(503, b"", None, 0.1), unsent_http=frozenset({429}))
    assert (State.UNCERTAIN, Reason.HTTP_ERROR) == (verdict.state, verdict.reason)


def test_a_2xx_is_judged_by_its_body_whatever_the_setting() -> None:
    """No setting can make an answer that was charged look unsent."""
    verdict = judge(
        Response(200, b'{"data":{"success":true,"amount":1},"status":0}', None, 0.1),
        unsent_http=frozenset({200}),
    )
    assert State.SYNCED == verdict.state


@pytest.mark.parametrize("reason", [Reason.UNREACHABLE, Reason.STALE_CLAIM, Reason.NOT_SENT])
def test_what_never_left_may_go_again(reason: Reason) -> None:
    """The wire proves that no byte left."""
    response = NoResponse(maybe_sent=False, reason=reason, error="", elapsed_s=0.1)
    assert CallVerdict(State.PLANNED, reason, retry=True) == judge(response, unsent_http=UNSENT)


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.CONNECTION_LOST, Reason.BAD_ANSWER, Reason.UNREACHABLE]
)
def test_what_may_have_left_is_uncertain(reason: Reason) -> None:
    """And never goes again by itself."""
    response = NoResponse(maybe_sent=True, reason=reason, error="", elapsed_s=0.1)
    assert CallVerdict(State.UNCERTAIN, reason, points=None) == judge(response, unsent_http=UNSENT)


@pytest.mark.parametrize(
    ("meaning", "state", "reason", "points"),
    [
        ("refused", State.REFUSED, Reason.CODE_REFUSED, 0),
        ("charged", State.SETTLED_FAILED, Reason.CODE_CHARGED, None),
    ],
)
def test_a_code_of_the_settings_is_believed(
    meaning: Any, state: State, reason: Reason, points: int | None
) -> None:
    """`api.codes` defines codes that the vendor's page does not list, and only these."""
    response = Response(200, b'{"status": 210, "err": "no"}', None, 0.1)
    codes = {"210": meaning, "1003": "charged"}
    verdict = judge(response, unsent_http=UNSENT, codes=codes)
    assert (state, reason, points, "210", "no") == (
        verdict.state,
        verdict.reason,
        verdict.points,
        verdict.api_status,
        verdict.hint,
    )
    listed = judge(Response(200, b'{"status": 1003}', None, 0.1), unsent_http=UNSENT, codes=codes)
    assert State.REFUSED is listed.state


@pytest.mark.parametrize("http_status", [429, 503])
def test_a_rejection_with_a_response_of_the_api_is_uncertain(http_status: int) -> None:
    """The API itself answered, so it may have done the work: not sent again."""
    verdict = judge(Response(http_status, b'{"status": 500, "err": "busy"}', 3.0, 0.1), unsent_http=UNSENT)
    assert (State.UNCERTAIN, False, True) == (verdict.state, verdict.retry, verdict.slow_down)


@pytest.mark.parametrize("success", [True, 1, "1", "true", "TRUE"])
@pytest.mark.parametrize("status", [0, "0", 0.0])
def test_success_and_status_may_be_written_otherwise(success: object, status: object) -> None:
    assert State.SYNCED is judge_body({"status": status, "data": {"success": success, "amount": 1}}).state

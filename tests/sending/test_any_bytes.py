"""Whatever comes back, judging it ends in a verdict, and only the exact answer means synced."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchsync.model import MOVES, CallVerdict, Cause, NoResponse, Reason, Response, State
from batchsync.sending.judge import judge

UNSENT = frozenset({429, 503})

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["0", "1", 0, 1, 209]),
)
data = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(st.sampled_from(["success", "amount", "x"]), scalars, max_size=3),
)
answers = st.fixed_dictionaries(
    {}, optional={"status": scalars, "data": data, "err": data, "msg": scalars, "amount": scalars}
)
bodies = st.one_of(
    st.binary(max_size=200),
    answers.map(lambda answer: json.dumps(answer).encode()),
    st.tuples(answers, st.integers(0, 60)).map(lambda cut: json.dumps(cut[0]).encode()[: cut[1]]),
)
https = st.one_of(st.just(200), st.integers(100, 599))


def truly_synced(http: int, body: bytes) -> bool:
    """The oracle, written without the judge: a 2xx, status 0 and success true."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not (200 <= http < 300 and isinstance(answer, dict)):
        return False
    status, inner = answer.get("status"), answer.get("data")
    is_zero = (type(status) is int and status == 0) or (isinstance(status, str) and status.strip("0") == "")
    return is_zero and isinstance(inner, dict) and inner.get("success") is True


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding
@given(https, bodies, st.one_of(st.none(), st.floats(0, 1e6)))
def test_any_answer_ends_in_a_verdict(http: int, body: bytes, wait_s: float | None) -> None:
    """Never an exception; synced only if the response reports success; a legal move; points a natural number or unknown."""
    verdict = judge(Response(http, body, wait_s, 0.0), unsent_http=UNSENT)
    legal = MOVES[State.SENDING, Cause.ANSWER] | MOVES[State.SENDING, Cause.NOT_SENT]
    assert verdict.state in legal
    assert verdict.state is not State.SYNCED or truly_synced(http, body)
    assert verdict.points is None or (type(verdict.points) is int and verdict.points >= 0)
    assert verdict.points == 0 or verdict.state not in {State.PLANNED, State.REFUSED}
    assert not (verdict.retry and verdict.state is not State.PLANNED)
    assert len(verdict.hint) <= 500


@given(st.booleans(), st.sampled_from(Reason))
def test_only_what_never_left_goes_again(maybe_sent: bool, reason: Reason) -> None:
    """Silence is uncertain unless the wire proves that nothing left."""
    response = NoResponse(maybe_sent=maybe_sent, reason=reason, error="", elapsed_s=0.0)
    assert (State.UNCERTAIN if maybe_sent else State.PLANNED) == judge(response, unsent_http=UNSENT).state


@pytest.mark.parametrize(
    "planted",
    [
        lambda http, body: CallVerdict(State.SYNCED, Reason.SYNCED, 1) if 200 <= http < 300 else None,
        lambda http, body: CallVerdict(State.SYNCED, Reason.SYNCED, 1) if b"true" in body else None,
    ],
    ids=["any 2xx is a success", "the word true is a success"],
)
def test_the_oracle_catches_a_gullible_judge(planted: Any) -> None:
    """A judge that believes too much is found by the same question."""
    liars = [
        (http, body)
        for http in (200, 500)
        for body in (b"", b'{"status":209,"data":{"success":true}}', b'{"status":0,"data":{"success":1}}')
        if planted(http, body) and not truly_synced(http, body)
    ]
    assert liars

"""A script defines the behaviour for each call, the same in every run."""

import json
from pathlib import Path
from typing import Any

import pytest

from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages
from batchsync.sandbox import Behaviour, Script
from batchsync.sandbox.script import BEHAVIOURS, FAULTS, make_script, parse_behaviour, read_script


@pytest.mark.parametrize(
    ("value", "behaviour"),
    [
        ("ok", Behaviour()),
        ("1003", Behaviour(do="code", status=1003)),
        (1003, Behaviour(do="code", status=1003)),
        ("code 209", Behaviour(do="code", status=209)),
        ("http 502", Behaviour(do="http", status=502)),
        ({"do": "silent", "charge": False}, Behaviour(do="silent", charge=False)),
        ({"do": "silent", "charge": "false"}, Behaviour(do="silent", charge=False)),
        ({"amount": "3"}, Behaviour(amount=3)),
        ({"amount": 1.5}, Behaviour(amount=1.5)),
        ({"do": "busy", "retry_after": 3}, Behaviour(do="busy", retry_after="3")),
    ],
)
def test_a_value_is_parsed_as_a_behaviour(value: str, behaviour: Behaviour) -> None:
    """Names, status codes, HTTP statuses, and details in a mapping."""
    assert behaviour == parse_behaviour(value)


@pytest.mark.parametrize(
    "value", ["", "explode", "http", "code", "http x", {"do": "ok", "colour": "red"}, {"do": "no"}]
)
def test_an_unknown_value_is_rejected(value: str) -> None:
    """A typing error in a script does not become a success."""
    with pytest.raises(ValueError):
        parse_behaviour(value)


def test_every_behaviour_can_be_scripted() -> None:
    """All of BEHAVIOURS and FAULTS can be parsed."""
    assert [parse_behaviour(name).do for name in BEHAVIOURS if name not in {"code", "http"}] == [
        name for name in BEHAVIOURS if name not in {"code", "http"}
    ]
    assert len(FAULTS) == len([parse_behaviour(fault) for fault in FAULTS])


def test_behaviours_of_an_order_apply_in_turn_then_calls_succeed() -> None:
    """One per call of the order."""
    script = make_script({"1": ["busy", "silent"], "*": "failed"})
    assert ["busy", "silent", "ok"] == [script.behaviour("1", call).do for call in range(3)]
    assert "failed" == script.behaviour("2", 0).do


def test_faults_are_drawn_by_order_number_alone() -> None:
    """With one seed an order gets the same fault, whatever the sequence of calls."""
    one, same, other = (Script(faults=0.3, seed=seed) for seed in (7, 7, 8))
    orders = [f"240101-{number}" for number in range(500)]
    drawn = [one.behaviour(order, 0) for order in orders]
    assert drawn == [same.behaviour(order, 0) for order in reversed(orders)][::-1]
    assert drawn != [other.behaviour(order, 0) for order in orders]


def test_the_share_of_faults_is_close_to_the_setting() -> None:
    """About 15 % of 4,000 orders; every kind occurs, charged and not."""
    script = Script(faults=0.15, seed=7)
    drawn = [script.behaviour(f"240101-{number}", 0) for number in range(4_000)]
    faults = [one for one in drawn if one != Behaviour()]
    assert 500 < len(faults) < 700
    assert {parse_behaviour(fault).do for fault in FAULTS} == {one.do for one in faults}
    assert {True, False} == {one.charge for one in faults if one.do == "silent"}


def test_only_the_first_call_of_an_order_gets_a_fault() -> None:
    """A second call succeeds."""
    script = Script(faults=1.0)
    assert Behaviour() != script.behaviour("1", 0)
    assert Behaviour() == script.behaviour("1", 1)


def test_rejected_calls_are_never_charged() -> None:
    """429 and 503 reject a call before any work."""
    script = Script(faults=1.0, only=("busy", "unavailable"))
    drawn = [script.behaviour(str(number), 0) for number in range(50)]
    assert {None} == {one.points(1) for one in drawn}


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("ok", 2),
        ("no_amount", 2),
        ("1003", None),
        ({"do": "code 1003", "charge": True}, 2),
        ({"do": "code 1003", "amount": 5}, 5),
        ({"do": "ok", "amount": 5}, 5),
        ({"do": "ok", "amount": 0}, 0),
        ({"do": "silent", "charge": False}, None),
        ("http 500", None),
        ({"do": "http 500", "charge": True}, 2),
    ],
)
def test_points_of_a_behaviour(value: str, points: int | None) -> None:
    """The price, the amount it names, or nothing."""
    assert points == parse_behaviour(value).points(2)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_script_is_read_from_a_file(tmp_path: Path, kind: str) -> None:
    """Order numbers stay text, also those that look like numbers."""
    file = tmp_path / f"脚本.{kind}"
    content: dict[str, Any] = {"0123": "silent", "240101": ["busy", {"do": "code 1003", "charge": True}]}
    text = (
        json.dumps(content)
        if kind == "json"
        else "0123: silent\n240101: [busy, {do: code 1003, charge: true}]\n"
    )
    file.write_text(text, encoding="utf-8")
    script = read_script(file, seed=3)
    assert make_script(content, seed=3) == script
    assert Behaviour(do="silent") == script.behaviour("0123", 0)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"1: explode", messages.BAD_SCRIPT),
        (b"1: {do: ok, colour: red}", messages.BAD_SCRIPT),
        (b"1: {do: ok, latency_s: soon}", messages.BAD_SCRIPT),
        (b"- 1", messages.BAD_SHAPE),
        (b"", messages.BAD_SHAPE),
        (b"{", messages.NO_SCRIPT),
        (b"\xff\xfe\xff", messages.NO_SCRIPT),
        (None, messages.NO_SCRIPT),
    ],
)
def test_an_invalid_script_is_rejected(tmp_path: Path, raw: bytes | None, text: object) -> None:
    """With one message that names the file."""
    file = tmp_path / "script.yaml"
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(UsageError) as raised:
        read_script(file)
    assert text is raised.value.text
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("do", "charges"), [("no_amount", {True}), ("failed", {True}), ("redirect", {False})]
)
def test_a_drawn_response_agrees_with_its_charge(do: str, charges: set[bool]) -> None:
    """A response that reports success is always charged."""
    script = Script(faults=1.0, only=(do,))
    assert charges == {
        script.behaviour(f"261101-{number:015d}", 0).points(1) is not None for number in range(50)
    }

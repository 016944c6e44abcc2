"""A script says what happens to which order, the same each time."""

import json
from pathlib import Path
from typing import Any

import pytest

from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages
from batchsync.sandbox import Behaviour, Script
from batchsync.sandbox.script import ACTS, FAULTS, behaviour_of, read_script, script_of


@pytest.mark.parametrize(
    ("said", "act"),
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
def test_a_word_means_an_act(said: str, act: Behaviour) -> None:
    """Names, codes, HTTP statuses, and details in a mapping."""
    assert act == behaviour_of(said)


@pytest.mark.parametrize(
    "said", ["", "explode", "http", "code", "http x", {"do": "ok", "colour": "red"}, {"do": "no"}]
)
def test_a_word_without_meaning_is_refused(said: str) -> None:
    """So that a slip in a script is not played as success."""
    with pytest.raises(ValueError):
        behaviour_of(said)


def test_every_act_can_be_asked_for() -> None:
    """What FAULTS draws and ACTS lists is playable."""
    assert [behaviour_of(act).do for act in ACTS if act not in {"code", "http"}] == [
        act for act in ACTS if act not in {"code", "http"}
    ]
    assert len(FAULTS) == len([behaviour_of(fault) for fault in FAULTS])


def test_acts_are_played_in_turn_and_then_all_is_well() -> None:
    """One for each call of the order."""
    script = script_of({"1": ["busy", "silent"], "*": "failed"})
    assert ["busy", "silent", "ok"] == [script.act("1", call).do for call in range(3)]
    assert "failed" == script.act("2", 0).do


def test_faults_are_drawn_by_order_number_alone() -> None:
    """The same order meets the same fault, in any order of calls, under the same seed."""
    one, same, other = (Script(faults=0.3, seed=seed) for seed in (7, 7, 8))
    orders = [f"240101-{number}" for number in range(500)]
    drawn = [one.act(order, 0) for order in orders]
    assert drawn == [same.act(order, 0) for order in reversed(orders)][::-1]
    assert drawn != [other.act(order, 0) for order in orders]


def test_the_share_of_faults_is_about_what_was_asked() -> None:
    """15 % of 4,000 orders, give or take; every kind occurs, charged and not."""
    script = Script(faults=0.15, seed=7)
    drawn = [script.act(f"240101-{number}", 0) for number in range(4_000)]
    faults = [act for act in drawn if act != Behaviour()]
    assert 500 < len(faults) < 700
    assert {behaviour_of(fault).do for fault in FAULTS} == {act.do for act in faults}
    assert {True, False} == {act.charge for act in faults if act.do == "silent"}


def test_a_fault_strikes_the_first_call_only() -> None:
    """Who sends again, gets through."""
    script = Script(faults=1.0)
    assert Behaviour() != script.act("1", 0)
    assert Behaviour() == script.act("1", 1)


def test_those_turned_away_are_never_charged() -> None:
    """429 and 503 mean: before any work."""
    script = Script(faults=1.0, only=("busy", "unavailable"))
    acts = [script.act(str(number), 0) for number in range(50)]
    assert {None} == {act.points(1) for act in acts}


@pytest.mark.parametrize(
    ("said", "points"),
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
def test_what_an_act_charges(said: str, points: int | None) -> None:
    """The price, what it names, or nothing."""
    assert points == behaviour_of(said).points(2)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_script_is_read_from_a_file(tmp_path: Path, kind: str) -> None:
    """Order numbers stay text, however much they look like numbers."""
    file = tmp_path / f"脚本.{kind}"
    told: dict[str, Any] = {"0123": "silent", "240101": ["busy", {"do": "code 1003", "charge": True}]}
    text = (
        json.dumps(told)
        if kind == "json"
        else "0123: silent\n240101: [busy, {do: code 1003, charge: true}]\n"
    )
    file.write_text(text, encoding="utf-8")
    script = read_script(file, seed=3)
    assert script_of(told, seed=3) == script
    assert Behaviour(do="silent") == script.act("0123", 0)


@pytest.mark.parametrize(
    ("content", "text"),
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
def test_a_script_that_can_t_be_played_is_refused(
    tmp_path: Path, content: bytes | None, text: object
) -> None:
    """One sentence, naming the file."""
    file = tmp_path / "script.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_script(file)
    assert text is refused.value.text
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("do", "charges"), [("no_amount", {True}), ("failed", {True}), ("redirect", {False})]
)
def test_a_drawn_answer_keeps_its_word(do: str, charges: set[bool]) -> None:
    """An answer that says "success" is never drawn without its charge: the vendor doesn't lie."""
    script = Script(faults=1.0, only=(do,))
    assert charges == {script.act(f"261101-{number:015d}", 0).points(1) is not None for number in range(50)}

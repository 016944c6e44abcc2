"""A text in both languages."""

import pytest

from batchsync.messages import Lang, Message, Translation

COUNTED = Translation(en="{rows:row|rows} of {name:>5}", zh="{name} 的 {rows} 行")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(1, "1 row"), ("1", "1 row"), (0, "0 rows"), (21, "21 rows"), ("1,001", "1,001 rows")],
)
def test_a_count_takes_its_noun(rows: object, expected: str) -> None:
    """Singular for exactly one; other formats still hold beside it."""
    assert f"{expected} of     x" == COUNTED.render(Lang.EN, rows=rows, name="x")


def test_chinese_needs_no_plural() -> None:
    """The same facts fill the other language."""
    assert "甲 的 1 行" == Message(COUNTED, {"rows": 1, "name": "甲"}).render(Lang.ZH)


def test_a_fact_may_hold_braces_and_bars() -> None:
    """Foreign words are filled in as they are."""
    assert "1 row of {0|1}" == COUNTED.render(Lang.EN, rows=1, name="{0|1}")

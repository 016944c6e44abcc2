"""Generated sheets with known truth: no wrong order is sent, and bugs planted in the choice are found."""

import pytest

from batchsync.planning import plan
from batchsync.reader import many_files
from batchsync.reader.table import columns, header_row
from tests.planning.generated_sheets import measure

SHEETS = 300


def test_no_wrong_order_is_sent_and_few_good_ones_are_held_back() -> None:
    """At most 3 % needless questions, at most 1 % good orders held back."""
    seen = measure(SHEETS)
    assert 0 == seen["wrong sent"]
    assert seen["questions"] * 100 <= 3 * SHEETS
    assert seen["held back"] * 100 <= seen["good"]


def test_no_wrong_order_is_sent_from_files() -> None:
    """The same of sheets saved as workbooks and as CSV, in UTF-8 and GBK."""
    with many_files():
        seen = measure(50, files=True)
    assert (30, 0) == (seen["files"], seen["wrong sent"])
    assert seen["questions"] <= 2
    assert seen["held back"] * 100 <= seen["good"]


def test_a_first_header_that_wins_unseen_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Query conditions taken for the header: wrong orders, questions, or good orders missing."""
    monkeypatch.setattr(header_row, "_heads_orders", lambda *_, **__: True)
    seen = measure(SHEETS)
    assert seen["wrong sent"] + seen["questions"] > SHEETS // 20


def test_a_merchant_column_that_is_never_doubted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shop codes sent as merchants."""
    monkeypatch.setattr(columns, "_is_doubtful", lambda *_, **__: False)
    assert measure(SHEETS)["wrong sent"] > 0


def test_unusual_numbers_that_are_not_held_back_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies, quantities and merchant ids sent as orders."""
    monkeypatch.setattr(plan, "unusual", lambda *_: {})
    assert measure(SHEETS)["wrong sent"] > 0

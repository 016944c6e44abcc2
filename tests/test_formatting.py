"""Texts, times and sizes as people see them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchsync.formatting import duration, file_size, printable


@given(st.text())
def test_printable_text_cannot_control_a_terminal(text: str) -> None:
    """No control character but line breaks and tabs, and nothing that turns the direction of writing."""
    shown = printable(text)
    assert len(text) == len(shown)
    for character in shown:
        assert character in "\n\t" or unicodedata.category(character) != "Cc"
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }


def test_what_is_visible_stays() -> None:
    """Only the raw character goes, so that a message still names the header."""
    assert "?[31mRED 订单号\n" == printable("\x1b[31mRED 订单号\n")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (201, "3:21"), (3723, "1:02:03"), (-1, "0:00")]
)
def test_durations(seconds: float, text: str) -> None:
    """Hours only when there are any."""
    assert text == duration(seconds)


@pytest.mark.parametrize(
    ("count", "text"), [(812, "812 B"), (3_400_000, "3.4 MB"), (12e9, "12 GB"), (5e15, "5000.0 TB")]
)
def test_sizes(count: float, text: str) -> None:
    """Decimal units, one digit behind the point below ten."""
    assert text == file_size(count)

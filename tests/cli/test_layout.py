"""Columns of text, where a Chinese character is two wide."""

from datetime import UTC, datetime

import pytest

from batchsync.cli.layout import one_line, table, wrapped
from batchsync.formatting import display_width, duration, file_size, local_time


def test_a_table_lines_up_in_chinese() -> None:
    """Padding counts columns of the terminal, not characters."""
    lines = table([("已同步", "12"), ("points", "3")], numbers=frozenset({1}))
    assert (["已同步  12", "points   3"], {10}) == (lines, {display_width(line) for line in lines})


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (7.4, "0:07"), (201, "3:21"), (3723, "1:02:03")])
def test_durations_read_like_a_clock(seconds: float, shown: str) -> None:
    """Minutes and seconds; hours only when there are some."""
    assert shown == duration(seconds)


@pytest.mark.parametrize(
    ("count", "shown"), [(812, "812 B"), (3_400_000, "3.4 MB"), (12e9, "12 GB"), (5e13, "50.0 TB")]
)
def test_sizes_are_short(count: float, shown: str) -> None:
    """Two digits are enough to know where one stands."""
    assert shown == file_size(count)


def test_times_are_local() -> None:
    """The ledger keeps UTC; people don't."""
    at = datetime(2026, 11, 23, 2, 12, 3, tzinfo=UTC)
    assert f"{at.astimezone():%Y-%m-%d %H:%M:%S}" == local_time(at)


def test_foreign_text_cannot_drive_the_terminal() -> None:
    """A cell with escape codes or line breaks stays on its line."""
    assert ("a [31m b", 10) == (one_line("a\x1b[31m\nb"), len(one_line("x" * 99, 10)))


@pytest.mark.parametrize("columns", [20, 37, 60])
def test_wrapping_keeps_every_character_and_the_width(columns: int) -> None:
    """Only blanks at a break are lost."""
    text = "按 Ctrl-C 会等进行中的调用结束、写出结果后停止；再按一次则放弃 the calls under way at once。"
    lines = wrapped(text, columns)
    assert (text.replace(" ", ""), True) == (
        "".join(lines).replace(" ", ""),
        all(display_width(line) <= columns + 2 for line in lines),
    )

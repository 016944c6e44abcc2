"""A month of nights: every file in its place, nothing paid twice, the nights' totals equal to the vendor's books.

`python -m tests.nightly.test_month_of_nights 20` lives through twenty months with more kills, and prints the figures;
`make prove` does so too, on all processors.
"""

import sys

import pytest

from tests.nightly.inbox_fixture import InboxFixture
from tests.nightly.month_of_nights import PLANTED, Month, as_json, month


@pytest.mark.timeout(300)
def test_thirty_nights(inbox_fixture: InboxFixture) -> None:
    """With a few kills from outside, many from inside, a full disk, an API that is down, slow, or out of points."""
    figures = Month(inbox_fixture, seed=11).live(30, kills_outside=2)
    assert ([], 30, 2) == (figures.broken, figures.nights, figures.kills_outside)
    assert figures.kills_inside >= 3
    assert {"disk", "balance"} <= set(figures.stops)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_month_catches_a_planted_bug(bug: str) -> None:
    """A few nights are enough."""
    with PLANTED[bug]():
        figures = month(3, nights=8, kills_outside=2)
    assert figures.broken


if __name__ == "__main__":
    for seed in range(int(sys.argv[1])):
        lived = month(seed)
        print(f"month {seed}: {as_json(lived)}", flush=True)
        if lived.broken:
            sys.exit(1)

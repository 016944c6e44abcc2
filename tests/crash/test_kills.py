"""Twenty kills in short; `make prove` has five hundred. And each planted bug must be found out by the same means."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.crash.fixtures import ProcessFactory
from tests.crash.kills import CONCURRENCY, Campaign, campaign

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_ten_times_and_nothing_is_broken(
    seed: int, tmp_path: Path, process_factory: ProcessFactory
) -> None:
    """Ten kills over 400 rows with 15 % faults: the oracle finds nothing, and a kill leaves few orders uncertain."""
    figures = campaign(tmp_path, Campaign(rows=400, kills=10, seed=seed), process_factory)
    assert ([], [], 10) == (figures.broken, figures.accidents, figures.kills)
    assert figures.charged > 300
    assert figures.reported_points == figures.settled_points > 200
    assert figures.most_uncertain_by_one_kill <= CONCURRENCY


PLANTED: Mapping[str, Campaign] = {
    "resend on time-out": Campaign(rows=120, kills=0, bug="resend on time-out"),
    "redirects followed": Campaign(rows=40, kills=0, bug="redirects followed", redirects=3),
    "sending back to planned": Campaign(
        rows=60, kills=2, bug="sending back to planned", steps=("after last byte", "after answer")
    ),
    "claim after send": Campaign(rows=60, kills=2, bug="claim after send", steps=("before claim",)),
}
"""The shortest campaign that finds each bug out."""


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path, process_factory: ProcessFactory) -> None:
    """The campaign is not blind: it fails as soon as the program has one of these bugs."""
    found = campaign(tmp_path, PLANTED[bug], process_factory).broken
    assert any("charged 2 times" in fault or "the server read 2 requests" in fault for fault in found)

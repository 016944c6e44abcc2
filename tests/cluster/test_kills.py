"""The kill campaign of the never-pay-twice work, over PostgreSQL: `make prove` has a hundred, and its planted bugs."""

from pathlib import Path

import pytest

from tests.crash.conftest import process_factory
from tests.crash.fixtures import ProcessFactory
from tests.crash.kills import CONCURRENCY, Campaign, campaign

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]


def test_killed_five_times_and_nothing_is_broken(
    tmp_path: Path, process_factory: ProcessFactory, postgres: str
) -> None:
    """Five kills over 150 rows with 15 % faults: the oracle finds nothing, and a kill leaves few orders uncertain."""
    figures = campaign(tmp_path, Campaign(rows=150, kills=5, seed=3, postgres=postgres), process_factory)
    assert ([], [], 5) == (figures.broken, figures.accidents, figures.kills)
    assert figures.reported_points == figures.settled_points > 80
    assert figures.uncertain_by_kill <= CONCURRENCY * figures.kills


def test_a_planted_bug_is_caught(tmp_path: Path, process_factory: ProcessFactory, postgres: str) -> None:
    """The campaign is not blind over PostgreSQL either."""
    asked = Campaign(rows=120, kills=0, bug="resend on time-out", postgres=postgres)
    found = campaign(tmp_path, asked, process_factory).broken
    assert any("charged 2 times" in fault or "the server read 2 requests" in fault for fault in found)


__all__ = ["process_factory"]

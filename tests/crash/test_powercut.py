"""Power cuts at any write lose no mark of a sent order; the planted bugs do, and are caught."""

import random

import pytest

from tests.crash.powercut import BUGS, Disk, campaign


def test_two_hundred_power_cuts() -> None:
    """After each cut the ledger is sound, no sent order is planned, no flushed outcome is lost, nothing is sent twice."""
    figures = campaign(200, seed=1)
    assert ([], 200) == (figures.faults, figures.cuts)
    assert figures.sent > 500


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bug_is_caught(bug: str) -> None:
    """The harness can fail: a ledger with a known bug does not survive it."""
    assert campaign(100, seed=1, bug=bug).faults != []


def test_disk_forgets_only_what_was_not_synced() -> None:
    """The simulated disk keeps synced bytes and is free to lose the others."""
    lost = 0
    for seed in range(50):
        disk = Disk(random.Random(seed))
        disk.now["f"] = bytearray()
        disk.write("f", b"safe", 0)
        disk.sync("f")
        disk.write("f", b"more", 4)
        disk.come_back()
        assert disk.now["f"][:4] == b"safe"
        lost += len(disk.now["f"]) == 4
    assert 0 < lost < 50

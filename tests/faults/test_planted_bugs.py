"""The fault harness finds planted bugs."""

from typing import Any

import pytest

from tests.faults.harness import check_fault_repeatedly
from tests.faults.planted_bugs import PLANTED
from tests.faults.table import TABLE


@pytest.mark.parametrize("bug", PLANTED)
async def test_a_planted_bug_is_caught(bug: str) -> None:
    """A client with this bug does not pass."""
    planted, row = PLANTED[bug]
    factory: Any = planted
    (fault,) = [fault for fault in TABLE if fault.name == row]
    assert [] != await check_fault_repeatedly(fault, factory, times=1)

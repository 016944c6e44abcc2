"""Every row of the fault table, over a real socket, with and without keep-alive."""

import pytest

from tests.faults.harness import check_fault_repeatedly
from tests.faults.table import TABLE, Fault


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
async def test_fault(fault: Fault) -> None:
    """The verdict is the one of the table and agrees with the server's log."""
    assert [] == await check_fault_repeatedly(fault)


def test_the_table_names_each_row_once() -> None:
    """A row that hides behind another's name would go unseen."""
    names = [fault.name for fault in TABLE]
    assert sorted(set(names)) == sorted(names)

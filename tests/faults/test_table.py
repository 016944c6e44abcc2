"""Every row of the fault table, over a real socket, with and without keep-alive."""

import pytest

from tests.faults.harness import suffer_often
from tests.faults.table import TABLE, Fault


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
async def test_fault(fault: Fault) -> None:
    """What is said of the order is what the table says, and the server's own books bear it out."""
    assert [] == await suffer_often(fault)


def test_the_table_names_each_row_once() -> None:
    """A row that hides behind another's name would go unseen."""
    names = [fault.name for fault in TABLE]
    assert sorted(set(names)) == sorted(names)

"""The fault table over uvloop, which sends the real runs: it writes, closes and polls in its own way."""

import asyncio

import pytest

from tests.faults.harness import check_fault_repeatedly
from tests.faults.table import TABLE

uvloop = pytest.importorskip("uvloop", reason="the package's extra `fast` is not installed")


def test_the_whole_table_over_uvloop() -> None:
    """Every row, with and without keep-alive: the same verdicts, in agreement with the server's log."""

    async def suffer_all() -> dict[str, list[str]]:
        lies = await asyncio.gather(*(check_fault_repeatedly(fault, times=1) for fault in TABLE))
        return {fault.name: wrong for fault, wrong in zip(TABLE, lies, strict=True) if wrong}

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert {} == runner.run(suffer_all())

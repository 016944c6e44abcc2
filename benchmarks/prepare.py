"""A ledger with history: orders of the input files that an earlier run synced, written through the ledger's own interfaces.

python -m benchmarks.prepare LEDGER URL ROWS [STEP]
"""

import asyncio
import sys
from array import array
from collections.abc import Sequence

from batchsync.ledger import Ledger, open_ledger
from batchsync.model import (
    PLAN_VERDICTS,
    CallVerdict,
    Plan,
    PlanVerdict,
    Reason,
    Response,
    RunSummary,
    SheetFound,
    State,
)
from benchmarks.inputs import order_number, shop

SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)
SYNCED = CallVerdict(State.SYNCED, Reason.SYNCED, points=1, api_status="0")
REPLY = Response(200, b'{"data": {"success": true, "amount": 1}, "status": 0}', None, 0.1)
AT_ONCE = 5_000


def plan_of(orders: Sequence[int]) -> Plan:
    """A plan that sends the orders of these places in the input files."""
    sheet = SheetFound(sheet="orders", index=0, header_line=1, headers=("order", "owner"), order_column=0)
    plan = Plan(sheets=[sheet])
    plan.sheet_of = array("H", bytes(2 * len(orders)))
    plan.lines = array("I", [n + 2 for n in orders])
    plan.owners = [shop(n) for n in orders]
    plan.numbers = [order_number(n) for n in orders]
    plan.verdicts = bytearray([SEND]) * len(orders)
    return plan


async def settle_all(ledger: Ledger, run: str, ids: Sequence[int]) -> None:
    """Claim and settle in big groups: each group is one transaction or two."""
    for start in range(0, len(ids), AT_ONCE):
        attempts = await asyncio.gather(*(ledger.claim(order, run) for order in ids[start : start + AT_ONCE]))
        for attempt in attempts:
            ledger.record_outcome(attempt, SYNCED, REPLY)
    await ledger.flush()


def prepare(path: str, url: str, rows: int, step: int = 1) -> None:
    """Make a ledger in which every `step`th order of a file of `rows` rows is synced."""
    orders = range(0, rows, step)
    with open_ledger(path) as ledger:
        account = ledger.account(url, "default")
        with ledger.lock(account, "prepare"):
            run = ledger.new_run(account, "earlier.xlsx", "0" * 64, "earlier", "zh")
            ids = ledger.save_plan(run, plan_of(orders), allow=frozenset())
            asyncio.run(settle_all(ledger, run, ids))
            summary = RunSummary(file="earlier.xlsx", run=run, rows=len(orders), synced=len(orders))
            ledger.end_run(run, stopped=None, result=None, summary=summary)


def main() -> None:
    path, url, rows, *step = sys.argv[1:]
    prepare(path, url, int(rows), *map(int, step))


if __name__ == "__main__":
    main()

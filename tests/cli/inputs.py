"""A ledger with a past, made by hand, for the commands that look back."""

import asyncio
from array import array
from pathlib import Path

from batchsync.config import ApiSettings
from batchsync.ledger import Ledger, open_ledger
from batchsync.model import (
    PLAN_VERDICTS,
    RESENT,
    CallVerdict,
    Cause,
    NoResponse,
    Note,
    Plan,
    PlanVerdict,
    Reason,
    Response,
    RunSummary,
    SheetFound,
    State,
)

URL = ApiSettings().url
SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)
SYNCED = (
    CallVerdict(state=State.SYNCED, reason=Reason.SYNCED, points=1, api_status="0"),
    Response(http_status=200, body=b'{"status":0}', retry_after_s=None, elapsed_s=0.2),
)
LOST = (
    CallVerdict(state=State.UNCERTAIN, reason=Reason.CONNECTION_LOST, points=None),
    NoResponse(
        maybe_sent=True, reason=Reason.CONNECTION_LOST, error="ServerDisconnectedError", elapsed_s=1.5
    ),
)

Answer = tuple[CallVerdict, Response | NoResponse]


def plan_of(orders: list[tuple[str, str]]) -> Plan:
    """Return a plan that sends these (merchant, number) pairs."""
    sheet = SheetFound(
        sheet="Orders", index=0, header_line=1, headers=("order_sn", "mall_id"), order_column=0
    )
    return Plan(
        sheets=[sheet],
        sheet_of=array("H", [0] * len(orders)),
        lines=array("I", range(2, 2 + len(orders))),
        owners=[owner for owner, _ in orders],
        numbers=[number for _, number in orders],
        verdicts=bytearray([SEND] * len(orders)),
    )


def past_run(
    path: Path, orders: list[tuple[str, str, Answer | None]], *, ends: bool = True, account: str = "default"
) -> str:
    """Write a run over these orders into the ledger; None as an answer is a process that died there."""
    with open_ledger(str(path)) as ledger:
        number = ledger.account(URL, account)
        with ledger.lock(number, "made"):
            run = ledger.new_run(number, "/data/订单.xlsx", "00" * 32, "订单", "zh")
            plan = plan_of([(owner, order) for owner, order, _ in orders])
            known = ledger.lookup_orders(number, plan.owners, plan.numbers)
            plan.seen_settled_at.update(known.settled_at)
            for place, other in known.elsewhere.items():
                plan.reasons[place] = Note(code=Reason.PAID_OTHER_MERCHANT, facts={"other": other})
            ids = ledger.save_plan(run, plan, allow=frozenset({Cause.NEW_RUN, *RESENT.values()}))
            asyncio.run(_send(ledger, run, ids, [answer for _, _, answer in orders]))
            if ends:
                ledger.end_run(
                    run, stopped=None, result="/data/订单.result.xlsx", summary=_summary(run, orders)
                )
    return run


async def _send(ledger: Ledger, run: str, ids: "array[int]", answers: list[Answer | None]) -> None:
    for order, answer in zip(ids, answers, strict=True):
        attempt = await ledger.claim(order, run)
        if answer is not None:
            ledger.record_outcome(attempt, *answer)
    await ledger.flush()


def _summary(run: str, orders: list[tuple[str, str, Answer | None]]) -> RunSummary:
    states = [answer[0].state for _, _, answer in orders if answer]
    return RunSummary(
        file="/data/订单.xlsx",
        run=run,
        rows=len(orders),
        synced=states.count(State.SYNCED),
        uncertain=states.count(State.UNCERTAIN),
        points_spent=states.count(State.SYNCED),
        points_possible=states.count(State.UNCERTAIN),
        calls=len(orders),
        result="/data/订单.result.xlsx",
        exit_code=1,
    )

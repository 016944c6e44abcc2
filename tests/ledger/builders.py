"""Plans and answers for the ledger's tests."""

from collections.abc import Sequence

from batchsync.ledger import Ledger
from batchsync.model import (
    PLAN_VERDICTS,
    CallVerdict,
    Cause,
    Decision,
    NoResponse,
    Note,
    Plan,
    PlanVerdict,
    Reason,
    Response,
    SheetFound,
    State,
)

ENDPOINT = "http://api.example/pay"
ANSWER = Response(200, b'{"data":{"success":true,"amount":3},"status":0}', None, 0.25)
SILENCE = NoResponse(maybe_sent=True, reason=Reason.TIMEOUT, error="SocketTimeoutError", elapsed_s=120.0)
UNSENT = NoResponse(maybe_sent=False, reason=Reason.UNREACHABLE, error="ClientConnectorError", elapsed_s=0.1)
SYNCED = CallVerdict(State.SYNCED, Reason.SYNCED, points=3, api_status="0")
REFUSED = CallVerdict(State.REFUSED, Reason.USER_UNKNOWN, api_status="1003", hint="用户不存在")
SETTLED_FAILED = CallVerdict(State.SETTLED_FAILED, Reason.API_FAILED, points=2, api_status="0")
UNCERTAIN = CallVerdict(State.UNCERTAIN, Reason.TIMEOUT, points=None)
ABANDONED = CallVerdict(State.UNCERTAIN, Reason.ABANDONED, points=None)
NOT_SENT = CallVerdict(State.PLANNED, Reason.UNREACHABLE)
NEW = frozenset({Cause.NEW_RUN})
SHEET = SheetFound(
    sheet="订单",
    index=0,
    header_line=1,
    headers=("订单号", "商家ID"),
    order_column=0,
    owner_column=1,
    result_columns=(3, 4),
    notes=(Note(code="guessed", facts={"column": "订单号"}),),
)


def plan(
    *numbers: str,
    owner: str = "77",
    verdicts: Sequence[PlanVerdict] = (),
    decisions: dict[int, Decision] | None = None,
) -> Plan:
    """A plan of one sheet whose lines start at 2."""
    made = Plan(sheets=[SHEET], decisions=dict(decisions or {}))
    for place, number in enumerate(numbers):
        made.sheet_of.append(0)
        made.lines.append(place + 2)
        made.owners.append(owner)
        made.numbers.append(number)
        made.verdicts.append(PLAN_VERDICTS.index(verdicts[place] if verdicts else PlanVerdict.SEND))
    return made


def start(ledger: Ledger, made: Plan, allow: frozenset[Cause] = NEW) -> tuple[str, list[int]]:
    """A run over a plan, enrolled."""
    account = ledger.account(ENDPOINT, "default")
    made.seen_settled_at.update(ledger.lookup_orders(account, made.owners, made.numbers).settled_at)
    run = ledger.new_run(account, "/in/订单.xlsx", "00", "订单", "zh")
    return run, list(ledger.save_plan(run, made, allow=allow))


async def call(
    ledger: Ledger,
    run: str,
    order: int,
    verdict: CallVerdict = SYNCED,
    response: Response | NoResponse = ANSWER,
) -> int:
    """One order's whole way through the ledger."""
    attempt = await ledger.claim(order, run)
    ledger.record_outcome(attempt, verdict, response)
    await ledger.flush()
    return attempt


def state_of(ledger: Ledger, number: str) -> State:
    (record,) = ledger.orders_of(number)
    return record.state

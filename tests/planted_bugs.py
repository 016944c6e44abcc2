"""Planted bugs: each is a way in which an order gets paid twice or lost, and every harness must catch it."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from batchsync.errors import IllegalMove, LedgerFull
from batchsync.ledger import statements
from batchsync.ledger.group_commit import GroupCommit
from batchsync.ledger.journal import Journal
from batchsync.model import CallVerdict, NoResponse, Order, Reason, Response, State
from batchsync.sending.budget import Budget
from batchsync.sending.judge import judge
from batchsync.sending.pool import Pool, Slot

Undo = contextlib.AbstractContextManager[Any]


def _resend_on_timeout(response: Response | NoResponse, **settings: Any) -> CallVerdict:
    verdict = judge(response, **settings)
    if verdict.reason in {Reason.TIMEOUT, Reason.CONNECTION_LOST}:
        return CallVerdict(State.PLANNED, verdict.reason, retry=True)
    return verdict


async def _claim_after_send(self: Pool, order_id: int, order: Order, slot: Slot) -> CallVerdict | None:
    response = await self._client.send(order, self._clock.boottime(), slot)
    try:
        attempt = await self._ledger.claim(order_id, self._run)
    except (LedgerFull, IllegalMove):
        return None
    self._calls += 1
    verdict = self._judge(response)
    self._ledger.record_outcome(attempt, verdict, response)
    return verdict


def _record_lazily(
    self: GroupCommit, attempt: int, verdict: CallVerdict, response: Response | NoResponse
) -> None:
    with patch.object(GroupCommit, "_soon", lambda _self: None):
        _RECORD_OUTCOME(self, attempt, verdict, response)


_RECORD_OUTCOME = GroupCommit.record_outcome


async def _reserve_nothing(self: Budget) -> bool:
    self._under_way += 1
    return self.cap is None or self.spent < self.cap


FORGETFUL = {
    "give_up_outcomes": "SELECT ?1, ?2",
    "give_up_orders": "UPDATE orders SET state = 1, cause = 3 WHERE state = 2 AND ?1",
}
"""Orders under way when their process died become planned again, as if never sent."""


FORGETFUL_IN_POSTGRES = {
    "give_up_outcomes": "SELECT $1::bigint, $2::bigint",
    "give_up_orders": "UPDATE orders SET state = 1, cause = 3 WHERE account = $1 AND state = 2",
}


def _forgiving() -> Undo:
    from batchsync.ledger.postgres import statements as in_postgres

    wrong = MappingProxyType({**statements.queries(), **FORGETFUL})
    as_wrong = MappingProxyType({**in_postgres.queries(), **FORGETFUL_IN_POSTGRES})
    stack = contextlib.ExitStack()
    stack.enter_context(patch("batchsync.ledger.sqlite_file.queries", lambda: wrong))
    stack.enter_context(patch("batchsync.ledger.postgres.database.queries", lambda: as_wrong))
    return stack


def _in_place_of_judge(wrong: Callable[..., CallVerdict]) -> Undo:
    """Patch the judge where it is handed to the pool: by the real composition root and by the simulation's."""
    stack = contextlib.ExitStack()
    for module in ("batchsync.job.pool_setup", "tests.simulation.simulated_run"):
        if module in sys.modules:
            stack.enter_context(patch(f"{module}.judge", wrong))
    return stack


BUGS: Mapping[str, Callable[[], Undo]] = {
    "resend on time-out": lambda: _in_place_of_judge(_resend_on_timeout),
    "sending back to planned": _forgiving,
    "claim after send": lambda: patch.object(Pool, "_claim_and_send", _claim_after_send),
    "outcome not flushed": lambda: patch.object(GroupCommit, "record_outcome", _record_lazily),
    "journal not written": lambda: patch.object(Journal, "append", lambda _self, _outcomes: None),
    "cap without reservation": lambda: patch.object(Budget, "reserve", _reserve_nothing),
}


@contextlib.contextmanager
def planted(bug: str | None) -> Iterator[None]:
    """Live with a bug for a while; with none when there is none."""
    with BUGS[bug]() if bug is not None else contextlib.nullcontext():
        yield

"""What a process takes of a run's orders before it may send any."""

from types import SimpleNamespace
from typing import Any

from batchsync.cluster.drain import Lent
from batchsync.ledger.postgres import queue
from batchsync.model import Order

FIRST = (7, Order(owner_id="1", number="A1"))


async def test_a_process_without_a_share_of_the_rate_takes_no_order() -> None:
    """Whoever has one would have to wait seconds for them; it looks on, and takes some as soon as it may call."""
    asked: list[int] = []
    pacer = SimpleNamespace(may_send=False)

    async def ask_patiently(count: int) -> queue.Lent:
        asked.append(count)
        pacer.may_send = len(asked) > 1
        return queue.Lent(orders=(FIRST,) if count else (), is_over=False)

    ledger: Any = SimpleNamespace(lend=lambda _run, count, _lent_s: count)
    session: Any = SimpleNamespace(ask_patiently=ask_patiently)
    pool: Any = SimpleNamespace(stopped=None)
    given: Any = pacer
    assert FIRST == await anext(Lent(ledger, session, "r", ahead=5, pool=pool, pacer=given))
    assert [0, 0, 5] == asked

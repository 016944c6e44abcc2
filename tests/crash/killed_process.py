"""The real command line in a process that is killed at a step of a row's way, or that has a planted bug.

`python -m tests.crash.killed_process '{"die": "after claim", "nth": 17, "bug": null}' run sheet.xlsx ...`
"""

import asyncio
import inspect
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

import batchsync.job.job as job
from batchsync.cli import main
from batchsync.job.result_step import ResultWriter
from batchsync.ledger import SqliteLedger
from batchsync.ledger.database import StandardDatabase
from batchsync.sending.call import Call
from batchsync.sending.client import Client
from batchsync.sending.rate_limit import Pacer
from batchsync.sending.raw_http import Exchange
from tests.crash.faulty import planted_for_good

STEPS: Mapping[str, tuple[Any, str]] = {
    "slot": (Pacer, "slot"),
    "claim": (SqliteLedger, "claim"),
    "first byte": (Call, "before_write"),
    "last byte": (Exchange, "_send"),
    "answer": (Client, "send"),
    "settle": (SqliteLedger, "record_outcome"),
    "commit": (StandardDatabase, "execute"),
    "result": (ResultWriter, "_write"),
    "end": (SqliteLedger, "end_run"),
}
"""Where a process can be killed, before and after: each is a method of the program."""


def steps(*, postgres: bool) -> Mapping[str, tuple[Any, str]]:
    """Return the steps of the program over one ledger or the other."""
    if not postgres:
        return STEPS
    from batchsync.ledger.postgres import PostgresLedger
    from batchsync.ledger.postgres.database import PostgresDatabase

    instead = {SqliteLedger: PostgresLedger, StandardDatabase: PostgresDatabase}
    return {step: (instead.get(owner, owner), name) for step, (owner, name) in STEPS.items()}


LEFT_S = 0.002
"""Seconds until the bytes of a request have left, and its answer has not come (the vendor takes five)."""
ONCE_A_RUN = frozenset({"result", "end"})


class Fate:
    """Counts how often a point is passed, and kills the process the n-th time."""

    def __init__(self, point: str, nth: int) -> None:
        self.point, self.left = point, nth

    def passes(self, point: str, detail: object = "COMMIT") -> None:
        if point != self.point or detail != "COMMIT":
            return
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def doom(fate: Fate, *, postgres: bool = False) -> None:
    """Put the fate before and after its step."""
    step = fate.point.partition(" ")[2]
    owner, name = steps(postgres=postgres)[step]
    original = getattr(owner, name)
    wrap = _around_async if inspect.iscoroutinefunction(original) else _around
    setattr(owner, name, wrap(original, step, fate))


def _around_async(original: Callable[..., Any], step: str, fate: Fate) -> Callable[..., Any]:
    async def wrapped(*given: Any, **named: Any) -> Any:
        fate.passes(f"before {step}")
        done = await original(*given, **named)
        fate.passes(f"after {step}")
        return done

    return wrapped


def _around(original: Callable[..., Any], step: str, fate: Fate) -> Callable[..., Any]:
    def wrapped(*given: Any, **named: Any) -> Any:
        detail = given[1] if step == "commit" else "COMMIT"
        fate.passes(f"before {step}", detail)
        done = original(*given, **named)
        if step == "last byte":  # handed over; the loop writes it at the end of its turn
            asyncio.get_running_loop().call_later(LEFT_S, fate.passes, f"after {step}")
        else:
            fate.passes(f"after {step}", detail)
        return done

    return wrapped


def _hurry() -> None:
    """Wait for no worker, and give the dead up soon: a campaign has hundreds of them."""
    from batchsync.cluster import job as cluster
    from batchsync.cluster import jobs

    cluster.TAKEN_WITHIN_S = 0.0
    jobs.STALLED_AFTER_S = STALE_S
    jobs.RESCUE_EVERY_S = STALE_S
    jobs.HEARTBEAT_S = STALE_S / 3


STALE_S = 1.5


def live(reported: Mapping[str, Any], arguments: list[str]) -> int:
    """Be the command line, with what was reported of its fate; return its exit code, if it comes to that."""
    job.STALE_CLAIM_S = reported.get("stale_claim_s", job.STALE_CLAIM_S)
    planted_for_good(reported.get("bug"))
    is_postgres = bool(reported.get("postgres"))
    if is_postgres:
        _hurry()
    if reported.get("die"):
        doom(Fate(reported["die"], reported["nth"]), postgres=is_postgres)
    return main(arguments)


if __name__ == "__main__":
    sys.exit(live(json.loads(sys.argv[1]), sys.argv[2:]))

"""A pool, wired: the client, the judge, the breaker and the settings that go with them."""

import contextlib
import random
from collections.abc import AsyncIterator
from functools import partial

from pydantic import SecretStr

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.ledger import Ledger
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.client import Client
from batchsync.sending.judge import judge
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer


@contextlib.asynccontextmanager
async def open_pool(
    config: Config,
    *,
    run: str,
    ledger: Ledger,
    pacer: Pacer,
    budget: Budget,
    breaker: Breaker,
    clock: Clock,
    token: SecretStr,
    stale_after_s: float,
) -> AsyncIterator[Pool]:
    """Make a pool that sends one run's orders; its connections are closed at the end."""
    client = Client(
        config.api, token, concurrency=config.pace.concurrency, clock=clock, stale_after_s=stale_after_s
    )
    async with client:
        yield Pool(
            run=run,
            ledger=ledger,
            client=client,
            pacer=pacer,
            judge=partial(judge, unsent_http=frozenset(config.retry.unsent_http), codes=config.api.codes),
            budget=budget,
            breaker=breaker,
            retry=config.retry,
            clock=clock,
            rng=random.Random(),  # noqa: S311 (jitter, no secret)
        )

"""What a run tells the processes that it starts, and what it tells of them."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from batchsync.cluster import cluster_job
from batchsync.cluster.hand import Errand, Hand
from batchsync.cluster.hands import Hands, shares_of
from batchsync.config import ApiSettings, Config, LedgerSettings, NotifySettings, PaceSettings
from batchsync.messages import Lang, Message

CONFIG = Config(
    api=ApiSettings(url="http://vendor.example/x", account="shop", keep_alive=True),
    pace=PaceSettings(rate=7.5, concurrency=3),
    ledger=LedgerSettings(url="postgresql://nobody@127.0.0.1:1/x"),
    token=SecretStr("t0k3n"),
)


@given(concurrency=st.integers(1, 1_000), processes=st.integers(1, 2_000))
def test_shares_of_the_concurrency(concurrency: int, processes: int) -> None:
    """Together they have what was asked for, each at least one call and hardly more than another."""
    shares = shares_of(concurrency, processes)
    assert (concurrency, min(concurrency, processes)) == (sum(shares), len(shares))
    assert max(shares) - 1 <= min(shares) > 0


def test_more_processes_than_calls_under_way() -> None:
    """As many send as may have a call under way, and it is said once; with few orders, fewer, without a word."""
    said: list[Message] = []
    job = cluster_job(CONFIG, on_said=said.append)
    for _file in range(2):
        assert [1, 1, 1] == job._shares(5, 100, capped=False)
    assert ["--processes 5: 3 processes send"] == [each.render(Lang.EN).partition(",")[0] for each in said]
    assert [2, 1] == job._shares(3, 2, capped=False)
    assert 1 == len(said)


def test_errand_arrives_as_it_was_given() -> None:
    """Settings, token and run; the token stands nowhere but in the line, and what sending doesn't need stays here."""
    errand = Errand(run="20261101-0200-orders", config=CONFIG)
    assert errand == Errand.of(errand.line())
    assert "t0k3n" not in repr(errand)
    private = CONFIG.model_copy(update={"notify": NotifySettings(urls=(SecretStr("mailto://me:pw@x"),))})
    assert "notify" not in json.loads(Errand(run="r", config=private).line())["config"]


@pytest.mark.timeout(120)
async def test_hand_that_can_not_work_says_why() -> None:
    """A ledger out of reach: one sentence, in words that a user can use, and the run is not held up."""
    said: list[Message] = []
    hands = Hands(CONFIG, say=said.append)
    async with hands.at_work("20261101-0200-orders", [2]):
        (process,) = hands._started
        await asyncio.to_thread(process.wait)
    (only,) = said
    sentence = only.render(Lang.EN)
    assert (True, True, False) == (
        "ended early" in sentence,
        "127.0.0.1:1" in sentence,
        "Traceback" in sentence,
    )


async def test_hand_that_comes_too_late_does_nothing() -> None:
    """Told to leave before it has begun, it asks no ledger."""
    hand = Hand(Errand(run="20261101-0200-orders", config=CONFIG))
    hand.stop()
    await hand.work()

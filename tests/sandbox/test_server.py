"""The stand-in keeps the vendor's contract, plays its script, and its books are right."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.model import Reason, State, Stop
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.charge_log import ChargeLog, read_charge_log
from batchsync.sandbox.script import ACTS, script_of
from batchsync.sandbox.server import Sandbox
from batchsync.sending.client import Client
from batchsync.sending.judge import CODES
from tests.faults.harness import Heard, call, settings

KNOWN = SandboxSettings().token


def client_of(sandbox: Sandbox, **more: Any) -> Client:
    return Client(
        settings(sandbox.url, **more),
        SecretStr(sandbox.token),
        concurrency=20,
        clock=SYSTEM_CLOCK,
        stale_after_s=30.0,
    )


async def play(script: dict[str, Any], **more: Any) -> tuple[dict[str, Heard], Sandbox]:
    """Send each order of a script once."""
    played = SandboxSettings(script=script_of(script), **more)
    async with Sandbox(played) as sandbox, client_of(sandbox) as client:
        made = await asyncio.gather(*(call(client, order) for order in script))
    return dict(zip(script, made, strict=True)), sandbox


async def raw(sandbox: Sandbox, body: bytes, **headers: str) -> Any:
    told = {"Authorization": sandbox.token, "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.url, data=body, headers=told) as answer,
    ):
        return json.loads(await answer.read())


GOOD = b'{"orderSns":"1","ownerId":"2"}'


async def test_the_good_answer_is_the_vendor_s() -> None:
    """`{"data": {"success": true, "amount": 1}, "status": 0}`."""
    async with Sandbox() as sandbox:
        assert {"data": {"success": True, "amount": 1}, "status": 0} == await raw(sandbox, GOOD)


async def test_the_amount_can_be_left_out() -> None:
    """As in the vendor's own example; it is charged all the same."""
    async with Sandbox(SandboxSettings(names_amount=False, price=2)) as sandbox:
        assert {"data": {"success": True}, "status": 0} == await raw(sandbox, GOOD)
    assert 2 == sandbox.books.points


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (GOOD, {"Authorization": "wrong"}, 200),
        (GOOD, {"Authorization": f"Bearer {KNOWN}"}, 200),
        (b"wrong", {"Authorization": "wrong"}, 200),
        (GOOD, {"Content_Type": "text/plain"}, 132),
        (b"orderSns=1", {}, 132),
        (b"[]", {}, 132),
        (b"{}", {}, 422),
        (b'{"orderSns":"1"}', {}, 422),
        (b'{"orderSns":1,"ownerId":"2"}', {}, 422),
        (b'{"orderSns":"1","ownerId":" "}', {}, 422),
    ],
)
async def test_what_the_contract_refuses(body: bytes, headers: dict[str, str], status: int) -> None:
    """Token, JSON, both fields as strings: the vendor's codes, over HTTP 200, and nothing charged."""
    async with Sandbox() as sandbox:
        answer = await raw(sandbox, body, **headers)
    assert status == answer["status"]
    assert answer["err"]
    assert 0 == sandbox.books.charged


async def test_every_code_of_the_table() -> None:
    """Each arrives as the judge knows it."""
    made, sandbox = await play({str(status): str(status) for status in CODES})
    expected = {str(status): (code.state, code.reason, code.stop) for status, code in CODES.items()}
    assert expected == {
        order: (one.verdict.state, one.verdict.reason, one.verdict.stop) for order, one in made.items()
    }
    assert 0 == sandbox.books.charged


QUICK = [
    act
    for act in ACTS
    if act not in {"code", "http", "silent", "slow_headers", "drip_forever", "drip", "huge"}
]


async def test_no_act_makes_the_client_lie() -> None:
    """Synced and settled rows report what was charged, refused and unsent ones were not charged, one call each."""
    acts: dict[str, Any] = {act: act for act in QUICK}
    acts |= {
        f"{act} free": {"do": act, "charge": False}
        for act in QUICK
        if act
        not in {
            "ok",
            "failed",
            "no_amount",
            "continue",
            "http10",
            "no_length",
            "chunked",
            "gzip",
            "twice",
            "drop",
        }
    }
    made, sandbox = await play(acts, price=3)
    for order, one in made.items():
        account = sandbox.books.accounts["77", order]
        assert 1 == account.calls, order
        if one.verdict.state in {State.SYNCED, State.SETTLED_FAILED}:
            assert (account.charged, account.points) == (1, one.verdict.points or 3), order
        elif one.verdict.state is not State.UNCERTAIN:
            assert 0 == account.charged, order


@pytest.mark.parametrize("act", ["silent", "slow_headers", "drip_forever"])
async def test_silence_is_a_time_out(act: str) -> None:
    """And the sandbox ends though a call still hangs in it."""
    played = SandboxSettings(script=script_of({"1": act}))
    async with Sandbox(played) as sandbox, client_of(sandbox, answer_timeout=0.2) as client:
        made = await call(client, "1")
    assert (State.UNCERTAIN, Reason.TIMEOUT) == (made.verdict.state, made.verdict.reason)
    assert 1 == sandbox.books.charged


async def test_the_same_order_twice_is_charged_twice() -> None:
    """There is no idempotency, here as there; the books tell who sent twice."""
    async with Sandbox() as sandbox:
        for _ in range(2):
            await raw(sandbox, GOOD)
    assert ["1"] == [account.order for account in sandbox.books.charged_twice()]


async def test_the_balance_runs_out_and_is_topped_up() -> None:
    """Two are paid, the third is refused with 209, and goes through when there are points again."""
    async with Sandbox(SandboxSettings(balance=5, price=2)) as sandbox, client_of(sandbox) as client:
        made = [await call(client, str(number)) for number in range(3)]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{sandbox.origin}/balance", json={"points": 1}) as answer,
        ):
            assert {"balance": 2} == await answer.json()
        again = await call(client, "2")
    assert [None, None, Stop.BALANCE] == [one.verdict.stop for one in made]
    assert State.SYNCED == again.verdict.state
    assert (0, 6) == (sandbox.balance, sandbox.books.points)


async def test_too_many_in_a_second_are_turned_away() -> None:
    """429 with Retry-After, and not charged."""
    async with Sandbox(SandboxSettings(rate=5)) as sandbox, client_of(sandbox) as client:
        made = await asyncio.gather(*(call(client, str(number)) for number in range(12)))
    states = [one.verdict.reason for one in made]
    assert (5, 7) == (states.count(Reason.SYNCED), states.count(Reason.TURNED_AWAY))
    assert {1.0, None} == {one.verdict.wait_s for one in made}
    assert 5 == sandbox.books.charged


async def test_latency_is_waited_and_can_be_one_order_s() -> None:
    """The slow order is overtaken by the quick one."""
    script = script_of({"slow": {"do": "ok", "latency_s": 0.3}})
    done: list[str] = []

    async def send(client: Client, order: str) -> None:
        await call(client, order)
        done.append(order)

    async with Sandbox(SandboxSettings(script=script)) as sandbox, client_of(sandbox) as client:
        await asyncio.gather(send(client, "slow"), send(client, "quick"))
    assert ["quick", "slow"] == done


async def test_a_redirect_that_is_followed_is_charged_and_seen() -> None:
    """The planted bug: aiohttp as it comes follows a 307 with token and body."""
    async with Sandbox(SandboxSettings(script=script_of({"1": "redirect"}))) as sandbox:
        await raw(sandbox, GOOD)
    account = sandbox.books.accounts["2", "1"]
    assert (2, 1) == (account.calls, account.charged)


async def test_books_and_calls_can_be_asked_for() -> None:
    """By anybody, without the token, and without telling it."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        await raw(sandbox, GOOD)
        async with session.get(f"{sandbox.origin}/books") as answer:
            books = await answer.json()
        async with session.get(f"{sandbox.origin}/calls") as answer:
            calls = await answer.json()
    assert {
        "calls": 1,
        "charged": 1,
        "points": 1,
        "balance": None,
        "orders": [{"owner_id": "2", "order": "1", "calls": 1, "charged": 1, "points": 1}],
    } == books
    assert [("1", "ok")] == [(one["order"], one["did"]) for one in calls]
    assert sandbox.token not in json.dumps([books, calls])


async def test_a_client_that_leaves_is_charged_all_the_same() -> None:
    """Who hangs up before the answer has paid, as with the vendor; and the sandbox goes on."""
    async with Sandbox(SandboxSettings(latency_s=0.1)) as sandbox:
        leaving = asyncio.create_task(raw(sandbox, GOOD))
        while not sandbox.books.calls:
            await asyncio.sleep(0.001)
        leaving.cancel()
        await raw(sandbox, b'{"orderSns":"2","ownerId":"2"}')
    assert {("2", "1"): 1, ("2", "2"): 1} == {key: one.charged for key, one in sandbox.books.accounts.items()}


# --- Books on disk ------------------------------------------------------------------------------------------


async def test_books_on_disk_survive_the_sandbox(tmp_path: Path) -> None:
    """What was charged stands in the file before it is answered, and a new sandbox goes on from there."""
    file = tmp_path / "books.jsonl"
    script = script_of({"1": ["busy", "ok"]})
    for _ in range(2):
        async with Sandbox(SandboxSettings(books_file=file, script=script)) as sandbox:
            async with client_of(sandbox) as client:
                await call(client, "1")
            assert read_charge_log(file) == sandbox.books.accounts
    account = read_charge_log(file)["77", "1"]
    assert (2, 1, 1) == (account.calls, account.charged, account.points)


def test_a_line_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    """The rest counts."""
    file = tmp_path / "books.jsonl"
    with ChargeLog(file) as books:
        books.note("2", "1", did="ok", points=1)
        books.note("2", "2", did="ok", points=1)
    file.write_bytes(file.read_bytes()[:-9])
    assert [("2", "1")] == list(read_charge_log(file))

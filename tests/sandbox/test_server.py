"""The sandbox keeps the API's contract, follows its script, and its charge log is right."""

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
from batchsync.sandbox.script import BEHAVIOURS, make_script
from batchsync.sandbox.server import Sandbox
from batchsync.sending.client import Client
from batchsync.sending.judge import CODES
from tests.faults.harness import CallResult, call, settings

TOKEN = SandboxSettings().token


def client_of(sandbox: Sandbox, **more: Any) -> Client:
    return Client(
        settings(sandbox.url, **more),
        SecretStr(sandbox.token),
        concurrency=20,
        clock=SYSTEM_CLOCK,
        stale_after_s=30.0,
    )


async def send_script(script: dict[str, Any], **more: Any) -> tuple[dict[str, CallResult], Sandbox]:
    """Send each order of a script once."""
    sandbox_settings = SandboxSettings(script=make_script(script), **more)
    async with Sandbox(sandbox_settings) as sandbox, client_of(sandbox) as client:
        made = await asyncio.gather(*(call(client, order) for order in script))
    return dict(zip(script, made, strict=True)), sandbox


async def raw(sandbox: Sandbox, body: bytes, **headers: str) -> Any:
    all_headers = {"Authorization": sandbox.token, "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.url, data=body, headers=all_headers) as response,
    ):
        return json.loads(await response.read())


GOOD = b'{"orderSns":"1","ownerId":"2"}'


async def test_success_is_the_vendors_response() -> None:
    """`{"data": {"success": true, "amount": 1}, "status": 0}`."""
    async with Sandbox() as sandbox:
        assert {"data": {"success": True, "amount": 1}, "status": 0} == await raw(sandbox, GOOD)


async def test_the_amount_can_be_left_out() -> None:
    """As in the vendor's example; the call is charged."""
    async with Sandbox(SandboxSettings(names_amount=False, price=2)) as sandbox:
        assert {"data": {"success": True}, "status": 0} == await raw(sandbox, GOOD)
    assert 2 == sandbox.charge_log.points


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (GOOD, {"Authorization": "wrong"}, 200),
        (GOOD, {"Authorization": f"Bearer {TOKEN}"}, 200),
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
async def test_invalid_requests_get_the_vendors_code(
    body: bytes, headers: dict[str, str], status: int
) -> None:
    """Token, JSON, both fields as strings: the vendor's codes, over HTTP 200, and nothing charged."""
    async with Sandbox() as sandbox:
        answer = await raw(sandbox, body, **headers)
    assert status == answer["status"]
    assert answer["err"]
    assert 0 == sandbox.charge_log.charged


async def test_every_code_of_the_table() -> None:
    """Each is judged by its rule in CODES."""
    made, sandbox = await send_script({str(status): str(status) for status in CODES})
    expected = {str(status): (code.state, code.reason, code.stop) for status, code in CODES.items()}
    assert expected == {
        order: (one.verdict.state, one.verdict.reason, one.verdict.stop) for order, one in made.items()
    }
    assert 0 == sandbox.charge_log.charged


QUICK = [
    name
    for name in BEHAVIOURS
    if name not in {"code", "http", "silent", "slow_headers", "drip_forever", "drip", "huge"}
]


async def test_every_verdict_agrees_with_the_charge_log() -> None:
    """Synced and settled rows report what was charged, refused and unsent ones were not charged, one call each."""
    script: dict[str, Any] = {name: name for name in QUICK}
    script |= {
        f"{name} free": {"do": name, "charge": False}
        for name in QUICK
        if name
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
    made, sandbox = await send_script(script, price=3)
    for order, one in made.items():
        charges = sandbox.charge_log.orders["77", order]
        assert 1 == charges.calls, order
        if one.verdict.state in {State.SYNCED, State.SETTLED_FAILED}:
            assert (charges.charged, charges.points) == (1, one.verdict.points or 3), order
        elif one.verdict.state is not State.UNCERTAIN:
            assert 0 == charges.charged, order


@pytest.mark.parametrize("behaviour", ["silent", "slow_headers", "drip_forever"])
async def test_no_response_is_a_time_out(behaviour: str) -> None:
    """And the sandbox ends while a call is still open."""
    sandbox_settings = SandboxSettings(script=make_script({"1": behaviour}))
    async with Sandbox(sandbox_settings) as sandbox, client_of(sandbox, answer_timeout=0.2) as client:
        made = await call(client, "1")
    assert (State.UNCERTAIN, Reason.TIMEOUT) == (made.verdict.state, made.verdict.reason)
    assert 1 == sandbox.charge_log.charged


async def test_the_same_order_twice_is_charged_twice() -> None:
    """Like the API, it is not idempotent; the charge log shows the second charge."""
    async with Sandbox() as sandbox:
        for _ in range(2):
            await raw(sandbox, GOOD)
    assert ["1"] == [charges.order for charges in sandbox.charge_log.charged_twice()]


async def test_an_empty_balance_can_be_topped_up() -> None:
    """Two are charged, the third gets 209 and succeeds once there are points again."""
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
    assert (0, 6) == (sandbox.balance, sandbox.charge_log.points)


async def test_calls_above_the_rate_are_rejected() -> None:
    """429 with Retry-After, and not charged."""
    async with Sandbox(SandboxSettings(rate=5)) as sandbox, client_of(sandbox) as client:
        made = await asyncio.gather(*(call(client, str(number)) for number in range(12)))
    states = [one.verdict.reason for one in made]
    assert (5, 7) == (states.count(Reason.SYNCED), states.count(Reason.TURNED_AWAY))
    assert {1.0, None} == {one.verdict.wait_s for one in made}
    assert 5 == sandbox.charge_log.charged


async def test_latency_can_be_set_for_one_order() -> None:
    """The quick order ends before the slow one."""
    script = make_script({"slow": {"do": "ok", "latency_s": 0.3}})
    done: list[str] = []

    async def send(client: Client, order: str) -> None:
        await call(client, order)
        done.append(order)

    async with Sandbox(SandboxSettings(script=script)) as sandbox, client_of(sandbox) as client:
        await asyncio.gather(send(client, "slow"), send(client, "quick"))
    assert ["quick", "slow"] == done


async def test_a_followed_redirect_is_charged() -> None:
    """aiohttp by default follows a 307 with token and body; the charge log shows it."""
    async with Sandbox(SandboxSettings(script=make_script({"1": "redirect"}))) as sandbox:
        await raw(sandbox, GOOD)
    charges = sandbox.charge_log.orders["2", "1"]
    assert (2, 1) == (charges.calls, charges.charged)


async def test_charges_and_calls_are_served() -> None:
    """Without authorization, and without the token in them."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        await raw(sandbox, GOOD)
        async with session.get(f"{sandbox.origin}/charges") as response:
            charges = await response.json()
        async with session.get(f"{sandbox.origin}/calls") as response:
            calls = await response.json()
    assert {
        "calls": 1,
        "charged": 1,
        "points": 1,
        "balance": None,
        "orders": [{"owner_id": "2", "order": "1", "calls": 1, "charged": 1, "points": 1}],
    } == charges
    assert [("1", "ok")] == [(one["order"], one["behaviour"]) for one in calls]
    assert sandbox.token not in json.dumps([charges, calls])


async def test_a_call_whose_client_disconnects_is_charged() -> None:
    """As at the vendor; the sandbox continues."""
    async with Sandbox(SandboxSettings(latency_s=0.1)) as sandbox:
        leaving = asyncio.create_task(raw(sandbox, GOOD))
        while not sandbox.charge_log.calls:
            await asyncio.sleep(0.001)
        leaving.cancel()
        await raw(sandbox, b'{"orderSns":"2","ownerId":"2"}')
    assert {("2", "1"): 1, ("2", "2"): 1} == {
        key: one.charged for key, one in sandbox.charge_log.orders.items()
    }


# --- Charge log on disk ------------------------------------------------------------------------------------------


async def test_a_charge_log_on_disk_is_continued(tmp_path: Path) -> None:
    """A charge is in the file before the response; a new sandbox continues from it."""
    file = tmp_path / "charges.jsonl"
    script = make_script({"1": ["busy", "ok"]})
    for _ in range(2):
        async with Sandbox(SandboxSettings(charge_log_file=file, script=script)) as sandbox:
            async with client_of(sandbox) as client:
                await call(client, "1")
            assert read_charge_log(file) == sandbox.charge_log.orders
    charges = read_charge_log(file)["77", "1"]
    assert (2, 1, 1) == (charges.calls, charges.charged, charges.points)


def test_an_incomplete_line_is_skipped(tmp_path: Path) -> None:
    """A crash cuts the last line; the others count."""
    file = tmp_path / "charges.jsonl"
    with ChargeLog(file) as log:
        log.record("2", "1", behaviour="ok", points=1)
        log.record("2", "2", behaviour="ok", points=1)
    file.write_bytes(file.read_bytes()[:-9])
    assert [("2", "1")] == list(read_charge_log(file))

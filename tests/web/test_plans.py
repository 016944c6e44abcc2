"""Plans of checked files: kept on disk, evicted from memory by last use, corrected without changing the file."""

import pytest

from batchsync.sandbox.server import Sandbox
from batchsync.web import run_queue
from tests.web.conftest import MakeConfig, Page, served, sheet, start_body


async def test_every_checked_file_stays_startable(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for one plan in memory eight files keep their check, also the one used least."""
    monkeypatch.setattr(run_queue, "PLAN_ROWS_KEPT", 5)
    files = [await page.visitor.upload(sheet(4, start=100 * n), f"{n}.csv") for n in range(8)]
    for file in files:
        await page.checked(file)
    assert 1 == len(page.context.queue._plans)
    for file in files:
        assert 'data-orders="4"' in await page.visitor.text(f"/files/{file}")
        assert 1 == len(page.context.queue._plans)
    answer = await page.visitor.post("/api/start", start_body(files[0], {"orders": 4, "points": 4}))
    assert 200 == answer.status
    await page.over(files[0])


async def test_a_plan_comes_back_from_disk_as_it_was(page: Page) -> None:
    """Reasons, notes and merchants included."""
    file = await page.visitor.upload(sheet(3) + b"1.26E+17,2088123464\n")
    await page.checked(file)
    job = page.context.queue.get(file)
    before = await page.context.queue.checked(job)
    page.context.queue._plans.clear()
    after = await page.context.queue.checked(job)
    assert before is not None
    assert after is not None
    assert (before.plan, before.counts) == (after.plan, after.counts)
    assert before is not after


async def test_a_correction_is_planned_and_kept(make_config: MakeConfig) -> None:
    """The new number is sent, also after a restart; the second correction of a cell replaces the first."""
    config = make_config()
    content = sheet(2) + b"1.26E+17,2088123464\n"
    async with served(config) as page:
        await page.visitor.login()
        file = await page.visitor.upload(content)
        await page.checked(file)
        for new in ("260102-000000000000001", "260102-000000000000002"):
            cell = {"sheet": "orders.csv", "line": 4, "column": "order", "old": "1.26E+17", "new": new}
            answer = await page.visitor.post(f"/api/files/{file}/corrections", {"cells": [cell]})
            assert 200 == answer.status, await answer.text()
            await page.checked(file)
    async with served(config) as page:
        await page.visitor.login()
        await page.checked(file)
        assert "260102-000000000000002" in await page.numbers(file)
        (kept,) = page.context.queue.store.corrections(page.context.queue.get(file).record)
        assert ("1.26E+17", "260102-000000000000002") == (kept.old, kept.new)
        assert content == page.context.queue.store.path(page.context.queue.get(file).record).read_bytes()


async def test_a_row_that_is_held_back_is_sent_on_a_decision(page: Page, sandbox: Sandbox) -> None:
    """A copy of an order is invalid until the user decides to send it; only this row is."""
    copies = b"260101-000000000000001-1,2088123464\n260101-000000000000002-1,2088123464\n"
    file = await page.visitor.upload(sheet(8) + copies)
    await page.checked(file)
    assert "Send as it is" in await page.visitor.text(f"/files/{file}")
    old = "260101-000000000000001-1"
    cell = {"sheet": "orders.csv", "line": 10, "column": "decision", "old": old, "new": "send"}
    await page.visitor.post(f"/api/files/{file}/corrections", {"cells": [cell]})
    await page.checked(file)
    counts = page.context.queue.get(file).counts
    assert counts is not None
    assert (9, 1) == (counts.send, counts.problems)
    await page.visitor.post("/api/start", start_body(file, {"orders": 9, "points": 9}))
    await page.over(file)
    assert old in {each.order for each in sandbox.charge_log.orders.values()}


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"sheet": "s", "line": 0, "column": "order", "new": "1"},
        {"sheet": "s", "line": 2, "column": "points", "new": "1"},
        {"sheet": "s", "line": 2, "column": "order", "new": " "},
    ],
)
async def test_a_correction_must_name_a_cell_and_a_value(page: Page, cell: dict[str, object]) -> None:
    file = await page.visitor.upload(sheet(1))
    await page.checked(file)
    answer = await page.visitor.post(f"/api/files/{file}/corrections", {"cells": [cell]})
    assert (400, ()) == (
        answer.status,
        page.context.queue.store.corrections(page.context.queue.get(file).record),
    )


async def test_a_replaced_file_loses_its_corrections(page: Page) -> None:
    """Its id and chosen columns stay; what was corrected in the old content does not apply to the new one."""
    file = await page.visitor.upload(sheet(1) + b"1.26E+17,2088123464\n")
    await page.checked(file)
    cell = {
        "sheet": "orders.csv",
        "line": 3,
        "column": "order",
        "old": "1.26E+17",
        "new": "260102-000000000000001",
    }
    await page.visitor.post(f"/api/files/{file}/corrections", {"cells": [cell]})
    await page.checked(file)
    async with page.visitor.session.post(
        f"{page.visitor.origin}/api/files/{file}/content?name=fixed.csv",
        data=sheet(3, start=50),
        headers={"Origin": page.visitor.origin},
    ) as answer:
        assert 201 == answer.status
    await page.checked(file)
    record = page.context.queue.get(file).record
    assert ("fixed.csv", (), 3) == (
        record.name,
        page.context.queue.store.corrections(record),
        len(await page.numbers(file)),
    )

"""One long story whose figures agree everywhere after every step: list, run, points page, workbook, summary, charge log."""

import io
import re
from collections.abc import AsyncIterator

import openpyxl
import pytest

from batchsync.ledger import open_ledger
from batchsync.model import Decision
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Script
from batchsync.sandbox.server import Sandbox
from tests.web.conftest import MakeConfig, Page, served, sheet, start_body


@pytest.fixture
async def vendor() -> AsyncIterator[Sandbox]:
    """A sandbox that loses a third of its responses, some of them after charging."""
    async with Sandbox(SandboxSettings(script=Script(faults=0.3, seed=7, only=("half", "http 502")))) as one:
        yield one


async def agree(page: Page, file: str, vendor: Sandbox) -> tuple[int, int]:
    """Compare all places that show the file's figures; return points and possible points of all runs."""
    record = page.context.queue.get(file).record
    run = page.context.queries.run(record.run)
    await page.visitor.text("/")
    summary = page.context.queue.get(file).record.summary
    assert summary is not None
    part = await page.visitor.text(f"/runs/{record.run}/part")
    shown = re.search(r'class="points"><dt>points spent</dt><dd>([\d,]+)</dd>', part)
    assert shown is not None
    workbook = await page.visitor.get(f"/runs/{record.run}/result.xlsx")
    rows = [
        *openpyxl.load_workbook(io.BytesIO(await workbook.read())).worksheets[0].iter_rows(values_only=True)
    ]
    column = rows[0].index("points spent")
    in_rows = sum(
        int(str(row[column])) for row in rows[1:] if isinstance(row[0], str) and type(row[column]) is int
    )
    assert (summary.points, summary.points) == (int(shown[1].replace(",", "")), in_rows)
    assert summary == page.context.queries.summary(run.run)
    spent = page.context.queries.spending(None)
    points = sum(each.figures.points for each in spent)
    possible = sum(each.figures.points_possible for each in spent)
    total = await page.visitor.text("/points?by=run&days=0")
    in_total = re.search(r'class="points"><dt>points spent</dt><dd>([\d,]+)</dd>', total)
    assert in_total is not None
    assert points == int(in_total[1].replace(",", ""))
    assert points <= vendor.charge_log.points <= points + possible
    return points, possible


async def test_all_figures_agree_after_every_step(make_config: MakeConfig, vendor: Sandbox) -> None:
    """Sent with lost responses, stopped, continued, resolved on the page and by command, sent again."""
    config = make_config(rate=100)
    config = config.model_copy(update={"api": config.api.model_copy(update={"url": vendor.url})})
    async with served(config) as page:
        await page.visitor.login()
        file = await page.visitor.upload(sheet(60))
        await page.checked(file)
        body = start_body(file, {"orders": 60, "points": 60})
        assert 200 == (await page.visitor.post("/api/start", body)).status
        await page.wait_for(
            file,
            lambda each: bool(each.progress and each.progress.progress and each.progress.progress.done > 9),
        )
        await page.visitor.post(f"/api/files/{file}/stop")
        await page.over(file)
        await agree(page, file, vendor)
        text = await page.visitor.text("/part")
        assert ("stopped early" in text, "not sent" in text) == (True, True)

        run = page.context.queue.get(file).record.run
        part = await page.visitor.text(f"/runs/{run}/uncertain")
        numbers = re.findall(r'data-number="([^"]+)"', part)
        charged = {each.order for each in vendor.charge_log.orders.values() if each.charged}
        first = numbers[0]
        decision = "charged" if first in charged else "not_charged"
        one = {"decision": decision, "orders": [{"owner": "2088123464", "number": first}]}
        await page.visitor.post(f"/api/runs/{run}/resolve", one)
        await agree(page, file, vendor)

        with open_ledger(config.ledger.url) as ledger:  # as the command `resolve` does
            for number in numbers[1:]:
                (order,) = ledger.orders_of(number)
                found_out = Decision.CHARGED if number in charged else Decision.NOT_CHARGED
                ledger.resolve(order.account, found_out, orders=[order.order])
        await agree(page, file, vendor)

        await page.visitor.post(f"/api/files/{file}/check")
        await page.checked(file)
        counts = page.context.queue.get(file).counts
        assert counts is not None
        body = start_body(file, {"orders": counts.send, "points": counts.send})
        assert 200 == (await page.visitor.post("/api/start", body)).status
        await page.over(file)
        points, possible = await agree(page, file, vendor)
        assert points + possible >= 60

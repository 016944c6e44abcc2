"""An uploaded file from check to result: confirmed, queued, sent once, stopped, sent again, resolved."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from batchsync.errors import LedgerBusy
from batchsync.ledger import open_ledger
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Script
from batchsync.sandbox.server import Sandbox
from batchsync.web.uploads import FileRecord, Phase
from tests.web.conftest import MakeConfig, Page, served, sheet, start_body


async def test_a_check_is_free_and_shown(page: Page, sandbox: Sandbox) -> None:
    """The file's page shows columns, counts and points, and no call was made."""
    file = await page.visitor.upload(sheet(3) + b"260101-000000000000001,2088123464\n1.26E+17,2088123464\n")
    await page.checked(file)
    text = await page.visitor.text(f"/files/{file}")
    assert (True, True, True, 0) == (
        "A6" in text,
        "Excel has shortened the number" in text,
        'data-orders="3"' in text,
        len(sandbox.charge_log.calls),
    )


async def test_a_result_agrees_with_the_charge_log(page: Page, sandbox: Sandbox, tmp_path: Path) -> None:
    """Every order is charged once; the downloaded workbook has the points that were charged."""
    file = await page.send(sheet(7), 7)
    run = page.context.queue.get(file).record.run
    answer = await page.visitor.get(f"/runs/{run}/result.xlsx")
    (tmp_path / "got.xlsx").write_bytes(await answer.read())
    rows = [*openpyxl.load_workbook(tmp_path / "got.xlsx").worksheets[0].iter_rows(values_only=True)]
    points = rows[0].index("points spent")
    assert (7, 7, []) == (
        sandbox.charge_log.points,
        sum(int(str(row[points])) for row in rows[1:8]),
        sandbox.charge_log.charged_twice(),
    )
    assert "filename*=UTF-8''orders.result.xlsx" in answer.headers["Content-Disposition"]


async def test_a_start_must_agree_to_what_was_shown(page: Page, sandbox: Sandbox) -> None:
    """Other figures than the check's are refused, and nothing is sent."""
    file = await page.visitor.upload(sheet(3))
    await page.checked(file)
    wrong = [
        {"orders": 2, "points": 2},
        {"orders": 3, "points": 2},
        {"orders": 3},
        {},
        {"orders": True, "points": 1},
    ]
    statuses = [(await page.visitor.post("/api/start", start_body(file, body))).status for body in wrong]
    assert ([409, 400, 400, 400, 400], 0) == (statuses, len(sandbox.charge_log.calls))


async def test_a_plan_that_grew_is_not_sent(page: Page, sandbox: Sandbox) -> None:
    """When more would be sent than was confirmed, nothing is sent: the file is checked again and shows the reason."""
    file = await page.visitor.upload(sheet(2))
    await page.checked(file)
    item = page.context.queue.get(file)
    page.context.queue.store.path(item.record).write_bytes(sheet(5))
    await page.visitor.post("/api/start", start_body(file, {"orders": 2, "points": 2}))
    await page.wait_for(
        file, lambda each: each.error is not None and not each.is_checking and each.counts is not None
    )
    assert (Phase.UPLOADED, 0) == (item.record.phase, len(sandbox.charge_log.calls))
    assert "has changed since it was shown" in await page.visitor.text(f"/files/{file}")


async def test_a_full_disk_does_not_end_the_queue(
    page: Page, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a file's record can't be written, its run and the next one are finished all the same."""
    keep = page.context.queue.store.save_record

    def save_while_there_is_space(record: FileRecord) -> FileRecord:
        if record.phase in (Phase.RUNNING, Phase.DONE):
            raise OSError(errno.ENOSPC, "no space left")
        return keep(record)

    monkeypatch.setattr(page.context.queue.store, "save_record", save_while_there_is_space)
    for start in (1, 10):
        await page.send(sheet(2, start=start), 2)
    assert (4, []) == (sandbox.charge_log.points, sandbox.charge_log.charged_twice())


async def test_a_limit_sends_so_many_orders(page: Page, sandbox: Sandbox) -> None:
    """Only so many orders, and the rest with the next start."""
    file = await page.visitor.upload(sheet(9))
    await page.checked(file)
    await page.visitor.post("/api/start", start_body(file, {"orders": 2, "points": 2, "limit": 2}))
    await page.over(file)
    assert 2 == sandbox.charge_log.points
    await page.visitor.post(f"/api/files/{file}/check")
    await page.checked(file)
    await page.visitor.post("/api/start", start_body(file, {"orders": 7, "points": 7}))
    await page.over(file)
    assert (9, []) == (sandbox.charge_log.points, sandbox.charge_log.charged_twice())


async def test_a_cap_of_the_page_only_lowers(make_config: MakeConfig, sandbox: Sandbox) -> None:
    """The user may lower the cap of the settings, never raise it."""
    async with served(make_config(max_points=3)) as page:
        await page.visitor.login()
        file = await page.visitor.upload(sheet(9))
        await page.checked(file)
        body = {"orders": 9, "points": 9, "max_points": 8}
        await page.visitor.post("/api/start", start_body(file, body))
        await page.over(file)
        assert 3 == sandbox.charge_log.points


async def test_files_wait_for_each_other(make_config: MakeConfig, sandbox: Sandbox) -> None:
    """One at a time, in the order of confirmation; every order is sent once."""
    async with served(make_config(rate=200)) as page:
        await page.visitor.login()
        files = [await page.visitor.upload(sheet(20, start=100 * n), f"{n}.csv") for n in range(3)]
        for file in files:
            await page.checked(file)
        for file in files:
            await page.visitor.post("/api/start", start_body(file, {"orders": 20, "points": 20}))
        phases = [page.context.queue.get(file).record.phase for file in files]
        assert Phase.QUEUED in phases[1:]
        for file in files:
            await page.over(file)
        assert (60, []) == (sandbox.charge_log.points, sandbox.charge_log.charged_twice())


async def test_a_stopped_file_is_continued_later(make_config: MakeConfig, sandbox: Sandbox) -> None:
    """Stop finishes what is under way; the rest is sent when it is started again, nothing twice."""
    async with served(make_config(rate=50)) as page:
        await page.visitor.login()
        file = await page.visitor.upload(sheet(60))
        await page.checked(file)
        await page.visitor.post("/api/start", start_body(file, {"orders": 60, "points": 60}))
        await page.wait_for(
            file,
            lambda item: bool(item.progress and item.progress.progress and item.progress.progress.done > 3),
        )
        assert 200 == (await page.visitor.post(f"/api/files/{file}/pause")).status
        assert 200 == (await page.visitor.post(f"/api/files/{file}/resume")).status
        await page.visitor.post(f"/api/files/{file}/stop")
        await page.over(file)
        spent = sandbox.charge_log.points
        assert 3 < spent < 60
        await page.visitor.post(f"/api/files/{file}/check")
        await page.checked(file)
        left = {"orders": 60 - spent, "points": 60 - spent}
        assert 200 == (await page.visitor.post("/api/start", start_body(file, left))).status
        await page.over(file)
        assert (60, []) == (sandbox.charge_log.points, sandbox.charge_log.charged_twice())


async def test_without_a_token_files_are_checked_and_not_sent(
    make_config: MakeConfig, sandbox: Sandbox
) -> None:
    """The start is refused with the reason."""
    async with served(make_config(token=False)) as page:
        await page.visitor.login()
        file = await page.visitor.upload(sheet(2))
        await page.checked(file)
        answer = await page.visitor.post("/api/start", start_body(file, {"orders": 2, "points": 2}))
        assert (400, True, 0) == (
            answer.status,
            "token" in await answer.text(),
            len(sandbox.charge_log.calls),
        )


async def test_other_columns_can_be_chosen(page: Page) -> None:
    """Chosen columns are kept with the file and used by every later check."""
    file = await page.visitor.upload(b"a,b,c\nx1,1001,2088123464\nx2,1002,2088123464\n", "odd.csv")
    await page.checked(file)
    item = page.context.queue.get(file)
    assert item.error is not None
    body = {"columns": {"order_column": "B", "owner_column": "C"}}
    await page.visitor.post(f"/api/files/{file}/check", body)
    await page.checked(file)
    assert item.counts is not None
    assert (["1001", "1002"], "B") == (
        await page.numbers(file),
        item.record.overrides.order_column,
    )


async def test_rows_can_be_pasted(page: Page) -> None:
    """With a header they are a file like any other; without one the user chooses the columns."""
    for text, trouble in (
        (b"order_sn\tmall_id\n260101-1\t2088\n", False),
        (b"260101-111111111\t2088123464\n", True),
    ):
        answer = await page.visitor.post("/api/pastes", text)
        file = str((await answer.json())["id"])
        await page.checked(file)
        item = page.context.queue.get(file)
        assert trouble == (item.error is not None)
    await page.visitor.post(
        f"/api/files/{file}/check", {"columns": {"order_column": "A", "owner_column": "B"}}
    )
    await page.checked(file)
    assert item.counts is not None
    assert ["260101-111111111"] == await page.numbers(file)


async def test_uncertain_orders_are_resolved_with_their_evidence(make_config: MakeConfig) -> None:
    """One by one or all: charged counts as synced, not charged may be sent again; the sheet for the vendor lists them."""
    script = Script(faults=1.0, only=("half",))
    async with Sandbox(SandboxSettings(script=script)) as vendor:
        config = make_config()
        config = config.model_copy(update={"api": config.api.model_copy(update={"url": vendor.url})})
        async with served(config) as page:
            await page.visitor.login()
            file = await page.send(sheet(4), 4)
            run = page.context.queue.get(file).record.run
            text = await page.visitor.text(f"/runs/{run}/uncertain")
            assert (4, True) == (text.count("data-number="), "may have been charged" in text)
            sheet_of = await page.visitor.get(f"/runs/{run}/dispute.xlsx")
            assert b"PK" == (await sheet_of.read())[:2]
            one = {
                "decision": "charged",
                "orders": [{"owner": "2088123464", "number": "260101-000000000000001"}],
            }
            answer = await page.visitor.post(f"/api/runs/{run}/resolve", one)
            assert {"resolved": 1} == await answer.json()
            answer = await page.visitor.post(
                f"/api/runs/{run}/resolve", {"decision": "not_charged", "all": True}
            )
            assert {"resolved": 3} == await answer.json()
            await page.visitor.post(f"/api/files/{file}/check")
            await page.checked(file)
            assert 'data-orders="3"' in await page.visitor.text(f"/files/{file}")


async def test_a_file_waits_for_another_program(
    page: Page, make_config: MakeConfig, sandbox: Sandbox
) -> None:
    """While a run in a terminal has the lock of the ledger, the file waits and shows why; then it is sent."""
    file = await page.visitor.upload(sheet(2))
    await page.checked(file)
    config = make_config()
    with (
        open_ledger(config.ledger.url) as ledger,
        ledger.lock(ledger.account(config.api.url, "default"), "night"),
    ):
        await page.visitor.post("/api/start", start_body(file, {"orders": 2, "points": 2}))
        await page.wait_for(file, lambda item: item.is_ledger_busy)
        assert isinstance(page.context.queue.get(file).error, LedgerBusy)
        assert "Another program" in await page.visitor.text(f"/files/{file}")
    await page.over(file)
    assert 2 == sandbox.charge_log.points


async def test_markup_in_files_is_shown_as_text(page: Page) -> None:
    """HTML in a file name or a cell is escaped."""
    evil = "<script>alert(1)</script>"
    content = f'order_sn,mall_id\n"<img src=x onerror=alert(2)>",2088123464\n{"1" * 18},2088123464\n'.encode()
    file = await page.visitor.upload(content, f"{evil}.csv")
    await page.checked(file)
    for path in ("/", f"/files/{file}"):
        text = await page.visitor.text(path)
        assert ([], True) == (
            [piece for piece in (evil, "<img src=x") if piece in text], "&lt;script&gt;alert(1)" in text,
        )  # fmt: skip


async def test_an_oversized_upload_is_refused(make_config: MakeConfig) -> None:
    """By its Content-Length, and without one by what arrives: 413, and nothing is kept."""
    async with served(make_config(max_upload=1)) as page:
        await page.visitor.login()
        big = b"x" * (1024 * 1024 + 512 * 1024)

        async def without_length() -> AsyncIterator[bytes]:
            yield big

        url = f"{page.visitor.origin}/api/files?name=big.csv"
        for data in (io.BytesIO(big), without_length()):
            async with page.visitor.session.post(
                url, data=data, headers={"Origin": page.visitor.origin}
            ) as answer:
                assert (413, True) == (answer.status, "1 MB" in await answer.text())
        assert {} == page.context.queue.files


async def test_a_restart_shows_the_truth(make_config: MakeConfig, sandbox: Sandbox) -> None:
    """After an orderly end the result is there again, with its figures from the ledger."""
    config = make_config()
    async with served(config) as page:
        await page.visitor.login()
        file = await page.send(sheet(3), 3)
    async with served(config) as page:
        await page.visitor.login()
        await page.over(file)
        assert "3 synced, 3 points" in await page.visitor.text("/")
        run = page.context.queue.get(file).record.run
        assert "All 3 rows are synced" in await page.visitor.text(f"/runs/{run}/part")
    assert 3 == sandbox.charge_log.points


async def test_closing_finishes_what_is_under_way(make_config: MakeConfig, sandbox: Sandbox) -> None:
    """The end of the program is a stop: nothing becomes uncertain, and the rest can be sent by the next one."""
    config = make_config(rate=50)
    async with served(config) as page:
        await page.visitor.login()
        file = await page.visitor.upload(sheet(60))
        await page.checked(file)
        await page.visitor.post("/api/start", start_body(file, {"orders": 60, "points": 60}))
        await page.wait_for(
            file,
            lambda item: bool(item.progress and item.progress.progress and item.progress.progress.done > 3),
        )
        await page.context.queue.close()
        await page.context.queue.wait_idle()
        summary = page.context.queue.get(file).result
    assert summary is not None
    assert (0, sandbox.charge_log.points) == (summary.summary.uncertain, summary.summary.points_spent)


async def test_the_event_stream_sends_snapshots(page: Page) -> None:
    """One at once, and another when something changes."""
    async with asyncio.timeout(10), page.visitor.session.get(f"{page.visitor.origin}/api/events") as answer:
        first = await answer.content.readuntil(b"\n\n")
        file = await page.visitor.upload(sheet(1))
        second = await answer.content.readuntil(b"\n\n")
    assert (b'data: {"files":[],"run":null}\n\n', True) == (first, file.encode() in second)

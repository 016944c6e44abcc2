"""Pages about the past: runs, rows, orders, points, nightly runs; and the settings; in both languages."""

import csv
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from batchsync.config import InboxSettings
from batchsync.messages import row_reasons
from batchsync.messages import web as web_words
from batchsync.model import Decision, RunSummary
from batchsync.nightly.state import FileRecord, NightState, NightSummary
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Script
from batchsync.sandbox.server import Sandbox
from batchsync.web.handlers.nightly import state_folder
from batchsync.web.rendering import FOLDER
from batchsync.web.run_queue import RunProgress
from tests.web.conftest import MakeConfig, Page, served, sheet


def run_of(page: Page, file: str) -> str:
    return page.context.queue.get(file).record.run


async def test_rows_are_paged_filtered_and_searched(page: Page) -> None:
    """From any row on, by status, by part of an order or merchant; wildcards are taken literally."""
    file = await page.send(sheet(30) + b"1.26E+17,2088123464\n", 30)
    rows = f"/api/runs/{run_of(page, file)}/rows"

    async def asked(wish: str) -> tuple[int, list[int]]:
        found = await (await page.visitor.get(f"{rows}?{wish}")).json()
        return found["total"], [row["line"] for row in found["rows"]]

    assert (31, [28, 29, 30]) == await asked("first=26&count=3")
    assert (1, [32]) == await asked("status=invalid")
    assert (1, [13]) == await asked("q=0000012")
    assert (30, [2]) == await asked("q=2088123464&count=1")
    assert (0, []) == await asked("q=%25")
    assert (31, [2]) == await asked("status=nonsense&count=1")
    assert (0, []) == await asked("first=99999999999&status=invalid&q=nothing")
    assert (31, []) == await asked("first=999")


async def test_csv_and_workbook_agree(page: Page) -> None:
    """Two forms of one result; an order number in the CSV is exact."""
    file = await page.send(sheet(4), 4)
    answer = await page.visitor.get(f"/runs/{run_of(page, file)}/result.csv")
    found = [*csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))]
    book = await page.visitor.get(f"/runs/{run_of(page, file)}/result.xlsx")
    rows = [*openpyxl.load_workbook(io.BytesIO(await book.read())).worksheets[0].iter_rows(values_only=True)]
    status = rows[0].index("sync status")
    assert [(str(row[0]), row[status]) for row in rows[1:5]] == [
        (each["order_sn"], each["sync status"]) for each in found[:4]
    ]


async def test_a_final_result_is_built_once(page: Page) -> None:
    """The rows of a run without uncertain orders can't change: later runs build neither them nor the result again."""
    queries = page.context.queries
    file = await page.send(sheet(2), 2)
    record = queries.run(run_of(page, file))
    tally = queries.tally(record)
    result = queries.result(record, "xlsx")
    await page.send(sheet(2, start=50), 2, "other.csv")
    assert tally is queries.tally(record)
    assert (str(result), result) == (record.result, queries.result(record, "xlsx"))


async def test_a_result_with_uncertain_orders_follows_the_ledger(make_config: MakeConfig) -> None:
    """As long as an order is uncertain, its run is read again after every change; once resolved it has other counts."""
    script = Script(faults=1.0, only=("half",))
    async with Sandbox(SandboxSettings(script=script)) as vendor:
        config = make_config()
        config = config.model_copy(update={"api": config.api.model_copy(update={"url": vendor.url})})
        async with served(config) as page:
            await page.visitor.login()
            file = await page.send(sheet(2), 2)
            record = page.context.queries.run(run_of(page, file))
            before = page.context.queries.summary(record.run)
            own = page.context.queries.result(record, "xlsx")
            page.context.queries.resolve(record, Decision.CHARGED, None)
            after = page.context.queries.summary(record.run)
            assert (2, 0) == (before.uncertain, after.uncertain)
            assert own != page.context.queries.result(record, "xlsx")


async def test_an_order_s_history_is_shown(page: Page) -> None:
    """Each call with its response; an unknown number is named as text, whatever it holds."""
    await page.send(sheet(1), 1)
    text = await page.visitor.text("/orders?q=260101-000000000000001")
    assert ("synced" in text, "HTTP 200" in text) == (True, True)
    text = await page.visitor.text("/orders?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert ("<script>alert" in text, "has no order that begins with" in text) == (False, True)


@pytest.mark.parametrize("by", ["day", "merchant", "run", "nonsense"])
async def test_points_add_up(page: Page, by: str, sandbox: Sandbox) -> None:
    """Whatever they are grouped by, the total is what was charged."""
    await page.send(sheet(3), 3)
    await page.send(sheet(2, start=50, merchant="777888999"), 2, "other.csv")
    text = await page.visitor.text(f"/points?by={by}&days=7")
    (total,) = re.findall(r'class="points"><dt>points spent</dt><dd>(\d+)</dd>', text)
    assert (5, True) == (int(total), "<svg" in text)
    assert int(total) == sandbox.charge_log.points


async def test_nightly_runs_are_shown(make_config: MakeConfig, tmp_path: Path) -> None:
    """Those in the state of the inbox; without an inbox the page names the missing setting."""
    config = make_config()
    async with served(config) as page:
        await page.visitor.login()
        assert "There is no inbox" in await page.visitor.text("/nights")
    inbox = tmp_path / "inbox"
    config = config.model_copy(update={"inbox": InboxSettings(folder=inbox)})
    memory = state_folder(config)
    assert memory is not None
    memory.mkdir(parents=True)
    record = NightState(memory)
    record.begin(date(2026, 11, 24), datetime(2026, 11, 24, 22, tzinfo=UTC))
    summary = RunSummary(file="orders.xlsx", run="20261124-2201-orders", rows=4711)
    record.add(
        FileRecord(
            id="1",
            shown="<b>orders</b>.xlsx",
            sha256="",
            came_at="",
            where="attention",
            place="",
            summary=summary,
            runs=("20261124-2201-orders",),
        )
    )
    record.end(
        NightSummary(
            night=record.night,
            day=record.day,
            began_at="2026-11-24T22:00:00",
            ended_at="2026-11-24T23:00:00",
            stopped="window",
            exit_code=1,
            files=1,
            attention=1,
            points=321,
        )
    )
    async with served(config) as page:
        await page.visitor.login()
        assert "321" in await page.visitor.text("/nights")
        text = await page.visitor.text("/nights/2026-11-24")
        assert ("4,711" in text, "/runs/20261124-2201-orders" in text, "<b>orders" in text) == (
            True,
            True,
            False,
        )
        assert 404 == (await page.visitor.get("/nights/2026-11-25")).status


async def test_settings_are_shown_and_the_token_is_not(page: Page, sandbox: Sandbox) -> None:
    """Every section with its source; of the token only that it is set."""
    text = await page.visitor.text("/settings")
    assert (True, True, False) == ("pace.rate" in text, "default" in text, sandbox.token in text)
    assert "no config.yaml" in await page.visitor.text("/settings/doctor")


async def test_the_token_is_nowhere(page: Page, sandbox: Sandbox) -> None:
    """No page and no part of one contains it."""
    file = await page.send(sheet(2), 2)
    run = run_of(page, file)
    paths = (
        "/",
        f"/files/{file}",
        f"/runs/{run}/part",
        f"/api/runs/{run}/rows",
        "/settings",
        "/settings/doctor",
        "/runs",
    )
    texts = [await page.visitor.text(path) for path in paths]
    assert [] == [path for path, text in zip(paths, texts, strict=True) if sandbox.token in text]


@pytest.mark.parametrize(
    ("accepts", "chosen", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh-CN"),
        ("de,en;q=0.5", "", "en"),
        ("fr", "", "en"),
        ("zh-CN", "en", "en"),
        ("en", "zh", "zh-CN"),
        ("en", "xx", "en"),
    ],
)
async def test_the_language_of_the_browser_is_used(page: Page, accepts: str, chosen: str, lang: str) -> None:
    """The browser's first language that we have, until another is chosen."""
    headers = {"Accept-Language": accepts}
    if chosen:
        async with page.visitor.session.post(
            f"{page.visitor.origin}/language",
            data={"lang": chosen, "back": "/runs"},
            headers={"Origin": page.visitor.origin},
        ) as answer:
            assert "/runs" == answer.url.path
    assert f'<html lang="{lang}">' in await page.visitor.text("/", **headers)


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
async def test_the_language_switch_redirects_to_own_pages_only(page: Page, back: str) -> None:
    """A redirect to another site becomes one to the list of files."""
    async with page.visitor.session.post(
        f"{page.visitor.origin}/language",
        data={"lang": "zh", "back": back},
        headers={"Origin": page.visitor.origin},
        allow_redirects=False,
    ) as answer:
        assert "/" == answer.headers["Location"]


def test_templates_use_texts_that_exist() -> None:
    """Each text that a template names exists, and each text of messages.web is used."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER / "templates").glob("*.html"))
    named = set(re.findall(r"[\"']([A-Z][A-Z_]+[A-Z])[\"']", source))
    prefixes = tuple(re.findall(r"[\"']([A-Z]+_)[\"'] \+", source))
    modules = [*FOLDER.rglob("*.py"), FOLDER.parent / "cli" / "web.py"]
    python = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    used = set(re.findall(r"\"(HEAD_[A-Z]+)\"", python)) | set(re.findall(r"messages\.([A-Z_]+)", python))
    known = {name for name in vars(web_words) if name.isupper()}
    assert (set(), set()) == (
        named - known,
        {name for name in known - named - used if not name.startswith(("_", *prefixes))},
    )


def test_no_row_on_the_page_advises_a_command() -> None:
    """For every reason the advice is something that the page can do."""
    todos = {
        reason: web_words.PAGE_TODO.get(reason) or text.todo for reason, text in row_reasons.ROWS.items()
    }
    assert {} == {
        reason: todo.en for reason, todo in todos.items() if re.search(r"--|batchsync", todo.en + todo.zh)
    }


def test_texts_have_the_same_facts_in_both_languages() -> None:
    """A placeholder of one language is in the other."""
    texts = [text for name, text in vars(web_words).items() if name.isupper()]
    facts = [
        (set(re.findall(r"{(\w+)}", text.en)), set(re.findall(r"{(\w+)}", text.zh)))
        for text in texts
        if hasattr(text, "zh")
    ]
    assert [] == [pair for pair in facts if pair[0] != pair[1]]


def test_time_left_follows_the_real_speed() -> None:
    """Measured over the last seconds; unknown while paused."""
    from dataclasses import replace

    from batchsync.model import Progress

    live = RunProgress(cap=None)
    base = Progress(
        total=100, done=0, calls=0, synced=0, failed=0, uncertain=0, points=0, in_flight=0, rate=5
    )
    for second in range(30):
        live.update(replace(base, done=second * 2), float(second))
    assert (2.0, 21.0) == (live.rate, live.left_s)
    live.update(replace(base, done=58, paused=True), 30.0)
    assert live.left_s is None

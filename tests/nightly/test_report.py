"""The report report: states what happened, loads nothing, and trusts no text of others."""

import os
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from batchsync.config import OutputSettings
from batchsync.ledger import open_ledger
from batchsync.messages import Lang
from batchsync.model import Decision
from batchsync.nightly.metrics import write_metrics
from batchsync.nightly.state import NightState, NightSummary
from batchsync.sandbox.script import ScriptValue, make_script
from tests.nightly.inbox_fixture import InboxFixture, sn

PICTURES = os.environ.get("BATCHSYNC_PICTURES")
"""Where screenshots are kept, for somebody to look at."""
CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None
)


def troubled(inbox_fixture: InboxFixture) -> None:
    """A night with everything in it, after two weeks of others."""
    script: dict[str, ScriptValue | list[ScriptValue]] = {sn(2): 1003, sn(3): "close", sn(4): "http 500"}
    script[sn(5)] = {"do": "217", "err": "<script>alert(1)</script>"}
    inbox_fixture.sandbox.settings = replace(inbox_fixture.sandbox.settings, script=make_script(script))
    record = NightState(inbox_fixture.inbox / ".batchsync")
    inbox_fixture.night()
    for back in range(14, 0, -1):
        day = (date(2026, 11, 24) - timedelta(days=back)).isoformat()
        record.night, record.day = day, day
        line = NightSummary(
            night=day, day=day, began_at=f"{day}T22:00:00+00:00", ended_at=f"{day}T23:00:00+00:00",
            stopped=None, exit_code=0, files=3, done=3, calls=400, synced=400, points=300 + 37 * (back % 5),
            points_possible=back % 3 * 20,
        )  # fmt: skip
        from batchsync import fsutil

        fsutil.append_line(inbox_fixture.inbox / ".batchsync" / "nights.jsonl", {**_plain(line)})
    inbox_fixture.put("good.csv", sn(1), sn(10), sn(11))
    inbox_fixture.put("订单 11-24.csv", *map(sn, range(2, 8)), "1.26E+17")
    (inbox_fixture.inbox / "<img src=x onerror=alert(1)>.pdf").write_bytes(b"%PDF-1.4")
    (inbox_fixture.inbox / "upload.xlsx.part").write_bytes(b"")


def _plain(line: NightSummary) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(line)


@pytest.mark.parametrize("lang", list(Lang))
def test_the_report_states_what_happened(lang: Lang, inbox_fixture: InboxFixture) -> None:
    """Each file, each kind of trouble, each uncertain order with its evidence, points as the ledger has them."""
    troubled(inbox_fixture)
    result = inbox_fixture.run(inbox_fixture.config(output=OutputSettings(language=lang)))
    assert inbox_fixture.report is not None
    page, html = inbox_fixture.report.data, inbox_fixture.report.html.read_text(encoding="utf-8")
    assert (3, 2) == (len(page.files), len(page.uncertain))
    assert {sn(3), sn(4)} == {row.number for row in page.uncertain}
    assert [] == [row.number for row in page.uncertain if row.number not in html]
    assert (5, 2) == (result.summary.points, result.summary.points_possible)
    assert page.title in inbox_fixture.report.text.read_text(encoding="utf-8")
    assert page.lang == lang


def test_the_report_loads_nothing_and_runs_nothing(inbox_fixture: InboxFixture) -> None:
    """File names and the API's words are text; no address is fetched, no script is there."""
    troubled(inbox_fixture)
    inbox_fixture.run()
    assert inbox_fixture.report is not None
    html = inbox_fixture.report.html.read_text(encoding="utf-8")
    assert [] == re.findall(r"<script|<img|<link|<[^>]*\bsrc=|url\(|@import", html)
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"https?://[^\s\"'<]+", html))


def test_the_spreadsheet_has_all_that_needs_a_person(inbox_fixture: InboxFixture) -> None:
    """Unread files, failed, uncertain and invalid rows, with the sentence and the evidence; no formula among them."""
    troubled(inbox_fixture)
    inbox_fixture.run()
    assert inbox_fixture.report is not None
    assert inbox_fixture.report.sheet is not None
    rows = list(load_workbook(inbox_fixture.report.sheet).worksheets[0].iter_rows(values_only=True))
    statuses = sorted(str(row[5]) for row in rows[1:])
    assert ["failed", "failed", "invalid", "the whole file", "uncertain", "uncertain"] == statuses


def test_auto_writes_as_most_sheets_do(inbox_fixture: InboxFixture) -> None:
    """A Chinese header makes a Chinese report, whatever the server writes."""
    (inbox_fixture.inbox / "a.csv").write_text(f"订单号,商家ID\n{sn(1)},7\n", encoding="utf-8")
    inbox_fixture.run()
    assert inbox_fixture.report is not None
    assert "zh" == inbox_fixture.report.data.lang


def test_what_a_person_settled_counts_in_the_next_mornings_points(inbox_fixture: InboxFixture) -> None:
    """The report's figures are the ledger's: a lost answer that was charged is one call, possibly one point."""
    inbox_fixture.sandbox.settings = replace(
        inbox_fixture.sandbox.settings, script=make_script({sn(1): "close"})
    )
    inbox_fixture.put("a.csv", sn(1))
    first = inbox_fixture.run()
    with open_ledger(inbox_fixture.folder / "ledger.db") as ledger:
        ledger.resolve(1, Decision.CHARGED, run=first.files[0].runs[0])
    inbox_fixture.put("b.csv", sn(1))
    second = inbox_fixture.run()
    assert (1, 0, 0) == (first.summary.points_possible, second.summary.points, second.summary.points_possible)


def test_metrics_are_prometheus_text(inbox_fixture: InboxFixture) -> None:
    """HELP, TYPE and a number for each, written whole."""
    inbox_fixture.put("a.csv", sn(1), sn(2))
    result = inbox_fixture.run()
    path = inbox_fixture.folder / "night.prom"
    write_metrics(path, result)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [] == [
        line for line in lines if not re.fullmatch(r'[a-z_]+(\{[a-z]+="[a-z]+"\})? -?[0-9.e+]+', line)
    ]
    assert "batchsync_night_points 2" in lines


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("lang", list(Lang))
def test_the_report_opens_offline(lang: Lang, inbox_fixture: InboxFixture) -> None:
    """In a real browser without a network, light and dark: nothing is asked for, nothing is amiss, nothing overflows."""
    from playwright.sync_api import sync_playwright

    troubled(inbox_fixture)
    inbox_fixture.run(inbox_fixture.config(output=OutputSettings(language=lang)))
    assert inbox_fixture.report is not None
    asked: list[str] = []
    reported: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            context = browser.new_context(
                offline=True,
                color_scheme=scheme,
                viewport={"width": 1100, "height": 900},
            )
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: reported.append(message.text))
            page.on("pageerror", lambda error: reported.append(str(error)))
            page.goto(inbox_fixture.report.html.as_uri())
            assert inbox_fixture.report.data.title == page.title()
            assert 30 == page.locator("svg g").count()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/report-{lang}-{scheme}.png", full_page=True)
            context.close()
        browser.close()
    assert ([inbox_fixture.report.html.as_uri()] * 2, []) == (asked, reported)

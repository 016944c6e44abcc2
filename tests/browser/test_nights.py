"""Nightly runs in a real browser: the list and one run, accessible, also on a phone."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from batchsync.nightly.state import FileRecord, NightState, NightSummary
from batchsync.web.handlers.nightly import state_folder
from tests.browser.conftest import Open
from tests.browser.page_fixture import staged
from tests.browser.views import fits, is_accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NIGHT = "2026-11-23"
EVIL = "<img src=x onerror=alert(1)>.xlsx"


def record_a_night(memory: Path) -> None:
    memory.mkdir(parents=True, exist_ok=True)
    record = NightState(memory)
    record.begin(date.fromisoformat(NIGHT), datetime(2026, 11, 23, 2, 12, tzinfo=UTC))
    for name, where, code in (("orders.xlsx", "done", 0), (EVIL, "attention", 1)):
        record.add(
            FileRecord(
                id=name,
                shown=name,
                sha256="",
                came_at="2026-11-22T23:00:00+00:00",
                where=where,
                place=where,
                runs=("20261123-0212-orders",),
                exit_code=code,
            )
        )
    record.end(
        NightSummary(
            night=NIGHT,
            day=NIGHT,
            began_at="2026-11-23T02:12:00+00:00",
            ended_at="2026-11-23T02:30:00+00:00",
            stopped="balance",
            exit_code=3,
            files=2,
            done=1,
            attention=1,
        )
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nightly_runs_are_accessible(lang: str, tmp_path: Path, open_page: Open) -> None:
    """No violation of axe-core's rules, no scrolling sideways at 360 px, and a file's name is shown as text."""
    with staged(tmp_path, inbox=tmp_path / "inbox") as stage:
        memory = state_folder(stage.context.loaded.config)
        assert memory is not None
        record_a_night(memory)
        page = open_page(stage.address, lang=lang, width=360, height=740)
        page.goto(f"{stage.origin}/nights")
        page.wait_for_selector("tbody tr")
        for _ in range(2):
            is_accessible(page)
            fits(page)
            page.goto(f"{stage.origin}/nights/{NIGHT}")
            page.wait_for_selector("tbody tr")
        assert EVIL in page.inner_text("tbody")

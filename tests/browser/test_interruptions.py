"""A killed server, hostile and huge files, small screens, long tables."""

import io
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox
from tests.browser.conftest import Open
from tests.browser.page_fixture import staged, workbook
from tests.browser.test_workflow import more_than_three, start, upload
from tests.browser.views import fits
from tests.child_process import end_with_parent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


# --- The server is killed -----------------------------------------------------------------------------------


@contextmanager
def command(vendor: Sandbox, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `batchsync web` as its users do; yield its process and the address it prints."""
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BATCHSYNC_")},
        "BATCHSYNC_API__URL": vendor.url,
        "BATCHSYNC_TOKEN": vendor.token,
        "BATCHSYNC_PACE__RATE": "40",
        "BATCHSYNC_LEDGER__URL": str(folder / "ledger.sqlite"),
        "LC_ALL": "C.UTF-8",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "batchsync", "web", "--port", "0", "--no-browser"],
        **end_with_parent(), env=given, cwd=folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield process, found.group()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_killed_server_is_started_again(open_page: Open, tmp_path: Path) -> None:
    """Kill -9 during a run: the page shows it; after the next start uncertain orders are resolved, and the rest is sent once."""
    with run_in_thread(SandboxSettings(latency_s=0.3)) as vendor:
        with command(vendor, tmp_path) as (process, address):
            page = open_page(address)
            upload(page, workbook(tmp_path / "orders.xlsx", 200))
            start(page)
            more_than_three(page, "synced")
            path = page.url.removeprefix(address.partition("/login")[0])
            process.send_signal(signal.SIGKILL)
            process.wait()
            expect(page.locator("#connection")).to_be_visible()
        with command(vendor, tmp_path) as (_, address):
            page = open_page(address)
            page.goto(address.partition("/login")[0] + path)
            page.wait_for_selector(".result.uncertain .tiles")
            page.wait_for_selector(".evidence li")
            charged = {account.order for account in vendor.charge_log.orders.values() if account.charged}
            for box in page.locator(".evidence [data-number]").all():
                box.set_checked(box.get_attribute("data-number") in charged)
            with page.expect_response("**/part"):
                page.click("[data-decision=charged]:not([data-all-orders])")
            expect(page.locator(".evidence :checked")).to_have_count(0)
            if page.locator(
                "#uncertain"
            ).count():  # its evidence comes after the part, so that its buttons may be late
                page.click("[data-decision=not_charged][data-all-orders]")
                page.click("#confirm-yes")
                expect(page.locator("#uncertain")).to_have_count(0)
            page.click(".result [data-action=recheck]")
            page.wait_for_selector(".check-summary")
            start(page)
            page.wait_for_selector(".result.synced")
        assert (200, []) == (vendor.charge_log.points, vendor.charge_log.charged_twice())


# --- Files ------------------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        for sheet in range(1, 41):
            book.writestr(f"xl/worksheets/sheet{sheet}.xml", b"0" * (16 * 1024 * 1024))
    return packed.getvalue()


def encrypted(path: Path) -> bytes:
    """A workbook under a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    with workbook(path, 3).open("rb") as plain:
        OOXMLFile(plain).encrypt("secret", locked)
    return locked.getvalue()


def test_hostile_and_huge_files_are_refused(open_page: Open, tmp_path: Path) -> None:
    """A bomb, an encrypted workbook, 200 MB: each shows the reason, and the page keeps working."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        for name, content, message in (
            ("bomb.xlsx", bomb(), "unpack|expand|MB|GB"),
            ("locked.xlsx", encrypted(tmp_path / "plain.xlsx"), "password"),
        ):
            page.goto(stage.origin)
            page.set_input_files("#files", {"name": name, "mimeType": kind, "buffer": content})
            expect(page.locator(".note.bad")).to_have_text(re.compile(message, re.IGNORECASE))
        huge = tmp_path / "huge.xlsx"
        with huge.open("wb") as file:
            file.truncate(200 * 1024 * 1024)
        page.goto(stage.origin)
        page.set_input_files("#files", huge)
        expect(page.locator("#uploads .failed")).to_have_text(re.compile("100 MB"))
        page.evaluate(
            "document.getElementById('upload').dataset.maxMb = '1000'"
        )  # a page that doesn't look first
        page.set_input_files("#files", huge)
        expect(page.locator("#uploads .failed").nth(1)).to_have_text(re.compile("100 MB|failed"))
        page.reload()
        expect(page.locator(".file")).to_have_count(2)


# --- Screens and tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_view_fits_a_phone(lang: str, open_page: Open, tmp_path: Path) -> None:
    """At 360 pixels no view is wider than the screen."""
    with staged(tmp_path, faults=0.5, cap=100) as stage:
        page = open_page(stage.address, lang=lang, width=360, height=740)
        fits(page)
        upload(page, workbook(tmp_path / f"{'很长的文件名' * 9}.xlsx", 12, extra=[[1.26e17, "1"]]))
        fits(page)
        start(page)
        page.wait_for_selector(".evidence li")
        fits(page)
        for path in ("/", "/runs", "/orders?q=260101-000000000000001", "/points", "/settings"):
            page.goto(stage.origin + path)
            fits(page)


def test_a_long_table_scrolls_filters_and_searches(open_page: Open, tmp_path: Path) -> None:
    """Only visible rows exist; End shows the last; filter and search are done by the server."""
    with staged(tmp_path, faults=0.02) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 1500))
        start(page)
        page.wait_for_selector(".grid td.synced", timeout=60_000)
        first = page.locator(".grid tbody tr")
        assert first.count() < 40
        page.focus(".grid")
        page.keyboard.press("End")
        expect(first.last).to_contain_text("1501")
        page.keyboard.press("Home")
        expect(first.first).to_contain_text("260101-000000000000001")
        page.keyboard.press("PageDown")
        expect(first.first).not_to_contain_text("260101-000000000000001")
        page.fill("[data-search]", "000001234")
        expect(first).to_have_count(1)
        page.fill("[data-search]", "")
        page.click(".chip.uncertain")
        expect(first.first.locator("td").nth(3)).to_have_text("uncertain")
        page.fill("[data-search]", "nothing like it")
        expect(page.locator(".grid .none")).to_be_visible()


def test_a_run_continues_without_its_page(open_page: Open, tmp_path: Path) -> None:
    """The page is closed during a run; opened again, it shows the result."""
    with staged(tmp_path, rate=100) as stage:
        page: Page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 40))
        start(page)
        page.wait_for_selector(".run-progress")
        path, context = page.url, page.context
        page.close()
        back = context.new_page()
        back.goto(path)
        back.wait_for_selector(".result.synced")
        assert 40 == stage.vendor.charge_log.points

"""From upload to result in a real browser: check, start, progress, download, history; in both languages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.page_fixture import points_of, staged, workbook
from tests.browser.views import fits, is_accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

MANY = 800
"""More orders than are sent, ten at once and each a second long, while a slow machine looks."""
EVIL: list[list[object]] = [
    ["<img src=x onerror=alert(1)>", "2088123464", "<script>alert(2)</script>"],
    [1.26e17, "1"],
]


HIDE = """Object.defineProperty(document, 'hidden', { value: true });
document.dispatchEvent(new Event('visibilitychange'));"""
"""What a browser does with a tab in the background."""


def upload(page: Page, path: Path) -> None:
    page.set_input_files("#files", path)
    page.wait_for_selector(".check-summary")


def start(page: Page) -> None:
    page.click("[data-action=start]")
    page.click("#start button[value=yes]")


def stop(page: Page) -> None:
    page.click("[data-action=stop]")
    page.click("#confirm-yes")
    page.wait_for_selector(".result .tiles")


def download(page: Page, selector: str, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.click(selector)
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_from_upload_to_result(lang: str, open_page: Open, tmp_path: Path) -> None:
    """The points of the downloaded workbook are those of the vendor's charge log; no view violates axe-core's rules."""
    inspect = is_accessible if lang == "en" else fits  # what axe-core looks at is the same in both
    with staged(tmp_path, faults=0.2, cap=500, rate=15 if lang == "en" else 500) as stage:
        page = open_page(stage.address, lang=lang)
        inspect(page)
        upload(page, workbook(tmp_path / f"订单 <script>{lang}.xlsx", 150, extra=EVIL))
        expect(page.locator("h1")).to_have_text(f"订单 <script>{lang}.xlsx")
        assert "A152" in page.inner_text("#problem-rows")
        inspect(page)
        page.click("[data-action=start]")
        inspect(page)
        page.click("#start button[value=yes]")
        if lang == "en":  # slow enough to be seen under way
            page.wait_for_selector(".run-progress")
            expect(page.locator("[data-value=synced]")).not_to_have_text("0")
            inspect(page)
        page.wait_for_selector(".result .tiles")
        page.wait_for_selector(".evidence li")
        inspect(page)
        got = download(page, "a[href$='result.xlsx']", tmp_path)
        synced = {
            account.order: account.points
            for account in stage.vendor.charge_log.orders.values()
            if account.points
        }
        found = points_of(got)
        assert found == {number: points for number, points in synced.items() if number in found}
        assert (True, []) == (len(found) > 60, stage.vendor.charge_log.charged_twice())
        assert b"PK" == download(page, "a[href$='dispute.xlsx']", tmp_path).read_bytes()[:2]
        for path, seen in (
            ("/", ".files"),
            ("/runs", "tbody tr"),
            (f"/orders?q={next(iter(found))}", ".events li"),
            ("/points?by=run", ".chart svg"),
            ("/settings", ".doctor li"),
            ("/nowhere", ".card"),
        ):
            page.goto(stage.origin + path)
            page.wait_for_selector(seen)
            inspect(page)
        assert lang == page.get_attribute("html", "lang", timeout=1000)[:2]  # type: ignore[index]


def test_the_page_without_a_session_is_accessible(open_page: Open, tmp_path: Path) -> None:
    """It names the way to open a session."""
    with staged(tmp_path) as stage:
        page = open_page(f"{stage.origin}/")
        expect(page.locator("h1")).to_have_text("Please open the page from batchsync")
        is_accessible(page)


def test_everything_by_keyboard(open_page: Open, tmp_path: Path) -> None:
    """Choose, start, confirm, filter and download without a pointer."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        with page.expect_file_chooser() as chooser:
            reach(page, "[data-action=choose]")
            page.keyboard.press("Enter")
        chooser.value.set_files(workbook(tmp_path / "orders.xlsx", 5))
        page.wait_for_selector(".check-summary")
        reach(page, "[data-action=start]")
        page.keyboard.press("Enter")
        reach(page, "#start button[value=yes]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".grid tbody tr td.synced")
        reach(page, ".chip.synced")
        page.keyboard.press("Space")
        expect(page.locator(".chip.synced")).to_have_attribute("aria-pressed", "true")
        reach(page, "a[href$='result.xlsx']", back=True)
        with page.expect_download():
            page.keyboard.press("Enter")
        assert 5 == stage.vendor.charge_log.points


def more_than_three(page: Page, number: str) -> None:
    """Wait until a number of the run under way has more than begun."""
    expect(page.locator(f"[data-value={number}]")).to_have_text(re.compile(r"^([4-9]|\d{2,3})$"))


def reach(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until the element has the focus, as a user without a pointer does."""
    page.wait_for_selector(selector)
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"{selector} can't be reached by Tab")


def test_stop_and_continue(open_page: Open, tmp_path: Path) -> None:
    """Pause holds, stop finishes what is under way, and the rest is sent from the result's own button."""
    with staged(tmp_path, rate=40, latency_s=1.0) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", MANY))
        start(page)
        more_than_three(page, "synced")
        page.click("[data-action=pause]")
        page.wait_for_selector("[data-action=resume]:visible")
        page.click("[data-action=resume]")
        page.wait_for_selector("[data-action=pause]:visible")
        stop(page)
        spent = stage.vendor.charge_log.points
        assert 3 < spent < MANY
        page.click(".result [data-action=recheck]")
        page.wait_for_selector(".check-summary")
        assert str(MANY - spent) == page.get_attribute("[data-action=start]", "data-orders")
        page.click("[data-action=start]")
        page.click("#start summary")
        page.fill("#start [name=limit]", "5")
        page.click("#start button[value=yes]")
        page.wait_for_selector(".result .tiles")
        assert (spent + 5, []) == (stage.vendor.charge_log.points, stage.vendor.charge_log.charged_twice())


def test_two_tabs_and_a_refresh(open_page: Open, tmp_path: Path) -> None:
    """Each shows the run as it is, one in the background now and then; files wait in a queue."""
    with staged(tmp_path, rate=40, latency_s=1.0) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "second.xlsx", 3, start=5000))
        second = page.url
        page.goto(stage.origin)
        upload(page, workbook(tmp_path / "orders.xlsx", MANY))
        start(page)
        page.wait_for_selector(".run-progress")
        first = page.url
        other = page.context.new_page()
        other.goto(first)
        other.wait_for_selector(".run-progress")
        page.reload()
        other.evaluate(HIDE)
        more_than_three(page, "done")
        more_than_three(other, "done")
        other.goto(second)
        start(other)
        other.wait_for_selector("[data-action=dequeue]")
        page.context.set_offline(True)
        page.context.set_offline(False)
        page.goto(first)
        stop(page)
        other.wait_for_selector(".result.synced")
        assert re.search(r"3", other.inner_text(".result .tiles"))
        assert [] == stage.vendor.charge_log.charged_twice()


def test_uncertain_orders_are_resolved(open_page: Open, tmp_path: Path) -> None:
    """One by one and all at once, with the evidence beside them."""
    with staged(tmp_path, faults=1.0) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 12))
        start(page)
        page.wait_for_selector(".evidence li")
        before = page.locator(".evidence li").count()
        assert "may have been charged" in page.inner_text(".evidence")
        page.locator(".evidence [data-number]").first.check()
        page.click("[data-decision=charged]:not([data-all-orders])")
        expect(page.locator(".evidence li")).to_have_count(before - 1)
        page.click("[data-decision=not_charged][data-all-orders]")
        page.click("#confirm-yes")
        expect(page.locator("#uncertain")).to_have_count(0)


def test_rows_are_pasted_and_columns_chosen(open_page: Open, tmp_path: Path) -> None:
    """For rows without a header the user chooses the columns."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        page.click("[data-action=paste]")
        page.fill("#pasted", "260101-111111111111111\t2088123464\n260101-111111111111112\t2088123464\n")
        page.click("#paste button[value=yes]")
        page.wait_for_selector(".column-grid")
        page.click(".column-grid button.column[data-letter=A]")
        page.click(".column-grid td[data-letter=B] >> nth=1")
        page.click(".columns-form button.primary")
        page.wait_for_selector(".check-summary")
        assert "2" == page.get_attribute("[data-action=start]", "data-orders")

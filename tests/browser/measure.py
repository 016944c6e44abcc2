"""Measure the page with a sheet of 100,000 rows: python -m tests.browser.measure [ROWS]."""

import os
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from tests.browser.page_fixture import CHROMIUM, FLAGS, workbook
from tests.browser.test_interruptions import command

SECONDS = 10


def computed_s(process: int) -> float:
    """Return the seconds that a process has computed (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_of_a_core(process: int) -> float:
    """Return how much of one core a process used over some seconds."""
    before, began = computed_s(process), time.monotonic()
    time.sleep(SECONDS)
    return (computed_s(process) - before) / (time.monotonic() - began)


def waited(page: Page, selector: str) -> float:
    """Return how many seconds it took until something could be seen."""
    began = time.monotonic()
    page.wait_for_selector(selector, timeout=300_000)
    return time.monotonic() - began


def memory_mb(process: int) -> float:
    """Return the resident memory of a process in MB (Linux)."""
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def weight_kb(page: Page) -> float:
    """Return the bytes of a page with its style sheet and scripts, in KB."""
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map((entry) => entry.encodedBodySize)"
    )
    return float(sum(sizes)) / 1024


def measure(page: Page, server: int, path: Path) -> None:
    """Print what it took."""
    print(f"page weight: {weight_kb(page):.1f} KB; server memory before: {memory_mb(server):.0f} MB")
    began = time.monotonic()
    page.set_input_files("#files", path)
    page.wait_for_selector(".check-summary", timeout=300_000)
    print(
        f"from upload to check: {time.monotonic() - began:.2f} s; server memory: {memory_mb(server):.0f} MB"
    )
    page.click("[data-action=start]")
    page.click("#start button[value=yes]")
    page.wait_for_selector(".kinds, .run-progress")
    time.sleep(5)
    watched = share_of_a_core(server)
    at = page.url
    page.goto("about:blank")
    unwatched = share_of_a_core(server)
    print(f"server while sending: {watched:.1%} of a core with a page open, {unwatched:.1%} without")
    page.goto(at)
    page.click("[data-action=stop]")
    page.click("#confirm-yes")
    page.wait_for_selector("[data-load$='/part']", timeout=300_000)
    print(f"result table shown: {waited(page, '.grid td.not_sent, .grid td.synced'):.2f} s")
    page.click(".chip.not_sent")
    print(f"filtered: {waited(page, '.grid tbody tr:first-child td.not_sent'):.2f} s")


def main() -> None:
    """Make a sheet, serve the page as its users do, and look."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with (
        tempfile.TemporaryDirectory() as made,
        run_in_thread(SandboxSettings()) as vendor,
        sync_playwright() as driver,
    ):
        folder = Path(made)
        path = workbook(folder / "orders.xlsx", rows)
        with command(vendor, folder) as (process, address):
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = browser.new_page()
            page.goto(address)
            measure(page, process.pid, path)
            browser.close()


if __name__ == "__main__":
    main()

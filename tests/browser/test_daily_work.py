"""The daily work of a clerk in a real browser: first start, columns, several files, corrections, the end of a run."""

import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox
from tests.browser.conftest import Open
from tests.browser.page_fixture import staged, workbook
from tests.browser.test_interruptions import encrypted
from tests.browser.test_workflow import download, reach, start, upload
from tests.browser.views import fits, is_accessible
from tests.child_process import end_with_parent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

MERCHANT = "2088123464"
UPLOAD_BY_DROP = """([name, text, selector]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const target = document.querySelector(selector);
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""
RECORD_ANNOUNCEMENTS = """() => {
  window.announcements = [];
  const region = document.getElementById("announcer");
  new MutationObserver(() => region.textContent && window.announcements.push(region.textContent)).observe(region, { childList: true });
}"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def command(
    vendor: Sandbox, folder: Path, port: int, *, token: bool = True, rate: int = 40
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `batchsync web` on a port; yield its process and the address it prints."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BATCHSYNC_")},
        "BATCHSYNC_API__URL": vendor.url,
        "BATCHSYNC_PACE__RATE": str(rate),
        "BATCHSYNC_LEDGER__URL": str(folder / "ledger.sqlite"),
        "XDG_CONFIG_HOME": str(folder / "settings"),
        "LC_ALL": "C.UTF-8",
    }
    if token:
        env["BATCHSYNC_TOKEN"] = vendor.token
    process = subprocess.Popen(
        [sys.executable, "-m", "batchsync", "web", "--port", str(port), "--no-browser"],
        **end_with_parent(), env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
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


def csv_of(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def test_a_newcomer_reaches_the_first_result(open_page: Open, tmp_path: Path) -> None:
    """Without token and settings: three fields and at most eight clicks, and the token is stored for the next start."""
    with run_in_thread(SandboxSettings()) as vendor:
        port = free_port()
        with command(vendor, tmp_path, port, token=False) as (_, address):
            page = open_page(address)
            expect(page.locator(".setup")).to_be_visible()
            is_accessible(page)
            page.fill("[name=token]", vendor.token)
            page.fill("[name=account]", "main shop")
            page.fill("[name=max_points]", "100")
            page.click(".setup button")  # 1
            expect(page.locator(".setup")).to_have_count(0)
            expect(page.locator("#notice")).to_contain_text("Only the first call shows")
            upload(page, workbook(tmp_path / "orders.xlsx", 5))  # 2: choose
            page.click("[data-action=start]")  # 3
            expect(page.locator("[data-sum=cap]")).to_contain_text("100")
            page.click("#start button[value=yes]")  # 4
            page.wait_for_selector(".result.synced")
            assert b"PK" == download(page, "a[href$='result.xlsx']", tmp_path).read_bytes()[:2]  # 5
            assert 5 == vendor.charge_log.points
        settings = (tmp_path / "config.yaml").read_text(encoding="utf-8")
        assert ("main shop" in settings, "max_points: 100" in settings, vendor.token in settings) == (
            True,
            True,
            False,
        )
        with command(vendor, tmp_path, port, token=False) as (_, address):
            page = open_page(address)
            expect(page.locator(".dropzone")).to_be_visible()
            expect(page.locator(".setup")).to_have_count(0)


def test_a_wrong_token_is_refused(open_page: Open, tmp_path: Path) -> None:
    """A token with spaces is not stored; the page names what to do."""
    with (
        run_in_thread(SandboxSettings()) as vendor,
        command(vendor, tmp_path, free_port(), token=False) as (_, address),
    ):
        page = open_page(address)
        page.fill("[name=token]", "two words")
        page.click(".setup button")
        expect(page.locator("#error")).to_contain_text("not an access token")
        assert not (tmp_path / "settings").exists()


def test_columns_are_clicked_and_remembered(open_page: Open, tmp_path: Path) -> None:
    """Unknown headers: two candidates as cards, a click on a column; the next file with this header takes three clicks."""
    rows = [
        "no,first,second,third",
        *(f"{i},2601{i:02d}-{i:012d},X{i}-8819{i:04d},{MERCHANT}" for i in range(1, 9)),
    ]
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        (tmp_path / "odd.csv").write_text(csv_of(*rows), encoding="utf-8")
        page.set_input_files("#files", tmp_path / "odd.csv")
        page.wait_for_selector(".column-grid")
        expect(page.locator(".candidate")).to_have_count(2)
        assert "--" not in page.inner_text("main")
        is_accessible(page)
        page.click(".candidate [data-letter=B]")
        page.click(".column-grid td[data-letter=D] >> nth=2")
        expect(page.locator("[data-chosen=owner]")).to_have_text("D")
        page.click(".columns-form .primary")
        page.wait_for_selector(".check-summary")
        assert "8" == page.get_attribute("[data-action=start]", "data-orders")
        later = [row.replace("-0000", "-0009") for row in rows]
        (tmp_path / "next.csv").write_text(csv_of(*later), encoding="utf-8")
        page.goto(stage.origin)
        upload(page, tmp_path / "next.csv")
        expect(page.locator(".note.warn")).to_contain_text("same header")
        start(page)
        page.wait_for_selector(".result.synced")
        sent = {each.order for each in stage.vendor.charge_log.orders.values()}
        assert {f"2601{i:02d}-0009{i:08d}" for i in range(1, 9)} == sent


def test_columns_and_corrections_by_keyboard(open_page: Open, tmp_path: Path) -> None:
    """Columns are chosen, a cell is corrected and the file is started without a pointer."""
    rows = [
        "no,first,second",
        *(f"{i},2601{i:02d}-{i:012d},{MERCHANT}" for i in range(1, 5)),
        f"5,1.26E+17,{MERCHANT}",
    ]
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        (tmp_path / "odd.csv").write_text(csv_of(*rows), encoding="utf-8")
        page.set_input_files("#files", tmp_path / "odd.csv")
        for letter in "BC":
            reach(page, f".column-grid button.column[data-letter={letter}]")
            page.keyboard.press("Enter")
        reach(page, ".columns-form .primary")
        page.keyboard.press("Enter")
        reach(page, "[data-action=edit]")
        page.keyboard.press("Enter")
        page.keyboard.type("260105-000000000005")
        page.keyboard.press("Enter")
        expect(page.locator("#problem-rows")).to_have_count(0)
        reach(page, "[data-action=start]")
        page.keyboard.press("Enter")
        reach(page, "#start button[value=yes]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".result.synced")
        assert 5 == stage.vendor.charge_log.points


def test_a_merchant_is_chosen_and_never_remembered(open_page: Open, tmp_path: Path) -> None:
    """Without a merchant column a known merchant is offered, and shown in the question; the next file asks again."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "first.xlsx", 1))
        start(page)
        page.wait_for_selector(".result.synced")
        for n in (1, 2):
            path = tmp_path / f"{n}.csv"
            path.write_text(csv_of("订单号", f"260102-00000000000000{n}"), encoding="utf-8")
            page.goto(stage.origin)
            page.set_input_files("#files", path)
            page.click(f"[data-merchant='{MERCHANT}']")
            page.click(".columns-form .primary")
            page.wait_for_selector(".check-summary")
        page.click("[data-action=start]")
        expect(page.locator("[data-sum=merchants]")).to_contain_text(MERCHANT)


def test_an_unreadable_file_is_replaced(open_page: Open, tmp_path: Path) -> None:
    """It shows what is wrong and offers another file, not the columns; the corrected version is checked in its place."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        broken = tmp_path / "orders.xlsx"
        with zipfile.ZipFile(broken, "w") as package:
            package.writestr("xl/workbook.xml", "<workbook")
        page.set_input_files("#files", broken)
        expect(page.locator(".note.bad")).to_be_visible()
        expect(page.locator(".column-grid, .columns-form")).to_have_count(0)
        is_accessible(page)
        page.set_input_files("[data-replace]", workbook(tmp_path / "fixed.xlsx", 3))
        page.wait_for_selector(".check-summary")
        expect(page.locator("h1")).to_have_text("fixed.xlsx")
        assert "3" == page.get_attribute("[data-action=start]", "data-orders")


def test_a_locked_workbook_is_opened_with_its_password(open_page: Open, tmp_path: Path) -> None:
    """A wrong password is refused; with the right one the file is checked, and the password is not kept."""
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(encrypted(tmp_path / "plain.xlsx"))
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        page.set_input_files("#files", locked)
        page.fill("[name=password]", "wrong")
        page.click("[data-action=unlock] button")
        expect(page.locator("#error")).to_contain_text("cannot be opened with this password")
        is_accessible(page)
        page.fill("[name=password]", "secret")
        page.click("[data-action=unlock] button")
        page.wait_for_selector(".check-summary")
        assert "3" == page.get_attribute("[data-action=start]", "data-orders")
        kept = [path for path in stage.context.queue.store.folder.rglob("*") if path.is_file()]
        assert [] == [path for path in kept if b"secret" in path.read_bytes()]


def test_a_bad_cell_is_corrected(open_page: Open, tmp_path: Path) -> None:
    """The correction is sent, kept beside the file and named in the result; the uploaded file stays as it was."""
    bad: list[list[object]] = [[1.26e17, MERCHANT], ["#N/A", MERCHANT]]
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 3, extra=bad))
        problems = openpyxl.load_workbook(download(page, "a[href$='problems.xlsx']", tmp_path)).worksheets[0]
        assert (3, "s") == (problems.max_row, problems["C2"].data_type)
        page.click("[data-action=edit] >> nth=0")
        page.keyboard.type("260102-000000000000099")
        page.keyboard.press("Enter")
        expect(page.locator("[data-action=edit]")).to_have_count(1)
        expect(page.locator("#problem-rows tr")).to_have_count(1)
        start(page)
        page.wait_for_selector(".result .tiles")
        assert "260102-000000000000099" in {each.order for each in stage.vendor.charge_log.orders.values()}
        got = openpyxl.load_workbook(download(page, "a[href$='result.xlsx']", tmp_path))
        summary = "\n".join(
            str(cell.value) for row in got["Summary" if "Summary" in got else "汇总"] for cell in row
        )
        assert "260102-000000000000099" in summary
        record = next(iter(stage.context.queue.files.values())).record
        original = openpyxl.load_workbook(stage.context.queue.store.path(record)).worksheets[0]
        assert 1.26e17 == original["A5"].value


def test_seven_files_are_started_by_one_question(open_page: Open, tmp_path: Path) -> None:
    """Seven at once, all startable; three started together; the program is killed in the middle: nothing is charged twice."""
    with run_in_thread(SandboxSettings(latency_s=0.2)) as vendor:
        port = free_port()
        with command(vendor, tmp_path, port) as (process, address):
            page = open_page(address)
            files = [workbook(tmp_path / f"{n}.xlsx", 30, start=1000 * n) for n in range(1, 8)]
            page.set_input_files("#files", files)
            expect(page.locator("[data-select]")).to_have_count(7)
            is_accessible(page)
            for n in (0, 2, 4):
                page.check(f"[data-select] >> nth={n}")
            page.click("[data-action=start-selected]")
            expect(page.locator("[data-sum=orders]")).to_have_text("90")
            is_accessible(page)
            page.click("#start button[value=yes]")
            page.wait_for_selector(".pill.running")
            expect(page.locator(".pill.waiting")).to_have_count(2)
            page.wait_for_timeout(600)
            process.send_signal(signal.SIGKILL)
            process.wait()
            expect(page.locator("[data-when=dead]")).to_be_visible()
        with command(vendor, tmp_path, port, rate=400):
            expect(page.locator("#connection")).to_be_hidden()  # the same tab, the same session
            expect(page.locator(".pill.uncertain")).to_have_count(1)
            expect(page.locator(".file-info b.uncertain").first).to_be_visible()
            expect(page.locator("[data-select]")).to_have_count(6)
            page.check("[data-select-all]")
            page.click("[data-action=start-selected]")
            page.click("#start button[value=yes]")
            expect(page.locator(".pill.done")).to_have_count(6)
        assert ([], True) == (vendor.charge_log.charged_twice(), 180 <= vendor.charge_log.points <= 210)


def test_a_capped_file_is_shown_as_stopped(open_page: Open, tmp_path: Path) -> None:
    """The question names how many are sent now; afterwards the list shows that it was stopped, and what is left."""
    with staged(tmp_path, cap=20) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 50))
        page.click("[data-action=start]")
        expect(page.locator("[data-sum=cap]")).to_contain_text("at most 20 of 50 orders")
        page.click("#start button[value=yes]")
        page.wait_for_selector(".result .tiles")
        page.goto(stage.origin)
        expect(page.locator(".file .pill")).to_have_text("stopped early")
        expect(page.locator(".file-info")).to_contain_text("30 not sent")
        expect(page.locator(".file-info")).to_contain_text("cap")
        is_accessible(page)


def test_files_that_are_started_together_share_the_cap(open_page: Open, tmp_path: Path) -> None:
    """Three files under one cap spend no more than it together."""
    with staged(tmp_path, cap=50) as stage:
        page = open_page(stage.address)
        page.set_input_files(
            "#files", [workbook(tmp_path / f"{n}.xlsx", 20, start=1000 * n) for n in range(1, 4)]
        )
        expect(page.locator("[data-select]")).to_have_count(3)
        page.check("[data-select-all]")
        page.click("[data-action=start-selected]")
        expect(page.locator("[data-sum=cap]")).to_contain_text("at most 50 of 60 orders")
        page.click("#start button[value=yes]")
        expect(page.locator(".pill.done")).to_have_count(2)
        expect(page.locator(".pill.failed")).to_have_count(1)
        assert 50 == stage.vendor.charge_log.points


def test_files_are_dropped_and_pasted_anywhere(open_page: Open, tmp_path: Path) -> None:
    """On any page of the program."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        page.goto(f"{stage.origin}/points")
        text = csv_of("order_sn,mall_id", f"260101-000000000000001,{MERCHANT}")
        page.evaluate(UPLOAD_BY_DROP, ["dropped.csv", text, "main"])
        page.wait_for_selector(".check-summary")
        page.goto(f"{stage.origin}/settings")
        page.evaluate(PASTE, f"order_sn\tmall_id\n260101-000000000000002\t{MERCHANT}\n")
        page.wait_for_selector(".check-summary")
        page.goto(stage.origin)
        expect(page.locator(".file")).to_have_count(2)


def test_the_end_is_announced(open_page: Open, tmp_path: Path) -> None:
    """Tab title and icon of this file, and a live region with start, progress and the counts; the focus stays."""
    with staged(tmp_path, rate=30) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 40))
        page.evaluate(RECORD_ANNOUNCEMENTS)
        start(page)
        expect(page).to_have_title(re.compile(r"^\d+ % · orders.xlsx"))
        expect(page.locator("#icon")).to_have_attribute("href", re.compile("icon-running"))
        reach(page, "[data-action=pause]")
        page.wait_for_selector(".result.synced")
        expect(page).to_have_title(re.compile(r"^✓ orders.xlsx"))
        expect(page.locator("#icon")).to_have_attribute("href", re.compile("icon-done"))
        page.wait_for_function("window.announcements.join().includes('40 synced')")
        announced = "\n".join(page.evaluate("window.announcements"))
        print(announced)
        assert (
            "Sending has started" in announced,
            " %" in announced,
            "40 synced, 40 points" in announced,
        ) == (
            True,
            True,
            True,
        )


def test_a_desktop_notification_is_sent_only_if_asked_for(open_page: Open, tmp_path: Path) -> None:
    """The button asks for permission; then the end of a run is a notification with its figures."""
    with staged(tmp_path, latency_s=0.5) as stage:
        page = open_page(stage.address, permissions=["notifications"])
        page.add_init_script(
            "window.shown = [];"
            "window.Notification = class { static permission = 'granted';"
            " static async requestPermission() { return 'granted'; }"
            " constructor(title, options) { window.shown.push(`${title} ${options.body}`); } };"
        )
        page.reload()
        page.click("#notify")
        for n in (1, 2):
            upload(page, workbook(tmp_path / f"{n}.xlsx", 3, start=100 * n))
            start(page)
            page.wait_for_selector(".result.synced")
            page.wait_for_function("window.shown.length > 0")  # shown at the next event, after the result
            assert ["3 synced" in each for each in page.evaluate("window.shown")] == [True]
            page.goto(stage.origin)


def test_uncertain_orders_are_copied_and_decided_per_row(open_page: Open, tmp_path: Path) -> None:
    """One number or all go to the clipboard; a row has its own decision; the list follows."""
    with staged(tmp_path, faults=1.0) as stage:
        page = open_page(stage.address, permissions=["clipboard-read", "clipboard-write"])
        upload(page, workbook(tmp_path / "orders.xlsx", 12))
        start(page)
        page.wait_for_selector(".evidence li")
        count = page.locator(".evidence li").count()
        number = page.locator(".evidence [data-number]").first.get_attribute("data-number")
        page.click("[data-action=copy] >> nth=0")
        expect(page.locator("#announcer")).to_have_text("Copied.")
        assert number == page.evaluate("navigator.clipboard.readText()")
        page.click("[data-action=copy-all]")
        page.wait_for_timeout(300)
        assert count == len(page.evaluate("navigator.clipboard.readText()").split())
        is_accessible(page)
        page.click(".evidence li:first-child [data-decision=charged]")
        expect(page.locator(".evidence li")).to_have_count(count - 1)
        page.goto(stage.origin)
        expect(page.locator(".file-info b.uncertain")).to_contain_text(f"{count - 1} uncertain")


def test_orders_are_found_by_prefix(open_page: Open, tmp_path: Path) -> None:
    """The first digits list the orders; a prefix of one order shows its history."""
    with staged(tmp_path) as stage:
        page = open_page(stage.address)
        upload(page, workbook(tmp_path / "orders.xlsx", 12))
        start(page)
        page.wait_for_selector(".result.synced")
        page.goto(f"{stage.origin}/orders?q=260101-00000000000001")
        expect(page.locator(".kinds a")).to_have_count(3)
        is_accessible(page)
        page.click(".kinds a >> nth=0")
        page.wait_for_selector(".events li")


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_new_views_fit(width: int, open_page: Open, tmp_path: Path) -> None:
    """List, check, columns, question and result at phone, laptop and desktop width."""
    with staged(tmp_path, faults=0.5) as stage:
        page: Page = open_page(stage.address, lang="zh", width=width, height=800)
        upload(page, workbook(tmp_path / f"{'长文件名' * 9}.xlsx", 12, extra=[[1.26e17, MERCHANT]]))
        page.click("#columns summary")
        page.wait_for_selector(".column-grid")
        fits(page)
        page.click("[data-action=edit]")
        fits(page)
        page.click("[data-action=start]")
        fits(page)
        page.click("#start button[value=yes]")
        page.wait_for_selector(".result .tiles")
        fits(page)
        page.goto(stage.origin)
        page.wait_for_selector(".file")
        fits(page)

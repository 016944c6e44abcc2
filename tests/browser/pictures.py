"""Take pictures of every view of the page, in both languages, light and dark, wide and narrow.

python -m tests.browser.pictures [FOLDER]. The views that README and docs show go to docs/images as well.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.page_fixture import CHROMIUM, FLAGS, Stage, staged, workbook

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "pictures"
IMAGES = ROOT / "docs" / "images"
NAMES = {"zh": "十月订单.xlsx", "en": "October orders.xlsx"}
WIDTHS = {"wide": (1280, 860), "narrow": (390, 740)}
SHOWN = {
    "files-light-wide": "files",
    "columns-light-wide": "columns",
    "check-light-wide": "check",
    "question-light-wide": "question",
    "progress-light-wide": "live",
    "result-dark-wide": "result",
}
"""Views that README and docs show, and their names there."""
COLUMNS = {"zh": "序号,单号,运单号,店铺", "en": "no,document,waybill,shop"}
MORE = {"zh": ("九月补发.xlsx", "分店订单.xlsx"), "en": ("September.xlsx", "Second shop.xlsx")}
SMALL = {"zh": "快递重发.csv", "en": "resend.csv"}


class Camera:
    """Takes one view in both widths and both lights."""

    def __init__(self, page: Page, folder: Path, lang: str) -> None:
        self._page, self._folder, self._lang = page, folder, lang

    def take(self, view: str, *, whole: bool = False) -> None:
        for scheme in ("light", "dark"):
            self._page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width, (across, down) in WIDTHS.items():
                self._page.set_viewport_size({"width": across, "height": down})
                path = self._folder / f"{view}-{self._lang}-{scheme}-{width}.png"
                self._page.screenshot(path=path, full_page=whole)
                name = SHOWN.get(f"{view}-{scheme}-{width}")
                if name:
                    shutil.copyfile(path, IMAGES / f"page-{name}-{self._lang}.png")
        self._page.set_viewport_size({"width": WIDTHS["wide"][0], "height": WIDTHS["wide"][1]})


def take_all(browser: Browser, stage: Stage, folder: Path, lang: str, files: Path) -> None:
    """Take every view in the order of a day's work."""
    context = browser.new_context(locale="zh-CN" if lang == "zh" else "en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    camera = Camera(page, folder, lang)
    page.goto(f"{stage.origin}/")
    camera.take("login")
    page.goto(stage.address)
    camera.take("files-empty")
    (files / SMALL[lang]).write_text(
        f"{COLUMNS[lang]}\n"
        + "".join(f"{n},2609{n:02d}-55720188441{n:04d},YT88{n:02d}5512{n:04d},A\n" for n in range(1, 9)),
        encoding="utf-8",
    )
    page.set_input_files("#files", files / SMALL[lang])
    page.wait_for_selector(".column-grid")
    page.click("button.column[data-letter=B]")
    page.fill("[name=owner_id]", "2088123464")
    page.evaluate("scrollTo(0, 0)")
    camera.take("columns")
    page.goto(stage.origin)
    more = [workbook(files / name, 60, start=371906284500000 + n * 1000) for n, name in enumerate(MORE[lang])]
    page.set_input_files("#files", more)
    page.wait_for_selector("[data-select] >> nth=1")
    extra: list[list[object]] = [
        ["261007-000000000000007", "2088123464", "龙井茶"],
        [1.26e17, "2088123464", "手工陶杯"],
        ["#N/A", "2088123464", "帆布袋"],
    ]
    page.set_input_files("#files", workbook(files / NAMES[lang], 420, start=371906284410557, extra=extra))
    page.wait_for_selector(".check-summary")
    camera.take("check")
    camera.take("check-all", whole=True)
    page.click("[data-action=start]")
    camera.take("question")
    page.click("#start button[value=yes]")
    page.wait_for_selector(".kinds b")
    page.locator("[data-value=percent]").filter(has_text="5").first.wait_for()
    page.click("[data-action=pause]")
    page.wait_for_selector("[data-action=resume]:visible")
    page.click("[data-action=resume]")
    page.wait_for_selector("[data-action=pause]:visible")
    camera.take("progress")
    page.wait_for_selector(".evidence li")
    page.wait_for_selector(".grid td.synced")
    camera.take("result")
    camera.take("result-all", whole=True)
    for view, path, seen in (
        ("files", "/", ".file"),
        ("runs", "/runs", "tbody tr"),
        ("order", "/orders?q=260101-371906284410560", ".events"),
        ("points", "/points", ".chart"),
        ("nights", "/nights", ".empty"),
        ("settings", "/settings", ".doctor li"),
    ):
        page.goto(stage.origin + path)
        page.wait_for_selector(seen)
        camera.take(view, whole=view == "settings")
    context.close()


def main() -> None:
    """Take all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for lang in NAMES:
            with (
                tempfile.TemporaryDirectory() as files,
                staged(Path(files), rate=40, cap=500, faults=0.06, latency_s=0.1) as stage,
            ):
                take_all(browser, stage, folder, lang, Path(files))
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()

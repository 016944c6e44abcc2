"""What every view must be: without barriers (axe-core), in light and dark, and no wider than its window."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def is_accessible(page: Page) -> None:
    """Check a view with axe-core, whatever the severity: everything in light, contrasts in dark too."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = _violations(page, {"resultTypes": ["violations"]})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {each}" for each in _violations(page, CONTRAST)]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert [] == found, f"{page.url}: {found}"


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for each in violations
        for node in each["nodes"]
    ]


def fits(page: Page) -> None:
    """The page itself never scrolls sideways; tables do so inside their frames."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, page.url

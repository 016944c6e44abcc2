"""One Chromium for the tests of a file; each test has a context of its own, with access to this machine only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.page_fixture import CHROMIUM, FLAGS, in_ci

Open = Callable[..., Page]
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's own; without it these tests are skipped, except in CI, where it must be there.

    One for each module and no longer: while its driver lives, an event loop runs that no other test may meet.
    """
    if not CHROMIUM.exists():
        sentence = f"{CHROMIUM} is not here: apt-get install chromium"
        if in_ci():
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open an address in a fresh context; script errors and requests to other machines fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(address: str, *, lang: str = "en", width: int = 1280, height: int = 860, **more: Any) -> Page:
        context = chromium.new_context(
            locale="zh-CN" if lang == "zh" else "en-GB", viewport={"width": width, "height": height}, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        origin = address.partition("/login")[0]
        page = context.new_page()
        watch(page, origin, faults)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [] == faults


def watch(page: Page, origin: str, faults: list[str]) -> None:
    """Record script errors, violations of the policy, dialogs, and requests to other machines."""

    def asked(url: str) -> None:
        if not url.startswith((origin, "blob:", "data:")):
            faults.append(f"asked {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
    page.on(
        "console",
        lambda message: (
            faults.append(f"policy: {message.text}") if "Content Security Policy" in message.text else None
        ),
    )

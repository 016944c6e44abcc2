"""Requests that are refused: from other sites, other host names, other machines, and without a session."""

from pathlib import Path

import aiohttp
import pytest

from batchsync.config import WebSettings
from batchsync.errors import SettingsError
from batchsync.web.security import access_from, split_host
from tests.web.conftest import MakeConfig, Page, served, sheet


async def test_without_the_cookie_nothing_is_shown(make_config: MakeConfig) -> None:
    """Every page, part, file and action needs a session; style sheet and scripts do not."""
    async with served(make_config()) as page:
        paths = (
            "/",
            "/part",
            "/runs",
            "/orders?q=1",
            "/points",
            "/settings",
            "/api/events",
            "/files/0123456789ab",
        )
        got = [(await page.visitor.get(path)).status for path in paths]
        posted = [
            (await page.visitor.post(path)).status
            for path in ("/api/files?name=a.csv", "/api/files/0123456789ab/stop", "/api/runs/x/resolve")
        ]
        assert [401] * 11 == got + posted
        assert 200 == (await page.visitor.get("/static/page.css")).status


async def test_a_login_token_works_once(make_config: MakeConfig) -> None:
    """Its second use is refused; another address is announced after its first."""
    async with served(make_config()) as page:
        assert 200 == await page.visitor.login()
        async with aiohttp.ClientSession() as other, other.get(page.addresses[0]) as answer:
            assert 401 == answer.status
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other,
            other.get(page.addresses[1]) as answer,
        ):
            assert 200 == answer.status


async def test_the_cookie_is_for_this_page_alone(make_config: MakeConfig) -> None:
    """No script reads it, no other site's request carries it, and its name differs between two pages on one machine."""
    async with served(make_config()) as page:
        answer = await page.visitor.get(page.visitor.login_address.removeprefix(page.visitor.origin))
        cookie = answer.headers["Set-Cookie"]
        port = page.visitor.origin.rpartition(":")[2]
        assert (True, True, True) == (
            "HttpOnly" in cookie, "SameSite=Strict" in cookie, cookie.startswith(f"batchsync-{port}="),
        )  # fmt: skip


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", "10.0.0.7", "", "[::2]"]
)
async def test_a_rebound_name_is_refused(page: Page, host: str) -> None:
    """A request that names another host is refused, cookie or not."""
    port = page.visitor.origin.rpartition(":")[2]
    named = host if ":" in host and not host.startswith("[") else f"{host}:{port}"
    assert 403 == (await page.visitor.get("/", Host=named)).status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_an_action_from_another_site_is_refused(page: Page, headers: dict[str, str]) -> None:
    """Cookie or not: what changes anything must come from our own page."""
    file = await page.visitor.upload(sheet(1))
    answer = await page.visitor.post(f"/api/files/{file}/remove", **headers)
    assert (403, True) == (answer.status, file in page.context.queue.files)


async def test_an_action_without_an_origin_is_refused(page: Page) -> None:
    """Browsers always send the origin of a POST."""
    async with page.visitor.session.post(f"{page.visitor.origin}/api/files?name=a.csv", data=b"x") as answer:
        assert 403 == answer.status


async def test_other_sites_get_no_parts_of_the_page(page: Page) -> None:
    """A script or image element of another site is refused, a link from there is followed."""
    cross = {"Sec-Fetch-Site": "cross-site"}
    refused = await page.visitor.get("/part", **cross, **{"Sec-Fetch-Mode": "no-cors"})
    followed = await page.visitor.get("/", **cross, **{"Sec-Fetch-Mode": "navigate"})
    assert (403, 200) == (refused.status, followed.status)


@pytest.mark.parametrize("act", ["check", "start", "pause", "resume", "stop", "dequeue", "remove"])
async def test_nothing_happens_by_get(page: Page, act: str) -> None:
    """Every action is a POST."""
    file = await page.visitor.upload(sheet(1))
    assert (await page.visitor.get(f"/api/files/{file}/{act}")).status in (404, 405)


@pytest.mark.parametrize(
    "path", ["/", "/static/page.css", "/nowhere", "/runs", "/api/files/0123456789ab/stop"]
)
async def test_every_response_has_security_headers(page: Page, path: str) -> None:
    """No inline script, no frame, no guessing of types, no other origin: on pages, files and errors alike."""
    headers = (await page.visitor.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert ("nosniff", "DENY", False, True) == (
        headers["X-Content-Type-Options"],
        headers["X-Frame-Options"],
        "unsafe" in policy,
        policy.startswith("default-src 'none'"),
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static/..\\server.py",
        "/files/..%2f..%2fledger",
        "/files/0123456789ab%2f../rows",
        "/runs/..%2f..%2fetc%2fpasswd/result.xlsx",
        "/runs/x/result.py",
    ],
)
async def test_no_path_leads_out(page: Page, path: str) -> None:
    """Neither the style sheets' folder nor a run's or a file's name opens any other file."""
    from yarl import URL

    async with page.visitor.session.get(URL(page.visitor.origin + path, encoded=True)) as answer:
        assert answer.status in (400, 403, 404)
        assert "import" not in await answer.text()


# --- Binding and passwords ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop-pc"])
def test_other_machines_need_a_password(host: str) -> None:
    """A host that other machines reach is refused as long as no password file is named."""
    with pytest.raises(SettingsError, match="password"):
        access_from(WebSettings(host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_no_password(host: str) -> None:
    """Loopback addresses are local; the page accepts the host it was given, and no other name."""
    access = access_from(WebSettings(host=host))
    shown = f"[{host}]:8686" if ":" in host else f"{host}:8686"
    found = (access.is_local, access.accepts_host(shown, 8686), access.accepts_host("shop-pc:8686", 8686))
    assert (True, True, False) == found


def test_a_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Mode 0600 or none; a short one is refused, too."""
    path = tmp_path / "password"
    path.write_text("correct horse", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        access_from(WebSettings(host="0.0.0.0", password_file=path))
    path.chmod(0o600)
    access = access_from(WebSettings(host="0.0.0.0", password_file=path))
    assert (True, False) == (
        access.accepts_password("correct horse"),
        access.accepts_password("correct horsf"),
    )
    path.write_text("short", encoding="utf-8")
    with pytest.raises(SettingsError, match="8 characters"):
        access_from(WebSettings(password_file=path))


async def test_a_password_opens_the_page(make_config: MakeConfig, tmp_path: Path) -> None:
    """The right one gives the cookie, a wrong one nothing."""
    path = tmp_path / "password"
    path.write_text("correct horse", encoding="utf-8")
    path.chmod(0o600)
    async with served(make_config(host="0.0.0.0", password_file=path)) as page:
        origin = {"Origin": page.visitor.origin}
        url = f"{page.visitor.origin}/login"
        async with page.visitor.session.post(url, data={"password": "wrong horse"}, headers=origin) as answer:
            assert (401, True) == (answer.status, "password is wrong" in await answer.text())
        async with page.visitor.session.post(
            url, data={"password": "correct horse"}, headers=origin
        ) as answer:
            assert 200 == answer.status
        assert 200 == (await page.visitor.get("/runs")).status


@pytest.mark.parametrize(
    ("host", "split"),
    [
        ("LocalHost:8686", ("localhost", 8686)),
        ("[::1]:80", ("[::1]", 80)),
        ("[::1]", ("[::1]", 80)),
        ("a:b", ("a", -1)),
    ],
)
def test_a_host_header_is_taken_apart(host: str, split: tuple[str, int]) -> None:
    """Name and port, in any spelling."""
    assert split == split_host(host)

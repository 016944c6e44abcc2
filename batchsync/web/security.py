"""Access to the page: the address it is bound to, passwords, sessions, and the checks of every request.

Any site that the user visits can send requests to a page on this machine: by a form, a script, or a host name rebound to
127.0.0.1. So each request must name one of our hosts, carry the session cookie, which other sites' requests do not carry,
and come from our own page if it changes anything.
"""

import asyncio
import contextlib
import hmac
import ipaddress
import os
import secrets
import socket
import stat
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from batchsync.config import WebSettings
from batchsync.errors import SettingsError
from batchsync.messages import web as messages

SESSION_KEY = "session.key"
SECRET_LENGTH = 40
SECRET_DAYS = 30
"""Sessions end after so many days."""
PASSWORD_MIN = 8
PASSWORD_MAX = 1024
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PUBLIC_PATHS = frozenset({"/login", "/language"})
"""Paths that need no session; neither do the static files, which hold no data."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
LOGIN_TOKENS_MAX = 8

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would make the Origin of our own forms "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# --- Binding ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The address that the page is bound to, and its password."""

    host: str
    port: int
    is_local: bool
    """Whether only this machine can reach it."""
    password: str = field(default="", repr=False)

    def accepts_password(self, password: str) -> bool:
        """Return whether this is the password, in constant time."""
        return bool(self.password) and hmac.compare_digest(password.encode(), self.password.encode())

    def accepts_host(self, host: str, port: int) -> bool:
        """Return whether a Host header names this page.

        A site that rebinds its name to our address still sends its name, so only known names are accepted. A bare
        address can't be rebound: it is accepted wherever the page is offered to other machines.
        """
        name, host_port = split_host(host)
        if host_port != port:
            return False
        own_names = {*LOOPBACK_NAMES, self.host.lower(), f"[{self.host.lower()}]"}
        if name in own_names or self.is_local:
            return name in own_names
        return name == socket.gethostname().lower() or is_address(name)

    def url(self, port: int, path: str = "/") -> str:
        """Return an address of the page for a browser on this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "localhost") else self.host  # noqa: S104 (compared)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"


def access_from(settings: WebSettings) -> Access:
    """Return how the page is bound. Raises SettingsError for a host that others can reach without a password."""
    host = "127.0.0.1" if settings.host.lower() == "localhost" else settings.host  # one socket, one port
    is_local = is_loopback(host)
    password = read_password(settings.password_file) if settings.password_file else ""
    if not is_local and not password:
        raise SettingsError(messages.NEEDS_PASSWORD, host=settings.host)
    return Access(host=host, port=settings.port, is_local=is_local, password=password)


def read_password(path: Path) -> str:
    """Return the password in a file that only its owner can read. Raises SettingsError."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")[: PASSWORD_MAX + 1].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(messages.NO_PASSWORD_FILE, file=path, error=error) from error
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):  # Windows has no such bits
        raise SettingsError(messages.PASSWORD_OPEN, file=path)
    if not PASSWORD_MIN <= len(text) <= PASSWORD_MAX:
        raise SettingsError(messages.PASSWORD_SHORT, file=path, least=PASSWORD_MIN)
    return text


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach what is bound there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_address(name: str) -> bool:
    """Return whether a host is a bare IP address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def split_host(host: str) -> tuple[str, int]:
    """Return name and port of a Host header; port 80 when it has none, -1 when it is no number."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        return host.lower(), 80
    return name, int(port) if port.isdecimal() and len(port) <= 5 else -1


# --- Sessions -----------------------------------------------------------------------------------------------


def load_secret(folder: Path) -> str:
    """Return the session secret in a folder, so that sessions survive a restart; a new one after SECRET_DAYS."""
    path = folder / SESSION_KEY
    with contextlib.suppress(OSError, UnicodeDecodeError):
        secret = path.read_text(encoding="ascii")
        if len(secret) >= SECRET_LENGTH and time.time() - path.stat().st_mtime < SECRET_DAYS * 86_400:
            return secret
    secret = secrets.token_urlsafe(32)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret


def cookie_name(port: int) -> str:
    """Return the session cookie's name; cookies ignore ports, so two pages on one machine need two names."""
    return f"batchsync-{port}"


class SessionAuth:
    """The session secret of the cookie, and one-time tokens that start a session."""

    def __init__(self, access: Access, secret: str) -> None:
        self.access = access
        self.port = access.port
        """The port that is listened on."""
        self._secret = secret
        self._tokens: list[str] = []
        self.login_lock = asyncio.Lock()
        """One password is checked at a time."""

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return cookie_name(self.port)

    def issue_token(self) -> str:
        """Return a token that starts one session."""
        token = secrets.token_urlsafe(24)
        self._tokens = [*self._tokens[1 - LOGIN_TOKENS_MAX :], token]
        return token

    def consume_token(self, token: str) -> bool:
        """Use a token up; return False when it is unknown or used."""
        matching = [each for each in self._tokens if hmac.compare_digest(each.encode(), token.encode())]
        self._tokens = [each for each in self._tokens if each not in matching]
        return bool(matching)

    def set_cookie(self, response: web.StreamResponse) -> None:
        """Give a browser the session cookie."""
        response.set_cookie(
            self.cookie,
            self._secret,
            max_age=SECRET_DAYS * 86_400,
            httponly=True,
            samesite="Strict",
            path="/",
        )

    def is_authenticated(self, request: web.Request) -> bool:
        """Return whether a request carries the session cookie."""
        return hmac.compare_digest(request.cookies.get(self.cookie, "").encode(), self._secret.encode())


# --- Requests -----------------------------------------------------------------------------------------------


def rejection_reason(request: web.Request, auth: SessionAuth) -> str:
    """Return why a request is refused whoever sends it, in a word for the log; empty when it isn't."""
    host = request.headers.get("Host", "")
    if not auth.access.accepts_host(host, auth.port):
        return "host"
    site = request.headers.get("Sec-Fetch-Site", "")
    if request.method in SAFE_METHODS:
        navigates = request.headers.get("Sec-Fetch-Mode") == "navigate"
        return "" if site in ("", "none", "same-origin") or navigates else "site"
    origin = request.headers.get("Origin")
    if origin is None:
        return "" if site == "same-origin" else "origin"
    parts = urlsplit(origin)
    same = parts.scheme in ("http", "https") and split_host(parts.netloc) == split_host(host)
    return "" if same and site in ("", "same-origin") else "origin"


def security_middleware(
    auth: SessionAuth, unauthenticated: Handler
) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware that refuses foreign requests and sends those without a session to `unauthenticated`."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if rejection_reason(request, auth):
            return web.Response(status=403, text="Refused: this request did not come from the page itself.\n")
        is_public = request.path in PUBLIC_PATHS or request.path.startswith("/static/")
        if not is_public and not auth.is_authenticated(request):
            return await unauthenticated(request)
        return await handler(request)

    return check


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every response."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    is_static = request.path.startswith("/static/")
    response.headers.setdefault("Cache-Control", "no-cache" if is_static else "no-store")

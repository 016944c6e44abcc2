"""The door: who is let in, and what is asked of every request before anything looks at it.

A page on this machine can be reached by every site that its user visits: through a form, a script, a name bound anew to
127.0.0.1. So each request must name one of our hosts, carry the secret of this start in a cookie that no other site's
request carries, and, where it changes anything, come from our own page.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from batchsync.web.access import Access, split_host

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN_PATHS = frozenset({"/enter", "/login", "/language"})
"""What can be asked for without the cookie; so can the style sheet and the scripts, which hold nothing."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
KEYS_AT_ONCE = 8

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


class SessionAuth:
    """The secrets of one start: the cookie's, and keys that open the page once each."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.port = access.port
        """What is really listened on, once it is."""
        self._secret = secrets.token_urlsafe(32)
        self._keys: list[str] = []

    @property
    def cookie(self) -> str:
        """The cookie's name; cookies know no ports, so two pages on one machine need two names."""
        return f"batchsync-{self.port}"

    def new_key(self) -> str:
        """Return a key that opens the page once."""
        key = secrets.token_urlsafe(24)
        self._keys = [*self._keys[1 - KEYS_AT_ONCE :], key]
        return key

    def redeem(self, key: str) -> bool:
        """Use a key up; False when there is no such key (any more)."""
        fitting = [each for each in self._keys if hmac.compare_digest(each.encode(), key.encode())]
        self._keys = [each for each in self._keys if each not in fitting]
        return bool(fitting)

    def let_in(self, response: web.StreamResponse) -> None:
        """Give a browser the cookie; it forgets it when it is closed."""
        response.set_cookie(self.cookie, self._secret, httponly=True, samesite="Strict", path="/")

    def knows(self, request: web.Request) -> bool:
        """Whether a request carries the secret of this start."""
        return hmac.compare_digest(request.cookies.get(self.cookie, "").encode(), self._secret.encode())


def rejection_reason(request: web.Request, door: SessionAuth) -> str:
    """Return why a request is refused whoever sends it, in a word for the log; empty when it isn't."""
    host = request.headers.get("Host", "")
    if not door.access.answers_to(host, door.port):
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
    door: SessionAuth, locked: Handler, refused: Handler
) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware: `refused` answers what is out of order, `locked` those without the cookie."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        if rejection_reason(request, door):
            return await refused(request)
        is_open = request.path in OPEN_PATHS or request.path.startswith("/static/")
        if not is_open and not door.knows(request):
            return await locked(request)
        return await handler(request)

    return watch


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer, whatever it is."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    fresh = "no-cache" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault("Cache-Control", fresh)

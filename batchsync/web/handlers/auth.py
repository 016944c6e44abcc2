"""Handlers at the door: a key opens the page once, a password where there is one, and the language switch."""

import asyncio

from aiohttp import web

from batchsync.messages import Lang
from batchsync.web.context import AppContext
from batchsync.web.templating import LANGUAGE_COOKIE

A_YEAR_S = 365 * 86_400
WRONG_PASSWORD_S = 1.0
"""How long a wrong password is thought about; one at a time."""
LONGEST_FORM = 4096


class AuthHandlers:
    """Lets browsers in."""

    def __init__(self, house: AppContext) -> None:
        self._house = house
        self._one_at_a_time = asyncio.Lock()

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Take a key and give the cookie for it; then the page's own address, which holds no secret."""
        door = self._house.door
        if not door.redeem(request.query.get("key", "")):
            if not door.knows(request):
                return await self.locked(request)
            return web.Response(status=303, headers={"Location": "/"})
        response = web.Response(status=303, headers={"Location": "/"})
        door.let_in(response)
        self._house.say_address(door.new_key())
        return response

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Take the password and give the cookie for it."""
        door = self._house.door
        given = await _form(request)
        async with self._one_at_a_time:
            if not door.access.opens(given.get("password", "")):
                await asyncio.sleep(WRONG_PASSWORD_S)
                return self._house.pages.response(
                    request, "locked.html", status=401, password=True, wrong=True
                )
        response = web.Response(status=303, headers={"Location": "/"})
        door.let_in(response)
        return response

    async def language(self, request: web.Request) -> web.StreamResponse:
        """Remember the language that was chosen, and go back to where it was."""
        given = await _form(request)
        back = given.get("back", "/")
        safe = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
        response = web.Response(status=303, headers={"Location": back if safe else "/"})
        if given.get("lang") in tuple(Lang):
            response.set_cookie(
                LANGUAGE_COOKIE, given["lang"], max_age=A_YEAR_S, httponly=True, samesite="Lax", path="/"
            )
        return response

    async def locked(self, request: web.Request) -> web.StreamResponse:
        """Answer those without the cookie."""
        if request.path.startswith("/api/"):
            return web.json_response({"error": "locked"}, status=401)
        password = bool(self._house.door.access.password)
        return self._house.pages.response(request, "locked.html", status=401, password=password, wrong=False)

    async def refused(self, _request: web.Request) -> web.StreamResponse:
        """Answer what did not come from our own page; says nothing of it."""
        return web.Response(status=403, text="Refused: this request did not come from the page itself.\n")


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_length is None or request.content_length > LONGEST_FORM:
        raise web.HTTPBadRequest
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}

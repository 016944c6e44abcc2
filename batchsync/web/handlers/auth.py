"""Handlers that start a session and choose the language."""

import asyncio

from aiohttp import web

from batchsync.messages import Lang
from batchsync.web.context import CONTEXT
from batchsync.web.rendering import LANGUAGE_COOKIE

LANGUAGE_MAX_AGE_S = 365 * 86_400
WRONG_PASSWORD_S = 1.0
"""Delay after a wrong password; one login at a time."""
FORM_MAX = 4096

routes = web.RouteTableDef()


@routes.get("/login")
async def login_by_token(request: web.Request) -> web.StreamResponse:
    """Start a session for a one-time token, and redirect to the page, whose address holds no secret."""
    context = request.app[CONTEXT]
    if not context.auth.consume_token(request.query.get("token", "")):
        if not context.auth.is_authenticated(request):
            return await unauthenticated(request)
        return web.Response(status=303, headers={"Location": "/"})
    response = web.Response(status=303, headers={"Location": "/"})
    context.auth.set_cookie(response)
    context.announce_address(context.auth.issue_token())
    return response


@routes.post("/login")
async def login_by_password(request: web.Request) -> web.StreamResponse:
    """Start a session for the password."""
    context = request.app[CONTEXT]
    form = await _read_form(request)
    async with context.auth.login_lock:
        if not context.auth.access.accepts_password(form.get("password", "")):
            await asyncio.sleep(WRONG_PASSWORD_S)
            return context.renderer.response(
                request, "login.html", status=401, needs_password=True, is_wrong=True
            )
    response = web.Response(status=303, headers={"Location": "/"})
    context.auth.set_cookie(response)
    return response


@routes.post("/api/login-token")
async def issue_token(request: web.Request) -> web.StreamResponse:
    """Return a one-time token for another browser, or for a second start of the program."""
    return web.json_response({"token": request.app[CONTEXT].auth.issue_token()})


@routes.post("/language")
async def choose_language(request: web.Request) -> web.StreamResponse:
    """Remember the chosen language, and go back to the page it was chosen on."""
    form = await _read_form(request)
    back = form.get("back", "/")
    is_own = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = web.Response(status=303, headers={"Location": back if is_own else "/"})
    if form.get("lang") in tuple(Lang):
        response.set_cookie(
            LANGUAGE_COOKIE,
            form["lang"],
            max_age=LANGUAGE_MAX_AGE_S,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


async def unauthenticated(request: web.Request) -> web.StreamResponse:
    """Respond to a request without a session."""
    context = request.app[CONTEXT]
    if request.path.startswith("/api/"):
        return web.json_response({"error": "no session"}, status=401)
    needs_password = bool(context.auth.access.password)
    return context.renderer.response(
        request, "login.html", status=401, needs_password=needs_password, is_wrong=False
    )


async def _read_form(request: web.Request) -> dict[str, str]:
    if request.content_length is None or request.content_length > FORM_MAX:
        raise web.HTTPBadRequest
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}

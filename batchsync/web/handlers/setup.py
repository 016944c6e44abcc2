"""Handler of the first start: stores the access token, the account name and the points cap."""

import asyncio
from dataclasses import replace

from aiohttp import web
from pydantic import SecretStr

from batchsync.errors import SettingsError
from batchsync.messages import web as messages
from batchsync.web import request_parsing
from batchsync.web.context import CONTEXT

ACCOUNT_MAX = 60

routes = web.RouteTableDef()


@routes.post("/api/setup")
async def save_setup(request: web.Request) -> web.StreamResponse:
    """Store what the first start asks for; it holds at once, without a restart."""
    context = request.app[CONTEXT]
    body = await request_parsing.read_json(request)
    config = context.loaded.config
    token = request_parsing.get_str(body, "token", longest=4096)
    account, max_points = config.api.account, config.spend.max_points
    if context.loaded.file is None and "account" in body:
        account = request_parsing.get_str(body, "account") or account
        max_points = request_parsing.get_int(body, "max_points")
        if not 0 < len(account) <= ACCOUNT_MAX or not account.isprintable():
            raise SettingsError(messages.BAD_ACCOUNT)
    file = await asyncio.to_thread(context.save_setup, token, account, max_points)
    config = config.model_copy(
        update={
            "token": SecretStr(token),
            "api": config.api.model_copy(update={"account": account}),
            "spend": config.spend.model_copy(update={"max_points": max_points}),
        }
    )
    context.use_settings(replace(context.loaded, config=config, file=file or context.loaded.file))
    return web.json_response({})

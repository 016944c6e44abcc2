"""What a request asks for, taken apart with care: everything in it is foreign."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web

from batchsync.errors import UsageError
from batchsync.messages import web as messages

LONGEST_BODY = 1024 * 1024
PART = 256 * 1024
MOST = 10**12


async def read_json(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object of a request; an empty one when there is no body. Raises UsageError."""
    raw = await request.content.read(LONGEST_BODY + 1)
    if len(raw) > LONGEST_BODY or not request.content.at_eof():
        raise UsageError(messages.BAD_REQUEST)
    if not raw:
        return {}
    try:
        told = json.loads(raw)
    except ValueError:
        raise UsageError(messages.BAD_REQUEST) from None
    if not isinstance(told, dict):
        raise UsageError(messages.BAD_REQUEST)
    return told


def get_str(told: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """Return a text; empty when it is missing."""
    value = told.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise UsageError(messages.BAD_REQUEST)
    return value.strip()


def get_int(told: Mapping[str, Any], name: str, *, least: int = 0) -> int | None:
    """Return a whole number, or None when it is missing. Raises UsageError for anything else."""
    value = told.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value) if len(value) < 14 else MOST + 1
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
        raise UsageError(messages.NOT_A_NUMBER)
    return value


def query_int(request: web.Request, name: str, default: int, most: int = MOST) -> int:
    """Return a number of the query; the default where it is none."""
    value = request.query.get(name, "")
    return min(int(value), most) if value.isdecimal() and len(value) < 14 else default


async def parts(request: web.Request) -> AsyncIterator[bytes]:
    """Yield an upload part by part, as it comes."""
    async for part in request.content.iter_chunked(PART):
        yield part

"""Reads values from requests; everything in them is foreign input."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web

from batchsync.errors import UsageError
from batchsync.messages import Lang
from batchsync.messages import web as messages
from batchsync.ooxml.references import letter

BODY_MAX = 1024 * 1024
CHUNK = 256 * 1024
NUMBER_MAX = 10**12
_ID = re.compile(r"[0-9][0-9-]{5,}")
"""A cell that is no header."""


async def read_json(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object of a request; an empty one when there is no body. Raises UsageError."""
    raw = await request.content.read(BODY_MAX + 1)
    if len(raw) > BODY_MAX or not request.content.at_eof():
        raise UsageError(messages.BAD_REQUEST)
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise UsageError(messages.BAD_REQUEST) from None
    if not isinstance(body, dict):
        raise UsageError(messages.BAD_REQUEST)
    return body


def get_str(body: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """Return a text; empty when it is missing."""
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise UsageError(messages.BAD_REQUEST)
    return value.strip()


def get_int(body: Mapping[str, Any], name: str, *, least: int = 0) -> int | None:
    """Return a whole number, or None when it is missing. Raises UsageError for anything else."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value) if len(value) < 14 else NUMBER_MAX + 1
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= NUMBER_MAX:
        raise UsageError(messages.NOT_A_NUMBER)
    return value


def get_list(body: Mapping[str, Any], name: str, longest: int) -> list[Mapping[str, Any]]:
    """Return a list of 1 to `longest` objects. Raises UsageError for anything else."""
    values = body.get(name)
    if not isinstance(values, list) or not 0 < len(values) <= longest:
        raise UsageError(messages.BAD_REQUEST)
    if not all(isinstance(each, dict) for each in values):
        raise UsageError(messages.BAD_REQUEST)
    return values


def query_int(request: web.Request, name: str, default: int, most: int = NUMBER_MAX) -> int:
    """Return a number of the query; the default where it is none."""
    value = request.query.get(name, "")
    return min(int(value), most) if value.isdecimal() and len(value) < 14 else default


async def chunks(request: web.Request) -> AsyncIterator[bytes]:
    """Yield a body chunk by chunk, as it arrives."""
    async for chunk in request.content.iter_chunked(CHUNK):
        yield chunk


def parse_pasted(text: str, lang: Lang) -> str:
    """Return pasted rows as tab-separated text with a header; a missing header becomes the columns' letters.

    No column is guessed here: for rows without a header the user chooses the columns. Raises UsageError for no rows.
    """
    rows = list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter="\t"))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise UsageError(messages.NOTHING_PASTED)
    if any(_ID.fullmatch(cell.strip()) for cell in rows[0]):
        width = max(len(row) for row in rows)
        rows.insert(0, [messages.COLUMN.render(lang, letter=letter(column)) for column in range(width)])
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()

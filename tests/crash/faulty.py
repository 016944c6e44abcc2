"""Planted bugs for a whole process: the shared ones, and one that needs the real HTTP client."""

import contextlib
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any
from unittest.mock import patch

from batchsync.sending.call import Call
from batchsync.sending.raw_http import Exchange
from tests.planted_bugs import BUGS, Undo

_request = Exchange.request


async def _follow(self: Exchange, body: bytes, call: Call) -> Any:
    connection, message, content = await _request(self, body, call)
    if message.code not in {307, 308}:
        return connection, message, content
    await content.read()
    connection.release()
    elsewhere = copy(self)
    _, _, rest = self._head.partition(b" HTTP/1.1")
    elsewhere._head = b"POST " + message.headers["Location"].encode() + b" HTTP/1.1" + rest
    return await _request(elsewhere, body, call)


FAULTY: Mapping[str, Callable[[], Undo]] = {
    **BUGS,
    "redirects followed": lambda: patch.object(Exchange, "request", _follow),
}
KILLS_CATCH = ("resend on time-out", "sending back to planned", "redirects followed", "claim after send")
"""The bugs that a campaign of kills must find out."""
_for_good = contextlib.ExitStack()


def planted_for_good(bug: str | None) -> None:
    """Live with a bug to the end of the process."""
    if bug is not None:
        _for_good.enter_context(FAULTY[bug]())

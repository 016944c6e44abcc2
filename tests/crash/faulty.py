"""Planted bugs for a whole process: the shared ones, and one that needs the real HTTP client."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import aiohttp

from tests.planted import BUGS, Undo

_post = aiohttp.ClientSession.post


def _follow(self: aiohttp.ClientSession, url: Any, **named: Any) -> Any:
    return _post(self, url, **(named | {"allow_redirects": True}))


FAULTY: Mapping[str, Callable[[], Undo]] = {
    **BUGS,
    "redirects followed": lambda: patch.object(aiohttp.ClientSession, "post", _follow),
}
_for_good = contextlib.ExitStack()


def planted_for_good(bug: str | None) -> None:
    """Live with a bug to the end of the process."""
    if bug is not None:
        _for_good.enter_context(FAULTY[bug]())

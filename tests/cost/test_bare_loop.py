"""The bare loop that the product is measured against does the whole job: else every ratio would flatter us."""

from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import hdrs
from aioresponses import aioresponses
from yarl import URL

from benchmarks.bare import send_all

ADDRESS = "http://vendor.test/sync"
ROWS = [["2088123464", f"260101-{number:015d}"] for number in range(250)]


class Answer(aiohttp.ClientResponse):
    """An answer that brings the stream writer that aiohttp 3.14 asks for and aioresponses doesn't know of."""

    def __init__(self, method: str, url: URL, **given: Any) -> None:
        given.setdefault("stream_writer", SimpleNamespace(output_size=0))
        super().__init__(method, url, **given)


async def test_the_bare_loop_posts_each_order_once_and_keeps_each_answer() -> None:
    """The real body, the token, one POST per order, and a line of results for each."""
    with aioresponses() as vendor:
        answer = {"status": 0, "data": {"success": True, "amount": 2}}
        vendor.post(ADDRESS, payload=answer, repeat=True, response_class=Answer)
        out = await send_all(ADDRESS, iter(ROWS))
        sent = vendor.requests[hdrs.METH_POST, URL(ADDRESS)]
    assert [{"orderSns": number, "ownerId": owner} for owner, number in ROWS] == [
        call.kwargs["json"] for call in sent
    ]
    assert all(call.kwargs["headers"]["Authorization"] for call in sent)
    assert sorted([number, 0, 2] for _, number in ROWS) == sorted(out)

"""Clients with the usual bugs: the harness must catch each."""

from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from batchsync.config import ApiSettings
from batchsync.model import NoResponse, Order, Reason, Response
from tests.faults.harness import TOKEN, Sender, ours


class _Wrapped:
    """The client with one bug added."""

    def __init__(self, api: ApiSettings) -> None:
        self._client = ours(api)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        return await self._client.send(order, claimed_at, slot)


class TimeoutIsNotSent(_Wrapped):
    """Treats a time-out as proof that nothing was sent."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        response = await super().send(order, claimed_at, slot)
        if isinstance(response, NoResponse) and response.reason is Reason.TIMEOUT:
            return replace(response, maybe_sent=False)
        return response


class DisconnectIsNotSent(_Wrapped):
    """Treats a closed connection as proof that nothing was sent."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        response = await super().send(order, claimed_at, slot)
        if isinstance(response, NoResponse) and "ServerDisconnectedError" in response.error:
            return replace(response, maybe_sent=False, reason=Reason.UNREACHABLE)
        return response


class TriesAgain(_Wrapped):
    """Sends a second time without a response."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        response = await super().send(order, claimed_at, slot)
        return response if isinstance(response, Response) else await super().send(order, claimed_at, slot)


class ReportsSendingLate(_Wrapped):
    """Reports the sending only after the response."""

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        response = await super().send(order, claimed_at, _IgnoringSlot())
        if isinstance(response, Response):
            slot.sent()
        return response


class _IgnoringSlot:
    def wait_s(self) -> float:
        return 0.0

    def sent(self) -> None:
        return


class Naive(_Wrapped):
    """aiohttp with its defaults."""

    def __init__(self, api: ApiSettings) -> None:
        super().__init__(api)
        self._api = api

    async def send(self, order: Order, claimed_at: float, slot: Any) -> Response | NoResponse:
        slot.sent()
        body = orjson.dumps({"orderSns": order.number, "ownerId": order.owner_id})
        headers = {"Authorization": TOKEN, "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=self._api.answer_timeout)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                async with session.post(self._api.url, data=body, headers=headers) as answer:
                    return Response(answer.status, await answer.read(), None, 0.0)
            except (aiohttp.ClientError, TimeoutError) as error:
                return NoResponse(True, Reason.CONNECTION_LOST, repr(error), 0.0)


PLANTED: dict[str, tuple[type[Sender], str]] = {
    "a time-out is not sent": (TimeoutIsNotSent, "silent server"),
    "a disconnect is not sent": (DisconnectIsNotSent, "FIN, all read"),
    "tries again": (TriesAgain, "RST, all read"),
    "follows redirects": (Naive, "HTTP 307, to itself"),
    "reads without end": (Naive, "64 MB of answer"),
    "reports sending late": (ReportsSendingLate, "silent server"),
}
"""Each bug, and the row of the fault table that finds it."""

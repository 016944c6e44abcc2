"""The simulated vendor: charges inside a transaction nobody sees into, answers or not, and keeps books of its own."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from batchsync.model import Response
from tests.oracle import Charged, Key

Received = Response | str
"""An answer, or how the connection ended without one."""

OK = "ok"
UNREACHED = ("refused", "dns", "tls", "connect_timeout")
TURNED_AWAY = ("busy", "busy_wait", "unavailable")
ANSWERS = ("no_amount", "string_amount", "failed", "failed_unnamed", "code", "charged_code")
UNCERTAIN_FAULTS = (
    "silent", "late", "reset", "half", "garbage", "empty", "not_json", "array", "bool_status", "http500",
    "http502", "http504", "unknown_code",
)  # fmt: skip
STOPS = ("redirect", "denied", "authentication", "balance", "not_json_request")
CODES = (1003, 422, 202, 203, 228, 212, 217)
"""Refusals that cost nothing."""


class FaultRates(NamedTuple):
    """How much of what goes wrong."""

    unreached: float
    turned_away: float
    answers: float
    uncertain: float
    stops: float


CALM = FaultRates(0.01, 0.01, 0.05, 0.02, 0.0)
ROUGH = FaultRates(0.05, 0.05, 0.15, 0.12, 0.003)
STORM = FaultRates(0.10, 0.10, 0.20, 0.30, 0.010)
DEAD = FaultRates(0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(slots=True)
class Vendor:
    """Reads requests and decides by its own dice what to charge and what to answer."""

    rng: random.Random
    price: int
    fault_rates: FaultRates
    log: Callable[[str, Key], None]
    books: dict[Key, Charged] = field(default_factory=dict)
    doubtful: set[Key] = field(default_factory=set)
    """Orders of which nobody outside can know whether they were charged."""
    charges: dict[str, int] = field(default_factory=dict)
    """Points charged for calls of each run."""

    def act(self) -> str:
        """Throw the dice for one call."""
        kinds = (UNREACHED, TURNED_AWAY, ANSWERS, UNCERTAIN_FAULTS, STOPS)
        dice = self.rng.random()
        for share, acts in zip(self.fault_rates, kinds, strict=True):
            if dice < share:
                return self.rng.choice(acts)
            dice -= share
        return OK

    def read(self, key: Key, act: str, run: str, receive: Callable[[Received], None]) -> None:
        """Take in one whole request; what comes back, if anything, is passed to the callback."""
        loop = asyncio.get_running_loop()
        self.log(f"read {act}", key)
        self.books.setdefault(key, Charged()).calls += 1
        work_s = self.rng.expovariate(10)
        if act in UNCERTAIN_FAULTS:
            self.doubtful.add(key)
        charging = self._charges(act)
        if charging:
            delay_s = work_s + (self.rng.uniform(60, 600) if act == "late" else 0)
            loop.call_later(delay_s, self._charge, key, act, run)
        if act not in {"silent", "late"}:
            loop.call_later(work_s, receive, self._answer(act, work_s))

    def _charges(self, act: str) -> bool:
        if act in {OK, "no_amount", "string_amount", "failed", "failed_unnamed", "charged_code", "late"}:
            return True
        return act in UNCERTAIN_FAULTS and self.rng.random() < 0.5

    def _charge(self, key: Key, act: str, run: str) -> None:
        charged = self.books[key]
        charged.times += 1
        charged.points += self.price
        charged.named = charged.named and act not in {"no_amount", "failed_unnamed"}
        self.charges[run] = self.charges.get(run, 0) + self.price
        self.log("charged", key)

    def _answer(self, act: str, elapsed_s: float) -> Received:
        if act == "code":
            return _reply({"status": self.rng.choice(CODES), "err": "不行"}, elapsed_s)
        made = _ANSWERS.get(act)
        return act if made is None else made(self.price, elapsed_s)


def _reply(answer: object, elapsed_s: float, http: int = 200, retry_after_s: float | None = None) -> Response:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Response(http, body, retry_after_s, elapsed_s)


def _zero(success: bool, amount: object) -> dict[str, object]:
    data = {"success": success} if amount is None else {"success": success, "amount": amount}
    return {"data": data, "status": 0}


_ANSWERS: Mapping[str, Callable[[int, float], Response]] = {
    OK: lambda price, s: _reply(_zero(True, price), s),
    "no_amount": lambda _price, s: _reply(_zero(True, None), s),
    "string_amount": lambda price, s: _reply(_zero(True, f"{price}.0"), s),
    "failed": lambda price, s: _reply(_zero(False, price), s),
    "failed_unnamed": lambda _price, s: _reply(_zero(False, None), s),
    "unknown_code": lambda _price, s: _reply({"status": 999, "err": "?"}, s),
    "charged_code": lambda price, s: _reply({"status": 217, "data": {"amount": price}}, s),
    "empty": lambda _price, s: _reply(b"", s),
    "not_json": lambda _price, s: _reply(b"<html>OK</html>", s),
    "array": lambda _price, s: _reply([], s),
    "bool_status": lambda price, s: _reply(_zero(True, price) | {"status": False}, s),
    "http500": lambda _price, s: _reply(b"oops", s, 500),
    "http502": lambda _price, s: _reply(b"bad gateway", s, 502),
    "http504": lambda _price, s: _reply(b"", s, 504),
    "busy": lambda _price, s: _reply(b"", s, 429),
    "busy_wait": lambda _price, s: _reply(b"", s, 429, 2.0),
    "unavailable": lambda _price, s: _reply(b"", s, 503),
    "redirect": lambda _price, s: _reply(b"", s, 307),
    "denied": lambda _price, s: _reply(b"", s, 403),
    "authentication": lambda _price, s: _reply({"status": 200}, s),
    "balance": lambda _price, s: _reply({"status": 209}, s),
    "not_json_request": lambda _price, s: _reply({"status": 132}, s),
}
"""What the wire brings back; what isn't here ends the connection without an answer."""

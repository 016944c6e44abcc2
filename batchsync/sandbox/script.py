"""Scripted behaviour: which call gets which response or fault, by order number or drawn from a seed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the sandbox does with one call."""

    do: str = "ok"
    """A key of BEHAVIOURS."""
    charge: bool | None = None
    """Whether the call is charged; None: the default of BEHAVIOURS."""
    status: int = 0
    """For `code`: the status code; for `http`: the HTTP status."""
    amount: object = None
    """The amount in the response; a whole number is charged, any other value is only sent. None: the price."""
    err: str = ""
    retry_after: str | None = None
    latency_s: float | None = None

    def points(self, price: int) -> int | None:
        """Return the points that are charged; None when the call is not charged."""
        named = self.amount if isinstance(self.amount, int) else None
        charges = (named or 0) > 0 or BEHAVIOURS[self.do] if self.charge is None else self.charge
        return (price if named is None else named) if charges else None


BEHAVIOURS: Mapping[str, bool] = {
    # responses
    "ok": True,
    "no_amount": True,
    "failed": True,
    "code": False,
    "http": False,
    "busy": False,  # 429
    "unavailable": False,  # 503
    "redirect": False,  # 307 to an address that charges
    # invalid responses
    "not_json": True,
    "not_object": True,
    "empty": True,
    "huge": True,
    "gzip_bomb": True,
    "garbage": True,
    "half": True,
    "short": True,  # Content-Length less than the body
    "long": True,  # Content-Length more than the body
    "two_statuses": True,
    # valid responses in unusual forms
    "drip": True,  # in one-byte pieces
    "continue": True,  # a 100 first
    "http10": True,
    "no_length": True,  # the end is the end of the connection
    "chunked": True,
    "gzip": True,
    "twice": True,  # followed by a second response on the same connection
    "drop": True,  # a keep-alive response on a connection that is then closed
    # no complete response
    "silent": True,
    "slow_headers": True,
    "drip_forever": True,
    "close": True,
    "reset": True,
}
"""Everything the sandbox can do, and whether it is charged unless the script sets `charge`."""

SELF_EVIDENT = frozenset(BEHAVIOURS) - {
    *(
        "code",
        "http",
        "not_json",
        "not_object",
        "empty",
        "huge",
        "gzip_bomb",
        "garbage",
        "half",
        "short",
        "long",
    ),
    *("two_statuses", "silent", "slow_headers", "drip_forever", "close", "reset"),
}
"""Behaviours whose response shows whether it was charged: a drawn one keeps the default of BEHAVIOURS."""

FAULTS = (
    "silent",
    "reset",
    "close",
    "half",
    "garbage",
    "empty",
    "not_json",
    "long",
    "http 500",
    "http 502",
    "http 504",
    "busy",
    "unavailable",
)
"""The faults that are drawn by default: each may be charged or not, except the rejected calls."""

ScriptValue = str | int | Mapping[str, Any]

DETAILS: Mapping[str, Callable[[Any], object]] = {
    "charge": lambda value: str(value).lower() in {"true", "yes", "1"},
    "status": int,
    "amount": lambda value: int(value) if str(value).isdigit() else value,
    "err": str,
    "retry_after": str,
    "latency_s": float,
}
"""The keys beside `do`, and how their values are read (in a script file all are strings)."""


def parse_behaviour(value: ScriptValue) -> Behaviour:
    """Parse one value of a script; ValueError when it is none."""
    if isinstance(value, Mapping):
        if not set(value) <= {"do", *DETAILS}:
            raise ValueError(value)
        details: dict[str, Any] = {
            name: DETAILS[name](value) for name, value in value.items() if name != "do"
        }
        return replace(parse_behaviour(value.get("do", "ok")), **details)
    word = str(value).strip()
    kind, _, number = word.rpartition(" ")
    if number.lstrip("-").isdigit() and kind in {"", "code", "http"}:
        return Behaviour(do=kind or "code", status=int(number))
    if word not in BEHAVIOURS or word in {"code", "http"}:
        raise ValueError(value)
    return Behaviour(do=word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Behaviours by order number, one per call; else drawn; else the usual success."""

    orders: Mapping[str, Sequence[Behaviour]] = field(default_factory=dict)
    """After the end of a list every call succeeds. The key `*` holds for every order that is not listed."""
    faults: float = 0.0
    """The share of orders whose first call gets a fault."""
    seed: int = 0
    only: Sequence[str] = FAULTS
    """The faults to draw from."""

    def behaviour(self, order: str, call: int) -> Behaviour:
        """Return the behaviour for an order's call, counted from 0."""
        listed = self.orders.get(order) or self.orders.get("*")
        if listed:
            return listed[call] if call < len(listed) else Behaviour()
        return self._draw(order) if call == 0 and self.faults > 0 else Behaviour()

    def _draw(self, order: str) -> Behaviour:
        drawn = hashlib.blake2b(f"{self.seed}:{order}".encode(), digest_size=12).digest()
        if int.from_bytes(drawn[:4], "big") >= self.faults * 2**32:
            return Behaviour()
        fault = parse_behaviour(self.only[int.from_bytes(drawn[4:8], "big") % len(self.only)])
        return fault if fault.do in SELF_EVIDENT else replace(fault, charge=bool(drawn[8] & 1))


def make_script(orders: Mapping[str, ScriptValue | list[ScriptValue]], **more: Any) -> Script:
    """Return a script from plain values, e.g. `{"240101-1": "silent", "240101-2": ["busy", "ok"]}`."""
    return Script(
        orders={
            order: [parse_behaviour(one) for one in _as_list(values)] for order, values in orders.items()
        },
        **more,
    )


def read_script(file: Path, **more: Any) -> Script:
    """Read a script from YAML or JSON."""
    import yaml

    try:
        content = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 BaseLoader only makes strings
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(messages.NO_SCRIPT, file=file, error=error) from error
    if not isinstance(content, dict):
        raise UsageError(messages.BAD_SHAPE, file=file)
    for order, values in content.items():
        for value in _as_list(values):
            try:
                parse_behaviour(value)
            except (ValueError, TypeError) as error:
                raise UsageError(
                    messages.BAD_SCRIPT, file=file, order=order, what=value, known=", ".join(BEHAVIOURS)
                ) from error
    return make_script(content, **more)


def _as_list(values: ScriptValue | list[ScriptValue]) -> list[ScriptValue]:
    return values if isinstance(values, list) else [values]

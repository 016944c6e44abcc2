"""What happens to which order: told by number, or drawn by seed and share, the same each time."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One thing that the sandbox can do with a call."""

    do: str = "ok"
    """A key of ACTS, or `code`, or `http`."""
    charge: bool | None = None
    """Whether it is charged; None leaves it to the act."""
    status: int = 0
    """Of `code`: the business status; of `http`: the HTTP status."""
    amount: object = None
    """What the answer says it cost; a whole number is charged, anything else is only said. None is the price."""
    err: str = ""
    retry_after: str | None = None
    latency_s: float | None = None

    def points(self, price: int) -> int | None:
        """Return what is charged; None for nothing at all."""
        named = self.amount if isinstance(self.amount, int) else None
        charges = (named or 0) > 0 or ACTS[self.do] if self.charge is None else self.charge
        return (price if named is None else named) if charges else None


ACTS: Mapping[str, bool] = {
    # answers
    "ok": True,
    "no_amount": True,
    "failed": True,
    "code": False,
    "http": False,
    "busy": False,  # 429
    "unavailable": False,  # 503
    "redirect": False,  # 307 to an address that charges
    # answers that are none
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
    # good answers in odd clothes
    "drip": True,  # in one-byte pieces
    "continue": True,  # a 100 first
    "http10": True,
    "no_length": True,  # the end is the end of the connection
    "chunked": True,
    "gzip": True,
    "twice": True,  # another answer behind it, for whoever asks next on this connection
    "drop": True,  # keeps the connection, it says, and drops it
    # silence
    "silent": True,
    "slow_headers": True,
    "drip_forever": True,
    "close": True,
    "reset": True,
}
"""What the sandbox can do, and whether it charges for it when the script doesn't say."""

HONEST = frozenset(ACTS) - {
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
"""Acts whose answer says by itself whether it was charged: when drawn, they keep their word."""

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
"""What a share of the orders draws from: each may be charged or not, except those that were turned away."""

Words = str | int | Mapping[str, Any]

DETAILS: Mapping[str, Callable[[Any], object]] = {
    "charge": lambda said: str(said).lower() in {"true", "yes", "1"},
    "status": int,
    "amount": lambda said: int(said) if str(said).isdigit() else said,
    "err": str,
    "retry_after": str,
    "latency_s": float,
}
"""What may stand beside `do`, and how it is read (a script file holds only strings)."""


def behaviour_of(said: Words) -> Behaviour:
    """Return what a script's word means; ValueError when it means nothing."""
    if isinstance(said, Mapping):
        if not set(said) <= {"do", *DETAILS}:
            raise ValueError(said)
        details: dict[str, Any] = {name: DETAILS[name](value) for name, value in said.items() if name != "do"}
        return replace(behaviour_of(said.get("do", "ok")), **details)
    word = str(said).strip()
    kind, _, number = word.rpartition(" ")
    if number.lstrip("-").isdigit() and kind in {"", "code", "http"}:
        return Behaviour(do=kind or "code", status=int(number))
    if word not in ACTS or word in {"code", "http"}:
        raise ValueError(said)
    return Behaviour(do=word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Acts by order number, one for each call in turn; else drawn; else all is well."""

    orders: Mapping[str, Sequence[Behaviour]] = field(default_factory=dict)
    """When a list has run out, all is well. The order `*` is every order not named."""
    faults: float = 0.0
    """The share of orders whose first call goes wrong."""
    seed: int = 0
    only: Sequence[str] = FAULTS
    """What goes wrong with them."""

    def act(self, order: str, call: int) -> Behaviour:
        """Return what happens to an order's call, counted from 0."""
        acts = self.orders.get(order) or self.orders.get("*")
        if acts:
            return acts[call] if call < len(acts) else Behaviour()
        return self._draw(order) if call == 0 and self.faults > 0 else Behaviour()

    def _draw(self, order: str) -> Behaviour:
        drawn = hashlib.blake2b(f"{self.seed}:{order}".encode(), digest_size=12).digest()
        if int.from_bytes(drawn[:4], "big") >= self.faults * 2**32:
            return Behaviour()
        act = behaviour_of(self.only[int.from_bytes(drawn[4:8], "big") % len(self.only)])
        return act if act.do in HONEST else replace(act, charge=bool(drawn[8] & 1))


def script_of(orders: Mapping[str, Words | list[Words]], **more: Any) -> Script:
    """Return a script told in words, e.g. `{"240101-1": "silent", "240101-2": ["busy", "ok"]}`."""
    return Script(
        orders={order: [behaviour_of(one) for one in _listed(said)] for order, said in orders.items()}, **more
    )


def read_script(file: Path, **more: Any) -> Script:
    """Read a script from YAML or JSON."""
    import yaml

    try:
        told = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 makes strings only
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(messages.NO_SCRIPT, file=file, error=error) from error
    if not isinstance(told, dict):
        raise UsageError(messages.BAD_SHAPE, file=file)
    for order, said in told.items():
        for one in _listed(said):
            _check(file, order, one)
    return script_of(told, **more)


def _check(file: Path, order: str, said: Words) -> None:
    try:
        behaviour_of(said)
    except (ValueError, TypeError) as error:
        raise UsageError(
            messages.BAD_SCRIPT, file=file, order=order, what=said, known=", ".join(ACTS)
        ) from error


def _listed(said: Words | list[Words]) -> list[Words]:
    return said if isinstance(said, list) else [said]

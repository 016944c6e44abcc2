"""The charge log: every call that the sandbox received and what it charged."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(slots=True, kw_only=True)
class OrderCharges:
    """Calls and charges of one order of one merchant."""

    owner_id: str
    order: str
    calls: int = 0
    charged: int = 0
    """How many calls were charged."""
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One complete request."""

    at: float
    """Monotonic time of arrival, in seconds."""
    owner_id: str
    order: str
    behaviour: str


@dataclass(slots=True)
class ChargeLog:
    """All calls and charges, in memory; appended to `file`, if there is one, before the call is answered."""

    file: Path | None = None
    orders: dict[tuple[str, str], OrderCharges] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _descriptor: int | None = None

    def __enter__(self) -> Self:
        if self.file is not None:
            self.orders = read_charge_log(self.file) if self.file.exists() else {}
            self._descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def calls_of(self, owner_id: str, order: str) -> int:
        """Return the number of earlier calls for this order."""
        charges = self.orders.get((owner_id, order))
        return 0 if charges is None else charges.calls

    def record(self, owner_id: str, order: str, *, behaviour: str, points: int | None) -> None:
        """Record one call, and its charge if `points` were taken (0 is a charge, None is none)."""
        charges = self.orders.setdefault((owner_id, order), OrderCharges(owner_id=owner_id, order=order))
        _count(charges, points)
        self.calls.append(Call(at=time.monotonic(), owner_id=owner_id, order=order, behaviour=behaviour))
        if self._descriptor is not None:
            line = {
                "owner_id": owner_id,
                "order": order,
                "behaviour": behaviour,
                "points": points,
                "at": time.time(),
            }
            os.write(self._descriptor, json.dumps(line).encode() + b"\n")

    @property
    def points(self) -> int:
        return sum(charges.points for charges in self.orders.values())

    @property
    def charged(self) -> int:
        return sum(charges.charged for charges in self.orders.values())

    def charged_twice(self) -> list[OrderCharges]:
        return [charges for charges in self.orders.values() if charges.charged > 1]

    def as_json(self) -> dict[str, object]:
        """Return the totals and every order."""
        return {
            "calls": sum(charges.calls for charges in self.orders.values()),
            "charged": self.charged,
            "points": self.points,
            "orders": [asdict(charges) for charges in self.orders.values()],
        }


def _count(charges: OrderCharges, points: int | None) -> None:
    charges.calls += 1
    if points is not None:
        charges.charged += 1
        charges.points += points


def read_charge_log(file: Path) -> dict[tuple[str, str], OrderCharges]:
    """Add up a charge log file per order; an incomplete line, as a crash leaves it, is skipped."""
    orders: dict[tuple[str, str], OrderCharges] = {}
    for line in file.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            key, points = (entry["owner_id"], entry["order"]), entry["points"]
        except (ValueError, KeyError):
            continue
        _count(orders.setdefault(key, OrderCharges(owner_id=key[0], order=key[1])), points)
    return orders

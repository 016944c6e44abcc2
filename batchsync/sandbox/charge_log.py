"""What was called and charged: kept by the sandbox alone, whatever its clients believe."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(slots=True, kw_only=True)
class Account:
    """All that happened to one order of one merchant."""

    owner_id: str
    order: str
    calls: int = 0
    charged: int = 0
    """How many times it was paid for."""
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, when it had been read."""

    at: float
    """Monotonic seconds of the sandbox."""
    owner_id: str
    order: str
    did: str


@dataclass(slots=True)
class ChargeLog:
    """Every call and charge, in memory and, if there is a file, appended to it before anybody hears of it."""

    file: Path | None = None
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _descriptor: int | None = None

    def __enter__(self) -> Self:
        if self.file is not None:
            self.accounts = read_charge_log(self.file) if self.file.exists() else {}
            self._descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def calls_of(self, owner_id: str, order: str) -> int:
        """How many calls for this order came before."""
        account = self.accounts.get((owner_id, order))
        return 0 if account is None else account.calls

    def note(self, owner_id: str, order: str, *, did: str, points: int | None) -> None:
        """Write down one call, and the charge if `points` were taken (0 is a charge, None is none)."""
        account = self.accounts.setdefault((owner_id, order), Account(owner_id=owner_id, order=order))
        _count(account, points)
        self.calls.append(Call(at=time.monotonic(), owner_id=owner_id, order=order, did=did))
        if self._descriptor is not None:
            line = {"owner_id": owner_id, "order": order, "did": did, "points": points, "at": time.time()}
            os.write(self._descriptor, json.dumps(line).encode() + b"\n")

    @property
    def points(self) -> int:
        return sum(account.points for account in self.accounts.values())

    @property
    def charged(self) -> int:
        return sum(account.charged for account in self.accounts.values())

    def charged_twice(self) -> list[Account]:
        return [account for account in self.accounts.values() if account.charged > 1]

    def as_json(self) -> dict[str, object]:
        """Return the totals and every order."""
        return {
            "calls": sum(account.calls for account in self.accounts.values()),
            "charged": self.charged,
            "points": self.points,
            "orders": [asdict(account) for account in self.accounts.values()],
        }


def _count(account: Account, points: int | None) -> None:
    account.calls += 1
    if points is not None:
        account.charged += 1
        account.points += points


def read_charge_log(file: Path) -> dict[tuple[str, str], Account]:
    """Return the accounts that a books file adds up to; a line cut by a crash is left out."""
    accounts: dict[tuple[str, str], Account] = {}
    for line in file.read_bytes().splitlines():
        try:
            told = json.loads(line)
            key, points = (told["owner_id"], told["order"]), told["points"]
        except (ValueError, KeyError):
            continue
        _count(accounts.setdefault(key, Account(owner_id=key[0], order=key[1])), points)
    return accounts

"""What the ledger's tests share: a factory of ledgers (the contract's only door), plans, answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.ledger import SqliteLedger, journal, open_ledger


class OpenLedger(Protocol):
    """Opens the one ledger of a test, as often as it likes; a PostgreSQL factory has the same form."""

    def __call__(self, *, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> SqliteLedger: ...


@pytest.fixture(autouse=True)
def small_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 MB written and synced for each test's ledger would be most of its time."""
    monkeypatch.setattr(journal, "SIZE", 65_536)


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def opened(ledger_path: Path) -> Iterator[OpenLedger]:
    ledgers: list[SqliteLedger] = []

    def factory(*, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> SqliteLedger:
        ledgers.append(open_ledger(ledger_path, read_only=read_only, clock=clock))
        return ledgers[-1]

    yield factory
    for ledger in ledgers:
        ledger.close()

"""What the ledger's tests share: a factory of ledgers (the contract's only write), plans, answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.ledger import Ledger, SqliteLedger, journal
from tests.postgres import postgres, postgres_server


class OpenLedger(Protocol):
    """Opens the one ledger of a test, as often as it likes."""

    def __call__(self, *, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> Ledger: ...


class OpenSqlite(Protocol):
    """The same, where the test is about SQLite's own."""

    def __call__(self, *, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> SqliteLedger: ...


@pytest.fixture(autouse=True)
def small_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 MB written and synced for each test's ledger would be most of its time."""
    monkeypatch.setattr(journal, "SIZE", 65_536)


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def opened(open_sqlite: OpenSqlite) -> OpenSqlite:
    """SQLite, unless a test module states otherwise."""
    return open_sqlite


@pytest.fixture
def open_sqlite(ledger_path: Path) -> Iterator[OpenSqlite]:
    ledgers: list[SqliteLedger] = []

    def factory(*, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> SqliteLedger:
        ledgers.append(SqliteLedger(ledger_path, read_only=read_only, clock=clock))
        return ledgers[-1]

    yield factory
    for ledger in ledgers:
        ledger.close()


__all__ = ["postgres", "postgres_server"]

"""The event loop that a ledger needs."""

import asyncio
import sys

import pytest

from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config, LedgerSettings


def test_on_windows_a_shared_ledger_gets_the_loop_that_its_client_can_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """psycopg refuses Windows' usual loop; whoever has a file keeps it."""
    monkeypatch.setattr(sys, "platform", "win32")
    shared = Config(ledger=LedgerSettings(url="postgresql://db.example/x"))
    assert (asyncio.SelectorEventLoop, None) == (loop_factory(shared), loop_factory(Config()))

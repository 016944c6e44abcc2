"""A disk that takes no more: nothing is lost, nothing more is sent, the next run goes on."""

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from batchsync.errors import LedgerFull
from batchsync.ledger import SqliteLedger, sqlite_file
from batchsync.ledger.database import DiskRefused, StandardDatabase
from batchsync.messages.render import Lang
from batchsync.model import State
from tests.ledger.builders import ANSWER, NEW, REFUSED, SYNCED, call, plan, start, state_of
from tests.ledger.conftest import OpenSqlite


class FullDisk(StandardDatabase):
    """A connection whose disk is full while the test states so."""

    full = False

    def __init__(self, path: Path, *, read_only: bool) -> None:
        super().__init__(path, read_only=read_only)
        self._read_only = read_only

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        if FullDisk.full and not self._read_only and sql.startswith(("COMMIT", "INSERT")):
            raise DiskRefused("database or disk is full")
        return super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        if FullDisk.full:
            raise DiskRefused("database or disk is full")
        super().executemany(sql, rows)


@pytest.fixture
def on_full_disk(ledger_path: Path) -> Iterator[SqliteLedger]:
    FullDisk.full = False
    with SqliteLedger(ledger_path, connect=FullDisk) as ledger:
        yield ledger
    FullDisk.full = False


async def test_outcome_on_a_full_disk_goes_to_the_journal(
    on_full_disk: SqliteLedger, opened: OpenSqlite
) -> None:
    """The commit fails after the send: the outcome is kept, claims are refused, the result is right at once."""
    ledger = on_full_disk
    with ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2", "A3"))
        attempts = [await ledger.claim(order, run) for order in orders[:2]]
        FullDisk.full = True
        ledger.record_outcome(attempts[0], SYNCED, ANSWER)
        with pytest.raises(LedgerFull, match="Free some space") as refusal:
            await ledger.flush()
        assert "磁盘" in refusal.value.render(Lang.ZH)
        ledger.record_outcome(attempts[1], REFUSED, ANSWER)
        with pytest.raises(LedgerFull):
            await ledger.claim(orders[2], run)
        with pytest.raises(LedgerFull):
            await ledger.flush()
        assert isinstance(ledger.failed, DiskRefused)
        reported = [(entry.outcome, entry.points) for entry in ledger.results(run)]
        assert [(State.SYNCED, 3), (State.REFUSED, 0), (None, 0)] == reported
    FullDisk.full = False
    with opened() as again, again.lock(1, "t"):
        assert [State.SYNCED, State.REFUSED, State.PLANNED] == [state_of(again, f"A{n}") for n in (1, 2, 3)]
        assert [] == again.verify()
        assert reported == [(entry.outcome, entry.points) for entry in again.results(run)]
        later, (order,) = start(again, plan("A3"))
        await call(again, later, order)


async def test_claims_in_the_batch_that_failed_are_refused_and_never_sent(
    on_full_disk: SqliteLedger, opened: OpenSqlite
) -> None:
    """A claim whose commit failed is not made: the order is planned afterwards."""
    with on_full_disk.lock(1, "t"):
        run, (order,) = start(on_full_disk, plan("A1"))
        FullDisk.full = True
        with pytest.raises(LedgerFull):
            await on_full_disk.claim(order, run)
    FullDisk.full = False
    with opened() as again, again.lock(1, "t"):
        assert State.PLANNED is state_of(again, "A1")


def test_plan_on_a_full_disk_is_refused_whole(on_full_disk: SqliteLedger, opened: OpenSqlite) -> None:
    """Nothing of the plan is kept, and the sentence states what to do."""
    with on_full_disk.lock(1, "t"):
        run = on_full_disk.new_run(on_full_disk.account("http://x/", "default"), "/f", "0", "f", "en")
        FullDisk.full = True
        with pytest.raises(LedgerFull, match="Free some space"):
            on_full_disk.save_plan(run, plan("A1"), allow=NEW)
    FullDisk.full = False
    with opened() as again:
        assert [] == again.orders_of("A1")


def test_low_space_refuses_the_lock(opened: OpenSqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    """No run starts on a disk that is nearly full, and the figures are reported."""
    with opened() as ledger:
        monkeypatch.setattr(sqlite_file, "SPACE_NEEDED", 2**60)
        assert ledger.free_space_low()
        with pytest.raises(LedgerFull, match="MB are free"), ledger.lock(1, "t"):
            pass


async def test_low_space_during_a_run_stops_claims_and_keeps_outcomes(
    opened: OpenSqlite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is claimed; what is under way is still settled in the database."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2"))
        attempt = await ledger.claim(orders[0], run)
        monkeypatch.setattr(sqlite_file, "SPACE_NEEDED", 2**60)
        monkeypatch.setattr("batchsync.ledger.group_commit.CHECK_DISK_EVERY_S", -1.0)
        with pytest.raises(LedgerFull):
            await ledger.claim(orders[1], run)
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        with pytest.raises(LedgerFull):
            await ledger.flush()
        assert [State.SYNCED, State.PLANNED] == [state_of(ledger, number) for number in ("A1", "A2")]


FILLED_UP = """
    import asyncio, resource, signal, sys
    from pathlib import Path
    from batchsync.errors import LedgerFull
    from batchsync.ledger import journal, open_ledger
    from batchsync.ledger import sqlite_file
    from tests.ledger.builders import *

    journal.SIZE = 65_536
    sqlite_file.SPACE_NEEDED = 0

    async def main(path, limit):
        told = 0
        with open_ledger(path) as ledger, ledger.lock(1, "t"):
            run, orders = start(ledger, plan(*(f"A{n}" for n in range(400))))
            if limit:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                size = max(file.stat().st_size for file in Path(path).parent.iterdir())
                resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000,) * 2)
            try:
                for order in orders:
                    attempt = await ledger.claim(order, run)
                    ledger.record_outcome(attempt, SYNCED, Response(200, str(order).encode() * 400, None, 0.1))
                    told += 1
            except LedgerFull:
                pass
            try:
                await ledger.flush()
            except LedgerFull:
                pass
        print(told)

    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def send_until_full(path: Path, *, limit: bool) -> int:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILLED_UP), str(path), str(int(limit))],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_file_that_may_not_grow(opened: OpenSqlite, ledger_path: Path) -> None:
    """A real refusal by the system (RLIMIT_FSIZE): every outcome of a call is in ledger or journal."""
    reported = send_until_full(ledger_path, limit=True)
    assert 0 < reported < 400
    with opened() as ledger, ledger.lock(1, "t"):
        states = [record.state for n in range(400) for record in ledger.orders_of(f"A{n}")]
        assert [State.SYNCED] * reported + [State.PLANNED] * (400 - reported) == states
        assert [] == ledger.verify()


def can_mount(folder: Path) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return tried.returncode == 0


def test_disk_that_fills_up(tmp_path: Path) -> None:
    """A real full disk, a tmpfs of 600 KB: it stops, no outcome is lost, and it goes on when there is room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not can_mount(disk):
        pytest.skip("needs root and mount")
    try:
        reported = send_until_full(disk / "ledger.db", limit=False)
        assert 0 < reported < 400
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        store_space, sqlite_file.SPACE_NEEDED = sqlite_file.SPACE_NEEDED, 0
        try:
            with SqliteLedger(disk / "ledger.db") as ledger, ledger.lock(1, "t"):
                states = [record.state for n in range(400) for record in ledger.orders_of(f"A{n}")]
                assert [State.SYNCED] * reported + [State.PLANNED] * (400 - reported) == states
                assert [] == ledger.verify()
        finally:
            sqlite_file.SPACE_NEEDED = store_space
    finally:
        subprocess.run(["umount", str(disk)], check=True)

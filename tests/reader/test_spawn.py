"""Parser processes forked by a server: the same items and limits, and a way out when the server dies."""

import os
from pathlib import Path

import pytest

from batchsync.config import InputSettings
from batchsync.errors import FileUnreadable
from batchsync.model import RowBatch
from batchsync.reader import many_files, parser_process, read_orders, spawn

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")


def sheet(path: Path, number: str) -> Path:
    path.write_text(f"order_sn,mall_id\n{number},7\n", encoding="utf-8")
    return path


def numbers(path: Path) -> list[str]:
    found = read_orders(path, InputSettings())
    return [number for item in found if isinstance(item, RowBatch) for number in item.orders]


def test_a_forked_process_reads_the_same(tmp_path: Path) -> None:
    """Several files, one after the other, each by a process of its own."""
    files = [sheet(tmp_path / f"{name}.csv", f"26110{name}") for name in range(4)]
    alone = [numbers(path) for path in files]
    with many_files():
        assert alone == [numbers(path) for path in files]


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are the process' own, and the server goes on."""
    path = sheet(tmp_path / "a.csv", "261101")
    monkeypatch.setattr(parser_process, "SECONDS", -1.0)
    pipe = tmp_path / "slow.csv"
    pipe.write_bytes(b"order_sn\n" + b"1\n" * 2_000_000)
    with many_files():
        with pytest.raises(FileUnreadable):
            numbers(pipe)
        monkeypatch.undo()
        assert ["261101"] == numbers(path)


def test_without_the_fork_server_processes_are_started_anew(tmp_path: Path) -> None:
    """The server was killed."""
    path = sheet(tmp_path / "a.csv", "261101")
    with many_files():
        spawn._servers[-1].process.kill()
        spawn._servers[-1].process.wait()
        assert ["261101"] == numbers(path)


def test_killed_processes_are_reaped(tmp_path: Path) -> None:
    """No process is left behind, neither running nor as a zombie."""
    with many_files():
        process = spawn.spawn()
        assert isinstance(process, spawn.ForkedProcess)
        process.kill()
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
        process.stdin.close()
        process.stdout.close()

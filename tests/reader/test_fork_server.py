"""Children from the nursery: the same answers, the same limits, and a way out when it dies."""

import os
from pathlib import Path

import pytest

from batchsync.config import InputSettings
from batchsync.errors import FileUnreadable
from batchsync.model import RowBatch
from batchsync.reader import fork_server, many_files, parser_process, read_orders

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")


def sheet(path: Path, number: str) -> Path:
    path.write_text(f"order_sn,mall_id\n{number},7\n", encoding="utf-8")
    return path


def numbers(path: Path) -> list[str]:
    found = read_orders(path, InputSettings())
    return [number for item in found if isinstance(item, RowBatch) for number in item.orders]


def test_the_nursery_reads_what_a_child_of_its_own_reads(tmp_path: Path) -> None:
    """Several files, one after the other, each by a child of its own."""
    files = [sheet(tmp_path / f"{name}.csv", f"26110{name}") for name in range(4)]
    alone = [numbers(path) for path in files]
    with many_files():
        assert alone == [numbers(path) for path in files]


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are the child's own, and the nursery goes on afterwards."""
    path = sheet(tmp_path / "a.csv", "261101")
    monkeypatch.setattr(parser_process, "SECONDS", -1.0)
    pipe = tmp_path / "slow.csv"
    pipe.write_bytes(b"order_sn\n" + b"1\n" * 2_000_000)
    with many_files():
        with pytest.raises(FileUnreadable):
            numbers(pipe)
        monkeypatch.undo()
        assert ["261101"] == numbers(path)


def test_a_dead_nursery_is_no_loss(tmp_path: Path) -> None:
    """Children are started anew, as without it."""
    path = sheet(tmp_path / "a.csv", "261101")
    with many_files():
        fork_server._open[-1]._process.kill()
        fork_server._open[-1]._process.wait()
        assert ["261101"] == numbers(path)


def test_children_are_buried(tmp_path: Path) -> None:
    """No process is left behind, neither running nor as a zombie."""
    with many_files():
        born = fork_server.spawn()
        assert born is not None
        born.kill()
        with pytest.raises(ProcessLookupError):
            os.kill(born.pid, 0)
        born.stdin.close()
        born.stdout.close()

"""The commands of several machines, where they don't apply or can't work."""

import subprocess
import sys
from pathlib import Path

import pytest

from batchsync.cli import main
from tests.cluster.machines import ROOT, sheet

BLOCKED = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"psycopg", "psycopg_pool", "procrastinate"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from batchsync.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_worker_needs_a_shared_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one machine there is nothing to join, and the sentence states what would be."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", "t0k3n-for-tests")
    assert 2 == main(["worker", "--ledger", str(tmp_path / "l.db"), "--lang", "en"])
    assert "postgresql://" in capsys.readouterr().err


def test_detach_needs_a_shared_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nobody to leave a run to."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", "t0k3n-for-tests")
    orders = str(sheet(tmp_path / "orders.csv", 2))
    assert 2 == main(["run", orders, "--detach", "--ledger", str(tmp_path / "l.db"), "--lang", "en"])
    assert "--detach" in capsys.readouterr().err


def test_one_machine_needs_nothing_of_it(tmp_path: Path) -> None:
    """Without psycopg and Procrastinate all works on SQLite, and a postgresql:// ledger states what to install."""
    orders = str(sheet(tmp_path / "orders.csv", 2))

    def check(ledger: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", BLOCKED, "check", orders, "--ledger", ledger, "--lang", "en"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert 0 == check(str(tmp_path / "l.db")).returncode
    refused = check("postgresql://db.example/x")
    assert (2, True) == (refused.returncode, "batchsync[cluster]" in refused.stderr)

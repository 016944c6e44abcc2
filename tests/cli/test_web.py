"""`batchsync web` as a process: what it prints, and how it ends."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from batchsync.cli import main


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    """The address stands on stdout; Ctrl-C ends it without a word of Python's."""
    given = {**os.environ, "BATCHSYNC_LEDGER__URL": str(tmp_path / "ledger.db"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "batchsync", "web", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, env=given, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "/login?token=" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(20)
        assert "Traceback" not in process.stderr.read()


def test_without_its_package_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra is named, ready to paste."""
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jinja2" else there(name))
    assert (2, True) == (main(["web"]), "batchsync[web]" in capsys.readouterr().err)


def test_others_are_not_let_in_without_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    """A host that other machines reach is refused before anything listens."""
    assert (2, True) == (
        main(["web", "--host", "0.0.0.0", "--no-browser"]),
        "password" in capsys.readouterr().err,
    )

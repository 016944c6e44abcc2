"""Each test of the command line stands in an empty folder, without settings or a ledger of this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder with a ledger of its own, English written, no token."""
    for name in list(os.environ):
        if name.startswith("BATCHSYNC_"):
            monkeypatch.delenv(name)
    for name, value in {
        "LC_ALL": "C.UTF-8",
        "BATCHSYNC_LEDGER__URL": str(tmp_path / "ledger.sqlite"),
    }.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox of the API with books of its own; settings and token point to it."""
    with run_in_thread(SandboxSettings()) as server:
        monkeypatch.setenv("BATCHSYNC_API__URL", server.url)
        monkeypatch.setenv("BATCHSYNC_TOKEN", server.token)
        monkeypatch.setenv("BATCHSYNC_PACE__RATE", "1000")
        yield server

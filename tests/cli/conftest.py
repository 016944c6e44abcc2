"""Each test of the command line stands in an empty folder, without settings or a ledger of this machine."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder with a ledger of its own, English spoken, no token."""
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

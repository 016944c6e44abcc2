"""A mapped network drive is no place for an SQLite ledger, and a local drive is."""

import ctypes
import sys
from pathlib import PureWindowsPath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from batchsync.ledger.location import network_file_system

DRIVE_TYPES = {"C:\\": 3, "D:\\": 2, "Z:\\": 4}
"""What Windows' GetDriveTypeW returns: a fixed, a removable and a remote drive."""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\Users\me\ledger.db", None),
        (r"D:\ledger.db", None),
        (r"Z:\shared\ledger.db", "mapped drive Z:"),
        (r"\\server\share\ledger.db", "UNC"),
    ],
)
def test_drive_type_decides(monkeypatch: pytest.MonkeyPatch, path: str, kind: str | None) -> None:
    kernel32 = SimpleNamespace(GetDriveTypeW=DRIVE_TYPES.__getitem__)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
    windows_path: Any = PureWindowsPath(path)
    assert kind == network_file_system(cast("Any", windows_path))

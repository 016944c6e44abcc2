"""The inbox where a directory listing knows no inodes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchsync.nightly import inbox


class WindowsEntry:
    """A DirEntry as on Windows: its stat has st_ino 0, unlike os.lstat."""

    def __init__(self, entry: "os.DirEntry[str]") -> None:
        self._entry = entry
        self.name, self.path = entry.name, entry.path

    def __fspath__(self) -> str:
        return self.path

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        fields = list(self._entry.stat(follow_symlinks=follow_symlinks))
        fields[1] = 0
        return os.stat_result(fields)


def test_a_file_at_rest_has_the_fingerprint_that_it_has_when_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every file counts as changing for ever."""
    path = tmp_path / "orders.csv"
    path.write_text("order_sn\n1\n")
    scandir = os.scandir

    def windows_scandir(folder: Any) -> Iterator[WindowsEntry]:
        return map(WindowsEntry, scandir(folder))

    monkeypatch.setattr(os, "scandir", windows_scandir)
    (found,) = inbox.scan(tmp_path).files.values()
    assert found.path == path
    assert inbox.fingerprint(path.lstat()) in vars_of(found)


def vars_of(found: inbox.PendingFile) -> list[object]:
    return [getattr(found, name) for name in found.__slots__]

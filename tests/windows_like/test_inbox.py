"""The inbox where directory listings have no inode, as on Windows."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from batchsync.nightly.inbox import scan, stable_files
from batchsync.nightly.workspace import Workspace
from tests.nightly.inbox_fixture import InboxFixture, sn


class Entry:
    """A directory entry whose `stat` has no inode."""

    def __init__(self, entry: "os.DirEntry[str]") -> None:
        self._entry = entry
        self.name, self.path = entry.name, entry.path
        self.is_dir, self.is_file, self.is_symlink = entry.is_dir, entry.is_file, entry.is_symlink

    def __fspath__(self) -> str:
        return self.path

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        values = list(self._entry.stat(follow_symlinks=follow_symlinks))
        values[1] = 0  # st_ino
        return os.stat_result(values)


class Listing:
    """The result of scandir."""

    def __init__(self, path: Path) -> None:
        with _scandir(path) as entries:
            self._entries = [Entry(entry) for entry in entries]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


_scandir = os.scandir


@pytest.fixture(autouse=True)
def listings_without_inodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "scandir", Listing)


def test_an_unchanged_file_is_taken(inbox_fixture: InboxFixture) -> None:
    path = inbox_fixture.put("orders.csv", sn(1))
    found = scan(inbox_fixture.inbox)
    (pending,) = stable_files(found, scan(inbox_fixture.inbox))
    night = inbox_fixture.night()
    taken = Workspace(night.paths).take(pending, inbox_fixture.clock.now())
    assert (True, False) == (taken is not None, path.exists())


def test_a_nightly_run_archives_its_file(inbox_fixture: InboxFixture) -> None:
    inbox_fixture.put("orders.csv", sn(1))
    inbox_fixture.run()
    assert {"orders.csv", "orders.result.xlsx"} == inbox_fixture.files("done")

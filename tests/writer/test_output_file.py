"""Where a result lands: whole, never over the input, never over what is not ours."""

import builtins
import os
import re
from pathlib import Path
from typing import Any

import pytest

from batchsync.errors import OutputError
from batchsync.messages import Lang
from batchsync.writer import ResultWritten
from batchsync.writer.output_file import free_path, is_same_file
from tests.model.entries import one_of_each
from tests.writer.jobs import found, job, opened, written
from tests.writer.workbooks import plain


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "有 空格"
    folder.mkdir()
    return plain(folder / "订单.xlsx")


def result(book: Path, target: Path, **facts: Any) -> ResultWritten:
    return written(job(book, target, [found()], **facts), one_of_each())


def shown(done: ResultWritten) -> list[str]:
    return [values.render(Lang.EN) for values in done.messages]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_result_stands_where_it_was_asked_and_alone(book: Path) -> None:
    """Nothing else is left beside it: no temporary file."""
    done = result(book, book.with_name("订单.result.xlsx"))
    assert (book.with_name("订单.result.xlsx"), []) == (done.path, shown(done))
    assert ["订单.result.xlsx", "订单.xlsx"] == files(book.parent)


def test_an_older_result_of_ours_is_kept_under_its_time(book: Path) -> None:
    """The new one has the asked name; the old one is beside it, with a message."""
    target = book.with_name("o.xlsx")
    target.write_bytes(b"older")
    done = result(book, target, previous_is_ours=lambda path: path == target)
    kept = [name for name in files(book.parent) if re.fullmatch(r"o\.\d{8}-\d{4}\.xlsx", name)]
    assert b"older" == (book.parent / kept[0]).read_bytes()
    assert [f"An earlier result with this name was renamed to {kept[0]}."] == shown(done)
    assert target == done.path


def test_a_file_of_theirs_under_our_default_name_is_left_alone(book: Path) -> None:
    """Nobody asked for that name, so ours gives way."""
    target = book.with_name("o.xlsx")
    target.write_bytes(b"theirs")
    done = result(book, target)
    assert (b"theirs", "o (2).xlsx") == (target.read_bytes(), done.path.name)
    assert ["o.xlsx is another file of yours, so the result was written to o (2).xlsx."] == shown(done)


def test_a_file_of_theirs_under_the_name_they_asked_for_is_moved_aside(book: Path) -> None:
    """With --output an existing file is kept under another name."""
    target = book.with_name("o.xlsx")
    target.write_bytes(b"theirs")
    done = result(book, target, asked=True)
    kept = next(name for name in files(book.parent) if name.startswith("o.2"))
    assert (target, b"theirs") == (done.path, (book.parent / kept).read_bytes())


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("how", ["same", "hard link", "symbolic link", "other case"])
def test_never_over_the_input(book: Path, how: str, asked: bool) -> None:
    """However it is spelled, the input stays as it is."""
    before = book.read_bytes()
    target = book
    if how == "hard link":
        target = book.with_name("link.xlsx")
        os.link(book, target)
    elif how == "symbolic link":
        target = book.with_name("link.xlsx")
        target.symlink_to(book)
    elif how == "other case":
        target = book.with_name("订单.XLSX")
    done = result(book, target, asked=asked, previous_is_ours=lambda _: True)
    assert before == book.read_bytes()
    assert not is_same_file(done.path, book)
    assert "is the input file" in shown(done)[0]


def test_a_folder_that_cannot_be_written_sends_the_result_elsewhere(book: Path, tmp_path: Path) -> None:
    """A read-only folder costs a sentence, not the result."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    done = result(book, blocked / "o.xlsx", results_folder=tmp_path / "results")
    assert tmp_path / "results" / "o.xlsx" == done.path
    assert f"so the result was written to {done.path}." in shown(done)[0]


def test_nowhere_to_write_is_one_sentence(book: Path, tmp_path: Path) -> None:
    """Both places closed: OutputError, with the way to get the result later."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(OutputError, match="batchsync report 20261123-0212-orders") as error:
        result(book, blocked / "o.xlsx", results_folder=blocked / "results")
    assert "failed to" not in error.value.render(Lang.EN)


def test_a_disk_that_fills_up_leaves_no_half_file(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write breaks off in the middle: the older result stands, the new one is elsewhere and whole."""
    target = book.with_name("o.xlsx")
    target.write_bytes(b"older")
    real, calls = os.fsync, []

    def full_once(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_once)
    done = result(book, target, results_folder=tmp_path / "results", previous_is_ours=lambda _: True)
    assert b"older" == target.read_bytes()
    assert ["o.xlsx", "订单.xlsx"] == files(book.parent)
    assert ["Sheet1", "Summary", "Uncertain"] == opened(done.path).sheetnames
    assert "No space left" in shown(done)[0]


@pytest.mark.parametrize("step", ["rename", "replace"])
def test_a_target_open_in_excel_gives_a_free_name(
    book: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Windows refuses to move or replace an open file: the result stands beside it."""
    target = book.with_name("o.xlsx")
    if step == "rename":
        target.write_bytes(b"open in Excel")
    real = getattr(Path, step)

    def refused(self: Path, other: Path) -> Path:
        if target in (self, other):
            raise PermissionError(13, "in use")
        return Path(real(self, other))

    monkeypatch.setattr(Path, step, refused)
    done = result(book, target, previous_is_ours=lambda _: True)
    assert "o.xlsx is open in another program" in shown(done)[0]
    assert done.path.exists()


def test_free_names_count_up(tmp_path: Path) -> None:
    """a.xlsx, a (2).xlsx, a (3).xlsx."""
    for name in ("a.xlsx", "a (2).xlsx"):
        (tmp_path / name).touch()
    assert tmp_path / "a (3).xlsx" == free_path(tmp_path / "a.xlsx")


def test_nothing_of_posix_is_needed_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer imports where there is no fcntl and no resource."""
    import importlib
    import sys

    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name in ("fcntl", "resource", "pwd", "grp"):
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [name for name in sys.modules if name.startswith("batchsync.writer")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    assert importlib.import_module("batchsync.writer").write_result


def test_names_of_255_bytes_leave_room_for_numbers_and_times(tmp_path: Path) -> None:
    """An older result is renamed, a taken name gets a number: each name fits, none ends within a character."""
    book = plain(tmp_path / "p.xlsx")
    target = tmp_path / f"{'订' * 83}a.xlsx"
    assert 255 == len(target.name.encode())
    target.write_bytes(b"older")
    done = result(book, target, previous_is_ours=lambda path: path == target)
    again = result(book, target)
    assert target == done.path
    assert again.path.name.startswith("订" * 80)
    assert again.path.name.endswith(" (2).xlsx")
    assert 4 == len(files(tmp_path))
    assert all(len(name.encode()) <= 255 for name in files(tmp_path))

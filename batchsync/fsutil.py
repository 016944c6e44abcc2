"""Files that appear whole, lines that survive a crash, and moves that can be done again."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import orjson

LONGEST_NAME = 255
"""Most bytes of a file name in UTF-8 on Linux; Windows and macOS take 255 UTF-16 units, which are never more."""
LONGEST_SUFFIX = 20


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file that takes its name only when it is complete and on the disk."""
    beside = path.with_name(fit_file_name(f".{path.name}", ".new"))
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def atomic_write_unsynced(path: Path, content: bytes) -> None:
    """Write a file that a killed process leaves whole, though a power cut may not: for what can be found out anew."""
    beside = path.with_name(fit_file_name(f".{path.name}", ".new"))
    beside.write_bytes(content)
    beside.replace(path)


def append_line(path: Path, said: dict[str, Any]) -> None:
    """Add one line of JSON and see it safely on the disk; a line that a crash cut short is ended first."""
    with path.open("ab") as file:
        if file.tell() and not _ends_well(path):
            file.write(b"\n")
        file.write(orjson.dumps(said) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines that are whole; none when there is no such file."""
    try:
        whole = path.read_bytes()
    except FileNotFoundError:
        return
    for line in whole.splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            said = orjson.loads(line)
            if isinstance(said, dict):
                yield said


def move(source: Path, target: Path) -> None:
    """Move a file, also to another disk, and never over another; one that was moved before is left there.

    Raises FileExistsError when something else has taken the name meanwhile.
    """
    if not os.path.lexists(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if _is_whole_copy(source, target):  # killed after it had come to another disk
        source.unlink()
        return
    try:
        _name_anew(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(fit_file_name(f".{target.name}", ".new"))
        shutil.copy2(source, beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        if sha256_of(beside) != sha256_of(source):
            raise OSError(errno.EIO, "the copy differs from what was copied", str(target)) from error
        try:
            _name_anew(beside, target)
        except FileExistsError:
            beside.unlink()
            raise
        sync_folder(target.parent)
        source.unlink()


def _name_anew(source: Path, target: Path) -> None:
    """Rename, but never over another file: a second name, which must be free, then the first one goes.

    A crash in between leaves both names of one file, and is gone on from. Where a file can't have two names, the look
    before the renaming has to do.
    """
    if os.path.lexists(target) and not _is_one_file(source, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if os.name == "nt":  # renames over nothing by itself
        source.rename(target)
        return
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target, follow_symlinks=False)
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.errno in (errno.EXDEV, errno.EEXIST):
                raise
            source.rename(target)
            return
    if not _is_one_file(source, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.unlink()


def _is_whole_copy(source: Path, target: Path) -> bool:
    if not target.is_file() or target.is_symlink() or _is_one_file(source, target):
        return False
    return target.stat().st_size == source.lstat().st_size and sha256_of(target) == sha256_of(source)


def _is_one_file(one: Path, other: Path) -> bool:
    mine, theirs = one.lstat(), other.lstat()
    return (mine.st_dev, mine.st_ino) == (theirs.st_dev, theirs.st_ino)


def sha256_of(path: Path) -> str:
    """Return a file's hash, without following a link."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new or renamed name in `folder` survive a power cut, where the system lets one."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders; its file systems journal names
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fit_file_name(name: str, addition: str = "", longest: int = LONGEST_NAME) -> str:
    """Return a name with an addition before its suffix, the stem shortened to what file systems take."""
    path = PurePath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= LONGEST_SUFFIX else ""
    stem = name.removesuffix(suffix) if suffix else name
    ending = f"{addition}{suffix}"
    room = longest - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending

"""File operations: atomic writes, durable lines of JSON, repeatable moves."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, TextIO

import orjson

LONGEST_NAME = 255
"""Most bytes of a file name in UTF-8 on Linux; Windows and macOS take 255 UTF-16 units, which are never more."""
LONGEST_SUFFIX = 20


def atomic_write(path: Path, content: bytes, *, fsync: bool = True) -> None:
    """Write a file that gets its name only when it is complete, and durable unless `fsync` is False.

    Without `fsync` the file survives a killed process, but perhaps not a power failure. Raises OSError.
    """
    partial = path.with_name(fit_file_name(f".{path.name}", ".new"))
    try:
        with partial.open("wb") as file:
            file.write(content)
            if fsync:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


@contextlib.contextmanager
def atomic_text(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text file that gets its name only when it is complete and durable. Raises OSError."""
    partial = path.with_name(fit_file_name(f".{path.name}", f".{os.getpid()}.part"))
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def append_line(path: Path, record: dict[str, Any]) -> None:
    """Append a line of JSON durably; a line that a crash cut short is ended first."""
    with path.open("ab") as file:
        if file.tell() and not _ends_with_newline(path):
            file.write(b"\n")
        file.write(orjson.dumps(record) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the complete lines; none when there is no such file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            record = orjson.loads(line)
            if isinstance(record, dict):
                yield record


def move(source: Path, target: Path) -> None:
    """Move a file, also to another disk, without replacing another one. Moving it again has no effect.

    Raises FileExistsError when another file has taken the name.
    """
    if not os.path.lexists(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if _is_complete_copy(source, target):  # killed after it was copied to another disk
        source.unlink()
        return
    try:
        _rename_without_replacing(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".{target.name}.new")
        shutil.copy2(source, partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        if sha256_of(partial) != sha256_of(source):
            raise OSError(errno.EIO, "the copy differs from what was copied", str(target)) from error
        try:
            _rename_without_replacing(partial, target)
        except FileExistsError:
            partial.unlink()
            raise
        sync_folder(target.parent)
        source.unlink()


def _rename_without_replacing(source: Path, target: Path) -> None:
    """Rename without replacing another file: add the new name, which must be free, then remove the old one.

    A crash in between leaves a file with both names, which a repeated call completes. On file systems without hard links,
    only a check before the rename protects the other file.
    """
    if os.path.lexists(target) and not _is_same_file(source, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if os.name == "nt":  # a rename never replaces a file there
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
    if not _is_same_file(source, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.unlink()


def _is_complete_copy(source: Path, target: Path) -> bool:
    if not target.is_file() or target.is_symlink() or _is_same_file(source, target):
        return False
    return target.stat().st_size == source.lstat().st_size and sha256_of(target) == sha256_of(source)


def _is_same_file(one: Path, other: Path) -> bool:
    first, second = one.lstat(), other.lstat()
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, without following a link."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make new and renamed entries of `folder` durable, where the system supports it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows cannot open folders; its file systems journal names
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

"""Puts a result file in place: never over the input, never over a file of the user's, never partly written."""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import platformdirs

from batchsync.errors import OutputError
from batchsync.fsutil import fit_file_name, sync_folder
from batchsync.messages import Message, Translation
from batchsync.messages import result_file as messages

TEMPORARY = ".batchsync-"
"""The beginning of the names of unfinished files; they end in .tmp."""

Fill = Callable[[BinaryIO], str]
"""Writes the file and returns the suffix for its name, which depends on whether there are macros in it."""


@dataclass(slots=True, kw_only=True)
class OutputFile:
    """The place of one file, and messages about it."""

    path: Path
    """The wanted path."""
    input: Path
    by_user: bool
    """Whether the user named it, so that an existing file is renamed; else our file takes a free name."""
    is_ours: Callable[[Path], bool]
    fallback: Path
    """The folder for a file whose own folder can't be written."""
    run: str
    messages: list[Message] = field(default_factory=list)

    def write(self, fill: Fill) -> Path:
        """Write the file under a temporary name, then put it in its place; return its path.

        Raises OutputError when it can be written nowhere.
        """
        try:
            with _temporary(self.path.parent) as (file, temporary):
                self._set_suffix(fill(file))
                _make_durable(file)
                return self._put(temporary)
        except OSError as error:
            return self._write_elsewhere(fill, error)

    def _set_suffix(self, suffix: str) -> None:
        if suffix != self.path.suffix.lower():
            self.path = self.path.with_name(fit_file_name(f"{self.path.stem}{suffix}"))

    def _write_elsewhere(self, fill: Fill, first: OSError) -> Path:
        why = _why(first)
        try:
            self.fallback.mkdir(parents=True, exist_ok=True)
            with _temporary(self.fallback) as (file, temporary):
                self._set_suffix(fill(file))
                _make_durable(file)
                path = free_path(self.fallback / self.path.name)
                temporary.replace(path)
        except OSError as error:
            raise OutputError(
                messages.NOWHERE, folder=self.path.parent, why=why, other=self.fallback, run=self.run
            ) from error
        self.messages.append(
            Message(messages.ELSEWHERE, {"folder": self.path.parent, "why": why, "path": path})
        )
        return path

    def _put(self, temporary: Path) -> Path:
        """Rename the finished file to its path; an existing file is renamed first."""
        path = self.path
        if is_same_file(path, self.input):
            return self._beside(temporary, messages.NEVER_OVER_INPUT)
        if os.path.lexists(path):
            result_cells = path.is_file() and self.is_ours(path)
            if path.is_dir() or not (result_cells or self.by_user):
                return self._beside(temporary, messages.NAME_TAKEN)
            kept = free_path(_older_name(path))
            try:
                path.rename(kept)
            except OSError:
                return self._beside(temporary, messages.LOCKED)
            text = messages.OLDER_KEPT if result_cells else messages.OTHER_KEPT
            self.messages.append(Message(text, {"kept": kept.name}))
        try:
            temporary.replace(path)
        except PermissionError:
            return self._beside(temporary, messages.LOCKED)
        sync_folder(path.parent)
        return path

    def _beside(self, temporary: Path, why: Translation) -> Path:
        path = free_path(self.path, other=True)
        temporary.replace(path)
        sync_folder(path.parent)
        self.messages.append(Message(why, {"asked": self.path.name, "path": path.name}))
        return path


def default_fallback() -> Path:
    """Return the default folder for files whose own folder can't be written."""
    return Path(platformdirs.user_data_dir("batchsync", appauthor=False)) / "results"


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths are one file: by hard link, by link, or by names that differ only in case."""
    with contextlib.suppress(OSError):
        if one.samefile(other):
            return True
    return _folded(one) == _folded(other)


def _folded(path: Path) -> str:
    return os.path.realpath(path).casefold()


def free_path(path: Path, *, other: bool = False) -> Path:
    """Return the path if it is free (and no other is wanted), else one with a number; names are kept short enough."""
    name = path.name
    number = 1
    while os.path.lexists(path) or (other and number == 1):
        number += 1
        path = path.with_name(fit_file_name(name, f" ({number})"))
    return path


def _older_name(path: Path) -> Path:
    """Return the name under which an older file is kept: with the time it was written."""
    written = datetime.fromtimestamp(path.lstat().st_mtime).astimezone()
    return path.with_name(fit_file_name(path.name, f".{written:%Y%m%d-%H%M}"))


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a new file in that folder; it is deleted afterwards unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{TEMPORARY}{secrets.token_hex(6)}.tmp"
    file = path.open("xb+")
    try:
        with file:
            yield file, path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return error.strerror or "disk full"
    return error.strerror or str(error)

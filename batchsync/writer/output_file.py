"""Where a result may stand: never over the input, never over a file of theirs, never half."""

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
from batchsync.messages import Message, Translation
from batchsync.messages import result_file as messages

TEMPORARY = ".batchsync-"
"""How the names of unfinished files begin; they end in .tmp."""

Fill = Callable[[BinaryIO], str]
"""Writes the file and returns the suffix that its name must have: only then it is known whether macros are in it."""


@dataclass(slots=True, kw_only=True)
class OutputFile:
    """A place for one file: what was asked for, and what was said about it."""

    asked: Path
    input: Path
    by_user: bool
    """Whether the user named it, so that what stands there is kept aside; else our file takes a free name."""
    is_ours: Callable[[Path], bool]
    fallback: Path
    """A folder for what can't be written where it should."""
    run: str
    said: list[Message] = field(default_factory=list)

    def write(self, fill: Fill) -> Path:
        """Write a file whole and put it in its place; return where it is.

        Raises OutputError when it can be written nowhere.
        """
        try:
            with _temporary(self.asked.parent) as (file, temporary):
                self._name_for(fill(file))
                _make_durable(file)
                return self._put(temporary)
        except OSError as error:
            return self._write_elsewhere(fill, error)

    def _name_for(self, suffix: str) -> None:
        if suffix != self.asked.suffix.lower():
            self.asked = self.asked.with_suffix(suffix)

    def _write_elsewhere(self, fill: Fill, first: OSError) -> Path:
        why = _why(first)
        try:
            self.fallback.mkdir(parents=True, exist_ok=True)
            with _temporary(self.fallback) as (file, temporary):
                self._name_for(fill(file))
                _make_durable(file)
                path = free_path(self.fallback / self.asked.name)
                temporary.replace(path)
        except OSError as error:
            raise OutputError(
                messages.NOWHERE, folder=self.asked.parent, why=why, other=self.fallback, run=self.run
            ) from error
        self.said.append(Message(messages.ELSEWHERE, {"folder": self.asked.parent, "why": why, "path": path}))
        return path

    def _put(self, temporary: Path) -> Path:
        """Swap the finished file in; what must not be lost is moved aside first."""
        asked = self.asked
        if is_same_file(asked, self.input):
            return self._beside(temporary, messages.NEVER_OVER_INPUT)
        if os.path.lexists(asked):
            result_cells = asked.is_file() and self.is_ours(asked)
            if asked.is_dir() or not (result_cells or self.by_user):
                return self._beside(temporary, messages.NAME_TAKEN)
            kept = free_path(_older_name(asked))
            try:
                asked.rename(kept)
            except OSError:
                return self._beside(temporary, messages.LOCKED)
            told = messages.OLDER_KEPT if result_cells else messages.OTHER_KEPT
            self.said.append(Message(told, {"kept": kept.name}))
        try:
            temporary.replace(asked)
        except PermissionError:
            return self._beside(temporary, messages.LOCKED)
        _make_folder_durable(asked.parent)
        return asked

    def _beside(self, temporary: Path, why: Translation) -> Path:
        path = free_path(self.asked, other=True)
        temporary.replace(path)
        _make_folder_durable(path.parent)
        self.said.append(Message(why, {"asked": self.asked.name, "path": path.name}))
        return path


def default_fallback() -> Path:
    """Return the folder for results that can't be written where they should."""
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
    """Return the path itself when nothing stands there (and no other is wanted), else one with a number."""
    stem, suffix = path.stem, path.suffix
    number = 1
    while os.path.lexists(path) or (other and number == 1):
        number += 1
        path = path.with_name(f"{stem} ({number}){suffix}")
    return path


def _older_name(path: Path) -> Path:
    """Return the name under which an older result is kept: with the time it was written."""
    written = datetime.fromtimestamp(path.lstat().st_mtime).astimezone()
    return path.with_name(f"{path.stem}.{written:%Y%m%d-%H%M}{path.suffix}")


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a file of our own in that folder; it is gone afterwards unless it was moved."""
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


def _make_folder_durable(folder: Path) -> None:
    """Make a rename survive a power cut, where the system has a way to say so."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return error.strerror or "disk full"
    return error.strerror or str(error)

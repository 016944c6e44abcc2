"""Parses files in a subprocess with memory and time limits; the parent checks what comes and raises one error for it.

Only time that the parent spends waiting counts: a slow plan is not the file's fault. Nor is a busy machine: a process
that has hardly had a processor gets more time.
"""

import contextlib
import hashlib
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear, FileUnreadable, InputError, ReadError, SettingsError
from batchsync.messages import columns as column_messages
from batchsync.messages import reader as reader_messages
from batchsync.messages.render import Translation
from batchsync.model import CellBatch, FileFound, RowBatch, SheetCells, SheetFound
from batchsync.reader.messages import decode, receive, send
from batchsync.reader.source import ReadOptions
from batchsync.reader.spawn import spawn

if TYPE_CHECKING:
    import psutil

MEMORY = 900 << 20
"""Bytes of address space: with the parent's own it stays below a gigabyte."""
SECONDS = 8.5
"""For a file of up to 4 MB: with the start-up it stays below ten."""
SECONDS_PER_MB = 2.0
"""For each MB beyond: ten times what a million rows need."""
_SMALL_MB = 4
CPU_SHARE = 1 / 3
"""The share of its time that a process has spent on a processor before it counts as stuck; normal files need a tenth."""
MOST_TIMES = 6.0
"""So many times its time, and even a process that never got a processor is killed."""
START_FAILED = 1
"""The exit code of a Python whose imports failed; whatever fails while a file is read is sent as a message."""
_TICK_S = 0.05
_HASH_BLOCK = 1 << 20

Item = TypeVar("Item", FileFound | SheetFound | RowBatch, FileFound | SheetCells | CellBatch)


def orders(path: Path, settings: InputSettings) -> Generator[FileFound | SheetFound | RowBatch, None, None]:
    """Yield what the plan needs of a file."""
    return _read(path, settings, "orders", (FileFound, SheetFound, RowBatch))


def cells(path: Path, settings: InputSettings) -> Generator[FileFound | SheetCells | CellBatch, None, None]:
    """Yield every cell of a file."""
    return _read(path, settings, "cells", (FileFound, SheetCells, CellBatch))


def seconds_for(size: int) -> float:
    """Return how long a file of so many bytes may take."""
    return SECONDS + SECONDS_PER_MB * max(0.0, size / (1 << 20) - _SMALL_MB)


def _read(
    path: Path, settings: InputSettings, mode: str, kinds: tuple[type, ...]
) -> Generator[Item, None, None]:
    size = _regular_size(path)
    options = settings.model_dump(mode="json", include=set(ReadOptions._fields))
    request = {"mode": mode, "path": str(path.absolute()), "options": options}
    try:
        child = ParserProcess(request, seconds=seconds_for(size))
    except OSError as error:
        raise SettingsError(reader_messages.NO_PARSER_PROCESS, error=error.strerror or error) from error
    with closing(child):
        sha256 = _sha256(path)  # while the child starts
        try:
            while (message := child.receive()) is not None:
                item = decode(message, kinds, sha256, size)
                if item is None:
                    return
                if isinstance(item, ReadError):
                    raise input_error(path, item)
                yield cast("Item", item)
        except ValueError as error:
            raise FileUnreadable(
                reader_messages.READER_FAILED, file=path.name, why=reader_messages.WHY["answer"]
            ) from error
        raise _death(path, child)


def _regular_size(path: Path) -> int:
    """Return the size of a file that can be read at all; the name counts only for Excel's lock files."""
    if path.name.startswith("~$"):
        raise FileUnreadable(reader_messages.LOCK_FILE, file=path.name)
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileUnreadable(reader_messages.MISSING, file=str(path)) from error
    except (OSError, ValueError) as error:
        raise _cant_open(path, error) from error
    if not stat.S_ISREG(about.st_mode):
        raise FileUnreadable(reader_messages.NOT_A_FILE, file=str(path))
    if about.st_size == 0:
        raise FileUnreadable(reader_messages.EMPTY, file=path.name)
    if not os.access(path, os.R_OK):
        raise _cant_open(path, PermissionError(13, "Permission denied"))
    return about.st_size


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _cant_open(path, error) from error


# --- Errors -------------------------------------------------------------------------------------------------


def _cant_open(path: Path, error: Exception) -> FileUnreadable:
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return FileUnreadable(reader_messages.CANT_OPEN, file=path.name, error=reason)


def _death(path: Path, child: "ParserProcess") -> FileUnreadable | SettingsError:
    if child.killed == "TOO_SLOW":
        return FileUnreadable(reader_messages.TOO_SLOW, file=path.name, seconds=round(child.seconds))
    if child.killed == "TOO_LARGE":
        return FileUnreadable(reader_messages.TOO_LARGE, file=path.name, most=child.memory >> 20)
    if child.failed_to_start():
        return SettingsError(reader_messages.NO_PARSER_PROCESS, error=f"exit code {START_FAILED}")
    return FileUnreadable(reader_messages.DIED, file=path.name)


def input_error(path: Path, error: ReadError) -> InputError:
    """Return the user's error for what the parser process refused."""
    facts: dict[str, object] = {"file": path.name, "most": MEMORY >> 20, **error.facts}
    for name, texts in (("why", reader_messages.WHY), ("what", reader_messages.WHAT)):
        if facts.get(name) in texts:
            facts[name] = texts[str(facts[name])]
    for kind, messages in ((FileUnreadable, reader_messages), (ColumnsUnclear, column_messages)):
        text = getattr(messages, error.reason, None)
        if isinstance(text, Translation):
            return kind(text, **facts)
    raise ValueError(error.reason)


# --- The subprocess -----------------------------------------------------------------------------------------


class ParserProcess:
    """A running parser process and the thread that enforces its limits. Closing it kills the process."""

    def __init__(self, request: dict[str, Any], *, seconds: float, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self.killed: str | None = None
        """TOO_SLOW or TOO_LARGE when a limit ended it."""
        self._process = spawn()
        self._left = seconds
        self._waiting_since: float | None = None
        self._has_sent = False
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._enforce_limits, name="reader-watch", daemon=True)
        self._watch.start()
        self._send(request | {"memory": memory})

    def receive(self) -> Any:
        """Return the next message; None when the process has ended, died or been killed. Raises ValueError for nonsense."""
        pipe = self._process.stdout
        if pipe is None:
            return None
        started = self._waiting_since = time.monotonic()
        try:
            message = receive(pipe)
            self._has_sent = self._has_sent or message is not None
            return message
        finally:
            self._waiting_since = None
            self._left -= time.monotonic() - started

    def failed_to_start(self) -> bool:
        """Whether the process ended by itself, as Python does after a failed import, before it sent anything."""
        is_own = isinstance(self._process, subprocess.Popen) and self.killed is None
        return is_own and not self._has_sent and self._process.wait() == START_FAILED

    def close(self) -> None:
        """Kill the process if it still runs, and close its pipes."""
        self._over.set()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()
        self._watch.join()

    def _send(self, request: dict[str, Any]) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                send(pipe, request)
                pipe.close()
        except OSError:  # it died before it read: no message will come
            return

    def _enforce_limits(self) -> None:
        while not self._over.wait(_TICK_S):
            since = self._waiting_since
            waited = 0.0 if since is None else time.monotonic() - since + self.seconds - self._left
            if waited > self.seconds and self._is_stuck(waited):
                self._kill("TOO_SLOW")
            elif sys.platform != "linux" and _memory_of(self._process.pid) > self.memory:
                self._kill("TOO_LARGE")

    def _is_stuck(self, waited: float) -> bool:
        """Whether a process that was waited for too long has had the processor, or never will."""
        used = _cpu_time_of(self._process.pid)
        return used is None or used > self.seconds * CPU_SHARE or waited > self.seconds * MOST_TIMES

    def _kill(self, reason: str) -> None:
        self.killed = self.killed or reason
        children = [] if sys.platform == "linux" else _process_tree(self._process.pid)[1:]
        self._process.kill()
        for child in children:
            with contextlib.suppress(Exception):  # it has ended with its launcher
                child.kill()
        self._over.set()


def _cpu_time_of(pid: int) -> float | None:
    """Return the seconds that a process and its children have spent on a processor; None when unknown."""
    try:
        if sys.platform == "linux":
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        times = [process.cpu_times() for process in _process_tree(pid)]
        return float(sum(each.user + each.system for each in times)) if times else None
    except Exception:  # noqa: BLE001 - no such file, or the process gone
        return None


def _memory_of(pid: int) -> int:
    """Return the resident memory of a process and its children where rlimits don't bind; 0 when unknown."""
    try:
        return sum(int(process.memory_info().rss) for process in _process_tree(pid))
    except Exception:  # noqa: BLE001 - a process has gone meanwhile
        return 0


def _process_tree(pid: int) -> "list[psutil.Process]":
    """Return a process and its children: on Windows, `python.exe` of a venv starts the interpreter as a child.

    An empty list when the process has ended or psutil is missing.
    """
    try:
        import psutil

        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except Exception:  # noqa: BLE001
        return []

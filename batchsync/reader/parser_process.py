"""The wall between us and a stranger's bytes: a child process that is watched, and killed at its limits.

The parent only waits, checks the shape of what comes, and turns every way to die into one sentence. Only time that the
parent spends waiting counts against the child: a slow plan is not the file's fault. Nor is a busy machine: a child that
has hardly had a processor gets more time.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import batchsync
from batchsync.reader.fork_server import is_open, spawn
from batchsync.reader.protocol import receive, send

_SETTINGS = "BATCHSYNC_"
MEMORY = 900 << 20
"""Of address space: with the parent's own it stays below a gigabyte."""
SECONDS = 8.5
"""For a file of up to 4 MB: with the start-up it stays below ten."""
SECONDS_PER_MB = 2.0
"""For each MB beyond: ten times what a million rows need."""
_SMALL_MB = 4
WORKED = 1 / 3
"""The share of its time that a child has spent on a processor before it counts as stuck; honest files need a tenth."""
PATIENCE = 6.0
"""So many times its time, and even a child that never got a processor is given up."""
_TICK = 0.05


def seconds_for(size: int) -> float:
    """Return how long a file of so many bytes may take."""
    return SECONDS + SECONDS_PER_MB * max(0.0, size / (1 << 20) - _SMALL_MB)


class ParserProcess:
    """A running child and the watch over it. Close it, and it is gone."""

    def __init__(self, request: dict[str, Any], *, seconds: float, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self.killed: str | None = None
        """TOO_SLOW or TOO_LARGE when the watch ended it."""
        self._process = spawn() or _waiting_child() or _started()
        self._left = seconds
        self._since: float | None = None
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, name="reader-watch", daemon=True)
        self._watch.start()
        self._ask(request | {"memory": memory})

    def messages(self) -> Iterator[Any]:
        """Yield what the child says until it ends, dies or is killed. Raises ValueError for nonsense."""
        while (message := self._next()) is not None:
            yield message

    def close(self) -> None:
        """Kill the child if it still runs, and let go of its pipes."""
        self._over.set()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()
        self._watch.join()

    def _ask(self, request: dict[str, Any]) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                send(pipe, request)
                pipe.close()
        except OSError:  # it died before it listened: the missing answer tells
            return

    def _next(self) -> Any:
        pipe = self._process.stdout
        if pipe is None:
            return None
        started = self._since = time.monotonic()
        try:
            return receive(pipe)
        finally:
            self._since = None
            self._left -= time.monotonic() - started

    def _keep_watch(self) -> None:
        while not self._over.wait(_TICK):
            since = self._since
            waited = 0.0 if since is None else time.monotonic() - since + self.seconds - self._left
            if waited > self.seconds and self._is_stuck(waited):
                self._end("TOO_SLOW")
            elif sys.platform != "linux" and _memory_of(self._process.pid) > self.memory:
                self._end("TOO_LARGE")

    def _is_stuck(self, waited: float) -> bool:
        """Whether a child that was waited for too long has had the processor, or never will."""
        worked = _processor_time_of(self._process.pid)
        return worked is None or worked > self.seconds * WORKED or waited > self.seconds * PATIENCE

    def _end(self, why: str) -> None:
        self.killed = self.killed or why
        self._process.kill()
        self._over.set()


_ahead: "list[subprocess.Popen[bytes]]" = []
"""At most one child that has no file yet."""


def start_ahead() -> None:
    """Start the next file's child: it does its imports while we do ours. If none comes, it ends with us."""
    if not _ahead and not is_open():
        with contextlib.suppress(OSError):  # told when the file comes
            _ahead.append(_started())


@atexit.register
def _let_go() -> None:
    """End a child that waited in vain; where Python does not get to tidy up, the end of its pipe does."""
    for child in _ahead:
        child.kill()
        child.communicate()
    _ahead.clear()


def _waiting_child() -> "subprocess.Popen[bytes] | None":
    child = _ahead.pop() if _ahead else None
    return child if child is not None and child.poll() is None else None


def _processor_time_of(pid: int) -> float | None:
    """Return the seconds that a process has spent on a processor; None when it can't be told."""
    try:
        if sys.platform == "linux":
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        import psutil

        used = psutil.Process(pid).cpu_times()
        return float(used.user + used.system)
    except Exception:  # noqa: BLE001 - no such file, psutil missing, or the process gone
        return None


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "batchsync.reader.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,  # Ctrl-C is for the parent to hear: a run that drains still needs its reader
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _memory_of(pid: int) -> int:
    """Return a process' resident memory where rlimits don't bind; 0 when it can't be told."""
    try:
        import psutil

        return int(psutil.Process(pid).memory_info().rss)
    except Exception:  # noqa: BLE001 - psutil missing, or the process gone
        return 0


def environment() -> dict[str, str]:
    """Return our environment, with our own package found when we run from a source folder.

    Without our settings: a child is told what it needs, and one that parses a stranger's bytes needs no token.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    environment["PYTHONIOENCODING"] = "utf-8"
    root = Path(batchsync.__file__).resolve().parent.parent
    if root == Path.cwd():
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{root}{os.pathsep}{before}" if before else str(root)
    return environment

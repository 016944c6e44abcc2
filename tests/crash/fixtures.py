"""A warm interpreter that gives start to killed processes: each is forked with the whole program loaded already.

Starting Python and importing everything costs a second of CPU, and a campaign starts hundreds of processes. What is
proved is what a process leaves behind when it is killed, not how it was started; the other tests start it from
nothing.

`python -m tests.crash.fixtures SOCKET` listens; each connection asks for one process and is reported its id, then its end.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.child_process import end_with_parent

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60.0
LIFE_AT_MOST_S = 300.0
NOT_STARTED = 99
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Started:
    """A process of the process factory, to be treated like one of `subprocess`."""

    pid: int
    stdout: IO[str]
    returncode: int | None = None
    _reported: socket.socket = field(repr=False, kw_only=True)

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._reported], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises TimeoutError."""
        if self.returncode is None:
            self._reported.settimeout(timeout)
            self.returncode = int(self._reported.recv(64))
            self._reported.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it reported until its end. Raises TimeoutError."""
        ended_by = time.monotonic() + (timeout or LIFE_AT_MOST_S)
        reported = b""
        with self.stdout:
            while select.select([self.stdout], [], [], max(0.0, ended_by - time.monotonic()))[0]:
                more = os.read(self.stdout.fileno(), 65_536)
                if not more:
                    break
                reported += more
        self.wait(max(0.001, ended_by - time.monotonic()))
        return reported.decode("utf-8", "replace"), ""

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ProcessFactory:
    """Asks the warm interpreter for processes; it is started when the first is asked for."""

    def __init__(self) -> None:
        self._address = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def bear(self, facts: dict[str, object], arguments: list[str], **environment: str) -> Started:
        """Start the program with these arguments; `facts` is what tests/crash/killed_process.py needs."""
        read, write = os.pipe()
        asked = json.dumps({"facts": facts, "arguments": arguments, "environment": environment}).encode()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(self._listening())
        socket.send_fds(connection, [asked], [write])
        os.close(write)
        pid = int(connection.recv(64))
        return Started(pid, os.fdopen(read, encoding="utf-8"), _reported=connection)

    def _listening(self) -> str:
        if self._process is None:
            self._folder = tempfile.TemporaryDirectory(prefix="cradle-")
            self._address = f"{self._folder.name}/socket"
            command = [sys.executable, "-m", "tests.crash.fixtures", self._address]
            self._process = subprocess.Popen(
                command, cwd=ROOT, **end_with_parent(), stdin=subprocess.DEVNULL, start_new_session=True
            )
            deadline = time.monotonic() + STARTS_WITHIN_S
            while not Path(self._address).exists():
                assert time.monotonic() < deadline, "the cradle never stood"
                assert self._process.poll() is None, "the cradle fell"
                time.sleep(0.01)
        return self._address

    def close(self) -> None:
        if self._process is not None and self._folder is not None:
            self._process.kill()
            self._process.wait()
            self._folder.cleanup()
            self._process = None


@contextmanager
def cradled() -> Iterator[ProcessFactory]:
    """A process factory for a while."""
    process_factory = ProcessFactory()
    try:
        yield process_factory
    finally:
        process_factory.close()


# --- Inside the warm interpreter ----------------------------------------------------------------------------


def _warm_up() -> None:
    import batchsync

    for module in pkgutil.walk_packages(batchsync.__path__, "batchsync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("uvloop", "openpyxl", "xlsxwriter", "tests.crash.killed_process"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    gc.collect()
    gc.freeze()


def _serve(address: str) -> None:
    parent = os.getppid()
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # its minders need no burial
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"{address}.new")
        listener.listen(64)
        Path(f"{address}.new").rename(address)
        while os.getppid() == parent:  # whoever started it is gone: so is it
            if not select.select([listener], [], [], 1.0)[0]:
                continue
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _mind(connection)
            connection.close()


def _mind(connection: socket.socket) -> None:
    """Bear one process and report of its start and its end; never returns."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked, (output,), _, _ = socket.recv_fds(connection, 1 << 20, 1)
    pid = os.fork()
    if pid == 0:
        connection.close()
        _live(json.loads(asked), output)
    os.close(output)
    connection.send(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    try:
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    finally:
        os._exit(0)


def _die_with_parent() -> None:
    """Let the system end this process when its parent ends: a proof that is broken off leaves nobody behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _live(asked: dict[str, Any], output: int) -> None:
    """Be the program, to its end."""
    code = NOT_STARTED
    _die_with_parent()
    try:
        from tests.crash.killed_process import live

        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.update(asked["environment"])
        code = live(asked["facts"], asked["arguments"])
    except BaseException:  # noqa: BLE001 (a process that is not ours to save)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])

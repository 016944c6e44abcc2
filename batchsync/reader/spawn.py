"""Starts parser processes: anew, ahead of their file, or forked from a server that has all imports done.

Forking takes 3 ms instead of 60. Every file has a process of its own with its own limits; the server never reads one.
A process and its parent meet over two pipes that go to the server through a socket. The server also kills and reaps
its processes: only it can do so without hitting a newer process of the same id. (multiprocessing's fork server would
import the parent's main module in every process and pass on its environment.) Where a system can't fork, as on
Windows, each process is started anew.
"""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import batchsync

FORK, KILL = b"f", b"k"
_PID_BYTES = 4
_PRELOADED = (
    *("xlsx.source", "xlsx.columns", "text.source", "text.encoding", "text.records"),
    *("number_formats", "zip_archive"),
)
"""What most files need; other libraries are imported by the process that needs them."""


def spawn() -> "ForkedProcess | subprocess.Popen[bytes]":
    """Return a new parser process; raises OSError when none can be started."""
    forked = _servers[-1].fork() if _servers else None
    if forked is not None:
        return forked
    ahead = _ahead.pop() if _ahead else None
    return ahead if ahead is not None and ahead.poll() is None else _start()


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "batchsync.reader.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,  # Ctrl-C is for the parent: a run that stops still needs its reader
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def environment() -> dict[str, str]:
    """Return our environment without BATCHSYNC_* (the token among them), with our package found in a source folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BATCHSYNC_")}
    environment["PYTHONIOENCODING"] = "utf-8"
    root = Path(batchsync.__file__).resolve().parent.parent
    if root == Path.cwd():
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{root}{os.pathsep}{before}" if before else str(root)
    return environment


# --- Ahead of the file --------------------------------------------------------------------------------------

_ahead: "list[subprocess.Popen[bytes]]" = []
"""At most one process that has no file yet."""


def start_ahead() -> None:
    """Start the process for the next file: it imports while the caller does. If no file comes, it ends with the caller."""
    if not _ahead and not _servers:
        with contextlib.suppress(OSError):  # reported when the file comes
            _ahead.append(_start())


@atexit.register
def _end_ahead() -> None:
    """End a process for which no file came; where atexit does not run, the end of its pipe ends it."""
    for process in _ahead:
        process.kill()
        process.communicate()
    _ahead.clear()


# --- The fork server, seen by the parent --------------------------------------------------------------------


class ForkedProcess:
    """A forked parser process, with the part of Popen's interface that is used."""

    def __init__(self, server: "ForkServer", pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._server = server
        self._is_killed = False
        self.pid = pid
        self.stdin, self.stdout = stdin, stdout

    def kill(self) -> None:
        """Kill and reap it, once."""
        if not self._is_killed:
            self._is_killed = True
            self._server.kill(self.pid)

    def wait(self) -> None:
        """Return at once: `kill` has reaped it."""


class ForkServer:
    """The process that forks, seen by the parent."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._socket, other = socket.socketpair()
        self._lock = threading.Lock()
        with other:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-P", "-m", "batchsync.reader.spawn", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=(other.fileno(),),
                start_new_session=True,
            )

    def fork(self) -> ForkedProcess | None:
        """Return a new process; None when the server has died."""
        request_end, stdin = os.pipe()
        stdout, response_end = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._socket, [FORK], [request_end, response_end])
                pid = self._socket.recv(_PID_BYTES)
        except OSError:
            pid = b""
        finally:
            os.close(request_end)
            os.close(response_end)
        if len(pid) < _PID_BYTES:
            os.close(stdin)
            os.close(stdout)
            return None
        return ForkedProcess(
            self, int.from_bytes(pid, "big"), os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        )

    def kill(self, pid: int) -> None:
        """Kill and reap a process."""
        with contextlib.suppress(OSError), self._lock:
            self._socket.sendall(KILL + pid.to_bytes(_PID_BYTES, "big"))
            self._socket.recv(1)

    def close(self) -> None:
        """End the server."""
        self._socket.close()
        self.process.kill()
        self.process.wait()


_servers: list[ForkServer] = []


@contextlib.contextmanager
def fork_server() -> Iterator[None]:
    """Keep a fork server while many files are read, where the system can fork."""
    if not (hasattr(os, "fork") and hasattr(socket, "send_fds")):
        yield
        return
    server = ForkServer(environment())
    _servers.append(server)
    try:
        yield
    finally:
        _servers.remove(server)
        server.close()


# --- In the fork server -------------------------------------------------------------------------------------


def serve(sock: socket.socket) -> None:
    """Fork, kill and reap processes until the parent closes the socket."""
    while True:
        request, descriptors, *_ = socket.recv_fds(sock, 1 + _PID_BYTES, 2)
        if not request:
            return
        if request[:1] == FORK:
            pid = os.fork()
            if pid == 0:
                _run_worker(sock, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            sock.sendall(pid.to_bytes(_PID_BYTES, "big"))
        else:
            pid = int.from_bytes(request[1:], "big")
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            sock.sendall(KILL)


def _run_worker(sock: socket.socket, descriptors: list[int]) -> None:
    """Be a parser process: its pipes become stdin and stdout."""
    from batchsync.reader import worker

    sock.close()
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    try:
        worker.main()
    finally:
        os._exit(0)


def _main() -> None:
    import importlib

    for name in ("worker", *_PRELOADED):
        importlib.import_module(f"batchsync.reader.{name}")
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    _main()

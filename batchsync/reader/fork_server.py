"""Children for many files: one process has all the imports done and forks for each file, in 3 ms instead of 60.

Every file still has a child of its own, with its own limits: the nursery itself never reads one. Where a system can't
fork (Windows), each child is started anew. A child and its parent meet over two pipes that are handed to the nursery
through a socket; the nursery also ends its children, since only it can do so without mistaking a newcomer for the dead.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO

BIRTH, END = b"b", b"e"
_PID_BYTES = 4
_PRELOADED = (
    *("xlsx.source", "xlsx.columns", "merged_cells", "text.source", "text.encoding", "text.records"),
    *("number_formats", "zip_archive"),
)
"""What most files need; foreign libraries stay with those files that want them."""


class ForkedProcess:
    """A forked child, with as much of Popen's face as the wall looks at."""

    def __init__(self, fork_server: "ForkServer", pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._nursery, self._ended = fork_server, False
        self.pid = pid
        self.stdin, self.stdout = stdin, stdout

    def kill(self) -> None:
        """End it, if it hasn't ended."""
        if not self._ended:
            self._ended = True
            self._nursery.end(self.pid)

    def wait(self) -> None:
        """Nothing is left to wait for: `kill` has buried it."""


class ForkServer:
    """The process that forks, seen from outside."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        self._guard = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-P", "-m", "batchsync.reader.fork_server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def child(self) -> ForkedProcess | None:
        """Return a new child; None when the nursery has died."""
        asked, ask = os.pipe()
        hear, said = os.pipe()
        try:
            with self._guard:
                socket.send_fds(self._socket, [BIRTH], [asked, said])
                told = self._socket.recv(_PID_BYTES)
        except OSError:
            told = b""
        finally:
            os.close(asked)
            os.close(said)
        if len(told) < _PID_BYTES:
            os.close(ask)
            os.close(hear)
            return None
        return ForkedProcess(self, int.from_bytes(told, "big"), os.fdopen(ask, "wb"), os.fdopen(hear, "rb"))

    def end(self, pid: int) -> None:
        """Kill a child and bury it."""
        with contextlib.suppress(OSError), self._guard:
            self._socket.sendall(END + pid.to_bytes(_PID_BYTES, "big"))
            self._socket.recv(1)

    def close(self) -> None:
        """Let the nursery go."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


_open: list[ForkServer] = []


@contextlib.contextmanager
def fork_server(environment: dict[str, str]) -> Iterator[None]:
    """Keep a nursery as long as many files are read, where the system can fork."""
    if not (hasattr(os, "fork") and hasattr(socket, "send_fds")):
        yield
        return
    mine = ForkServer(environment)
    _open.append(mine)
    try:
        yield
    finally:
        _open.remove(mine)
        mine.close()


def is_open() -> bool:
    """Whether there is a nursery."""
    return bool(_open)


def spawn() -> ForkedProcess | None:
    """Return a child of the open nursery; None when there is none."""
    return _open[-1].child() if _open else None


# --- Inside -------------------------------------------------------------------------------------------------


def serve(sock: socket.socket) -> None:
    """Fork and bury until nobody asks any more."""
    while True:
        told, descriptors, *_ = socket.recv_fds(sock, 1 + _PID_BYTES, 2)
        if not told:
            return
        if told[:1] == BIRTH:
            pid = os.fork()
            if pid == 0:
                _live(sock, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            sock.sendall(pid.to_bytes(_PID_BYTES, "big"))
        else:
            pid = int.from_bytes(told[1:], "big")
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            sock.sendall(END)


def _live(sock: socket.socket, descriptors: list[int]) -> None:
    """Be a child: read one request, answer it, and be gone."""
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

    from batchsync.reader import worker

    for name in _PRELOADED:
        importlib.import_module(f"{worker.__package__ or 'batchsync.reader'}.{name}")
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    _main()

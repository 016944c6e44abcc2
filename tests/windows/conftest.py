"""Runs batchsync in a Windows Python under Wine, against the sandbox of this machine."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox
from tests.windows import wine

TIMEOUT_S = 60.0


def wait_until(condition: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait for a condition; fails when the process ends first."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "timeout"
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


@dataclass
class WindowsMachine:
    """A folder, a sandbox, and the commands started there; they end with the test."""

    folder: Path
    sandbox: Sandbox
    processes: "list[subprocess.Popen[str]]" = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> Mapping[str, str]:
        """Return the variables of a command: loopback sandbox, own ledger and user folders."""
        fixed = {
            "BATCHSYNC_API__URL": self.sandbox.url,
            "BATCHSYNC_TOKEN": self.sandbox.token,
            "BATCHSYNC_PACE__RATE": "1000",
            "BATCHSYNC_LEDGER__URL": wine.windows_path(self.folder / "ledger.db"),
            "BATCHSYNC_OUTPUT__LANGUAGE": "en",
            "LC_ALL": "C.UTF-8",
        }
        return wine.environment(**fixed | self.variables)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `batchsync ARGUMENTS`."""
        process = subprocess.Popen(
            wine.command("-m", "batchsync", *arguments),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self.processes.append(process)
        return process

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `batchsync ARGUMENTS` to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def run_script(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python program on Windows."""
        return subprocess.run(
            wine.command("-c", script, *arguments),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )

    def run_in_console(self, *arguments: str, press_ctrl_c_after: Callable[[], object]) -> tuple[int, str]:
        """Run a command in a console, press Ctrl-C once the condition holds; return its exit code and the screen."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("wine", wine.command("-m", "batchsync", *arguments), dict(self.environment()))
        screen, is_pressed, deadline = b"", False, time.monotonic() + TIMEOUT_S
        try:
            while time.monotonic() < deadline:
                if not is_pressed and press_ctrl_c_after():
                    os.write(terminal, b"\x03")
                    is_pressed = True
                if select.select([terminal], [], [], 0.05)[0]:
                    try:
                        screen += os.read(terminal, 65536)
                    except OSError:  # the terminal is closed with the last process
                        break
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    pid = 0
                    return os.waitstatus_to_exitcode(status), screen.decode(errors="replace")
            ended, status = os.waitpid(pid, 0)
            pid = 0
            return os.waitstatus_to_exitcode(status), screen.decode(errors="replace")
        finally:
            os.close(terminal)
            if pid:
                os.kill(pid, 9)
                os.waitpid(pid, 0)

    def put(self, name: str, first: int, last: int) -> Path:
        """Write a CSV of orders."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = "".join(f"261101-{number:015d},7\n" for number in range(first, last + 1))
        path.write_text(f"order_sn,mall_id\n{rows}", encoding="utf-8")
        return path

    def set_latency(self, seconds: float) -> None:
        """Let each response take so long."""
        from dataclasses import replace

        self.sandbox.settings = replace(self.sandbox.settings, latency_s=seconds)

    def charges(self) -> tuple[int, list[object]]:
        """Return the points charged and the orders charged twice."""
        return self.sandbox.charge_log.points, list(self.sandbox.charge_log.charged_twice())


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[WindowsMachine]:
    """A Windows machine with an empty folder."""
    if not wine.READY.is_file():
        pytest.skip("no Windows Python under Wine: `make test-windows` sets it up")
    with run_in_thread(SandboxSettings()) as sandbox:
        machine = WindowsMachine(tmp_path, sandbox)
        yield machine
        for process in machine.processes:
            with process:
                process.kill()

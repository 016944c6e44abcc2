"""The limits of the parser process where there are no rlimits and `python.exe` only starts the interpreter."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchsync.config import InputSettings
from batchsync.errors import FileUnreadable, SettingsError
from batchsync.messages.render import Lang
from batchsync.reader import parser_process, read_orders, spawn

psutil = pytest.importorskip("psutil", reason="required on Windows and macOS only")
SIZE = 64 << 20
LAUNCHER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=sys.stdout)
child.wait()
"""
ALLOCATE = f"held = b'x' * {SIZE}; print('ready', flush=True); import time; time.sleep(600)"
COMPUTE = "import time\nwhile time.process_time() < 0.5: pass\nprint('ready', flush=True); time.sleep(600)"


def command_line(process: Any) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture
def launched() -> Iterator["list[subprocess.Popen[bytes]]"]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        for each in parser_process._process_tree(process.pid)[1:]:
            each.kill()
        with process:
            process.kill()


def launch(program: str, launched: "list[subprocess.Popen[bytes]]") -> int:
    """Run a program as the child of a launcher, and return the launcher's id once the program has printed."""
    process = subprocess.Popen([sys.executable, "-c", LAUNCHER, program], stdout=subprocess.PIPE)
    launched.append(process)
    assert process.stdout is not None
    assert b"ready" in process.stdout.readline()
    return process.pid


def test_memory_is_that_of_the_whole_process_tree(launched: "list[subprocess.Popen[bytes]]") -> None:
    assert SIZE < parser_process._memory_of(launch(ALLOCATE, launched))


def test_processor_time_is_that_of_the_whole_process_tree(
    launched: "list[subprocess.Popen[bytes]]", monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = launch(COMPUTE, launched)
    monkeypatch.setattr(sys, "platform", "win32")
    used = parser_process._cpu_time_of(pid)
    assert used is not None
    assert used >= 0.5


def test_a_child_over_the_memory_limit_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, launched: "list[subprocess.Popen[bytes]]"
) -> None:
    """Without rlimits the parent measures, and the memory is in the launcher's child."""

    def start() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, f"held = b'x' * {SIZE}; import time; time.sleep(600)"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        launched.append(process)
        return process

    path = tmp_path / "orders.csv"
    path.write_text("order_sn\n1\n")
    monkeypatch.setattr(parser_process, "spawn", start)
    monkeypatch.setattr(parser_process, "MEMORY", SIZE)
    monkeypatch.setattr(parser_process.ParserProcess.__init__, "__kwdefaults__", {"memory": SIZE})
    monkeypatch.setattr(sys, "platform", "win32")
    started = time.monotonic()
    with pytest.raises(FileUnreadable, match="64 MB of memory"):
        list(read_orders(path, InputSettings()))
    assert time.monotonic() - started < parser_process.SECONDS
    assert [] == [each for each in psutil.process_iter() if f"b'x' * {SIZE}" in command_line(each)]


@pytest.mark.parametrize("failure", ["no interpreter", "no module"])
def test_a_parser_process_that_cannot_start_is_not_the_files_fault(
    failure: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A night must not move every file to attention/ because Python was removed or a package is missing."""
    path = tmp_path / "orders.csv"
    path.write_text("order_sn\n1\n")
    monkeypatch.setattr(spawn, "_ahead", [])
    if failure == "no interpreter":
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    else:
        package = tmp_path / "path" / "batchsync" / "reader"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").touch()
        (package / "__init__.py").touch()
        (package / "worker.py").write_text("import a_missing_package\n")
        without_ours = os.environ | {"PYTHONPATH": str(package.parents[1])}
        monkeypatch.setattr(spawn, "environment", lambda: without_ours)
    with pytest.raises(SettingsError) as raised:
        list(read_orders(path, InputSettings()))
    assert "Install batchsync again" in raised.value.render(Lang.EN)

"""The parser process: however it ends, the parent raises one error."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from batchsync.config import InputSettings
from batchsync.errors import FileUnreadable
from batchsync.messages.render import Lang
from batchsync.model import FileFound
from batchsync.reader import parser_process, read_orders, spawn, start_ahead
from batchsync.reader.parser_process import ParserProcess, seconds_for
from batchsync.reader.spawn import environment

posix = pytest.mark.skipif(sys.platform == "win32", reason="rlimits")


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let a program of the test be the parser process: what one that a file has taken over might do."""

    def made(program: str) -> Path:
        script = tmp_path / "impostor"
        head = "import json, sys\ndef say(message):\n    data = json.dumps(message).encode()\n    sys.stdout.buffer.write(len(data).to_bytes(4, 'big') + data)\n    sys.stdout.flush()\n"
        body = tmp_path / "impostor.py"
        body.write_text(head + textwrap.dedent(program), encoding="utf-8")
        script.write_text(f"#!/bin/sh\nexec {sys.executable} {body}\n", encoding="utf-8")
        script.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(script))
        monkeypatch.setattr(spawn, "_ahead", [])
        path = tmp_path / "orders.csv"
        path.write_text("order_sn\n1\n", encoding="utf-8")
        return path

    return made


def error_of(path: Path) -> str:
    with pytest.raises(FileUnreadable) as caught:
        list(read_orders(path, InputSettings()))
    return caught.value.render(Lang.EN)


@posix
@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import os; os.kill(os.getpid(), 9)", "ended unexpectedly"),
        ("import os; os.kill(os.getpid(), 11)", "ended unexpectedly"),
        ("sys.exit(0)", "ended unexpectedly"),
        ("say(['file', 'csv', '', []]); import os; os.abort()", "ended unexpectedly"),
        ("sys.stdout.buffer.write(b'\\xff' * 9)", "sent an invalid message"),
        ("sys.stdout.buffer.write(b'\\0\\0\\0\\x02{]'); sys.stdout.flush()", "sent an invalid message"),
        ("say({'a': 1})", "sent an invalid message"),
        ("say(['file', 'exe', '', []])", "sent an invalid message"),
        ("say(['rows', [1], ['a'], [99], [], [], [], [], []])", "sent an invalid message"),
        ("say(['rows', [-1], ['a'], [1], [], [], [], [], []])", "sent an invalid message"),
        ("say(['error', '__class__', {}])", "sent an invalid message"),
        ("say(['launch', 'missiles'])", "sent an invalid message"),
        ("say(['error', 'PASSWORD', {}])", "protected by a password"),
        ("say(['error', 'READER_FAILED', {'why': 'PanicException: index out of bounds'}])", "cannot be read (PanicException: index out of bounds)"),
    ],
)  # fmt: skip
def test_a_process_that_dies_or_sends_nonsense_is_one_error(
    impostor: Callable[[str], Path], program: str, sentence: str
) -> None:
    """No traceback, and no item of an unknown kind."""
    assert sentence in error_of(impostor(program))


@posix
@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "while True: pass"])
def test_a_child_that_takes_too_long_is_killed(
    impostor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """The clock runs while the parent waits, whether the child works or hangs."""
    monkeypatch.setattr(parser_process, "seconds_for", lambda _: 0.2)
    assert "takes longer than 0 seconds" in error_of(impostor(program))


@pytest.mark.parametrize(
    ("worked", "waited", "stuck"),
    [(0.5, 10.5, False), (4.0, 10.5, True), (0.5, 61.0, True), (None, 10.5, True)],
)
def test_a_busy_machine_is_not_the_files_fault(
    monkeypatch: pytest.MonkeyPatch, worked: float | None, waited: float, stuck: bool
) -> None:
    """Ten seconds are over: a child that has worked a third of them is stuck, one that never got to is waited for."""
    monkeypatch.setattr(parser_process, "_cpu_time_of", lambda _: worked)
    child = ParserProcess.__new__(ParserProcess)
    child.seconds = 10.0
    child._process = subprocess.Popen([sys.executable, "-c", ""])
    child._process.wait()
    assert stuck == child._is_stuck(waited)


def test_processor_time_of_a_process() -> None:
    """Of this process more than none, of one that isn't there nothing."""
    own = parser_process._cpu_time_of(os.getpid())
    assert (True, None) == (own is not None and own > 0, parser_process._cpu_time_of(2**22 + 1))


@posix
def test_memory_is_limited(impostor: Callable[[str], Path]) -> None:
    """The system refuses what goes beyond the limit, and that is a sentence of its own."""
    root = Path(__file__).parents[2]
    path = impostor(
        f"""
        sys.path.insert(0, {str(root)!r})
        from batchsync.reader import worker
        def too_large(path, options):
            yield from [bytearray(2 << 30)]
        worker.orders = too_large
        worker.main()
        """
    )
    assert "takes more than 900 MB of memory" in error_of(path)


@posix
def test_closing_the_generator_kills_the_child(impostor: Callable[[str], Path], tmp_path: Path) -> None:
    """Ctrl-C, or a limit of three rows, ends the reading at once."""
    path = impostor(
        f"""
        import os, time
        open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
        say(["file", "csv", "", []])
        time.sleep(600)
        """
    )
    found = read_orders(path, InputSettings())
    assert isinstance(next(found), FileFound)
    found.close()
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_larger_files_get_more_time() -> None:
    """Small ones end within ten seconds, start-up and all."""
    assert (8.5, 8.5 + 2.0 * 96) == (seconds_for(1_000), seconds_for(100 << 20))


@pytest.mark.parametrize("name", ["~$orders.xlsx", "missing.xlsx", "folder", "empty.csv"])
def test_no_process_starts_for_what_is_no_readable_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Excel's lock file, nothing, a folder, zero bytes."""
    monkeypatch.setattr(parser_process, "ParserProcess", None)
    (tmp_path / "folder").mkdir()
    for file in ("~$orders.xlsx", "empty.csv"):
        (tmp_path / file).write_bytes(b"" if file == "empty.csv" else b"x")
    assert name in error_of(tmp_path / name)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_device_is_no_file() -> None:
    """It might never end."""
    assert "folder or a device" in error_of(Path("/dev/full"))


# --- A child that is started before its file is known -------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """Every child that is started, in turn."""
    children: list[subprocess.Popen[bytes]] = []
    start = spawn._start

    def noted() -> "subprocess.Popen[bytes]":
        children.append(start())
        return children[-1]

    monkeypatch.setattr(spawn, "_start", noted)
    monkeypatch.setattr(spawn, "_ahead", [])
    return children


def read(folder: Path) -> int:
    path = folder / "orders.csv"
    path.write_text("order_sn\n260101-123456789012345\n", encoding="utf-8")
    return len(list(read_orders(path, InputSettings())))


def test_a_child_started_ahead_reads_the_next_file(
    started: list["subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    """One is started however often it is asked for; it reads one file, and the file after it has its own."""
    start_ahead()
    start_ahead()
    assert 1 == len(started)
    assert (3, 1) == (read(tmp_path), len(started))
    assert (3, 2) == (read(tmp_path), len(started))


def test_a_child_that_died_while_it_waited_is_replaced(
    started: list["subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    """No error about a file that was not read yet."""
    start_ahead()
    with started[0] as waiting:
        waiting.kill()
    assert (3, 2) == (read(tmp_path), len(started))


def test_a_child_without_a_file_ends_with_its_parent(started: list["subprocess.Popen[bytes]"]) -> None:
    """The end of its pipe is the end of its wait."""
    start_ahead()
    with started[0] as waiting:
        assert waiting.stdin is not None
        waiting.stdin.close()
        assert 0 == waiting.wait(60)


def test_a_child_knows_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes over the process that parses a file finds none of our settings in its environment."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", "tok-canary")
    monkeypatch.setenv("BATCHSYNC_LEDGER__URL", "postgresql://me:pw-canary@db/x")
    monkeypatch.setenv("LANG", "C.UTF-8")
    given = environment()
    assert "C.UTF-8" == given["LANG"]
    assert [] == [value for value in given.values() if "canary" in value]

"""From what goes wrong to a sentence and an exit code."""

import io
import sys
from pathlib import Path

import platformdirs
import pytest

from batchsync.cli import init as init_module
from batchsync.cli import main
from batchsync.cli.console import make_streams_safe
from batchsync.errors import LedgerBusy
from batchsync.messages import Translation

CANARY = "tok-canary-0123456789"


def raising(error: BaseException) -> object:
    def command(*_: object) -> int:
        raise error

    return command


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where bugs are written down."""
    monkeypatch.setattr(platformdirs, "user_log_dir", lambda *_, **__: str(tmp_path / "logs"))
    return tmp_path / "logs"


def test_a_mendable_error_is_its_sentence_and_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of error carries its exit code."""
    monkeypatch.setattr(
        init_module, "init", raising(LedgerBusy(Translation(en="run {run} is at work", zh=""), run="r1"))
    )
    assert 4 == main(["init"])
    assert "run r1 is at work\n" == capsys.readouterr().err


def test_a_bug_is_written_down_without_the_token(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 70, a sentence that names the log, the traceback only in there, the token nowhere."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", CANARY)
    monkeypatch.setattr(init_module, "init", raising(ZeroDivisionError(f"with {CANARY}")))
    assert 70 == main(["init"])
    shown = capsys.readouterr()
    (log,) = logs.iterdir()
    shown_values = log.read_text(encoding="utf-8")
    assert (True, False, True, False) == (
        str(log) in shown.err,
        "Traceback" in shown.err,
        "Traceback" in shown_values,
        CANARY in shown_values + shown.err + shown.out,
    )


def test_a_token_from_a_file_is_masked_too(
    logs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wherever the token came from."""
    from batchsync.settings import load

    (tmp_path / "t").write_text(CANARY)
    (tmp_path / "c.yaml").write_text("api: {token_file: t}\n")
    load(tmp_path / "c.yaml", token=True)
    monkeypatch.setattr(init_module, "init", raising(ZeroDivisionError(f"with {CANARY}")))
    assert 70 == main(["init"])
    (log,) = logs.iterdir()
    assert CANARY not in log.read_text(encoding="utf-8")


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a run nothing has to be finished."""
    monkeypatch.setattr(init_module, "init", raising(KeyboardInterrupt()))
    assert 130 == main(["init"])
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`batchsync history | head`."""
    monkeypatch.setattr(init_module, "init", raising(BrokenPipeError()))
    assert (0, "") == (main(["init"]), capsys.readouterr().err)


def test_a_console_that_lacks_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GBK console shows `?` instead of a traceback."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="gbk"))
    make_streams_safe()
    sys.stdout.write("订单 \U0001f600")
    sys.stdout.flush()
    assert "订单 ?".encode("gbk") == raw.getvalue()

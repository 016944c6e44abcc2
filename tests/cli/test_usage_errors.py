"""Slips in using the command line: one sentence each, exit 2, nothing sent, no traceback."""

import pytest

from batchsync.cli import main


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["rn", "x.xlsx"], "There is no command `rn`. Did you mean `run`?"),
        (["zzzzzz"], "There is no command `zzzzzz`. `batchsync --help` lists them all."),
        (["run"], "FILE is missing. See: batchsync run --help"),
        (["run", "x.xlsx", "--rate"], "--rate needs a value."),
        (["run", "x.xlsx", "--format", "pdf"], "--format cannot be `pdf`."),
        (["run", "x.xlsx", "--tokn", "1"], "Unknown option `--tokn 1`. See: batchsync run --help"),
        (["run", "x.xlsx", "--re"], "Unknown option `--re`. See: batchsync run --help"),
        (["run", "x.xlsx", "--resend=1"], "--resend takes no value."),
        (
            ["check", "-"],
            "A spreadsheet cannot be read from a pipe, because its result is written beside it. Save it as a file first.",
        ),
        (["--what"], "A command is missing, for example: batchsync check orders.xlsx"),
    ],
)
def test_a_slip_is_one_sentence(given: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """argparse's own messages are neither Chinese nor helpful."""
    assert 2 == main(given)
    shown = capsys.readouterr()
    assert ("", sentence) == (shown.out, shown.err.strip())


def test_no_command_shows_the_help_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Who only types `batchsync` wants to know what there is."""
    assert 2 == main([])
    shown = capsys.readouterr()
    assert ("", True, True) == (shown.out, "check" in shown.err, "A command is missing" in shown.err)


def test_a_slip_is_reported_in_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong, in the user's language."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 2 == main(["rn"])
    assert "没有 `rn` 这个命令。是否想用 `run`？" == capsys.readouterr().err.strip()

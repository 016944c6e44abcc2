"""What --help reports, in both languages, and how fast."""

import subprocess
import sys
from pathlib import Path

import pytest

from batchsync.cli import main
from batchsync.cli.main import COMMAND_MODULES
from batchsync.formatting import display_width
from batchsync.messages import Lang
from batchsync.messages import commands as messages

LANGUAGES = {Lang.EN: "C.UTF-8", Lang.ZH: "zh_CN.UTF-8"}


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("command", list(COMMAND_MODULES))
def test_help_ends_with_an_example_to_paste(
    command: str, lang: Lang, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last lines of each command's help are a call of that command."""
    monkeypatch.setenv("LC_ALL", LANGUAGES[lang])
    assert 0 == main([command, "--help"])
    shown = capsys.readouterr()
    last = [line.strip() for line in shown.out.rstrip().splitlines()[-2:]]
    assert (True, "") == (last[-1].startswith(f"batchsync {command}"), shown.err)


def test_the_program_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Only what works is listed, and all that works."""
    assert 0 == main(["--help"])
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert set(COMMAND_MODULES) == set(listed) & set(messages.COMMANDS)


def test_help_writes_chinese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """By the system's language; the setting BATCHSYNC_OUTPUT__LANGUAGE wins over it."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    main(["run", "--help"])
    chinese = capsys.readouterr().out
    monkeypatch.setenv("BATCHSYNC_OUTPUT__LANGUAGE", "en")
    main(["run", "--help"])
    english = capsys.readouterr().out
    assert (True, True) == (chinese.startswith("用法："), english.startswith("usage: "))


@pytest.mark.parametrize("command", list(COMMAND_MODULES))
def test_help_fits_a_terminal(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line of the Chinese help is wider than 80 columns, though each character takes two."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    main([command, "--help"])
    text = capsys.readouterr().out.split(messages.EXAMPLE.zh)[0]
    assert [] == [line for line in text.splitlines() if display_width(line) > 80]


def test_help_imports_nothing_heavy() -> None:
    """`batchsync --help` starts fast because it loads nothing that it does not need."""
    heavy = ("aiohttp", "pandas", "openpyxl", "pydantic", "yaml", "tqdm", "asyncio", "sqlite3")
    program = (
        "import sys; from batchsync.cli import main; main(['run', '--help']); "
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]\n" == ran.stderr


def test_the_module_runs_as_the_command_does() -> None:
    """`python -m batchsync` is for those whose PATH lacks the scripts folder, as on Windows."""
    ran = subprocess.run(
        [sys.executable, "-m", "batchsync", "--version"], capture_output=True, text=True, check=True
    )
    assert "0." == ran.stdout[:2]


def test_check_does_without_the_http_client(tmp_path: Path) -> None:
    """What sends is imported by what sends: a fifth of a second that no check has to wait for."""
    sheet = tmp_path / "orders.csv"
    sheet.write_text("order_sn,owner_id\n260101-123456789012345,7801\n", encoding="utf-8")
    program = (
        "import sys; from batchsync.cli import main; "
        f"code = main(['check', {str(sheet)!r}, '--ledger', {str(tmp_path / 'ledger.sqlite')!r}]); "
        "print(code, [name for name in ('aiohttp', 'xlsxwriter', 'openpyxl') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "0 []" == done.stderr.strip()

"""`setup`: settings, token, shortcuts and the nightly task, twice the same; `--remove` keeps what must not be lost."""

import getpass
import stat
import sys
from pathlib import Path

import pytest
from defusedxml import ElementTree

from batchsync.cli.console import Console
from batchsync.cli.main import main
from batchsync.settings import load
from batchsync.settings.token import stored_token_path

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
TOKEN = "tok-canary-0123456789-abcdefghij"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    home = tmp_path / "home of 王 & son"
    (home / "Desktop").mkdir(parents=True)
    for name, folder in {
        "HOME": ".",
        "XDG_DATA_HOME": "data",
        "XDG_CONFIG_HOME": "config",
        "APPDATA": "roaming",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    return home


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_setup_writes_settings_inbox_and_shortcuts_once(home: Path) -> None:
    assert 0 == main(["setup", "--yes"])
    first = files(home)
    assert load(home / "batchsync" / "config.yaml").file == home / "batchsync" / "config.yaml"
    assert (home / "batchsync" / "inbox").is_dir()
    assert 0 == main(["setup", "--yes"])
    assert first == files(home)
    shortcut = (home / "Desktop" / "batchsync.desktop").read_text()
    assert f'Exec="{sys.executable}" -m batchsync web\n' in shortcut


def test_without_shortcut_nothing_is_put_on_the_desktop(home: Path) -> None:
    assert 0 == main(["setup", "--yes", "--no-shortcut"])
    assert [] == list((home / "Desktop").iterdir())


def test_own_settings_are_kept(home: Path) -> None:
    config = home / "batchsync" / "config.yaml"
    config.parent.mkdir()
    config.write_text("pace: {rate: 3}\n")
    assert 0 == main(["setup", "--yes"])
    assert "pace: {rate: 3}\n" == config.read_text()


@pytest.mark.parametrize(("answer", "stored"), [(TOKEN, True), ("two words", False), ("", False)])
def test_the_token_is_asked_for_and_stands_in_its_file_only(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, stored: bool
) -> None:
    monkeypatch.setattr(Console, "can_ask", lambda _: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: answer)
    assert 0 == main(["setup"])
    assert stored == stored_token_path().is_file()
    if stored:
        assert 0o600 == stat.S_IMODE(stored_token_path().stat().st_mode)
        assert [stored_token_path()] == [
            home / name for name, data in files(home).items() if TOKEN.encode() in data
        ]
        shown = capsys.readouterr()
        assert TOKEN not in shown.out + shown.err


def test_remove_keeps_settings_token_and_ledger(home: Path) -> None:
    main(["setup", "--yes"])
    ledger = home / "batchsync" / "ledger.db"
    ledger.write_bytes(b"paid orders")
    assert 0 == main(["setup", "--remove"])
    assert {"batchsync/config.yaml", "batchsync/ledger.db"} == set(files(home))


def test_on_windows_the_task_and_the_shortcuts_hold_the_right_paths(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two shortcuts that cmd reads as UTF-8, and a task that Task Scheduler takes as UTF-16."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert 0 == main(["setup", "--yes"])
    for place in ("Desktop", "roaming/Microsoft/Windows/Start Menu/Programs"):
        script = (home / place / "batchsync.cmd").read_bytes().decode()
        assert f'cd /d "{home / "batchsync"}"\r\n"{sys.executable}" -m batchsync web\r\n' in script
    task = ElementTree.fromstring((home / "batchsync" / "batchsync-nightly.xml").read_bytes())
    (arguments,) = (each.text for each in task.iter(f"{TASK}Arguments"))
    assert f'--inbox "{home / "batchsync" / "inbox"}"' in str(arguments)
    assert [sys.executable] == [each.text for each in task.iter(f"{TASK}Command")]
    assert 0 == main(["setup", "--remove"])
    assert {"batchsync/config.yaml"} == set(files(home))


def test_a_folder_that_cannot_be_written_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "file").write_text("x")
    assert 2 == main(["setup", "--yes", "--folder", str(home / "file" / "below")])
    assert "--folder" in capsys.readouterr().err

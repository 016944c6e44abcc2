"""`batchsync web` as a process: what it prints, and how it ends."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from batchsync.cli import main
from batchsync.cli.web import save_setup
from batchsync.errors import SettingsError
from batchsync.messages import Lang
from batchsync.settings import load
from tests.child_process import end_with_parent


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    """The address stands on stdout; Ctrl-C ends it without a word of Python's."""
    given = {**os.environ, "BATCHSYNC_LEDGER__URL": str(tmp_path / "ledger.db"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "batchsync", "web", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command,
        **end_with_parent(),
        env=given,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "/login?token=" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(20)
        assert "Traceback" not in process.stderr.read()


def test_others_are_not_let_in_without_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    """A host that other machines reach is refused before anything listens."""
    assert (2, True) == (
        main(["web", "--host", "0.0.0.0", "--no-browser"]),
        "password" in capsys.readouterr().err,
    )


def test_a_second_start_opens_the_running_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints an address with a fresh token of the page that already runs, opens the browser there, and ends."""
    env = {**os.environ, "BATCHSYNC_LEDGER__URL": str(tmp_path / "ledger.db"), "LC_ALL": "C.UTF-8"}
    monkeypatch.setenv("BATCHSYNC_LEDGER__URL", str(tmp_path / "ledger.db"))
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    command = [sys.executable, "-m", "batchsync", "web", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, **end_with_parent(), env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        try:
            assert 0 == main(["web", "--port", "0"])
            (address,) = opened
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(address) as response:
                assert 200 == response.status
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
    assert address.partition("?")[0] in first
    assert address in capsys.readouterr().out


@pytest.mark.parametrize(
    ("platform", "name"),
    [("linux", "batchsync.desktop"), ("win32", "batchsync.cmd"), ("darwin", "batchsync.command")],
)
def test_a_shortcut_opens_the_page_from_this_folder(
    platform: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put on the desktop, and names this folder and this Python."""
    monkeypatch.setattr("platformdirs.user_desktop_path", lambda: tmp_path / "desktop")
    monkeypatch.setattr(sys, "platform", platform)
    for name_of_folder in ("XDG_DATA_HOME", "APPDATA"):
        monkeypatch.setenv(name_of_folder, str(tmp_path / "menu"))
    assert 0 == main(["web", "--install-shortcut"])
    text = (tmp_path / "desktop" / name).read_text(encoding="utf-8")
    assert (True, True) == (str(Path.cwd()) in text, sys.executable in text)


def test_the_first_start_writes_settings_and_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Account and cap are in a new config.yaml, the token in a file for this user only; both hold for other commands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("batchsync.settings.token.stored_token_path", lambda: tmp_path / "settings" / "token")
    save_setup("abcdefghijklmnopqrstuvwxyz", 'main "shop"', 250, Lang.ZH)
    loaded = load(token=True)
    token = loaded.config.token
    assert token is not None
    assert ('main "shop"', 250, "abcdefghijklmnopqrstuvwxyz") == (
        loaded.config.api.account,
        loaded.config.spend.max_points,
        token.get_secret_value(),
    )
    if os.name != "nt":
        assert 0o600 == (tmp_path / "settings" / "token").stat().st_mode & 0o777
    assert "abcdefghijkl" not in (tmp_path / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("token", ["", "two words", '"quoted"', "Bearer abc", "中文"])
def test_a_text_that_is_no_token_is_not_stored(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("batchsync.settings.token.stored_token_path", lambda: tmp_path / "token")
    with pytest.raises(SettingsError, match="not an access token"):
        save_setup(token, "default", None, Lang.EN)
    assert not any((tmp_path / name).exists() for name in ("token", "config.yaml"))

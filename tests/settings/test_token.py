"""The stored access token: in the system's keyring, or in a file that only its user can read."""

import io
import os
import stat
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from batchsync.cli import main
from batchsync.settings import load
from batchsync.settings.token import KEYRING_ENTRY, stored_token_path

TOKEN = "s3cret-token-0123456789"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchsync.settings.token.stored_token_path", lambda: tmp_path / "settings" / "token")
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("BATCHSYNC_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)


class KeyringError(Exception):
    """As keyring raises it."""


class MemoryKeyring:
    """The keyring module with its entries in memory."""

    priority = 5.0

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, locked: bool = False) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = locked
        errors = types.ModuleType("keyring.errors")
        errors.KeyringError = KeyringError  # type: ignore[attr-defined]
        module: Any = types.ModuleType("keyring")
        module.get_keyring = lambda: self
        module.get_password = lambda service, name: self._open().get((service, name))
        module.set_password = lambda service, name, token: self._open().update({(service, name): token})
        module.delete_password = lambda service, name: self._open().pop((service, name))
        monkeypatch.setitem(sys.modules, "keyring", module)
        monkeypatch.setitem(sys.modules, "keyring.errors", errors)

    def _open(self) -> dict[tuple[str, str], str]:
        if self.locked:
            raise KeyringError("locked")
        return self.entries


def set_token(monkeypatch: pytest.MonkeyPatch, text: str = TOKEN) -> int:
    """Run `token set` with a text on stdin."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))
    return main(["token", "set", "--lang", "en"])


def used_token() -> str:
    token = load(token=True).config.token
    return token.get_secret_value() if token else ""


def test_without_a_keyring_the_token_is_in_a_file_that_only_its_user_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mode 0600, and the token is on disk nowhere else and never shown."""
    assert 0 == set_token(monkeypatch)
    path = tmp_path / "settings" / "token"
    assert (TOKEN, TOKEN) == (path.read_text(), used_token())
    if os.name != "nt":
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0 == main(["token", "show", "--lang", "en"])
    shown = capsys.readouterr()
    assert f"The token comes from the token file {path}." in shown.out
    assert TOKEN not in shown.out + shown.err
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [path] == [each for each in files if TOKEN.encode() in each.read_bytes()]


def test_with_a_keyring_the_token_is_there_and_not_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of before is removed, so that there is one stored token."""
    set_token(monkeypatch, "older-token-0123456789")
    keyring = MemoryKeyring(monkeypatch)
    assert 0 == set_token(monkeypatch)
    assert {KEYRING_ENTRY: TOKEN} == keyring.entries
    assert (TOKEN, False) == (used_token(), (tmp_path / "settings" / "token").exists())
    assert "the system's keyring" in capsys.readouterr().out


def test_a_locked_keyring_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading and writing go on without it."""
    MemoryKeyring(monkeypatch, locked=True)
    assert 0 == set_token(monkeypatch)
    assert (TOKEN, True) == (used_token(), (tmp_path / "settings" / "token").exists())


def test_environment_then_token_file_then_stored_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The order of the manual; `set` names the source that comes first."""
    set_token(monkeypatch)
    assert TOKEN == used_token()
    (tmp_path / "t").write_text("token-of-the-file\n")
    (tmp_path / "t").chmod(0o600)
    (tmp_path / "config.yaml").write_text("api: {token_file: t}\n")
    assert "token-of-the-file" == used_token()
    monkeypatch.setenv("BATCHSYNC_TOKEN", "token-of-the-environment")
    assert "token-of-the-environment" == used_token()
    capsys.readouterr()
    set_token(monkeypatch)
    assert "It is not used yet" in capsys.readouterr().err


@pytest.mark.parametrize("with_keyring", [False, True])
def test_clear_removes_the_stored_token(
    with_keyring: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Afterwards there is none, and a second time there is nothing to remove."""
    if with_keyring:
        MemoryKeyring(monkeypatch)
    set_token(monkeypatch)
    assert 0 == main(["token", "clear", "--lang", "en"])
    assert 2 == main(["token", "show", "--lang", "en"])
    assert 0 == main(["token", "clear", "--lang", "en"])
    shown = capsys.readouterr()
    assert ["The stored token is removed.", "No token is stored."] == shown.out.splitlines()[1:]
    assert "batchsync token set" in shown.err


@pytest.mark.parametrize("text", ["", "two words", "Bearer abc", '"quoted"', "令牌", "x" * 5_000])
def test_what_is_no_token_is_not_stored(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and the input is not shown."""
    assert 2 == set_token(monkeypatch, text)
    assert not stored_token_path().exists()
    assert text == "" or text not in capsys.readouterr().err

"""`doctor`: each thing that can be wrong is named, with how to fix it, and nothing is ever sent."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from batchsync.cli import main
from tests.cli.inputs import SYNCED, past_run

TOKEN = "tok-canary-0123456789"


class Listener:
    """A server that accepts, and remembers whether anybody reported a word."""

    def __init__(self) -> None:
        self.received = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            self.received = connection.recv(1000)

    def close(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass  # so that the thread ends also when nobody came
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """An address that answers, and a token, so that all is well."""
    with closing(Listener()) as listener:
        monkeypatch.setenv("BATCHSYNC_API__URL", f"http://127.0.0.1:{listener.port}/x")
        monkeypatch.setenv("BATCHSYNC_TOKEN", TOKEN)
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield listener


def bad(text: str) -> list[str]:
    return [line.split("  ", 1)[1].strip() for line in text.splitlines() if line.startswith("BAD")]


def test_all_is_well(server: Listener, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, every line ok, the token masked, and not a byte sent."""
    assert 0 == main(["doctor"])
    server.close()
    shown = capsys.readouterr()
    assert (set(), b"", False, True) == (
        {line.split()[0] for line in shown.out.splitlines()} - {"ok"},
        server.received,
        TOKEN in shown.out + shown.err,
        "tok-…(21)" in shown.out,
    )


def test_a_sound_ledger_is_reported_so(
    server: Listener, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Place, size and that it passes its own check."""
    past_run(tmp_path / "ledger.sqlite", [("77", "1", SYNCED)])
    assert 0 == main(["doctor"])
    assert "check passed" in capsys.readouterr().out


def test_a_file_that_is_no_ledger(
    server: Listener, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reported before a run finds out."""
    (tmp_path / "ledger.sqlite").write_bytes(b"something else entirely" * 100)
    assert 1 == main(["doctor"])
    assert ["ledger"] == [line.split(":")[0] for line in bad(capsys.readouterr().out)]


def test_no_token(
    server: Listener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commonest beginning."""
    monkeypatch.delenv("BATCHSYNC_TOKEN")
    assert 1 == main(["doctor"])
    assert ["token"] == [line.split(":")[0] for line in bad(capsys.readouterr().out)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_token_that_others_can_read_is_a_warning(
    server: Listener, monkeypatch: pytest.MonkeyPatch, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It works, and should be fixed: exit 0."""
    monkeypatch.delenv("BATCHSYNC_TOKEN")
    (here / "t").write_text(TOKEN)
    (here / "t").chmod(0o644)
    (here / "config.yaml").write_text("api: {token_file: t}\n")
    assert 0 == main(["doctor"])
    assert "chmod 600" in capsys.readouterr().out


def test_wrong_settings_are_reported_all_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing below holds without settings, so it ends there."""
    (here / "config.yaml").write_text("pace: {rate: 0, speed: 1}\n")
    assert 1 == main(["doctor"])
    assert 2 == len(bad(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:1/x", "cannot connect to"),
        ("http://no-such-host.invalid/x", "cannot be resolved"),
    ],
)
def test_an_address_that_does_not_answer(
    url: str, sentence: str, server: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name and connection are reported apart."""
    assert 1 == main(["doctor", "--url", url])
    assert [True] == [sentence in line for line in bad(capsys.readouterr().out)]


@pytest.mark.parametrize(
    ("proxy", "sentence"),
    [
        ("http://me:pw-canary@127.0.0.1:1", "proxy: cannot connect to 127.0.0.1 port 1"),
        ("http://no-such-host.invalid:1", "proxy: the host name no-such-host.invalid cannot be resolved"),
    ],
)
def test_a_proxy_that_does_not_answer(
    proxy: str,
    sentence: str,
    server: Listener,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The setting to fix is api.proxy, not api.url; the password isn't shown."""
    monkeypatch.setenv("BATCHSYNC_API__PROXY", proxy)
    assert 1 == main(["doctor"])
    shown = capsys.readouterr().out
    assert [(True, True, False)] == [
        (sentence in line, "Check api.proxy" in line, "api.url" in line) for line in bad(shown)
    ]
    assert "pw-canary" not in shown


def test_a_proxy_that_answers(
    server: Listener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is connected to instead of the address."""
    monkeypatch.setenv("BATCHSYNC_API__PROXY", os.environ["BATCHSYNC_API__URL"])
    assert 0 == main(["doctor", "--url", "http://no-such-host.invalid/x"])
    assert "ok    proxy: connected to 127.0.0.1 port" in capsys.readouterr().out


def test_a_ledger_that_is_a_folder(
    server: Listener, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No word of a full disk; `run` states the same and sends nothing."""
    (tmp_path / "ledger.sqlite").mkdir()
    assert 1 == main(["doctor"])
    assert ["is a folder" in line for line in bad(capsys.readouterr().out)] == [True]
    Path("orders.csv").write_text("order_sn,mall_id\n261101-100000000000001,77\n")
    assert 2 == main(["run", "orders.csv"])
    assert "is a folder. Choose a file in it" in capsys.readouterr().err


def test_a_proxy_that_is_ignored_is_reported(
    server: Listener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call that must go through a proxy would hang otherwise, and nobody would know why."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:1")
    assert 0 == main(["doctor"])
    assert "warn  proxy: HTTPS_PROXY is set in the environment but not used" in capsys.readouterr().out


def test_folders_that_cannot_be_written(
    server: Listener, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file stands where the results' folder should be."""
    (here / "results").write_text("")
    (here / "config.yaml").write_text("output: {folder: results}\n")
    assert 1 == main(["doctor"])
    assert ["results"] == [line.split(":")[0] for line in bad(capsys.readouterr().out)]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_nights_are_looked_at_where_there_are_any(
    server: Listener, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An inbox that isn't there and an address that nobody knows are reported; the address' secret is not."""
    monkeypatch.setenv("BATCHSYNC_INBOX__FOLDER", str(here / "inbox"))
    monkeypatch.setenv("BATCHSYNC_NOTIFY__URLS", '["json://127.0.0.1/secret-one", "nowhere://secret-two"]')
    assert 1 == main(["doctor"])
    shown_values = capsys.readouterr().out
    assert (True, True, False) == (
        "does not exist" in shown_values,
        "Address 2 of notify.urls (nowhere://...)" in shown_values,
        "secret" in shown_values,
    )
    (here / "inbox").mkdir()
    monkeypatch.setenv("BATCHSYNC_NOTIFY__URLS", '["json://127.0.0.1/secret-one"]')
    main(["doctor"])
    shown_values = capsys.readouterr().out
    assert (True, True) == (f"inbox: {here / 'inbox'}" in shown_values, "notifications: 1" in shown_values)

"""`batchsync init`."""

from pathlib import Path

import pytest

from batchsync.cli import main
from batchsync.messages import Lang
from batchsync.settings import template


@pytest.mark.parametrize(("locale", "lang"), [("C.UTF-8", Lang.EN), ("zh_CN.UTF-8", Lang.ZH)])
def test_init_writes_the_settings_in_the_users_language(
    locale: str, lang: Lang, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Every setting with its default and what it means."""
    monkeypatch.setenv("LC_ALL", locale)
    assert 0 == main(["init"])
    assert template(lang) == (here / "config.yaml").read_text(encoding="utf-8")


def test_init_never_overwrites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody's settings are worth more than a fresh copy."""
    (here / "config.yaml").write_text("pace: {rate: 1}\n")
    assert 2 == main(["init"])
    sentence = capsys.readouterr().err
    assert ("pace: {rate: 1}\n", True) == ((here / "config.yaml").read_text(), "was not changed" in sentence)


def test_init_where_nothing_can_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence, not a traceback."""
    assert 2 == main(["init", "--config", "no/such/folder/config.yaml"])
    assert "cannot be written" in capsys.readouterr().err

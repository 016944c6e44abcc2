"""README reports the truth: its commands work, and its first screen is what they print."""

import json
from collections.abc import Iterator

import pytest

from batchsync.cli import main
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox
from tests.cli.readme import FILES, REPOSITORY, SCRIPT, commands, comparable, printed, shown, write_sheets

PAGES = tuple(FILES)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The API as README's reader meets it."""
    with run_in_thread(SandboxSettings(script=SCRIPT)) as sandbox:
        for name, value in {"API__URL": sandbox.url, "TOKEN": sandbox.token, "PACE__RATE": "500"}.items():
            monkeypatch.setenv(f"BATCHSYNC_{name}", value)
        yield sandbox


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("command", ["check", "run"])
def test_the_first_screen_is_what_is_printed(
    command: str, page: str, vendor: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word, but for times and run ids."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if "zh" in page else "C.UTF-8")
    write_sheets(page)
    assert comparable(shown(page)[command]) == comparable(printed(command, page))


def uncertain_run(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the first run that left something uncertain, if there is one yet."""
    capsys.readouterr()
    main(["history", "--json"])
    shown_values = json.loads(capsys.readouterr().out)
    return next((each["run"] for each in shown_values if each["summary"]["uncertain"]), "")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_works(
    page: str, vendor: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From top to bottom in an empty folder, as a newcomer would paste them."""
    write_sheets(page)
    run = ""
    for command in commands(page):
        if command == ["demo"]:  # has a test of its own
            continue
        given = [run if word.startswith("20261123-0212-") else word for word in command]
        code = main(given)
        assert code in (0, 1), (command, capsys.readouterr().err)
        run = run or uncertain_run(capsys)
    assert [] == vendor.charge_log.charged_twice()


@pytest.mark.parametrize("page", PAGES)
def test_no_placeholder_is_left(page: str) -> None:
    """What is generated was generated."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    assert "@@" not in text

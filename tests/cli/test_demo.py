"""`demo` and `sandbox`: what a newcomer sees first."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from batchsync.cli import demo as demo_module
from batchsync.cli import main
from tests.child_process import end_with_parent
from tests.cli.readme import REPOSITORY


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo at full speed."""
    monkeypatch.setattr(demo_module, "RATE", "2000")
    monkeypatch.delenv("BATCHSYNC_LEDGER__URL")


def test_the_demo_pays_once_and_its_figures_agree(
    fast: None, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Result workbooks in ./demo-out, totals beside the books', nothing paid twice; the user's token stays out.

    A second demo starts anew, since its own old ledger would make everything `already synced`, and leaves other
    files alone.
    """
    monkeypatch.setenv("BATCHSYNC_TOKEN", "tok-canary-0123456789")
    assert 0 == main(["demo"])
    Path("demo-out/mine.txt").write_text("mine")
    first = capsys.readouterr()
    assert 0 == main(["demo"])
    second = capsys.readouterr()
    assert totals(first.out) == totals(second.out)
    assert (True, True, False, "mine") == (
        "charged twice: 0." in first.out,
        "The figures agree." in first.out,
        "tok-canary" in first.out + first.err,
        Path("demo-out/mine.txt").read_text(),
    )
    results = {path.name for path in Path("demo-out").glob("*.result.xlsx")}
    samples = {path.stem for path in demo_module._samples().iterdir() if path.suffix in (".xlsx", ".csv")}
    assert {f"{stem}.result.xlsx" for stem in samples} == results


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_readme_shows_how_the_demo_ends(
    fast: None, page: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Word for word: the five lines of figures that `make demo` ends with."""
    assert 0 == main(["demo", "--lang", lang])
    shown = capsys.readouterr().out.splitlines()[-5:]
    assert "\n".join(shown) in (REPOSITORY / page).read_text(encoding="utf-8")


def totals(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith(("First run", "Second run"))]
    assert 2 == len(lines)
    return lines


def test_the_demo_without_samples(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation without them states so."""
    monkeypatch.setattr(demo_module, "SAMPLES", (Path("nowhere"),))
    assert 2 == main(["demo"])
    assert "The samples are not installed." in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to one process")
def test_the_sandbox_serves_until_ctrl_c() -> None:
    """It states where it is, keeps books, and leaves without a traceback."""
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "batchsync", "sandbox", "--port", "0"],
        **end_with_parent(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with sandbox:
        assert sandbox.stdout is not None
        url = sandbox.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url.partition('/vv/')[0]}/charges") as books:
            assert b'"points": 0' in books.read()
        sandbox.send_signal(signal.SIGINT)
        _, shown_values = sandbox.communicate()
    assert (0, "") == (sandbox.returncode, shown_values)

"""The progress view, on a clock moved by hand."""

import io
import os
import select
import sys

import pytest

from batchsync.cli.console import Console
from batchsync.cli.progress import ProgressView, Speed
from batchsync.messages import Lang
from batchsync.model import Progress


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def stand(done: int, *, total: int = 1000, calls: int | None = None) -> Progress:
    return Progress(
        total=total,
        done=done,
        calls=done if calls is None else calls,
        synced=done,
        failed=0,
        uncertain=0,
        points=done,
        in_flight=0,
        rate=5,
    )


def test_speed_and_time_left() -> None:
    """Both are those of the last seconds; calls count retries, the time left counts orders."""
    hand = Hand()
    speed = Speed(hand)
    speed.note(stand(0))
    hand.at += 10
    speed.note(stand(100, calls=120))
    assert (12.0, 90.0) == (speed.calls_per_s(), speed.left_s(stand(100)))


def test_speed_forgets_what_is_long_past() -> None:
    """After a pause of the server the figure recovers within the window."""
    hand = Hand()
    speed = Speed(hand)
    for second, done in ((0, 0), (100, 0), (110, 50), (125, 200)):
        hand.at = 1000.0 + second
        speed.note(stand(done))
    assert 10.0 == speed.calls_per_s()


def test_nothing_is_reported_before_anything_is_known() -> None:
    """No division by nothing, no invented time left."""
    speed = Speed(Hand())
    speed.note(stand(0))
    assert (0.0, None) == (speed.calls_per_s(), speed.left_s(stand(0)))


def test_without_a_terminal_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a nightly run stays short."""
    hand = Hand()
    view = ProgressView(Console(lang=Lang.EN), now=hand)
    for second in range(25):
        hand.at = 100.0 + second
        view.update(stand(second * 5))
    lines = capsys.readouterr().err.splitlines()
    assert [
        "50 of 1000, 5.0/s, synced 50, failed 0, uncertain 0, points 50, 3:10 left",
        "100 of 1000, 5.0/s, synced 100, failed 0, uncertain 0, points 100, 3:00 left",
    ] == lines


@pytest.mark.parametrize("console", [Console(lang=Lang.EN, quiet=True), Console(lang=Lang.EN)])
def test_no_progress_when_not_wanted(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    """-q and --no-progress."""
    hand = Hand()
    view = ProgressView(console, hidden=not console.quiet, now=hand)
    hand.at += 60
    view.update(stand(10))
    assert "" == capsys.readouterr().err


class Terminal(io.StringIO):
    """A stderr that states it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("lang", "words"), [(Lang.EN, "synced 7"), (Lang.ZH, "已同步 7")])
def test_on_a_terminal_a_bar(lang: Lang, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It states rows, statuses, points and time left, and is gone at the end."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    hand = Hand()
    view = ProgressView(Console(lang=lang), now=hand)
    view.update(stand(0))
    hand.at += 1
    view.update(stand(7))
    view.close()
    assert (True, True) == (words in terminal.getvalue(), "7/1000" in terminal.getvalue())


def test_a_terminal_that_does_not_report_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's or a recorder's terminal states 0 columns; the bar is drawn all the same."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as terminal, open(ours, "rb") as seen:  # noqa: PTH123 (descriptors)
        monkeypatch.setattr(sys, "stderr", terminal)
        hand = Hand()
        view = ProgressView(Console(lang=Lang.EN), now=hand)
        view.update(stand(0))
        hand.at += 1
        view.update(stand(7))
        terminal.flush()
        ready, _, _ = select.select([seen], [], [], 10)  # the system workers it over in its own time
        shown = os.read(seen.fileno(), 4096).decode() if ready else ""
        monkeypatch.undo()
    assert "synced 7" in shown

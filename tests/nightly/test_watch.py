"""The watch's patience, with nights that are reported how to end."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from batchsync.config import InboxSettings
from batchsync.errors import LedgerBusy
from batchsync.messages import nightly as messages
from batchsync.nightly import Event, NightlyRun, NightStop, Watch
from batchsync.nightly import watch as watching
from batchsync.nightly.workspace import nightly_paths


class Evenings:
    """Nights at an inbox that always has something in it."""

    def __init__(self, folder: Path, ends: list[NightStop | Exception | None]) -> None:
        (folder / "inbox").mkdir()
        self.paths = nightly_paths(InboxSettings(folder=folder / "inbox"))
        self.ends, self.worked, self.today = ends, 0, date(2026, 11, 24)
        self.watch: Watch | None = None
        self.reported: list[Event] = []

    def make(self) -> NightlyRun:
        night: Any = SimpleNamespace(
            paths=self.paths,
            pending_count=lambda: 1,
            is_open=lambda: True,
            day=lambda: self.today,
            stop=lambda: None,
            cancel=lambda: None,
        )
        return cast("NightlyRun", night)

    async def one(self, _night: NightlyRun) -> NightStop | None:
        self.worked += 1
        end = self.ends[self.worked - 1]
        if self.worked == len(self.ends):
            assert self.watch is not None
            self.watch.stop()
        if isinstance(end, Exception):
            raise end
        return end

    def run(self) -> None:
        self.watch = Watch(self.make, self.one, self.reported.append)
        asyncio.run(asyncio.wait_for(self.watch.run(), 20))


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "POLL_S", 0.02)


@pytest.mark.parametrize("end", [None, NightStop.WINDOW, LedgerBusy(messages.BUSY_UNKNOWN)])
def test_the_next_night_comes_soon(end: NightStop | Exception | None, tmp_path: Path) -> None:
    """After a good night, a closed window, or another run that will end."""
    evenings = Evenings(tmp_path, [end, None])
    evenings.run()
    assert 2 == evenings.worked


@pytest.mark.parametrize(
    "end", [NightStop.BALANCE, NightStop.AUTHENTICATION, NightStop.NIGHT_CAP, NightStop.FAILURES]
)
@pytest.mark.parametrize("what", ["day", "drop"])
def test_after_a_stop_only_the_next_day_or_a_file_counts(end: NightStop, what: str, tmp_path: Path) -> None:
    """A night that ran out of points would only spoil one file after the other."""
    evenings = Evenings(tmp_path, [end, None])
    rested: list[int] = []

    def change() -> None:
        rested.append(evenings.worked)
        if what == "day":
            evenings.today += timedelta(days=1)
        else:
            (evenings.paths.inbox / "new.csv").write_text("x")

    async def whole() -> None:
        evenings.watch = Watch(evenings.make, evenings.one, evenings.reported.append)
        asyncio.get_running_loop().call_later(0.6, change)
        await asyncio.wait_for(evenings.watch.run(), 20)

    asyncio.run(whole())
    assert ([1], 2) == (rested, evenings.worked)


def test_our_own_moves_are_no_drops(tmp_path: Path) -> None:
    """What goes from the inbox into our memory or into done/ wakes nobody."""
    evenings = Evenings(tmp_path, [NightStop.BALANCE, None])
    (evenings.paths.inbox / "a.csv").write_text("x")
    order: list[str] = []

    def move() -> None:
        (evenings.paths.inbox / "a.csv").rename(evenings.paths.work / "a.csv")
        (evenings.paths.work / "a.csv").rename(evenings.paths.done / "a.csv")
        order.append(f"moved after {evenings.worked}")

    def next_day() -> None:
        order.append(f"day after {evenings.worked}")
        evenings.today += timedelta(days=1)

    async def whole() -> None:
        evenings.watch = Watch(evenings.make, evenings.one, evenings.reported.append)
        loop = asyncio.get_running_loop()
        loop.call_later(0.4, move)
        loop.call_later(2.5, next_day)
        await asyncio.wait_for(evenings.watch.run(), 20)

    asyncio.run(whole())
    assert ["moved after 1", "day after 1"] == order

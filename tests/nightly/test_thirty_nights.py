"""A month of nights: every file in its place, nothing paid twice, the nights' totals equal to the vendor's books.

`python -m tests.nightly.test_thirty_nights 20` lives through twenty months with more kills, and prints the figures.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import pytest

from batchsync.cli.stand_in import running
from batchsync.nightly.desk import Desk
from batchsync.sandbox import SandboxSettings
from tests.nightly.scene import Scene
from tests.nightly.thirty import Month, as_json


@pytest.mark.timeout(300)
def test_thirty_nights(scene: Scene) -> None:
    """With a few kills from outside, many from inside, a full disk, an API that is down, slow, or out of points."""
    figures = Month(scene, seed=11).live(30, kills_outside=2)
    assert ([], 30, 2) == (figures.broken, figures.nights, figures.kills_outside)
    assert figures.kills_inside >= 3
    assert {"disk", "balance"} <= set(figures.stops)


def test_the_month_catches_a_night_that_loses_files(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a desk that clears a ticket before it is filed."""
    monkeypatch.setattr(Desk, "file", lambda *_: None)

    def clear(desk: Desk, ticket) -> None:  # type: ignore[no-untyped-def]
        import shutil

        shutil.rmtree(desk.folder_of(ticket))

    monkeypatch.setattr(Desk, "clear", clear)
    figures = Month(scene, seed=3).live(5, kills_outside=0)
    assert any("lost" in fault for fault in figures.broken)


def main(months: int) -> None:
    """The long form."""
    for seed in range(months):
        with tempfile.TemporaryDirectory() as folder, running(SandboxSettings()) as sandbox:
            figures = Month(Scene(Path(folder), sandbox), seed).live(30, kills_outside=10)
        print(f"month {seed}: {as_json(figures)}", flush=True)
        if figures.broken:
            sys.exit(1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]))

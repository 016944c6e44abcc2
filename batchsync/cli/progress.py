"""The progress bar on a terminal, and a line now and then where there is none."""

import os
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from batchsync.cli.console import Console
from batchsync.formatting import duration
from batchsync.messages import Translation, cli
from batchsync.model import Progress

if TYPE_CHECKING:
    from datetime import datetime

WINDOW_S = 20.0
"""The speed shown is that of these last seconds."""
LINE_EVERY_S = 10.0
COLUMNS, ROWS = 100, 20
"""For a terminal of unknown size, as in containers: tqdm would draw nothing."""
FORMAT = "{percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt}  {desc}"


def _columns() -> int:
    """Return the width that the terminal claims; 0 when it doesn't know."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        return 0


class Speed:
    """Calls a second and time left, over the last seconds."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, int, int]] = deque()

    def note(self, progress: Progress) -> None:
        """Take in where the run stands."""
        now = self._now()
        self._seen.append((now, progress.calls, progress.done))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    def calls_per_s(self) -> float:
        """Calls a second; 0 at the beginning."""
        return self._slope(1)

    def left_s(self, progress: Progress) -> float | None:
        """Seconds until the end; None while unknown."""
        slope = self._slope(2)
        return (progress.total - progress.done) / slope if slope > 0 else None

    def _slope(self, what: int) -> float:
        if len(self._seen) < 2:
            return 0.0
        first, last = self._seen[0], self._seen[-1]
        passed = last[0] - first[0]
        return (last[what] - first[what]) / passed if passed > 0 else 0.0


class ProgressView:
    """Shows the progress of one file after the other; give its `update` to the Job."""

    def __init__(
        self, console: Console, *, hidden: bool = False, now: Callable[[], float] = monotonic
    ) -> None:
        self._console = console
        self._hidden = hidden or console.quiet
        self._now = now
        self._bar: Any = None
        self._speed = Speed(now)
        self._last_line = now()
        self._waits_until: datetime | None = None
        self._terminal = sys.stderr.isatty()

    def update(self, progress: Progress) -> None:
        """Show where the run stands."""
        if self._hidden or not progress.total:
            return
        self._speed.note(progress)
        if progress.waits_until is not None and progress.waits_until != self._waits_until:
            self._waits_until = progress.waits_until
            self.clear()
            self._console.info(
                cli.WAITS_UNTIL.render(self._console.lang, time=f"{progress.waits_until:%H:%M:%S}")
            )
        if self._terminal:
            self._draw(progress)
        elif self._now() - self._last_line >= LINE_EVERY_S:
            self._last_line = self._now()
            self._console.info(self._text(cli.LINE, progress))

    def clear(self) -> None:
        """Make room for a sentence; the next update draws the bar again."""
        if self._bar is not None:
            self._bar.clear()

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._speed = Speed(self._now)

    def _draw(self, progress: Progress) -> None:
        if self._bar is None:
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread of its own: the Job reports often enough
            known = _columns() > 0
            self._bar = tqdm(
                total=progress.total,
                file=sys.stderr,
                bar_format=FORMAT,
                leave=False,
                dynamic_ncols=known,
                ncols=None if known else COLUMNS,
                nrows=None if known else ROWS,
            )
        self._bar.set_description_str(self._text(cli.BAR, progress), refresh=False)
        self._bar.n = progress.done
        self._bar.refresh()

    def _text(self, text: Translation, progress: Progress) -> str:
        left = self._speed.left_s(progress)
        return text.render(
            self._console.lang,
            done=progress.done,
            total=progress.total,
            rate=f"{self._speed.calls_per_s():.1f}",
            synced=progress.synced,
            failed=progress.failed,
            uncertain=progress.uncertain,
            points=progress.points,
            left="?" if left is None else duration(left),
        )

"""A run while it goes: the latest progress, how fast it really is, and how long it will take."""

from collections import deque
from dataclasses import dataclass, field

from batchsync.model import Progress

WINDOW_S = 10.0
"""Over how long the speed is taken: short enough to follow, long enough not to flicker."""


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """What is known of the run under way."""

    cap: int | None
    progress: Progress | None = None
    stopping: bool = False
    writing: bool = False
    """Whether everything is sent and the result is being written."""
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def update(self, progress: Progress, now: float) -> None:
        """Take in where the run stands; `now` is in monotonic seconds."""
        self.progress = progress
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        self.writing = progress.done >= progress.total

    @property
    def rate(self) -> float:
        """Orders done a second, lately."""
        if len(self._seen) < 2:
            return 0.0
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - began) if now > began else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at this speed; None when nobody can say."""
        if self.progress is None or self.progress.paused or self.stopping or self.rate <= 0:
            return None
        return (self.progress.total - self.progress.done) / self.rate

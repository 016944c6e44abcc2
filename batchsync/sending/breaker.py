"""The breaker: a run that only fails stops by itself, before it has spoiled the whole file."""

from collections import Counter

from batchsync.config import StopSettings
from batchsync.model import CallVerdict, State, Stop


class Breaker:
    """Counts failures of one kind in a row, and uncertain orders in a row.

    With a `canary`, the first so many orders are watched more closely: when most of them end alike, and badly, that is
    enough.
    """

    def __init__(self, limits: StopSettings, *, canary: int = 0) -> None:
        self._limits = limits
        self._canary = self._canary_left = canary
        self._first: Counter[tuple[str, str]] = Counter()
        self._kind: tuple[str, str] | None = None
        self._failures = 0
        self._uncertain = 0

    def hear(self, verdict: CallVerdict) -> Stop | None:
        """Take in one order's last verdict; return why the run must stop, or None."""
        if verdict.stop is not None:
            return verdict.stop
        if self._canary_left and self._canary_dies(verdict):
            return Stop.FAILURES
        if verdict.state is State.SYNCED:
            self._kind, self._failures, self._uncertain = None, 0, 0
            return None
        if verdict.state is State.UNCERTAIN:
            self._uncertain += 1
            return Stop.FAILURES if self._uncertain >= self._limits.uncertain_in_a_row else None
        self._uncertain = 0
        kind = (verdict.reason, verdict.api_status)
        self._failures = self._failures + 1 if kind == self._kind else 1
        self._kind = kind
        return Stop.FAILURES if self._failures >= self._limits.failures_in_a_row else None

    def _canary_dies(self, verdict: CallVerdict) -> bool:
        self._canary_left -= 1
        if verdict.state is State.SYNCED:
            return False
        kind = (verdict.reason, verdict.api_status)
        self._first[kind] += 1
        return 2 * self._first[kind] > self._canary

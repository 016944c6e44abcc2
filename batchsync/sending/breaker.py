"""The breaker: stops a run after too many failures in a row."""

from collections import Counter

from batchsync.config import StopSettings
from batchsync.model import CallVerdict, State, Stop


class Breaker:
    """Counts failures of one kind in a row, and uncertain orders in a row.

    With `canary` > 0, the run also stops when most of its first `canary` orders fail in the same way.
    """

    def __init__(self, limits: StopSettings, *, canary: int = 0) -> None:
        self._limits = limits
        self._canary = self._canary_left = canary
        self._first: Counter[tuple[str, str]] = Counter()
        self._kind: tuple[str, str] | None = None
        self._failures = 0
        self._uncertain = 0

    def record(self, verdict: CallVerdict) -> Stop | None:
        """Record the last verdict of an order; return why the run must stop, or None."""
        if verdict.stop is not None:
            return verdict.stop
        if self._canary_left and self._canary_fails(verdict):
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

    def _canary_fails(self, verdict: CallVerdict) -> bool:
        self._canary_left -= 1
        if verdict.state is State.SYNCED:
            return False
        kind = (verdict.reason, verdict.api_status)
        self._first[kind] += 1
        return 2 * self._first[kind] > self._canary

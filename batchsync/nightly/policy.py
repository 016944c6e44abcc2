"""Decisions of a nightly run: when orders may be sent, where a file goes, when the run stops. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from batchsync.exit_codes import ExitCode
from batchsync.model import RunSummary, Stop

MAX_FAILED_IN_A_ROW = 2
"""After this many files in succession with nothing but failures, the API is assumed to be down."""


class NightStop(StrEnum):
    """Why a nightly run ends before the inbox is empty."""

    WINDOW = "window"
    NIGHT_CAP = "night_cap"
    INTERRUPTED = "interrupted"
    AUTHENTICATION = "authentication"
    BALANCE = "balance"
    ADDRESS = "address"
    FAILURES = "failures"
    DISK = "disk"
    BUSY = "busy"
    REFUSED = "refused"
    """The ledger is damaged, or the settings cannot be used."""


DONE, ATTENTION, WAITING = "done", "attention", "waiting"

_STOPS_EVERYTHING = {
    Stop.AUTHENTICATION: NightStop.AUTHENTICATION,
    Stop.BALANCE: NightStop.BALANCE,
    Stop.ADDRESS: NightStop.ADDRESS,
}
_DEFERRED = {Stop.INTERRUPTED: NightStop.INTERRUPTED, Stop.DISK: NightStop.DISK}
"""Stops that do not depend on the file and end by themselves: the file continues with the next nightly run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDecision:
    """Where a file goes, and why the nightly run stops, if it does."""

    where: str
    stop: NightStop | None = None
    failed_in_a_row: int = 0
    """Files in succession that ended with too many failures."""


def decide(summary: RunSummary, *, night_cap: bool, failed_in_a_row: int) -> FileDecision:
    """Return what the end of a run means; `night_cap`: the cap of the nightly run was lower than the file's own."""
    stopped = None if summary.stopped is None else Stop(summary.stopped)
    if stopped in _DEFERRED:
        return FileDecision(where=WAITING, stop=_DEFERRED[stopped])
    if stopped is Stop.SPENDING_CAP and night_cap:
        return FileDecision(where=WAITING, stop=NightStop.NIGHT_CAP)
    if stopped in _STOPS_EVERYTHING:
        return FileDecision(where=ATTENTION, stop=_STOPS_EVERYTHING[stopped])
    if stopped is Stop.FAILURES:
        over = NightStop.FAILURES if failed_in_a_row + 1 >= MAX_FAILED_IN_A_ROW else None
        return FileDecision(where=ATTENTION, stop=over, failed_in_a_row=failed_in_a_row + 1)
    return FileDecision(where=DONE if summary.exit_code == 0 else ATTENTION)


def exit_code(stop: NightStop | None, codes: list[int], *, pending: bool) -> int:
    """Return the exit code of a nightly run; `codes`: the exit codes of its files."""
    if ExitCode.BUG in codes:
        return ExitCode.BUG
    if stop is NightStop.BUSY:
        return ExitCode.LEDGER_BUSY
    if stop is NightStop.INTERRUPTED:
        return ExitCode.INTERRUPTED
    if stop is NightStop.WINDOW:
        return ExitCode.STOPPED_EARLY if pending else max([0, *(min(code, 1) for code in codes)])
    if stop is not None or ExitCode.STOPPED_EARLY in codes:
        return ExitCode.STOPPED_EARLY
    return ExitCode.NEEDS_A_LOOK if any(codes) else ExitCode.SUCCESS


@dataclass(frozen=True, slots=True)
class Window:
    """Two times of day, such as 22:00-06:00; the end is exclusive."""

    opens: time
    closes: time

    @classmethod
    def of(cls, text: str | None) -> "Window | None":
        """Parse the setting; None is always open."""
        if text is None:
            return None
        opens, closes = text.split("-")
        return cls(time.fromisoformat(opens), time.fromisoformat(closes))

    def is_open(self, now: datetime) -> bool:
        """Whether orders may be sent at this local time."""
        at = now.time()
        if self.opens < self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes

    def opens_next(self, now: datetime) -> datetime:
        """Return when it opens next; `now` while it is open."""
        if self.is_open(now):
            return now
        today = now.replace(hour=self.opens.hour, minute=self.opens.minute, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)


def night_of(now: datetime, window: Window | None) -> date:
    """Return the day to which a nightly run at `now` belongs: the day on which its window opened, else the day itself."""
    spans_midnight = window is not None and window.opens > window.closes
    if spans_midnight and window is not None and now.time() < window.closes:
        return now.date() - timedelta(days=1)
    return now.date()

"""What a file's end means for the file and for the night. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from batchsync.model import RunSummary, Stop

STRIKES = 2
"""So many files in succession that end with nothing but failures, and it isn't the files."""


class NightStop(StrEnum):
    """Why a night ends before its inbox is empty."""

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
    """The ledger is not sound, or the settings turned out not to work."""


DONE, ATTENTION, WAITING = "done", "attention", "waiting"

_NIGHTS = {
    Stop.AUTHENTICATION: NightStop.AUTHENTICATION,
    Stop.BALANCE: NightStop.BALANCE,
    Stop.ADDRESS: NightStop.ADDRESS,
}
_GOES_ON = {Stop.INTERRUPTED: NightStop.INTERRUPTED, Stop.DISK: NightStop.DISK}
"""Stops that are not the file's fault, and that end by themselves: the file goes on the next night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDecision:
    """Where a file goes, and why the night is over, if it is."""

    where: str
    stop: NightStop | None = None
    strikes: int = 0
    """Files in succession that ended with too many failures."""


def decide(summary: RunSummary, *, nights_cap: bool, strikes: int) -> FileDecision:
    """Say what a run's end means; `nights_cap`: the night's cap was lower than the file's own."""
    stopped = None if summary.stopped is None else Stop(summary.stopped)
    if stopped in _GOES_ON:
        return FileDecision(where=WAITING, stop=_GOES_ON[stopped])
    if stopped is Stop.SPENDING_CAP and nights_cap:
        return FileDecision(where=WAITING, stop=NightStop.NIGHT_CAP)
    if stopped in _NIGHTS:
        return FileDecision(where=ATTENTION, stop=_NIGHTS[stopped])
    if stopped is Stop.FAILURES:
        over = NightStop.FAILURES if strikes + 1 >= STRIKES else None
        return FileDecision(where=ATTENTION, stop=over, strikes=strikes + 1)
    return FileDecision(where=DONE if summary.exit_code == 0 else ATTENTION)


def exit_code(stop: NightStop | None, codes: list[int], *, waits: bool) -> int:
    """Return the night's own exit code; `codes` are those of its runs, 2 for a file that could not be read."""
    if 70 in codes:
        return 70
    if stop is NightStop.BUSY:
        return 4
    if stop is NightStop.INTERRUPTED:
        return 130
    if stop is NightStop.WINDOW:
        return 3 if waits else max([0, *(min(code, 1) for code in codes)])
    if stop is not None or 3 in codes:
        return 3
    return 1 if any(codes) else 0

"""What the page keeps of a file that was handed to it, across refreshes, restarts and crashes."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a file stands on the desk."""

    READY = "ready"
    """Handed in; nothing of it is under way. Whether it could be read, its check says."""
    WAITING = "waiting"
    """Agreed to, and waiting for its turn."""
    RUNNING = "running"
    OVER = "over"
    INTERRUPTED = "interrupted"
    """The program died while it ran: the ledger knows what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOverrides:
    """What a person chose about reading one file, over the settings; empty where they chose nothing."""

    order_column: str = ""
    owner_column: str = ""
    owner_id: str = ""
    sheet: str = ""
    header_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What a person said yes to: so many orders, for so many points, under this cap."""

    orders: int
    points: int
    limit: int | None = None
    """Send only so many of them."""
    max_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """What the last run over a file came to, in the few figures that the desk shows."""

    synced: int
    points: int
    uncertain: int
    look: int
    """Rows that failed or are invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file on the desk, as it is kept on disk."""

    id: str
    """Of our own making, and the name of its folder."""
    name: str
    """What its owner calls it: foreign text, only ever shown."""
    stored: str
    """Its file's name in our folder."""
    size: int
    received_at: float
    """Seconds since 1970."""
    phase: Phase = Phase.READY
    choices: ColumnOverrides = ColumnOverrides()
    agreed: Confirmation | None = None
    run: str = ""
    """The last run over it."""
    outcome: FileSummary | None = None
    was_waiting: bool = False
    """Whether it stood in the queue when the program ended: nobody has agreed to a later start."""

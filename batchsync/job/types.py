"""What goes into a job, and what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from batchsync.clock import Clock
from batchsync.messages import Lang, Message
from batchsync.model import FileFound, Plan, PlanVerdict, Progress, RunSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A cell that the user corrected outside the file: what the row's order number, merchant or decision is read as."""

    sheet: str
    line: int
    column: Literal["order", "owner", "decision"]
    old: str
    new: str
    at: str
    """When, as ISO 8601 text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a user may ask of one run, beyond the settings."""

    output: Path | None = None
    """A result file or a folder; beside the input when left out."""
    resend: bool = False
    resend_uncertain: bool = False
    include_unusual: bool = False
    """Send also order numbers that are unlike the others of their column."""
    limit: int | None = None
    """Most orders to send."""
    canary: int = 0
    """If most of the first so many orders fail alike, the run stops; 0 never stops it so."""
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """What a file holds and what a run over it would do; nothing was sent, nothing written."""

    path: Path
    found: FileFound
    plan: Plan
    rows: int
    counts: Mapping[PlanVerdict, int]
    """Entries of the plan, by verdict."""
    cost: int
    """Points that sending would cost, as far as the settings' price goes."""
    lang: Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How a run ended: the totals, and the messages about it."""

    summary: RunSummary
    messages: tuple[Message, ...] = ()


class JobCallbacks(TypedDict, total=False):
    """The keyword arguments of Job: its clock, and the callbacks of the user interface."""

    clock: Clock
    on_planned: Callable[[CheckedFile], None]
    on_started: Callable[[str], None]
    on_progress: Callable[[Progress], None]
    on_message: Callable[[Message], None]

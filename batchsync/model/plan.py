"""The plan: one verdict for each order of a file, in columns."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from batchsync.model.orders import Decision
from batchsync.model.reasons import Note
from batchsync.model.sheets import SheetFound


class PlanVerdict(StrEnum):
    """What a run would do with an entry of the plan."""

    SEND = "send"
    ALREADY_SYNCED = "already_synced"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    UNCERTAIN = "uncertain"
    FAILED_CHARGED = "failed_charged"
    SKIPPED_HIDDEN = "skipped_hidden"


PLAN_VERDICTS: tuple[PlanVerdict, ...] = tuple(PlanVerdict)
"""Verdicts by their code in `Plan.verdicts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrders:
    """What the ledger knows of some orders, by their place in the question."""

    states: bytes
    """Indices into STATES; 0 for an order that the ledger has never had."""
    settled_at: Mapping[int, int] = field(default_factory=dict)
    """When the last outcome was recorded, where there is one: microseconds since 1970, UTC."""
    elsewhere: Mapping[int, str] = field(default_factory=dict)
    """The merchant under which the same number was paid, or may have been; `states` has the state of that order."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """The orders of one file in the file's order, in columns: entry i is one order of one row.

    A row with several ids has several entries with the same line. An invalid or hidden row has one. Sparse values
    are kept in dicts by entry. Appended to while it is built, read-only afterwards.
    """

    sheets: list[SheetFound] = field(default_factory=list)
    sheet_of: "array[int]" = field(default_factory=lambda: array("H"))
    """Index into `sheets` of each entry."""
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    owners: list[str] = field(default_factory=list)
    """Cleaned merchant ids; empty where invalid."""
    numbers: list[str] = field(default_factory=list)
    """Cleaned order numbers; the text of the cell where invalid."""
    verdicts: bytearray = field(default_factory=bytearray)
    """Indices into PLAN_VERDICTS."""
    reasons: dict[int, Note] = field(default_factory=dict)
    """Reason code with facts, where the verdict alone does not explain itself."""
    first_of: dict[int, int] = field(default_factory=dict)
    """For a duplicate, the entry whose result counts."""
    decisions: dict[int, Decision] = field(default_factory=dict)
    """Decisions about uncertain orders, filled in on a result sheet."""
    seen_settled_at: dict[int, int] = field(default_factory=dict)
    """When an order that is to be sent again, or decided, was settled, as this plan saw it: it is sent only if that is
    still so."""
    notes: list[Note] = field(default_factory=list)
    """Warnings about the whole file, e.g. a few order numbers of another length than all others."""

    def __len__(self) -> int:
        return len(self.verdicts)

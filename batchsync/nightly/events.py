"""What a night says while it works: one event after the other, for a console, or as JSON for a log collector."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from batchsync.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    name: str
    """For machines: `began`, `taken`, `filed`, `stopped` ..."""
    said: Message
    is_fault: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    """More than the sentence says; plain values."""

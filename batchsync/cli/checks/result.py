"""What `doctor` finds: a mark and a sentence."""

from dataclasses import dataclass

from batchsync.messages import Message

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the doctor's."""

    mark: str
    said: Message

"""The result of one check of `doctor`."""

from dataclasses import dataclass

from batchsync.messages import Message

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A mark and a sentence."""

    mark: str
    message: Message

"""What `doctor` finds: a mark and a sentence."""

from dataclasses import dataclass

from batchsync.words import Said

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    mark: str
    said: Said

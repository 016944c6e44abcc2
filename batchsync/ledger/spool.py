"""Spool of a PostgreSQL ledger: outcomes that its server could not take, in journals in the user's data folder.

Each process writes a journal of its own; whoever connects next on the machine writes them into the ledger, where an
outcome that is there already changes nothing.
"""

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_data_path

from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.journal import Journal, read_outcomes
from batchsync.ledger.location import make_folder


class OutcomeSpool:
    """The journals of one ledger."""

    def __init__(self, place: str, folder: Path | None = None) -> None:
        self._folder = folder or user_data_path("batchsync", appauthor=False)
        self._stem = "outcomes-" + hashlib.sha256(place.encode()).hexdigest()[:16]
        self._journal: Journal | None = None

    def append(self, outcomes: list[AttemptOutcome]) -> None:
        """Keep outcomes, durably. Raises OSError."""
        if self._journal is None:
            make_folder(self._folder)
            self._journal = Journal(self._folder / f"{self._stem}-{uuid.uuid4().hex}.journal")
            self._journal.open()
        self._journal.append(outcomes)

    def journals(self) -> Iterator[tuple[Path, list[AttemptOutcome]]]:
        """Yield what was kept, by file."""
        for path in sorted(self._folder.glob(f"{self._stem}-*.journal")):
            yield path, read_outcomes(path)

    def delete(self, path: Path) -> None:
        """Delete a journal whose outcomes the ledger has."""
        self.close()
        with contextlib.suppress(OSError):
            path.unlink()

    def close(self) -> None:
        """Close the journal of this process."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

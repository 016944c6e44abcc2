"""Outcomes that the server could not take before a process had to end: one small file for each process, read at the
next start on the same machine. Applying them twice changes nothing.
"""

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from platformdirs import user_data_path

from batchsync.fsutil import sync_folder
from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.journal import pack, unpack
from batchsync.ledger.location import make_folder, make_private_file


class SpooledOutcomes:
    """The files of one ledger in one folder."""

    def __init__(self, place: str, folder: Path | None = None) -> None:
        self._folder = folder or user_data_path("batchsync", appauthor=False)
        self._stem = "kept-" + hashlib.sha256(place.encode()).hexdigest()[:16]

    def keep(self, outcomes: Sequence[AttemptOutcome]) -> None:
        """Write outcomes down, durably. Raises OSError."""
        make_folder(self._folder)
        path = self._folder / f"{self._stem}-{uuid.uuid4().hex}.outcomes"
        beside = path.with_suffix(".part")
        make_private_file(beside)
        with beside.open("wb") as file:
            file.writelines(pack(outcome) + b"\n" for outcome in outcomes)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(self._folder)

    def files(self) -> list[tuple[Path, list[AttemptOutcome]]]:
        """Return what was kept, by file."""
        return [(path, list(_read(path))) for path in sorted(self._folder.glob(f"{self._stem}-*.outcomes"))]


def delete_spool(path: Path) -> None:
    """Remove a file whose outcomes the ledger has."""
    with contextlib.suppress(OSError):
        path.unlink()


def _read(path: Path) -> Iterator[AttemptOutcome]:
    for line in path.read_bytes().splitlines():
        yield unpack(line)

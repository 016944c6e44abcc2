"""The folder of files handed in: each in a folder of its own with a small record, written whole, so that it survives.

A file's own name is foreign: it is shown, but on disk stands a name made of harmless letters only, in a folder whose name
is ours. The rest of it is kept because the ledger and the result speak of the file by it.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from batchsync.errors import BatchsyncError, UsageError
from batchsync.messages import web as messages
from batchsync.web.models import ColumnOverrides, Confirmation, FileRecord, FileSummary, Phase

RECORD = "record.json"
ID = re.compile(r"[0-9a-f]{12}")
LONGEST_NAME = 200
LONGEST_STEM = 60
MEGABYTE = 1024 * 1024
SUFFIXES = frozenset(
    {
        ".xlsx",
        ".xlsm",
        ".xltx",
        ".xls",
        ".xlsb",
        ".ods",
        ".et",
        ".csv",
        ".tsv",
        ".txt",
        ".xml",
        ".html",
        ".htm",
        ".zip",
    }
)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


class TooLarge(BatchsyncError):
    """An upload went past the cap; what came of it is gone again."""


class UploadStore:
    """Keeps files and their records."""

    def __init__(self, folder: Path, max_upload: int) -> None:
        self.folder = folder
        self.max_bytes = max_upload * MEGABYTE
        self._max_upload = max_upload

    def records(self) -> list[FileRecord]:
        """Return all records, the oldest first; what was under way when the program ended is marked so."""
        found = sorted(self._read(), key=lambda record: record.received_at)
        return [self.keep(_after_restart(record)) for record in found]

    def _read(self) -> Iterator[FileRecord]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in self.folder.iterdir():
            if not ID.fullmatch(folder.name):
                continue
            try:
                record = _unpacked(json.loads((folder / RECORD).read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, KeyError):  # died while it was handed in
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if (folder / record.stored).is_file():
                yield record

    def path(self, record: FileRecord) -> Path:
        """Return where a file lies."""
        return self.folder / record.id / record.stored

    def keep(self, record: FileRecord) -> FileRecord:
        """Write a record down, whole, and return it."""
        target = self.folder / record.id / RECORD
        beside = target.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(record), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
        return record

    def drop(self, record: FileRecord) -> None:
        """Forget a file; what was sent of it stays in the ledger."""
        shutil.rmtree(self.folder / record.id, ignore_errors=True)

    async def receive(self, name: str, parts: AsyncIterator[bytes]) -> FileRecord:
        """Take a file in, part by part. Raises TooLarge at the first byte past the cap; then nothing of it is kept."""
        shown = "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST_NAME] or "file"
        record = FileRecord(
            id=secrets.token_hex(6), name=shown, stored=safe_name(shown), size=0, received_at=time.time()
        )
        path = self.path(record)
        path.parent.mkdir(mode=0o700, parents=True)
        try:
            size = await self._write(shown, path, parts)
            return self.keep(replace(record, size=size))
        except BaseException:
            self.drop(record)
            raise

    async def _write(self, name: str, path: Path, parts: AsyncIterator[bytes]) -> int:
        size = 0
        with path.open("xb") as file:
            async for part in parts:
                size += len(part)
                if size > self.max_bytes:
                    raise self.too_large()
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UsageError(messages.EMPTY_UPLOAD, name=name)
        return size

    def too_large(self) -> TooLarge:
        """Return what is said about a file past the cap."""
        return TooLarge(messages.TOO_LARGE, most=self._max_upload)


def safe_name(name: str) -> str:
    """Return a name with no letter that any file system, shell or workbook could take for something else."""
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = base.rpartition(".")
    suffix = f".{suffix.lower()}" if dot else ""
    if suffix not in SUFFIXES:
        stem, suffix = base, ".dat"
    kept = "".join(letter if letter.isalnum() or letter in "-_ ()" else "-" for letter in stem)
    kept = re.sub(r"-{2,}", "-", kept).strip(" -.")
    while len(kept.encode()) > LONGEST_STEM * 3:
        kept = kept[:-1]
    kept = kept[:LONGEST_STEM].strip() or "file"
    return f"{'file-' if _RESERVED.fullmatch(kept) else ''}{kept}{suffix}"


def _unpacked(told: dict[str, object]) -> FileRecord:
    """Return the record that was kept as JSON."""
    choices, agreed, phase = told.pop("choices"), told.pop("agreed"), told.pop("phase")
    outcome = told.pop("outcome", None)
    return FileRecord(
        **told,  # type: ignore[arg-type]
        phase=Phase(str(phase)),
        choices=ColumnOverrides(**choices) if isinstance(choices, dict) else ColumnOverrides(),
        agreed=Confirmation(**agreed) if isinstance(agreed, dict) else None,
        outcome=FileSummary(**outcome) if isinstance(outcome, dict) else None,
    )


def _after_restart(record: FileRecord) -> FileRecord:
    """Return what a record means once its program has ended: whoever agreed, agreed to that start."""
    if record.phase is Phase.WAITING:
        return replace(record, phase=Phase.READY, agreed=None, was_waiting=True)
    if record.phase is Phase.RUNNING:
        return replace(record, phase=Phase.INTERRUPTED if record.run else Phase.READY, agreed=None)
    return record


@contextlib.contextmanager
def single_instance_lock(folder: Path) -> Iterator[None]:
    """See that one page at a time works on a folder. Raises UsageError otherwise."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(messages.NO_FOLDER, folder=folder, error=error.strerror or error) from error
    lock = FileLock(str(folder / "page.lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(messages.ALREADY_OPEN, folder=folder) from None
    try:
        yield
    finally:
        lock.release()

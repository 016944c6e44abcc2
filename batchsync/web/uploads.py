"""Uploaded files on disk: each in a folder of its own with a small record, so that they survive restarts and crashes.

A file's own name is foreign input: it is shown, but on disk it is reduced to letters that are safe everywhere, in a folder
whose name is ours. Its stem is kept because the ledger and the result name the file by it.
"""

import contextlib
import json
import logging
import os
import pickle
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from batchsync.errors import BatchsyncError, UsageError
from batchsync.fsutil import atomic_write
from batchsync.job import CheckedFile, Correction
from batchsync.messages import web as messages

RECORD = "record.json"
CORRECTIONS = "corrections.json"
PLAN = "plan.pickle"
ID = re.compile(r"[0-9a-f]{12}")
NAME_MAX = 200
STEM_MAX = 60
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
    """An upload is larger than the limit; nothing of it is kept."""


class AlreadyServed(UsageError):
    """Another page uses the same folder."""


class Phase(StrEnum):
    """What is happening with an uploaded file."""

    UPLOADED = "uploaded"
    """Nothing is under way; its check shows whether it can be read."""
    QUEUED = "queued"
    """Confirmed, and waiting for its turn."""
    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    """The program ended while the file was sent: the ledger knows what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOverrides:
    """What the user chose about reading one file, over the settings; empty where they chose nothing."""

    order_column: str = ""
    owner_column: str = ""
    owner_id: str = ""
    sheet: str = ""
    header_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the user confirmed: so many orders, for so many points, under this cap."""

    orders: int
    points: int
    limit: int | None = None
    """Send only so many of them."""
    max_points: int | None = None
    group: str = ""
    """Files that were confirmed together have the same group, and share `max_points`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """The figures of the last run over a file that the list of files shows."""

    synced: int
    points: int
    points_possible: int
    uncertain: int
    problems: int
    """Rows that failed or are invalid."""
    not_sent: int
    stopped: str = ""
    """Why it stopped early, as in the summary JSON; empty when it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One uploaded file, as it is kept on disk."""

    id: str
    """Our own, and the name of its folder."""
    name: str
    """The user's name for it: foreign text, only ever shown."""
    stored: str
    """Its file name in our folder."""
    size: int
    uploaded_at: float
    """Seconds since 1970."""
    phase: Phase = Phase.UPLOADED
    overrides: ColumnOverrides = ColumnOverrides()
    confirmation: Confirmation | None = None
    run: str = ""
    """The last run over it."""
    summary: FileSummary | None = None
    are_columns_remembered: bool = False
    """Whether the overrides were chosen for an earlier file with the same header."""
    was_queued: bool = False
    """Whether it was queued when the program ended: a later start needs a new confirmation."""


def _read_only(values: dict[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType(values)


class _PlanPickler(pickle.Pickler):
    """Pickles read-only mappings, too."""

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, MappingProxyType):
            return _read_only, (dict(value),)
        return NotImplemented


class UploadStore:
    """Keeps uploaded files and their records."""

    def __init__(self, folder: Path, max_upload: int) -> None:
        self.folder = folder
        self.max_bytes = max_upload * MEGABYTE
        self._max_upload = max_upload

    def load_records(self) -> list[FileRecord]:
        """Return all records, the oldest first; what was under way when the program ended is marked so."""
        found = sorted(self._read(), key=lambda record: record.uploaded_at)
        return [self.save_record(_after_restart(record)) for record in found]

    def _read(self) -> Iterator[FileRecord]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in self.folder.iterdir():
            if not ID.fullmatch(folder.name):
                continue
            try:
                record = _from_json(json.loads((folder / RECORD).read_text(encoding="utf-8")))
                (folder / PLAN).unlink(missing_ok=True)  # the ledger may have changed since
            except (OSError, ValueError, TypeError, KeyError):  # the program ended during the upload
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if (folder / record.stored).is_file():
                yield record

    def path(self, record: FileRecord) -> Path:
        """Return the path of an uploaded file."""
        return self.folder / record.id / record.stored

    def save_record(self, record: FileRecord) -> FileRecord:
        """Write a record atomically, and return it."""
        content = json.dumps(asdict(record), ensure_ascii=False).encode()
        atomic_write(self.folder / record.id / RECORD, content)
        return record

    # --- Corrections and plans ------------------------------------------------------------------------------

    def corrections(self, record: FileRecord) -> tuple[Correction, ...]:
        """Return the corrections of a file's cells; the file itself is never changed."""
        try:
            found = json.loads((self.folder / record.id / CORRECTIONS).read_text(encoding="utf-8"))
            return tuple(Correction(**each) for each in found)
        except FileNotFoundError:
            return ()

    def save_corrections(self, record: FileRecord, corrections: Sequence[Correction]) -> None:
        """Write the corrections of a file beside it."""
        content = json.dumps([asdict(each) for each in corrections], ensure_ascii=False).encode()
        atomic_write(self.folder / record.id / CORRECTIONS, content)

    def save_plan(self, record: FileRecord, checked: CheckedFile) -> None:
        """Write a checked plan beside its file, so that it need not stay in memory."""
        with contextlib.suppress(OSError), (self.folder / record.id / PLAN).open("wb") as file:
            _PlanPickler(file, pickle.HIGHEST_PROTOCOL).dump(checked)

    def load_plan(self, record: FileRecord) -> CheckedFile | None:
        """Return a plan that this process wrote; None when there is none."""
        try:
            data = (self.folder / record.id / PLAN).read_bytes()
            return pickle.loads(data)  # type: ignore[no-any-return]  # noqa: S301 (our own file, in our own folder)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    def delete_plan(self, record: FileRecord) -> None:
        """Delete the plan of a file that is no longer true."""
        (self.folder / record.id / PLAN).unlink(missing_ok=True)

    # --- Uploads --------------------------------------------------------------------------------------------

    def delete(self, record: FileRecord) -> None:
        """Delete a file; what was sent of it stays in the ledger."""
        shutil.rmtree(self.folder / record.id, ignore_errors=True)

    async def save_upload(self, name: str, chunks: AsyncIterator[bytes]) -> FileRecord:
        """Store a file as it arrives. Raises TooLarge at the first byte over the limit; then nothing of it is kept."""
        shown = "".join(letter for letter in name if letter.isprintable()).strip()[:NAME_MAX] or "file"
        record = FileRecord(
            id=secrets.token_hex(6), name=shown, stored=safe_name(shown), size=0, uploaded_at=time.time()
        )
        path = self.path(record)
        path.parent.mkdir(mode=0o700, parents=True)
        try:
            size = await self._write(shown, path, chunks)
            return self.save_record(replace(record, size=size))
        except BaseException:
            self.delete(record)
            raise

    def replace_upload(self, record: FileRecord, new: FileRecord) -> FileRecord:
        """Put an upload in place of a file as its corrected version; its corrections no longer apply."""
        folder = self.folder / record.id
        for path in (self.path(record), folder / CORRECTIONS, folder / PLAN):
            path.unlink(missing_ok=True)
        self.path(new).replace(folder / new.stored)
        self.delete(new)
        logging.getLogger(__name__).info("%s replaced by %s", record.id, new.stored)
        return self.save_record(
            replace(new, id=record.id, overrides=record.overrides, uploaded_at=record.uploaded_at)
        )

    async def _write(self, name: str, path: Path, chunks: AsyncIterator[bytes]) -> int:
        size = 0
        with path.open("xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.max_bytes:
                    raise self.too_large()
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UsageError(messages.EMPTY_UPLOAD, name=name)
        return size

    def too_large(self) -> TooLarge:
        """Return the error for a file over the limit."""
        return TooLarge(messages.TOO_LARGE, most=self._max_upload)


def safe_name(name: str) -> str:
    """Return a file name that is safe for every file system, shell and workbook."""
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = base.rpartition(".")
    suffix = f".{suffix.lower()}" if dot else ""
    if suffix not in SUFFIXES:
        stem, suffix = base, ".dat"
    kept = "".join(letter if letter.isalnum() or letter in "-_ ()" else "-" for letter in stem)
    kept = re.sub(r"-{2,}", "-", kept).strip(" -.")
    while len(kept.encode()) > STEM_MAX * 3:
        kept = kept[:-1]
    kept = kept[:STEM_MAX].strip() or "file"
    return f"{'file-' if _RESERVED.fullmatch(kept) else ''}{kept}{suffix}"


def _from_json(values: dict[str, object]) -> FileRecord:
    overrides, confirmation, summary = (
        values.pop(name, None) for name in ("overrides", "confirmation", "summary")
    )
    return FileRecord(
        **{**values, "phase": Phase(str(values["phase"]))},  # type: ignore[arg-type]
        overrides=ColumnOverrides(**overrides) if isinstance(overrides, dict) else ColumnOverrides(),
        confirmation=Confirmation(**confirmation) if isinstance(confirmation, dict) else None,
        summary=FileSummary(**summary) if isinstance(summary, dict) else None,
    )


def _after_restart(record: FileRecord) -> FileRecord:
    """Return a record as it holds after a restart: a confirmation does not outlive the program."""
    if record.phase is Phase.QUEUED:
        return replace(record, phase=Phase.UPLOADED, confirmation=None, was_queued=True)
    if record.phase is Phase.RUNNING:
        phase = Phase.INTERRUPTED if record.run else Phase.UPLOADED
        return replace(record, phase=phase, confirmation=None)
    return record


@contextlib.contextmanager
def single_instance_lock(folder: Path) -> Iterator[None]:
    """Keep a second page from using the same folder. Raises AlreadyServed when one does already."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(messages.NO_FOLDER, folder=folder, error=error.strerror or error) from error
    lock = FileLock(str(folder / "page.lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyServed(messages.ALREADY_OPEN, folder=folder) from None
    try:
        yield
    finally:
        lock.release()

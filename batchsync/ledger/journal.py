"""A small file beside the ledger that takes outcomes when the database can't: its blocks were taken while there was room.

Layout: a header (magic, generation, checksum), then records (length, checksum, JSON). A record counts when its
checksum, which covers the generation, fits; the first that doesn't ends the file: a torn tail is ignored, and so
is what an earlier generation left behind. Emptying it is writing the next generation's header, in place.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import orjson

from batchsync.fsutil import sync_folder
from batchsync.ledger.batches import AttemptOutcome, ResponseRecord

MAGIC = b"BSJRNL1\n"
HEADER = struct.Struct("<8sQI")
FRAME = struct.Struct("<II")
SIZE = 4 * 1024 * 1024
"""Enough for a thousand calls under way with 4 KB of answer each; an answer that doesn't fit is left out."""


class Journal:
    """The outcome journal of one ledger. Its records are outcomes, so that replaying twice changes nothing."""

    def __init__(self, path: Path, size: int | None = None) -> None:
        self._path = path
        self._size = SIZE if size is None else size
        self._file = -1
        self._generation = 0
        self._end = HEADER.size

    def open(self) -> None:
        """Open the file, taking its blocks from the disk when it is new. Raises OSError when there is no room."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        if os.fstat(self._file).st_size < self._size:
            self._preallocate()
        head = self._read(0, HEADER.size)
        generation = _generation(head)
        if generation is None:
            self.clear()
        else:
            self._generation = generation
            self._end = self._scan_end()

    def _preallocate(self) -> None:
        reserve = getattr(os, "posix_fallocate", None)
        have = os.fstat(self._file).st_size
        if reserve is not None:
            reserve(self._file, 0, self._size)
        # Written once as well: on some file systems a block that was only reserved needs new space when it is filled.
        os.lseek(self._file, have, os.SEEK_SET)
        left = self._size - have
        while left:
            left -= os.write(self._file, bytes(min(left, 1 << 20)))
        os.fsync(self._file)
        sync_folder(self._path.parent)

    def append(self, outcomes: list[AttemptOutcome]) -> None:
        """Write outcomes down, durably. Raises OSError when even the journal is full or broken."""
        packed = self._framed(outcomes, whole=True)
        if self._end + len(packed) > self._size:
            packed = self._framed(outcomes, whole=False)
        if self._end + len(packed) > self._size:
            raise OSError("the outcome journal is full")
        self._write(self._end, packed)
        self._end += len(packed)

    def _framed(self, outcomes: list[AttemptOutcome], *, whole: bool) -> bytes:
        return b"".join(self._frame(pack(outcome, whole=whole)) for outcome in outcomes)

    def _frame(self, payload: bytes) -> bytes:
        return FRAME.pack(len(payload), self._checksum(payload)) + payload

    def _checksum(self, payload: bytes) -> int:
        return zlib.crc32(payload, self._generation & 0xFFFFFFFF)

    def outcomes(self) -> Iterator[AttemptOutcome]:
        """Yield what was written since the journal was last emptied."""
        at = HEADER.size
        while (payload := self._record(at)) is not None:
            at += FRAME.size + len(payload)
            yield unpack(payload)

    def _record(self, at: int) -> bytes | None:
        frame = self._read(at, FRAME.size)
        if len(frame) < FRAME.size:
            return None
        length, checksum = FRAME.unpack(frame)
        if not 0 < length <= self._size:
            return None
        payload = self._read(at + FRAME.size, length)
        return payload if len(payload) == length and self._checksum(payload) == checksum else None

    def _scan_end(self) -> int:
        at = HEADER.size
        while (payload := self._record(at)) is not None:
            at += FRAME.size + len(payload)
        return at

    def clear(self) -> None:
        """Forget what was replayed. Comes after the replay is durable; a crash in between only replays again."""
        self._generation += 1
        head = MAGIC + struct.pack("<Q", self._generation)
        self._write(0, HEADER.pack(MAGIC, self._generation, zlib.crc32(head)))
        self._end = HEADER.size

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self, at: int, length: int) -> bytes:
        os.lseek(self._file, at, os.SEEK_SET)
        return os.read(self._file, length)

    def _write(self, at: int, data: bytes) -> None:
        os.lseek(self._file, at, os.SEEK_SET)
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]
        getattr(os, "fdatasync", os.fsync)(self._file)


def read_outcomes(path: Path) -> list[AttemptOutcome]:
    """Return a journal's outcomes without writing anything; none when there is no journal."""
    journal = Journal(path)
    try:
        journal._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))  # noqa: SLF001 (its own module)
    except OSError:
        return []
    try:
        generation = _generation(journal._read(0, HEADER.size))  # noqa: SLF001
        journal._generation = generation or 0  # noqa: SLF001
        return [] if generation is None else list(journal.outcomes())
    finally:
        journal.close()


def _generation(head: bytes) -> int | None:
    if len(head) < HEADER.size:
        return None
    magic, generation, checksum = HEADER.unpack(head)
    fits = magic == MAGIC and checksum == zlib.crc32(head[: HEADER.size - 4])
    return int(generation) if fits else None


def pack(outcome: AttemptOutcome, *, whole: bool = True) -> bytes:
    """Return an outcome as one line of JSON; without its answer's body when not `whole`."""
    response = outcome.response
    body = response.body if whole else b""
    return orjson.dumps([*outcome[:3], [*response[:6], body.hex()], *outcome[4:]])


def unpack(payload: bytes) -> AttemptOutcome:
    """Return the outcome that was packed."""
    attempt, state, points, response, elapsed, at = orjson.loads(payload)
    *facts, body = response
    return AttemptOutcome(
        attempt, state, points, ResponseRecord._make([*facts, bytes.fromhex(body)]), elapsed, at
    )

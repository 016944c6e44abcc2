"""A zip written member by member: copied raw from another one, or deflated in a thread beside the work.

Sizes are patched into each header afterwards, so no data descriptors and, below 4 GB, no zip64 fields: LibreOffice
rejects them where they aren't needed.
"""

import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self
from zipfile import ZipInfo

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_TOO_LARGE = 0xFFFFFFFF
_UTF8 = 0x800
_COPY = 1 << 18
_CHUNK = 1 << 18
_MOST_PENDING = 6
LEVEL = 3


class TooLargeError(Exception):
    """More than 4 GB: no spreadsheet program opens that."""


@dataclass(slots=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    offset: int
    attributes: int

    def local(self) -> bytes:
        return (
            _LOCAL.pack(
                b"PK\x03\x04", 20, self.flags, self.method, self.time, self.date, self.crc, self.packed, self.size,
                len(self.name), 0,
            )
            + self.name
        )  # fmt: skip

    def central(self) -> bytes:
        return (
            _CENTRAL.pack(
                b"PK\x01\x02", 20, 20, self.flags, self.method, self.time, self.date, self.crc, self.packed,
                self.size, len(self.name), 0, 0, 0, 0, self.attributes, self.offset,
            )
            + self.name
        )  # fmt: skip


class ZipWriter:
    """The zip under construction. Leave it by `with`; a fault inside leaves a file that is no zip."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[_Entry] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="deflate")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        if kind is None:
            self._finish()

    def copy(self, info: ZipInfo, source: BinaryIO) -> None:
        """Copy a member as it is, its compressed bytes untouched."""
        source.seek(info.header_offset)
        head = _LOCAL.unpack(source.read(_LOCAL.size))
        source.seek(info.header_offset + _LOCAL.size + head[9] + head[10])
        year, month, day, hour, minute, second = info.date_time
        entry = self._begin(
            _name(info),
            info.compress_type,
            ((year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2),
            info.external_attr,
            is_utf8=info.flag_bits & _UTF8 != 0,
        )
        entry.crc, entry.packed, entry.size = info.CRC, info.compress_size, info.file_size
        self._file.seek(entry.offset)
        self._file.write(entry.local())
        left = info.compress_size
        while left:
            piece = source.read(min(left, _COPY))
            if not piece:
                raise EOFError(info.filename)
            self._file.write(piece)
            left -= len(piece)

    def add(self, name: str, data: bytes) -> None:
        """Write a small member at once."""
        with self.stream(name) as member:
            member.write(data)

    def stream(self, name: str) -> "MemberWriter":
        """Start a member that is written bit by bit; one at a time."""
        entry = self._begin(name.encode("utf-8"), 8, (1 << 5 | 1, 0), 0)
        return MemberWriter(self._file, entry, self._thread)

    def _begin(
        self, name: bytes, method: int, when: tuple[int, int], attributes: int, *, is_utf8: bool = True
    ) -> _Entry:
        offset = self._file.tell()
        if offset > _TOO_LARGE:
            raise TooLargeError
        flags = 0 if name.isascii() or not is_utf8 else _UTF8
        entry = _Entry(name, flags, method, when[1], when[0], 0, 0, 0, offset, attributes)
        self._entries.append(entry)
        self._file.write(entry.local())
        return entry

    def _finish(self) -> None:
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(entry.central())
        size = self._file.tell() - start
        if start > _TOO_LARGE or len(self._entries) > 0xFFFF:
            raise TooLargeError
        count = len(self._entries)
        self._file.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0))


def _name(info: ZipInfo) -> bytes:
    """Return a member's name as the bytes it had; those without the flag stay in whatever code page they were."""
    return info.filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


class MemberWriter:
    """A member under construction: bytes go in, a thread deflates them."""

    def __init__(self, file: BinaryIO, entry: _Entry, thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._entry = entry
        self._thread = thread
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        self._buffer: list[bytes] = []
        self._buffer_size = 0
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._close()

    def write(self, data: bytes) -> None:
        """Take bytes; a fault of the disk is raised by a later call."""
        self._buffer.append(data)
        self._buffer_size += len(data)
        if self._buffer_size >= _CHUNK:
            self._submit()

    def _submit(self) -> None:
        data = b"".join(self._buffer)
        self._buffer.clear()
        self._buffer_size = 0
        self._pending.append(self._thread.submit(self._work, data))
        while len(self._pending) > _MOST_PENDING:
            self._pending.popleft().result()

    def _work(self, data: bytes) -> None:
        entry = self._entry
        entry.crc = zlib.crc32(data, entry.crc)
        entry.size += len(data)
        packed = self._deflate.compress(data)
        entry.packed += len(packed)
        self._file.write(packed)

    def _close(self) -> None:
        self._submit()
        while self._pending:
            self._pending.popleft().result()
        rest = self._deflate.flush()
        entry = self._entry
        entry.packed += len(rest)
        self._file.write(rest)
        if entry.size > _TOO_LARGE or entry.packed > _TOO_LARGE:
            raise TooLargeError
        end = self._file.tell()
        self._file.seek(entry.offset)
        self._file.write(entry.local())
        self._file.seek(end)

"""A zip of tables: each member is read by its content as one sheet or several; what can't be read is named in a note.

Bombs are refused by the zip's directory. Nothing is unpacked to disk: a process that is killed cleans up nothing.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from batchsync.errors import ReadError
from batchsync.model import Note, RowBatch, SheetFound
from batchsync.ooxml.archive import MOST_PARTS
from batchsync.reader.row_batches import row_batches_of
from batchsync.reader.source import Line, Opener, Sheet, Source

MOST_BYTES = 1 << 30
MOST_IN_MEMORY = 256 << 20
"""Bytes of one member that is not text: it is unpacked in memory."""
OpenMember = Callable[[Opener, str], Source]
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
"""All that zipfile raises over a damaged zip or a compression that this Python lacks."""
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""Not LZMA: a few bytes of it may ask for gigabytes of dictionary."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_NO_TABLE = frozenset({"OTHER_KIND", "HTML_WITHOUT_TABLE", "NO_SHEETS", "OLD_EXCEL"})
"""Reasons for which a member is left out and named; for any other the zip is refused, lest rows are lost."""


class ArchiveSource:
    """The members of a zip, in its own order."""

    container = "zip"

    def __init__(self, path: Path, open_member: OpenMember) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise _damaged(error) from error
        members = [member for member in self._zip.infolist() if _counts(member)]
        _refuse_bombs(members)
        self._sources: list[tuple[str, Source]] = []
        unread = []
        for member in members:
            name = member_name(member)
            try:
                self._sources.append((name, self._open(member, name, open_member)))
            except ReadError as error:
                if error.reason not in _NO_TABLE:
                    raise
                unread.append(name)
        if not self._sources:
            raise ReadError("ZIP_WITHOUT_TABLE", names=", ".join(unread[:5]) or "-")
        self.notes: list[Note] = [Note("zip_unread", {"names": ", ".join(unread)})] if unread else []
        self.detail = ", ".join(name for name, _ in self._sources[:5])

    def sheets(self) -> Iterator[Sheet]:
        """Yield the sheets of each member, under the member's name."""
        index = 0
        for member, source in self._sources:
            sheets = list(source.sheets())
            is_alone = sum(sheet.visible for sheet in sheets) == 1
            for sheet in sheets:
                name = member if is_alone and sheet.visible else f"{member} {sheet.name}"
                yield MemberSheet(sheet, sheet.name if sheet.name.startswith(member) else name, index)
                index += 1

    def _open(self, member: zipfile.ZipInfo, name: str, open_member: OpenMember) -> Source:
        if member.compress_type not in _COMPRESSIONS:
            raise ReadError("ZIP_DAMAGED", why="an unusual compression")
        if member.flag_bits & _ENCRYPTED:
            raise ReadError("ZIP_PASSWORD", name=name)
        try:
            return open_member(lambda: io.BufferedReader(_Member(self._zip, member)), name)
        except ReadError as error:
            if error.reason in ("PASSWORD", "ZIP_PASSWORD"):
                raise ReadError("ZIP_PASSWORD", name=name) from error
            if error.reason in ("DAMAGED", "CUT_SHORT"):
                raise ReadError("ZIP_DAMAGED", why=name) from error
            raise


class MemberSheet:
    """A sheet of a member, under a name and an index in the whole zip."""

    def __init__(self, sheet: Sheet, name: str, index: int) -> None:
        self.name = name
        self.index = index
        self.visible = sheet.visible
        self._sheet = sheet

    def lines(self) -> Iterator[Line]:
        """Yield the sheet's lines."""
        return self._sheet.lines()

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]:
        """Yield the data rows, by columns where the sheet can."""
        return row_batches_of(self._sheet, found, self._sheet.lines())


class _Member(io.RawIOBase):
    """An opened member. Reading it raises ReadError where the zip is damaged."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        try:
            self._stream: IO[bytes] = archive.open(member)
        except _DAMAGE as error:
            raise _damaged(error) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGE as error:
            raise _damaged(error) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and hasattr(self, "_stream"):
            self._stream.close()
        super().close()


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_PARTS:
        raise ReadError("HOSTILE", why="parts")
    size = sum(member.file_size for member in members)
    if size > MOST_BYTES:
        raise ReadError("ZIP_TOO_LARGE", size=size >> 20, most=MOST_BYTES >> 20)


def _damaged(error: Exception) -> ReadError:
    return ReadError("ZIP_DAMAGED", why=(str(error) or type(error).__name__)[:100])


def _counts(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file of the user's, not a folder or a file that a system adds."""
    name = PurePosixPath(member_name(member))
    return (
        bool(member.filename)
        and not member.is_dir()
        and "__MACOSX" not in name.parts
        and not name.name.startswith((".", "~$"))
    )


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name: without the UTF-8 flag it is what Chinese Windows writes, GBK, or else UTF-8."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    names = [name for codec in ("utf-8", "gb18030") if (name := _decoded(raw, codec))]
    return next(filter(_is_chinese, names), names[0] if names else member.filename)


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return ""


def _is_chinese(name: str) -> bool:
    """Whether a name makes sense: 图片 in GBK is valid UTF-8 as well, for Greek and Latin letters."""
    return any("\u4e00" <= char <= "\u9fff" for char in name)

"""A zip of CSV or text files, or of workbooks: each member a sheet, or several. Bombs are refused by the zip's directory.

Nothing is unpacked to disk: what the files hold is nobody else's business, and a killed child cleans up nothing.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from batchsync.errors import ReadError
from batchsync.model import Note, RowBatch, SheetFound
from batchsync.reader.row_batches import row_batches_of
from batchsync.reader.source import Line, ReadOptions, Sheet, Source
from batchsync.reader.text.source import NO_OPTIONS, TextSource

MOST_BYTES = 1 << 30
MOST_MEMBERS = 500
MOST_OF_A_BOOK = 256 << 20
_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".text", "")
_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
OpenBook = Callable[[bytes], Source]
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


class ArchiveSource:
    """The texts and workbooks in a zip, in its own order."""

    container = "zip"

    def __init__(self, path: Path, options: ReadOptions, open_book: OpenBook) -> None:
        self._path = path
        self._wishes = options
        self._open_book = open_book
        self.notes: list[Note] = []
        try:
            with zipfile.ZipFile(path) as archive:
                members = [member for member in archive.infolist()[: MOST_MEMBERS + 1] if _counts(member)]
        except _DAMAGE as error:
            raise _damaged(error) from error
        self._members = self._readable(members)
        self.detail = ", ".join(member_name(member) for member in self._members[:5])

    def sheets(self) -> Iterator[Sheet]:
        """Yield each text's one sheet, and the sheets of each workbook."""
        index = 0
        for member in self._members:
            for sheet in self._sheets_of(member, index):
                yield sheet
                index += 1

    def _sheets_of(self, member: zipfile.ZipInfo, first: int) -> Iterator[Sheet]:
        name = member_name(member)
        if _ending(member) not in _BOOKS:
            yield from TextSource(self._opener(member), name, self._wishes, first).sheets()
            return
        with self._opener(member)() as stream:
            source = self._opened(name, stream.read())
        every = list(source.sheets())
        alone = sum(sheet.visible for sheet in every) == 1
        for index, sheet in enumerate(every, first):
            yield MemberSheet(sheet, name if alone and sheet.visible else f"{name} {sheet.name}", index)

    def _opened(self, name: str, data: bytes) -> Source:
        try:
            return self._open_book(data)
        except ReadError as error:
            if error.reason == "PASSWORD":
                raise ReadError("ZIP_PASSWORD", name=name) from error
            raise ReadError("ZIP_DAMAGED", why=name) from error

    def _readable(self, members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
        texts = [member for member in members if _ending(member) in (*_ENDINGS, *_BOOKS)]
        if not texts:
            names = ", ".join(map(member_name, members[:5])) or "-"
            raise ReadError("ZIP_WITHOUT_TEXT", names=names)
        size = sum(member.file_size for member in texts)
        largest = max((member.file_size for member in texts if _ending(member) in _BOOKS), default=0)
        if size > MOST_BYTES or largest > MOST_OF_A_BOOK:
            raise ReadError("ZIP_TOO_LARGE", size=size >> 20, most=MOST_BYTES >> 20)
        if any(member.compress_type not in _COMPRESSIONS for member in texts):
            raise ReadError("ZIP_DAMAGED", why="an unusual compression")
        locked = next((member for member in texts if member.flag_bits & _ENCRYPTED), None)
        if locked:
            raise ReadError("ZIP_PASSWORD", name=member_name(locked))
        return texts

    def _opener(self, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
        def opened() -> BinaryIO:
            archive = zipfile.ZipFile(self._path)
            try:
                return io.BufferedReader(_Member(archive, archive.open(member)))
            except _DAMAGE as error:
                archive.close()
                raise _damaged(error) from error

        return opened


class MemberSheet:
    """A sheet of a workbook in the zip, under the member's name and its place in the whole."""

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
        yield from row_batches_of(self._sheet, found, self._sheet.lines())


class _Member(io.RawIOBase):
    """A member that closes its archive with it, and never gives more than the directory promised."""

    def __init__(self, archive: zipfile.ZipFile, stream: IO[bytes]) -> None:
        self._archive = archive
        self._stream = stream

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
        if not self.closed:
            self._stream.close()
            self._archive.close()
        super().close()


def _damaged(error: Exception) -> Exception:
    return ReadError("ZIP_DAMAGED", why=(str(error) or type(error).__name__)[:100])


def _counts(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file of the user's, not a folder or a system's litter."""
    name = PurePosixPath(member_name(member))
    return (
        bool(member.filename)
        and not member.is_dir()
        and "__MACOSX" not in name.parts
        and not name.name.startswith((".", "~$"))
    )


def _ending(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member_name(member)).suffix.lower()


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


def no_book(_: bytes) -> Source:
    """Open no workbook."""
    raise ReadError("NO_SHEETS")


def open_archive(
    path: Path, options: ReadOptions = NO_OPTIONS, open_book: OpenBook = no_book
) -> ArchiveSource:
    """Open a zip of texts or workbooks; raises FileUnreadable when it has none, is a bomb, locked or damaged."""
    return ArchiveSource(path, options, open_book)

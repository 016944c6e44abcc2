"""The zip of an Office file: its directory judged before a byte is unpacked, its parts found as Excel finds them."""

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from batchsync.errors import ReadError

MOST_PARTS = 20_000
MOST_BYTES = 8 << 30
"""Of all parts unpacked, by the directory's own word."""
HARMLESS_BYTES = 32 << 20
"""A part up to this size may be packed as tightly as it likes."""
MOST_RATIO = 500
"""Unpacked to packed. Real sheets stay below 150; deflate can't do more than 1,032."""
SMALL_PART = 64 << 20
"""Most bytes of a part that is read whole (relations, workbook, styles)."""
CHUNK = 1 << 17
"""Bytes unpacked at a time. What is made of them is some hundred times as much in objects: 1 MB cost 20 MB more."""

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)
"""All that zipfile raises over a damaged zip."""
_ENCRYPTED = 0x1
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
"""How UTF-16 begins, with and without a BOM."""

Attributes = dict[str, str]


def local(name: str) -> str:
    """Return a tag or attribute name without its prefix."""
    return name.rpartition(":")[2]


class OfficeArchive:
    """An opened Office zip. Part names compare without case, with either slash."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGE as error:
            raise ReadError("CUT_SHORT") from error
        self._parts = {_plain(info.filename): info for info in self._zip.infolist()}
        self._judge()

    def _judge(self) -> None:
        """Refuse bombs by what the directory says; what it conceals the memory and time limits catch."""
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS:
            raise ReadError("HOSTILE", why="parts")
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise ReadError("HOSTILE", why="expands")
        for info in infos:
            if info.file_size > max(HARMLESS_BYTES, info.compress_size * MOST_RATIO):
                raise ReadError("HOSTILE", why="expands")
            if info.flag_bits & _ENCRYPTED:
                raise ReadError("PASSWORD")

    @property
    def names(self) -> list[str]:
        """All part names, lower case with forward slashes."""
        return list(self._parts)

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return _plain(name) in self._parts

    def size(self, name: str) -> int:
        """Return a part's unpacked size by the directory's word."""
        return self._parts[_plain(name)].file_size

    def chunks(self, name: str, size: int = CHUNK) -> Iterator[bytes]:
        """Unpack a part piece by piece."""
        info = self._parts.get(_plain(name))
        if info is None:
            raise ReadError("DAMAGED", why="part")
        try:
            with self._zip.open(info) as stream:
                while data := stream.read(size):
                    yield data
        except DAMAGE as error:
            raise ReadError("DAMAGED", why="zip") from error

    def read(self, name: str) -> bytes:
        """Unpack a small part whole."""
        if self.has(name) and self.size(name) > SMALL_PART:
            raise ReadError("HOSTILE", why="expands")
        return b"".join(self.chunks(name))

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """Return a part's relations: id, the last word of their type, and the target part."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        found: list[tuple[str, str, str]] = []

        def start(tag: str, attributes: Attributes) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
                target = attributes.get("Target", "").replace("\\", "/")
                whole = target if target.startswith("/") else posixpath.join(folder, target)
                found.append((attributes.get("Id", ""), kind, posixpath.normpath(whole).lstrip("/")))

        if self.has(rels):
            parse(self.read(rels), start)
        return found


def contents(file: Path | BinaryIO) -> bytes:
    """Return all of a file."""
    if isinstance(file, Path):
        return file.read_bytes()
    file.seek(0)
    return file.read()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def new_parser() -> expat.XMLParserType:
    """Make an XML parser that refuses a document that defines entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entities
    return parser


def _refuse_entities(*_: object) -> None:
    raise ReadError("HOSTILE", why="entities")


def parse(
    data: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
) -> None:
    """Walk through a small part."""
    parser = new_parser()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    try:
        parser.Parse(recoded(data), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ReadError("DAMAGED", why="xml") from error


def recoded(data: bytes) -> bytes:
    """Give expat what it can decode: leading space and NULs some writers leave are dropped, but not from UTF-16."""
    return data if data[:2] in _WIDE else data.strip(b"\0 \r\n\t")

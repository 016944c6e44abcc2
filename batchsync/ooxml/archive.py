"""The zip of an Office file, read part by part: limits against bombs, relationships, and XML that writers got wrong."""

import codecs
import html.entities
import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
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
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
"""How UTF-16 begins, with and without a BOM."""
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")
_NO_CHARACTER = "\ufffd".encode()
_REFERENCE = re.compile(rb"&(?:#([xX][0-9a-fA-F]{1,8}|[0-9]{1,8})|([A-Za-z][A-Za-z0-9]{0,30}));")
_LONGEST_REFERENCE = 34
_TEXT_REFERENCE = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_XML_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

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

    def refuse_bombs(self) -> None:
        """Raise ReadError for a bomb, by its directory; the memory and time limits catch what that conceals."""
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

    def chunks(self, name: str) -> Iterator[bytes]:
        """Unpack a part in blocks."""
        info = self._parts.get(_plain(name))
        if info is None:
            raise ReadError("DAMAGED", why="part")
        try:
            with self._zip.open(info) as stream:
                while data := stream.read(CHUNK):
                    yield data
        except DAMAGE as error:
            raise ReadError("DAMAGED", why="zip") from error

    def read(self, name: str) -> bytes:
        """Unpack a small part whole."""
        if self.has(name) and self.size(name) > SMALL_PART:
            raise ReadError("HOSTILE", why="expands")
        return b"".join(self.chunks(name))

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """Return the zip with other contents of some parts."""
        new = {_plain(name): data for name, data in parts.items()}
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as copy:
            for name, info in self._parts.items():
                copy.writestr(info.filename, new[name] if name in new else b"".join(self.chunks(name)))
        return file.getvalue()

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


def parse(
    data: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
) -> None:
    """Parse a small part."""
    parser = new_parser()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    for _ in parse_blocks(parser, [data]):
        pass


def new_parser(*, namespaces: bool = False) -> expat.XMLParserType:
    """Make a parser of UTF-8, whatever the XML declares, that refuses a document that defines entities."""
    parser = expat.ParserCreate("utf-8", " " if namespaces else None)
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entities
    return parser


def _refuse_entities(*_: object) -> None:
    raise ReadError("HOSTILE", why="entities")


def parse_blocks(parser: expat.XMLParserType, blocks: Iterable[bytes], encoding: str = "") -> Iterator[None]:
    """Parse XML block by block, and yield after each; raises ReadError when it is broken.

    The encoding comes from the first bytes of the document unless it is given.
    """
    try:
        for block in clean_xml(blocks, encoding):
            parser.Parse(block)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ReadError("DAMAGED", why="xml") from error


def clean_xml(blocks: Iterable[bytes], encoding: str = "") -> Iterator[bytes]:
    """Yield XML as UTF-8 without what some writers leave in it and expat refuses.

    White space and NULs around the document, control characters, references to characters that XML forbids, names of
    entities that only HTML has. No id has such a character: it becomes a replacement character, which no id has either.
    """
    rest = b""
    for block in _utf8(blocks, encoding):
        data = rest + block
        at = data.rfind(b"&", -_LONGEST_REFERENCE)
        at = len(data) if at < 0 or b";" in data[at:] else at
        end = len(data[:at].rstrip(b"\0"))  # NULs at the end of the document, or in the middle
        data, rest = data[:end], data[end:]
        data = _CONTROL.sub(_NO_CHARACTER, data)
        yield _REFERENCE.sub(_valid_reference, data) if b"&" in data else data
    yield _REFERENCE.sub(_valid_reference, rest.rstrip(b"\0"))


def _utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Decode what is not UTF-8, by its first bytes or its declaration; drop what precedes the document."""
    decoder: codecs.IncrementalDecoder | None = None
    is_started = False
    for block in blocks:
        data = block
        if not is_started:
            data = data if data[:2] in _WIDE else data.lstrip(b"\0 \r\n\t")
            if not data:
                continue
            decoder, is_started = None if encoding == "utf-8" else _decoder(data), True
        if decoder is not None:
            data = decoder.decode(data).encode("utf-8", "surrogatepass")
        yield data
    if decoder is not None:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _decoder(head: bytes) -> codecs.IncrementalDecoder | None:
    """Return a decoder for the encoding of a document; None for UTF-8."""
    declared = _ENCODING.match(head.removeprefix(codecs.BOM_UTF8))
    name = _WIDE.get(head[:2]) or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    if head[:2] not in _WIDE and codec.name.startswith(("utf", "ascii")):
        return None  # it can't be UTF-16 after all
    return codec.incrementaldecoder()


def unescape(text: str) -> str:
    """Return a text with its XML references replaced by characters."""
    return _TEXT_REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: "re.Match[str]") -> str:
    name = match[1]
    if not name.startswith("#"):
        return _XML_CHARACTERS[name]
    code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(code) if is_character(code) else match[0]


def is_character(code: int) -> bool:
    """Whether a number is that of a character."""
    return code < 0xD800 or 0xDFFF < code <= 0x10FFFF


def _valid_reference(match: "re.Match[bytes]") -> bytes:
    """Return a reference as expat takes it."""
    number, name = match[1], match[2]
    if name is not None:
        char = html.entities.name2codepoint.get(name.decode("ascii"))
        return (
            match[0]
            if name.decode("ascii") in _XML_CHARACTERS
            else b"&#%d;" % (0xFFFD if char is None else char)
        )
    code = int(number[1:], 16) if number[:1] in b"xX" else int(number)
    valid = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    )
    return match[0] if valid else b"&#65533;"

"""Opens a file with the reader for its content: the first bytes decide, never the name."""

import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from batchsync.errors import ReadError
from batchsync.reader.source import Opener, ReadOptions, Source

HEAD = 4_096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"TABLE\r\n0,1", "dif"),
    (b"TABLE\n0,1", "dif"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"8BPS", "image"),
    (b"\xd7\xcd\xc6\x9a", "image"),
    (b"\0\0\1\0", "image"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"Rar!", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "database"),
    (b"\x00\x01\x00\x00Standard", "database"),
)
"""First bytes of files that are not read."""
_PATTERNS: tuple[tuple["re.Pattern[bytes]", str], ...] = (
    (re.compile(rb"BM.{4}\0\0\0\0.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "image"),
    (re.compile(rb"RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL), "image"),
    (re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00"), "old_excel"),
    (
        re.compile(
            rb"(?i:(?:[\w-]{1,40}:[^\n]{0,1000}\n(?:[ \t][^\n]{0,1000}\n){0,20}){0,20}?mime-version:)"
        ),
        "mhtml",
    ),
    (re.compile(rb"ID;P[^\r\n]{0,200}\r?\n(?:[BCFPOEW]|NN|NU|ID);"), "sylk"),
)
_SPREADSHEETML = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet", re.IGNORECASE)
_FLAT_ODS = re.compile(r"application/vnd\.oasis\.opendocument\.spreadsheet")
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|table|head|body|meta|style|div|tr|center|font|title|p|b|h[1-6]|span|script|form|br)\b",
    re.IGNORECASE,
)
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\r\x0b\x0c\x1a\x1b\x1f\x00"))
_MOST_CONTROL = 0.05
_MOST_NULS = 0.1
_MOST_NULS_OF_TEXT = 0.6
"""Of a file without other control characters: some programs leave NULs in their fields."""


def sniff(head: bytes) -> str:
    """Return ole, zip, old_excel, spreadsheetml, flat_ods, html, mhtml or text; or a name in `messages.reader.WHAT`."""
    if head.startswith(OLE):
        return "ole"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return "zip"
    beginnings = (what for start, what in _BEGINNINGS if head.startswith(start))
    patterns = (what for expression, what in _PATTERNS if expression.match(head))
    for what in chain(beginnings, patterns):
        if what != "program" or b"\0" in head:
            return what
    return _by_text(head)


def _by_text(head: bytes) -> str:
    text = _roughly(head).lstrip("\ufeff \t\r\n\0")
    if text.startswith("<"):
        if _SPREADSHEETML.search(text):
            return "spreadsheetml"
        if _FLAT_ODS.search(text):
            return "flat_ods"
        if _HTML.search(text):
            return "html"
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and _is_binary(head):
        return "binary"
    return "text"


def _roughly(head: bytes) -> str:
    """Decode just well enough to see tags."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[:2] == b"<\0":
        return head.decode("utf-16-le", "replace")
    if head[:2] == b"\0<":
        return head.decode("utf-16-be", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _is_binary(head: bytes) -> bool:
    """Whether there are too many control characters for a text; NULs in every second place are UTF-16."""
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > len(head) * _MOST_CONTROL:
        return True
    nuls = head.count(0)
    most = _MOST_NULS if control else _MOST_NULS_OF_TEXT
    even, odd = head[::2].count(0), head[1::2].count(0)
    return nuls > len(head) * most and min(even, odd) > max(even, odd) * 0.2


# --- Opening ------------------------------------------------------------------------------------------------

_WORKBOOK_STREAMS = ("workbook", "book")
_PARTS = re.compile(r"^(?:(?:.*/)?workbook\.bin|content\.xml|.*\.iwa|.*index\.zip)$", re.MULTILINE)
"""Parts of .xlsb, OpenDocument and Apple's files, which have no list of content types."""
_OTHER_STREAMS = {"worddocument": "word", "powerpoint document": "powerpoint"}
_ENCRYPTED_STREAMS = ("encryptedpackage", "encryptioninfo")
_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel's own, for workbooks that are only protected against changes


def open_source(path: Path, options: ReadOptions) -> Source:
    """Open a file. Libraries for a format are imported when a file has it."""
    return _open(lambda: path.open("rb"), path.name, options, path)


def _open(opener: Opener, name: str, options: ReadOptions, path: Path | None = None) -> Source:
    """Open a file by its path, or a member of a zip, which has none."""
    with opener() as stream:
        kind = sniff(stream.read(HEAD))
    match kind:
        case "zip":
            return _open_zip(path or _in_memory(opener), options, path)
        case "ole":
            return _open_ole(path or _in_memory(opener))
        case "text":
            from batchsync.reader.text.source import TextSource

            return TextSource(opener, name, options)
        case "html" | "mhtml":
            from batchsync.reader.html import open_html, open_mhtml

            return open_html(opener, name) if kind == "html" else open_mhtml(opener, name)
        case "spreadsheetml":
            from batchsync.reader.spreadsheetml import SpreadsheetMlSource

            return SpreadsheetMlSource(opener)
        case "flat_ods":
            from batchsync.reader.ods import OdsSource

            return OdsSource(lambda: _blocks(opener))
    raise ReadError("OLD_EXCEL") if kind == "old_excel" else ReadError("OTHER_KIND", what=kind)


def _in_memory(opener: Opener) -> BinaryIO:
    with opener() as stream:
        return io.BytesIO(stream.read())


def _blocks(opener: Opener) -> Iterator[bytes]:
    from batchsync.ooxml import archive

    with opener() as stream:
        while block := stream.read(archive.CHUNK):
            yield block


def _open_zip(file: Path | BinaryIO, options: ReadOptions, path: Path | None = None) -> Source:
    """Open a workbook, or at a path of the user's a zip of files."""
    from batchsync.ooxml.archive import OfficeArchive

    package = OfficeArchive(file)
    names = package.names
    is_office = "[content_types].xml" in names or any(name.endswith("workbook.xml") for name in names)
    if path is not None and not is_office and not _PARTS.search("\n".join(names)):
        from batchsync.reader.zip_archive import ArchiveSource

        return ArchiveSource(path, lambda opener, name: _open(opener, name, options))
    package.refuse_bombs()
    if any(name == "xl/workbook.bin" or name.endswith("/workbook.bin") for name in names):
        from batchsync.reader.xlsb import open_xlsb

        return open_xlsb(file, package)
    if "content.xml" in names:
        from batchsync.reader.ods import open_ods

        return open_ods(package)
    if any(name.endswith((".iwa", "index.zip")) for name in names):
        raise ReadError("OTHER_KIND", what="numbers")
    if not is_office:
        raise ReadError("OTHER_KIND", what="zip")
    return _open_office(names, file)


def _open_office(names: list[str], file: Path | BinaryIO) -> Source:
    from batchsync.reader.xlsx.source import open_xlsx

    if not any("workbook" in name or name.startswith("xl/") for name in names):
        for part, what in (("word/", "word"), ("ppt/", "powerpoint")):
            if any(name.startswith(part) for name in names):
                raise ReadError("OTHER_KIND", what=what)
    return open_xlsx(file)


def _open_ole(file: Path | BinaryIO) -> Source:
    from batchsync.ooxml.archive import contents
    from batchsync.reader.xls import is_encrypted, open_xls, stream_names, workbook_stream

    streams = stream_names(file)
    if all(name in streams for name in _ENCRYPTED_STREAMS):
        return _open_zip(io.BytesIO(_decrypted(contents(file))), ReadOptions())
    if streams and not any(name in streams for name in _WORKBOOK_STREAMS):
        other = next((what for name, what in _OTHER_STREAMS.items() if name in streams), "ole")
        raise ReadError("OTHER_KIND", what=other)
    stream, data = workbook_stream(file), contents(file)
    if is_encrypted(stream):
        data = _decrypted(data)
        stream = workbook_stream(io.BytesIO(data))
    return open_xls(data, stream)


def _decrypted(data: bytes) -> bytes:
    """Decrypt with Excel's default password; raises ReadError when the file has one of its own."""
    import msoffcrypto

    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=_DEFAULT_PASSWORD)
        office.decrypt(out)
    except MemoryError:
        raise
    except Exception as error:
        raise ReadError("PASSWORD") from error
    return out.getvalue()

"""The XML of one worksheet, in pieces of whole rows: as text where it has Excel's shape, else by expat."""

import codecs
import re
from collections.abc import Iterator

from batchsync.errors import ReadError
from batchsync.ooxml.archive import OfficeArchive

_ROOT = re.compile(r"<worksheet\b")
_START = re.compile(r"<sheetData\s*+(/?)>")
_ENCODING = re.compile(r"""<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_HEAD = 1 << 20
"""What stands before the rows is shorter than this, or odd."""
_ROW_END = "</row>"
_LONGEST_ROW = 32 << 20
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\sref\s*=\s*["']([A-Za-z0-9:$]{1,30})["']""")
_MOST_TAIL = 64 << 20


class OddShape(Exception):
    """The XML is not as Excel, WPS and the usual writers write it: expat has to read it."""


def pieces(package: OfficeArchive, part: str) -> Iterator[str]:
    """Yield the sheet's rows as text, some thousand whole rows at a time. Raises OddShape where that can't be done."""
    rest = ""
    for chunk in _row_text(package, part):
        text = rest + chunk
        if "<!" in text or "<?" in text:
            raise OddShape
        end = text.find("</sheetData>")
        if end >= 0:
            yield text[:end]
            return
        cut = text.rfind(_ROW_END) + len(_ROW_END)
        if cut < len(_ROW_END):
            cut = 0
        rest = text[cut:]
        if len(rest) > _LONGEST_ROW:
            raise ReadError("DAMAGED", why="rows")
        yield text[:cut]
    raise OddShape


def _row_text(package: OfficeArchive, part: str) -> Iterator[str]:
    """Yield the part decoded, from where its rows start."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    head: str | None = ""
    for chunk in package.chunks(part):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise OddShape from error
        if head is None:
            yield text
            continue
        head += text
        started = _after_start(head)
        if started is not None:
            yield started
            head = None


def _after_start(text: str) -> str | None:
    """Return what follows `<sheetData>`; None when it hasn't come yet."""
    start = _START.search(text)
    if start is None:
        if len(text) > _HEAD:
            raise OddShape
        return None
    head = text[: start.start()]
    if _ENCODING.search(head) or "<!" in head or not _ROOT.search(head):
        raise OddShape
    return "</sheetData>" if start[1] else text[start.end() :]


def merge_references(package: OfficeArchive, part: str) -> list[str]:
    """Return the merged ranges, which stand behind the rows: the part is unpacked once more to get there."""
    tail, found = b"", False
    for chunk in package.chunks(part):
        if found:
            tail += chunk
        else:
            data = tail + chunk
            at = data.find(b"sheetData>", 0)
            while at >= 0 and data[max(0, at - 40) : at].rpartition(b"<")[2][:1] != b"/":
                at = data.find(b"sheetData>", at + 1)
            found = at >= 0
            tail = data[at:] if found else data[-64:]
        if len(tail) > _MOST_TAIL:
            raise ReadError("HOSTILE", why="expands")
    return [reference.decode() for reference in _MERGE.findall(tail)] if found else []

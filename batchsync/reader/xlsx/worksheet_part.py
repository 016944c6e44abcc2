"""The XML of one worksheet, in pieces of whole rows: as text where it has Excel's shape, else by expat."""

import codecs
import re
from collections.abc import Iterator
from itertools import chain

from batchsync.errors import ReadError
from batchsync.ooxml.archive import OfficeArchive

_ROOT = re.compile(r"<(?:([\w.-]+):)?worksheet\b")
_ENCODING = re.compile(r"""<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_LONGEST_HEAD = 1 << 20
"""Characters before the rows; with more the part is unusual."""
_ROW_END = "</row>"
_LONGEST_ROW = 32 << 20
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\sref\s*=\s*["']([A-Za-z0-9:$]{1,30})["']""")
_MOST_TAIL = 64 << 20


class OddShape(Exception):
    """The XML is not as Excel, WPS and the usual writers write it: expat has to read it."""


def pieces(package: OfficeArchive, part: str) -> Iterator[str]:
    """Yield the sheet's rows as text, some thousand whole rows at a time. Raises OddShape where that can't be done.

    A namespace prefix (`<x:row>`) is removed from the tags.
    """
    texts = _decoded(package, part)
    head, prefix = _head(texts)
    start = re.compile(rf"<{prefix}sheetData\s*+(/?)>").search(head)
    if start is None:
        raise OddShape
    if start[1]:
        return
    rest = head[start.end() :]
    for chunk in chain([""], texts):
        text = rest + chunk
        if prefix:
            text = text.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
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


def _decoded(package: OfficeArchive, part: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for chunk in package.chunks(part):
        try:
            yield decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise OddShape from error


def _head(texts: Iterator[str]) -> tuple[str, str]:
    """Return the text up to where the rows start, or somewhat more, and the prefix of the tags with its colon."""
    head = ""
    for text in texts:
        head += text
        root = _ROOT.search(head)
        prefix = f"{root[1]}:" if root and root[1] else ""
        if root and re.search(rf"<{prefix}sheetData\s*+/?>", head):
            before = head[: root.start()]
            if _ENCODING.search(before) or "<!" in before:
                raise OddShape
            return head, prefix
        if len(head) > _LONGEST_HEAD:
            raise OddShape
    raise OddShape


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

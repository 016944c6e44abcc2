"""Finds the encoding of a text file: BOM, NULs, strict UTF-8, a declaration, strict GB18030, Big5 by its header, code pages.

Statistical guessers are wrong on half of the short GBK files that people have; strict decoding is right on all of
them. A byte that the chosen encoding can't explain becomes a mark (a lone surrogate), so that its row is found and
refused; it is never replaced inside an id.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from batchsync.reader.source import Opener

Knows = Callable[[list[str]], bool]
"""Whether the first lines, decoded, have a known header."""

MARK = "batchsync_mark"
"""The name of the error handler for undecodable bytes."""
_MARKED = re.compile("[\udc00-\udcff]")
PIECE = 1 << 15
"""Bytes read at a time: what they become stays below the size that a C library asks the system for anew each time."""
HEAD = 1 << 16

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHOWN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "big5hkscs": "Big5",
    "cp1252": "Windows-1252",
}
_DECLARATION = re.compile(rb"""\b(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,30})""", re.IGNORECASE)
_CODE_PAGES = ("cp", "iso", "euc", "shift", "big5", "koi8", "mac", "johab", "tis", "ptcp", "kz")
_OTHER_PAGES = ("cp932", "cp949", "cp1252", "latin-1")
"""For text that is no Chinese: digits and delimiters are the same in all of them."""
_BIG5 = ("cp950", "big5hkscs")
_TOLERATED = 0.2
"""Where more of the lines beyond ASCII have stray bytes, it is not this encoding."""


class Encoding(NamedTuple):
    """How to decode a file, and whether some of its bytes are known to stay unexplained."""

    codec: str
    damaged: bool

    @property
    def shown(self) -> str:
        return _SHOWN.get(self.codec, self.codec)

    @property
    def is_sound_utf8(self) -> bool:
        return self.shown == "UTF-8" and not self.damaged


class _Marks:
    """Counts the marks made in this process."""

    count = 0


def marks_made() -> int:
    """Return how many undecodable places have been met so far; unchanged when there was none."""
    return _Marks.count


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _Marks.count += 1
    bad = error.object[error.start : error.end] or b"\xff"
    return "".join(chr(0xDC00 + byte) for byte in bad), max(error.end, error.start + 1)


codecs.register_error(MARK, _mark)


def is_marked(text: str) -> bool:
    """Whether bytes in it stayed unexplained."""
    return not text.isascii() and _MARKED.search(text) is not None


def show_marks(text: str) -> str:
    """Return a text whose unexplained bytes are written out in hexadecimal."""
    return _MARKED.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


def detect(opener: Opener, knows: Knows) -> Encoding:
    """Find the encoding of a whole file."""
    with opener() as stream:
        head = stream.read(HEAD)
    wide = _by_bom(head) or _by_nuls(head)
    if wide:
        return Encoding(wide, not _is_strictly(opener, wide))
    if _is_strictly(opener, "utf-8"):
        return Encoding("utf-8", False)
    declared = _declared(head)
    if declared and _is_strictly(opener, declared):
        return Encoding(declared, False)
    if _begins_as(head, "gb18030") and knows(head_lines(head, "gb18030")):
        return Encoding("gb18030", False)  # stray bytes further down are marked when they come
    if _is_strictly(opener, "gb18030"):
        return Encoding(_chinese(opener, head, knows), False)
    return _least_damaged(opener, head, knows)


def head_lines(head: bytes, codec: str, whole: bool = False) -> list[str]:
    """Decode the start of a file into lines; the last may be cut, so it is dropped unless it is the whole."""
    decoder = codecs.getincrementaldecoder(codec)(errors=MARK)
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", decoder.decode(head, final=whole))
    return lines if whole or len(lines) < 3 else lines[:-1]


def _by_bom(head: bytes) -> str | None:
    return next((codec for bom, codec in _BOMS if head.startswith(bom)), None)


def _declared(head: bytes) -> str | None:
    """Return the encoding that a web page or an XML document declares, if Python has it."""
    found = _DECLARATION.search(head) if head.lstrip().startswith(b"<") else None
    if found is None:
        return None
    name = found[1].decode("ascii").lower()
    if name in ("gb2312", "gbk"):
        return "gb18030"
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    return codec if codec.startswith(_CODE_PAGES) else None


def _by_nuls(head: bytes) -> str | None:
    """UTF-16 without a BOM: every ASCII character has a NUL on the same side."""
    pairs = len(head) // 2
    high, low = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if max(high, low) * 10 < pairs or not pairs or min(high, low) * 10 > max(high, low):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _begins_as(head: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)(errors="strict").decode(head)
    except UnicodeError:
        return False
    return True


def _is_strictly(opener: Opener, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    try:
        with opener() as stream:
            while block := stream.read(PIECE):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _chinese(opener: Opener, head: bytes, knows: Knows) -> str:
    """GB18030, unless only Big5 makes sense of the header: most Big5 files are valid GB18030 too."""
    if knows(head_lines(head, "gb18030")):
        return "gb18030"
    for codec in _BIG5:
        if knows(head_lines(head, codec)) and _is_strictly(opener, codec):
            return codec
    return "gb18030"


def _least_damaged(opener: Opener, head: bytes, knows: Knows) -> Encoding:
    """The encoding with the fewest stray lines, a known header first; no multi-byte one when most lines stray."""
    beyond = sum(1 for _ in _lines_beyond_ascii(opener))
    ranked = []
    for codec in ("utf-8", "gb18030", *_BIG5):
        bad = sum(not _decodes(line, codec) for line in _lines_beyond_ascii(opener))
        ranked.append((not knows(head_lines(head, codec)), bad, codec))
    unknown, bad, codec = min(ranked[:2] if all(r[0] for r in ranked) else ranked, key=lambda r: r[:2])
    is_ascii_header = not any(rank[0] for rank in ranked)
    if bad > max(1, beyond * _TOLERATED) and (unknown or is_ascii_header):
        return Encoding(next(page for page in _OTHER_PAGES if _is_strictly(opener, page)), False)
    return Encoding(codec, True)


def _lines_beyond_ascii(opener: Opener) -> Iterator[bytes]:
    with opener() as stream:
        for line in stream:
            if not line.isascii():
                yield line


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeError:
        return False
    return True

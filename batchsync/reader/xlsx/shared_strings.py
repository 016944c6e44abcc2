"""The shared strings of an .xlsx: rich text put together, phonetic readings left out."""

import codecs
import re

from batchsync.ooxml.archive import Attributes, OfficeArchive, local, new_parser, parse_blocks
from batchsync.reader.source import LONGEST_TEXT
from batchsync.reader.xlsx.cell_values import cell_text

_ITEM = re.compile(r"<si>(?:<t(?: xml:space=\"preserve\")?+>([^<]*+)</t>|<t/>)</si>|<si/>")
_ANY_ITEM = re.compile(r"<si>(.*?)</si>|<si/>", re.DOTALL)
_PHONETIC = re.compile(r"<rPh\b[^>]*+>.*?</rPh>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^>]*+)?+>([^<]*+)</t>")
_ODD = re.compile(r"<[!?]|<\w++:")
_ROOT = re.compile(r"<([\w.-]+:)?sst\b")
_MOST_OPEN = 32 << 20


def read_strings(package: OfficeArchive, part: str) -> list[str]:
    """Read them all: by expressions as far as the usual shape goes, by expat when it is another."""
    return _quickly(package, part) or _slowly(package, part)


def _quickly(package: OfficeArchive, part: str) -> list[str] | None:
    """Return None when the part's XML is of another shape than Excel's."""
    strings: list[str] = []
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = prefix = ""
    for at, chunk in enumerate(package.chunks(part)):
        try:
            text = rest + decoder.decode(chunk)
        except UnicodeDecodeError:
            return None
        if at == 0:
            root = _ROOT.search(text)
            if root is None or "<!" in text[: root.start()]:
                return None
            prefix, text = root[1] or "", text[root.end() :]
        if prefix:
            text = text.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
        if _ODD.search(text):
            return None
        end = max(text.rfind("</si>") + 5, text.rfind("<si/>") + 5)
        whole, rest = (text[:end], text[end:]) if end > 4 else ("", text)
        if len(rest) > _MOST_OPEN:
            return None
        strings += _clipped(_items(whole))
    return None if "<si" in rest else strings


def _items(text: str) -> list[str]:
    count = text.count("<si>") + text.count("<si/>")
    plain = _ITEM.findall(text)
    if len(plain) != count:
        plain = [_rich(item) for item in _ANY_ITEM.findall(text)]
    return [cell_text(item) for item in plain] if "&" in text or "_x" in text else plain


def _rich(item: str) -> str:
    return "".join(_TEXT.findall(_PHONETIC.sub("", item) if "<rPh" in item else item))


class _Strings:
    """Collects the items of a shared string part of any shape."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._phonetic = 0
        self._text = False

    def start(self, name: str, _: Attributes) -> None:
        tag = local(name)
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._phonetic += 1
        self._text = tag == "t"

    def end(self, name: str) -> None:
        tag = local(name)
        self._text = False
        if tag == "si":
            self.strings.append(cell_text("".join(self._pieces), references=False))
        elif tag == "rPh":
            self._phonetic -= 1

    def data(self, text: str) -> None:
        if self._text and not self._phonetic:
            self._pieces.append(text)


def _slowly(package: OfficeArchive, part: str) -> list[str]:
    found = _Strings()
    parser = new_parser()
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.data
    for _ in parse_blocks(parser, package.chunks(part)):
        pass
    return _clipped(found.strings)


def _clipped(strings: list[str]) -> list[str]:
    """Cut texts that no cell may hold: a million cells may share a megabyte."""
    if max(map(len, strings), default=0) <= LONGEST_TEXT:
        return strings
    return [text[:LONGEST_TEXT] for text in strings]

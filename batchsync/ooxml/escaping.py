"""Foreign text made harmless: no character that XML can't hold, no formula, no cell longer than Excel takes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 32_767
"""Most characters (UTF-16 units) of one Excel cell."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_WIDE = re.compile("[\U00010000-\U0010ffff]")
_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_SEAM = "¦"
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")


def plain(text: str) -> str:
    """Return text without what no cell can hold: control characters, halves of characters, more than Excel takes."""
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub("", text)
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    return text if len(text) * 2 <= LONGEST else _shorten(text)


def _shorten(text: str) -> str:
    units = len(text) + len(_WIDE.findall(text))
    if units <= LONGEST:
        return text
    cut = text[: LONGEST - 1]
    while len(cut) + len(_WIDE.findall(cut)) > LONGEST - 1:
        cut = cut[: len(cut) - max(1, (len(cut) + len(_WIDE.findall(cut)) - LONGEST + 1) // 2)]
    return cut + "…"


def xml_text(text: str) -> str:
    """Return text as it may stand between two tags of a sheet."""
    if len(text) * 2 > LONGEST:
        text = _shorten(text)
    if not _SPECIAL.search(text):
        return text
    text = _ESCAPE.sub("_x005F_", plain(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def xml_attribute(text: str) -> str:
    """Return text as it may stand between double quotes."""
    return xml_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


class SafeTexts(NamedTuple):
    """Texts as they may stand between two tags, and whether white space stands at an end of one."""

    texts: Sequence[str]
    padded: bool


def xml_texts(texts: Sequence[str]) -> SafeTexts:
    """Return what `xml_text` says of each, looked at as one: 25 ns a text instead of 250 where none is odd.

    All that is printable may stand in XML, three characters apart, and of white space only the blank is printable.
    """
    joined = _SEAM.join(("", *texts, ""))
    odd = "_x" in joined or not joined.isprintable() or joined.count(_SEAM) != len(texts) + 1
    if odd or max(map(len, texts)) * 2 > LONGEST:
        safe = [xml_text(text) for text in texts]
        return SafeTexts(safe, any(text != text.strip() for text in safe))
    if "&" in joined or "<" in joined or ">" in joined:
        joined = joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        texts = joined[1:-1].split(_SEAM)
    return SafeTexts(texts, f"{_SEAM} " in joined or f" {_SEAM}" in joined)


def string_cell(reference: str, style: str, text: str) -> str:
    """Return a cell that holds text and never anything else; `style` is ` s="n"` or nothing."""
    safe = xml_text(text)
    space = ' xml:space="preserve"' if safe != safe.strip() else ""
    return f'<c r="{reference}"{style} t="inlineStr"><is><t{space}>{safe}</t></is></c>'


def csv_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula when it opens a CSV: prefixed with ' where it might."""
    text = plain(text)
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return plain("'" + text)
    return text

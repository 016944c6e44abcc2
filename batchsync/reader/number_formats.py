"""Number formats: the text that a sheet shows for a number, as far as an id depends on it.

Leading zeros count, and so do characters that a format puts between the digits. A date, an amount of money or a
percentage is no id.
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from batchsync.reader.source import AMOUNT, DATE, NUMBER


class Format(NamedTuple):
    """What a number format makes of a whole number."""

    kind: int = NUMBER
    """NUMBER, DATE or AMOUNT."""
    zeros: int = 0
    """So many digits at least are shown, zeros in front."""
    mask: str = ""
    """Where other characters stand among the digits: `0`, `#` and `?` are digits, `\\` makes the next one itself."""


GENERAL = Format()
DATED = Format(DATE)
MONEY = Format(AMOUNT)
_BUILTIN: dict[int, Format] = {
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), DATED),
    **dict.fromkeys((5, 6, 7, 8, 9, 10, 12, 13, 42, 44), MONEY),
}
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(general)|(e[+-])|(am/pm|a/p|上午/下午)|(.)',
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[]|["\\\[])*+', re.DOTALL)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_DATE_LETTERS = frozenset("ymdhsagebYMDHSAGEB")
_MONEY_SIGNS = frozenset("%$¥￥€£₩₹฿元/")
_PLACES = frozenset("0#?")
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,.\s'\u2019\xa0\u202f][0-9]{3})+(?:[.,]0+)?")
_LONGEST_CODE = 1_000
_MOST_ZEROS = 32
LAST_SERIAL = 2_958_466
"""The day after 9999-12-31: no date beyond."""


def format_of(code: str) -> Format:
    """Return what a number format code does to a whole number."""
    if len(code) > _LONGEST_CODE:
        return GENERAL
    sections = [part for part in _SECTION_END.findall(code) if part][:4]
    if not sections:
        return GENERAL
    first, conditional = _section(sections[0])
    if conditional and any(_section(other)[0] != first for other in sections[1:]):
        return MONEY if first.kind == NUMBER else first
    return first


def builtin_format(number: int) -> Format:
    """Return the same for a format that Excel knows by its number."""
    return _BUILTIN.get(number, GENERAL)


def _section(code: str) -> tuple[Format, bool]:
    """Return what one section of a format does, and whether it holds only under a condition."""
    mask: list[str] = []
    plain: list[str] = []
    conditional = False
    for quoted, escaped, bracket, general, exponent, noon, char in _TOKEN.findall(code):
        literal = quoted or escaped
        if noon or (bracket and _ELAPSED.fullmatch(bracket)) or char in _DATE_LETTERS:
            return DATED, conditional
        if bracket:
            conditional = conditional or bracket[0] in "<>="
            literal = bracket[1:].partition("-")[0] if bracket.startswith("$") else ""
            if bracket.lower().startswith("dbnum"):
                return MONEY, conditional
        if exponent:
            return GENERAL, conditional
        if literal:
            mask += [f"\\{one}" for one in literal]
        elif general or char in _PLACES:
            mask.append("0" if general else char)
            plain.append(mask[-1])
        elif char and char != "@":
            mask.append(f"\\{char}" if char not in ",." else char)
            plain.append(char)
    return _made(mask, "".join(plain)), conditional


def _made(mask: list[str], plain: str) -> Format:
    while mask and mask[-1] == "\\ ":
        mask.pop()
    while mask and mask[0] == "\\ ":
        mask.pop(0)
    literals = "".join(one[1:] for one in mask if one[0] == "\\")
    if not _MONEY_SIGNS.isdisjoint(literals) or _SCALED.search(plain):
        return MONEY
    places = [one for one in mask if one in _PLACES]
    if not places:
        return GENERAL
    if "," in mask or "." in mask:
        return MONEY if literals.strip("()-+ ") else GENERAL
    if not literals:
        zeros = len(places) - places.index("0") if "0" in places else 0
        return Format(zeros=zeros) if 1 < zeros <= _MOST_ZEROS else GENERAL
    return Format(mask="".join(mask))


_NAMED_CODES = {
    "general number": "General",
    "fixed": "0.00",
    "standard": "#,##0.00",
    "currency": "$#,##0.00",
    "euro currency": "€#,##0.00",
    "percent": "0.00%",
    "scientific": "0.00E+00",
    **dict.fromkeys(("general date", "long date", "medium date", "short date"), "yyyy-mm-dd"),
    **dict.fromkeys(("long time", "medium time", "short time"), "hh:mm:ss"),
}
"""The names that SpreadsheetML has for formats."""


def named_format(name: str) -> Format:
    """Return the same for a format of SpreadsheetML: a name or a code."""
    return format_of(_NAMED_CODES.get(name.lower(), name))


# --- Numbers as shown ---------------------------------------------------------------------------------------


def number_cell(raw: str, form: Format, *, from_1904: bool = False) -> tuple[str, int]:
    """Return the text and kind of a cell, from its number as the file has it and its number format."""
    if form.kind == DATE:
        text = date_text(raw, from_1904=from_1904)
        return (plain_number(raw), NUMBER) if text is None else (text, DATE)
    return shown(plain_number(raw), form), form.kind


def displayed(number: str, text: str) -> tuple[str, int]:
    """Return the text and kind of a cell, from its number and the text that the file shows for it.

    The text counts where it has the same digits, apart from zeros in front: a mask or leading zeros. With a sign of
    money, a percentage or a fraction it is an amount.
    """
    text = text.strip()
    if not _MONEY_SIGNS.isdisjoint(text):
        return number, AMOUNT
    digits = _NOT_DIGITS.sub("", text)
    if number.isdecimal() and digits.lstrip("0") == number.lstrip("0") and not _GROUPED.fullmatch(text):
        return text, NUMBER
    return number, NUMBER


def shown(text: str, form: Format) -> str:
    """Show a whole number as its format does; any other is left as it is."""
    if not (text.isdecimal() and text.isascii()):
        return text
    return masked(text, form.mask) if form.mask else text.zfill(form.zeros)


def masked(digits: str, mask: str) -> str:
    """Put digits in the places of a mask, from the right; the first place takes all that are left."""
    units = re.findall(r"\\.|.", mask, re.DOTALL)
    left = sum(unit in _PLACES for unit in units)
    made: list[str] = []
    for unit in reversed(units):
        if unit not in _PLACES:
            made.append(unit[-1])
            continue
        left -= 1
        taken, digits = (digits, "") if not left else (digits[-1:], digits[:-1])
        made.append(taken or {"0": "0", "?": " "}.get(unit, ""))
    return "".join(reversed(made)).strip()


def plain_number(raw: str) -> str:
    """Drop what is no digit of a number's own: spaces around it, and a float tail of zeros."""
    text = raw.strip()
    head, dot, tail = text.partition(".")
    return head if dot and not tail.strip("0") and head.lstrip("-").isdecimal() else text


def date_text(raw: str, *, from_1904: bool = False) -> str | None:
    """Return a date serial as a person reads it; None when it is no date."""
    try:
        serial = float(raw) + (1462 if from_1904 else 0)
    except ValueError:
        return None
    if not 0 <= serial < LAST_SERIAL:
        return None
    start = datetime(1899, 12, 30 if serial >= 60 else 31)  # noqa: DTZ001 - a sheet knows no zone
    moment = start + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return moment.strftime("%H:%M:%S")
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()

"""The shape of an id in a cell: the guards around it, and which platforms number their orders so."""

import re
from enum import IntEnum

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_FOLD: dict[int, int | None] = {**_FULL_WIDTH, **_ZERO_WIDTH}
"""Only these: NFKC would also turn ² and ① into digits. Soft hyphens stay, so a cell with one is refused."""

_EDGES = " \t\r\n\v\f\x00\x1c\x1d\x1e\x1f\x85\xa0\u3000\u2028\u2029'`\u2018\u2019\u201c\u201d\u202a\u202c\u202d\u2066\u2068\u2069"
_GUARD = re.compile(r'\A=\s*"(.*)"\Z', re.DOTALL)
_QUOTED = re.compile(r'\A"(.*)"\Z', re.DOTALL)
_CLEAN = re.compile(r"[0-9A-Za-z-]*")


def strip_guards(text: str) -> str:
    """Strip what people and programs put around an id to keep Excel from changing it; never what is inside."""
    if _CLEAN.fullmatch(text):
        return text
    text = text.translate(_FOLD).replace("&nbsp;", "\xa0")
    while True:
        shorter = text.strip().strip(_EDGES).lstrip("_")
        guarded = _GUARD.match(shorter) or _QUOTED.match(shorter)
        if guarded:
            shorter = guarded[1]
        if shorter == text:
            return text
        text = shorter


def is_guarded(text: str) -> bool:
    """Whether the cell was protected as text, so that Excel can't have rounded it."""
    return not _CLEAN.fullmatch(text) and strip_guards(text) != text.strip(" ")


NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "\u2014",
        "\u2014\u2014",
        "na",
        "n/a",
        "\u65e0",
        "/",
        "\\",
        "null",
        "none",
        "nil",
        "nan",
        "\\n",
        "\u7a7a",
    }
)
"""What people write where there is nothing; compare `bare(text).lower()`."""


class Shape(IntEnum):
    """How much a cell's value looks like an order number of some platform, the best last."""

    EMPTY = 0
    OTHER = 1
    SHORT = 2
    """Up to nine digits: a merchant id, a quantity, a serial number."""
    LETTERED = 3
    """Letters and digits, as ERPs number their own documents."""
    DIGITS = 4
    """Ten or more digits in a length that no known platform uses."""
    PLATFORM = 5
    """The length of a known platform: 12 and 16 digits (JD), 18 and 19 (Taobao, Douyin), P and 18 digits (Xiaohongshu)."""
    DASHED = 6
    """Pinduoduo's: six digits of a date, a dash, fifteen digits. No other number looks so."""


PLATFORM_LENGTHS = frozenset({12, 16, 18, 19, 22})
"""Lengths of plain ids that are of a platform's shape."""
_SHAPES: tuple[tuple[re.Pattern[str], Shape], ...] = (
    (re.compile(r"[0-9]{6}-[0-9]{15}"), Shape.DASHED),
    (re.compile(r"(?:[0-9]{12}|[0-9]{16}|[0-9]{18,19})(?:\.0+)?|P[0-9]{18}"), Shape.PLATFORM),
    (re.compile(r"[0-9]{10,40}(?:\.0+)?"), Shape.DIGITS),
    (re.compile(r"[0-9]{16,24}(?:A|-[0-9]{1,3})"), Shape.DIGITS),
    (re.compile(r"[0-9]{1,2}(?:\.[0-9]+)?[eE]\+[0-9]{2}"), Shape.PLATFORM),
    (re.compile(r"[0-9]{1,9}(?:\.0+)?"), Shape.SHORT),
    (re.compile(r"(?=[0-9A-Za-z_-]*[0-9])[0-9A-Za-z][0-9A-Za-z_-]{3,63}"), Shape.LETTERED),
)
_ORDER_SHAPED = re.compile(r"[0-9]{6}-[0-9]{15}.*|P[0-9]{18}|[0-9]{16,}.*", re.DOTALL)


def is_no_merchant(text: str) -> bool:
    """Whether an id is shaped like an order number, or is zero: nobody's merchant id."""
    return not text.strip("0") or _ORDER_SHAPED.fullmatch(text) is not None


_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}")
_ENOUGH = 2_000
_SEVERAL = re.compile(r"[,;\u3001\r\n]+")


def shape(text: str) -> Shape:
    """Return what the first id in a cell looks like."""
    first = text
    if not _CLEAN.fullmatch(text):
        first = next(
            (part for part in map(strip_guards, _SEVERAL.split(strip_guards(text[:_ENOUGH]))) if part), ""
        )
    if first.lower() in NOTHING:
        return Shape.EMPTY
    if _DAY.fullmatch(first):
        return Shape.OTHER
    return next((name for pattern, name in _SHAPES if pattern.fullmatch(first)), Shape.OTHER)

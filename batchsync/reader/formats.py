"""Number formats: which show leading zeros, which make a number a date, and how such a date reads."""

import re
from datetime import datetime, timedelta

GENERAL = 0
DATE_FORMAT = -1
"""A format is its number of leading zeros (0 when it has none), or this."""
_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile(r"[ymdhs]|上午|am/pm", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,32}\Z")
_LONGEST_CODE = 1_000
LAST_SERIAL = 2_958_466
"""The day after 9999-12-31: no date beyond."""


def kind_of(code: str) -> int:
    """Return what a number format code does to a number: its zeros, DATE_FORMAT or GENERAL."""
    if len(code) > _LONGEST_CODE or code.lower() == "general":
        return GENERAL
    first = _QUOTED.sub("", code.partition(";")[0]).strip()
    if _ZEROS.match(first):
        return len(first)
    return DATE_FORMAT if _DATE_LETTERS.search(first) else GENERAL


def kind_of_builtin(number: int) -> int:
    """Return the same for a format that Excel knows by its number."""
    return DATE_FORMAT if number in _BUILTIN_DATES else GENERAL


def plain_number(raw: str) -> str:
    """Drop what is no digit of a number's own: spaces around it, and a float tail of zeros."""
    text = raw.strip()
    head, dot, tail = text.partition(".")
    return head if dot and not tail.strip("0") and head.lstrip("-").isdecimal() else text


def padded(text: str, zeros: int) -> str:
    """Show a whole number as a format of so many zeros does."""
    return text.zfill(zeros) if text.isdecimal() and text.isascii() else text


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

"""How texts, times and sizes are shown to people."""

import re
import unicodedata
from datetime import datetime

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return text for a terminal: control and bidirectional characters become question marks."""
    return _UNSAFE.sub("?", text)


def display_width(text: str) -> int:
    """Return the columns that a text takes on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def local_time(at: datetime | None) -> str:
    """Return a local time to the second; a dash for none."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at is not None else "-"


def local_minute(at: datetime) -> str:
    """Return a local time to the minute."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """Return seconds as 0:07, 3:21 or 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def file_size(count: float) -> str:
    """Return bytes as 812 B, 3.4 MB or 12 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"

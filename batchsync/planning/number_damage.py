"""Order numbers that lost digits: what Excel, JavaScript and pandas make of numbers of more than 15 digits.

A double holds about 16 significant digits. Excel writes zeros after the 15th, JavaScript the shortest digits that name
the double with zeros behind, pandas all digits of the double. In a numeric cell such digits are damaged. In text an
honest number may look the same by chance: it is refused when that is unlikely for this number alone, or for so many
numbers together.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import exp, log

from batchsync.model import Reason

TRUSTED_DIGITS = 15
"""Significant digits that Excel, and any double, keeps."""
EXACT_UP_TO = 2**53
"""A double holds every whole number up to here."""
UNLIKELY = 1 / 500
"""How likely one honest number may look damaged, to be believed."""
UNLIKELY_TOGETHER = 0.01
"""How likely so many honest numbers of a file may look damaged, to be believed."""
SHORTEST = 18
"""Digits; of shorter numbers a double loses too little to be noticed in text."""
_SUSPICIOUS_ENDS = frozenset(f"{end:04}" for end in range(10_000) if end % 10 == 0 or end % 16 == 0)
"""The last four digits of every double from 10**17 on, and of what ends with zeros."""


def is_cut(digits: str) -> bool:
    """Whether only zeros follow the digits that Excel keeps."""
    return len(digits) > TRUSTED_DIGITS and digits.isdecimal() and not digits[TRUSTED_DIGITS:].strip("0")


def is_double(digits: str) -> bool:
    """Whether a number of more than 15 digits is written as a double that may stand for other numbers, too."""
    return int(digits) > EXACT_UP_TO and (_is_exact(digits) or _is_shortest(digits))


def damaged(numbers: Sequence[str], cut: Sequence[int]) -> dict[int, Reason]:
    """Return the entries of text cells whose numbers lost digits. `cut`: entries that `is_cut`, not protected as text."""
    looks: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    """Way of being damaged and length -> the odds that an honest number looks so, and the entry."""
    for entry in cut:
        size = len(numbers[entry])
        looks["cut", size].append((10.0 ** (TRUSTED_DIGITS - size), entry))
    for entry, number in enumerate(numbers):
        if number[-4:] not in _SUSPICIOUS_ENDS or len(number) < SHORTEST or not number.isdecimal():
            continue
        if number[-1] == "0" and _is_shortest(number):
            zeros = len(number) - len(number.rstrip("0"))
            looks["shortest", len(number)].append((10.0**-zeros, entry))
        if _is_exact(number):
            looks["exact", len(number)].append((2.0 ** (53 - int(number).bit_length()), entry))
    if not looks:
        return {}
    sizes = Counter(map(len, numbers))
    found: dict[int, Reason] = {}
    for (way, size), entries in looks.items():
        reason = Reason.TRUNCATED if way == "cut" else Reason.ROUNDED
        ascending = sorted(odds for odds, _ in entries)
        damaged_up_to = max(
            (
                odds
                for odds in set(ascending)
                if odds <= UNLIKELY
                or chance(bisect_right(ascending, odds), sizes[size], odds) < UNLIKELY_TOGETHER
            ),
            default=0.0,
        )
        for odds, entry in entries:
            if odds <= damaged_up_to:
                found.setdefault(entry, reason)
    return found


def _is_exact(digits: str) -> bool:
    """Whether a double holds exactly this number, as pandas would write it."""
    return int(float(digits)) == int(digits)


def _is_shortest(digits: str) -> bool:
    """Whether these are the fewest digits that name a double, zeros behind, as JavaScript would write it."""
    shortest = repr(float(digits)).partition("e")[0].replace(".", "")
    return shortest.rstrip("0") == digits.rstrip("0").lstrip("0")


def chance(count: int, of: int, odds: float) -> float:
    """Return a bound (Chernoff's) on how likely `count` of `of` honest numbers look damaged, each with these odds."""
    expected = of * odds
    return 1.0 if count <= expected else exp(count - expected - count * log(count / expected))

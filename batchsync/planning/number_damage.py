"""Damage to order numbers that no cell shows, only a whole file: digits that became zeros, or what floats make of them.

Excel's own CSV has zeros after the 15th digit; JavaScript keeps 17 digits and writes zeros behind; pandas writes all
digits of the nearest float. Each such number might be honest. Many of them together can't: a bound on chance decides.
"""

from collections import Counter
from collections.abc import Sequence
from math import exp, log

from batchsync.planning.identifiers import TRUSTED_DIGITS

CHANCE = 0.01
"""How likely honest numbers may look as damaged as these do, for them to be believed."""
SHORTEST_TOLD = 18
"""Digits; of shorter numbers a float loses too little to be told."""
_SAMPLE = 1_000
_NEARLY_ALL = 0.9


def truncated(numbers: Sequence[str], suspects: Sequence[int]) -> list[int]:
    """Return those of the suspects (entries with nothing but zeros after the 15th digit) that chance doesn't explain."""
    lengths = Counter(map(len, numbers))
    counted = Counter(len(numbers[entry]) for entry in suspects)
    damaged = {
        size
        for size, count in counted.items()
        if chance(count, lengths[size], 10.0 ** (TRUSTED_DIGITS - size)) < CHANCE
    }
    return [entry for entry in suspects if len(numbers[entry]) in damaged]


def rounded(numbers: Sequence[str]) -> list[int]:
    """Return the entries whose numbers were floats once, if nearly all numbers of a length look so."""
    sampled: dict[int, list[str]] = {}
    for number in numbers[:: len(numbers) // _SAMPLE + 1]:
        if len(number) >= SHORTEST_TOLD and number.isdecimal():
            sampled.setdefault(len(number), []).append(number)
    told = [
        (size, was_float)
        for size, sample in sampled.items()
        for was_float, odds in ((_is_float, 1 / 16), (_is_shortest, 10.0 ** (17 - size)))
        if _nearly_all(list(map(was_float, sample)), odds)
    ]
    return [
        entry
        for size, was_float in told
        for entry, number in enumerate(numbers)
        if len(number) == size and number.isdecimal() and was_float(number)
    ]


def _nearly_all(seen: list[bool], odds: float) -> bool:
    return sum(seen) >= _NEARLY_ALL * len(seen) and chance(sum(seen), len(seen), odds) < CHANCE


def _is_float(number: str) -> bool:
    """Whether a float holds exactly this number, as pandas would write it."""
    return int(float(number)) == int(number)


def _is_shortest(number: str) -> bool:
    """Whether these are the fewest digits that name a float, zeros behind, as JavaScript would write it."""
    digits = repr(float(number)).partition("e")[0].replace(".", "")
    return digits.rstrip("0") == number.rstrip("0")


def chance(count: int, of: int, odds: float) -> float:
    """Return a bound (Chernoff's) on how likely `count` of `of` honest numbers look damaged, each with these odds."""
    expected = of * odds
    return 1.0 if count <= expected else exp(count - expected - count * log(count / expected))

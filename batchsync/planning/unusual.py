"""Finds order numbers that are unlike the others of their column: foot rows, merchant ids, an ERP's copies of an order."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from batchsync.model import Plan, Reason
from batchsync.planning.shapes import PLATFORM_LENGTHS, Shape, shape

_COPY = re.compile(r"([0-9A-Za-z-]*?[0-9]{4})(?:[-_][0-9]{1,3}|-?[A-Za-z])")
"""An order number with what ERPs append when they split or copy an order: X-1, X_2, XA, X-B."""
_PLATFORM_COPY = re.compile(
    r"(?:[0-9]{6}-[0-9]{15}|P[0-9]{18})(?:[-_][0-9]{1,3}|-?[A-Za-z])|(?:[0-9]{12}|[0-9]{16,19})[-_][0-9]{1,3}"
)
"""A platform's number with such a suffix: no platform has orders like it."""
_LETTERED_COPY = re.compile(r"(?:[0-9]{12}|[0-9]{16}|[0-9]{18,19})[A-Za-z]")
"""Such as Douyin's own numbers have in some exports, so only a minority of a column is a copy."""
_SHARE = 4
"""A value is unlike where those of the usual kind are this many times as many; twice for a platform's."""
_FEW = 2
"""More values alike than these, and more than a twentieth of the column, are orders of another kind."""


def unusual(plan: Plan, candidates: Sequence[int], uncleaned: Sequence[int]) -> dict[int, tuple[Reason, str]]:
    """Return the candidates that are unlike the others of their sheet: why, and an order number to compare with.

    `candidates`: entries, in the plan's order. `uncleaned`: entries whose number is not just digits, or a platform's.
    """
    by_sheet: dict[int, list[int]] = defaultdict(list)
    for entry in candidates:
        by_sheet[plan.sheet_of[entry]].append(entry)
    found = _copies(plan, candidates, uncleaned)
    for entries in by_sheet.values():
        rest = [entry for entry in entries if entry not in found] if found else entries
        found |= _unlike(plan.numbers, rest, frozenset(uncleaned))
    return found


def _copies(plan: Plan, candidates: Sequence[int], uncleaned: Sequence[int]) -> dict[int, tuple[Reason, str]]:
    """Return the numbers that are another number of the file, or a platform's number, with a suffix."""
    suspects = [(entry, match[1]) for entry in uncleaned if (match := _COPY.fullmatch(plan.numbers[entry]))]
    if not suspects:
        return {}
    numbers, possible = set(plan.numbers), set(candidates)
    return {
        entry: (Reason.ERP_COPY, original)
        for entry, original in suspects
        if entry in possible and (original in numbers or _PLATFORM_COPY.fullmatch(plan.numbers[entry]))
    }


def _unlike(
    numbers: Sequence[str], entries: Sequence[int], uncleaned: frozenset[int]
) -> dict[int, tuple[Reason, str]]:
    """Return the values of one column that are unlike the kind of most; platforms' numbers never are."""
    groups: dict[tuple[Shape, int], list[int]] = defaultdict(list)
    platform: list[int] = []
    for entry in entries:
        number = numbers[entry]
        if (len(number) in PLATFORM_LENGTHS and entry not in uncleaned) or (
            kind := shape(number)
        ) >= Shape.PLATFORM:
            platform.append(entry)
        else:
            groups[kind, len(number)].append(entry)
    if not groups:
        return {}
    sizes: Counter[Shape] = Counter({Shape.PLATFORM: len(platform)})
    for (kind, _), alike in groups.items():
        sizes[kind] += len(alike)
    usual, most = max(sizes.items(), key=lambda item: (item[1], item[0]))
    alike = max((one for (kind, _), one in groups.items() if kind is usual), key=len, default=platform)
    example = numbers[alike[0]]

    def is_unlike(kind: Shape, length: int, count: int) -> bool:
        if usual is Shape.PLATFORM and kind <= Shape.SHORT:
            return sizes[kind] <= most
        if sizes[kind] * (2 if usual is Shape.PLATFORM else _SHARE) > most and (
            kind is not usual or count * _SHARE > most
        ):
            return False
        if kind is usual or kind <= Shape.SHORT:
            return kind <= Shape.SHORT and length <= len(example) - 3 and count <= most // _SHARE
        is_copy = usual is Shape.PLATFORM and _LETTERED_COPY.fullmatch(numbers[groups[kind, length][0]])
        return count <= _FEW or count * 20 < len(entries) or bool(is_copy)

    return {
        entry: (Reason.UNUSUAL, example)
        for (kind, length), alike in groups.items()
        if is_unlike(kind, length, len(alike))
        for entry in alike
    }

"""The oracle, in one place for all harnesses: what was told to the user against what the server did.

*After any of these and a resume, no order was charged twice, no row is missing from the result, every order that may
have been charged is synced, failed or uncertain, and the points reported for synced and failed rows are what the server
charged for them.* Beyond that sentence: the server never reads more requests for an order than were claimed for it,
and an order is uncertain only where there was a reason to doubt.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from batchsync.model import RowStatus

Key = tuple[str, str]
"""Merchant and order number."""


class Said(NamedTuple):
    """What one run's result says of one order."""

    key: Key
    status: RowStatus
    points: int | None
    """Spent by that run; None when it doesn't know."""
    calls: int


@dataclass(slots=True, kw_only=True)
class Told:
    """What all runs together told the user of an order: the last one's status, everybody's points and calls."""

    status: RowStatus
    points: int | None = 0
    calls: int = 0


@dataclass(slots=True, kw_only=True)
class Charged:
    """What the server's books say of an order."""

    times: int = 0
    points: int = 0
    calls: int = 0
    """Requests that the server read, charged or not."""
    named: bool = True
    """Whether each charge's answer named its points, so that the user can know them."""


_POINTS_COUNT = {RowStatus.SYNCED, RowStatus.FAILED}
_SYNCED = {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED}
_NOTHING_SPENT = {RowStatus.NOT_SENT, RowStatus.INVALID}


def merged(runs: Iterable[Iterable[Said]]) -> dict[Key, Told]:
    """Add up what the runs said, oldest first."""
    told: dict[Key, Told] = {}
    for run in runs:
        for said in run:
            if said.status is RowStatus.DUPLICATE:
                continue
            before = told.setdefault(said.key, Told(status=said.status))
            before.status = said.status
            before.calls += said.calls
            if said.status in _POINTS_COUNT and (said.calls or said.points):
                before.points = (
                    None if before.points is None or said.points is None else before.points + said.points
                )
    return told


def broken(
    asked: Collection[Key],
    told: Mapping[Key, Told],
    books: Mapping[Key, Charged],
    *,
    doubtful: Collection[Key] | None = None,
    settled_by_hand: Collection[Key] = (),
) -> list[str]:
    """Return every promise that was broken, in words.

    `doubtful`: orders that there was a reason to doubt (None: anything may be uncertain). `settled_by_hand`: orders
    whose points no answer ever named, because a person looked them up.
    """
    wrong = [f"{key}: charged though nobody asked" for key in books.keys() - set(asked)]
    for key in asked:
        said = told.get(key)
        charged = books.get(key, Charged())
        if said is None:
            wrong.append(f"{key}: missing from the result")
            continue
        wrong += [f"{key}: {fault}" for fault in _faults(said, charged, by_hand=key in settled_by_hand)]
        if doubtful is not None and said.status is RowStatus.UNCERTAIN and key not in doubtful:
            wrong.append(f"{key}: uncertain without a reason")
    return wrong


def _faults(said: Told, charged: Charged, *, by_hand: bool) -> Iterable[str]:
    if charged.times > 1:
        yield f"charged {charged.times} times"
    if charged.calls > said.calls:
        yield f"the server read {charged.calls} requests, the result tells of {said.calls}"
    if said.status in _SYNCED and not charged.times:
        yield f"{said.status}, but the server never charged it"
    if said.status in _NOTHING_SPENT and charged.times:
        yield f"{said.status}, but the server charged it"
    if said.status is RowStatus.FAILED and said.points == 0 and charged.points:
        yield "failed, nothing spent, but the server charged it"
    elif said.status in _SYNCED | {RowStatus.FAILED} and not by_hand:
        if said.points is None and charged.named:
            yield f"points unknown, though the server named {charged.points}"
        elif said.points is not None and said.points != charged.points:
            yield f"{said.points} points told, {charged.points} charged"

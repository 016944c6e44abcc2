"""Which columns a table's order number, merchant and decision stand in: headers rank them, values decide, two that fit are asked about."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from batchsync.errors import ReadError
from batchsync.model import Note
from batchsync.ooxml.references import column_of, letter
from batchsync.planning.shapes import Shape, shape, strip_guards
from batchsync.reader.source import ERROR, NO_VALUE, Line, ReadOptions
from batchsync.reader.table.header_names import (
    MAIN_RANK,
    ORDER_RANK,
    OWNER_NAMES,
    RESULTS,
    SHOP_NAMES,
    normalise,
)

ASKED = "order_column_asked"
BY_NAME = "order_column_by_name"
BY_SHAPE = "order_column_by_shape"
OWNER = "owner_column"
NO_OWNER = "no_owner_column"
SHOP = "shop_column"
RESULT_COLUMNS = "result_columns"
ODD_SHAPE = "odd_shape"

_DIGIT = re.compile(r"[0-9]")
_SEVERAL = re.compile(r"[\s,;\u3001]+")

FEWEST_RESULT_COLUMNS = 4
"""So many of our own headers side by side are no accident."""


class Header(NamedTuple):
    """A header row: its line, its cells as written, and as they are compared."""

    line: int
    cells: tuple[str, ...]
    names: tuple[str, ...]
    width: int
    """Columns of the widest line that was looked at."""

    @classmethod
    def of(cls, line: Line, width: int) -> "Header":
        cells = tuple(cell.strip() for cell in line.cells)
        while cells and not cells[-1]:
            cells = cells[:-1]
        return cls(line.number, cells, tuple(map(normalise, cells)), width)

    def shown(self, column: int) -> str:
        """Return a column's header for a sentence."""
        return self.cells[column] if column < len(self.cells) else ""


class Candidate(NamedTuple):
    """A column that its header makes possible, and what its sampled values look like."""

    column: int
    rank: int
    best: Shape
    """The shape that most of its values have; EMPTY when it has none."""
    values: tuple[str, ...]


class Columns(NamedTuple):
    """The columns taken, and why."""

    order: int
    owner: int | None
    shop: int | None
    decision: int | None
    results: tuple[int, ...]
    shape: Shape
    """What most sampled order numbers look like."""
    notes: tuple[Note, ...]


def choose_columns(header: Header, sample: Sequence[Line], options: ReadOptions, sheet: str) -> Columns:
    """Take the columns of a table whose header row is known; raises ColumnsUnclear when two fit."""
    results, decision = _result_columns(header)
    taken = {*results, decision}
    order, notes = _order_column(header, sample, options, sheet, taken)
    owner = _owner_column(header, sample, options, sheet, taken | {order.column})
    shop = _shop_column(header, taken | {order.column, owner}) if options.owners and owner is None else None
    notes += _owner_notes(header, owner, shop)
    if results:
        shown = ", ".join(header.shown(column) for column in results)
        notes.append(Note(RESULT_COLUMNS, {"headers": shown}))
    return Columns(order.column, owner, shop, decision, results, order.best, tuple(notes))


def asked_column(header: Header, asked: str) -> list[int]:
    """Return every column that a name or a letter given by the user means."""
    exact = [i for i, cell in enumerate(header.cells) if cell == asked.strip()]
    if exact:
        return exact
    name = normalise(asked)
    same = [i for i, other in enumerate(header.names) if name and other == name]
    if same:
        return same
    by_letter = column_of(asked.strip())
    return [] if by_letter is None or by_letter >= header.width else [by_letter]


# --- The order number ---------------------------------------------------------------------------------------


def _order_column(
    header: Header, sample: Sequence[Line], options: ReadOptions, sheet: str, taken: set[int | None]
) -> tuple[Candidate, list[Note]]:
    if options.order_columns:
        column = _asked(header, options.order_columns, sheet, "TWO_ORDERS")
        chosen = _candidate(column, 0, sample)
        return chosen, [_say(ASKED, header, column), *_odd(header, chosen)]
    candidates = [
        _candidate(column, ORDER_RANK[name], sample)
        for column, name in enumerate(header.names)
        if name in ORDER_RANK and column not in taken
    ]
    chosen = _best_order(candidates, header, sheet)
    better = min(candidates, key=lambda other: other.rank)
    if better.rank < chosen.rank:
        facts = {"other": header.shown(better.column), "other_at": letter(better.column)}
        return chosen, [_say(BY_SHAPE, header, chosen.column, facts)]
    return chosen, [_say(BY_NAME, header, chosen.column), *_odd(header, chosen)]


def _best_order(candidates: list[Candidate], header: Header, sheet: str) -> Candidate:
    """The best shape wins; among equals the main order, or a column with the same numbers in it; else ask."""
    filled = [one for one in candidates if one.best > Shape.EMPTY] or candidates
    shaped = max(one.best for one in filled)
    fitting = sorted((one for one in filled if one.best == shaped), key=lambda one: one.rank)
    first, *others = fitting
    if shaped == Shape.EMPTY:
        return first
    for other in others:
        if first.rank == MAIN_RANK < other.rank or _agree(first.values, other.values):
            continue
        raise _two(header, first.column, other.column, sheet, "TWO_ORDERS")
    return first


def _agree(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two columns name the same orders wherever both say something; an ERP joins several in one cell."""
    both = [(_ids(a), _ids(b)) for a, b in zip(first, second, strict=True) if a and b]
    return bool(both) and all(a <= b or b <= a for a, b in both)


def _ids(value: str) -> set[str]:
    return set(_SEVERAL.split(value)) - {""}


def _odd(header: Header, chosen: Candidate) -> list[Note]:
    value = next(filter(None, chosen.values), "")
    if not value or chosen.best >= Shape.DIGITS:
        return []
    return [_say(ODD_SHAPE, header, chosen.column, {"value": value[:40]})]


def _candidate(column: int, rank: int, sample: Sequence[Line]) -> Candidate:
    values = tuple(strip_guards(line.cells[column]) if column < len(line.cells) else "" for line in sample)
    return Candidate(column, rank, _usual(shapes_of(column, sample)), values)


def shapes_of(column: int, sample: Sequence[Line]) -> list[Shape]:
    """Return the shapes of a column's values; error cells and lost formulas say nothing."""
    return [
        shape(line.cells[column])
        for line in sample
        if column < len(line.cells) and line.kinds[column] not in (ERROR, NO_VALUE)
    ]


def _usual(shapes: Iterable[Shape]) -> Shape:
    """Return the shape of most values; a shape that half of them have beats a more frequent lesser one."""
    seen = sorted((one for one in shapes if one is not Shape.EMPTY), reverse=True)
    if not seen:
        return Shape.EMPTY
    return seen[(len(seen) - 1) // 2]


# --- The merchant -------------------------------------------------------------------------------------------


def _owner_column(
    header: Header, sample: Sequence[Line], options: ReadOptions, sheet: str, taken: set[int | None]
) -> int | None:
    if options.owner_columns:
        return _asked(header, options.owner_columns, sheet, "TWO_OWNERS")
    candidates = [
        _candidate(column, 0, sample)
        for column, name in enumerate(header.names)
        if name in OWNER_NAMES and column not in taken
    ]
    candidates = [one for one in candidates if not _names_a_person(header, one)]
    if not candidates:
        return None
    best = max(_owner_fit(one) for one in candidates)
    first, *others = [one for one in candidates if _owner_fit(one) == best]
    for other in others:
        if best and not _agree(first.values, other.values):
            raise _two(header, first.column, other.column, sheet, "TWO_OWNERS")
    return first.column


def _names_a_person(header: Header, one: Candidate) -> bool:
    """A column headed “owner” may say who is in charge; an id has a digit."""
    values = [value for value in one.values if value]
    return header.names[one.column] == "owner" and bool(values) and not any(map(_DIGIT.search, values))


def _owner_fit(one: Candidate) -> int:
    """A merchant id is a number of five digits or more; an ERP's shop code 001 is less likely one."""
    values = [value for value in one.values if value]
    if not values:
        return 0
    digits = sum(value.isdecimal() and len(value) >= 5 for value in values)
    return 2 if digits * 2 >= len(values) else 1


def _shop_column(header: Header, taken: set[int | None]) -> int | None:
    return next(
        (i for i, name in enumerate(header.names) if name in SHOP_NAMES and i not in taken),
        None,
    )


def _owner_notes(header: Header, owner: int | None, shop: int | None) -> list[Note]:
    if owner is not None:
        return [_say(OWNER, header, owner)]
    return [Note(NO_OWNER)] if shop is None else [_say(SHOP, header, shop)]


# --- An earlier result of ours ------------------------------------------------------------------------------


def _result_columns(header: Header) -> tuple[tuple[int, ...], int | None]:
    """Find our own columns: the last of each name, and only when enough of them say that it is a result."""
    results: set[int] = set()
    decision = None
    for ours in RESULTS:
        places = {name: i for i, name in enumerate(header.names) if name in ours.names}
        if ours.mark not in places or len(places) < FEWEST_RESULT_COLUMNS:
            continue
        results.update(places.values())
        decided = [i for i, name in enumerate(header.names) if name == ours.decision]
        if decided:
            decision = decided[-1]
            results.add(decision)
    return tuple(sorted(results)), decision


# --- Sentences ----------------------------------------------------------------------------------------------


def _say(code: str, header: Header, column: int, facts: dict[str, str] | None = None) -> Note:
    return Note(code, {"at": letter(column), "header": header.shown(column), **(facts or {})})


def _asked(header: Header, asked: Sequence[str], sheet: str, two: str) -> int:
    """Return the column of the first of the user's names that this sheet has."""
    for name in asked:
        match asked_column(header, name):
            case [column]:
                return column
            case [first, second, *_]:
                raise _two(header, first, second, sheet, two)
    shown = ", ".join(f"{letter(i)} “{cell}”" for i, cell in enumerate(header.cells[:40]) if cell)
    raise ReadError("NO_SUCH_COLUMN", sheet=sheet, asked=", ".join(asked), line=header.line, headers=shown)


def _two(header: Header, first: int, second: int, sheet: str, text: str) -> Exception:
    return ReadError(
        text,
        sheet=sheet,
        first=header.shown(first),
        first_at=letter(first),
        second=header.shown(second),
        second_at=letter(second),
    )

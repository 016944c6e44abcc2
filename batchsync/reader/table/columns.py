"""Chooses the columns of a table: headers propose, values decide, and what is not clearly best is a question."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from batchsync.errors import ReadError
from batchsync.model import Note
from batchsync.ooxml.references import column_of, letter
from batchsync.planning.shapes import Shape, is_no_merchant, shape, strip_guards
from batchsync.reader.source import ERROR, NO_VALUE, Line, ReadOptions
from batchsync.reader.table.header_names import (
    MAIN_RANK,
    ORDER_NEVER,
    ORDER_RANK,
    ORDER_WHEN_ASKED,
    OWNER_NAMES,
    RESULTS,
    SHOP_NAMES,
    is_question,
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
DOUBTFUL_OWNER = "doubtful_owner"
HINT_RANK = 5
"""Of a header that only contains 单号, 订单 or the like."""
UNNAMED_RANK = 6
"""Of a column whose values alone look like order numbers."""

_DIGIT = re.compile(r"[0-9]")
_DATED = re.compile(r"(?:20)?2[0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
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
    owner, owner_notes = _owner_column(header, sample, options, sheet, taken | {order.column})
    shop = _shop_column(header, taken | {order.column, owner}) if options.owners and owner is None else None
    notes += owner_notes or _owner_notes(header, owner, shop)
    if results:
        shown = ", ".join(header.shown(column) for column in results)
        notes.append(Note(RESULT_COLUMNS, {"headers": shown}))
    return Columns(order.column, owner, shop, decision, results, order.best, tuple(notes))


def asked_column(header: Header, asked: str) -> list[int]:
    """Return every column that a letter or a name given by the user means; a letter of the sheet is a letter."""
    by_letter = column_of(asked.strip())
    if by_letter is not None and by_letter < header.width:
        return [by_letter]
    exact = [i for i, cell in enumerate(header.cells) if cell == asked.strip()]
    name = normalise(asked)
    return exact or [i for i, other in enumerate(header.names) if name and other == name]


# --- The order number ---------------------------------------------------------------------------------------


def _order_column(
    header: Header, sample: Sequence[Line], options: ReadOptions, sheet: str, taken: set[int | None]
) -> tuple[Candidate, list[Note]]:
    if options.order_columns:
        column = _asked(header, options.order_columns, sheet, "TWO_ORDERS")
        chosen = _candidate(column, 0, sample)
        return chosen, [_column_note(ASKED, header, column), *_unusual_value_notes(header, chosen)]
    candidates = order_candidates(header, sample, taken)
    chosen = _best_order(candidates, header, sheet)
    better = min(candidates, key=lambda other: other.rank)
    if better.rank < chosen.rank:
        facts = {"other": header.shown(better.column), "other_at": letter(better.column)}
        return chosen, [_column_note(BY_SHAPE, header, chosen.column, facts)]
    return chosen, [_column_note(BY_NAME, header, chosen.column), *_unusual_value_notes(header, chosen)]


def order_candidates(
    header: Header, sample: Sequence[Line], taken: set[int | None] | frozenset[int | None] = frozenset()
) -> list[Candidate]:
    """Return the columns that could hold the order number: by their header, or by Pinduoduo's numbers in them."""
    candidates = []
    for column in range(header.width):
        name = header.names[column] if column < len(header.names) else ""
        if column in taken or name in ORDER_NEVER or name in ORDER_WHEN_ASKED:
            continue
        rank = ORDER_RANK.get(name, HINT_RANK if is_question(name) else UNNAMED_RANK)
        candidate = _candidate(column, rank, sample)
        if rank < UNNAMED_RANK or candidate.best is Shape.DASHED:
            candidates.append(candidate)
    return candidates


def _best_order(candidates: list[Candidate], header: Header, sheet: str) -> Candidate:
    """Return the column that is clearly best by its values and its name; raises ReadError when none is."""
    known = [one for one in candidates if one.rank < HINT_RANK]
    filled = [one for one in known if one.best > Shape.EMPTY] or known
    guessed = [one for one in candidates if one.rank >= HINT_RANK and one.best >= Shape.DIGITS]
    if not filled:
        first, *others = sorted(guessed, key=lambda one: (-one.best, one.rank)) or candidates
        rivals = [one for one in others if one.best == first.best]
    else:
        first = min(filled, key=lambda one: (-one.best, one.rank))
        rivals = [one for one in filled if one is not first and _rivals(first, one)]
        better = [one for one in guessed if one.best > first.best]
        by_shape = [one for one in better if one.best is Shape.DASHED and one.rank == HINT_RANK]
        if len(by_shape) == len(better) == 1 and first.best <= Shape.DIGITS and not rivals:
            return by_shape[0]
        alike = [one for one in guessed if one.best == first.best < Shape.DASHED and one.rank == HINT_RANK]
        rivals += better + alike
    for other in rivals:
        if not _agree(first.values, other.values):
            raise _two(header, first, other, sheet, "TWO_ORDERS")
    return first


def _rivals(first: Candidate, other: Candidate) -> bool:
    """Whether the best of the known columns is not clearly better than another one."""
    if first.best is Shape.EMPTY or first.rank == MAIN_RANK < other.rank:
        return False
    if first.best == other.best:
        return True
    return first.best is not Shape.DASHED and other.best >= Shape.DIGITS and other.rank > first.rank


def _agree(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two columns name the same orders in each row where both have one; an ERP joins several in one cell."""
    both = [(_ids(a), _ids(b)) for a, b in zip(first, second, strict=True) if a and b]
    return bool(both) and all(a <= b or b <= a for a, b in both)


def _ids(value: str) -> set[str]:
    return set(_SEVERAL.split(value)) - {""}


def _unusual_value_notes(header: Header, chosen: Candidate) -> list[Note]:
    value = next(filter(None, chosen.values), "")
    if not value or chosen.best >= Shape.DIGITS:
        return []
    return [_column_note(ODD_SHAPE, header, chosen.column, {"value": value[:40]})]


def _candidate(column: int, rank: int, sample: Sequence[Line]) -> Candidate:
    values = tuple(strip_guards(line.cells[column]) if column < len(line.cells) else "" for line in sample)
    best = _usual(shapes_of(column, sample))
    if Shape.DIGITS <= best <= Shape.PLATFORM and _are_documents([value for value in values if value]):
        best = Shape.LETTERED
    return Candidate(column, rank, best, values)


def _are_documents(values: Sequence[str]) -> bool:
    """Whether numbers are consecutive or begin with a date, as ERPs number their own documents."""
    if len(values) < 3 or not all(value.isdecimal() for value in values):
        return False
    numbers = sorted(set(map(int, values)))
    steps = [after - before for before, after in pairwise(numbers)]
    return all(map(_DATED.match, values)) or (len(steps) >= 2 and max(steps) <= 9)


def shapes_of(column: int, sample: Sequence[Line]) -> list[Shape]:
    """Return the shapes of a column's values; error cells and formulas without a value have none."""
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
) -> tuple[int | None, list[Note]]:
    if options.owner_columns:
        asked = _asked(header, options.owner_columns, sheet, "TWO_OWNERS")
        if asked in taken:
            raise ReadError("OWNER_COLUMN_TAKEN", sheet=sheet, at=letter(asked), header=header.shown(asked))
        return asked, []
    candidates = [
        _candidate(column, 0, sample)
        for column, name in enumerate(header.names)
        if name in OWNER_NAMES and column not in taken
    ]
    candidates = [one for one in candidates if not _names_a_person(header, one)]
    if not candidates:
        return None, []
    best = max(_owner_fit(one) for one in candidates)
    first, *others = [one for one in candidates if _owner_fit(one) == best]
    given = options.owner_id.get(sheet) if isinstance(options.owner_id, Mapping) else options.owner_id
    value = next(filter(None, first.values), "")
    if value and _is_doubtful(first, header, sample, given=bool(given)):
        facts = {"at": letter(first.column), "header": header.shown(first.column), "value": value[:40]}
        if given:
            return None, [Note(DOUBTFUL_OWNER, {**facts, "given": str(given)})]
        if not options.owners:
            raise ReadError("DOUBTFUL_MERCHANT", sheet=sheet, **facts)
        return None, []
    for other in others:
        if best and not _agree(first.values, other.values):
            raise _two(header, first, other, sheet, "TWO_OWNERS")
    return first.column, []


def _is_doubtful(one: Candidate, header: Header, sample: Sequence[Line], *, given: bool) -> bool:
    """Whether most values of a merchant column are no merchant ids: 0, 001, order numbers, one code for all shops."""
    values = [value for value in one.values if value]
    short = [
        value for value in values if value.isdecimal() and len(value) <= 3 and (given or value[0] == "0")
    ]
    if 2 * (len(short) + sum(map(is_no_merchant, values))) > len(values):
        return True
    shops = [column for column, name in enumerate(header.names) if name in SHOP_NAMES]
    names = {
        line.cells[column].strip()
        for column in shops[:1]
        for line, value in zip(sample, one.values, strict=True)
        if value and column < len(line.cells) and line.cells[column].strip()
    }
    return len(set(values)) == 1 < len(names) and len(values) > 1


def _names_a_person(header: Header, one: Candidate) -> bool:
    """A column headed “owner” may name a person; an id has a digit."""
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
        return [_column_note(OWNER, header, owner)]
    return [Note(NO_OWNER)] if shop is None else [_column_note(SHOP, header, shop)]


# --- An earlier result of ours ------------------------------------------------------------------------------


def _result_columns(header: Header) -> tuple[tuple[int, ...], int | None]:
    """Find our own columns: the last of each name, and only when there are enough of them."""
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


def _column_note(code: str, header: Header, column: int, facts: dict[str, str] | None = None) -> Note:
    return Note(code, {"at": letter(column), "header": header.shown(column), **(facts or {})})


def _asked(header: Header, asked: Sequence[str], sheet: str, two: str) -> int:
    """Return the column of the first of the user's names that this sheet has."""
    for name in asked:
        match asked_column(header, name):
            case [column]:
                return column
            case [first, second, *_]:
                raise _two(header, _candidate(first, 0, ()), _candidate(second, 0, ()), sheet, two)
    shown = ", ".join(f"{letter(i)} “{cell}”" for i, cell in enumerate(header.cells[:40]) if cell)
    raise ReadError("NO_SUCH_COLUMN", sheet=sheet, asked=", ".join(asked), line=header.line, headers=shown)


def _two(header: Header, first: Candidate, second: Candidate, sheet: str, text: str) -> Exception:
    return ReadError(
        text,
        sheet=sheet,
        line=header.line,
        first=header.shown(first.column),
        first_at=letter(first.column),
        first_samples=samples(first.values),
        second=header.shown(second.column),
        second_at=letter(second.column),
        second_samples=samples(second.values),
    )


def samples(values: Iterable[str]) -> str:
    """Return the first two values of a column, for a question."""
    return ", ".join(islice((value[:40] for value in values if value), 2)) or "-"

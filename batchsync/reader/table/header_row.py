"""Finds the table of a sheet: its header row, its columns, and the role of each later line. Pure functions."""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from batchsync.errors import ReadError
from batchsync.model import Note, SheetFound
from batchsync.ooxml.references import column_of, letter
from batchsync.planning.shapes import NOTHING, Shape, shape, strip_guards
from batchsync.reader.source import EMPTY, TEXT, Line, ReadOptions
from batchsync.reader.table.columns import (
    HINT_RANK,
    UNNAMED_RANK,
    Columns,
    Header,
    asked_column,
    choose_columns,
    order_candidates,
)
from batchsync.reader.table.header_names import ORDER_RANK, OWNER_NAMES, SHOP_NAMES, is_question, normalise

DEPTH = 30
"""A header row stands among so many first lines."""
SAMPLE = 200
"""Lines whose values decide about header and columns."""
EXPLANATION = "explanation_row"
_ROLES = ORDER_RANK.keys() | OWNER_NAMES | SHOP_NAMES


class Role(IntEnum):
    """What a line below the title is to the table."""

    DATA = 0
    ABOVE = 1
    BLANK = 2
    EXPLANATION = 3
    TOTAL = 4
    REPEATED_HEADER = 5
    BARE_SUM = 6
    """Nothing but numbers, and no order number: a sum, unless an order follows."""


# --- Finding it ---------------------------------------------------------------------------------------------


def find_table(lines: Sequence[Line], options: ReadOptions, sheet: str, index: int = 0) -> SheetFound | None:
    """Find the table among a sheet's first lines (30 of them, or more when `options.header_row` lies deeper).

    None when the sheet has no table; raises ColumnsUnclear when it has one whose columns are unclear.
    """
    width = max((len(line.cells) for line in lines), default=0)
    if options.header_row is not None or options.order_columns:
        at = _header_at(lines, options, sheet)
        if at is None:
            return None
        header, end = Header.of(lines[at], width), len(lines)
    else:
        best = _best_header(lines, width)
        if best is None:
            return None
        header, at, end = best
    explanations = _explanations(lines[at + 1 : at + 3], header, options)
    below = [line for line in lines[at + 1 : end] if line.number not in explanations]
    if not options.order_columns and not order_candidates(header, below):
        return None
    chosen = choose_columns(header, below, options, sheet)
    if not options.order_columns and _is_prose(below, chosen.order):
        return None
    if options.header_row is None:
        _refuse_orders_above(lines[:at], header.line, chosen.order if options.order_columns else None, sheet)
    return _found(sheet, index, header, chosen, explanations)


def _best_header(lines: Sequence[Line], width: int) -> tuple[Header, int, int] | None:
    """Return the header that stands above order numbers, the index of its last line, and where its lines end.

    Lines above it that name the order number, too, are query conditions or explanations: the next header stands before
    any order. Without orders the line with most names is taken, but none that has a fuller line of words below it.
    """
    labels = [at for at, line in enumerate(lines[:DEPTH]) if _is_label_line(line)]
    known = [at for at in labels if _names(lines[at]) & ORDER_RANK.keys()]
    known = [at for at in known if at - 1 not in known or not _repeats(lines[at - 1], lines[at])]
    hints = [at for at in labels if any(map(is_question, _names(lines[at])))]
    for starts in (known, hints):
        for at, end in zip(starts, [*starts[1:], len(lines)], strict=False):
            if _heads_orders(lines, at, end, width, labels, by_name=starts is known):
                header, last = _with_second_line(lines, at, width, labels)
                return header, last, end
    known = [at for at in known if not _is_above_fuller(lines, at, labels)]
    if not known:
        return None
    roles = [len(_names(lines[at]) & _ROLES) for at in known]
    at = known[roles.index(max(roles))]
    return Header.of(lines[at], width), at, len(lines)


def _refuse_orders_above(above: Sequence[Line], header: int, asked: int | None, sheet: str) -> None:
    """Raise ReadError when a table without a known header stands above: two order numbers of one column, or more."""
    width = max((len(line.cells) for line in above), default=0)
    for column in range(width) if asked is None else [asked]:
        orders = [
            line.number
            for line in above
            if column < len(line.cells) and shape(line.cells[column]) >= Shape.PLATFORM
        ]
        if len(orders) >= 2:
            at, line = letter(column), orders[0]
            raise ReadError("ORDERS_ABOVE", sheet=sheet, at=at, line=line, last=orders[-1], header=header)


def _repeats(upper: Line, lower: Line) -> bool:
    """Whether the lower of two header lines names the same columns again, as templates do in a second language."""
    names = [[normalise(cell) for cell in line.cells] for line in (upper, lower)]
    above, below = (
        [(i, name in ORDER_RANK) for i, name in enumerate(line) if name in _ROLES] for line in names
    )
    return upper.number + 1 == lower.number and above == below and len(upper.cells) >= len(lower.cells)


def _is_label_line(line: Line) -> bool:
    """Whether a line may be a header: words, and nothing like an order number."""
    written = [cell for cell in line.cells if cell.strip()]
    return bool(written) and all(shape(cell) < Shape.DIGITS for cell in written)


def _heads_orders(
    lines: Sequence[Line], at: int, end: int, width: int, labels: Sequence[int], *, by_name: bool
) -> bool:
    """Whether order numbers stand right under a line, with no fuller header between."""
    header, below = Header.of(lines[at], width), lines[at + 1 : end]
    ranks = range(1, HINT_RANK) if by_name else range(HINT_RANK, UNNAMED_RANK)
    columns = [one for one in order_candidates(header, below) if one.rank in ranks]
    fitting = [one for one in columns if any(map(_has_digits, one.values))]
    if not by_name:
        fitting = [one for one in fitting if one.best is Shape.DASHED]
    if not fitting:
        return False
    first = min(next(i for i, value in enumerate(one.values) if _has_digits(value)) for one in fitting)
    return not _is_above_fuller(lines, at, [other for other in labels if other <= at + first])


def _is_above_fuller(lines: Sequence[Line], at: int, labels: Sequence[int]) -> bool:
    """Whether one of the label lines below a line fills clearly more columns, without explaining these."""
    header = Header.of(lines[at], 0)
    filled = len(list(filter(str.strip, lines[at].cells)))
    return any(
        len(list(filter(str.strip, lines[other].cells))) > filled + 1
        and not _explanations([lines[other]], header, ReadOptions())
        for other in labels
        if other > at
    )


def _with_second_line(
    lines: Sequence[Line], at: int, width: int, labels: Sequence[int]
) -> tuple[Header, int]:
    """Return a header of two lines where both together name more roles than the one alone; the lower cell counts."""
    single = Header.of(lines[at], width)
    roles = len(_ROLES.intersection(single.names))
    for upper, lower in ((at, at + 1), (at - 1, at)):
        if upper not in labels or lower not in labels or lines[lower].number != lines[upper].number + 1:
            continue
        above, below = lines[upper].cells, lines[lower].cells
        cells = [
            (below[i] if i < len(below) and below[i].strip() else above[i] if i < len(above) else "")
            for i in range(max(len(above), len(below)))
        ]
        if any(cell.strip().endswith((":", "\uff1a")) for cell in above):
            continue
        both = Header.of(lines[lower]._replace(cells=cells), width)
        if len(_ROLES.intersection(both.names)) > roles:
            return both, lower
    return single, at


def _found(
    sheet: str, index: int, header: Header, chosen: Columns, explanations: frozenset[int]
) -> SheetFound:
    notes = tuple(Note(EXPLANATION, {"line": str(line)}) for line in sorted(explanations))
    return SheetFound(
        sheet=sheet,
        index=index,
        header_line=header.line,
        headers=header.cells,
        order_column=chosen.order,
        owner_column=chosen.owner,
        shop_column=chosen.shop,
        decision_column=chosen.decision,
        result_columns=chosen.results,
        notes=chosen.notes + notes,
        explanation_lines=tuple(sorted(explanations)),
        order_shape=chosen.shape,
    )


def _is_prose(below: Sequence[Line], order: int) -> bool:
    """Whether the column under an order header holds only words: a sheet that describes fields, not orders."""
    filled = [
        (line.cells[order], line.kinds[order])
        for line in below
        if order < len(line.cells) and strip_guards(line.cells[order]).lower() not in NOTHING
    ]
    return bool(filled) and all(
        kind == TEXT and not text.startswith("#") and not _has_digits(text) for text, kind in filled
    )


def _column(lines: Sequence[Line], column: int) -> Iterator[str]:
    return (line.cells[column] for line in lines if column < len(line.cells))


def _has_digits(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _header_at(lines: Sequence[Line], options: ReadOptions, sheet: str) -> int | None:
    if options.header_row is not None:
        return next((i for i, line in enumerate(lines) if line.number == options.header_row), None)
    first = lines[:DEPTH]
    return _header_of_asked(first, options.order_columns, sheet)


def _names(line: Line) -> set[str]:
    return {normalise(cell) for cell in line.cells if cell}


def _header_of_asked(lines: Sequence[Line], asked: Sequence[str], sheet: str) -> int | None:
    """By a letter: the line of known names, or the fullest line above the first value. By a name: the line that has it."""
    width = max((len(line.cells) for line in lines), default=0)
    letters = [column for name in asked if (column := column_of(name.strip())) is not None and column < width]
    if letters:
        known = ORDER_RANK.keys() | OWNER_NAMES | SHOP_NAMES
        at_known = next(
            (at for at, line in enumerate(lines) if _is_label_line(line) and _names(line) & known), None
        )
        return _line_above_values(lines, letters[0], sheet) if at_known is None else at_known
    for name in asked:
        for at, line in enumerate(lines):
            if any(cell.strip() == name.strip() for cell in line.cells) or normalise(name) in _names(line):
                return at
    return None


def _line_above_values(lines: Sequence[Line], column: int, sheet: str) -> int | None:
    """Return the line with most cells above a column's first value: the first of those that have as many."""
    cells = [line.cells[column].strip() if column < len(line.cells) else "" for line in lines]
    sure = next((at for at, cell in enumerate(cells) if shape(cell) >= Shape.DIGITS), len(lines))
    above = [at for at in range(sure) if cells[at] and not cells[at].startswith("#")]
    fullest = max(above, key=lambda at: (sum(map(bool, lines[at].cells)), -at), default=None)
    first = next((at for at, cell in enumerate(cells) if cell), None)
    if first is None:
        return None
    if fullest is None or _pattern(cells[fullest]) in [
        _pattern(cell) or None for cell in cells[fullest + 1 :]
    ]:
        raise ReadError(
            "NO_HEADER", sheet=sheet, asked=letter(column), line=lines[first].number, value=cells[first][:40]
        )
    return fullest


def _pattern(text: str) -> str:
    """Return a value with each digit as 9, to compare a header with the values below it; empty without a digit."""
    return re.sub(r"[0-9]", "9", text) if _has_digits(text) else ""


_EXPLAINS = re.compile(
    r"必填|选填|非必|填写|请填|请输入|说明|示例|例如|例：|格式|文本|字段|不可修改|string|text|required|optional",
    re.IGNORECASE,
)


def _explanations(lines: Sequence[Line], header: Header, options: ReadOptions) -> frozenset[int]:
    """Rows right under the header that explain the columns or name them again: never one with an id in its place."""
    columns = [i for i, name in enumerate(header.names) if name in ORDER_RANK] + [
        i for asked in options.order_columns for i in asked_column(header, asked)
    ]
    found = set()
    for line in lines:
        orders = [line.cells[i] for i in columns if i < len(line.cells) and line.cells[i].strip()]
        if not all(shape(cell) is Shape.OTHER for cell in orders) or not _explains(line, orders):
            break
        found.add(line.number)
    return frozenset(found)


def _explains(line: Line, orders: Sequence[str]) -> bool:
    written = [cell for cell in line.cells if cell.strip()]
    if any(map(_EXPLAINS.search, orders)) or any(normalise(cell) in ORDER_RANK for cell in orders):
        return True
    return not orders and not any(map(_has_digits, written)) and any(map(_EXPLAINS.search, written))


# --- Each later line ----------------------------------------------------------------------------------------

_TOTAL = re.compile(
    r"(?:[^\d\s]{0,8})(?:合计|合計|总计|總計|小计|小計|共计|共計|总和|總和|汇总|匯總|总数|總數|笔数|筆數)"
    r"(?:[:：(（\d].*)?|(?:grand|sub)?total(?:orders|amount|rows|count)?(?:[:(\d].*)?",
    re.IGNORECASE | re.DOTALL,
)
_TOTAL_ALONE = re.compile(r"[^\d]{2,12}[:：]?")
_NUMBER = re.compile(r"[\u00a5\uffe5$]?-?[0-9][0-9,]*(?:\.[0-9]+)?[%\u5143]?")


def _is_total(text: str) -> bool:
    return _TOTAL.fullmatch("".join(text.split())) is not None


_SURE = r"(?:[0-9]{6}-[0-9]|[0-9]{10}|[ \t'\"=`_]{0,4}(?:[0-9]{10}|[0-9]{6}-[0-9]|P[0-9]{9}))"
surely_an_id = re.compile(_SURE).match
"""Whether a cell of the order column begins like an order number: such a row is data, whatever its other cells hold."""
_all_surely = re.compile(rf"(?:{_SURE}[^\n]*+\n)++").fullmatch
_is_plain = re.compile(r"[A-Za-z-]*[0-9][0-9A-Za-z-]*").fullmatch
_all_plain = re.compile(r"(?:[A-Za-z-]*[0-9][0-9A-Za-z-]*\n)++").fullmatch
_TOTAL_WORD = re.compile(r"计|計|[总總汇匯]|[笔筆]数|筆數|total", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\s\x00\u200b-\u200f\u2060\ufeff]*")


def role(line: Line, found: SheetFound) -> Role:
    """Return the role of a line. A line with something like an order number in its place is always data."""
    if line.number <= found.header_line:
        return Role.ABOVE
    order = line.cells[found.order_column] if found.order_column < len(line.cells) else ""
    if surely_an_id(order):
        return Role.DATA
    if line.number in found.explanation_lines:
        return Role.EXPLANATION
    if _is_plain(order):
        first = next(filter(None, line.cells))
        if not _is_total(first):
            return Role.DATA
        like = shape(order) >= found.order_shape and (
            shape(order) > Shape.SHORT or not _TOTAL_ALONE.fullmatch(first)
        )
        return Role.DATA if like else Role.TOTAL
    kind = line.kinds[found.order_column] if found.order_column < len(line.kinds) else EMPTY
    return _role_by_words(line, order, kind, found)


def surely_ids(orders: str) -> bool:
    """Whether all cells, joined by line breaks, are `surely_an_id`; false also for cells with a line break."""
    return _all_surely(f"{orders}\n") is not None


def surely_rows(orders: str, firsts: str) -> bool:
    """Whether all rows are data by their order cells and first cells; false also for some that are."""
    if surely_ids(orders):
        return True
    plain = _all_plain(f"{orders}\n") is not None
    return plain and "\n\n" not in f"\n{firsts}\n" and not _TOTAL_WORD.search(firsts)


def _role_by_words(line: Line, order: str, order_kind: int, found: SheetFound) -> Role:
    written = [
        cell
        for column, cell in enumerate(line.cells)
        if cell and column not in found.result_columns and not _INVISIBLE.fullmatch(cell)
    ]
    if not written:
        return Role.DATA if _has_lost_formula(line, found) else Role.BLANK
    nothing = strip_guards(order).lower() in NOTHING
    if (nothing and any(map(_is_total, written))) or _is_total(order):
        return Role.TOTAL
    is_empty = order_kind in (EMPTY, TEXT)
    if nothing and is_empty and len(written) < len(found.headers) and all(map(_NUMBER.fullmatch, written)):
        return Role.BARE_SUM
    return _role_as_header(line, found) if _is_label_line(line) else Role.DATA


def _role_as_header(line: Line, found: SheetFound) -> Role:
    """A later line with a known name for the order number is a header; raises ReadError where its columns differ."""
    names = [normalise(cell) for cell in line.cells]
    orders = [column for column, name in enumerate(names) if name in ORDER_RANK]
    order = found.order_column
    if order in orders or tuple(map(str.strip, line.cells))[: len(found.headers)] == found.headers:
        owner = next((column for column, name in enumerate(names) if name in OWNER_NAMES), found.owner_column)
        if owner == found.owner_column:
            return Role.REPEATED_HEADER
        orders = [owner if owner is not None else order]
    if not orders or sum(map(bool, names)) < 2:
        return Role.DATA
    raise ReadError(
        "SECOND_TABLE",
        sheet=found.sheet,
        line=line.number,
        at=letter(orders[0]),
        header=line.cells[orders[0]].strip(),
        first_at=letter(order),
    )


def _has_lost_formula(line: Line, found: SheetFound) -> bool:
    """Whether a line without any text holds a formula without a value where the order or merchant should stand."""
    return any(
        line.kinds[column] not in (EMPTY, TEXT)
        for column in (found.order_column, found.owner_column)
        if column is not None and column < len(line.kinds)
    )

"""Where a sheet's table stands: its header row, its columns, and what each later line is. Pure functions."""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from batchsync.errors import ReadError
from batchsync.model import Note, SheetFound
from batchsync.ooxml.references import column_of, letter
from batchsync.planning.shapes import NOTHING, Shape, shape, strip_guards
from batchsync.reader.source import EMPTY, TEXT, Line, ReadOptions
from batchsync.reader.table.columns import Columns, Header, asked_column, choose_columns
from batchsync.reader.table.header_names import ORDER_RANK, OWNER_NAMES, SHOP_NAMES, normalise

DEPTH = 30
"""A header row stands among so many first lines."""
EXPLANATION = "explanation_row"


class Role(IntEnum):
    """What a line below the title is to the table."""

    DATA = 0
    ABOVE = 1
    BLANK = 2
    EXPLANATION = 3
    TOTAL = 4
    REPEATED_HEADER = 5


# --- Finding it ---------------------------------------------------------------------------------------------


def find_table(lines: Sequence[Line], options: ReadOptions, sheet: str, index: int = 0) -> SheetFound | None:
    """Find the table among a sheet's first lines (30 of them, or more when `options.header_row` lies deeper).

    None when the sheet has no table; raises ColumnsUnclear when it has one whose columns can't be told.
    """
    at = _header_at(lines, options, sheet)
    if at is None:
        return None
    width = max((len(line.cells) for line in lines), default=0)
    header = Header.of(lines[at], width)
    explanations = _explanations(lines[at + 1 : at + 3], header, options)
    below = [line for line in lines[at + 1 :] if line.number not in explanations]
    if not options.order_columns and not any(name in ORDER_RANK for name in header.names):
        return None
    chosen = choose_columns(header, below, options, sheet)
    if not options.order_columns and _is_prose(below, chosen.order):
        return None
    return _found(sheet, index, header, chosen, explanations)


def _found(
    sheet: str, index: int, header: Header, chosen: Columns, explanations: frozenset[int]
) -> SheetFound:
    told = tuple(Note(EXPLANATION, {"line": str(line)}) for line in sorted(explanations))
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
        notes=chosen.notes + told,
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
    if options.order_columns:
        return _header_of_asked(first, options.order_columns, sheet)
    return next((i for i, line in enumerate(first) if _names(line) & ORDER_RANK.keys()), None)


def _names(line: Line) -> set[str]:
    return {normalise(cell) for cell in line.cells if cell}


def _header_of_asked(lines: Sequence[Line], asked: Sequence[str], sheet: str) -> int | None:
    """By a name: the line that has it. By a letter: the line of known names, or the words above the first value."""
    for name in asked:
        for at, line in enumerate(lines):
            if any(cell.strip() == name.strip() for cell in line.cells) or normalise(name) in _names(line):
                return at
    known = ORDER_RANK.keys() | OWNER_NAMES | SHOP_NAMES
    width = max((len(line.cells) for line in lines), default=0)
    columns = [column for name in asked if (column := column_of(name.strip())) is not None and column < width]
    if not columns:
        return None
    at_known = next((at for at, line in enumerate(lines) if _names(line) & known), None)
    return _words_above(lines, columns[0], sheet) if at_known is None else at_known


def _words_above(lines: Sequence[Line], column: int, sheet: str) -> int | None:
    """The last line of words in a column before its first value."""
    last = None
    for at, line in enumerate(lines):
        value = line.cells[column].strip() if column < len(line.cells) else ""
        if not value:
            continue
        if shape(value) not in (Shape.OTHER, Shape.EMPTY):
            if last is None:
                raise ReadError(
                    "NO_HEADER", sheet=sheet, asked=letter(column), line=line.number, value=value[:40]
                )
            return last
        last = at
    return last


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
    r"\s*(?:本页|累计|全部)?(?:合计|总计|小计|共计|总和|汇总)\s*(?:[:：(（\s\d].*)?|\s*(?:grand |sub)?total\s*(?:[:(\d].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SURE = r"(?:[0-9]{6}-[0-9]|[0-9]{10}|[ \t'\"=`_]{0,4}(?:[0-9]{10}|[0-9]{6}-[0-9]|P[0-9]{9}))"
surely_an_id = re.compile(_SURE).match
"""Whether a cell of the order column begins like an order number: such a row is data, whatever else it says."""
_all_surely = re.compile(rf"(?:{_SURE}[^\n]*+\n)++").fullmatch
_is_plain = re.compile(r"[A-Za-z-]*[0-9][0-9A-Za-z-]*").fullmatch
_all_plain = re.compile(r"(?:[A-Za-z-]*[0-9][0-9A-Za-z-]*\n)++").fullmatch
_TOTAL_WORD = re.compile(r"计|总和|汇总|total", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\s\x00\u200b-\u200f\u2060\ufeff]*")


def role(line: Line, found: SheetFound) -> Role:
    """Tell what a line is. A line with something like an order number in its place is always data."""
    if line.number <= found.header_line:
        return Role.ABOVE
    order = line.cells[found.order_column] if found.order_column < len(line.cells) else ""
    if surely_an_id(order):
        return Role.DATA
    if line.number in found.explanation_lines:
        return Role.EXPLANATION
    if _is_plain(order):
        first = next(filter(None, line.cells))
        return Role.TOTAL if _TOTAL.fullmatch(first) else Role.DATA
    return _role_by_words(line, order, found)


def surely_ids(orders: str) -> bool:
    """Whether all cells, joined by line breaks, are `surely_an_id`, told at once; one with a line break makes it say no."""
    return _all_surely(f"{orders}\n") is not None


def surely_rows(orders: str, firsts: str) -> bool:
    """Whether all rows are data, told at once by their order cells and first cells; it may say no to some that are."""
    if surely_ids(orders):
        return True
    plain = _all_plain(f"{orders}\n") is not None
    return plain and "\n\n" not in f"\n{firsts}\n" and not _TOTAL_WORD.search(firsts)


def _role_by_words(line: Line, order: str, found: SheetFound) -> Role:
    written = [
        cell
        for column, cell in enumerate(line.cells)
        if cell and column not in found.result_columns and not _INVISIBLE.fullmatch(cell)
    ]
    if not written:
        return Role.DATA if _says_something(line, found) else Role.BLANK
    nothing = strip_guards(order).lower() in NOTHING
    if _TOTAL.fullmatch(written[0]) or _TOTAL.fullmatch(order):
        return Role.TOTAL
    if nothing and any(map(_TOTAL.fullmatch, written)):
        return Role.TOTAL
    if not nothing and tuple(map(str.strip, line.cells))[: len(found.headers)] == found.headers:
        return Role.REPEATED_HEADER
    return Role.DATA


def _says_something(line: Line, found: SheetFound) -> bool:
    """Whether a line without any text holds a formula without a value where the order or merchant should stand."""
    return any(
        line.kinds[column] not in (EMPTY, TEXT)
        for column in (found.order_column, found.owner_column)
        if column is not None and column < len(line.kinds)
    )

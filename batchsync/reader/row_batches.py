"""Data rows of a table, from lines to the columns that the plan needs, in batches."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Protocol, runtime_checkable

from batchsync.model import RowBatch, SheetFound
from batchsync.planning.shapes import Shape, shape
from batchsync.reader.source import (
    BARE_SUM,
    BROKEN,
    EMPTY,
    LONGEST_TEXT,
    TEXT,
    TOTAL,
    UNDECODABLE,
    Line,
    Sheet,
)
from batchsync.reader.table.header_row import Role, role

ROWS = 4_096
DATA_KINDS = {Role.DATA: TEXT, Role.TOTAL: TOTAL, Role.BARE_SUM: BARE_SUM}
"""Roles of the lines that go to the plan; other kinds than TEXT mark the order cell."""
MOST_CHARACTERS = 16_000_000
"""Of one batch: a string that many cells share may be a megabyte long."""


@runtime_checkable
class ColumnReader(Protocol):
    """A sheet that reads single columns faster than whole lines."""

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]: ...


def row_batches_of(sheet: Sheet, found: SheetFound, lines: Iterable[Line]) -> Iterator[RowBatch]:
    """Yield the data rows of a sheet, of which `lines` are all lines; by columns where it can."""
    return sheet.row_batches(found) if isinstance(sheet, ColumnReader) else row_batches(lines, found)


def row_batches(
    lines: Iterable[Line], found: SheetFound, size: int = ROWS, *, header_width: int | None = None
) -> Iterator[RowBatch]:
    """Yield the data rows among a sheet's lines.

    With a `header_width`, as for text, cells may have moved: a row with more or fewer is marked broken.
    """
    batch = RowBatch(lines=[], orders=[], order_kinds=[])
    for line in lines:
        its_role = role(line, found)
        if its_role not in DATA_KINDS:
            continue
        if its_role is Role.DATA and header_width is not None and _has_moved_cells(line, found, header_width):
            line = line._replace(kinds=[BROKEN] * len(line.cells))  # noqa: PLW2901
        add_row(batch, line, found, its_role)
        if len(batch.lines) >= size:
            yield batch
            batch = RowBatch(lines=[], orders=[], order_kinds=[])
    if batch.lines:
        yield batch


def _has_moved_cells(line: Line, found: SheetFound, header_width: int) -> bool:
    """Whether a delimiter too many or too few may have moved the cells of a row.

    A row as wide as the header line is whole, also where a column has no header. Excel leaves out empty cells at a line's end, so a short row is trusted while its order number looks like the
    others and its merchant is there.
    """
    cells, width = line.cells, len(found.headers)
    if len(cells) >= width:
        return len(cells) != header_width and any(cells[width:])
    last = max(found.order_column, found.owner_column or 0)
    usual = (
        found.order_shape >= Shape.DIGITS
        and last < len(cells)
        and shape(cells[found.order_column]) >= Shape.DIGITS
    )
    return not usual


def add_row(batch: RowBatch, line: Line, found: SheetFound, its_role: Role = Role.DATA) -> None:
    """Add the columns of a table from a line."""
    text, kind = _cell(line, found.order_column)
    unreliable = UNDECODABLE if UNDECODABLE in line.kinds else BROKEN if BROKEN in line.kinds else None
    batch.lines.append(line.number)
    batch.orders.append(text)
    kind = kind if unreliable is None else unreliable
    batch.order_kinds.append(kind if its_role is Role.DATA else DATA_KINDS[its_role])
    if found.owner_column is not None:
        text, kind = _cell(line, found.owner_column)
        batch.owners.append(text)
        batch.owner_kinds.append(kind)
    if found.shop_column is not None:
        batch.shops.append(_cell(line, found.shop_column)[0])
    if found.decision_column is not None:
        batch.decisions.append(_cell(line, found.decision_column)[0])
    if line.hidden and not batch.hidden:
        batch.hidden.extend([0] * (len(batch.lines) - 1))
    if line.hidden or batch.hidden:
        batch.hidden.append(int(line.hidden))


def _cell(line: Line, column: int) -> tuple[str, int]:
    return (line.cells[column], line.kinds[column]) if column < len(line.cells) else ("", EMPTY)


def bounded(batch: RowBatch) -> Iterator[RowBatch]:
    """Cut a batch of huge texts into ones that fit a message."""
    texts = (batch.orders, batch.owners, batch.shops, batch.decisions)
    longest = max((max(map(len, column)) for column in texts if column), default=0)
    size = len(batch.lines)
    if longest * size <= MOST_CHARACTERS:
        yield batch
        return
    step = max(1, MOST_CHARACTERS // (4 * min(longest, LONGEST_TEXT)))
    columns = {field.name: getattr(batch, field.name) for field in fields(batch)}
    for at in range(0, size, step):
        parts = {name: column[at : at + step] for name, column in columns.items()}
        for name in ("orders", "owners", "shops", "decisions"):
            parts[name] = [text[:LONGEST_TEXT] for text in parts[name]]
        yield RowBatch(**parts)

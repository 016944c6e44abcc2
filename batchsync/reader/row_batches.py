"""From lines to the columns that the plan needs, in batches."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from batchsync.planning.shapes import Shape, shape
from batchsync.reader.source import BROKEN, EMPTY, TEXT, UNDECODABLE, Line
from batchsync.reader.table.header_row import Role, TableFound, role


class Picked(NamedTuple):
    """Data rows as parallel columns. Mirrors `model.RowBatch`."""

    lines: list[int]
    orders: list[str]
    order_kinds: list[int]
    owners: list[str]
    owner_kinds: list[int]
    shops: list[str]
    decisions: list[str]
    hidden: list[int]


class Plain(NamedTuple):
    """Consecutive data rows of nothing but text, each column joined by line breaks: what is light on the pipe."""

    first: int
    size: int
    orders: str
    owners: str | None
    shops: str | None
    decisions: str | None


def lightened(batch: Picked) -> Picked | Plain:
    """Return a batch of rising lines in its lighter form, where it has one."""
    first, size = batch.lines[0], len(batch.lines)
    others = (batch.owners, batch.shops, batch.decisions)
    orders, *texts = ["\n".join(column) if column else None for column in (batch.orders, *others)]
    kinds = batch.order_kinds + batch.owner_kinds
    if batch.hidden or batch.lines[-1] - first >= size or kinds.count(TEXT) < len(kinds) or orders is None:
        return batch
    if any(text is not None and text.count("\n") >= size for text in (orders, *texts)):
        return batch
    return Plain(first, size, orders, *texts)


def pick(
    lines: Iterable[Line], found: TableFound, size: int = 4_096, *, ragged: bool = False
) -> Iterator[Picked]:
    """Walk a sheet's lines and yield its data rows in batches.

    With `ragged`, as for text, cells may have slipped: a row that is not as wide as the header is marked broken.
    """
    batch = _empty()
    for line in lines:
        if role(line, found) is not Role.DATA:
            continue
        if ragged and _slipped(line, found):
            line = line._replace(kinds=[BROKEN] * len(line.cells))  # noqa: PLW2901
        _add(batch, line, found)
        if len(batch.lines) >= size:
            yield batch
            batch = _empty()
    if batch.lines:
        yield batch


def _slipped(line: Line, found: TableFound) -> bool:
    """Whether a delimiter too many or too few may have moved the cells of a row.

    Excel leaves out empty cells at a line's end, so a short row is trusted while its order number looks like the
    others and its merchant is there.
    """
    cells = line.cells
    if len(cells) >= found.width:
        return any(cells[found.width :])
    last = max(found.order_column, found.owner_column or 0)
    usual = (
        found.shape >= Shape.DIGITS and last < len(cells) and shape(cells[found.order_column]) == found.shape
    )
    return not usual


def _empty() -> Picked:
    return Picked([], [], [], [], [], [], [], [])


def _add(batch: Picked, line: Line, found: TableFound) -> None:
    text, kind = _cell(line, found.order_column)
    spoilt = UNDECODABLE if UNDECODABLE in line.kinds else BROKEN if BROKEN in line.kinds else None
    batch.lines.append(line.number)
    batch.orders.append(text)
    batch.order_kinds.append(kind if spoilt is None else spoilt)
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

"""The vendor's statement, read as any other sheet: which orders it charges, how often, for how many points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from batchsync.config import InputSettings
from batchsync.errors import InputError
from batchsync.messages import finance as messages
from batchsync.model import CellBatch, CellKind, Reason, SheetCells, SheetFound
from batchsync.planning.identifiers import clean_id
from batchsync.reader import read_cells, read_orders

POINTS_HEADS = (
    *(
        "消耗点券",
        "扣除点券",
        "扣费点券",
        "点券",
        "点券数",
        "扣费",
        "扣费金额",
        "扣除",
        "消费点券",
        "消费金额",
    ),
    *("金额", "数量", "amount", "points", "cost", "charged"),
)
"""Heads of the points column, the likeliest first."""
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.0+)?")


@dataclass(slots=True, kw_only=True)
class StatementEntry:
    """What a statement says of one order."""

    owner_id: str | None
    """None where the statement names no merchant."""
    number: str
    charges: int = 0
    points: int = 0
    unnamed: int = 0
    """Charges that name no points."""

    @property
    def named(self) -> bool:
        """Whether every charge names its points."""
        return self.unnamed == 0


@dataclass(slots=True, kw_only=True)
class Statement:
    """All orders of a statement."""

    orders: dict[tuple[str | None, str], StatementEntry] = field(default_factory=dict)
    rows: int = 0
    unreadable: int = 0
    """Rows whose order number is damaged."""
    names_points: bool = False

    def add(self, owner: str | None, number: str, points: int | None) -> None:
        """Count one charge. A row of 0 points charged nothing."""
        if points == 0:
            return
        charged = self.orders.setdefault((owner, number), StatementEntry(owner_id=owner, number=number))
        charged.charges += 1
        charged.points += abs(points or 0)
        charged.unnamed += points is None

    @property
    def points(self) -> int:
        return sum(charged.points for charged in self.orders.values())

    @property
    def charges(self) -> int:
        return sum(charged.charges for charged in self.orders.values())


def read_statement(path: Path, settings: InputSettings, points_column: str | None = None) -> Statement:
    """Read a statement. Raises InputError when no order column is found, or the points column is not there."""
    sheets = {found.index: found for found in read_orders(path, settings) if isinstance(found, SheetFound)}
    statement = Statement()
    for sheet, batch in _of_sheets(path, settings):
        found = sheets.get(sheet)
        if found is None:
            continue
        points = _points_column(found, points_column)
        statement.names_points = statement.names_points or points is not None
        for line, cells, kinds in zip(batch.lines, batch.rows, batch.kinds, strict=True):
            if line > found.header_line:
                _add(statement, found, points, cells, kinds)
    if points_column and not statement.names_points:
        raise InputError(messages.NO_POINTS_COLUMN, file=path.name, column=points_column)
    if not statement.orders:
        raise InputError(messages.NO_STATEMENT_ROWS, file=path.name)
    return statement


def _of_sheets(path: Path, settings: InputSettings) -> Iterator[tuple[int, CellBatch]]:
    sheet = -1
    for item in read_cells(path, settings):
        if isinstance(item, SheetCells):
            sheet = item.index
        elif isinstance(item, CellBatch):
            yield sheet, item


def _points_column(found: SheetFound, wanted: str | None) -> int | None:
    heads = [head.strip().lower() for head in found.headers]
    for name in (wanted.strip().lower(),) if wanted else POINTS_HEADS:
        if name in heads:
            return heads.index(name)
    return None


def _add(
    statement: Statement, found: SheetFound, points: int | None, cells: list[str], kinds: list[int]
) -> None:
    numbers = _ids(cells, kinds, found.order_column)
    if numbers is Reason.MISSING:  # a total, a blank line
        return
    statement.rows += 1
    if isinstance(numbers, Reason):
        statement.unreadable += 1
        return
    owners = _ids(cells, kinds, found.owner_column) if found.owner_column is not None else Reason.MISSING
    owner = owners[0] if isinstance(owners, list) else None
    amount = _amount(cells, points)
    for number in numbers:
        statement.add(owner, number, amount)


def _ids(cells: list[str], kinds: list[int], column: int) -> list[str] | Reason:
    if column >= len(cells):
        return Reason.MISSING
    return clean_id(cells[column], kinds[column] if column < len(kinds) else CellKind.TEXT)


def _amount(cells: list[str], column: int | None) -> int | None:
    if column is None or column >= len(cells):
        return None
    text = cells[column].strip().replace(",", "")
    return int(float(text)) if _NUMBER.fullmatch(text) else None

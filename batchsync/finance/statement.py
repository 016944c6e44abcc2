"""The vendor's statement: which orders it charges, how often, for how many points, and over what time."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from batchsync.config import InputSettings
from batchsync.errors import InputError
from batchsync.ledger import Charge
from batchsync.messages import finance as messages
from batchsync.model import CellBatch, CellKind, Reason, SheetCells, SheetFound
from batchsync.planning.identifiers import clean_id
from batchsync.reader import read_cells, read_orders

NO_POINTS = "-"
"""Value of `--points-column` for a statement that names no points."""
POINTS_HEADERS = frozenset(
    {
        *("消耗点券", "扣除点券", "扣费点券", "点券", "点券数", "扣点", "扣点数", "点数", "消耗", "消耗点数", "扣费", "扣费金额"),
        *("扣除", "扣减", "消费", "消费点券", "消费金额", "变动点券", "金额", "amount", "points", "cost", "charged"),
    }
)  # fmt: skip
_OTHER_HEADERS = re.compile(r"余额|剩余|序号|编号|行号|单价|id$|balance|no\.?$|number", re.IGNORECASE)
_REFUND = re.compile(r"退回|返还|退款|退费|退点|返点|冲正|撤销|refund|revers", re.IGNORECASE)
_TIME_HEADER = re.compile(r"时间|日期|time|date", re.IGNORECASE)
_ACCOUNT_HEADER = re.compile(r"^(账户|账号|帐户|帐号|account)(名|名称|name)?$", re.IGNORECASE)
_AMOUNT = re.compile(r"([-+−]?)(\d{1,15})(?:\.0+)?(?:点券|点|个)?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_NUMERIC_SHARE = 0.9
CLOCK_MARGIN = timedelta(minutes=10)
"""How far the clocks of vendor and ledger may differ, once their time zones are known to agree."""
ZONE_MARGIN = timedelta(days=1)
"""How far they may differ as long as nothing shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a statement row stands: the evidence."""

    file: str
    line: int


@dataclass(slots=True, kw_only=True)
class StatementEntry:
    """The rows of one order on a statement."""

    owner_id: str | None
    """None where the statement names no merchant."""
    number: str
    charges: int = 0
    amounts: list[int] = field(default_factory=list)
    """Points of each charge that names them."""
    refunds: int = 0
    refunded: int = 0
    """Points that were given back."""
    times: list[datetime] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Points charged, as far as they are named."""
        return sum(self.amounts)

    @property
    def is_named(self) -> bool:
        """Whether every charge names its points."""
        return len(self.amounts) == self.charges


@dataclass(slots=True, kw_only=True)
class Statement:
    """All orders of a statement, and the time that it covers."""

    orders: dict[tuple[str | None, str], StatementEntry] = field(default_factory=dict)
    rows: int = 0
    unreadable: int = 0
    """Rows whose order number is damaged."""
    names_points: bool = True
    period: tuple[datetime, datetime] | None = None
    """From when until when it is complete; None when unknown."""

    def add(
        self,
        owner: str | None,
        number: str,
        points: int | None,
        *,
        refund: bool = False,
        place: Place | None = None,
        time: datetime | None = None,
    ) -> None:
        """Count one charge or refund. A row of 0 points charged nothing."""
        if points == 0:
            return
        entry = self.orders.setdefault((owner, number), StatementEntry(owner_id=owner, number=number))
        if place is not None:
            entry.places.append(place)
        if time is not None:
            entry.times.append(time)
        if refund:
            entry.refunds += 1
            entry.refunded += points or 0
            return
        entry.charges += 1
        if points is None:
            self.names_points = False
        else:
            entry.amounts.append(points)

    @property
    def points(self) -> int:
        """Points of all charges that name them."""
        return sum(entry.points for entry in self.orders.values())

    @property
    def refunded(self) -> int:
        """Points of all refunds."""
        return sum(entry.refunded for entry in self.orders.values())

    @property
    def charges(self) -> int:
        """Charges, without refunds."""
        return sum(entry.charges for entry in self.orders.values())

    def covers(self, call: Charge) -> bool:
        """Whether the statement is known to cover the time of a call."""
        return self.period is not None and self.period[0] <= call.claimed_at and call.at <= self.period[1]

    def set_period(
        self, calls: Iterable[Charge], since: datetime | None = None, until: datetime | None = None
    ) -> None:
        """Work out the time that the statement covers: the days given, or from its first row to its last.

        Its clock may be in another time zone. Orders with one charged call and one row show the difference; without
        any, a day at both ends is taken off.
        """
        if since is not None and until is not None:
            self.period = (since, until)
            return
        times = [time for entry in self.orders.values() for time in entry.times]
        if not times:
            return
        by_number: dict[str, list[Charge]] = {}
        for call in calls:
            if call.is_charged:
                by_number.setdefault(call.number, []).append(call)
        seconds = [
            (by_number[entry.number][0].at - entry.times[0]).total_seconds()
            for entry in self.orders.values()
            if len(entry.times) == 1 and len(by_number.get(entry.number, ())) == 1
        ]
        shift, margin = timedelta(), ZONE_MARGIN
        if seconds:
            middle = median(seconds)
            if all(abs(each - middle) <= CLOCK_MARGIN.total_seconds() for each in seconds):
                shift, margin = timedelta(seconds=middle), timedelta()
        first, last = min(times) + shift + margin, max(times) + shift - margin
        self.period = (first, last) if first <= last else None


def read_statement(
    paths: Sequence[Path],
    settings: InputSettings,
    points_column: str | None = None,
    account: str | None = None,
) -> Statement:
    """Read a statement of one or more files or sheets.

    Raises InputError when no order column is found, when the points column is not clear, or when several accounts
    stand on the statement and none was named.
    """
    rows = _without_overlap([_rows(path, settings, points_column) for path in paths])
    accounts = sorted({row.account for row in rows if row.account})
    if len(accounts) > 1 and account not in accounts:
        raise InputError(messages.SEVERAL_ACCOUNTS, file=paths[0].name, accounts=", ".join(accounts))
    if len(accounts) > 1:
        rows = [row for row in rows if row.account == account]
    statement = Statement(names_points=any(row.amount is not None for row in rows))
    charged_is_negative = (
        sum(1 if (row.amount or 0) > 0 else -1 for row in rows if row.amount and not row.refund) < 0
    )
    for row in rows:
        statement.rows += 1
        if isinstance(row.numbers, Reason):
            statement.unreadable += 1
            continue
        opposite = row.amount is not None and row.amount != 0 and (row.amount < 0) is not charged_is_negative
        for number in row.numbers:
            statement.add(
                row.owner,
                number,
                None if row.amount is None else abs(row.amount),
                refund=row.refund or opposite,
                place=row.place,
                time=row.time,
            )
    if not statement.orders:
        raise InputError(messages.NO_STATEMENT_ROWS, file=paths[0].name)
    return statement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    cells: tuple[str, ...]
    numbers: list[str] | Reason
    owner: str | None
    amount: int | None
    refund: bool
    account: str
    time: datetime | None
    place: Place


def _without_overlap(pages: list[list[list[_Row]]]) -> list[_Row]:
    """Join the sheets of all files; a row with a time that stands on several of them is one charge."""
    kept: list[_Row] = []
    seen: Counter[tuple[str, ...]] = Counter()
    for sheet in (sheet for file in pages for sheet in file):
        here: Counter[tuple[str, ...]] = Counter()
        for row in sheet:
            here[row.cells] += 1
            if row.time is None or here[row.cells] > seen[row.cells]:
                kept.append(row)
        for cells, count in here.items():
            seen[cells] = max(seen[cells], count)
    return kept


def _rows(path: Path, settings: InputSettings, points_column: str | None) -> list[list[_Row]]:
    sheets = {found.index: found for found in read_orders(path, settings) if isinstance(found, SheetFound)}
    lines: dict[int, list[tuple[int, list[str], list[int]]]] = {index: [] for index in sheets}
    for sheet, batch in _batches(path, settings):
        if sheet in sheets:
            lines[sheet] += [
                (line, list(cells), list(kinds))
                for line, cells, kinds in zip(batch.lines, batch.rows, batch.kinds, strict=True)
                if line > sheets[sheet].header_line
            ]
    wanted = points_column.strip().lower() if points_column and points_column != NO_POINTS else None
    if wanted and not any(wanted in _headers(found) for found in sheets.values()):
        raise InputError(messages.NO_POINTS_COLUMN, file=path.name, column=points_column)
    return [list(_rows_of_sheet(path, found, lines[index], points_column)) for index, found in sheets.items()]


def _batches(path: Path, settings: InputSettings) -> Iterator[tuple[int, CellBatch]]:
    sheet = -1
    for item in read_cells(path, settings):
        if isinstance(item, SheetCells):
            sheet = item.index
        elif isinstance(item, CellBatch):
            yield sheet, item


def _headers(found: SheetFound) -> list[str]:
    return [
        re.sub(r"[\s(（\[].*$", "", header.strip().lower()) or header.strip().lower()
        for header in found.headers
    ]


def _rows_of_sheet(
    path: Path, found: SheetFound, lines: list[tuple[int, list[str], list[int]]], points_column: str | None
) -> Iterator[_Row]:
    headers = _headers(found)
    points = _points_column(path, found, [cells for _, cells, _ in lines], points_column)
    time = next((n for n, header in enumerate(headers) if _TIME_HEADER.search(header)), None)
    account = next((n for n, header in enumerate(headers) if _ACCOUNT_HEADER.match(header)), None)
    ids = (found.order_column, found.owner_column, found.shop_column)
    for line, cells, kinds in lines:
        numbers = _ids(cells, kinds, found.order_column)
        if numbers is Reason.MISSING:  # a total, a blank line
            continue
        owners = _ids(cells, kinds, found.owner_column) if found.owner_column is not None else Reason.MISSING
        amount = _amount(_cell(cells, points))
        yield _Row(
            cells=tuple(cells),
            numbers=numbers,
            owner=owners[0] if isinstance(owners, list) else None,
            amount=amount,
            refund=any(_REFUND.search(text) for n, text in enumerate(cells) if n not in ids),
            account=_cell(cells, account).strip(),
            time=_time(_cell(cells, time)),
            place=Place(file=path.name, line=line),
        )


def _points_column(path: Path, found: SheetFound, rows: list[list[str]], wanted: str | None) -> int | None:
    """Return the points column: the one named, else the only one whose header and values fit. Raises InputError."""
    headers = _headers(found)
    if wanted == NO_POINTS:
        return None
    if wanted:
        name = wanted.strip().lower()
        return headers.index(name) if name in headers else None
    ids = (found.order_column, found.owner_column, found.shop_column)
    numeric = [
        n
        for n, header in enumerate(headers)
        if n not in ids
        and not _OTHER_HEADERS.search(header)
        and not _TIME_HEADER.search(header)
        and not _ACCOUNT_HEADER.match(header)
        and _is_numeric_column([_cell(cells, n) for cells in rows])
    ]
    named = [n for n in numeric if headers[n] in POINTS_HEADERS]
    if len(named) == 1:
        return named[0]
    if not numeric:
        return None
    columns = ", ".join(found.headers[n] for n in (named or numeric))
    raise InputError(messages.WHICH_POINTS_COLUMN, file=path.name, sheet=found.sheet, columns=columns)


def _is_numeric_column(values: Sequence[str]) -> bool:
    filled = [value for value in values if value.strip()]
    return bool(filled) and sum(_amount(value) is not None for value in filled) >= _NUMERIC_SHARE * len(
        filled
    )


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _ids(cells: list[str], kinds: list[int], column: int) -> list[str] | Reason:
    if column >= len(cells):
        return Reason.MISSING
    return clean_id(cells[column], kinds[column] if column < len(kinds) else CellKind.TEXT)


def _amount(text: str) -> int | None:
    found = _AMOUNT.fullmatch(text.strip().replace(",", "").replace("，", ""))
    if found is None:
        return None
    return -int(found[2]) if found[1] in ("-", "−") else int(found[2])


def _time(text: str) -> datetime | None:
    """Return the time of a row in local time; None when it names only a day or nothing."""
    day, clock = _DAY.search(text), _CLOCK.search(text)
    if day is None or clock is None:
        return None
    try:
        year, month, date = map(int, day.groups())
        hour, minute, second = (int(each or 0) for each in clock.groups())
        return datetime(year, month, date, hour, minute, second).astimezone()
    except ValueError:
        return None

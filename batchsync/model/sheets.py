"""What the reader yields: the file, its sheets, and their rows as columns."""

from dataclasses import dataclass, field
from enum import IntEnum

from batchsync.model.reasons import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFound:
    """What a file is by its content, whatever its name."""

    container: str
    """xlsx, xls, xlsb, ods, spreadsheetml, html, csv or zip."""
    sha256: str
    size: int
    """In bytes."""
    detail: str = ""
    """For text: its encoding and delimiter."""
    notes: tuple[Note, ...] = ()


class CellKind(IntEnum):
    """Kind of a cell in the file, so that damaged numbers are recognised."""

    EMPTY = 0
    TEXT = 1
    NUMBER = 2
    """A number with exactly the digits written in the file (leading zeros of its number format included)."""
    LOSSY = 3
    """A number from a binary reader: a float, of which only 15 digits can be trusted."""
    BOOLEAN = 4
    DATE = 5
    ERROR = 6
    """An error cell such as #N/A; the text is the error."""
    NO_VALUE = 7
    """A formula without a cached value."""
    UNDECODABLE = 8
    """Text with bytes that no known encoding decodes."""
    BROKEN = 9
    """A line of a text file that can't be trusted (an unclosed quote, fewer fields than the header)."""
    AMOUNT = 10
    """A number that its format shows as money, a percentage or with a unit: never an id."""
    TOTAL = 11
    """The order cell of a row that names itself a total and has no order number like the others."""
    BARE_SUM = 12
    """The order cell of a row that holds nothing but numbers elsewhere: a sum, unless an order follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFound:
    """A sheet with a table: its header row, the columns chosen, and why.

    Columns count from 0. `notes` are reason codes with facts, for the check to show.
    """

    sheet: str
    """The sheet's name; the file's own name for a text file."""
    index: int
    """Index of the sheet in the workbook, from 0."""
    header_line: int
    """The line that Excel shows for the header row, from 1."""
    headers: tuple[str, ...]
    order_column: int
    owner_column: int | None = None
    shop_column: int | None = None
    decision_column: int | None = None
    result_columns: tuple[int, ...] = ()
    """Columns that an earlier result of ours added, to be replaced."""
    explanation_lines: tuple[int, ...] = ()
    """Lines under the header that explain the columns."""
    order_shape: int = 0
    """The planning.shapes.Shape that most order numbers have."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBatch:
    """Consecutive data rows of the last SheetFound, as parallel columns of equal length.

    Only the columns that the plan needs, with the text of the cells unchanged. Empty rows and explanation rows are
    left out. A missing column is an empty list.
    """

    lines: list[int]
    """Line numbers as Excel shows them, ascending."""
    orders: list[str]
    order_kinds: list[int]
    owners: list[str] = field(default_factory=list)
    owner_kinds: list[int] = field(default_factory=list)
    shops: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    """1 where a filter or the user hides the row; an empty list when no row of the batch is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCells:
    """The start of a sheet when all its cells are read."""

    sheet: str
    index: int
    visible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBatch:
    """Consecutive lines of the last SheetCells, every cell as text with its kind."""

    lines: list[int]
    rows: list[list[str]]
    kinds: list[list[int]]
    hidden: list[int] = field(default_factory=list)

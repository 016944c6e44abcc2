"""What a container yields in the parser process: sheets and their lines, and how the user wants them read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from batchsync.model import CellKind, Note

(EMPTY, TEXT, NUMBER, LOSSY, BOOLEAN, DATE, ERROR, NO_VALUE, UNDECODABLE, BROKEN, AMOUNT, TOTAL, BARE_SUM) = (
    map(int, CellKind)
)
"""The kinds as plain ints: each cell of a million rows has one."""

Opener = Callable[[], BinaryIO]

LONGEST_TEXT = 32_768
"""One more than the characters that a cell may hold: what is longer is refused whatever it holds."""


class Line(NamedTuple):
    """One line of a sheet: the text of its cells, ragged as found, and a kind for each."""

    number: int
    """The line number that Excel shows, from 1 (for text: the line where the record starts)."""
    cells: list[str]
    kinds: Sequence[int]
    hidden: bool = False


class Sheet(Protocol):
    """A sheet. Cells merged downward have their value on each covered line."""

    @property
    def name(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def visible(self) -> bool: ...

    def lines(self) -> Iterator[Line]:
        """Yield the lines with at least one cell, in rising order."""
        ...


class MemorySheet:
    """A sheet whose lines are in memory."""

    def __init__(self, name: str, index: int, rows: list[Line]) -> None:
        self.name = name
        self.index = index
        self.visible = True
        self.rows = rows

    def lines(self) -> Iterator[Line]:
        """Yield its lines."""
        return iter(self.rows)


class Source(Protocol):
    """An opened file: its container, and its sheets in the file's order, hidden ones too."""

    @property
    def container(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def notes(self) -> list[Note]: ...

    def sheets(self) -> Iterator[Sheet]: ...


class ReadOptions(NamedTuple):
    """The fields of `config.InputSettings`, without pydantic: its import would double a child's start-up."""

    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    order_columns: tuple[str, ...] = ()
    owner_columns: tuple[str, ...] = ()
    owner_id: str | Mapping[str, str] | None = None
    owners: Mapping[str, str] = {}
    hidden_rows: str = "skip"

"""The nouns inside the walled child: what a container yields and what was wished for.

Everything here is light on purpose: the child starts for every file, and `batchsync.model` alone (its dataclasses)
would double its start-up. So nothing that the child needs imports model, errors or config at module level; the
parent turns these tuples into the house's nouns. The kinds are `model.CellKind` by number (a test compares them).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

EMPTY, TEXT, NUMBER, LOSSY, BOOLEAN, DATE, ERROR, NO_VALUE, UNDECODABLE, BROKEN, AMOUNT = range(11)

LONGEST_TEXT = 32_768
"""One more than the characters that a cell may hold: what is longer is refused whatever it says."""


class Note(NamedTuple):
    """Something worth saying about a file: a code that `words` knows, and its facts. Mirrors `model.Note`."""

    code: str
    facts: Mapping[str, str] = {}


class Line(NamedTuple):
    """One line of a sheet: cells as the file says them, ragged as found, with a kind for each."""

    number: int
    """The line number that Excel shows, from 1 (for text: the line where the record starts)."""
    cells: list[str]
    kinds: Sequence[int]
    hidden: bool = False


class Sheet(Protocol):
    """A sheet whose lines can be walked once. Cells merged downward carry their value on each covered line."""

    @property
    def name(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def visible(self) -> bool: ...

    def lines(self) -> Iterator[Line]:
        """Lines with at least one cell, rising."""
        ...


class Source(Protocol):
    """An opened file: what it is, and its sheets in the file's order, hidden ones too."""

    @property
    def container(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def notes(self) -> list[Note]: ...

    def sheets(self) -> Iterator[Sheet]: ...


class ReadOptions(NamedTuple):
    """How the user wants the file read. Mirrors `config.InputSettings`, field by field."""

    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    order_columns: tuple[str, ...] = ()
    owner_columns: tuple[str, ...] = ()
    owner_id: str | Mapping[str, str] | None = None
    owners: Mapping[str, str] = {}
    hidden_rows: str = "skip"


class UnreadableFile(Exception):
    """The file can't be read: the name of a Text in `words.reading`, and its facts.

    The light twin of `errors.FileUnreadable`, which the parent raises in its place. (An error of `errors` itself may
    be raised in the child too, imported where it is raised: it crosses with its text and facts.)
    """

    def __init__(self, text: str, **facts: str) -> None:
        self.text = text
        self.facts = facts
        super().__init__(text, facts)

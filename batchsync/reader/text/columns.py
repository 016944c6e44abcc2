"""The wanted columns of a text: by one expression for a whole block, or from records that are divided already.

Every way returns None when a row is not surely a whole record with an order in it; `row_batches` reads it then.
"""

import re
from collections.abc import Sequence

from batchsync.model import RowBatch, SheetFound
from batchsync.planning.shapes import Shape
from batchsync.reader.source import EMPTY, TEXT
from batchsync.reader.table.header_row import surely_rows
from batchsync.reader.text.records import Chunk, Dialect

_LARGEST = 1 << 20
"""Bytes of a block, characters of a column: more in one than usual is left to the way that bounds its messages."""
_LONGEST_REST = 31
"""Blocks: where line breaks in quotes are many, trying costs more than it gives."""
_Expressions = dict[bytes, "re.Pattern[bytes]"]
"""By what ends a line."""


class TextColumns:
    """Takes the columns of one table from its text. `width` is what most records have."""

    def __init__(self, found: SheetFound, dialect: Dialect, width: int) -> None:
        self.below = max((found.header_line, *found.explanation_lines))
        """The last line that is looked at by itself in any case."""
        firsts = None if found.order_shape >= Shape.DIGITS else 0  # for orders that don't look like ids
        self._width = len(found.headers)
        self._wanted = (
            found.order_column,
            found.owner_column,
            found.shop_column,
            found.decision_column,
            firsts,
        )
        self._columns = sorted({column for column in self._wanted if column is not None})
        self._delimiter = dialect.delimiter.encode()
        self._delimiters = max(width, self._width) - 1
        self._may_be_quick = (
            self._columns[-1] < self._width <= width
            and not dialect.skip_space
            and len(self._delimiter) == 1
            and self._delimiter not in b'\r\n"'
        )
        self._vain = self._rest = 0
        """Blocks that are not tried after one tried in vain, and how many of them are left."""
        self._bare: _Expressions = {}
        self._quoted: _Expressions = {}

    # --- From a block by one expression ---------------------------------------------------------------------

    def of_block(self, block: bytes, first: int) -> RowBatch | None:
        """Cut a block of whole lines, UTF-8, of which the first has a number; None when it needs a closer look."""
        if not self._may_be_quick or first <= self.below:
            return None
        if not block.endswith(b"\n") or len(block) > _LARGEST:
            return None
        end = b"\r\n" if block.endswith(b"\r\n") else b"\n"
        rows = self._quoted_rows(block, end) if b'"' in block else self._bare_rows(block, end)
        if not rows:
            return None
        cells = zip(*rows, strict=True) if len(self._columns) > 1 else (rows,)
        joined = {
            column: b"\n".join(texts).replace(b'"', b"").decode()
            for column, texts in zip(self._columns, cells, strict=True)
        }
        return self._batch(first, len(rows), joined)

    def _bare_rows(self, block: bytes, end: bytes) -> Sequence[bytes | tuple[bytes, ...]]:
        """Cut a block without quotes; nothing when a line isn't of the usual width.

        A cell of this expression may reach over a line's end, which is quick and wrong. But each match has a line's end
        and as many delimiters as a row at least, so none has more of them when together they have just as many.
        """
        ends, returns = block.count(b"\n"), block.count(b"\r")
        if block.count(self._delimiter) != ends * self._delimiters:
            return []  # else each blank line would look to the end
        rows = self._expression(
            self._bare, end, rf"[^{self._escaped}]*+", rf"[^{end.decode()[0]}]*+"
        ).findall(block)
        return rows if len(rows) == ends and returns == (ends if end == b"\r\n" else 0) else []

    def _quoted_rows(self, block: bytes, end: bytes) -> Sequence[bytes | tuple[bytes, ...]]:
        """Cut a block of which cells are quoted, with nothing in quotes that ends a line or is a quote itself."""
        if self._rest:
            self._rest -= 1
            return []
        cell = rf'(?:"[^"]*+"|[^{self._escaped}"\r\n]*+)'
        rows = self._expression(self._quoted, end, cell, cell).findall(block)
        ends, returns = block.count(b"\n"), block.count(b"\r")
        whole = len(rows) == ends and returns == (ends if end == b"\r\n" else 0)
        self._vain = 0 if whole else min(2 * self._vain + 1, _LONGEST_REST)
        self._rest = self._vain
        return rows if whole else []

    @property
    def _escaped(self) -> str:
        return re.escape(self._delimiter.decode())

    def _expression(self, kept: _Expressions, end: bytes, cell: str, last: str) -> "re.Pattern[bytes]":
        """Make the expression for a row, or find it: the wanted cells are groups, those beyond the header are empty."""
        if end not in kept:
            width = self._width
            beyond = self._delimiters + 1 - width
            cells = [cell] * (width - 1) + [cell if beyond else last]
            for column in self._columns:
                cells[column] = f"({cells[column]})"
            row = self._escaped.join(cells) + self._escaped * beyond
            kept[end] = re.compile(f"^{row}{end.decode()}".encode(), re.MULTILINE)
        return kept[end]

    # --- From records that are cut already ------------------------------------------------------------------

    def of_records(self, chunk: Chunk) -> RowBatch | None:
        """Take the columns of records that are all whole; None when they need a closer look."""
        rows, width = chunk.rows, self._width
        widths = set(map(len, rows))
        if chunk.first <= self.below or len(widths) != 1 or (least := widths.pop()) < width:
            return None
        if self._columns[-1] >= width or (least > width and any(any(row[width:]) for row in rows)):
            return None
        joined = {column: "\n".join([row[column] for row in rows]) for column in self._columns}
        if any(text.count("\n") != len(rows) - 1 or len(text) > _LARGEST for text in joined.values()):
            return None
        return self._batch(chunk.first, len(rows), joined)

    def _batch(self, first: int, size: int, joined: dict[int, str]) -> RowBatch | None:
        """Make the batch of columns that are joined by line breaks; None unless all rows are surely data."""
        order, owner, shop, decision, firsts = self._wanted
        if not surely_rows(joined[order], "" if firsts is None else joined[firsts]):
            return None
        owners, shops, decisions = [
            [] if column is None else joined[column].split("\n") for column in (owner, shop, decision)
        ]
        return RowBatch(
            lines=list(range(first, first + size)),
            orders=joined[order].split("\n"),
            order_kinds=[TEXT] * size,
            owners=owners,
            owner_kinds=[TEXT if text else EMPTY for text in owners]
            if "" in owners
            else [TEXT] * len(owners),
            shops=shops,
            decisions=decisions,
        )

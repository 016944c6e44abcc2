"""A million rows of an .xlsx, fast: one expression per row that takes only the wanted columns, judged by the piece.

A piece of whole rows is matched by one `findall`. It is believed only when it gave as many rows as the piece has
`<row` tags: the expression can't reach over a row's end, skip a wanted cell, or take the wanted columns in another
order, so then every row was read whole. Any other piece goes the slow way, line by line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import compress, zip_longest

from batchsync.model import RowBatch, SheetFound
from batchsync.ooxml.references import MOST_LINES, letter
from batchsync.reader.row_batches import DATA_KINDS, row_batches
from batchsync.reader.source import EMPTY, NUMBER, TEXT
from batchsync.reader.table.header_row import Role, role, surely_an_id, surely_ids
from batchsync.reader.xlsx.cell_values import Values, cell_text
from batchsync.reader.xlsx.rows import Rows, hides

_QUOTED_NUMBER = r'"([0-9]{1,7})"'
_BEFORE = r"((?: (?!r=)[\w:.]++=\"[^\">]*+\")*+)"
_V = r"<v(?: xml:space=\"preserve\")?+>"
_T = r"<is><t(?: xml:space=\"preserve\")?+>"
_FORMULA = r"<f[^>]*+>(?:[^<]*+</f>)?+"

Column = tuple[list[str], list[int]]
"""Texts and kinds."""


def row_expression(columns: Sequence[int], *, lean: bool = False) -> "re.Pattern[str]":
    """Make the expression: row attributes, number, more attributes, then four groups for each column.

    The four are the cell's attributes, a mark of a formula, its value and its inline text. A lean one knows only
    rows that begin with their number, and cells of the wanted columns with nothing but a value: number and
    attributes, then two groups for each column.
    """
    names = [letter(column) for column in sorted(columns)]
    skip = (
        rf'(?:<c r="(?!(?:{"|".join(names)})[0-9])[A-Z]{{1,3}}[0-9]++"[^>/]*+(?:/>|>'
        rf"(?:{_FORMULA})?+(?:{_V}[^<]*+</v>|<v/>|<is>(?:(?!</is>|</?row|<c ).)*+</is>)?+</c>))*+"
    )
    if lean:
        start, value = f"<row r={_QUOTED_NUMBER}([^>/]*+)(?:/>|>", "<v>([^<]*+)</v>"
    else:
        start = f"<row{_BEFORE} r={_QUOTED_NUMBER}([^>/]*+)(?:/>|>"
        value = rf"(?:(<f)[^>]*+>(?:[^<]*+</f>)?+)?+(?:{_V}([^<]*+)</v>|<v/>|{_T}([^<]*+)</t></is>)?+"
    take = "".join(rf'(?:<c r="{name}[0-9]++"([^>/]*+)(?:/>|>{value}</c>))?+{skip}' for name in names)
    return re.compile(f"{start}{skip}{take}</row>)", re.DOTALL)


class FastColumns:
    """Reads the columns of one table from the pieces of its sheet."""

    def __init__(self, found: SheetFound, values: Values) -> None:
        self._found = found
        self._values = values
        self._rows = Rows(values)
        taken = (found.order_column, found.owner_column, found.shop_column, found.decision_column)
        self._columns = sorted({column for column in taken if column is not None})
        self._lean = True
        self._expression = row_expression(self._columns, lean=True)

    def row_batches(self, pieces: Iterable[str]) -> Iterator[RowBatch]:
        """Yield the data rows of all pieces."""
        for piece in pieces:
            batch = self._quick(piece)
            if batch is None:
                yield from row_batches(self._rows.lines(piece), self._found)
            elif batch.lines:
                yield batch

    def _quick(self, piece: str) -> RowBatch | None:
        """Return the data rows of a piece; None when it is not all of the usual shape."""
        rows = self._rows_of(piece)
        if rows is None:
            return None
        if not rows:
            return RowBatch(lines=[], orders=[], order_kinds=[])
        before: Sequence[str] = ()
        if self._lean:
            numbers, after, *cells = zip(*rows, strict=True)
        else:
            before, numbers, after, *cells = zip(*rows, strict=True)
        lines = list(map(int, numbers))
        if not self._rising(lines):
            return None
        by_column = {
            column: self._column(*self._groups(cells, at)) for at, column in enumerate(self._columns)
        }
        self._rows.last = lines[-1]
        batch = self._batch(lines, by_column, _hidden(before, after))
        orders = batch.orders
        if lines[0] > self._found.header_line and surely_ids("\n".join(orders)):
            return batch
        return self._judged(piece, batch)

    def _rows_of(self, piece: str) -> list[tuple[str, ...]] | None:
        """Return the groups of each row of a piece: by the lean expression as long as it does."""
        count = piece.count("<row")
        rows = self._expression.findall(piece)
        if len(rows) != count and self._lean:
            self._lean = False
            self._expression = row_expression(self._columns)
            rows = self._expression.findall(piece)
        return rows if len(rows) == count else None

    def _groups(self, cells: Sequence[tuple[str, ...]], at: int) -> Sequence[tuple[str, ...]]:
        """Return a column's attributes, formula marks, values and inline texts."""
        if self._lean:
            return cells[2 * at], (), cells[2 * at + 1], ()
        return cells[4 * at : 4 * at + 4]

    def _rising(self, lines: list[int]) -> bool:
        """Whether lines rise from the last one on; nearly always they simply count."""
        if lines[0] <= self._rows.last or lines[-1] > MOST_LINES:
            return False
        if lines[-1] - lines[0] == len(lines) - 1 and lines == list(range(lines[0], lines[-1] + 1)):
            return True
        return all(map(int.__lt__, lines, lines[1:]))

    def _batch(self, lines: list[int], columns: dict[int, Column], hidden: list[int]) -> RowBatch:
        found = self._found
        none: Column = ([], [])
        orders, order_kinds = columns[found.order_column]
        owners, owner_kinds = none if found.owner_column is None else columns[found.owner_column]
        shops, _ = none if found.shop_column is None else columns[found.shop_column]
        decisions, _ = none if found.decision_column is None else columns[found.decision_column]
        return RowBatch(
            lines=lines,
            orders=orders,
            order_kinds=order_kinds,
            owners=owners,
            owner_kinds=owner_kinds,
            shops=shops,
            decisions=decisions,
            hidden=hidden,
        )

    def _judged(self, piece: str, batch: RowBatch) -> RowBatch:
        """Keep the rows that are data: those without a sure order number are looked at whole."""
        after, kept = self._found.header_line, bytearray(len(batch.lines))
        rows = Rows(self._values)
        for at, match in enumerate(self._expression.finditer(piece)):
            if surely_an_id(batch.orders[at]) and batch.lines[at] > after:
                kept[at] = 1
            else:
                line = next(rows.lines(match[0]), None)
                its_role = Role.BLANK if line is None else role(line, self._found)
                kept[at] = its_role in DATA_KINDS
                if kept[at] and its_role is not Role.DATA:
                    batch.order_kinds[at] = DATA_KINDS[its_role]
        return _kept(batch, kept)

    def _column(
        self,
        blobs: tuple[str, ...],
        formulas: tuple[str, ...],
        raws: tuple[str, ...],
        inlines: tuple[str, ...],
    ) -> Column:
        """Turn a column's raw cells into texts and kinds: at once where all are alike."""
        one = blobs[0]
        if blobs.count(one) == len(blobs) and not any(formulas):
            alike = self._alike(one, raws, inlines)
            if alike is not None:
                return alike
        of_blob = self._values.of_blob
        cells = [
            of_blob(blob)(raw or inline, formula != "")
            for blob, formula, raw, inline in zip_longest(blobs, formulas, raws, inlines, fillvalue="")
        ]
        return [text for text, _ in cells], [kind for _, kind in cells]

    def _alike(self, blob: str, raws: tuple[str, ...], inlines: tuple[str, ...]) -> Column | None:
        """Convert cells that all have the same attributes, if that is simple."""
        kind = self._values.type_of(blob)
        if kind in ("str", "inlineStr"):
            return _strings(
                inlines if kind == "inlineStr" else raws, raws if kind == "inlineStr" else inlines
            )
        if kind == "s":
            return self._shared(raws)
        zeros = self._values.zeros_of(blob)
        if zeros is None or not all(raws):
            return None
        together = "".join(raws)
        if not (together.isdecimal() and together.isascii()):
            return None
        return [raw.zfill(zeros) for raw in raws] if zeros else list(raws), [NUMBER] * len(raws)

    def _shared(self, raws: tuple[str, ...]) -> Column | None:
        try:
            texts = list(map(self._values.strings.__getitem__, map(int, raws)))
        except (ValueError, IndexError):
            return None
        if "-" in "".join(raws):
            return None
        return texts, _text_kinds(texts)


def _strings(raws: tuple[str, ...], others: tuple[str, ...]) -> Column | None:
    if any(others):
        return None
    together = "".join(raws)
    texts = list(map(cell_text, raws)) if "&" in together or "_x" in together else list(raws)
    return texts, _text_kinds(texts)


def _text_kinds(texts: list[str]) -> list[int]:
    return [TEXT if text else EMPTY for text in texts] if "" in texts else [TEXT] * len(texts)


def _hidden(before: Sequence[str], after: Sequence[str]) -> list[int]:
    """Return 1 for each hidden row; nothing when none is."""
    with_hidden = {blob for blob in {*before, *after} if "hidden" in blob}
    hiding = {blob for blob in with_hidden if hides(blob)}
    if not hiding:
        return []
    return [int(one in hiding or other in hiding) for one, other in zip_longest(before, after)]


def _kept(batch: RowBatch, kept: bytearray) -> RowBatch:
    """Return the rows of a batch that are marked; a column that isn't there stays empty."""
    columns = {field.name: list(compress(getattr(batch, field.name), kept)) for field in fields(batch)}
    return RowBatch(**columns)

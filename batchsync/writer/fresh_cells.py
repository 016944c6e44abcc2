"""The XML of the input's cells in a fresh workbook."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from batchsync.model import CellKind
from batchsync.ooxml.escaping import string_cell, xml_texts
from batchsync.ooxml.references import MOST_COLUMNS, letter
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.input_cells import Line

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,20}")
_NUMBERS = frozenset({CellKind.NUMBER, CellKind.AMOUNT})


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshCells:
    """Makes the opening tags and the input's cells of rows, without the closing tags.

    Lines with equal widths are made column by column: a column of texts is escaped as one. The XML is the same either way.
    """

    kept: Sequence[int]
    """The input's columns that are copied, of the first `known_width`."""
    known_width: int
    """Columns of the input as far as known before the first row was written."""
    added: int
    """Number of result columns. Columns beyond `known_width` are right of them."""
    ids: frozenset[int]
    """Columns of the input that are always text."""
    text_style: int
    plain_style: int

    def rows(self, lines: Sequence[Line], offset: int) -> list[str]:
        """Return the XML of each line; its row number is `offset` lower than its line."""
        numbers, rows, kinds, hidden = zip(*lines, strict=True)
        widths = {*map(len, rows), *map(len, kinds)}
        if len(widths) > 1 or max(widths) > self.known_width or any(hidden):
            return [self.row(line, offset) for line in lines]
        row_numbers = [str(number - offset) for number in numbers]
        texts, kinds = tuple(zip(*rows, strict=True)), tuple(zip(*kinds, strict=True))
        xml = [
            self._column(self.letters(position), column, row_numbers, texts[column], kinds[column])
            for position, column in enumerate(self.columns(len(texts)))
        ]
        return list(map("".join, zip([f'<row r="{number}">' for number in row_numbers], *xml, strict=True)))

    def row(self, line: Line, offset: int) -> str:
        """Return the XML of one line, cell by cell."""
        number, cells, kinds, hidden = line
        number -= offset
        xml = [f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>']
        for position, column in enumerate(self.columns(len(cells))):
            if column < len(kinds) and cells[column]:
                at = f"{self.letters(position)}{number}"
                xml.append(self._cell(at, column, cells[column], kinds[column]))
        return "".join(xml)

    def columns(self, width: int) -> list[int]:
        """Return the columns of a line of that width that are copied, in their order."""
        return [*(column for column in self.kept if column < width), *range(self.known_width, width)]

    def letters(self, position: int) -> str:
        """Return the letters of the column for the cell at a position of `columns`."""
        column = position if position < len(self.kept) else position + self.added
        if column >= MOST_COLUMNS:
            raise NotRewritableError("no room on the right")
        return letter(column)

    def _column(
        self, letters: str, column: int, numbers: Sequence[str], texts: Sequence[str], kinds: Sequence[int]
    ) -> list[str]:
        if column not in self.ids and not _NUMBERS.isdisjoint(kinds):
            return [
                self._cell(letters + number, column, text, kind) if text else ""
                for number, text, kind in zip(numbers, texts, kinds, strict=True)
            ]
        safe, padded = xml_texts(texts)
        space = ' xml:space="preserve"' if padded else ""
        start, middle = f'<c r="{letters}', f'" s="{self._style(column)}" t="inlineStr"><is><t{space}>'
        return [
            f"{start}{number}{middle}{escaped}</t></is></c>" if text else ""
            for number, text, escaped in zip(numbers, texts, safe, strict=True)
        ]

    def _cell(self, at: str, column: int, text: str, kind: int) -> str:
        # Whole numbers are exact up to 15 digits; a fraction is a double in any case.
        is_exact = _WHOLE.fullmatch(text) is not None or _DECIMAL.fullmatch(text) is not None
        if kind in _NUMBERS and column not in self.ids and is_exact:
            return f'<c r="{at}" s="{self.plain_style}"><v>{text}</v></c>'
        return string_cell(at, f' s="{self._style(column)}"', text)

    def _style(self, column: int) -> int:
        return self.text_style if column in self.ids else self.plain_style

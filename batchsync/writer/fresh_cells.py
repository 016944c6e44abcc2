"""The user's cells in a fresh sheet: column by column where lines are alike, else cell by cell; the same either way.

A column of a few thousand texts is looked at as one: if nothing in it needs care, each cell is one f-string.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from batchsync.model import CellKind
from batchsync.ooxml.xml_edit import UnshapedError
from batchsync.writer.escaping import string_cell, xml_texts
from batchsync.writer.input_cells import Line
from batchsync.writer.sheet_rewrite import MOST_COLUMNS
from batchsync.writer.sheet_scanner import column_letters

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,20}")
_NUMBERS = frozenset({CellKind.NUMBER, CellKind.AMOUNT})


@dataclass(frozen=True, slots=True, kw_only=True)
class InputCells:
    """Makes rows without their end: the opening tag and the user's cells."""

    kept: Sequence[int]
    """The input's columns that are given back, of the first `seen`."""
    seen: int
    """Columns of the input as far as was known before the first row was written."""
    ours: int
    """Columns of ours behind the kept ones; whatever is wider than `seen` stands behind those."""
    ids: frozenset[int]
    """Columns of the input that are always text."""
    text_style: int
    plain_style: int

    def rows(self, lines: Sequence[Line], offset: int) -> list[str]:
        """Return each line's XML; a line stands `offset` rows higher than it did."""
        quick = self._in_columns(lines, offset)
        return [self.row(line, offset) for line in lines] if quick is None else quick

    def row(self, line: Line, offset: int) -> str:
        """Return one line's XML, cell by cell."""
        number, cells, kinds, hidden = line
        number -= offset
        out = [f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>']
        for place, column in enumerate(self.columns(len(cells))):
            if column < len(kinds) and cells[column]:
                at = f"{self.letters(place)}{number}"
                out.append(self._cell(at, column, cells[column], kinds[column]))
        return "".join(out)

    def columns(self, width: int) -> list[int]:
        """Return the columns that a line of so many cells gives back, in their order."""
        return [*(column for column in self.kept if column < width), *range(self.seen, width)]

    def letters(self, place: int) -> str:
        """Return the letters of the column that a kept one, or one beyond, stands in."""
        place = place if place < len(self.kept) else place + self.ours
        if place >= MOST_COLUMNS:
            raise UnshapedError("no room on the right")
        return column_letters(place + 1)

    def _in_columns(self, lines: Sequence[Line], offset: int) -> list[str] | None:
        """Return the rows of lines that are alike; None when they are not."""
        numbers, rows, kinds, hidden = zip(*lines, strict=True)
        widths = {*map(len, rows), *map(len, kinds)}
        if len(widths) > 1 or max(widths) > self.seen or any(hidden):
            return None
        shown = [str(number - offset) for number in numbers]
        texts, kinds = tuple(zip(*rows, strict=True)), tuple(zip(*kinds, strict=True))
        xml = [
            self._column(self.letters(place), column, shown, texts[column], kinds[column])
            for place, column in enumerate(self.columns(len(texts)))
        ]
        return list(map("".join, zip([f'<row r="{number}">' for number in shown], *xml, strict=True)))

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
            f"{start}{number}{middle}{text}</t></is></c>" if there else ""
            for number, there, text in zip(numbers, texts, safe, strict=True)
        ]

    def _cell(self, at: str, column: int, text: str, kind: int) -> str:
        if kind in _NUMBERS and column not in self.ids and _is_exact(text):
            return f'<c r="{at}" s="{self.plain_style}"><v>{text}</v></c>'
        return string_cell(at, f' s="{self._style(column)}"', text)

    def _style(self, column: int) -> int:
        return self.text_style if column in self.ids else self.plain_style


def _is_exact(text: str) -> bool:
    """Whether a number says in a sheet what it says here: whole ones up to 15 digits; any fraction is a double anyway."""
    return _WHOLE.fullmatch(text) is not None or _DECIMAL.fullmatch(text) is not None

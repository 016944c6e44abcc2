"""The input's cells, from the reader or from the plan, and their XML in a fresh workbook."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import itemgetter

from batchsync.messages import Lang
from batchsync.messages import result_file as messages
from batchsync.model import CellBatch, CellKind, FileFound, SheetCells, SheetFound
from batchsync.model.row_results import rows
from batchsync.ooxml.escaping import string_cell, xml_texts
from batchsync.ooxml.references import MOST_COLUMNS, letter
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.result_rows import Entries
from batchsync.writer.types import ResultJob

Cells = Iterable[FileFound | SheetCells | CellBatch]

Line = tuple[int, list[str], Sequence[int], bool]


class LineBuffer:
    """Lines, a piece at a time, with the next one in sight."""

    def __init__(self, pieces: Iterator[list[Line]]) -> None:
        self._batches = pieces
        self._piece: list[Line] = next(pieces, [])

    @property
    def next(self) -> Line | None:
        """The line that comes next."""
        return self._piece[0] if self._piece else None

    def take(self, below: int) -> list[Line]:
        """Return the next lines, as many as are at hand, of those that are numbered below this."""
        cut = bisect_left(self._piece, below, key=itemgetter(0))
        taken, self._piece = self._piece[:cut], self._piece[cut:] or next(self._batches, [])
        return taken


def dropped_columns(found: SheetFound | None) -> frozenset[int]:
    if found is None:
        return frozenset()
    decision = [] if found.decision_column is None else [found.decision_column]
    return frozenset([*found.result_columns, *decision])


def by_sheet(cells: Cells) -> Iterator[tuple[SheetCells, Iterator[CellBatch]]]:
    """Group the reader's stream by sheet; each group must be used up before the next."""
    stream = iter(cells)
    held: list[SheetCells] = []

    def batches() -> Iterator[CellBatch]:
        for item in stream:
            if isinstance(item, SheetCells):
                held.append(item)
                return
            if isinstance(item, CellBatch):
                yield item

    for _ in batches():
        raise NotRewritableError("cells before the first sheet")
    while held:
        yield held.pop(), batches()


def lines_of(batches: Iterable[CellBatch]) -> Iterator[Line]:
    """Yield all lines, one by one."""
    return chain.from_iterable(line_batches(batches))


def line_batches(batches: Iterable[CellBatch]) -> Iterator[list[Line]]:
    """Yield the lines of each batch that has any."""
    for batch in batches:
        hidden = map(bool, batch.hidden) if batch.hidden else repeat(False, len(batch.lines))
        piece: list[Line] = list(zip(batch.lines, batch.rows, batch.kinds, hidden, strict=True))
        if piece:
            yield piece


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
    result_cells: int
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
        place = place if place < len(self.kept) else place + self.result_cells
        if place >= MOST_COLUMNS:
            raise NotRewritableError("no room on the right")
        return letter(place)

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


_BATCH = 1_000
_MERCHANT, _NUMBER = 0, 1


def plan_sheets(job: ResultJob) -> list[SheetFound]:
    """Return the run's sheets as they are without their file: two columns, the header where it was."""
    return [
        SheetFound(
            sheet=found.sheet,
            index=place,
            header_line=found.header_line,
            headers=_heads(job.lang),
            order_column=_NUMBER,
            owner_column=_MERCHANT,
        )
        for place, found in enumerate(job.sheets)
    ]


def plan_cells(job: ResultJob, entries: Entries) -> Iterator[SheetCells | CellBatch]:
    """Yield the plan's rows under the line numbers that they had."""
    sheets = list(job.sheets)
    walked = rows(entries())
    row = next(walked, None)
    kinds = [int(CellKind.TEXT)] * 2
    for place, found in enumerate(sheets):
        yield SheetCells(sheet=found.sheet, index=place)
        lines, cells = [found.header_line], [list(_heads(job.lang))]
        while row is not None and row.sheet == place:
            lines.append(row.line)
            owners = dict.fromkeys(entry.owner_id for entry in row.entries if entry.owner_id)
            cells.append([", ".join(owners), "\n".join(entry.number for entry in row.entries)])
            if len(lines) >= _BATCH:
                yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))
                lines, cells = [], []
            row = next(walked, None)
        if lines:
            yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))


def _heads(lang: Lang) -> tuple[str, str]:
    return messages.OWNER_HEAD.render(lang), messages.NUMBER_HEAD.render(lang)

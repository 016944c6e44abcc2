"""SpreadsheetML 2003, Excel's XML of old that ERPs still write as .xls. Entities are refused."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from batchsync.ooxml.archive import new_parser, parse_blocks
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, is_true
from batchsync.reader.merged_cells import RowBuilder
from batchsync.reader.number_formats import GENERAL, Format, named_format, number_cell
from batchsync.reader.source import (
    BOOLEAN,
    DATE,
    EMPTY,
    ERROR,
    NO_VALUE,
    NUMBER,
    TEXT,
    UNDECODABLE,
    Line,
    MemorySheet,
    Opener,
    Sheet,
)
from batchsync.reader.text.encoding import MARK, detect, is_marked, show_marks

if TYPE_CHECKING:
    from batchsync.model import Note

_BLOCK = 1 << 16
_KINDS = {"Number": NUMBER, "Boolean": BOOLEAN, "DateTime": DATE, "Error": ERROR}

_PRIVATE = 0xF700
"""Where marks of stray bytes travel through the XML parser, which takes no lone surrogates."""
_TO_PRIVATE = {0xDC00 + byte: _PRIVATE + byte for byte in range(256)}
_FROM_PRIVATE = {private: mark for mark, private in _TO_PRIVATE.items()}

Attributes = dict[str, str]


class _Workbook:
    """Collects the sheets of a workbook as expat walks it."""

    def __init__(self, damaged: bool) -> None:
        self.sheets: list[MemorySheet] = []
        self._damaged = damaged
        self._formats: dict[str, Format] = {}
        self._style = ""
        self._lines: list[Line] = []
        self._builder = RowBuilder()
        self._row = 0
        self._hidden = False
        self._in_row = False
        self._span = 0
        self._cell: Attributes = {}
        self._kind = EMPTY
        self._text: list[str] = []
        self._depth_of_comment = 0
        self._collects = False
        self._starts = {
            "Style": self._start_style,
            "NumberFormat": self._number_format,
            "Worksheet": self._start_sheet,
            "Row": self._start_row,
            "Cell": self._start_cell,
            "Data": self._start_data,
            "Visible": self._start_visible,
            "Comment": self._start_comment,
        }
        self._ends = {
            "Worksheet": self._end_sheet,
            "Row": self._end_row,
            "Cell": self._end_cell,
            "Data": self._end_data,
            "Visible": self._end_visible,
            "Comment": self._end_comment,
        }

    def start(self, name: str, attributes: Attributes) -> None:
        """Take an opening tag; names come as namespace, space, name."""
        act = self._starts.get(_local(name))
        if act:
            act({_local(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        """Take a closing tag."""
        act = self._ends.get(_local(name))
        if act:
            act()

    def characters(self, text: str) -> None:
        """Take text."""
        if self._collects:
            self._text.append(text)

    # styles

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("ID", "")

    def _number_format(self, attributes: Attributes) -> None:
        self._formats[self._style] = named_format(attributes.get("Format", ""))

    # sheets

    def _start_sheet(self, attributes: Attributes) -> None:
        self.sheets.append(MemorySheet(attributes.get("Name", ""), len(self.sheets), []))
        self._builder, self._row = RowBuilder(), 0

    def _end_sheet(self) -> None:
        self._in_row = False

    def _start_visible(self, _: Attributes) -> None:
        self._collects, self._text = True, []

    def _end_visible(self) -> None:
        self._collects = False
        if self.sheets and "".join(self._text).strip() in ("SheetHidden", "SheetVeryHidden"):
            self.sheets[-1].visible = False

    # rows

    def _start_row(self, attributes: Attributes) -> None:
        number = _whole(attributes.get("Index"), self._row + 1, MOST_LINES)
        self._row = max(number, self._row + 1)
        self._hidden = is_true(attributes.get("Hidden"))
        self._in_row = True
        self._span = _whole(attributes.get("Span"), 0, MOST_LINES)
        self._builder.start(self._row)

    def _end_row(self) -> None:
        cells, kinds = self._builder.end()
        self._in_row = False
        if self.sheets and any(kinds):
            self.sheets[-1].rows.append(Line(self._row, cells, kinds, self._hidden))
        self._row += self._span

    # cells

    def _start_cell(self, attributes: Attributes) -> None:
        self._cell, self._kind, self._text = attributes, EMPTY, []

    def _start_data(self, attributes: Attributes) -> None:
        if not self._depth_of_comment:
            self._kind = _KINDS.get(attributes.get("Type", ""), TEXT)
            self._collects, self._text = True, []

    def _end_data(self) -> None:
        if not self._depth_of_comment:
            self._collects = False

    def _start_comment(self, _: Attributes) -> None:
        self._depth_of_comment += 1

    def _end_comment(self) -> None:
        self._depth_of_comment -= 1

    def _end_cell(self) -> None:
        if not self._in_row:
            return
        cell = self._cell
        if "Index" in cell:
            self._builder.move_to(_whole(cell["Index"], 1, MOST_COLUMNS) - 1)
        text, kind = self._value("".join(self._text), self._kind, cell)
        across, down = (
            _whole(cell.get("MergeAcross"), 0, MOST_COLUMNS),
            _whole(cell.get("MergeDown"), 0, MOST_LINES),
        )
        self._builder.put(text, kind, across + 1, down + 1)
        self._cell, self._kind, self._text = {}, EMPTY, []

    def _value(self, text: str, kind: int, cell: Attributes) -> tuple[str, int]:
        if kind == EMPTY or not text:
            return "", NO_VALUE if "Formula" in cell else EMPTY
        if self._damaged and is_marked(marked := text.translate(_FROM_PRIVATE)):
            return show_marks(marked), UNDECODABLE
        if kind != NUMBER:
            return text, kind
        return number_cell(text, self._formats.get(cell.get("StyleID", ""), GENERAL))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _whole(written: str | None, otherwise: int, most: int) -> int:
    """Read a whole number from an attribute, within bounds."""
    if written is None or not written.isdecimal() or len(written) > 9:
        return otherwise
    return min(int(written), most)


class SpreadsheetMlSource:
    """A workbook in Excel's XML of 2003."""

    container = "spreadsheetml"

    def __init__(self, opener: Opener) -> None:
        encoding = detect(opener, lambda _: True)
        workbook = _Workbook(encoding.damaged)
        parser = new_parser(namespaces=True)
        parser.StartElementHandler = workbook.start
        parser.EndElementHandler = workbook.end
        parser.CharacterDataHandler = workbook.characters
        with io.TextIOWrapper(opener(), encoding=encoding.codec, errors=MARK, newline="") as stream:
            for _ in parse_blocks(parser, _utf8(stream), "utf-8"):
                pass
        self._sheets = workbook.sheets
        self.detail = encoding.shown
        self.notes: list[Note] = []

    def sheets(self) -> Iterator[Sheet]:
        """Yield the worksheets, hidden ones too."""
        yield from self._sheets


def _utf8(stream: TextIO) -> Iterator[bytes]:
    """Yield the text as UTF-8; marks of undecodable bytes travel as private characters."""
    while block := stream.read(_BLOCK):
        yield block.removeprefix("\ufeff").translate(_TO_PRIVATE).encode("utf-8", "replace")

"""The rows of an .xlsx sheet as lines: each row by one expression for its cells, by expat when it has another shape."""

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from batchsync.errors import ReadError
from batchsync.ooxml.archive import Attributes, OfficeArchive, local, new_parser, parse_blocks
from batchsync.ooxml.references import MOST_COLUMNS, MOST_LINES, column_of, is_true
from batchsync.reader.source import EMPTY, TEXT, Line
from batchsync.reader.xlsx.cell_values import Cell, Values, attributes_of, cell_text, cell_type

CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]++"([^>/]*+)(?:/>|>'
    r"(?:(<f)[^>]*+>(?:[^<]*+</f>)?+)?+"
    r"(?:<v(?: xml:space=\"preserve\")?+>([^<]*+)</v>|<v/>|<is><t(?: [^>]*+)?+>([^<]*+)</t></is>)?+</c>)"
)
"""A cell as Excel, WPS, openpyxl, XlsxWriter, POI and most others write it: column, attributes, formula, value, inline text."""
_REFERENCE = re.compile(r"([A-Za-z]{1,3})[0-9]*\Z")
_USUAL_ROW = re.compile(r' r="([0-9]{1,9})"(?![^>]*hidden)')


@lru_cache(maxsize=20_000)
def _place(letters: str) -> int:
    column = column_of(letters)
    if column is None:
        raise ReadError("DAMAGED", why="wide")
    return column


class Rows:
    """Turns the rows of one sheet into lines, counting rows without a number."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self.last = 0

    def lines(self, text: str) -> Iterator[Line]:
        """Yield the lines of a piece of whole rows; rows without any cell content are counted and left out."""
        at = text.find("<row")
        while at >= 0:
            opened = text.find(">", at)
            if text[opened - 1] == "/":
                self.number(text[at + 4 : opened - 1])
                at = text.find("<row", opened)
                continue
            end = text.find("</row>", opened)
            if opened < 0 or end < 0:
                raise ReadError("DAMAGED", why="rows")
            line = self._line(text, at, opened, end)
            if line is not None:
                yield line
            at = text.find("<row", end)

    def number(self, attributes: str) -> tuple[int, bool]:
        """Return a row's number, the next one when it has none or an earlier one, and whether it is hidden."""
        written, hidden = _written_number(attributes)
        number = written if written > self.last else self.last + 1
        if number > MOST_LINES:
            raise ReadError("DAMAGED", why="deep")
        self.last = number
        return number, hidden

    def _line(self, text: str, at: int, opened: int, end: int) -> Line | None:
        body = text[opened + 1 : end]
        cells = CELL.findall(body)
        number, hidden = self.number(text[at + 4 : opened])
        if len(cells) == body.count("<c"):
            return self._usual(number, hidden, cells)
        return self._odd(number, hidden, body)

    def _usual(self, number: int, hidden: bool, found: list[tuple[str, str, str, str, str]]) -> Line | None:
        texts: list[str] = []
        kinds: list[int] = []
        of_blob = self._values.of_blob
        for letters, blob, formula, raw, inline in found:
            column = _place(letters)
            text, kind = of_blob(blob)(raw or inline, formula != "")
            if column > len(texts):
                missing = column - len(texts)
                texts += [""] * missing
                kinds += [EMPTY] * missing
            if column < len(texts):
                texts[column], kinds[column] = text, kind
            else:
                texts.append(text)
                kinds.append(kind)
        return Line(number, texts, kinds, hidden) if any(kinds) else None

    def _odd(self, number: int, hidden: bool, body: str) -> Line | None:
        walker = RowWalker(self._values, Rows(self._values))
        try:
            walker.parser.Parse(f"<row>{body}</row>".encode(), True)
        except (expat.ExpatError, ValueError) as error:
            raise ReadError("DAMAGED", why="xml") from error
        line = walker.taken()[0] if walker.made else None
        return None if line is None else line._replace(number=number, hidden=hidden)


def _written_number(blob: str) -> tuple[int, bool]:
    """Return the number of a row as written (0 for none) and whether it is hidden."""
    usual = _USUAL_ROW.match(blob)
    if usual:
        return int(usual[1]), False
    number = attributes_of(blob).get("r", "").strip()
    return int(number) if number.isdecimal() and len(number) < 12 else 0, hides(blob)


def hides(blob: str) -> bool:
    """Whether these attributes of a row hide it."""
    return is_true(attributes_of(blob).get("hidden"))


class RowWalker:
    """Collects lines from the events of an XML parser: any prefix, any order of attributes, references left out."""

    def __init__(self, values: Values, rows: Rows) -> None:
        self._values = values
        self._rows = rows
        self.made: list[Line] = []
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self._number, self._hidden = 0, False
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._attributes: Attributes = {}
        self._formula = False
        self._phonetic = 0
        self._pieces: list[str] | None = None
        self._value = ""
        self._inline: str | None = None

    def taken(self) -> list[Line]:
        """Return the lines made so far, and forget them."""
        made, self.made = self.made, []
        return made

    def _start(self, name: str, attributes: Attributes) -> None:
        match local(name):
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "f":
                self._formula = True
            case "rPh":
                self._phonetic += 1
            case "v":
                self._pieces = []
            case "t" if not self._phonetic:
                self._pieces = []

    def _end(self, name: str) -> None:
        match local(name):
            case "v":
                self._value, self._pieces = "".join(self._pieces or ()), None
            case "t" if not self._phonetic:
                self._inline, self._pieces = (self._inline or "") + "".join(self._pieces or ()), None
            case "rPh":
                self._phonetic -= 1
            case "c":
                self._end_cell()
            case "row":
                self._end_row()

    def _data(self, text: str) -> None:
        if self._pieces is not None:
            self._pieces.append(text)

    def _start_row(self, attributes: Attributes) -> None:
        blob = " ".join(f'{key}="{attributes[key]}"' for key in ("r", "hidden") if key in attributes)
        self._number, self._hidden = self._rows.number(blob)
        self._cells, self._column = {}, -1

    def _start_cell(self, attributes: Attributes) -> None:
        reference = _REFERENCE.match(attributes.get("r", ""))
        self._column = _place(reference[1].upper()) if reference else self._column + 1
        if self._column >= MOST_COLUMNS:
            raise ReadError("DAMAGED", why="wide")
        self._attributes = attributes
        self._formula, self._value, self._inline = False, "", None

    def _end_cell(self) -> None:
        if self._inline is not None:
            text = cell_text(self._inline, references=False)
            cell = (text, TEXT) if text else ("", EMPTY)
        else:
            raw = self._value.replace("&", "&amp;")
            cell = self._values.of_type(cell_type(self._attributes))(raw, self._formula)
        self._cells[self._column] = cell

    def _end_row(self) -> None:
        width = max(self._cells, default=-1) + 1
        texts, kinds = [""] * width, [EMPTY] * width
        for column, (text, kind) in self._cells.items():
            texts[column], kinds[column] = text, kind
        if any(kinds):
            self.made.append(Line(self._number, texts, kinds, self._hidden))


def walked(package: OfficeArchive, part: str, values: Values, after: int) -> Iterator[Line]:
    """Yield a sheet's lines by expat, those above a line number left out."""
    walker = RowWalker(values, Rows(values))
    for _ in parse_blocks(walker.parser, package.chunks(part)):
        yield from (line for line in walker.taken() if line.number > after)
    yield from (line for line in walker.taken() if line.number > after)

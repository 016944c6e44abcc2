"""Web tables that shops and ERPs hand out as .xls: each table a sheet, spans honoured, hidden rows marked."""

import email
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from batchsync.errors import ReadError
from batchsync.reader.merged_cells import RowBuilder
from batchsync.reader.number_formats import displayed
from batchsync.reader.source import EMPTY, TEXT, UNDECODABLE, Line, MemorySheet, Opener, Sheet
from batchsync.reader.text.encoding import MARK, detect, is_marked, show_marks

if TYPE_CHECKING:
    from batchsync.model import Note

_BLOCK = 1 << 16
_SILENT = frozenset({"script", "style", "title", "xml"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")

Attributes = list[tuple[str, str | None]]


class _Table:
    """A table under way."""

    def __init__(self) -> None:
        self.rows: list[Line] = []
        self.builder = RowBuilder()
        self.in_row = False
        self.hidden = False
        self.cell: list[str] | None = None
        self.number = ""
        self.across = self.down = 1


class _Tables(HTMLParser):
    """Collects tables; a table within a cell is one of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0
        self._rows = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._open.append(_Table())
            self.done.append(self._open[-1])
        elif self._open and tag == "tr":
            self._start_row(dict(attrs))
        elif self._open and tag in ("td", "th"):
            self._start_cell(dict(attrs))
        elif tag in ("br", "p", "div"):
            self.handle_data("\v")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        if tag not in _SILENT:
            super().handle_startendtag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag in ("td", "th"):
            self._end_cell()
        elif self._open and tag == "tr":
            self._end_row()
        elif self._open and tag == "table":
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent and self._open[-1].cell is not None:
            self._open[-1].cell.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip a broken `<![...`, over which the standard parser raises AssertionError."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def close(self) -> None:
        """End what the page left open."""
        super().close()
        while self._open:
            self._end_row()
            self._open.pop()

    def _start_row(self, attributes: dict[str, str | None]) -> None:
        self._end_row()
        table = self._open[-1]
        table.in_row = True
        table.hidden = bool(_HIDDEN.search(attributes.get("style") or ""))
        self._rows += 1
        table.builder.start(self._rows)

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        if not table.in_row:
            return
        table.in_row = False
        cells, kinds = table.builder.end()
        if any(cells):
            table.rows.append(Line(table.builder.line, cells, kinds, table.hidden))

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        if not table.in_row:
            self._start_row({})
        self._end_cell()
        table.cell = []
        table.number = attributes.get("x:num") or ""
        table.across, table.down = _span(attributes, "colspan"), _span(attributes, "rowspan")

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is None:
            return
        text, kind = _cell("".join(table.cell), table.number)
        table.cell = None
        table.builder.put(text, kind, table.across, table.down)


def _span(attributes: dict[str, str | None], name: str) -> int:
    written = (attributes.get(name) or "").strip()
    return max(1, int(written)) if _DIGITS.fullmatch(written[:6]) and len(written) <= 6 else 1


def _cell(written: str, number: str) -> tuple[str, int]:
    """Collapse white space as a browser does; Excel writes all digits of a number in the attribute x:num."""
    text = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in written.split("\v")).strip("\n")
    if is_marked(text):
        return show_marks(text), UNDECODABLE
    if _DIGITS.fullmatch(number):
        return displayed(number, text)
    return text, TEXT if text else EMPTY


class HtmlSource:
    """The tables of a web page, or of the pages in a saved one."""

    container = "html"

    def __init__(self, name: str, pages: Iterable[Opener]) -> None:
        self.detail = ""
        self.notes: list[Note] = []
        self._name = name
        self._tables: list[list[Line]] = []
        for page in pages:
            self._read(page)
        if not self._tables:
            raise ReadError("HTML_WITHOUT_TABLE")

    def _read(self, page: Opener) -> None:
        encoding = detect(page, lambda _: True)
        self.detail = self.detail or encoding.shown
        parser = _Tables()
        with io.TextIOWrapper(page(), encoding=encoding.codec, errors=MARK, newline="") as stream:
            while block := stream.read(_BLOCK):
                parser.feed(block)
        parser.close()
        self._tables += [table.rows for table in parser.done if table.rows]

    def sheets(self) -> Iterator[Sheet]:
        """Yield each table as a sheet; lines count on over all tables of a page, as Excel stacks them."""
        for index, rows in enumerate(self._tables):
            name = self._name if index == 0 else f"{self._name} ({index + 1})"
            yield MemorySheet(name, index, rows)


def open_html(opener: Opener, name: str) -> HtmlSource:
    """Open a web page; raises ReadError when it has no table."""
    return HtmlSource(name, [opener])


def open_mhtml(opener: Opener, name: str) -> HtmlSource:
    """Open a web page saved with all its parts in one file, as Excel does; raises ReadError when it has no table."""
    with opener() as stream:
        message = email.message_from_binary_file(stream)
    pages = [part.get_payload(decode=True) for part in message.walk() if part.get_content_subtype() == "html"]
    return HtmlSource(name, [partial(io.BytesIO, page) for page in pages if isinstance(page, bytes)])

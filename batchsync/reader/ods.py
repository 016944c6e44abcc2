"""OpenDocument spreadsheets (.ods, .fods): what a cell shows counts where its number says the same, so zeros in front stay.

Streamed by expat, once for the names of the sheets and once for each sheet that is read. Numbers of more than 15
digits are marked lossy: the offices that write these files keep them as floats.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from batchsync.errors import ReadError
from batchsync.model import Note
from batchsync.ooxml.archive import CHUNK, Attributes, OfficeArchive, local, new_parser, recoded
from batchsync.reader.merged_cells import RowBuilder
from batchsync.reader.number_formats import plain_number
from batchsync.reader.source import (
    AMOUNT,
    BOOLEAN,
    DATE,
    EMPTY,
    ERROR,
    LOSSY,
    MOST_ROWS,
    NO_VALUE,
    NUMBER,
    TEXT,
    Line,
    Sheet,
)

Chunks = Callable[[], Iterable[bytes]]

_TRUSTED_DIGITS = 15
_ERROR_TEXT = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,.\s'\u2019\xa0\u202f][0-9]{3})+(?:[.,]0+)?")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_SILENT = frozenset({"annotation", "shapes", "tracked-changes", "frame", "custom-shape", "g", "ruby-text"})
"""Elements whose text is not the cell's: comments, drawings, earlier versions, phonetic readings."""


class OdsSheet:
    """One table."""

    def __init__(self, chunks: Chunks, name: str, index: int, *, visible: bool) -> None:
        self.name = name
        self.index = index
        self.visible = visible
        self._chunks = chunks

    def lines(self) -> Iterator[Line]:
        """Yield each line with something in it; merged cells are filled down."""
        walker = _Table(self.index)
        for _ in _walked(self._chunks(), walker.start, walker.end, walker.data):
            yield from walker.taken()
            if walker.is_over:
                return
        yield from walker.taken()


class OdsSource:
    """An opened OpenDocument spreadsheet."""

    container = "ods"

    def __init__(self, chunks: Chunks) -> None:
        self.detail = ""
        self.notes: list[Note] = [Note("binary_limits", {"container": ".ods"})]
        self._chunks = chunks
        self._names: list[tuple[str, str]] = []
        self._hidden: set[str] = set()
        self._style = ""
        self._depth = 0
        for _ in _walked(chunks(), self._note, self._leave):
            continue

    def sheets(self) -> Iterator[Sheet]:
        """Yield the tables."""
        for index, (name, style) in enumerate(self._names):
            yield OdsSheet(self._chunks, name, index, visible=style not in self._hidden)

    def _note(self, tag: str, attributes: Attributes) -> None:
        match local(tag):
            case "table":
                if not self._depth:
                    about = _plain(attributes)
                    self._names.append((about.get("name", ""), about.get("style-name", "")))
                self._depth += 1
            case "style":
                self._style = _plain(attributes).get("name", "")
            case "table-properties":
                if _plain(attributes).get("display") == "false":
                    self._hidden.add(self._style)

    def _leave(self, tag: str) -> None:
        self._depth -= local(tag) == "table"


class _Table:
    """Collects the lines of one table, by its place among those that stand in no other."""

    def __init__(self, wanted: int) -> None:
        self.is_over = False
        self._wanted = wanted
        self._depth = 0
        self._seen = -1
        self._silent = 0
        self._made: list[Line] = []
        self._builder = RowBuilder()
        self._line = 0
        self._repeated = 1
        self._hidden = False
        self._pending = 0
        self._cell: Attributes = {}
        self._paragraphs: list[str] | None = None
        self._in_paragraph = 0

    def taken(self) -> list[Line]:
        """Return the lines made so far, and forget them."""
        made, self._made = self._made, []
        return made

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name in _SILENT:
            self._silent += 1
        if name == "table":
            self._seen += not self._depth
            self._depth += 1
        if self._silent or self._depth != 1 or self._seen != self._wanted:
            return
        if name == "table-row":
            self._start_row(_plain(attributes))
        elif name in ("table-cell", "covered-table-cell"):
            self._cell = _plain(attributes) | {"covered": "yes" if name[0] == "c" else ""}
            self._paragraphs = []
        elif self._paragraphs is not None:
            self._start_text(name, attributes)

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in _SILENT:
            self._silent -= 1
        elif name == "table":
            self._depth -= 1
            self.is_over = self.is_over or (not self._depth and self._seen == self._wanted)
        elif not self._silent and self._depth == 1 and self._seen == self._wanted:
            if name in ("table-cell", "covered-table-cell"):
                self._end_cell()
            elif name == "table-row":
                self._end_row()
            elif name == "p":
                self._in_paragraph -= 1

    def data(self, text: str) -> None:
        if self._paragraphs and self._in_paragraph and not self._silent:
            self._paragraphs[-1] += text

    def _start_text(self, name: str, attributes: Attributes) -> None:
        if self._paragraphs is None:
            return
        if name == "p":
            self._paragraphs.append("")
            self._in_paragraph += 1
        elif name == "s":
            count = _plain(attributes).get("c", "1")
            self.data(" " * min(int(count) if count.isdecimal() and len(count) < 6 else 1, 1_000))
        elif name in ("tab", "line-break"):
            self.data("\t" if name == "tab" else "\n")

    def _start_row(self, about: Attributes) -> None:
        self._repeated = _count(about, "number-rows-repeated")
        self._hidden = about.get("visibility") in ("collapse", "filter")
        self._pending = 0
        self._builder.start(self._line + 1)

    def _end_row(self) -> None:
        cells, kinds = self._builder.end()
        first, self._line = self._line + 1, min(self._line + self._repeated, MOST_ROWS)
        if any(kinds):
            self._made += [Line(at, cells, kinds, self._hidden) for at in range(first, self._line + 1)]

    def _end_cell(self) -> None:
        cell, paragraphs, self._paragraphs = self._cell, self._paragraphs or [], None
        repeated = _count(cell, "number-columns-repeated")
        text, kind = ("", EMPTY) if cell["covered"] else value(cell, "\n".join(paragraphs))
        if kind == EMPTY:
            self._pending += repeated
            return
        self._builder.move_to(len(self._builder.cells) + self._pending)
        self._pending = 0
        down = _count(cell, "number-rows-spanned")
        for _ in range(repeated):
            self._builder.put(text, kind, 1, down)


def value(cell: Attributes, written: str) -> tuple[str, int]:
    """Return a cell's text and kind, from its attributes and what it shows."""
    has_formula = "formula" in cell
    if "error" in cell or (has_formula and _ERROR_TEXT.fullmatch(written)):
        return written or "#N/A", ERROR
    match cell.get("value-type", ""):
        case "float":
            return _number(plain_number(cell.get("value", "")), written)
        case "percentage" | "currency":
            return plain_number(cell.get("value", "")) or written, AMOUNT
        case "date" | "time":
            return cell.get("date-value", written).replace("T", " "), DATE
        case "boolean":
            return cell.get("boolean-value", written).upper(), BOOLEAN
    text = written or cell.get("string-value", "")
    return text, TEXT if text else NO_VALUE if has_formula else EMPTY


def _number(raw: str, written: str) -> tuple[str, int]:
    if not raw:
        return written, TEXT if written else EMPTY
    if not (raw.isdecimal() and raw.isascii()):
        return raw, LOSSY if "e" in raw.lower() or len(_NOT_DIGITS.sub("", raw)) > _TRUSTED_DIGITS else NUMBER
    if len(raw.rstrip("0")) > _TRUSTED_DIGITS:
        return raw, LOSSY
    digits = _NOT_DIGITS.sub("", written)
    if digits.lstrip("0") != raw.lstrip("0") or _GROUPED.fullmatch(written.strip()):
        return raw, NUMBER
    return written.strip(), NUMBER


def _plain(attributes: Attributes) -> Attributes:
    """Return attributes without their prefixes; LibreOffice's own type only says whether it is an error."""
    plain = {local(key): text for key, text in attributes.items() if not key.startswith("calcext:")}
    if attributes.get("calcext:value-type") == "error":
        plain["error"] = "yes"
    return plain


def _count(attributes: Attributes, name: str) -> int:
    written = attributes.get(name, "")
    return max(1, min(int(written), MOST_ROWS)) if written.isdecimal() and len(written) < 9 else 1


def _walked(
    chunks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    data: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Parse piece by piece."""
    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    if data is not None:
        parser.CharacterDataHandler = data
    try:
        for at, chunk in enumerate(chunks):
            parser.Parse(recoded(chunk) if at == 0 else chunk)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ReadError("DAMAGED", why="xml") from error


def open_ods(package: OfficeArchive) -> OdsSource:
    """Open a spreadsheet in its zip; raises Unreadable when it is locked, damaged or none."""
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise ReadError("PASSWORD")
    return OdsSource(lambda: package.chunks("content.xml"))


def open_flat_ods(path: Path) -> OdsSource:
    """Open one that is a single XML file."""
    return OdsSource(lambda: _file_chunks(path))


def _file_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from _blocks(stream)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(CHUNK):
        yield block

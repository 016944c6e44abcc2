"""OpenDocument spreadsheets (.ods, .fods), streamed: rows of the usual shape are split as text, others parsed by expat.

What a cell shows counts where its number has the same digits, so leading zeros stay. Numbers of more than 15 digits
are marked lossy: the programs that write these files keep them as floats.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from batchsync.errors import ReadError
from batchsync.model import Note, RowBatch, SheetFound
from batchsync.ooxml.archive import Attributes, OfficeArchive, local, new_parser, parse_blocks, unescape
from batchsync.ooxml.references import MOST_LINES
from batchsync.reader.merged_cells import RowBuilder
from batchsync.reader.number_formats import displayed, plain_number
from batchsync.reader.row_batches import DATA_KINDS, add_row, row_batches
from batchsync.reader.source import (
    AMOUNT,
    BOOLEAN,
    DATE,
    EMPTY,
    ERROR,
    LOSSY,
    NO_VALUE,
    TEXT,
    Line,
    Sheet,
)
from batchsync.reader.table.header_row import role, surely_an_id

Chunks = Callable[[], Iterable[bytes]]

_TRUSTED_DIGITS = 15
_ERROR_TEXT = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_OTHER_TEXT = frozenset(
    {"annotation", "shapes", "tracked-changes", "frame", "custom-shape", "g", "ruby-text"}
)
"""Elements whose text is not the cell's: comments, drawings, earlier versions, phonetic readings."""

_TABLE = re.compile(r"<table:table(?=[\s/>])[^>]*>|</table:table>")
_ROW = re.compile(
    r"\s*(?:</?table:table-(?:row-group|header-rows|rows)[^>]*>\s*)*<table:table-row([^>]*)>\s*"
)
_ATTRIBUTE = re.compile(r"""([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ROW_END = "</table:table-row>"
_CELL = "<table:table-cell"
_PARAGRAPH = "><text:p>"
_TEXT_END = "</text:p></table:table-cell>"
_TEXT_END_LENGTH = len(_TEXT_END)
_LONGEST_ROW = 32 << 20
_MOST_SPECS = 10_000


class _OddShape(Exception):
    """The XML is not as LibreOffice, Excel and WPS write it: expat has to read all of it."""


class OdsSheet:
    """One table."""

    def __init__(self, chunks: Chunks, name: str, index: int, *, visible: bool) -> None:
        self.name = name
        self.index = index
        self.visible = visible
        self._chunks = chunks

    def lines(self) -> Iterator[Line]:
        """Yield each line with something in it; merged cells are filled down."""
        last = 0
        try:
            rows = _Rows()
            for piece in _pieces(self._chunks(), self.index):
                for line in rows.lines(piece):
                    yield line
                    last = line.number
        except _OddShape:
            yield from self._parsed_lines(last)

    def row_batches(self, found: SheetFound) -> Iterator[RowBatch]:
        """Yield the data rows of a table in this sheet: what `row_batches` does with `lines`, but fast."""
        last = found.header_line
        try:
            rows = _Rows()
            for piece in _pieces(self._chunks(), self.index):
                batch = rows.batch(piece, found)
                if batch.lines:
                    yield batch
                    last = batch.lines[-1]
        except _OddShape:
            yield from row_batches(self._parsed_lines(last), found)

    def _parsed_lines(self, after: int) -> Iterator[Line]:
        """Yield the lines by expat, those up to a line left out."""
        table = _Table(self.index)
        for _ in table.parsed(self._chunks()):
            yield from (line for line in table.rows.taken() if line.number > after)
            if table.is_over:
                return


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
        try:
            self._list_tables()
        except _OddShape:
            self._names.clear()
            parser = new_parser()
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
            for _ in parse_blocks(parser, chunks()):
                pass

    def sheets(self) -> Iterator[Sheet]:
        """Yield the tables."""
        for index, (name, style) in enumerate(self._names):
            yield OdsSheet(self._chunks, name, index, visible=style not in self._hidden)

    def _list_tables(self) -> None:
        """Find the tables by their tags: parsing all cells twice would take as long as reading them."""
        head, seen = "", False
        for text, tag, depth in _table_tags(self._chunks()):
            if not seen:
                head += text
            if tag and depth == 1 and tag[1] != "/":
                if not seen:
                    self._parse_head(head)
                seen = True
                about = _without_prefixes(_attributes_of(tag))
                self._names.append((about.get("name", ""), about.get("style-name", "")))
        if not seen:
            raise _OddShape

    def _parse_head(self, head: str) -> None:
        parser = new_parser()
        parser.StartElementHandler = self._start
        for _ in parse_blocks(parser, [head.encode(), _closing_tags(head)]):
            pass

    def _start(self, tag: str, attributes: Attributes) -> None:
        match local(tag):
            case "table":
                if not self._depth:
                    about = _without_prefixes(attributes)
                    self._names.append((about.get("name", ""), about.get("style-name", "")))
                self._depth += 1
            case "style":
                self._style = _without_prefixes(attributes).get("name", "")
            case "table-properties":
                if _without_prefixes(attributes).get("display") == "false":
                    self._hidden.add(self._style)

    def _end(self, tag: str) -> None:
        self._depth -= local(tag) == "table"


def open_ods(package: OfficeArchive) -> OdsSource:
    """Open a spreadsheet in its zip; raises ReadError when it has a password or is damaged."""
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise ReadError("PASSWORD")
    return OdsSource(lambda: package.chunks("content.xml"))


# --- The text of one table ----------------------------------------------------------------------------------


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for at, chunk in enumerate(chunks):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _OddShape from error
        if ("!" in text and "<!" in text) or (
            at == 0 and re.search(r"\bencoding\s*=\s*[\"'](?!utf-?8[\"'])", text[:200], re.IGNORECASE)
        ):
            raise _OddShape
        yield text


def _table_tags(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, int]]:
    """Yield the text before each tag of a table, the tag, and the depth of tables in tables (1: a sheet).

    A tag of nothing comes after text in which no table begins or ends.
    """
    rest, depth = "", 0
    for text in _decoded(chunks):
        text = rest + text  # noqa: PLW2901
        cut = text.rfind("<")
        cut = len(text) if cut < 0 or ">" in text[cut:] else cut
        if len(text) - cut > _LONGEST_ROW:
            raise _OddShape
        text, rest = text[:cut], text[cut:]  # noqa: PLW2901
        at = 0
        for match in _TABLE.finditer(text):
            tag = match[0]
            is_end = tag[1] == "/"
            depth += not is_end
            yield text[at : match.start()], tag, depth
            depth -= is_end or tag.endswith("/>")
            at = match.end()
        yield text[at:], "", depth


def _pieces(chunks: Iterable[bytes], wanted: int) -> Iterator[str]:
    """Yield a table's rows as text, many whole rows at a time."""
    seen, rest = -1, ""
    is_inside = False
    for text, tag, depth in _table_tags(chunks):
        if is_inside:
            rest += text
            if tag and tag[1] == "/" and depth == 1:
                yield rest
                return
            if depth > 1:
                raise _OddShape
            cut = rest.rfind(_ROW_END) + len(_ROW_END)
            if cut >= len(_ROW_END):
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > _LONGEST_ROW:
                raise ReadError("DAMAGED", why="rows")
        if tag and tag[1] != "/" and depth == 1:
            seen += 1
            is_inside = seen == wanted
            if is_inside and tag.endswith("/>"):
                return
    raise _OddShape  # expat finds what is wrong


def _closing_tags(head: str) -> bytes:
    """Return the end tags that make the start of a document a whole one."""
    open_tags: list[str] = []
    for tag in re.finditer(r"<(/?)([\w:.-]+)[^>]*?(/?)>", head):
        if tag[1] and open_tags:
            open_tags.pop()
        elif not tag[1] and not tag[3]:
            open_tags.append(tag[2])
    return "".join(f"</{name}>" for name in reversed(open_tags)).encode()


# --- Rows ---------------------------------------------------------------------------------------------------


class _CellSpec(NamedTuple):
    """The attributes of a cell, without its office:value."""

    type: str
    is_error: bool
    has_formula: bool
    is_covered: bool
    columns: int
    """So many columns have the same cell."""
    down: int
    """So many rows are merged."""
    more: Attributes
    """Values other than office:value."""

    is_text: bool
    """What it shows is its value."""


class _Rows:
    """Turns the rows of one table into lines."""

    def __init__(self) -> None:
        self._builder = RowBuilder()
        self._line = 0
        self._repeated = 1
        self._hidden = False
        self._blank = 0
        self._made: list[Line] = []
        self._specs: dict[str, _CellSpec] = {}
        self._usual_rows: set[str] = set()
        """Start tags of visible rows that are not repeated."""

    def taken(self) -> list[Line]:
        """Return the lines made so far, and forget them."""
        made, self._made = self._made, []
        return made

    def lines(self, piece: str) -> Iterator[Line]:
        """Yield the lines of a piece of whole rows."""
        for row in piece.split(_ROW_END):
            self._row(row)
            if self._made:
                yield from self.taken()

    def batch(self, piece: str, found: SheetFound) -> RowBatch:
        """Return the data rows of a piece; of the usual row only the columns of the table are looked at."""
        batch = RowBatch(lines=[], orders=[], order_kinds=[])
        columns: list[tuple[int, list[str], list[int]]] = [
            (column, texts, kinds)
            for column, texts, kinds in (
                (found.order_column, batch.orders, batch.order_kinds),
                (found.owner_column, batch.owners, batch.owner_kinds),
                (found.shop_column, batch.shops, []),
                (found.decision_column, batch.decisions, []),
            )
            if column is not None
        ]
        wanted = [column for column, _, _ in columns]
        for row in piece.split(_ROW_END):
            cells = self._usual_cells(row, wanted)
            if cells and surely_an_id(cells[0][0]) and self._line >= found.header_line:
                self._line += 1
                batch.lines.append(self._line)
                for (_, texts, kinds), (text, kind) in zip(columns, cells, strict=True):
                    texts.append(text)
                    kinds.append(kind)
                if batch.hidden:
                    batch.hidden.append(0)
                continue
            self._row(row)
            for line in self.taken():
                if (its_role := role(line, found)) in DATA_KINDS:
                    add_row(batch, line, found, its_role)
        return batch

    def _usual_cells(self, row: str, columns: Sequence[int]) -> list[tuple[str, int]]:
        """Return the cells in some columns of a visible row of single cells; none for any other row."""
        at = row.find(">") + 1
        if row[:at] not in self._usual_rows or self._builder.has_merges or "<table:covered" in row:
            return []
        if "number-columns-" in row or "number-rows-" in row:
            return []
        parts = row[at:].split(_CELL)
        found = []
        for column in columns:
            cell = self._cell(parts[column + 1]) if column + 1 < len(parts) else None
            if cell is None or "<" in parts[0]:
                return []
            spec, value, text = cell
            found.append((text, TEXT) if spec.is_text and text else _value(spec, value, text))
        return found

    def _row(self, row: str) -> None:
        """Make the lines of a row, and of the rows without cells before it."""
        at = row.find("<table:table-row")
        while at >= 0:
            start = _ROW.match(row, at)
            if start is None:
                at = row.find("<table:table-row", at + 1)
                continue
            about = _without_prefixes(_attributes_of(start[1])) if start[1] else {}
            self.start_row(about)
            if start[1].endswith("/"):
                self.end_row()
                at = row.find("<table:table-row", start.end())
                continue
            if self._repeated == 1 and not self._hidden and len(self._usual_rows) < _MOST_SPECS:
                self._usual_rows.add(start[0])
            self._cells(row[start.end() :])
            self.end_row()
            return

    def _cells(self, body: str) -> None:
        """Put the cells of a row; by expat when one is not just a paragraph."""
        before, *parts = body.split(_CELL)
        cells = [self._cell(part) for part in parts]
        if before.strip() or "<table:covered" in body or None in cells:
            self._parsed_cells(body)
            return
        for cell in cells:
            if cell is not None:
                self.put(*cell)

    def _cell(self, part: str) -> "tuple[_CellSpec, str, str] | None":
        """Return the attributes, value and text of a cell with at most one paragraph; None for any other."""
        start, paragraph, text = part.partition(_PARAGRAPH)
        if not paragraph:
            start = start.rstrip().removesuffix("</table:table-cell>").removesuffix(">").removesuffix("/")
        elif text.endswith(_TEXT_END):
            text = text[:-_TEXT_END_LENGTH]
        else:
            text = text.rstrip().removesuffix(_TEXT_END)
        if "<" in text or "<" in start:
            return None
        value = ""
        if ' office:value="' in start:
            head, _, tail = start.partition(' office:value="')
            value, _, tail = tail.partition('"')
            start = head + tail
        spec = self._specs.get(start) or self._cache_spec(start)
        return spec, value, unescape(text)

    def _cache_spec(self, start: str) -> _CellSpec:
        if len(self._specs) > _MOST_SPECS:
            self._specs.clear()
        spec = self._specs[start] = cell_spec(_attributes_of(start))
        return spec

    def _parsed_cells(self, body: str) -> None:
        table = _Table(0, self)
        table.enter_table()
        for _ in table.parsed([f"<row>{body}</row>".encode()]):
            pass

    def start_row(self, about: Attributes) -> None:
        """Begin a row with these attributes."""
        self._repeated = _count(about, "number-rows-repeated")
        self._hidden = about.get("visibility") in ("collapse", "filter")
        self._blank = 0
        self._builder.start(self._line + 1)

    def put(self, spec: _CellSpec, number: str, shown: str) -> None:
        """Put a cell, its office:value and its text."""
        text, kind = ("", EMPTY) if spec.is_covered else _value(spec, number, shown)
        if kind == EMPTY:
            self._blank += spec.columns
            return
        builder = self._builder
        if self._blank:
            builder.move_to(len(builder.cells) + self._blank)
            self._blank = 0
        for _ in range(spec.columns):
            builder.put(text, kind, 1, spec.down)

    def end_row(self) -> None:
        """Finish the row: as many lines as it is repeated."""
        cells, kinds = self._builder.end()
        first, self._line = self._line + 1, min(self._line + self._repeated, MOST_LINES)
        if any(kinds):
            self._made += [Line(at, cells, kinds, self._hidden) for at in range(first, self._line + 1)]


def cell_spec(attributes: Attributes, *, is_covered: bool = False) -> _CellSpec:
    """Return the meaning of a cell's attributes."""
    about = _without_prefixes(attributes)
    kind = about.get("value-type", "")
    columns, down = _count(about, "number-columns-repeated"), _count(about, "number-rows-spanned")
    is_error, has_formula = attributes.get("calcext:value-type") == "error", "formula" in about
    return _CellSpec(
        type=kind,
        is_error=is_error,
        has_formula=has_formula,
        is_covered=is_covered,
        columns=columns,
        down=down,
        more=about,
        is_text=kind in ("", "string") and not is_error and not has_formula and "string-value" not in about,
    )


def _value(spec: _CellSpec, number: str, shown: str) -> tuple[str, int]:
    """Return a cell's text and kind, from its attributes and what it shows."""
    if spec.is_error or (spec.has_formula and _ERROR_TEXT.fullmatch(shown)):
        return shown or "#N/A", ERROR
    match spec.type:
        case "float":
            return _number(plain_number(number), shown)
        case "percentage" | "currency":
            return plain_number(number) or shown, AMOUNT
        case "date" | "time":
            return spec.more.get("date-value", shown).replace("T", " "), DATE
        case "boolean":
            return spec.more.get("boolean-value", shown).upper(), BOOLEAN
    text = shown or spec.more.get("string-value", "")
    return text, TEXT if text else NO_VALUE if spec.has_formula else EMPTY


def _number(raw: str, shown: str) -> tuple[str, int]:
    if not raw:
        return shown, TEXT if shown else EMPTY
    if not (raw.isdecimal() and raw.isascii()):
        is_lossy = "e" in raw.lower() or len(_NOT_DIGITS.sub("", raw)) > _TRUSTED_DIGITS
        return (raw, LOSSY) if is_lossy else displayed(raw, shown)
    if len(raw.rstrip("0")) > _TRUSTED_DIGITS:
        return raw, LOSSY
    return displayed(raw, shown)


def _without_prefixes(attributes: Attributes) -> Attributes:
    """Return attributes without their prefixes; LibreOffice's own type only marks errors."""
    return {local(key): text for key, text in attributes.items() if not key.startswith("calcext:")}


def _attributes_of(tag: str) -> Attributes:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _count(attributes: Attributes, name: str) -> int:
    written = attributes.get(name, "")
    return max(1, min(int(written), MOST_LINES)) if written.isdecimal() and len(written) < 9 else 1


class _Table:
    """Collects the rows of one table, by its index, from the events of an XML parser: any prefix, any content."""

    def __init__(self, wanted: int, rows: _Rows | None = None) -> None:
        self.is_over = False
        self.rows = rows or _Rows()
        self._wanted = wanted
        self._depth = 0
        self._seen = -1
        self._skipped = 0
        self._spec: _CellSpec | None = None
        self._number = ""
        self._paragraphs: list[str] = []
        self._in_paragraph = 0

    def enter_table(self) -> None:
        """Let what is parsed be the content of the table."""
        self._depth, self._seen = 1, self._wanted

    def parsed(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Parse block by block."""
        parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        yield from parse_blocks(parser, chunks)

    @property
    def _is_wanted(self) -> bool:
        return not self._skipped and self._depth == 1 and self._seen == self._wanted

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name in _OTHER_TEXT:
            self._skipped += 1
        if name == "table":
            self._seen += not self._depth
            self._depth += 1
        if not self._is_wanted:
            return
        if name == "table-row":
            self.rows.start_row(_without_prefixes(attributes))
        elif name in ("table-cell", "covered-table-cell"):
            self._spec = cell_spec(attributes, is_covered=name[0] == "c")
            self._number = self._spec.more.get("value", "")
            self._paragraphs = []
        elif self._spec is not None:
            self._start_text(name, attributes)

    def _end(self, tag: str) -> None:
        name = local(tag)
        if name in _OTHER_TEXT:
            self._skipped -= 1
        elif name == "table":
            self._depth -= 1
            self.is_over = self.is_over or (not self._depth and self._seen == self._wanted)
        elif self._is_wanted:
            if name in ("table-cell", "covered-table-cell") and self._spec is not None:
                self.rows.put(self._spec, self._number, "\n".join(self._paragraphs))
                self._spec = None
            elif name == "table-row":
                self.rows.end_row()
            elif name == "p":
                self._in_paragraph -= 1

    def _data(self, text: str) -> None:
        if self._paragraphs and self._in_paragraph and not self._skipped:
            self._paragraphs[-1] += text

    def _start_text(self, name: str, attributes: Attributes) -> None:
        if name == "p":
            self._paragraphs.append("")
            self._in_paragraph += 1
        elif name == "s":
            count = _without_prefixes(attributes).get("c", "1")
            self._data(" " * min(int(count) if count.isdecimal() and len(count) < 6 else 1, 1_000))
        elif name in ("tab", "line-break"):
            self._data("\t" if name == "tab" else "\n")

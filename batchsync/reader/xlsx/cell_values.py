"""What the cells of an .xlsx mean: their type and number format, looked up once for each pair there is."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from batchsync.ooxml.archive import Attributes, OfficeArchive, is_character, local, parse, unescape
from batchsync.reader.number_formats import DATED, GENERAL, Format, builtin_format, format_of, number_cell
from batchsync.reader.source import BOOLEAN, BROKEN, DATE, EMPTY, ERROR, NO_VALUE, NUMBER, TEXT

Cell = tuple[str, int]
Convert = Callable[[str, bool], Cell]
"""From a cell's raw text, and whether it has a formula, to text and kind."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ATTRIBUTE = re.compile(r"""([\w:.]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")


def cell_text(text: str, *, references: bool = True) -> str:
    """Return a text as Excel shows it: XML references and Excel's own escapes (`_x000D_`) undone."""
    if references:
        text = unescape(text)
    return _ESCAPE.sub(_escaped, text) if "_x" in text else text


def _escaped(match: "re.Match[str]") -> str:
    code = int(match[1], 16)
    return chr(code) if is_character(code) else match[0]


class CellType(NamedTuple):
    """A cell's type and style attributes."""

    type: str
    style: int


def attributes_of(blob: str) -> Attributes:
    """Return the attributes in a tag."""
    return {name: cell_text(double or single) for name, double, single in _ATTRIBUTE.findall(blob)}


def cell_type(attributes: Attributes) -> CellType:
    """Return the type and style of a cell."""
    style = attributes.get("s", "0")
    return CellType(attributes.get("t", "n"), int(style) if style.isdecimal() else 0)


class Values:
    """Turns raw cells into text and kind for one workbook."""

    def __init__(
        self, formats: Sequence[Format], strings: Callable[[], list[str]], *, from_1904: bool
    ) -> None:
        self._formats = formats
        self._strings_of = strings
        self._strings: list[str] | None = None
        self._from_1904 = from_1904
        self._by_blob: dict[str, Convert] = {}
        self._by_type: dict[CellType, Convert] = {}

    @property
    def strings(self) -> list[str]:
        """The shared strings, read when first asked for."""
        if self._strings is None:
            self._strings = self._strings_of()
        return self._strings

    def of_blob(self, blob: str) -> Convert:
        """Return the conversion for the attributes as written in a tag."""
        convert = self._by_blob.get(blob)
        if convert is None:
            if len(self._by_blob) > 10_000:
                self._by_blob.clear()
            convert = self._by_blob[blob] = self.of_type(cell_type(attributes_of(blob)))
        return convert

    def of_type(self, kind: CellType) -> Convert:
        """Return the conversion for a type and style."""
        convert = self._by_type.get(kind)
        if convert is None:
            convert = self._by_type[kind] = self._make(kind)
        return convert

    @staticmethod
    def type_of(blob: str) -> str:
        """Return the type of a cell with these attributes."""
        return cell_type(attributes_of(blob)).type

    def zeros_of(self, blob: str) -> int | None:
        """Return the zeros that a plain number with these attributes shows; None when they aren't a number's."""
        kind = cell_type(attributes_of(blob))
        form = self._format(kind.style)
        return None if kind.type != "n" or form.kind != NUMBER or form.mask else form.zeros

    def _format(self, style: int) -> Format:
        return self._formats[style] if style < len(self._formats) else GENERAL

    def _make(self, kind: CellType) -> Convert:
        match kind.type:
            case "s":
                return self._shared
            case "str" | "inlineStr":
                return _string
            case "b":
                return _boolean
            case "e":
                return _error
            case "d":
                return _iso_date
        form = self._format(kind.style)
        return self._date if form.kind == DATE else _number_as(form)

    def _shared(self, raw: str, formula: bool) -> Cell:
        if not raw.strip():
            return "", NO_VALUE if formula else EMPTY
        try:
            at = int(raw)
            text = self.strings[at] if at >= 0 else None
        except (ValueError, IndexError):
            text = None
        if text is None:
            return raw, BROKEN
        return text, TEXT if text else EMPTY

    def _date(self, raw: str, formula: bool) -> Cell:
        if not raw.strip():
            return "", NO_VALUE if formula else EMPTY
        return number_cell(raw, DATED, from_1904=self._from_1904)


def _string(raw: str, _: bool) -> Cell:
    return (cell_text(raw), TEXT) if raw else ("", EMPTY)


def _boolean(raw: str, formula: bool) -> Cell:
    if not raw.strip():
        return "", NO_VALUE if formula else EMPTY
    return "TRUE" if raw.strip() in ("1", "true") else "FALSE", BOOLEAN


def _error(raw: str, _: bool) -> Cell:
    return raw.strip() or "#VALUE!", ERROR


def _iso_date(raw: str, formula: bool) -> Cell:
    text = raw.strip()
    if not text:
        return "", NO_VALUE if formula else EMPTY
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text, DATE
    return moment.date().isoformat() if "T" not in text else moment.replace(tzinfo=None).isoformat(" "), DATE


def _number_as(form: Format) -> Convert:
    kind, zeros = form.kind, form.zeros

    def number(raw: str, formula: bool) -> Cell:
        if not form.mask and raw.isdecimal() and raw.isascii():
            return (raw.zfill(zeros), kind) if zeros else (raw, kind)
        text = cell_text(raw)
        if not text.strip():
            return "", NO_VALUE if formula else EMPTY
        return number_cell(text, form)

    return number


def read_formats(package: OfficeArchive, part: str) -> list[Format]:
    """Read what each cell style's number format does, by the style's number."""
    custom: dict[str, Format] = {}
    styles: list[Format] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name == "numFmt":
            custom[attributes.get("numFmtId", "")] = format_of(attributes.get("formatCode", ""))
        elif name == "xf" and inside and inside[-1] == "cellXfs":
            number = attributes.get("numFmtId", "0")
            builtin = builtin_format(int(number)) if number.isdecimal() else GENERAL
            styles.append(custom.get(number, builtin))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    parse(package.read(part), start, end)
    return styles

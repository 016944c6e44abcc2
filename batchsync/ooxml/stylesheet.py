"""The styles part of a workbook: cell formats are added, none is changed or removed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from batchsync.ooxml.xml_edit import Element, NotRewritableError, Part

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_MOST_FORMATS = 60_000
"""Excel takes about 65,000 cell formats."""
_FIRST_OWN_NUMBER_FORMAT = 164

_BUILT_IN = {"0": 1, "@": 49}

_COLOR = re.compile(rb"<(?:\w+:)?color\b[^>]*?(?:/>|>.*?</(?:\w+:)?color>)", re.DOTALL)
_BOLD = re.compile(rb"<(?:\w+:)?b\b[^>]*?(?:/>|>.*?</(?:\w+:)?b>)", re.DOTALL)
_UNDERLINE = re.compile(rb"<(?:\w+:)?u\b[^>]*?(?:/>|>.*?</(?:\w+:)?u>)", re.DOTALL)
_FONT_OPEN = re.compile(rb"<(?:\w+:)?font\b[^>]*>")
_SIZE = re.compile(rb"<(?:\w+:)?sz\b[^>]*?/>")

MINIMAL = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="%s"><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""For a workbook without a styles part; the namespace is filled in."""

_FIRST = {
    "fonts": ('<font><sz val="11"/><name val="Calibri"/></font>',),
    "fills": ('<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>'),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellStyleXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
}  # fmt: skip
"""Entries that each list must have; some programs omit the lists that they don't need."""
_NO_FORMAT = Element("xf", "", {}, 0)


@dataclass(slots=True)
class _Group:
    """One list of the part: its entries, and those to append."""

    name: str
    element: Element | None
    raws: list[bytes]
    new: list[bytes] = field(default_factory=list)

    def add(self, raw: bytes) -> int:
        """Return the index of an equal entry, or of a new one."""
        try:
            return self.raws.index(raw)
        except ValueError:
            self.raws.append(raw)
            self.new.append(raw)
            return len(self.raws) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """Changes to the format of a user's cell."""

    fill: str | None = None
    """RRGGBB."""
    color: str | None = None
    bold: bool = False
    number_format: str | None = None
    horizontal: str | None = None
    indent: int = 0
    top_line: bool = False
    unlocked: bool = False


class StyleSheet:
    """The styles of one workbook. A cell's `s` attribute is an index into its cell formats."""

    def __init__(self, xml: bytes) -> None:
        self._part = Part(xml, depth=4)
        self._groups = {
            name: self._group(name)
            for name in ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
        }
        for name, entries in _FIRST.items():
            group = self._groups[name]
            if not group.raws:
                group.new = [self._part.with_prefix(entry) for entry in entries]
                group.raws = list(group.new)
        self._codes = {
            element.attributes.get("formatCode", ""): element.integer("numFmtId", 0)
            for element in self._number_formats()
        }
        """Number format ids by code, new ones included."""
        ids = [element.integer("numFmtId", 0) for element in self._number_formats()]
        self._last_code = max([_FIRST_OWN_NUMBER_FORMAT - 1, *ids])
        formats = self._groups["cellXfs"].element
        self._xfs = list(formats.children) if formats is not None and formats.children else [_NO_FORMAT]

    def _group(self, name: str) -> _Group:
        element = self._part.root.child(name)
        raws = [] if element is None else [self._part.raw(child) for child in element.children]
        return _Group(name, element, raws)

    def format(self, base: int, style: CellStyle) -> int:
        """Return the index of the format `base` with these changes."""
        xf = self._xfs[base] if 0 <= base < len(self._xfs) else self._xfs[0]
        font = self._font(xf.integer("fontId", 0), style)
        fill = self._fill(style.fill)
        border = self._border(xf.integer("borderId", 0), style)
        number = self._number_format(style.number_format)
        vertical = self._vertical(xf)
        alignment = f' horizontal="{style.horizontal}"' if style.horizontal else ""
        alignment += f' indent="{style.indent}"' if style.indent else ""
        protection = '<protection locked="0"/>' if style.unlocked else ""
        raw = self._part.with_prefix(
            f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" '
            f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
            f"{' applyProtection=' + chr(34) + '1' + chr(34) if style.unlocked else ''}>"
            f"<alignment{alignment}{vertical}/>{protection}</xf>"
        )
        return self._add_format(raw)

    def has_border(self, base: int) -> bool:
        """Whether a format has a border."""
        xf = self._xfs[base] if 0 <= base < len(self._xfs) else self._xfs[0]
        raws = self._groups["borders"].raws
        border = xf.integer("borderId", 0)
        return 0 <= border < len(raws) and b"style=" in raws[border]

    def _add_format(self, raw: bytes) -> int:
        index = self._groups["cellXfs"].add(raw)
        if index >= _MOST_FORMATS:
            raise NotRewritableError("too many cell formats")
        return index

    def _vertical(self, xf: Element) -> str:
        alignment = xf.child("alignment")
        vertical = alignment.attributes.get("vertical") if alignment is not None else None
        return f' vertical="{vertical}"' if vertical in ("top", "center", "bottom") else ""

    def _font(self, base: int, style: CellStyle) -> int:
        fonts = self._groups["fonts"]
        raw = fonts.raws[base] if 0 <= base < len(fonts.raws) else fonts.raws[0]
        opened = _FONT_OPEN.match(raw)
        if opened is None or opened[0].endswith(b"/>"):
            raw = self._part.with_prefix("<font><sz val='11'/></font>")
            opened = _FONT_OPEN.match(raw)
        if opened is None:
            raise NotRewritableError("font")
        inside = raw[opened.end() :]
        if style.color:
            inside = _UNDERLINE.sub(b"", _COLOR.sub(b"", inside))
            size = _SIZE.search(inside)
            at = size.end() if size else 0
            inside = inside[:at] + self._part.with_prefix(f'<color rgb="FF{style.color}"/>') + inside[at:]
        if style.bold:
            inside = self._part.with_prefix("<b/>") + _BOLD.sub(b"", inside)
        return fonts.add(opened[0] + inside)

    def _fill(self, color: str | None) -> int:
        if color is None:
            return 0
        return self._groups["fills"].add(
            self._part.with_prefix(
                f'<fill><patternFill patternType="solid"><fgColor rgb="FF{color}"/><bgColor indexed="64"/></patternFill></fill>'
            )
        )

    def _border(self, base: int, style: CellStyle) -> int:
        if not style.top_line:
            return base
        return self._groups["borders"].add(
            self._part.with_prefix(
                '<border><left/><right/><top style="thin"><color auto="1"/></top><bottom/><diagonal/></border>'
            )
        )

    def _number_format(self, code: str | None) -> int:
        if code is None:
            return 0
        if code in _BUILT_IN:
            return _BUILT_IN[code]
        if code not in self._codes:
            self._last_code += 1
            number = self._last_code
            quoted = code.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
            xml = f'<numFmt numFmtId="{number}" formatCode="{quoted}"/>'
            self._groups["numFmts"].add(self._part.with_prefix(xml))
            self._codes[code] = number
        return self._codes[code]

    def _number_formats(self) -> Sequence[Element]:
        element = self._groups["numFmts"].element
        return element.children if element is not None else ()

    def import_formats(self, xml: bytes) -> list[int]:
        """Add all formats of another styles part; return the new index of each."""
        other = StyleSheet(xml)
        moved = {
            name: [
                self._groups[name].add(self._part.with_prefix(raw.decode()))
                for raw in other._groups[name].raws
            ]
            for name in ("fonts", "fills", "borders")
        }
        codes = {int(e.attributes["numFmtId"]): e.attributes["formatCode"] for e in other._number_formats()}
        new_indices = []
        for xf, raw in zip(other._xfs, other._groups["cellXfs"].raws, strict=True):
            text = raw.decode()
            for attribute, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                place = moved[group][int(xf.attributes[attribute])]
                text = text.replace(f'{attribute}="{xf.attributes[attribute]}"', f'{attribute}="{place}"', 1)
            number = int(xf.attributes["numFmtId"])
            if number in codes:
                place = self._number_format(codes[number])
                text = text.replace(f'numFmtId="{number}"', f'numFmtId="{place}"', 1)
            new_indices.append(self._add_format(self._part.with_prefix(text)))
        return new_indices

    def edited(self) -> bytes:
        """Return the part with the new formats in it."""
        for group in self._groups.values():
            if not group.new:
                continue
            if group.element is not None:
                self._part.append(group.element, group.new, counted=True)
            else:
                inside = b"".join(group.new)
                opened = self._part.with_prefix(f'<{group.name} count="{len(group.new)}">')
                closed = self._part.with_prefix(f"</{group.name}>")
                self._part.insert(self._part.position_of_new(_ORDER, group.name), opened + inside + closed)
        return self._part.edited()

"""Edits the parts of a worksheet before and after its rows: widths, filter and drop-downs of the result columns."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from batchsync.messages import Lang
from batchsync.messages import result_columns as messages
from batchsync.ooxml.escaping import xml_attribute, xml_text
from batchsync.ooxml.references import Range, letter
from batchsync.ooxml.xml_edit import Element, NotRewritableError, Part

_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
)  # fmt: skip
"""The schema's order of a worksheet's children."""

WIDTHS: Mapping[str, float] = {
    "status": 16, "error": 56, "points": 13, "todo": 84, "api_status": 10, "attempts": 10, "answered_at": 21,
    "decision": 14,
}  # fmt: skip
"""Column widths in characters."""

_LONGEST = 1 << 26
_MOST_RANGES = 8_000
_MERGED = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref\s*=\s*["']([A-Za-z0-9$:]{2,30})["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeEdits:
    """What to enter into the head and the tail of a sheet. Columns count from 0."""

    columns: Mapping[str, int]
    """The result columns by name."""
    with_widths: frozenset[int]
    """Result columns whose width stays as it is."""
    first_column: int
    header_line: int
    last_line: int
    uncertain_lines: Sequence[int]
    """Lines whose decision cell offers whether the call was charged."""
    held_lines: Sequence[int]
    """Lines whose decision cell offers to send the order."""
    tables: Sequence[Range]
    """The ranges of the sheet's own tables, which keep filters of their own."""
    lang: Lang


class SheetEnvelope:
    """The head and the tail of one sheet, edited as one small document without rows."""

    def __init__(self, head: bytes, tail: bytes, edits: EnvelopeEdits) -> None:
        if len(head) + len(tail) > _LONGEST:
            raise NotRewritableError("head and tail too large")
        self._part = Part(head + tail, depth=3)
        self._edits = edits
        self.filter: Range | None = None
        """The sheet's filter, if it was added or widened."""

    def edited(self) -> tuple[bytes, bytes]:
        """Return head (with the opening tag of sheetData) and tail (from its closing tag on)."""
        part = self._part
        dimension = part.root.child("dimension")
        if dimension is not None:
            part.replace(dimension, b"")
        self._edit_widths()
        self._edit_filter()
        self._edit_drop_downs()
        xml = part.edited()
        closing = b"</" + part.prefix + b"sheetData"
        at = xml.index(closing)
        return xml[:at], xml[at:]

    def _edit_widths(self) -> None:
        new = {
            column: WIDTHS[name]
            for name, column in self._edits.columns.items()
            if column not in self._edits.with_widths
        }
        element = self._part.root.child("cols")
        entries: list[tuple[int, bytes]] = []
        for child in element.children if element is not None else ():
            entries += self._split_col(child, new)
        for column, width in new.items():
            xml = f'<col min="{column + 1}" max="{column + 1}" width="{width + 0.7109375}" customWidth="1"/>'
            entries.append((column, self._part.with_prefix(xml)))
        entries.sort()
        cols = (
            self._part.with_prefix("<cols>")
            + b"".join(xml for _, xml in entries)
            + self._part.with_prefix("</cols>")
        )
        if not entries:
            return
        if element is not None:
            self._part.replace(element, cols)
        else:
            self._part.insert(self._part.position_of_new(_ORDER, "cols"), cols)

    def _split_col(self, col: Element, removed: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return a col element split into ranges without the removed columns."""
        first, last = col.integer("min") - 1, col.integer("max") - 1
        inside = sorted(column for column in removed if first <= column <= last)
        raw = self._part.raw(col)
        if not inside:
            return [(first, raw)]
        pieces, start = [], first
        for stop in [*inside, last + 1]:
            if start < stop:
                piece = re.sub(rb"""\smin\s*=\s*["']\d+["']""", b' min="%d"' % (start + 1), raw)
                piece = re.sub(rb"""\smax\s*=\s*["']\d+["']""", b' max="%d"' % stop, piece)
                pieces.append((start, piece))
            start = stop + 1
        return pieces

    def _edit_filter(self) -> None:
        edits = self._edits
        first, last = min(edits.columns.values()), max(edits.columns.values())
        element = self._part.root.child("autoFilter")
        if element is not None:
            old = Range.parse(element.attributes.get("ref", ""))
            if old is None or old.top != edits.header_line or old.right >= last:
                return
            self.filter = Range(old.left, old.top, last, max(old.bottom, edits.last_line))
            raw = re.sub(
                rb"""\sref\s*=\s*(?:"[^"]*"|'[^']*')""",
                b' ref="' + str(self.filter).encode() + b'"',
                self._part.raw(element),
                count=1,
            )
            self._part.replace(element, raw)
            return
        beside_table = any(table.top <= edits.header_line <= table.bottom for table in edits.tables)
        left = first if beside_table else min(edits.first_column, first)
        new = Range(left, edits.header_line, last, max(edits.last_line, edits.header_line + 1))
        if any(new.overlaps(table) for table in edits.tables):
            return
        self.filter = new
        xml = self._part.with_prefix(f'<autoFilter ref="{new}"/>')
        self._part.insert(self._part.position_of_new(_ORDER, "autoFilter"), xml)

    def _edit_drop_downs(self) -> None:
        edits = self._edits
        letters = letter(edits.columns["decision"]) if "decision" in edits.columns else ""
        validations = [
            self._part.with_prefix(xml)
            for xml in drop_downs(letters, edits.uncertain_lines, edits.held_lines, edits.lang)
            if letters
        ]
        element = self._part.root.child("dataValidations")
        if element is None:
            if not validations:
                return
            xml = self._part.with_prefix(f'<dataValidations count="{len(validations)}">') + b"".join(
                validations
            )
            xml += self._part.with_prefix("</dataValidations>")
            self._part.insert(self._part.position_of_new(_ORDER, "dataValidations"), xml)
            return
        ours = [f'"{_choices(lang)}"'.encode() for lang in Lang]
        ours += [f'"{xml_attribute(messages.SEND_TITLE.render(lang))}"'.encode() for lang in Lang]
        earlier = [child for child in element.children if any(map(self._part.raw(child).__contains__, ours))]
        if not validations and len(earlier) == len(element.children):
            if earlier:
                self._part.replace(element, b"")
            return
        for child in earlier:
            self._part.replace(child, b"")
        self._part.append(element, validations, counted=True, removed=len(earlier))


def merged_ranges(tail: bytes) -> Iterator[Range]:
    """Yield the merged ranges, which the tail of a sheet lists."""
    for found in _MERGED.finditer(tail):
        merged = Range.parse(found[1].decode())
        if merged is not None:
            yield merged


def cell_ranges(letters: str, lines: Sequence[int]) -> str:
    """Return the cells of a column on those lines as few ranges; above 8,000 ranges, as one over all of them."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    if len(ranges) > _MOST_RANGES:
        ranges = [[lines[0], lines[-1]]]
    return " ".join(
        f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
        for first, last in ranges
    )


def drop_downs(letters: str, uncertain: Sequence[int], held: Sequence[int], lang: Lang) -> list[str]:
    """Return the data validations that offer the decisions on uncertain lines, and to send those held back."""
    send = messages.SEND.render(lang)
    kinds = (
        (uncertain, _choices(lang), messages.DECISION_TITLE, messages.DECISION_HELP),
        (held, send, messages.SEND_TITLE, messages.SEND_HELP),
    )
    return [
        '<dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1" '
        f'promptTitle="{xml_attribute(title.render(lang))}" '
        f'prompt="{xml_attribute(text.render(lang))}" '
        f'sqref="{cell_ranges(letters, lines)}">'
        f'<formula1>"{xml_text(choices)}"</formula1></dataValidation>'
        for lines, choices, title, text in kinds
        if lines
    ]


def _choices(lang: Lang) -> str:
    return ",".join(text.render(lang) for text in messages.DECISIONS)

"""The XML of a row's result cells; equal rows share it, only line number and time are filled in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.model import EntryResult, RowResult, RowStatus
from batchsync.model.row_results import is_held_back
from batchsync.ooxml.escaping import string_cell
from batchsync.ooxml.stylesheet import CellStyle, StyleSheet
from batchsync.writer.row_texts import LocalSerial, RowTexts

FILLS: Mapping[RowStatus, tuple[str, str]] = {
    RowStatus.SYNCED: ("C6EFCE", "006100"),
    RowStatus.ALREADY_SYNCED: ("E2F0D9", "385723"),
    RowStatus.DUPLICATE: ("EDEDED", "595959"),
    RowStatus.FAILED: ("FFC7CE", "9C0006"),
    RowStatus.UNCERTAIN: ("FFD966", "7F3F00"),
    RowStatus.NOT_SENT: ("DDEBF7", "1F4E78"),
    RowStatus.INVALID: ("E4DFEC", "5F3A8A"),
}
"""Fill and text colour of each status."""

BARS: Mapping[RowStatus, str] = {
    RowStatus.SYNCED: "70AD47",
    RowStatus.ALREADY_SYNCED: "A9D18E",
    RowStatus.DUPLICATE: "BFBFBF",
    RowStatus.FAILED: "E06666",
    RowStatus.UNCERTAIN: "FFC000",
    RowStatus.NOT_SENT: "9DC3E6",
    RowStatus.INVALID: "B4A7D6",
}
"""The colour of each status's bar in the chart."""

TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
_TAG = re.compile(rb"<(/?)(?=[a-z])")
_MOST_CACHED = 20_000
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """Cell formats of the result columns, as indices into the workbook's."""

    statuses: Mapping[RowStatus, int]
    text: int
    number: int
    time: int
    decision: int
    total: int
    boxed: bool
    """Whether the sheet's cells have borders, so that empty result cells need them, too."""


def styles_for(sheet: StyleSheet, base: int) -> Styles:
    """Add the formats of the result columns, based on a data cell's."""
    return Styles(
        statuses={
            status: sheet.format(
                base, CellStyle(fill=fill, color=color, bold=True, horizontal="left", indent=1)
            )
            for status, (fill, color) in FILLS.items()
        },
        text=sheet.format(base, CellStyle(color="000000", horizontal="left", indent=1)),
        number=sheet.format(base, CellStyle(color="000000", number_format="0", horizontal="right", indent=1)),
        time=sheet.format(
            base, CellStyle(color="000000", number_format=TIME_FORMAT, horizontal="left", indent=1)
        ),
        decision=sheet.format(
            base, CellStyle(fill="FFF2CC", color="000000", horizontal="left", indent=1, unlocked=True)
        ),
        total=sheet.format(
            base,
            CellStyle(
                color="000000", bold=True, number_format="0", horizontal="right", indent=1, top_line=True
            ),
        ),
        boxed=sheet.has_border(base),
    )


class ResultCells:
    """Makes the result cells of one sheet's rows."""

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        styles: Styles,
        row_texts: RowTexts,
        serial: LocalSerial,
        prefix: bytes = b"",
    ) -> None:
        self._columns = columns
        """Name and letters, from left to right."""
        self._styles = styles
        self._row_texts = row_texts
        self._serial = serial
        self._prefix = prefix
        self._cache: dict[object, Sequence[bytes]] = {}

    def cells(self, row: RowResult, line: bytes) -> bytes:
        """Return the row's cells, from the leftmost column to the rightmost."""
        parts = self._batches(row)
        xml = line.join(parts)
        answered = row.answered_at
        if answered is None:
            return xml
        return xml.replace(b"\x00", b"%.8f" % self._serial(answered), 1)

    def _batches(self, row: RowResult) -> Sequence[bytes]:
        key = self._key(row)
        if key is None:
            return self._make(row)
        parts = self._cache.get(key)
        if parts is None:
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            parts = self._cache[key] = self._make(row)
        return parts

    def _key(self, row: RowResult) -> object:
        """Return all that a row's cells depend on besides line and time; None if they are not to be cached."""
        if len(row.entries) > 1:
            return None
        entry: EntryResult = row.entries[0]
        unanswered = row.answered_at is None
        if row.status is RowStatus.SYNCED:
            return (entry.points, entry.api_status, entry.calls, unanswered)
        if row.status is RowStatus.ALREADY_SYNCED and not entry.calls:
            at = entry.earlier_at
            code = None if entry.plan_reason is None else entry.plan_reason.code
            return (entry.earlier_run, None if at is None else at.timestamp() // 60, code, unanswered)
        if row.status is RowStatus.NOT_SENT and entry.plan_reason is None and not entry.calls:
            return (row.status, entry.state, unanswered)
        return None

    def _make(self, row: RowResult) -> Sequence[bytes]:
        """Return the cells' XML split where the line number goes; a NUL byte is where the time goes."""
        texts = self._row_texts.of_row(row)
        values: dict[str, Callable[[str], str]] = {
            "status": lambda at: string_cell(
                at, self._s(self._styles.statuses[texts.status]), self._row_texts.statuses[texts.status]
            ),
            "error": lambda at: self._text(at, texts.error),
            "points": lambda at: self._number(at, texts.points),
            "todo": lambda at: self._text(at, texts.todo),
            "api_status": lambda at: self._code(at, texts.api_status),
            "attempts": lambda at: self._number(at, texts.attempts),
            "answered_at": lambda at: self._time(at, texts.answered_at),
            "decision": lambda at: self._decision(at, row),
        }
        xml = "".join(values[name](letters + "\x01") for name, letters in self._columns)
        return self._prefixed(xml).split(b"\x01")

    def _prefixed(self, xml: str) -> bytes:
        data = xml.encode("utf-8")
        return _TAG.sub(rb"<\1" + self._prefix, data) if self._prefix else data

    def heads(self, line: int, styles: Mapping[str, int]) -> bytes:
        """Return the header cells; `styles` by name."""
        return self._prefixed(
            "".join(
                string_cell(f"{letters}{line}", self._s(styles[name]), self._row_texts.heads[name])
                for name, letters in self._columns
            )
        )

    def _s(self, style: int) -> str:
        return f' s="{style}"'

    def _empty(self, at: str) -> str:
        return f'<c r="{at}"{self._s(self._styles.text)}/>' if self._styles.boxed else ""

    def _text(self, at: str, text: str) -> str:
        return string_cell(at, self._s(self._styles.text), text) if text else self._empty(at)

    def _number(self, at: str, number: int | None) -> str:
        if number is None:
            return self._empty(at)
        return f'<c r="{at}"{self._s(self._styles.number)}><v>{number}</v></c>'

    def _code(self, at: str, code: str) -> str:
        if len(code) <= _LONGEST_NUMBER and code.isascii() and code.isdigit() and code == str(int(code)):
            return f'<c r="{at}"{self._s(self._styles.number)}><v>{int(code)}</v></c>'
        return self._text(at, code)

    def _time(self, at: str, time: datetime | None) -> str:
        if time is None:
            return self._empty(at)
        return f'<c r="{at}"{self._s(self._styles.time)}><v>\x00</v></c>'

    def _decision(self, at: str, row: RowResult) -> str:
        if row.status is RowStatus.UNCERTAIN or is_held_back(row):
            return f'<c r="{at}"{self._s(self._styles.decision)}/>'
        return self._empty(at)

    def total(self, line: int, first: int, points: int) -> bytes:
        """Return the cell below the last row: a SUBTOTAL, which follows the filter, with its value."""
        letters = dict(self._columns)["points"]
        formula = f"SUBTOTAL(109,{letters}{first}:{letters}{line - 1})"
        style = self._s(self._styles.total)
        return self._prefixed(f'<c r="{letters}{line}"{style}><f>{formula}</f><v>{points}</v></c>')

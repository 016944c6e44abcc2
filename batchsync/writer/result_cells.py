"""The added cells of a row as XML: a fragment per kind of row, into which only line and time are put."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.model import EntryResult, RowResult, RowStatus
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
"""The colour of each status's cell and of its word."""

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
_MOST_KEPT = 20_000
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """Cell formats of the added columns, as indices into the workbook's."""

    statuses: Mapping[RowStatus, int]
    text: int
    number: int
    moment: int
    decision: int
    total: int
    boxed: bool
    """Whether the sheet's cells have borders, so that empty ones of ours need them too."""


def styles_for(sheet: StyleSheet, base: int) -> Styles:
    """Add the formats of the added columns, in the manner of a data cell of the user's."""
    return Styles(
        statuses={
            status: sheet.format(
                base, CellStyle(fill=fill, color=color, bold=True, horizontal="left", indent=1)
            )
            for status, (fill, color) in FILLS.items()
        },
        text=sheet.format(base, CellStyle(color="000000", horizontal="left", indent=1)),
        number=sheet.format(base, CellStyle(color="000000", number_format="0", horizontal="right", indent=1)),
        moment=sheet.format(
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
    """Makes the added cells of one sheet's rows."""

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        styles: Styles,
        row_texts: RowTexts,
        serial: LocalSerial,
        prefix: bytes = b"",
    ) -> None:
        self._columns = columns
        """Role and letters, from left to right."""
        self._styles = styles
        self._row_texts = row_texts
        self._serial = serial
        self._prefix = prefix
        self._kept: dict[object, Sequence[bytes]] = {}

    def cells(self, row: RowResult, line: bytes) -> bytes:
        """Return the row's cells, from the leftmost column to the rightmost."""
        pieces = self._batches(row)
        xml = line.join(pieces)
        answered = row.answered_at
        if answered is None:
            return xml
        return xml.replace(b"\x00", b"%.8f" % self._serial(answered), 1)

    def _batches(self, row: RowResult) -> Sequence[bytes]:
        key = self._key(row)
        if key is None:
            return self._made(row)
        pieces = self._kept.get(key)
        if pieces is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            pieces = self._kept[key] = self._made(row)
        return pieces

    def _key(self, row: RowResult) -> object:
        """What a row's cells depend on besides line and time; None when they are the row's own."""
        if len(row.entries) > 1:
            return None
        entry: EntryResult = row.entries[0]
        moment = row.answered_at is None
        if row.status is RowStatus.SYNCED:
            return (entry.points, entry.api_status, entry.calls, moment)
        if row.status is RowStatus.ALREADY_SYNCED and not entry.calls:
            at = entry.earlier_at
            code = None if entry.plan_reason is None else entry.plan_reason.code
            return (entry.earlier_run, None if at is None else at.timestamp() // 60, code, moment)
        if row.status is RowStatus.NOT_SENT and entry.plan_reason is None and not entry.calls:
            return (row.status, entry.state, moment)
        return None

    def _made(self, row: RowResult) -> Sequence[bytes]:
        """Return the cells cut where the line number goes; a NUL stands where the time goes."""
        says = self._row_texts.says(row)
        values: dict[str, Callable[[str], str]] = {
            "status": lambda at: string_cell(
                at, self._s(self._styles.statuses[says.status]), self._row_texts.statuses[says.status]
            ),
            "error": lambda at: self._text(at, says.error),
            "points": lambda at: self._number(at, says.points),
            "todo": lambda at: self._text(at, says.todo),
            "api_status": lambda at: self._code(at, says.api_status),
            "attempts": lambda at: self._number(at, says.attempts),
            "answered_at": lambda at: self._moment(at, says.answered_at),
            "decision": lambda at: self._decision(at, says.status),
        }
        xml = "".join(values[role](letters + "\x01") for role, letters in self._columns)
        return self._tagged(xml).split(b"\x01")

    def _tagged(self, xml: str) -> bytes:
        data = xml.encode("utf-8")
        return _TAG.sub(rb"<\1" + self._prefix, data) if self._prefix else data

    def heads(self, line: int, styles: Mapping[str, int]) -> bytes:
        """Return the header cells; `styles` by role."""
        return self._tagged(
            "".join(
                string_cell(f"{letters}{line}", self._s(styles[role]), self._row_texts.heads[role])
                for role, letters in self._columns
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

    def _moment(self, at: str, moment: datetime | None) -> str:
        if moment is None:
            return self._empty(at)
        return f'<c r="{at}"{self._s(self._styles.moment)}><v>\x00</v></c>'

    def _decision(self, at: str, status: RowStatus) -> str:
        if status is RowStatus.UNCERTAIN:
            return f'<c r="{at}"{self._s(self._styles.decision)}/>'
        return self._empty(at)

    def total(self, line: int, first: int, points: int) -> bytes:
        """Return the cell under the last row: a sum that follows the filter, with its value."""
        letters = dict(self._columns)["points"]
        formula = f"SUBTOTAL(109,{letters}{first}:{letters}{line - 1})"
        style = self._s(self._styles.total)
        return self._tagged(f'<c r="{letters}{line}"{style}><f>{formula}</f><v>{points}</v></c>')

"""Cleans a cell into the ids it holds, or gives the reason why it is refused. Pure functions.

A wrong id is a paid wrong call, so damage is never repaired: digits that a double lost are unknown. Only what stands
around an id is stripped (`strip_guards`). Shape alone refuses nothing; damage does.
"""

import re

from batchsync.model import CellKind, Reason
from batchsync.planning.number_damage import TRUSTED_DIGITS, is_cut, is_double
from batchsync.planning.shapes import NOTHING, is_guarded, strip_guards

LONGEST_ID = 64
MOST_IN_A_CELL = 1_000
LONGEST_CELL = 32_767
"""No cell of a spreadsheet holds more; a text file's might."""

_BY_KIND: dict[int, Reason] = {
    CellKind.EMPTY: Reason.MISSING,
    CellKind.BOOLEAN: Reason.NOT_AN_ID,
    CellKind.DATE: Reason.NOT_AN_ID,
    CellKind.AMOUNT: Reason.NOT_AN_ID,
    CellKind.ERROR: Reason.ERROR_CELL,
    CellKind.NO_VALUE: Reason.NO_VALUE,
    CellKind.UNDECODABLE: Reason.UNDECODABLE,
    CellKind.BROKEN: Reason.BROKEN_LINE,
}
_ERROR_TEXT = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)", re.IGNORECASE
)
_SEVERAL = re.compile(r"[,;\u3001\r\n\v\x85\u2028\u2029]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]{1,3}")
_DECIMAL = re.compile(r"([0-9]+)\.([0-9]+)")
_ID = re.compile(r"(?=[A-Za-z_-]*[0-9])[0-9A-Za-z][0-9A-Za-z_-]*")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}")

_LONG = r"[0-9]{15}(?=0*[1-9])[0-9]{1,31}"
plain_text = re.compile(rf"[0-9]{{6}}-[0-9]{{15}}|{_LONG}|[0-9]{{1,15}}|P[0-9]{{18}}").fullmatch
"""An id that needs no second look when its cell is text. Zeros after 15 digits do: they may have been cut."""
plain_number = re.compile(r"[0-9]{1,15}").fullmatch
"""The same for a numeric cell: a longer number may be a rounded one."""


def unguarded(text: str) -> str:
    """Strip the most frequent guards quickly; `strip_guards` knows more."""
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return text.strip(" \t\r\n'`")


def clean_id(text: str, kind: int) -> list[str] | Reason:
    """Return the ids in a cell, each once and in its order, or why the cell is refused."""
    refused = _BY_KIND.get(kind)
    if refused:
        return refused
    inside = strip_guards(text[: LONGEST_CELL + 1])
    if inside.lower() in NOTHING:
        return Reason.MISSING
    if _ERROR_TEXT.fullmatch(inside) or _THOUSANDS.fullmatch(inside):
        return Reason.ERROR_CELL if inside.startswith("#") else Reason.NOT_AN_ID
    parts = [part for part in map(strip_guards, _SEVERAL.split(inside)) if part]
    if len(parts) > MOST_IN_A_CELL or len(inside) > LONGEST_CELL:
        return Reason.TOO_LONG
    ids: dict[str, None] = {}
    for part in parts:
        one = _single_id(part, kind)
        if isinstance(one, Reason):
            return one
        ids[one] = None
    return list(ids) or Reason.MISSING


def _single_id(text: str, kind: int) -> str | Reason:
    """Return a single id, or why it can't be one."""
    if _EXPONENT.fullmatch(text):
        return Reason.EXPONENT
    floating = kind in (CellKind.NUMBER, CellKind.LOSSY)
    decimal = _DECIMAL.fullmatch(text)
    if decimal:
        if decimal[2].strip("0"):
            return Reason.FRACTION
        text, floating = decimal[1], True
    if floating and len(text) > TRUSTED_DIGITS and text.isdecimal():
        if is_cut(text):
            return Reason.TRUNCATED
        if kind == CellKind.LOSSY or decimal or is_double(text):
            return Reason.ROUNDED
    if not _ID.fullmatch(text) or _DAY.fullmatch(text):
        return Reason.NOT_AN_ID
    return text if len(text) <= LONGEST_ID else Reason.TOO_LONG


def may_be_cut(text: str, kind: int) -> bool:
    """Whether a text cell, not protected as text, holds a number that Excel may have cut."""
    return kind == CellKind.TEXT and is_cut(text.strip()) and not is_guarded(text)

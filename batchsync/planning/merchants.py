"""Finds the merchant of each row: by its merchant column, by the shop's name, or by the settings."""

from collections.abc import Iterable, Mapping
from itertools import repeat

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear
from batchsync.messages import planning
from batchsync.model import CellKind, Note, Reason, RowBatch, SheetFound
from batchsync.planning.identifiers import clean_id
from batchsync.planning.shapes import is_no_merchant, strip_guards

Merchant = str | Note
"""A merchant id, or why there is none (its cell's address is for the caller to add)."""


class Merchants:
    """Returns the merchant of each row of the current sheet.

    A column of merchant ids comes first, then the shop's name by `input.owners`, then `input.owner_id`. An empty or
    damaged cell of a column is never filled up from the settings: another merchant's order would be paid for.
    """

    def __init__(self, settings: InputSettings) -> None:
        self._settings = settings
        self._shops = {_folded(shop): _default(owner) for shop, owner in settings.owners.items()}
        self._seen: dict[tuple[str, int], Merchant] = {}
        self._by_shop: dict[str, Merchant] = {}
        self._sheet: SheetFound | None = None
        self._fallback: Merchant = ""
        self._without: list[str] = []
        """Sheets with rows and no merchant."""
        self._any_merchant = False

    def start(self, sheet: SheetFound) -> None:
        """Turn to another sheet."""
        self._sheet = sheet
        self._seen.clear()
        self._by_shop.clear()
        self._fallback = self._of_sheet(sheet.sheet)

    def of(self, batch: RowBatch) -> Iterable[Merchant]:
        """Return the merchant of each row of a batch."""
        sheet = self._sheet
        if sheet is not None and sheet.owner_column is not None:
            self._any_merchant = True
            return map(self._by_cell, batch.owners, batch.owner_kinds)
        if batch.shops and self._shops:
            self._any_merchant = True
            return map(self._by_name, batch.shops)
        if isinstance(self._fallback, str):
            self._any_merchant = True
        elif sheet is not None and sheet.sheet not in self._without:
            self._without.append(sheet.sheet)
        return repeat(self._fallback)

    def require_any(self) -> None:
        """Raise ColumnsUnclear when there are rows, and not one of them can have a merchant."""
        if self._any_merchant or not self._without:
            return
        sheets = ", ".join(f"“{sheet}”" for sheet in self._without)
        named = self._settings.owner_id
        if self._shops:
            raise ColumnsUnclear(planning.NO_SHOP_COLUMN, sheets=sheets)
        if isinstance(named, Mapping) and named:
            raise ColumnsUnclear(planning.NO_MERCHANT_FOR_SHEETS, sheets=sheets, named=", ".join(named))
        raise ColumnsUnclear(planning.NO_MERCHANT, sheets=sheets)

    def _of_sheet(self, name: str) -> Merchant:
        named = self._settings.owner_id
        owner = named.get(name) if isinstance(named, Mapping) else named
        return _default(owner) if owner else Note(code=Reason.NO_OWNER, facts={"sheet": name})

    def _by_cell(self, text: str, kind: int) -> Merchant:
        seen = self._seen.get((text, kind))
        if seen is None:
            seen = self._seen[text, kind] = self._clean(text, kind)
        return seen

    def _clean(self, text: str, kind: int) -> Merchant:
        ids = clean_id(text, kind)
        if isinstance(ids, list) and len(ids) == 1:
            if not is_no_merchant(ids[0]):
                return ids[0]
            ids = Reason.NOT_A_MERCHANT
        reason = ids if isinstance(ids, Reason) else Reason.NOT_AN_ID
        return self._refusal(reason, text, self._sheet.owner_column if self._sheet else None)

    def _by_name(self, shop: str) -> Merchant:
        seen = self._by_shop.get(shop)
        if seen is None:
            name = _folded(shop)
            column = self._sheet.shop_column if self._sheet else None
            reason = Reason.UNKNOWN_SHOP if name else Reason.MISSING
            seen = self._shops.get(name) or self._refusal(reason, shop, column)
            self._by_shop[shop] = seen
        return seen

    def _refusal(self, reason: Reason, value: str, column: int | None) -> Note:
        headers = self._sheet.headers if self._sheet else ()
        header = headers[column] if column is not None and column < len(headers) else ""
        return Note(code=reason, facts={"header": header, "value": value[:80], "what": "owner"})


def _default(owner: str) -> str:
    """Clean a merchant id from the settings; one that is none stops the call."""
    ids = clean_id(owner, CellKind.TEXT)
    if isinstance(ids, Reason) or len(ids) != 1:
        raise ColumnsUnclear(planning.BAD_DEFAULT_OWNER, value=owner)
    return ids[0]


def _folded(shop: str) -> str:
    return "".join(strip_guards(shop).split()).casefold()

"""What the child may say, by tag: each answer's shape is checked before it becomes one of the house's nouns.

Raises ValueError for anything else: a child that was taken over must not be able to say more than a wrong table.
"""

from collections.abc import Callable
from itertools import chain
from types import MappingProxyType
from typing import Any

from batchsync.model import CellBatch, CellKind, FileFound, Note, RowBatch, SheetCells, SheetFound

_KINDS = frozenset(CellKind)
_TEXT, _EMPTY = int(CellKind.TEXT), int(CellKind.EMPTY)
_CONTAINERS = frozenset({"xlsx", "xls", "xlsb", "ods", "spreadsheetml", "html", "csv", "zip"})


def a_text(value: Any) -> str:
    """Return a text, or raise."""
    if type(value) is not str:
        raise ValueError(type(value).__name__)
    return value


def a_list(value: Any) -> list[Any]:
    """Return a list, or raise."""
    if type(value) is not list or not value:
        raise ValueError(type(value).__name__)
    return value


def a_dict(value: Any) -> dict[str, Any]:
    """Return a dict, or raise; JSON's keys are texts."""
    if type(value) is not dict:
        raise ValueError(type(value).__name__)
    return value


def facts(value: Any) -> dict[str, str]:
    """Return facts that are all texts, or raise."""
    return {name: a_text(fact) for name, fact in a_dict(value).items()}


def file_found(*said: Any, sha256: str, size: int) -> FileFound:
    """Make what the file is; its hash and size are the parent's own."""
    container, detail, notes = said
    if container not in _CONTAINERS:
        raise ValueError(container)
    return FileFound(
        container=container, detail=a_text(detail), notes=_notes(notes), sha256=sha256, size=size
    )


def _sheet_found(*said: Any) -> SheetFound:
    name, index, line, headers, order, owner, shop, decision, results, notes = said
    return SheetFound(
        sheet=a_text(name),
        index=_a_number(index),
        header_line=_a_number(line),
        headers=tuple(_texts(headers)),
        order_column=_a_number(order),
        owner_column=None if owner is None else _a_number(owner),
        shop_column=None if shop is None else _a_number(shop),
        decision_column=None if decision is None else _a_number(decision),
        result_columns=tuple(_numbers(results)),
        notes=_notes(notes),
    )


def _row_batch(*said: Any) -> RowBatch:
    lines, orders, order_kinds, owners, owner_kinds, shops, decisions, hidden = said
    size = len(_numbers(lines))
    return RowBatch(
        lines=lines,
        orders=_sized(_texts(orders), size),
        order_kinds=_kinds(order_kinds, size),
        owners=_sized(_texts(owners), size, or_none=True),
        owner_kinds=_kinds(owner_kinds, len(owners)),
        shops=_sized(_texts(shops), size, or_none=True),
        decisions=_sized(_texts(decisions), size, or_none=True),
        hidden=_sized(_numbers(hidden), size, or_none=True),
    )


def _plain_batch(*said: Any) -> RowBatch:
    """Rows one after the other of nothing but text, each column joined by line breaks."""
    first, size, orders, owners, shops, decisions = said
    texts, merchants = _split(a_text(orders), _a_number(size)), _split(owners, size)
    kinds = [_TEXT] * size
    return RowBatch(
        lines=list(range(_a_number(first), first + size)),
        orders=texts,
        order_kinds=kinds,
        owners=merchants,
        owner_kinds=kinds[: len(merchants)]
        if all(merchants)
        else [_TEXT if one else _EMPTY for one in merchants],
        shops=_split(shops, size),
        decisions=_split(decisions, size),
    )


def _split(joined: Any, size: int) -> list[str]:
    return [] if joined is None else _sized(a_text(joined).split("\n"), size)


def _sheet_cells(*said: Any) -> SheetCells:
    name, index, visible = said
    if type(visible) is not bool:
        raise ValueError(visible)
    return SheetCells(sheet=a_text(name), index=_a_number(index), visible=visible)


def _cell_batch(*said: Any) -> CellBatch:
    lines, rows, kinds, hidden = said
    size = len(_numbers(lines))
    if not _lists_of(str, _sized(rows, size)) or not _lists_of(int, _sized(kinds, size)):
        raise ValueError(size)
    if list(map(len, rows)) != list(map(len, kinds)) or not _KINDS.issuperset(chain.from_iterable(kinds)):
        raise ValueError(size)
    return CellBatch(lines=lines, rows=rows, kinds=kinds, hidden=_sized(_numbers(hidden), size, or_none=True))


ORDERS: dict[str, Callable[..., Any]] = {"sheet": _sheet_found, "rows": _row_batch, "plain": _plain_batch}
CELLS: dict[str, Callable[..., Any]] = {"grid": _sheet_cells, "cells": _cell_batch}


# --- Pieces -------------------------------------------------------------------------------------------------


def _a_number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _numbers(values: Any) -> list[int]:
    if type(values) is not list or not set(map(type, values)) <= {int}:
        raise ValueError(type(values).__name__)
    if values and min(values) < 0:
        raise ValueError(min(values))
    return values


def _texts(values: Any) -> list[str]:
    if type(values) is not list or not set(map(type, values)) <= {str}:
        raise ValueError(type(values).__name__)
    return values


def _lists_of(kind: type, values: list[Any]) -> bool:
    """Whether all values are lists, and all that is in them is of one kind: looked at as one, half a microsecond a row less."""
    return set(map(type, values)) <= {list} and set(map(type, chain.from_iterable(values))) <= {kind}


def _sized(values: Any, size: int, *, or_none: bool = False) -> list[Any]:
    if type(values) is not list or (len(values) != size and not (or_none and not values)):
        raise ValueError(size)
    return values


def _kinds(values: Any, size: int) -> list[int]:
    """Return a kind for each cell; one number stands for a list of the same."""
    every = [values] * size if type(values) is int else _sized(_numbers(values), size)
    if not set(every) <= _KINDS:
        raise ValueError(values)
    return every


def _notes(values: Any) -> tuple[Note, ...]:
    if type(values) is not list:
        raise ValueError(type(values).__name__)
    return tuple(_note(*a_list(value)) for value in values)


def _note(*said: Any) -> Note:
    code, told = said
    return Note(code=a_text(code), facts=MappingProxyType(facts(told)))

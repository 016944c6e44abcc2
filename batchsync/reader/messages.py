"""The protocol between parent and parser process: frames of JSON, and how each item is encoded and decoded.

Decoding checks the shape of every message and raises ValueError for anything else: a parser process that a file has
taken over can send no more than a wrong table.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import IO, Any

import orjson

from batchsync.errors import ReadError
from batchsync.model import CellBatch, CellKind, FileFound, Note, RowBatch, SheetCells, SheetFound

Item = FileFound | SheetFound | RowBatch | SheetCells | CellBatch
Message = list[Any]
"""A tag, then lists, texts and numbers."""

MOST_FRAME_BYTES = 256 << 20
_KINDS = frozenset(CellKind)
_TEXT = int(CellKind.TEXT)
_CONTAINERS = frozenset({"xlsx", "xls", "xlsb", "ods", "spreadsheetml", "html", "csv", "zip"})


# --- Frames -------------------------------------------------------------------------------------------------


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message behind its length in four bytes, and flush."""
    data = orjson.dumps(message)
    stream.write(len(data).to_bytes(4, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; None at the end. Raises ValueError for what is no message."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    if size > MOST_FRAME_BYTES:
        raise ValueError(size)
    data = stream.read(size)
    return orjson.loads(data) if len(data) == size else None


# --- In the parser process ----------------------------------------------------------------------------------


def encode(item: Item) -> Message:
    """Return an item as a message; the hash and size of a file are the parent's own."""
    match item:
        case RowBatch():
            return _encode_rows(item)
        case CellBatch():
            return ["cells", item.lines, item.rows, item.kinds, item.hidden]
        case FileFound():
            return ["file", item.container, item.detail, _encode_notes(item.notes)]
        case SheetCells():
            return ["grid", item.sheet, item.index, item.visible]
    return [
        "sheet",
        *(item.sheet, item.index, item.header_line, item.headers),
        *(item.order_column, item.owner_column, item.shop_column, item.decision_column),
        *(item.result_columns, item.explanation_lines, item.order_shape, _encode_notes(item.notes)),
    ]


def encode_error(error: ReadError) -> Message:
    """Return a refusal as a message."""
    return ["error", error.reason, {name: str(fact) for name, fact in error.facts.items()}]


def _encode_notes(notes: Sequence[Note]) -> list[list[Any]]:
    return [[note.code, dict(note.facts)] for note in notes]


def _encode_rows(batch: RowBatch) -> Message:
    """Consecutive rows of nothing but text as one string a column: a third of the time of lists."""
    first, size = batch.lines[0], len(batch.lines)
    columns = (batch.orders, batch.owners, batch.shops, batch.decisions)
    kinds = batch.order_kinds + batch.owner_kinds
    if not batch.hidden and batch.lines[-1] - first < size and kinds.count(_TEXT) == len(kinds):
        texts = ["\n".join(column) if column else None for column in columns]
        if all(text is None or text.count("\n") < size for text in texts):
            return ["text_rows", first, size, *texts]
    return [
        "rows",
        *(batch.lines, batch.orders, _one_for_all(batch.order_kinds)),
        *(batch.owners, _one_for_all(batch.owner_kinds), batch.shops, batch.decisions, batch.hidden),
    ]


def _one_for_all(kinds: list[int]) -> list[int] | int:
    """Return one kind instead of a list of the same."""
    return kinds[0] if kinds and kinds.count(kinds[0]) == len(kinds) else kinds


# --- In the parent ------------------------------------------------------------------------------------------


def decode(message: Any, kinds: tuple[type, ...], sha256: str, size: int) -> Item | ReadError | None:
    """Return the item of one of these kinds or the refusal in a message; None for the end.

    A file gets the hash and size that the parent found.
    """
    if type(message) is not list or not message:
        raise ValueError(type(message).__name__)
    tag, *parts = message
    if tag == "end":
        return None
    if tag not in _DECODERS:
        raise ValueError(tag)
    item = _DECODERS[tag](*parts)
    if not isinstance(item, (ReadError, *kinds)):
        raise ValueError(tag)  # noqa: TRY004 - nonsense on the pipe
    return replace(item, sha256=sha256, size=size) if isinstance(item, FileFound) else item


def _decode_file(container: Any, detail: Any, notes: Any) -> FileFound:
    if container not in _CONTAINERS:
        raise ValueError(container)
    return FileFound(container=container, detail=_text(detail), notes=_decode_notes(notes), sha256="", size=0)


def _decode_error(reason: Any, facts: Any) -> ReadError:
    return ReadError(_text(reason), **_facts(facts))


def _decode_sheet(name: Any, index: Any, line: Any, headers: Any, *more: Any) -> SheetFound:
    order, owner, shop, decision, results, explanations, shape, notes = more
    return SheetFound(
        sheet=_text(name),
        index=_number(index),
        header_line=_number(line),
        headers=tuple(_texts(headers)),
        order_column=_number(order),
        owner_column=None if owner is None else _number(owner),
        shop_column=None if shop is None else _number(shop),
        decision_column=None if decision is None else _number(decision),
        result_columns=tuple(_numbers(results)),
        explanation_lines=tuple(_numbers(explanations)),
        order_shape=_number(shape),
        notes=_decode_notes(notes),
    )


def _decode_rows(lines: Any, orders: Any, order_kinds: Any, owners: Any, *more: Any) -> RowBatch:
    owner_kinds, shops, decisions, hidden = more
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


def _decode_text_rows(first: Any, size: Any, *columns: Any) -> RowBatch:
    _number(size)
    orders, owners, shops, decisions = [
        [] if column is None else _sized(_text(column).split("\n"), size) for column in columns
    ]
    kinds = [_TEXT] * size
    return RowBatch(
        lines=list(range(_number(first), first + size)),
        orders=_sized(orders, size),
        order_kinds=kinds,
        owners=owners,
        owner_kinds=kinds[: len(owners)],
        shops=shops,
        decisions=decisions,
    )


def _decode_grid(name: Any, index: Any, visible: Any) -> SheetCells:
    if type(visible) is not bool:
        raise ValueError(visible)
    return SheetCells(sheet=_text(name), index=_number(index), visible=visible)


def _decode_cells(lines: Any, rows: Any, kinds: Any, hidden: Any) -> CellBatch:
    size = len(_numbers(lines))
    if not _lists_of(str, _sized(rows, size)) or not _lists_of(int, _sized(kinds, size)):
        raise ValueError(size)
    if list(map(len, rows)) != list(map(len, kinds)) or not _KINDS.issuperset(chain.from_iterable(kinds)):
        raise ValueError(size)
    return CellBatch(lines=lines, rows=rows, kinds=kinds, hidden=_sized(_numbers(hidden), size, or_none=True))


_DECODERS: dict[str, Callable[..., Item | ReadError]] = {
    "file": _decode_file,
    "error": _decode_error,
    "sheet": _decode_sheet,
    "rows": _decode_rows,
    "text_rows": _decode_text_rows,
    "grid": _decode_grid,
    "cells": _decode_cells,
}


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(type(value).__name__)
    return value


def _facts(value: Any) -> dict[str, str]:
    if type(value) is not dict:
        raise ValueError(type(value).__name__)
    return {name: _text(fact) for name, fact in value.items()}


def _number(value: Any) -> int:
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
    """Whether all values are lists of one kind; checked together, which saves half a microsecond a row."""
    return set(map(type, values)) <= {list} and set(map(type, chain.from_iterable(values))) <= {kind}


def _sized(values: Any, size: int, *, or_none: bool = False) -> list[Any]:
    if type(values) is not list or (len(values) != size and not (or_none and not values)):
        raise ValueError(size)
    return values


def _kinds(values: Any, size: int) -> list[int]:
    """Return a kind for each cell; one number stands for a list of the same."""
    kinds = [values] * size if type(values) is int else _sized(_numbers(values), size)
    if not set(kinds) <= _KINDS:
        raise ValueError(values)
    return kinds


def _decode_notes(values: Any) -> tuple[Note, ...]:
    if type(values) is not list:
        raise ValueError(type(values).__name__)
    return tuple(Note(_text(code), MappingProxyType(_facts(facts))) for code, facts in values)

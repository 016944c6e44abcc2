"""Walks an opened file and makes the messages that go to the parent: for the plan, or with every cell."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from batchsync.reader.open import open_source
from batchsync.reader.row_batches import Picked, Plain, lightened, pick
from batchsync.reader.source import LONGEST_TEXT, Line, Note, ReadOptions, Sheet, Source, UnreadableFile
from batchsync.reader.table.header_row import DEPTH, TableFound, find_table

Message = list[Any]
"""A tag, then its facts: lists, texts and numbers only."""
MOST_ROWS = 4_096
MOST_CELLS = 200_000
MOST_CHARACTERS = 16_000_000
"""Of one message: a string that many cells share may be a megabyte long."""


def orders(path: Path, wishes: ReadOptions) -> Iterator[Message]:
    """Yield what the plan needs: the file, each sheet with a table, its data rows."""
    source = open_source(path, wishes)
    sheets, notes = chosen(source, wishes)
    yield _file(source, notes)
    seen: list[tuple[str, Sequence[Line]]] = []
    found_one = False
    for sheet in sheets:
        lines = sheet.lines()
        head = list(islice(lines, DEPTH))
        if wishes.header_row is not None:
            head += _down_to(lines, head, wishes.header_row)
        found = find_table(head, wishes, sheet.name)
        if found is None:
            seen.append((sheet.name, head))
            continue
        found_one = True
        yield _sheet(sheet, found)
        for batch in _picked(sheet, chain(head, lines), found):
            yield from map(rows, (batch,) if isinstance(batch, Plain) else bounded(batch))
    if not found_one:
        from batchsync.reader.no_table import nothing_found

        raise nothing_found(seen, wishes)


def cells(path: Path, wishes: ReadOptions) -> Iterator[Message]:
    """Yield every cell of every sheet."""
    source = open_source(path, wishes)
    yield _file(source, [])
    for sheet in source.sheets():
        yield ["grid", sheet.name, sheet.index, sheet.visible]
        batch: list[Line] = []
        count = 0
        for line in sheet.lines():
            batch.append(line)
            count += len(line.cells) + 1 + sum(map(len, line.cells)) // (MOST_CHARACTERS // MOST_CELLS)
            if len(batch) >= MOST_ROWS or count >= MOST_CELLS:
                yield _cells(batch)
                batch, count = [], 0
        if batch:
            yield _cells(batch)


def chosen(source: Source, wishes: ReadOptions) -> tuple[list[Sheet], list[Note]]:
    """Return the sheets to read: those asked for, or all visible ones (or all, when none is)."""
    every = list(source.sheets())
    if not every:
        raise UnreadableFile("NO_SHEETS")
    if wishes.sheets:
        asked = {name.strip().casefold() for name in wishes.sheets}
        taken = [sheet for sheet in every if sheet.name.strip().casefold() in asked]
        if not taken:
            names = ", ".join(sheet.name for sheet in every[:20])
            raise UnreadableFile("NO_SHEET", asked=", ".join(wishes.sheets), names=names)
        return taken, []
    visible = [sheet for sheet in every if sheet.visible]
    if not visible:
        return every, []
    return visible, [Note("sheet_hidden", {"sheet": sheet.name}) for sheet in every if not sheet.visible]


def _down_to(lines: Iterator[Line], head: list[Line], header_row: int) -> Iterator[Line]:
    """Yield lines until the header and its sample have been seen."""
    left = DEPTH if not head or head[-1].number < header_row else 0
    for line in islice(lines, 1_048_576) if left else ():
        yield line
        left -= line.number >= header_row
        if not left:
            return


def _picked(sheet: Sheet, lines: Iterator[Line], found: TableFound) -> Iterator[Picked | Plain]:
    fast = getattr(sheet, "picked", None)
    batches: Iterator[Picked | Plain] = pick(lines, found) if fast is None else fast(found)
    return batches


def bounded(batch: Picked) -> Iterator[Picked]:
    """Cut a batch of huge texts into ones that fit a message."""
    texts = (batch.orders, batch.owners, batch.shops, batch.decisions)
    longest = max((max(map(len, column)) for column in texts if column), default=0)
    size = len(batch.lines)
    if longest * size <= MOST_CHARACTERS:
        yield batch
        return
    step = max(1, MOST_CHARACTERS // (4 * min(longest, LONGEST_TEXT)))
    for at in range(0, size, step):
        yield Picked(*([_clipped(cell) for cell in column[at : at + step]] for column in batch))


def _clipped(cell: Any) -> Any:
    return cell[:LONGEST_TEXT] if isinstance(cell, str) else cell


# --- Messages -----------------------------------------------------------------------------------------------


def _file(source: Source, notes: list[Note]) -> Message:
    return ["file", source.container, source.detail, _notes([*source.notes, *notes])]


def _notes(notes: Sequence[Note]) -> list[list[Any]]:
    return [[note.code, dict(note.facts)] for note in notes]


def _sheet(sheet: Sheet, found: TableFound) -> Message:
    return [
        "sheet",
        sheet.name,
        sheet.index,
        found.header_line,
        found.headers,
        found.order_column,
        found.owner_column,
        found.shop_column,
        found.decision_column,
        found.result_columns,
        _notes(found.notes),
    ]


def rows(batch: Picked | Plain) -> Message:
    """Make the message of a batch of data rows."""
    batch = lightened(batch) if isinstance(batch, Picked) else batch
    if isinstance(batch, Plain):
        return ["plain", *batch]
    kinds = (_brief(batch.order_kinds), _brief(batch.owner_kinds))
    return [
        "rows",
        batch.lines,
        batch.orders,
        kinds[0],
        batch.owners,
        kinds[1],
        batch.shops,
        batch.decisions,
        batch.hidden,
    ]


def _brief(kinds: list[int]) -> list[int] | int:
    """Return one kind instead of a list of the same."""
    return kinds[0] if kinds and kinds.count(kinds[0]) == len(kinds) else kinds


def _cells(batch: Sequence[Line]) -> Message:
    hidden = [int(line.hidden) for line in batch]
    return [
        "cells",
        [line.number for line in batch],
        [line.cells for line in batch],
        [list(line.kinds) for line in batch],
        hidden if any(hidden) else [],
    ]

"""The parser process: limits its memory, reads one request from stdin, and writes what the file holds to stdout."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from batchsync.errors import ReadError
from batchsync.model import CellBatch, FileFound, Note, RowBatch, SheetCells, SheetFound
from batchsync.reader.messages import encode, encode_error, receive, send
from batchsync.reader.open import open_source
from batchsync.reader.row_batches import bounded, row_batches_of
from batchsync.reader.source import Line, ReadOptions, Sheet, Source
from batchsync.reader.table.header_row import DEPTH, SAMPLE, find_table

MOST_BATCH_ROWS = 4_096
MOST_BATCH_CELLS = 200_000
CHARACTERS_PER_CELL = 80
"""A cell of more characters counts as several: a batch must fit into a frame."""


def main() -> None:
    """Respond to one request."""
    gc.disable()  # millions of short-lived tuples and no cycles: 15 % of the time
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not damage the frames
    request = receive(sys.stdin.buffer)
    if request is None:  # started ahead, and no file came
        return
    limit_memory(request["memory"])
    respond(request, out)


def respond(request: dict[str, Any], out: IO[bytes]) -> None:
    """Send what the request asks for, then how it ended."""
    options = ReadOptions(**request["options"])
    read = orders if request["mode"] == "orders" else cells
    try:
        for item in read(Path(request["path"]), options):
            send(out, encode(item))
        end: list[Any] = ["end"]
    except ReadError as error:
        end = encode_error(error)
    except MemoryError:
        end = encode_error(ReadError("TOO_LARGE"))
    except OSError as error:
        end = encode_error(ReadError("CANT_OPEN", error=error.strerror or type(error).__name__))
    except BaseException as error:  # noqa: BLE001 - also the panics of Rust libraries
        end = encode_error(ReadError("READER_FAILED", why=f"{type(error).__name__}: {error}"[:200]))
    send(out, end)


def limit_memory(most: int) -> None:
    """Limit the address space where the system can; elsewhere the parent watches."""
    try:
        import resource
    except ImportError:
        return
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return


def orders(path: Path, options: ReadOptions) -> Iterator[FileFound | SheetFound | RowBatch]:
    """Yield what the plan needs: the file, each sheet with a table, its data rows."""
    source = open_source(path, options)
    sheets, notes = _chosen_sheets(source, options)
    tables: list[tuple[Sheet, SheetFound, Iterator[Line]]] = []
    without_table: list[tuple[str, Sequence[Line]]] = []
    for sheet in sheets:
        lines = sheet.lines()
        head = list(islice(lines, SAMPLE))
        if options.header_row is not None:
            head += _down_to_header(lines, head, options.header_row)
        found = find_table(head, options, sheet.name, sheet.index)
        if found is None:
            without_table.append((sheet.name, head))
        else:
            tables.append((sheet, found, chain(head, lines)))
    if not tables:
        from batchsync.reader.no_table import nothing_found

        raise nothing_found(without_table, options)
    unread = ", ".join(name for name, head in without_table if head)
    if unread:
        notes.append(Note("no_table", {"sheets": unread}))
    yield _file_found(source, notes)
    for sheet, found, lines in tables:
        yield found
        for batch in row_batches_of(sheet, found, lines):
            yield from bounded(batch)


def cells(path: Path, options: ReadOptions) -> Iterator[FileFound | SheetCells | CellBatch]:
    """Yield every cell of every sheet."""
    source = open_source(path, options)
    yield _file_found(source, [])
    for sheet in source.sheets():
        yield SheetCells(sheet=sheet.name, index=sheet.index, visible=sheet.visible)
        batch: list[Line] = []
        size = 0
        for line in sheet.lines():
            batch.append(line)
            size += len(line.cells) + 1 + sum(map(len, line.cells)) // CHARACTERS_PER_CELL
            if len(batch) >= MOST_BATCH_ROWS or size >= MOST_BATCH_CELLS:
                yield _cell_batch(batch)
                batch, size = [], 0
        if batch:
            yield _cell_batch(batch)


def _chosen_sheets(source: Source, options: ReadOptions) -> tuple[list[Sheet], list[Note]]:
    """Return the sheets to read: those asked for, or all visible ones (or all, when none is visible)."""
    sheets = list(source.sheets())
    if not sheets:
        raise ReadError("NO_SHEETS")
    if options.sheets:
        asked = {name.strip().casefold() for name in options.sheets}
        chosen = [sheet for sheet in sheets if sheet.name.strip().casefold() in asked]
        if not chosen:
            names = ", ".join(sheet.name for sheet in sheets[:20])
            raise ReadError("NO_SHEET", asked=", ".join(options.sheets), names=names)
        return chosen, []
    visible = [sheet for sheet in sheets if sheet.visible]
    if not visible:
        return sheets, []
    return visible, [Note("sheet_hidden", {"sheet": sheet.name}) for sheet in sheets if not sheet.visible]


def _down_to_header(lines: Iterator[Line], head: list[Line], header_row: int) -> Iterator[Line]:
    """Yield lines until the header row and a sample of what is below have been read."""
    left = DEPTH if not head or head[-1].number < header_row else 0
    for line in islice(lines, 1_048_576) if left else ():
        yield line
        left -= line.number >= header_row
        if not left:
            return


def _file_found(source: Source, notes: list[Note]) -> FileFound:
    return FileFound(
        container=source.container, detail=source.detail, notes=(*source.notes, *notes), sha256="", size=0
    )


def _cell_batch(batch: Sequence[Line]) -> CellBatch:
    hidden = [int(line.hidden) for line in batch]
    return CellBatch(
        lines=[line.number for line in batch],
        rows=[line.cells for line in batch],
        kinds=[list(line.kinds) for line in batch],
        hidden=hidden if any(hidden) else [],
    )


if __name__ == "__main__":
    main()

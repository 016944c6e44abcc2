"""What is asked when no sheet of a file has a table: what was seen, and a question if one offers itself."""

from collections.abc import Sequence

from batchsync.errors import ReadError
from batchsync.ooxml.references import letter
from batchsync.reader.source import Line, ReadOptions
from batchsync.reader.table.header_names import is_question, normalise
from batchsync.reader.table.header_row import DEPTH


def nothing_found(seen: Sequence[tuple[str, Sequence[Line]]], options: ReadOptions) -> Exception:
    """Make the ColumnsUnclear for a file of which no sheet has a table: what was seen, and a question if one offers itself."""
    if options.order_columns and (missing := _asked_nowhere(seen, options)):
        return missing
    filled = [(sheet, lines) for sheet, lines in seen if lines]
    if not filled:
        return ReadError("EMPTY_FILE")
    shown = "; ".join(f"“{sheet}” ({_headline(lines)})" for sheet, lines in filled[:5])
    questions = [
        (cell.strip(), at)
        for _, lines in filled
        for line in lines[:DEPTH]
        for at, cell in enumerate(line.cells)
        if cell and is_question(normalise(cell))
    ]
    if questions:
        asked = " / ".join(f"“{cell}” ({letter(at)})" for cell, at in questions[:3])
        return ReadError("IS_IT_THIS_ONE", seen=shown, questions=asked, letter=letter(questions[0][1]))
    return ReadError("NO_ORDER_COLUMN", depth=DEPTH, seen=shown)


def _asked_nowhere(seen: Sequence[tuple[str, Sequence[Line]]], options: ReadOptions) -> Exception | None:
    for sheet, lines in seen:
        if lines:
            head = max(lines[:DEPTH], key=lambda line: sum(bool(cell.strip()) for cell in line.cells))
            return ReadError(
                "NO_SUCH_COLUMN",
                sheet=sheet,
                asked=", ".join(options.order_columns),
                line=head.number,
                headers=_shown(head),
            )
    return None


def _headline(lines: Sequence[Line]) -> str:
    """The fullest of the first lines: most likely what the user takes for the header."""
    return _shown(max(lines[:DEPTH], key=lambda line: sum(bool(cell.strip()) for cell in line.cells)))


def _shown(line: Line) -> str:
    cells = [f"{letter(i)} “{cell.strip()[:20]}”" for i, cell in enumerate(line.cells) if cell.strip()]
    return ", ".join(cells[:12]) + (" ..." if len(cells) > 12 else "")

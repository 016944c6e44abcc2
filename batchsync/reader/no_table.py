"""What is asked when no sheet of a file has a table: what was seen, and a question if one offers itself."""

from collections.abc import Sequence

from batchsync.errors import ReadError
from batchsync.ooxml.references import letter
from batchsync.planning.shapes import Shape, shape
from batchsync.reader.source import Line, ReadOptions
from batchsync.reader.table.columns import samples
from batchsync.reader.table.header_names import is_question, normalise
from batchsync.reader.table.header_row import DEPTH


def nothing_found(seen: Sequence[tuple[str, Sequence[Line]]], options: ReadOptions) -> Exception:
    """Make the ColumnsUnclear for a file of which no sheet has a table: what was seen, and a question if one offers itself."""
    if options.order_columns and (missing := _missing_column_error(seen, options)):
        return missing
    filled = [(sheet, lines) for sheet, lines in seen if lines]
    if not filled:
        return ReadError("EMPTY_FILE")
    shown = "; ".join(f"“{sheet}” ({_headline(lines)})" for sheet, lines in filled[:5])
    questions = [question for _, lines in filled for question in _questions(lines)]
    if questions:
        asked = " / ".join(shown_column for _, shown_column in questions[:3])
        return ReadError("IS_IT_THIS_ONE", seen=shown, questions=asked, letter=letter(questions[0][0]))
    return ReadError("NO_ORDER_COLUMN", depth=DEPTH, seen=shown)


def _questions(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Return the columns of a sheet that may hold the order number, with header and two values as shown in the question.

    Columns that a header hints at come first, then those without a header, titles aside, whose values are
    Pinduoduo's numbers.
    """
    width = max(len(line.cells) for line in lines)
    columns = [
        [line.cells[at].strip() if at < len(line.cells) else "" for line in lines] for at in range(width)
    ]
    rows = {i for i, line in enumerate(lines) if len(list(filter(str.strip, line.cells))) > 1}
    hinted, by_values = [], []
    for at, cells in enumerate(columns):
        header = next((i for i, cell in enumerate(cells[:DEPTH]) if is_question(normalise(cell))), None)
        if header is not None:
            hinted.append((at, _column_shown(cells[header], at, cells[header + 1 :])))
        elif numbers := [cell for cell in cells if shape(cell) is Shape.DASHED]:
            above = [i for i in range(cells.index(numbers[0])) if cells[i]]
            if not any(i in rows for i in above):
                by_values.append((at, _column_shown("", at, numbers)))
    return hinted + by_values


def _column_shown(header: str, column: int, values: Sequence[str]) -> str:
    named = f"“{header}” ({letter(column)})" if header else letter(column)
    return named + (f": {samples(values)}" if any(values) else "")


def _missing_column_error(
    seen: Sequence[tuple[str, Sequence[Line]]], options: ReadOptions
) -> Exception | None:
    for sheet, lines in seen:
        if lines:
            head = max(lines[:DEPTH], key=lambda line: sum(bool(cell.strip()) for cell in line.cells))
            return ReadError(
                "NO_SUCH_COLUMN",
                sheet=sheet,
                asked=", ".join(options.order_columns),
                line=head.number,
                headers=_header_text(head),
            )
    return None


def _headline(lines: Sequence[Line]) -> str:
    """The fullest of the first lines: most likely what the user takes for the header."""
    return _header_text(max(lines[:DEPTH], key=lambda line: sum(bool(cell.strip()) for cell in line.cells)))


def _header_text(line: Line) -> str:
    cells = [f"{letter(i)} “{cell.strip()[:20]}”" for i, cell in enumerate(line.cells) if cell.strip()]
    return ", ".join(cells[:12]) + (" ..." if len(cells) > 12 else "")

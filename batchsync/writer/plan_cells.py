"""The cells of a result whose input is gone: what the plan itself knows of each row."""

from collections.abc import Iterator

from batchsync.messages import Lang
from batchsync.messages import result_file as messages
from batchsync.model import CellBatch, CellKind, SheetCells, SheetFound
from batchsync.model.row_results import rows
from batchsync.writer.types import ResultJob
from batchsync.writer.workbook import Entries

_BATCH = 1_000
_MERCHANT, _NUMBER = 0, 1


def plan_sheets(job: ResultJob) -> list[SheetFound]:
    """Return the run's sheets as they are without their file: two columns, the header where it was."""
    return [
        SheetFound(
            sheet=found.sheet,
            index=place,
            header_line=found.header_line,
            headers=_heads(job.lang),
            order_column=_NUMBER,
            owner_column=_MERCHANT,
        )
        for place, found in enumerate(job.sheets)
    ]


def plan_cells(job: ResultJob, entries: Entries) -> Iterator[SheetCells | CellBatch]:
    """Yield the plan's rows under the line numbers that they had."""
    sheets = list(job.sheets)
    walked = rows(entries())
    row = next(walked, None)
    kinds = [int(CellKind.TEXT)] * 2
    for place, found in enumerate(sheets):
        yield SheetCells(sheet=found.sheet, index=place)
        lines, cells = [found.header_line], [list(_heads(job.lang))]
        while row is not None and row.sheet == place:
            lines.append(row.line)
            owners = dict.fromkeys(entry.owner_id for entry in row.entries if entry.owner_id)
            cells.append([", ".join(owners), "\n".join(entry.number for entry in row.entries)])
            if len(lines) >= _BATCH:
                yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))
                lines, cells = [], []
            row = next(walked, None)
        if lines:
            yield CellBatch(lines=lines, rows=cells, kinds=[kinds] * len(lines))


def _heads(lang: Lang) -> tuple[str, str]:
    return messages.OWNER_HEAD.render(lang), messages.NUMBER_HEAD.render(lang)

"""The result as CSV: UTF-8 with a BOM, nothing in it a formula, its summary in a second file."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from batchsync.messages import result_columns as messages
from batchsync.messages import summary as summary_texts
from batchsync.model import CellBatch, RowResult, SheetFound
from batchsync.model.row_results import Tally
from batchsync.ooxml.escaping import csv_text
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.input_cells import Cells, by_sheet, dropped_columns, lines_of
from batchsync.writer.result_rows import Entries, ResultRows, result_columns
from batchsync.writer.row_texts import RowTexts
from batchsync.writer.summary import Summary, local_second
from batchsync.writer.types import ResultJob

_BATCH = 2_000


def write_csv(file: BinaryIO, job: ResultJob, cells: Cells, entries: Entries, *, uncertain: bool) -> Tally:
    """Write all sheets with a table, one below the other; return what their rows add up to."""
    rows = ResultRows(job, entries())
    _write_lines(file, _Table(job, rows, result_columns(uncertain)).lines(cells))
    if rows.next is not None:
        raise NotRewritableError("rows of the plan on no sheet")
    return rows.tally


class _Table:
    def __init__(self, job: ResultJob, rows: ResultRows, roles: list[str]) -> None:
        self._by_index = {found.index: (place, found) for place, found in enumerate(job.sheets)}
        self._several = len(job.sheets) > 1
        self._rows = rows
        self._row_texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
        self._roles = roles

    def lines(self, cells: Cells) -> Iterator[list[str]]:
        for sheet, batches in by_sheet(cells):
            place, found = self._by_index.get(sheet.index, (-1, None))
            if found is None:
                for _ in batches:
                    pass
                continue
            if self._several:
                yield [csv_text(sheet.sheet)]
            yield from self._of_sheet(place, found, batches)

    def _of_sheet(self, place: int, found: SheetFound, batches: Iterable[CellBatch]) -> Iterator[list[str]]:
        dropped = dropped_columns(found)
        width = len(found.headers) - sum(column < len(found.headers) for column in dropped)
        for number, texts, _, _ in lines_of(batches):
            user_cells = [csv_text(text) for column, text in enumerate(texts) if column not in dropped]
            user_cells += [""] * (width - len(user_cells))
            if number == found.header_line:
                yield user_cells + [self._row_texts.heads[role] for role in self._roles]
            elif self._rows.next_line(place) == number:
                yield user_cells + _says(self._rows.take(), self._row_texts, self._roles)
            else:
                yield user_cells


def _says(row: RowResult, row_texts: RowTexts, roles: list[str]) -> list[str]:
    says = row_texts.says(row)
    values = {
        "status": row_texts.statuses[says.status],
        "error": csv_text(says.error),
        "points": "" if says.points is None else str(says.points),
        "todo": csv_text(says.todo),
        "api_status": csv_text(says.api_status),
        "attempts": str(says.attempts),
        "answered_at": "" if says.answered_at is None else local_second(says.answered_at),
        "decision": "",
    }
    return [values[role] for role in roles]


def write_summary(file: BinaryIO, summary: Summary) -> None:
    """Write the Summary as a CSV of its own."""
    lang = summary.lang
    lines: list[list[str]] = [[summary.title], [summary.headline], []]
    lines.append([summary_texts.BY_STATUS.render(lang), summary_texts.ROWS_HEAD.render(lang)])
    lines += [[word, str(count)] for _, word, count in summary.counts]
    lines += [[summary_texts.TOTAL.render(lang), str(summary.rows)], [], [summary_texts.POINTS.render(lang)]]
    lines += [[label, str(number)] for label, number in summary.points]
    lines.append([])
    lines.append(
        [
            text.render(lang)
            for text in (
                summary_texts.PROBLEM,
                summary_texts.STATUS,
                summary_texts.ORDERS,
                summary_texts.TODO,
            )
        ]
    )
    lines += [
        [problem.kind, messages.STATUSES[problem.status].render(lang), str(problem.count), problem.todo]
        for problem in summary.problems
    ]
    lines += [[], [summary_texts.ABOUT.render(lang)], *([label, value] for label, value in summary.facts)]
    _write_lines(file, ([csv_text(text) for text in line] for line in lines))


def _write_lines(file: BinaryIO, lines: Iterable[list[str]]) -> None:
    file.write(codecs.BOM_UTF8)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for number, line in enumerate(lines, start=1):
        writer.writerow(line)
        if number % _BATCH == 0:
            file.write(buffer.getvalue().encode("utf-8"))
            buffer.seek(0)
            buffer.truncate()
    file.write(buffer.getvalue().encode("utf-8"))

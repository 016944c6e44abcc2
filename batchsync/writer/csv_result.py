"""The result as CSV: UTF-8 with a BOM, no cell a formula, the summary in a second file."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from batchsync.formatting import local_time
from batchsync.messages import result_columns as messages
from batchsync.messages import summary as summary_texts
from batchsync.model import CellBatch, RowResult, SheetFound
from batchsync.model.row_results import Tally
from batchsync.ooxml.escaping import csv_text
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.input_cells import Cells, by_sheet, dropped_columns, lines_of
from batchsync.writer.result_rows import Entries, ResultRows, result_columns
from batchsync.writer.row_texts import RowTexts
from batchsync.writer.summary import Summary
from batchsync.writer.types import ResultJob

_BATCH = 2_000


def write_csv(file: BinaryIO, job: ResultJob, cells: Cells, entries: Entries, *, decisions: bool) -> Tally:
    """Write all sheets with a table, one below the other; return the totals of their rows."""
    result = ResultRows(job, entries())
    _write_lines(file, _lines(job, cells, result, result_columns(decisions)))
    if result.next is not None:
        raise NotRewritableError("rows of the plan on no sheet")
    return result.tally


def _lines(job: ResultJob, cells: Cells, result: ResultRows, names: Sequence[str]) -> Iterator[list[str]]:
    by_index = {found.index: (number, found) for number, found in enumerate(job.sheets)}
    row_texts = RowTexts(job.lang, [sheet.sheet for sheet in job.sheets], job.unreached)
    for sheet, batches in by_sheet(cells):
        if sheet.index not in by_index:
            for _ in batches:
                pass
            continue
        run_sheet, found = by_index[sheet.index]
        if len(job.sheets) > 1:
            yield [csv_text(sheet.sheet)]
        yield from _sheet_lines(found, run_sheet, batches, result, row_texts, names)


def _sheet_lines(  # noqa: PLR0917
    found: SheetFound,
    run_sheet: int,
    batches: Iterable[CellBatch],
    result: ResultRows,
    row_texts: RowTexts,
    names: Sequence[str],
) -> Iterator[list[str]]:
    """Yield a sheet's lines with the result columns behind the header's last one.

    Cells beyond the header are right of the result columns, so that these are aligned in every line.
    """
    dropped = dropped_columns(found)
    width = len(found.headers) - sum(column < len(found.headers) for column in dropped)
    for number, texts, _, _ in lines_of(batches):
        cells = [csv_text(text) for column, text in enumerate(texts) if column not in dropped]
        if number == found.header_line:
            added = [row_texts.heads[name] for name in names]
        elif result.next_line(run_sheet) == number:
            added = _result_texts(result.take(), row_texts, names)
        else:
            added = [""] * len(names) if number > found.header_line and len(cells) > width else []
        padding = [""] * (width - len(cells))
        yield [*cells[:width], *padding, *added, *cells[width:]]


def _result_texts(row: RowResult, row_texts: RowTexts, names: Sequence[str]) -> list[str]:
    texts = row_texts.of_row(row)
    values = {
        "status": row_texts.statuses[texts.status],
        "error": csv_text(texts.error),
        "points": "" if texts.points is None else str(texts.points),
        "todo": csv_text(texts.todo),
        "api_status": csv_text(texts.api_status),
        "attempts": str(texts.attempts),
        "answered_at": "" if texts.answered_at is None else local_time(texts.answered_at),
        "decision": "",
    }
    return [values[name] for name in names]


def write_summary(file: BinaryIO, summary: Summary) -> None:
    """Write the summary as a CSV."""
    lang = summary.lang
    problem_heads = (
        summary_texts.PROBLEM, summary_texts.STATUS, summary_texts.ORDERS, summary_texts.TODO
    )  # fmt: skip
    lines: list[list[str]] = [
        [summary.title],
        [summary.headline],
        [],
        [summary_texts.BY_STATUS.render(lang), summary_texts.ROWS_HEAD.render(lang)],
        *([text, str(count)] for _, text, count in summary.counts),
        [summary_texts.TOTAL.render(lang), str(summary.rows)],
        [],
        [summary_texts.POINTS.render(lang)],
        *([label, str(number)] for label, number in summary.points),
        [],
        [text.render(lang) for text in problem_heads],
        *(
            [problem.kind, messages.STATUSES[problem.status].render(lang), str(problem.count), problem.todo]
            for problem in summary.problems
        ),
        [],
        [summary_texts.ABOUT.render(lang)],
        *([label, value] for label, value in summary.facts),
    ]
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

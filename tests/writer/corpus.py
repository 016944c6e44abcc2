"""Results of other people's workbooks, compared with what they were: python -m tests.writer.corpus FOLDER [--out FOLDER].

Every sheet's first used column is taken for the order number, every row below its first used line for an order, and
a result is written as a run would. Prints what became of them; each finding names its file.
"""

# ruff: noqa: BLE001 (other people's readers raise what they like)

import argparse
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine

from batchsync.config import InputSettings
from batchsync.errors import InputError
from batchsync.messages import Lang
from batchsync.model import CellBatch, EntryResult, FileFound, SheetCells, SheetFound
from batchsync.reader import read_cells
from batchsync.writer import ResultJob, write_result
from tests.model.entries import one_of_each
from tests.writer.jobs import RUN
from tests.writer.strict import faults, raw_members

SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm"}
MAY_CHANGE = ("workbook.xml", "workbook.xml.rels", "styles.xml", "[content_types].xml", "calcchain.xml")
MOST_CELLS = 10_000
MOST_BYTES = 1_000_000


@dataclass(slots=True)
class Outcome:
    """What became of one workbook."""

    name: str
    kind: str = ""
    """unreadable, empty, fresh or kept."""
    shown: str = ""
    result: str = ""
    findings: list[str] = field(default_factory=list)


def sheets_of(path: Path) -> tuple[FileFound, list[SheetFound], list[list[int]]]:
    """Return the workbook's sheets as a run would have found them, and the lines of their orders."""
    file: FileFound | None = None
    sheets: list[SheetFound] = []
    lines: list[list[int]] = []
    for item in read_cells(path, InputSettings()):
        if isinstance(item, FileFound):
            file = item
        elif isinstance(item, SheetCells):
            name, index, header, column = item.sheet, item.index, 0, 0
        elif isinstance(item, CellBatch):
            for line, cells in zip(item.lines, item.rows, strict=True):
                if not header:
                    column = next((place for place, cell in enumerate(cells) if cell), -1)
                    if column < 0:
                        continue
                    header = line
                    found = SheetFound(
                        sheet=name, index=index, header_line=line, headers=tuple(cells), order_column=column
                    )
                    sheets.append(found)
                    lines.append([])
                elif column < len(cells) and cells[column]:
                    lines[-1].append(line)
    assert file is not None
    return file, sheets, lines


def entries_of(lines: list[list[int]]) -> Iterator[EntryResult]:
    """Yield one order a line, of every status in turn."""
    made = one_of_each()
    names = EntryResult.__dataclass_fields__
    for sheet, numbers in enumerate(lines):
        for place, line in enumerate(numbers):
            base = made[place % len(made)]
            yield EntryResult(
                **{name: getattr(base, name) for name in names} | {"sheet": sheet, "line": line}
            )


def examine(path: Path, out: Path) -> Outcome:
    """Write the result of one workbook and compare."""
    outcome = Outcome(path.name)
    try:
        file, sheets, lines = sheets_of(path)
    except InputError as error:
        return Outcome(path.name, "unreadable", error.render(Lang.EN))
    if not any(lines):
        return Outcome(path.name, "empty")
    job = ResultJob(
        input=path, sheets=sheets, target=out / f"{path.stem}.result.xlsx", run=RUN, account="default", lang=Lang.EN,
        cells=partial(read_cells, path, InputSettings()), container=file.container, asked=True,
    )  # fmt: skip
    try:
        written = write_result(job, lambda: entries_of(lines))
    except Exception as error:
        outcome.findings.append(f"write_result raised {type(error).__name__}: {error}")
        return outcome
    outcome.shown = "; ".join(shown.render(Lang.EN) for shown in written.messages)
    outcome.kind = (
        "fresh"
        if file.container != "xlsx" or "fresh" in outcome.shown or "only order numbers" in outcome.shown
        else "kept"
    )
    outcome.result = str(written.path)
    checks = [new_faults, opens_in_openpyxl, opens_in_calamine]
    if outcome.kind == "kept":
        checks.append(other_parts)
    for check in checks:
        outcome.findings += [f"{check.__name__}: {what}" for what in islice(check(path, written.path), 5)]
    return outcome


def new_faults(before: Path, after: Path) -> Iterator[str]:
    """What a strict reader would not like about the result, and did not find in the original."""
    try:
        known = Counter(faults(before))
    except Exception:
        known = Counter()
    try:
        yield from (Counter(faults(after)) - known)
    except Exception as error:
        yield f"{type(error).__name__}: {error}"


def other_parts(before: Path, after: Path) -> Iterator[str]:
    """Parts whose bytes are not what they were."""
    try:
        old = raw_members(before)
    except Exception:
        return
    new = raw_members(after)
    for name, data in ((name.replace("\\", "/"), data) for name, data in old.items()):
        changed = name.lower().endswith(MAY_CHANGE) or re.search(r"sheet\d*\.xml$", name.lower())
        if name in new and not changed and new[name] != data:
            yield f"{name} changed"
        if name not in new and not name.lower().endswith("calcchain.xml"):
            yield f"{name} is gone"


def opens_in_openpyxl(before: Path, after: Path) -> Iterator[str]:
    """Cells, their types and formats, hyperlinks and merged ranges as openpyxl sees them."""
    if before.stat().st_size > MOST_BYTES:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            old = openpyxl.load_workbook(before)
        except Exception:
            return
        try:
            new = openpyxl.load_workbook(after)
        except Exception as error:
            yield f"{type(error).__name__}: {error}"
            return
        for sheet in old.worksheets:
            if sheet.title not in new.sheetnames:
                yield f"no sheet {sheet.title}"
                continue
            yield from _compare(sheet, new[sheet.title])


def _compare(old: Any, new: Any) -> Iterator[str]:
    for row in islice(old.iter_rows(), 0, MOST_CELLS // max(old.max_column, 1)):
        for cell in row:
            other = new.cell(cell.row, cell.column)
            if cell.value is None and (other.value is not None or not cell.has_style):
                continue
            one, two = _look(cell), _look(other)
            if one != two:
                differ = [name for name, a, b in zip(LOOKS, one, two, strict=False) if a != b]
                yield f"{old.title}!{cell.coordinate}: {cell.value!r} is {other.value!r}: {differ}"
    if {str(r) for r in old.merged_cells.ranges} != {str(r) for r in new.merged_cells.ranges}:
        yield f"{old.title}: merged cells"


LOOKS = ("value", "type", "format", "font", "fill", "border", "alignment", "protection", "link", "comment")


def _look(cell: Any) -> list[Any]:
    value, style, book = cell.value, getattr(cell, "_style", None), cell.parent.parent
    if style is None:  # inside a merged range
        return []
    return [
        vars(value) if hasattr(value, "__dict__") else value,
        cell.data_type,
        cell.number_format,
        book._fonts[style.fontId],
        book._fills[style.fillId],
        book._borders[style.borderId],
        book._alignments[style.alignmentId],
        book._protections[style.protectionId],
        cell.hyperlink.target if cell.hyperlink else None,
        cell.comment.text if cell.comment else None,
    ]


def opens_in_calamine(before: Path, after: Path) -> Iterator[str]:
    """All values as calamine sees them."""
    try:
        old = python_calamine.CalamineWorkbook.from_path(str(before))
        names = old.sheet_names
        sheets = [(name, old.get_sheet_by_name(name)) for name in names]
        tables = {
            name: sheet.to_python(skip_empty_area=False)
            for name, sheet in sheets
            if sheet.end and sheet.end[0] * sheet.end[1] < MOST_CELLS * 100
        }
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return
    try:
        new = python_calamine.CalamineWorkbook.from_path(str(after))
    except BaseException as error:
        yield f"{type(error).__name__}: {error}"
        return
    for name, table in tables.items():
        try:
            again = new.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except BaseException as error:
            yield f"{name}: {type(error).__name__}: {error}"
            continue
        for line, row in enumerate(table):
            got = again[line][: len(row)] if line < len(again) else []
            for column, (cell, other) in enumerate(
                zip(row, [*got, *[""] * (len(row) - len(got))], strict=True)
            ):
                if not _same(cell, other):
                    yield f"{name} line {line + 1} column {column + 1}: {cell!r} is {other!r}"


def _same(cell: Any, other: Any) -> bool:
    """Whether a value is what it was; a fresh workbook shows numbers that are ids, and dates, as text."""
    if cell in (other, "") or cell != cell:
        return True
    return isinstance(other, str) and (not isinstance(cell, str) or cell.split() == other.split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=None)
    parser.add_argument("--match", default="")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    paths = [
        p
        for p in sorted(options.folder.iterdir())
        if p.suffix.lower() in SUFFIXES and options.match in p.name
    ]
    outcomes = []
    with ProcessPoolExecutor(2) as pool, (options.out / "outcomes.jsonl").open("w") as kept:
        tasks = {pool.submit(examine, path, options.out): path for path in islice(paths, options.most)}
        for task in as_completed(tasks):
            try:
                outcome = task.result()
            except Exception as error:
                outcome = Outcome(tasks[task].name, "harness", findings=[f"{type(error).__name__}: {error}"])
            outcomes.append(outcome)
            kept.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
            kept.flush()
            for finding in outcome.findings:
                print(f"{outcome.name}: {finding}", flush=True)
    print(Counter(outcome.kind for outcome in outcomes))


if __name__ == "__main__":
    main()

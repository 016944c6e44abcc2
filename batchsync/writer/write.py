"""A result from beginning to end: the user's workbook where it can be kept, a fresh one where not, or a CSV."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from batchsync.errors import InputError
from batchsync.messages import Message, Translation
from batchsync.messages import result_file as messages
from batchsync.model import CellBatch, FileFound, SheetCells
from batchsync.model.row_results import Tally
from batchsync.ooxml.package import SignedWorkbookError
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.csv_result import write_csv, write_summary
from batchsync.writer.fresh_workbook import FreshWorkbook
from batchsync.writer.input_cells import plan_cells, plan_sheets
from batchsync.writer.output_file import OutputFile, default_fallback
from batchsync.writer.result_rows import Entries, has_uncertain
from batchsync.writer.summary import Summary, summarize
from batchsync.writer.types import ResultJob, ResultWritten
from batchsync.writer.user_workbook import open_user_workbook
from batchsync.writer.workbook import write_workbook

_ZIP = b"PK"
_WITH_MACROS, _WITHOUT_MACROS, _CSV = ".xlsm", ".xlsx", ".csv"


def write_result(job: ResultJob, entries: Entries) -> ResultWritten:
    """Write the result of a run and say where it is; `entries` may be walked more than once.

    Raises OutputError when it can be written nowhere; never leaves half a file.
    """
    return _Writing(job, entries).write()


@dataclass(slots=True)
class _Writing:
    job: ResultJob
    entries: Entries
    uncertain: bool = False
    said: list[Message] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def write(self) -> ResultWritten:
        self.uncertain = has_uncertain(self.job, self.entries)
        if self.job.format == "csv":
            return self._write_csv()
        place = self._place(self.job.target)
        path = place.write(self._fill_workbook)
        return ResultWritten(path=path, said=(*self.said, *place.said), tally=self.tally)

    def _place(self, target: Path) -> OutputFile:
        job = self.job
        return OutputFile(
            asked=target,
            input=job.input,
            by_user=job.asked,
            is_ours=job.previous_is_ours,
            fallback=job.results_folder or default_fallback(),
            run=job.run.run,
        )

    # --- A workbook

    def _fill_workbook(self, file: BinaryIO) -> str:
        """Write the user's own workbook, or a fresh one when it can't be kept; return the suffix for its name."""
        self.said = []  # what an earlier try said is void
        why: Translation | Message | None = None
        if self._is_whole_zip():
            try:
                return self._fill_user_workbook(file)
            except SignedWorkbookError:
                why = messages.WHY_SIGNED
            except NotRewritableError as error:
                why = Message(messages.WHY_NOT_REWRITABLE, {"detail": str(error)})
            self.said = []
        elif self.job.container == "xlsx" and self.job.unchanged and self.job.input.exists():
            why = messages.WHY_PASSWORD
        if self.job.target.suffix.lower() == _WITH_MACROS:
            self.said.append(Message(messages.NO_MACROS))
        self._fill_fresh(file, why)
        return _WITHOUT_MACROS

    def _is_whole_zip(self) -> bool:
        if not self.job.unchanged or self.job.container != "xlsx":
            return False
        try:
            with self.job.input.open("rb") as file:
                return file.read(2) == _ZIP
        except OSError:
            return False

    def _fill_user_workbook(self, file: BinaryIO) -> str:
        with self.job.input.open("rb") as user_cells:
            book = open_user_workbook(user_cells, self.job, uncertain=self.uncertain)
            suffix = _WITH_MACROS if book.package.has_macros() else _WITHOUT_MACROS
            if suffix != self.job.target.suffix.lower():
                told = messages.MACROS_KEPT if suffix == _WITH_MACROS else messages.NO_MACROS
                self.said.append(Message(told))
            self.tally = write_workbook(file, self.job, book, self.entries(), self._notes())
        return suffix

    def _fill_fresh(self, file: BinaryIO, why: Translation | Message | None) -> None:
        if self.job.unchanged:
            if why is not None:
                self._say(Message(messages.FRESH_WORKBOOK, {"why": why}))
            try:
                self._fill_from(file, self.job, self.job.cells())
            except (NotRewritableError, InputError, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
                    raise
                unusable = self._why_not_usable(error)
            else:
                return
        else:
            unusable = self._why_not_usable()
        self._say(Message(messages.PLAN_ONLY, {"why": unusable}))
        job = replace(self.job, sheets=plan_sheets(self.job))
        self._fill_from(file, job, plan_cells(self.job, self.entries))

    def _fill_from(
        self, file: BinaryIO, job: ResultJob, cells: Iterator[FileFound | SheetCells | CellBatch]
    ) -> None:
        file.seek(0)
        file.truncate()
        book = FreshWorkbook(job, cells, uncertain=self.uncertain)
        self.tally = write_workbook(file, job, book, self.entries(), self._notes())

    def _why_not_usable(self, error: Exception | None = None) -> Translation | Message:
        if not self.job.input.exists():
            return messages.WHY_GONE
        if not self.job.unchanged:
            return messages.WHY_CHANGED
        if isinstance(error, InputError):
            return Message(error.text, error.facts)
        return Message(messages.WHY_NOT_REWRITABLE, {"detail": str(error)})

    def _say(self, said: Message) -> None:
        if said not in self.said:
            self.said.append(said)

    def _notes(self) -> list[str]:
        return [said.render(self.job.lang) for said in self.said]

    # --- CSV

    def _write_csv(self) -> ResultWritten:
        place = self._place(self.job.target)
        path = place.write(self._fill_csv)
        beside = self._place(path.with_name(f"{path.stem}.summary.csv"))
        summary = summarize(self.job, self.tally, self._notes())
        summary_path = beside.write(partial(_fill_summary, summary))
        told = Message(messages.SUMMARY_BESIDE, {"path": summary_path})
        said = (*self.said, *place.said, *beside.said, told)
        return ResultWritten(path=path, said=said, tally=self.tally, summary_path=summary_path)

    def _fill_csv(self, file: BinaryIO) -> str:
        self.said = []
        if self.job.unchanged:
            try:
                self.tally = write_csv(
                    file, self.job, self.job.cells(), self.entries, uncertain=self.uncertain
                )
            except (NotRewritableError, InputError, FileNotFoundError) as error:
                file.seek(0)
                file.truncate()
                unusable = self._why_not_usable(error)
            else:
                return _CSV
        else:
            unusable = self._why_not_usable()
        self._say(Message(messages.PLAN_ONLY, {"why": unusable}))
        job = replace(self.job, sheets=plan_sheets(self.job))
        cells = plan_cells(self.job, self.entries)
        self.tally = write_csv(file, job, cells, self.entries, uncertain=self.uncertain)
        return _CSV


def _fill_summary(summary: Summary, file: BinaryIO) -> str:
    write_summary(file, summary)
    return _CSV

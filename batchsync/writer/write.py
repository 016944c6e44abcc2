"""Writes a result: the user's workbook if it can be rewritten, else a fresh one, or a CSV."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from batchsync.errors import BatchsyncError, InputError
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
from batchsync.writer.result_rows import Entries, needs_decisions
from batchsync.writer.summary import summarize
from batchsync.writer.types import ResultJob, ResultWritten
from batchsync.writer.user_workbook import UserWorkbook
from batchsync.writer.workbook import write_workbook

_log = logging.getLogger(__name__)
_ZIP = b"PK"
_WITH_MACROS, _WITHOUT_MACROS, _CSV = ".xlsm", ".xlsx", ".csv"


def write_result(job: ResultJob, entries: Entries) -> ResultWritten:
    """Write the result of a run; `entries` may be called more than once.

    Raises OutputError when it can be written nowhere; never leaves a partial file.
    """
    return _Writing(job, entries).write()


@dataclass(slots=True)
class _Writing:
    job: ResultJob
    entries: Entries
    decisions: bool = False
    messages: list[Message] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def write(self) -> ResultWritten:
        self.decisions = needs_decisions(self.job, self.entries)
        if self.job.format == "csv":
            return self._write_csv()
        output = self._output_file(self.job)
        path = output.write(self._fill_workbook)
        return ResultWritten(path=path, messages=(*self.messages, *output.messages), tally=self.tally)

    def _output_file(self, job: ResultJob) -> OutputFile:
        return OutputFile(
            path=job.target,
            input=job.input,
            by_user=job.asked,
            is_ours=job.previous_is_ours,
            fallback=job.results_folder or default_fallback(),
            run=job.run.run,
        )

    # --- A workbook

    def _fill_workbook(self, file: BinaryIO) -> str:
        """Write the user's own workbook, or a fresh one; return the suffix for its name.

        Nothing in a workbook may keep a result from being written after its orders were paid for, so an error of any
        kind leads to a fresh workbook.
        """
        self.messages = []  # those of an earlier attempt are void
        why: Translation | Message | None = None
        if self._is_unchanged_zip():
            try:
                return self._fill_user_workbook(file)
            except SignedWorkbookError:
                why = messages.WHY_SIGNED
            except NotRewritableError as error:
                why = Message(messages.WHY_NOT_REWRITABLE, {"detail": str(error)})
            except (OSError, BatchsyncError):
                raise
            except Exception as error:  # noqa: BLE001 - a result must be written
                _log.exception("the workbook %s could not be rewritten", self.job.input)
                why = Message(messages.WHY_NOT_REWRITABLE, {"detail": type(error).__name__})
            self.messages = []
        elif self.job.container == "xlsx" and self.job.unchanged and self.job.input.exists():
            why = messages.WHY_PASSWORD
        if self.job.target.suffix.lower() == _WITH_MACROS:
            self.messages.append(Message(messages.NO_MACROS))
        self._fill_fresh(file, why)
        return _WITHOUT_MACROS

    def _is_unchanged_zip(self) -> bool:
        if not self.job.unchanged or self.job.container != "xlsx":
            return False
        try:
            with self.job.input.open("rb") as file:
                return file.read(2) == _ZIP
        except OSError:
            return False

    def _fill_user_workbook(self, file: BinaryIO) -> str:
        with self.job.input.open("rb") as source:
            book = UserWorkbook(source, self.job, decisions=self.decisions)
            suffix = _WITH_MACROS if book.package.has_macros() else _WITHOUT_MACROS
            if suffix != self.job.target.suffix.lower():
                text = messages.MACROS_KEPT if suffix == _WITH_MACROS else messages.NO_MACROS
                self.messages.append(Message(text))
            self.tally = write_workbook(file, self.job, book, self.entries(), self._notes())
        return suffix

    def _fill_fresh(self, file: BinaryIO, why: Translation | Message | None) -> None:
        """Write a fresh workbook from the input's cells, or from the plan if they can't be read."""
        unusable: Translation | Message | None
        if self.job.unchanged:
            if why is not None:
                self._add_message(Message(messages.FRESH_WORKBOOK, {"why": why}))
            try:
                self._fill_from_cells(file, self.job, self.job.cells())
            except Exception as error:  # noqa: BLE001 - a result must be written
                unusable = self._why_unusable(error)
            else:
                return
        else:
            unusable = self._why_unusable()
        self._add_message(Message(messages.PLAN_ONLY, {"why": unusable}))
        job = replace(self.job, sheets=plan_sheets(self.job))
        self._fill_from_cells(file, job, plan_cells(self.job, self.entries))

    def _fill_from_cells(
        self, file: BinaryIO, job: ResultJob, cells: Iterator[FileFound | SheetCells | CellBatch]
    ) -> None:
        file.seek(0)
        file.truncate()
        book = FreshWorkbook(job, cells, decisions=self.decisions)
        self.tally = write_workbook(file, job, book, self.entries(), self._notes())

    def _why_unusable(self, error: Exception | None = None) -> Translation | Message:
        """Return why the input's cells can't be used; an error of writing is raised again."""
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise error
        if isinstance(error, BatchsyncError) and not isinstance(error, InputError):
            raise error
        if not self.job.input.exists():
            return messages.WHY_GONE
        if not self.job.unchanged:
            return messages.WHY_CHANGED
        if isinstance(error, InputError):
            return Message(error.text, error.facts)
        if isinstance(error, NotRewritableError):
            return Message(messages.WHY_NOT_REWRITABLE, {"detail": str(error)})
        _log.error("the cells of %s could not be written", self.job.input, exc_info=error)
        return Message(messages.WHY_NOT_REWRITABLE, {"detail": type(error).__name__})

    def _add_message(self, message: Message) -> None:
        if message not in self.messages:
            self.messages.append(message)

    def _notes(self) -> list[str]:
        return [message.render(self.job.lang) for message in self.messages]

    # --- CSV

    def _write_csv(self) -> ResultWritten:
        output = self._output_file(self.job)
        path = output.write(self._fill_csv)
        summary = summarize(self.job, self.tally, self._notes())

        def fill_summary(file: BinaryIO) -> str:
            write_summary(file, summary)
            return _CSV

        beside = replace(self.job, target=path.with_name(f"{path.stem}.summary.csv"))
        summary_output = self._output_file(beside)
        summary_path = summary_output.write(fill_summary)
        summary_message = Message(messages.SUMMARY_BESIDE, {"path": summary_path})
        return ResultWritten(
            path=path,
            messages=(*self.messages, *output.messages, *summary_output.messages, summary_message),
            tally=self.tally,
            summary_path=summary_path,
        )

    def _fill_csv(self, file: BinaryIO) -> str:
        self.messages = []
        if self.job.unchanged:
            try:
                self.tally = write_csv(
                    file, self.job, self.job.cells(), self.entries, decisions=self.decisions
                )
            except Exception as error:  # noqa: BLE001 - a result must be written
                unusable = self._why_unusable(error)
                file.seek(0)
                file.truncate()
            else:
                return _CSV
        else:
            unusable = self._why_unusable()
        self._add_message(Message(messages.PLAN_ONLY, {"why": unusable}))
        job = replace(self.job, sheets=plan_sheets(self.job))
        cells = plan_cells(self.job, self.entries)
        self.tally = write_csv(file, job, cells, self.entries, decisions=self.decisions)
        return _CSV

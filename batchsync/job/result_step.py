"""From a run in the ledger to the user's result: made from plan and ledger alone, so at any time, also after a crash."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.errors import BatchsyncError, InputError, LedgerError, OutputError
from batchsync.exit_codes import ExitCode
from batchsync.job.output_path import OutputPath
from batchsync.job.types import CheckedFile, RunResult
from batchsync.ledger import Ledger
from batchsync.messages import Lang, Message
from batchsync.messages import job as messages
from batchsync.model import EntryResult, FileFound, PlanVerdict, Progress, Reason, RunRecord, RunSummary, Stop
from batchsync.model.row_results import Tally, rows
from batchsync.reader import read_cells, start_ahead
from batchsync.writer import ResultJob, write_result


class ResultWriter:
    """Writes the result of one run to one place."""

    def __init__(self, config: Config, clock: Clock, target: OutputPath) -> None:
        self._config, self._clock, self._target = config, clock, target
        self._began_at = clock.monotonic()

    def write_new(self, ledger: Ledger, run: str, stopped: Stop | None, checked: CheckedFile) -> RunResult:
        """Write the result of a run that is over, and close the run in the ledger."""
        record = ledger.run(run)
        assert record is not None
        if checked.found.container != "xlsx":  # a workbook is given back without being read again
            start_ahead()
        job = self._result_job(
            ledger,
            replace(record, stopped=stopped, ended_at=self._clock.now()),
            container=checked.found.container,
            unchanged=_sha256(checked.path) == checked.found.sha256,
            lang=checked.lang,
            seconds=self._clock.monotonic() - self._began_at,
        )
        finished = self._write(ledger, job)
        summary = finished.summary
        try:
            ledger.end_run(run, stopped=stopped, result=summary.result, summary=summary)
        except (
            LedgerError,
            OSError,
        ) as error:  # calls were made: the result and its totals count, not the bookkeeping
            return with_warning(finished, error)
        return finished

    def totals_only(
        self, run: str, stopped: Stop | None, checked: CheckedFile, sent: Progress, error: Exception
    ) -> RunResult:
        """Return the totals of a run whose ledger or result failed after calls were made, as the sender counted them."""
        counts = checked.counts
        summary = RunSummary(
            file=str(checked.path.absolute()),
            run=run,
            rows=checked.rows,
            synced=sent.synced,
            already_synced=counts[PlanVerdict.ALREADY_SYNCED],
            duplicate=counts[PlanVerdict.DUPLICATE],
            failed=sent.failed + counts[PlanVerdict.FAILED_CHARGED],
            uncertain=sent.uncertain + counts[PlanVerdict.UNCERTAIN],
            not_sent=counts[PlanVerdict.SEND] - sent.done + counts[PlanVerdict.SKIPPED_HIDDEN],
            invalid=counts[PlanVerdict.INVALID],
            points_spent=sent.points,
            points_possible=max(0, sent.committed - sent.points),
            calls=sent.calls,
            stopped=stopped,
            seconds=round(self._clock.monotonic() - self._began_at, 3),
            exit_code=ExitCode.NEEDS_A_LOOK,
        )
        return with_warning(RunResult(summary=summary), error)

    def write_again(self, ledger: Ledger, record: RunRecord) -> RunResult:
        """Write the result of an earlier run, as things stand now."""
        found = self._read_input_again(Path(record.file))
        wanted = self._config.output.language
        job = self._result_job(
            ledger,
            record,
            container=found.container if found else "",
            unchanged=found is not None and found.sha256 == record.file_sha256,
            lang=Lang(record.lang if wanted == "auto" else wanted),
            seconds=record.summary.seconds if record.summary else 0.0,
        )
        return self._write(ledger, job)

    def _read_input_again(self, path: Path) -> FileFound | None:
        """Return what the input is now; None when it is gone or no longer readable."""
        try:
            first = next(iter(read_cells(path, self._config.input)), None)
        except InputError:
            return None
        return first if isinstance(first, FileFound) else None

    def _write(self, ledger: Ledger, job: ResultJob) -> RunResult:
        record = job.run
        entries = partial(ledger.results, record.run, killed=job.killed)
        notes: tuple[Message, ...] = ()
        result: str | None = None
        try:
            written = write_result(job, entries)
        except OutputError as error:
            tally = self._count(job, entries())
            notes = (
                Message(messages.RESULT_LOST, {"error": Message(error.text, error.facts), "run": record.run}),
            )
        else:
            tally, notes, result = written.tally, written.messages, str(written.path.absolute())
        summary = tally.summary(
            file=record.file,
            run=record.run,
            stopped=record.stopped,
            seconds=round(job.seconds or 0.0, 3),
            result=result,
        )
        if job.as_of is not None:
            time = job.as_of.astimezone().strftime("%Y-%m-%d %H:%M:%S")
            notes = (*notes, Message(messages.STILL_RUNNING, {"run": record.run, "time": time}))
        return RunResult(summary=_with_exit_code(summary), messages=notes)

    def _result_job(
        self,
        ledger: Ledger,
        record: RunRecord,
        *,
        container: str,
        unchanged: bool,
        lang: Lang,
        seconds: float,
    ) -> ResultJob:
        """Gather all that the writer needs to know."""
        config, source = self._config, Path(record.file)
        as_of = self._clock.now() if record.ended_at is None and ledger.is_active(record.run) else None
        killed = record.ended_at is None and as_of is None
        return ResultJob(
            input=source,
            sheets=ledger.sheets(record.run),
            target=self._target.path,
            asked=self._target.asked,
            format=self._target.format,
            run=record,
            account=config.api.account,
            cells=partial(read_cells, source, config.input),
            unchanged=unchanged,
            container=container,
            lang=lang,
            price=ledger.price_of_a_call(record.account, config.spend.price),
            unreached=_unreached(record, goes_on=as_of is not None),
            stopped=record.stopped,
            killed=killed,
            as_of=as_of,
            seconds=seconds,
            url=config.api.url,
            rate=config.pace.rate,
            needs_decisions=None if ledger.has_uncertain() or ledger.has_held_back(record.run) else False,
            previous_is_ours=partial(_is_ours, ledger),
        )

    def _count(self, job: ResultJob, entries: Iterator[EntryResult]) -> Tally:
        """Add up a run whose result could not be written."""
        tally = Tally(price=job.price, unreached=job.unreached)
        for row in rows(entries):
            tally.add(row)
        return tally


def _unreached(record: RunRecord, *, goes_on: bool) -> Reason:
    """Return why a run did not reach some of its rows."""
    if goes_on:
        return Reason.NOT_YET
    return Reason.STOPPED if record.stopped or record.ended_at is None else Reason.LIMIT


def with_warning(finished: RunResult, error: Exception) -> RunResult:
    """Return a run's result with a warning that something failed after its calls were made; its exit code is 1 at least."""
    if isinstance(error, BatchsyncError):
        what: object = Message(error.text, error.facts)
    else:
        logging.getLogger(__name__).error("after sending", exc_info=error)
        what = f"{type(error).__name__}: {error}"
    summary = finished.summary
    summary = replace(summary, exit_code=summary.exit_code or ExitCode.NEEDS_A_LOOK)
    warning = Message(messages.FAILED_AFTER_SENDING, {"error": what, "run": summary.run})
    return RunResult(summary=summary, messages=(*finished.messages, warning))


def _with_exit_code(summary: RunSummary) -> RunSummary:
    """A run without a result needs a look, even if all its rows are synced."""
    return (
        replace(summary, exit_code=ExitCode.NEEDS_A_LOOK)
        if summary.result is None and summary.exit_code == 0
        else summary
    )


def _is_ours(ledger: Ledger, path: Path) -> bool:
    return any(run.result == str(path.absolute()) for run in ledger.runs())


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

"""`run`: sends what is not yet synced, shows the progress and the totals."""

import argparse
import asyncio
import os
from pathlib import Path

from batchsync.cli import arguments as given
from batchsync.cli import plan_view, summary_view
from batchsync.cli.console import Console
from batchsync.cli.progress import ProgressView
from batchsync.cli.signals import handle_signals
from batchsync.cluster import job_for
from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config
from batchsync.errors import BatchsyncError, Interrupted, UsageError
from batchsync.exit_codes import ExitCode, exit_code_of_all
from batchsync.job import CheckedFile, EarlierFiles, Job, RunOptions
from batchsync.messages import Message, cli
from batchsync.model import PlanVerdict, RunSummary, Stop


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Send what is not yet synced and write a result per file."""
    console.stdout_taken = arguments.summary_json == "-"
    files = given.files(arguments.files)
    options = RunOptions(
        output=given.output(arguments, len(files)),
        resend=arguments.resend,
        resend_uncertain=arguments.resend_uncertain,
        include_unusual=arguments.include_unusual,
        limit=given.count(arguments.limit, "--limit"),
    )
    summary_json = given.target(arguments, "--summary-json", *files, options.output)
    config = given.settings(arguments, console, token=True).config
    if not _confirm_resend(arguments, files, config, options, console):
        console.info(cli.NOT_AGREED)
        return ExitCode.NOTHING_SENT
    if arguments.detach:
        from batchsync.cli.detach import submit

        return submit(files, config, options, console)
    command = RunCommand(config, options, console, hidden=arguments.no_progress)
    try:
        command.run(files)
    finally:  # the totals so far, also after a bug of ours
        if arguments.summary_json:
            summary_view.write_summary_json(command.summaries, summary_json, console)
    return exit_code_of_all([summary.exit_code for summary in command.summaries])


class RunCommand:
    """One `run` over several files: one Job, one event loop, one way to stop."""

    def __init__(
        self, config: Config, options: RunOptions, console: Console, *, hidden: bool = False
    ) -> None:
        self.summaries: list[RunSummary] = []
        """The totals of every file so far, also of those that could not be read."""
        self._options = options
        self._console = console
        self._config = config
        self._asked_for = config.output.language
        self._own_lang = console.lang
        self._hidden_rows = 0
        self._stopping = self._stopped_before = False
        self._view = ProgressView(console, hidden=hidden)
        self._job = job_for(
            config, on_progress=self._view.update, on_planned=self._show_plan, on_message=self._show_message
        )

    def run(self, files: list[Path]) -> None:
        """Go over all files; what comes of each stands in `summaries`."""
        with asyncio.Runner(loop_factory=loop_factory(self._config)) as runner:
            loop = runner.get_loop()
            with handle_signals(loop, stop=self._stop, cancel=self._cancel):
                for path in files:
                    self.summaries.append(runner.run(self._file(path)))
        if len(files) > 1:
            points = sum(summary.points_spent for summary in self.summaries)
            self._console.out(
                cli.ALL_FILES.render(self._console.lang, count=len(files), points=f"{points:,}")
            )

    async def _file(self, path: Path) -> RunSummary:
        self._hidden_rows, self._stopped_before = 0, self._stopping
        try:
            finished = await self._job.run(path, self._options)
        except BatchsyncError as error:
            self._view.close()
            self._console.error(error.render(self._console.lang))
            stopped = Stop.INTERRUPTED if isinstance(error, Interrupted) else None
            return RunSummary(file=os.path.abspath(path), run="", stopped=stopped, exit_code=error.exit_code)  # noqa: PTH100, ASYNC240 (asks no disk)
        self._view.close()
        for message in finished.messages:
            self._console.info(message)
        summary_view.show(finished.summary, self._console, hidden=self._hidden_rows)
        self._console.lang = self._own_lang
        return finished.summary

    def _show_plan(self, checked: CheckedFile) -> None:
        if self._stopping and not self._stopped_before:
            raise Interrupted(cli.STOPPED_READING, file=checked.path.name)
        self._hidden_rows = checked.counts[PlanVerdict.SKIPPED_HIDDEN]
        self._console.set_language(self._asked_for, checked.lang)
        self._console.info(plan_view.line(checked, self._options.limit))

    def _show_message(self, message: Message) -> None:
        self._view.clear()
        self._console.info(message)

    def _stop(self) -> None:
        self._stopping = True
        self._view.clear()
        self._console.info(Message(cli.STOPPING, {"what": cli.CALLS}))
        self._job.stop()

    def _cancel(self) -> None:
        self._view.clear()
        self._console.info(cli.ABANDONING)
        self._job.cancel()


# --- Asking before money is spent twice ---------------------------------------------------------------------


def _confirm_resend(
    arguments: argparse.Namespace, files: list[Path], config: Config, options: RunOptions, console: Console
) -> bool:
    asked = [
        f"--{name.replace('_', '-')}" for name in ("resend", "resend_uncertain") if getattr(options, name)
    ]
    if not asked or arguments.yes:
        return True
    if not console.can_ask():
        raise UsageError(cli.NEEDS_YES, option=" ".join(asked))
    job, earlier_files = Job(config), EarlierFiles() if len(files) > 1 else None
    again = total = 0
    for path in files:
        counts = job.check(path, earlier_files=earlier_files).counts
        repeated = counts[PlanVerdict.UNCERTAIN] if options.resend_uncertain else 0
        if options.resend:
            repeated += counts[PlanVerdict.ALREADY_SYNCED] + counts[PlanVerdict.FAILED_CHARGED]
        again += repeated
        total += repeated + counts[PlanVerdict.SEND]
    if not again:
        console.info(Message(cli.NOTHING_AGAIN, {"options": " ".join(asked)}))
        return True
    facts = {"again": again, "total": total, "points": total * config.spend.price}
    return console.ask(Message(cli.ASK_RESEND, facts))

"""`nightly` and `watch`: process the inbox unattended, logging each step for people or as JSON lines."""

import argparse
import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.crash_report import write_crash_report
from batchsync.cli.progress import ProgressView
from batchsync.cli.signals import handle_signals
from batchsync.cluster.event_loop import loop_factory
from batchsync.config import Config
from batchsync.errors import BatchsyncError, Interrupted, LedgerBusy
from batchsync.exit_codes import ExitCode
from batchsync.formatting import local_time
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.nightly import Event, NightlyRun, NightStop, NightSummary, Reporter, Watch


def nightly(arguments: argparse.Namespace, console: Console) -> int:
    """Process the inbox once."""
    command = _command(arguments, console)
    with asyncio.Runner(loop_factory=loop_factory(command.config)) as runner:
        try:
            night = command.make_night()
        except BatchsyncError as error:
            runner.run(command.reporter.report_failure(error))
            raise
        if not night.is_open():
            return command.not_open(night)
        with handle_signals(runner.get_loop(), stop=command.stopping(night.stop), cancel=night.cancel):
            return runner.run(command.once(night)).exit_code


def watch(arguments: argparse.Namespace, console: Console) -> int:
    """Process the inbox each time a file arrives, until Ctrl-C or SIGTERM."""
    command = _command(arguments, console)

    async def one(night: NightlyRun) -> NightStop | None:
        stopped = (await command.once(night)).stopped
        return None if stopped is None else NightStop(stopped)

    with asyncio.Runner(loop_factory=loop_factory(command.config)) as runner:
        watching = Watch(command.make_night, one, command.events.emit)
        with handle_signals(runner.get_loop(), stop=command.stopping(watching.stop), cancel=watching.cancel):
            runner.run(watching.run())
    return ExitCode.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Events:
    """Writes events to stderr: as text, or as JSON lines with the same text."""

    console: Console
    as_json: bool

    def emit(self, event: Event) -> None:
        """Write one event."""
        text = event.message.render(self.console.lang)
        if self.as_json:
            at = datetime.now().astimezone().isoformat(timespec="milliseconds")
            level = "warning" if event.is_error else "info"
            line: dict[str, object] = {"at": at, "level": level, "event": event.name, "text": text}
            facts = {**event.message.facts, **event.facts}
            line |= {name: _plain(fact) for name, fact in facts.items() if name not in line}
            self.console.error(json.dumps(line, ensure_ascii=True))
        elif event.is_error:
            self.console.error(text)
        else:
            self.console.info(text)


def _plain(fact: object) -> object:
    return fact if isinstance(fact, str | int | float | bool | None) else str(fact)


@dataclass(frozen=True, slots=True)
class NightlyCommand:
    """Shared by `nightly` and `watch`."""

    config: Config
    events: Events
    reporter: Reporter
    view: ProgressView
    reports_busy: bool
    """Whether to notify when another run keeps it from beginning; `watch` tries again instead."""

    def make_night(self) -> NightlyRun:
        """Return a nightly run that logs here. Raises SettingsError when the folders cannot be used."""
        return NightlyRun(
            self.config, emit=self._emit, on_progress=self.view.update, on_bug=write_crash_report
        )

    def _emit(self, event: Event) -> None:
        self.view.close()
        self.events.emit(event)

    async def once(self, night: NightlyRun) -> NightSummary:
        """Do a nightly run and report it."""
        try:
            async with night.lock():
                return await self._run_and_report(night)
        finally:
            self.view.close()

    async def _run_and_report(self, night: NightlyRun) -> NightSummary:
        try:
            result = await night.run()
        except LedgerBusy as error:
            if self.reports_busy:
                await self.reporter.report_failure(error)
            raise
        except Interrupted:
            raise
        except BatchsyncError as error:
            await self.reporter.report_failure(error)
            raise
        self.view.close()
        report = await self.reporter.report(night, result)
        if report is not None:
            for line in report.data.chat.splitlines():
                self.events.console.out(line)
        return result.summary

    def stopping(self, stop: Callable[[], None]) -> Callable[[], None]:
        """Return the handler of the first signal: log it and stop."""

        def stop_and_log() -> None:
            self.view.clear()
            self.events.emit(Event(name="stopping", message=Message(messages.STOPPING)))
            stop()

        return stop_and_log

    def not_open(self, night: NightlyRun) -> int:
        """Log when the window opens; with files pending it counts as stopped early."""
        count = night.pending_count()
        facts = {"window": self.config.inbox.window, "count": count, "opens": local_time(night.opens_next())}
        self.events.emit(
            Event(name="not_open", message=Message(messages.NOT_OPEN, facts), is_error=count > 0)
        )
        return ExitCode.STOPPED_EARLY if count else ExitCode.SUCCESS


def _command(arguments: argparse.Namespace, console: Console) -> NightlyCommand:
    metrics = given.target(arguments, "--metrics")
    config = given.settings(arguments, console, token=True).config
    events = Events(console, arguments.log_json)
    reporter = Reporter(config=config, lang=console.lang, emit=events.emit, metrics=metrics)
    view = ProgressView(console, hidden=arguments.log_json)
    return NightlyCommand(config, events, reporter, view, reports_busy=arguments.command == "nightly")

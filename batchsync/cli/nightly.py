"""`nightly` and `watch`: the inbox worked through unattended; each step is said, for people or as JSON for a log collector."""

import argparse
import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.cli.crash_report import write_crash_report
from batchsync.cli.layout import moment
from batchsync.cli.progress import ProgressView
from batchsync.cli.signals import handle_signals
from batchsync.cluster.loops import loop_factory
from batchsync.config import Config
from batchsync.errors import BatchsyncError, Interrupted, LedgerBusy
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.nightly import Event, NightlyRun, NightStop, NightSummary, Reporter, Watch

LATE = 3
INTERRUPTED = 130


def nightly(arguments: argparse.Namespace, console: Console) -> int:
    """Work through the inbox once."""
    shift = _shift(arguments, console)
    with asyncio.Runner(loop_factory=loop_factory(shift.config)) as runner:
        try:
            night = shift.make_night()
        except BatchsyncError as error:
            runner.run(shift.morning.refuse(error))
            raise
        if not night.is_open():
            return shift.not_open(night)
        with handle_signals(runner.get_loop(), drain=shift.stopping(night.stop), abandon=night.cancel):
            return runner.run(shift.once(night)).exit_code


def watch(arguments: argparse.Namespace, console: Console) -> int:
    """Work through the inbox each time a file is dropped in, until Ctrl-C or SIGTERM."""
    shift = _shift(arguments, console)

    async def one(night: NightlyRun) -> NightStop | None:
        stopped = (await shift.once(night)).stopped
        return None if stopped is None else NightStop(stopped)

    with asyncio.Runner(loop_factory=loop_factory(shift.config)) as runner:
        watching = Watch(shift.make_night, one, shift.events.tell)
        with handle_signals(runner.get_loop(), drain=shift.stopping(watching.stop), abandon=watching.cancel):
            runner.run(watching.run())
    return INTERRUPTED


@dataclass(frozen=True, slots=True)
class Events:
    """Says events on stderr: sentences, or JSON lines with the same sentence in them."""

    console: Console
    as_json: bool

    def tell(self, event: Event) -> None:
        """Say one event."""
        text = event.said.render(self.console.lang)
        if self.as_json:
            at = datetime.now().astimezone().isoformat(timespec="milliseconds")
            level = "warning" if event.is_fault else "info"
            line: dict[str, object] = {"at": at, "level": level, "event": event.name, "text": text}
            facts = {**event.said.facts, **event.facts}
            line |= {name: _plain(fact) for name, fact in facts.items() if name not in line}
            self.console.fault(json.dumps(line, ensure_ascii=True))
        elif event.is_fault:
            self.console.fault(text)
        else:
            self.console.talk(text)


def _plain(fact: object) -> object:
    return fact if isinstance(fact, str | int | float | bool | None) else str(fact)


@dataclass(frozen=True, slots=True)
class NightlyCommand:
    """What `nightly` and `watch` share."""

    config: Config
    events: Events
    morning: Reporter
    view: ProgressView
    tells_of_busy: bool
    """Whether people are told that another run kept a night from beginning; a watch just tries again."""

    def make_night(self) -> NightlyRun:
        """Return a night that speaks through our events. Raises SettingsError when the folders can't be used."""
        return NightlyRun(
            self.config, tell=self._tell, on_progress=self.view.update, on_bug=write_crash_report
        )

    def _tell(self, event: Event) -> None:
        self.view.close()
        self.events.tell(event)

    async def once(self, night: NightlyRun) -> NightSummary:
        """Run a night and see to its morning."""
        try:
            async with night.alone():
                return await self._night_and_morning(night)
        finally:
            self.view.close()

    async def _night_and_morning(self, night: NightlyRun) -> NightSummary:
        try:
            ended = await night.run()
        except LedgerBusy as error:
            if self.tells_of_busy:
                await self.morning.refuse(error)
            raise
        except Interrupted:
            raise
        except BatchsyncError as error:
            await self.morning.refuse(error)
            raise
        self.view.close()
        report = await self.morning.come(night, ended)
        if report is not None:
            for line in report.page.chat.splitlines():
                self.events.console.result(line)
        return ended.summary

    def stopping(self, stop: Callable[[], None]) -> Callable[[], None]:
        """Return what the first signal does: say so, and stop."""

        def drain() -> None:
            self.view.clear()
            self.events.tell(Event(name="stopping", said=Message(messages.STOPPING)))
            stop()

        return drain

    def not_open(self, night: NightlyRun) -> int:
        """Say when the window opens; files that wait make it an early stop."""
        count = night.waiting()
        facts = {"window": self.config.inbox.window, "count": count, "opens": moment(night.opens_next())}
        self.events.tell(Event(name="not_open", said=Message(messages.NOT_OPEN, facts), is_fault=count > 0))
        return LATE if count else 0


def _shift(arguments: argparse.Namespace, console: Console) -> NightlyCommand:
    metrics = given.target(arguments, "--metrics")
    config = given.settings(arguments, console, token=True).config
    events = Events(console, arguments.log_json)
    morning = Reporter(config=config, lang=console.lang, tell=events.tell, metrics=metrics)
    view = ProgressView(console, hidden=arguments.log_json)
    return NightlyCommand(config, events, morning, view, tells_of_busy=arguments.command == "nightly")

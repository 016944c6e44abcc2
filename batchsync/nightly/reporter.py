"""The morning after: report, history, metrics, messages. None of them can fail the night any more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.errors import BatchsyncError
from batchsync.messages import Lang, Message
from batchsync.messages import nightly as messages
from batchsync.nightly import notify
from batchsync.nightly.events import Event
from batchsync.nightly.metrics import write_metrics
from batchsync.nightly.report import Report, write_report
from batchsync.nightly.result import NightResult
from batchsync.nightly.run import NightlyRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who is told of a night, and how."""

    config: Config
    lang: Lang
    """Where neither the settings nor the sheets name a language."""
    tell: Callable[[Event], None]
    metrics: Path | None = None
    clock: Clock = SYSTEM_CLOCK

    async def come(self, night: NightlyRun, ended: NightResult) -> Report | None:
        """Write the report, put the night into the history, and tell people. None when no report could be written."""
        report = self._report(night, ended)
        night.close(ended)
        if self.metrics is not None:
            try:
                write_metrics(self.metrics, ended)
            except OSError as error:
                self._fault(
                    Message(messages.METRICS_LOST, {"path": self.metrics, "error": error.strerror or error})
                )
        if report is not None and notify.is_wanted(self.config.notify, ended):
            page = report.page
            message = notify.Notification(
                title=f"batchsync: {page.title}",
                body=page.chat,
                mood=page.mood,
                attachments=(report.html, report.sheet) if report.sheet else (report.html,),
            )
            await self._send(message, Lang(page.lang))
        return report

    async def refuse(self, error: BatchsyncError) -> None:
        """Tell people that a night could not even begin."""
        lang = self.lang
        title = messages.REFUSED_TITLE.render(lang)
        await self._send(notify.Notification(title=title, body=error.render(lang), mood="stopped"), lang)

    def _report(self, night: NightlyRun, ended: NightResult) -> Report | None:
        folder = night.places.reports
        try:
            report = write_report(self.config, ended, folder, self.lang, self.clock)
        except (OSError, BatchsyncError) as error:
            why = error.strerror or error if isinstance(error, OSError) else error
            self._fault(Message(messages.REPORT_LOST, {"path": folder, "error": why}))
            return None
        self.tell(Event(name="report", said=Message(messages.REPORT_AT, {"path": report.html})))
        if report.sheet is not None:
            self.tell(Event(name="report", said=Message(messages.SHEET_AT, {"path": report.sheet})))
        return report

    async def _send(self, message: notify.Notification, lang: Lang) -> None:
        for fault in await asyncio.to_thread(notify.send, self.config.notify, message, lang):
            self._fault(fault)

    def _fault(self, said: Message) -> None:
        self.tell(Event(name="fault", said=said, is_fault=True))

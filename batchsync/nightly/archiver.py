"""Filing: a file and what came of it go to done/ or attention/, or stay on the desk for the next night; each is written down."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.ledger import open_ledger
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.model import RunSummary, Stop
from batchsync.nightly.events import Event
from batchsync.nightly.file_runner import FileResult
from batchsync.nightly.policy import DONE, WAITING
from batchsync.nightly.state import FileRecord, NightState
from batchsync.nightly.totals import figures_by_run
from batchsync.nightly.workspace import InboxJob, Workspace


@dataclass(slots=True)
class Archiver:
    """Puts files where they belong and tells of it."""

    config: Config
    desk: Workspace
    record: NightState
    clock: Clock
    tell: Callable[[Event], None]
    points: int = field(default=0, init=False)
    """Spent, or possibly spent, on this day before this process began."""
    _seen_before: dict[str, str] = field(default_factory=dict, init=False)

    def remember(self, day: str) -> None:
        """Find out which files were seen before, and what the day has spent already."""
        with open_ledger(self.config.ledger.url, read_only=True, clock=self.clock) as ledger:
            for run in ledger.runs():
                self._seen_before.setdefault(run.file_sha256, f"{Path(run.file).name}, {run.run}")
        earlier = [night for night in self.record.history() if night.day == day]
        self.points = sum(night.points + night.points_possible for night in earlier)
        for spent in figures_by_run(self.config, self.runs_tonight(), self.record.began, self.clock).values():
            self.points += spent.points + spent.points_possible

    def runs_tonight(self) -> set[str]:
        """Return every run of this night: of files that were filed, and of those still on the desk."""
        runs = {run for filed in self.record.filed.values() for run in filed.runs}
        for ticket in self.desk.unfinished():
            runs |= {run for run, night in ticket.runs.items() if night in self.record.nights}
        return runs

    def untouched(self) -> int:
        """Return how many files of earlier nights are on the desk and were not come to."""
        return sum(_id(ticket) not in self.record.filed for ticket in self.desk.unfinished())

    def keep(self, worked: FileResult) -> None:
        """Leave a file on the desk: it goes on by itself the next night."""
        ticket = replace(worked.ticket, starts=0)
        self.desk.note(ticket)
        self.record.add(self._filed(ticket, worked, where=WAITING))
        self.tell(Event(name="waiting", said=Message(messages.KEPT, {"file": ticket.shown})))

    def decide(self, worked: FileResult, where: str) -> InboxJob:
        """Write down where a file and its results go."""
        return self.desk.decide(
            worked.ticket, where, self.record.day, _plain_files(self.desk.results(worked.ticket))
        )

    def file(self, ticket: InboxJob, worked: FileResult) -> None:
        """Move everything to its place; after a crash, what has not been moved yet. Raises OSError."""
        ticket = self.desk.file(ticket)
        if not (_id(ticket) in self.record.filed and self.record.filed[_id(ticket)].where != WAITING):
            filed = self._filed(ticket, worked, where=ticket.where)
            self.record.add(filed)
            self._tell_of(filed)
        self.desk.clear(ticket)

    def _filed(self, ticket: InboxJob, worked: FileResult, *, where: str) -> FileRecord:
        place = ticket.moves[-1][1] if ticket.moves else str(self.desk.original(ticket))
        result = _result_of(ticket)
        summary = worked.summary
        if (
            summary is None and ticket.moves and ticket.runs
        ):  # decided on before a crash: the ledger has the totals
            summary = self._summary_of(list(ticket.runs)[-1])
        if summary is not None:
            summary = replace(summary, file=place, result=result)
        seen = self._seen_before.get(ticket.sha256, "")
        self._seen_before[ticket.sha256] = f"{ticket.shown}, {self.record.night}"
        return FileRecord(
            id=_id(ticket),
            shown=ticket.shown,
            sha256=ticket.sha256,
            came_at=ticket.came_at,
            where=where,
            place=place,
            result=result,
            runs=tuple(run for run, night in ticket.runs.items() if night in self.record.nights),
            earlier_runs=tuple(run for run, night in ticket.runs.items() if night not in self.record.nights),
            summary=summary,
            said=worked.said,
            canary=self._died_early(summary),
            same_as="" if len(ticket.runs) > 1 else seen,
            lang=worked.lang,
            exit_code=summary.exit_code if summary is not None else worked.exit_code,
        )

    def _summary_of(self, run: str) -> RunSummary | None:
        with open_ledger(self.config.ledger.url, read_only=True, clock=self.clock) as ledger:
            record = ledger.run(run)
        return None if record is None else record.summary

    def _died_early(self, summary: RunSummary | None) -> bool:
        """Whether so few calls stopped the file that only its first orders can have."""
        if summary is None or summary.stopped != Stop.FAILURES:
            return False
        return summary.calls < self.config.stop.failures_in_a_row

    def _tell_of(self, filed: FileRecord) -> None:
        text = messages.FILED_DONE if filed.where == DONE else messages.FILED_ATTENTION
        points = filed.summary.points_spent if filed.summary else 0
        said = Message(text, {"file": filed.shown, "place": filed.place, "points": points})
        facts = {"where": filed.where, "run": filed.runs[-1] if filed.runs else None, "points": points}
        self.tell(Event(name="filed", said=said, is_fault=filed.where != DONE, facts=facts))


def _id(ticket: InboxJob) -> str:
    return f"{ticket.folder}/{ticket.id}"


def _plain_files(folder: Path) -> Collection[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ()


def _result_of(ticket: InboxJob) -> str | None:
    """Return where the result workbook goes; None when there is none."""
    results = [target for source, target in ticket.moves if source.startswith("result/")]
    return next((target for target in results if ".result" in Path(target).name), None)

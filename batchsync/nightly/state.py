"""State of nightly runs on disk: a line of JSON per file, and the history of all nightly runs.

Kept in the inbox instead of the ledger: several inboxes may share a ledger, and a report can be written while another run
holds the ledger.

    night.jsonl     the nightly run under way: a head, then a line per file; exists only until it has ended
    nights/ID.jsonl nightly runs that ended, with their files
    nights.jsonl    one line per nightly run that ended: the history
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from batchsync import fsutil
from batchsync.messages import Lang, Message
from batchsync.model import RunSummary

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a nightly run, for the console or as a JSON line."""

    name: str
    """For machines: `started`, `deferred`, `archived`, `refused` ..."""
    message: Message
    is_error: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)
    """Further values for machines."""


@dataclass(frozen=True, slots=True)
class BilingualText:
    """A text in both languages, rendered when it was saved."""

    en: str
    zh: str

    def render(self, lang: Lang) -> str:
        """Return the text in one language."""
        return self.zh if lang is Lang.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """The result of one file in a nightly run."""

    id: str
    shown: str
    sha256: str
    came_at: str
    where: str
    """`done`, `attention`, or `waiting`: it continues with the next nightly run."""
    place: str
    result: str | None = None
    runs: tuple[str, ...] = ()
    """Runs of this nightly run, the oldest first."""
    earlier_runs: tuple[str, ...] = ()
    """Runs of earlier nightly runs, when it was continued."""
    summary: RunSummary | None = None
    """Totals of the last run; None when there was none."""
    problems: tuple[BilingualText, ...] = ()
    """Problems of the file as a whole."""
    canary: bool = False
    """Whether the canary check stopped the file."""
    same_as: str = ""
    """An earlier file with the same content, as `NAME, DATE`."""
    lang: str = ""
    exit_code: int = 0
    """As of `run`; 1 for a file that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSummary:
    """A nightly run in the history."""

    night: str
    """Its id: the date, and a number where there were several."""
    day: str
    began_at: str
    ended_at: str
    stopped: str | None
    exit_code: int
    files: int = 0
    done: int = 0
    attention: int = 0
    waiting: int = 0
    calls: int = 0
    synced: int = 0
    failed: int = 0
    uncertain: int = 0
    points: int = 0
    points_possible: int = 0
    cut_off: bool = False
    """Whether it continued a nightly run that was killed."""
    also: tuple[str, ...] = ()
    """Ids of the nightly runs that it continued. Runs refer to them, so they are not reused."""


class NightState:
    """The nightly run under way, on disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "night.jsonl"
        self._history = folder / "nights.jsonl"
        self._nights = folder / "nights"
        self.files: dict[str, FileRecord] = {}
        self.night, self.day, self.began_at, self.cut_off = "", "", "", False
        self.nights: set[str] = set()
        """This night's id, and those of earlier days on which it was cut off."""

    @property
    def began(self) -> datetime:
        """When the nightly run began."""
        return datetime.fromisoformat(self.began_at)

    def begin(self, day: date, now: datetime) -> None:
        """Begin a nightly run, or continue one that did not end; continued on another day, it belongs to that day."""
        lines = list(fsutil.read_lines(self._path))
        heads = [line for line in lines if "night" in line]
        if heads and any(each.night == heads[-1]["night"] for each in self.history()):
            self._close(str(heads[-1]["night"]))  # killed between its last two steps
            heads = []
        self.day = day.isoformat()
        self.began_at, self.cut_off = now.isoformat(timespec="seconds"), bool(heads)
        if heads:
            self._resume(heads, [_file_record(line) for line in lines if "id" in line])
        if not heads or heads[-1]["day"] != self.day:
            self.night = self._free_name()
            head = {"night": self.night, "day": self.day, "began_at": self.began_at}
            fsutil.append_line(self._path, head)
        self.nights.add(self.night)

    def _resume(self, heads: Sequence[Mapping[str, Any]], files: Sequence[FileRecord]) -> None:
        self.night, self.began_at = str(heads[-1]["night"]), str(heads[0]["began_at"])
        self.nights = {str(head["night"]) for head in heads}
        self.files = {each.id: each for each in files}

    def _free_name(self) -> str:
        taken = {night for summary in self.history() for night in (summary.night, *summary.also)}
        name, nth = self.day, 1
        while name in taken:
            nth += 1
            name = f"{self.day}-{nth}"
        return name

    def add(self, record: FileRecord) -> None:
        """Record the result of a file; recording it twice has no effect."""
        if self.files.get(record.id) != record:
            self.files[record.id] = record
            fsutil.append_line(self._path, asdict(record))

    def end(self, summary: NightSummary) -> None:
        """Add the nightly run to the history. Repeated after a kill, it is counted once."""
        if all(each.night != summary.night for each in self.history()):
            fsutil.append_line(self._history, asdict(summary))
        self._close(self.night)

    def _close(self, night: str) -> None:
        self._nights.mkdir(exist_ok=True)
        self._path.replace(self._nights / f"{night}.jsonl")

    def history(self) -> list[NightSummary]:
        """Return all nightly runs that ended, the oldest first."""
        lines = fsutil.read_lines(self._history)
        return [_from_dict(NightSummary, {**line, "also": tuple(line.get("also", ()))}) for line in lines]

    def files_of(self, night: str) -> list[FileRecord]:
        """Return the files of a nightly run that ended."""
        if all(each.night != night for each in self.history()):
            return []
        lines = fsutil.read_lines(self._nights / f"{night}.jsonl")
        return list({line["id"]: _file_record(line) for line in lines if "id" in line}.values())


def _file_record(saved: Mapping[str, Any]) -> FileRecord:
    """Return the record of a file from its line."""
    values = dict(saved)
    summary = values.get("summary")
    values["summary"] = None if summary is None else _from_dict(RunSummary, summary)
    for name in ("runs", "earlier_runs"):
        values[name] = tuple(values.get(name, ()))
    values["problems"] = tuple(BilingualText(**each) for each in values.get("problems", ()))
    return _from_dict(FileRecord, values)


def _from_dict(kind: type[Kind], saved: Mapping[str, Any]) -> Kind:
    """Return a dataclass from a line; unknown keys are ignored."""
    known: Sequence[str] = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: value for name, value in saved.items() if name in known})

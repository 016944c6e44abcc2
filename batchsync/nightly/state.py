"""What a night leaves in memory: a line for each file it filed, and one for itself in the history of all nights.

Kept as lines of JSON in the inbox's own memory rather than in the ledger: the ledger's form stays what money needs, several
inboxes may share one, and a report can be written while another run holds the ledger.

    night.jsonl     the night under way: its head, then a line per file; there is one only until the night is over
    nights/ID.jsonl nights that are over, in full
    nights.jsonl    one line for each night that is over: the history
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from batchsync import fsutil
from batchsync.messages import Lang
from batchsync.model import RunSummary

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class BilingualText:
    """A sentence that was said in both languages, to be read again another night."""

    en: str
    zh: str

    def render(self, lang: Lang) -> str:
        """Return it in one language."""
        return self.zh if lang is Lang.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What a night did with one file."""

    id: str
    shown: str
    sha256: str
    came_at: str
    where: str
    """`done`, `attention`, or `waiting`: it goes on by itself the next night."""
    place: str
    result: str | None = None
    runs: tuple[str, ...] = ()
    """Those of this night, the oldest first."""
    earlier_runs: tuple[str, ...] = ()
    """Those of earlier nights, when it goes on."""
    summary: RunSummary | None = None
    """Of the last run; None when none was begun."""
    said: tuple[BilingualText, ...] = ()
    """What is wrong with the file as a whole."""
    canary: bool = False
    """Whether the first orders already told that something is wrong with the file."""
    same_as: str = ""
    """An earlier file with the same content, as `NAME, DATE`."""
    lang: str = ""
    exit_code: int = 0
    """As `run` would have ended; 1 for a file that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSummary:
    """A night in the history."""

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
    """Whether it took up a night that had been killed."""
    also: tuple[str, ...] = ()
    """The ids of nights of other days that it took up: runs are known by them, so they are never given again."""


class NightState:
    """The night under way, on disk."""

    def __init__(self, memory: Path) -> None:
        self._path = memory / "night.jsonl"
        self._history = memory / "nights.jsonl"
        self._nights = memory / "nights"
        self.filed: dict[str, FileRecord] = {}
        self.night, self.day, self.began_at, self.cut_off = "", "", "", False
        self.nights: set[str] = set()
        """This night's id, and those of earlier days on which it was cut off."""

    @property
    def began(self) -> datetime:
        """When the night began."""
        return datetime.fromisoformat(self.began_at)

    def begin(self, day: date, now: datetime) -> None:
        """Begin a night, or take up one that never ended. Taken up on another day it goes on as that day's night."""
        lines = list(fsutil.lines_of(self._path))
        heads = [line for line in lines if "night" in line]
        if heads and any(each.night == heads[-1]["night"] for each in self.history()):
            self._put_away(str(heads[-1]["night"]))  # killed between its last two steps
            heads = []
        self.day = day.isoformat()
        self.began_at, self.cut_off = now.isoformat(timespec="seconds"), bool(heads)
        if heads:
            self._take_up(heads, [file_record_from(line) for line in lines if "id" in line])
        if not heads or heads[-1]["day"] != self.day:
            self.night = self._free_name()
            head = {"night": self.night, "day": self.day, "began_at": self.began_at}
            fsutil.append_line(self._path, head)
        self.nights.add(self.night)

    def _take_up(self, heads: Sequence[Mapping[str, Any]], files: Sequence[FileRecord]) -> None:
        self.night, self.began_at = str(heads[-1]["night"]), str(heads[0]["began_at"])
        self.nights = {str(head["night"]) for head in heads}
        self.filed = {filed.id: filed for filed in files}

    def _free_name(self) -> str:
        taken = {night for summary in self.history() for night in (summary.night, *summary.also)}
        name, nth = self.day, 1
        while name in taken:
            nth += 1
            name = f"{self.day}-{nth}"
        return name

    def add(self, filed: FileRecord) -> None:
        """Write down what was done with a file; a second time says the same."""
        if self.filed.get(filed.id) != filed:
            self.filed[filed.id] = filed
            fsutil.append_line(self._path, asdict(filed))

    def end(self, summary: NightSummary) -> None:
        """Put the night into the history. Killed in between, it is ended once more and counted once."""
        if all(each.night != summary.night for each in self.history()):
            fsutil.append_line(self._history, asdict(summary))
        self._put_away(self.night)

    def _put_away(self, night: str) -> None:
        self._nights.mkdir(exist_ok=True)
        self._path.replace(self._nights / f"{night}.jsonl")

    def history(self) -> list[NightSummary]:
        """Return all nights that are over, the oldest first."""
        lines = fsutil.lines_of(self._history)
        return [from_dict(NightSummary, {**line, "also": tuple(line.get("also", ()))}) for line in lines]

    def files_of(self, night: str) -> list[FileRecord]:
        """Return what a night that is over did with each file."""
        if all(each.night != night for each in self.history()):
            return []
        lines = fsutil.lines_of(self._nights / f"{night}.jsonl")
        return list({line["id"]: file_record_from(line) for line in lines if "id" in line}.values())


def file_record_from(said: Mapping[str, Any]) -> FileRecord:
    """Return a file's line as it was written."""
    told = dict(said)
    summary = told.get("summary")
    told["summary"] = None if summary is None else from_dict(RunSummary, summary)
    for name in ("runs", "earlier_runs"):
        told[name] = tuple(told.get(name, ()))
    told["said"] = tuple(BilingualText(**each) for each in told.get("said", ()))
    return from_dict(FileRecord, told)


def from_dict(noun: type[Noun], said: Mapping[str, Any]) -> Noun:
    """Make a noun of what was written; what a newer version added is left out."""
    known: Sequence[str] = [field.name for field in fields(noun)]  # type: ignore[arg-type]
    return noun(**{name: value for name, value in said.items() if name in known})

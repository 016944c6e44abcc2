"""What every open page is told, a few times a second: which files changed, and where the run under way stands."""

from dataclasses import dataclass

from batchsync.messages import Lang, Message
from batchsync.messages import summary as summary_words
from batchsync.model import Problem, Progress
from batchsync.web.run_queue import FileJob, RunQueue

KINDS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """A file's version: a page that shows another one fetches it anew."""

    id: str
    version: int
    phase: str
    checking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Orders that were not synced, of one kind."""

    said: str
    count: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The numbers of the run under way."""

    id: str
    name: str
    total: int
    done: int
    calls: int
    synced: int
    failed: int
    uncertain: int
    points: int
    committed: int
    cap: int | None
    in_flight: int
    rate: float
    allowed: float
    left_s: float | None
    paused: bool
    stopping: bool
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything at one moment."""

    files: tuple[FileState, ...]
    live: RunState | None


def snapshot(desk: RunQueue, lang: Lang) -> Snapshot:
    """Return how things stand now."""
    files = tuple(
        FileState(
            id=item.record.id, version=item.version, phase=item.record.phase.value, checking=item.checking
        )
        for item in desk.items.values()
    )
    return Snapshot(files=files, live=run_state(desk.running, lang) if desk.running else None)


def run_state(item: FileJob, lang: Lang) -> RunState | None:
    """Return the numbers of a file that is being sent; None before there are any."""
    live = item.live
    if live is None or live.progress is None:
        return None
    progress = live.progress
    return RunState(
        id=item.record.id,
        name=item.record.name,
        total=progress.total,
        done=progress.done,
        calls=progress.calls,
        synced=progress.synced,
        failed=progress.failed,
        uncertain=progress.uncertain,
        points=progress.points,
        committed=progress.committed,
        cap=live.cap,
        in_flight=progress.in_flight,
        rate=round(live.rate, 1),
        allowed=round(progress.rate, 1),
        left_s=None if live.left_s is None else round(live.left_s),
        paused=progress.paused,
        stopping=live.stopping,
        kinds=tuple(_kinds(progress, lang)),
    )


def _kinds(progress: Progress, lang: Lang) -> list[Kind]:
    worst = sorted(progress.troubles.items(), key=lambda each: -each[1])[:KINDS_SHOWN]
    return [
        Kind(said=_said(trouble, lang), count=count, state=trouble.state.value) for trouble, count in worst
    ]


def _said(trouble: Problem, lang: Lang) -> str:
    kind = summary_words.KINDS[trouble.reason]
    if not trouble.api_status or trouble.api_status == "0":
        return kind.render(lang)
    return Message(summary_words.WITH_CODE, {"kind": kind, "code": trouble.api_status}).render(lang)

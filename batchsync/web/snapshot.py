"""What every open page is told, a few times a second: which files changed, and where the run under way stands."""

from dataclasses import dataclass

from batchsync.model import Progress, Trouble
from batchsync.web.desk import Desk, Item
from batchsync.words import Lang, Said
from batchsync.words import summary as summary_words

KINDS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStand:
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
class LiveStand:
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
class Stand:
    """Everything at one moment."""

    files: tuple[FileStand, ...]
    live: LiveStand | None


def stand_of(desk: Desk, lang: Lang) -> Stand:
    """Return how things stand now."""
    files = tuple(
        FileStand(
            id=item.record.id, version=item.version, phase=item.record.phase.value, checking=item.checking
        )
        for item in desk.items.values()
    )
    return Stand(files=files, live=live_of(desk.running, lang) if desk.running else None)


def live_of(item: Item, lang: Lang) -> LiveStand | None:
    """Return the numbers of a file that is being sent; None before there are any."""
    live = item.live
    if live is None or live.progress is None:
        return None
    progress = live.progress
    return LiveStand(
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


def _said(trouble: Trouble, lang: Lang) -> str:
    kind = summary_words.KINDS[trouble.reason]
    if not trouble.api_status or trouble.api_status == "0":
        return kind.say(lang)
    return Said(summary_words.WITH_CODE, {"kind": kind, "code": trouble.api_status}).say(lang)

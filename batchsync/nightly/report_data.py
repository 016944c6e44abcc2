"""The morning report as data: every sentence said, every figure in its place, for HTML and chat to show. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from batchsync import __version__
from batchsync.charts import Bar, bars_svg
from batchsync.messages import Lang, Translation, cli, nightly, result_columns
from batchsync.messages import report as messages
from batchsync.model import RowStatus, RunSummary
from batchsync.nightly.policy import ATTENTION, WAITING
from batchsync.nightly.problem_rows import ProblemRow, ProblemRows
from batchsync.nightly.result import NightResult
from batchsync.nightly.state import FileRecord, NightSummary

NIGHTS_SHOWN = 30
DOUBTS_SHOWN = 100
_SUMS = ("rows", "synced", "already_synced", "failed", "uncertain", "invalid", "not_sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One figure of the first line."""

    label: str
    value: str
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of the table."""

    name: str
    where: str
    where_said: str
    figures: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """All that a report shows, in one language."""

    lang: str
    title: str
    when: str
    mood: str
    """`good`, `idle`, `attention` or `stopped`."""
    verdict: str
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    todo: tuple[str, ...]
    files: tuple[FileLine, ...]
    kinds: tuple[tuple[str, str, str], ...]
    """Status, what went wrong, how many."""
    doubts: tuple[ProblemRow, ...]
    more_doubts: str
    left: tuple[tuple[str, str], ...]
    chart: str
    foot: str
    chat: str
    """The same in a few lines of plain text."""

    def heads(self, texts: Sequence[Translation]) -> list[str]:
        """Say the heads of a table."""
        return [text.render(Lang(self.lang)) for text in texts]

    def said(self, name: str) -> str:
        """Say one of the report's own words."""
        text: Translation = getattr(messages, name)
        return text.render(Lang(self.lang))


def report_data(ended: NightResult, troubles: ProblemRows, lang: Lang) -> ReportData:
    """Say a night in one language."""
    summary, sums = ended.summary, _sums(ended.files)
    mood = _mood(ended)
    todo = tuple(_todo(ended, sums, lang))
    doubts = [row for row in troubles.rows if row.status is RowStatus.UNCERTAIN]
    title, verdict = messages.TITLE.render(lang, day=summary.night), messages.VERDICTS[mood].render(lang)
    notes = (messages.CUT_OFF.render(lang),) if summary.cut_off else ()
    if ended.refused is not None:
        notes = (*notes, ended.refused.render(lang))
    return ReportData(
        lang=lang,
        title=title,
        when=messages.WHEN.render(lang, began=_minute(summary.began_at), ended=_minute(summary.ended_at)),
        mood=mood,
        verdict=verdict,
        notes=notes,
        cards=tuple(_cards(ended, sums, lang)),
        todo=todo,
        files=tuple(_file_line(filed, lang) for filed in ended.files),
        kinds=tuple(
            (result_columns.STATUSES[status].render(lang), kind, f"{count:,}")
            for (status, kind), count in troubles.kinds.most_common()
        ),
        doubts=tuple(doubts[:DOUBTS_SHOWN]),
        more_doubts=messages.MORE.render(lang, count=len(doubts) - DOUBTS_SHOWN)
        if len(doubts) > DOUBTS_SHOWN
        else "",
        left=tuple((name, nightly.LEFT[why].render(lang)) for name, why in sorted(ended.left.items())),
        chart=_chart(ended, lang),
        foot=messages.FOOT.render(lang, version=__version__),
        chat=_chat(ended, sums, f"{title}: {verdict}", [*notes, *todo], lang),
    )


def language_of(ended: NightResult, wanted: str, otherwise: Lang) -> Lang:
    """Return the language asked for; `auto` follows most of the night's sheets."""
    if wanted != "auto":
        return Lang(wanted)
    spoken = [filed.lang for filed in ended.files if filed.lang]
    return Lang(max(sorted(set(spoken)), key=spoken.count)) if spoken else otherwise


def _mood(ended: NightResult) -> str:
    if ended.summary.stopped is not None:
        return "stopped"
    if ended.summary.exit_code or ended.summary.attention:
        return "attention"
    return "good" if ended.files else "idle"


def _sums(files: Sequence[FileRecord]) -> dict[str, int]:
    summaries = [filed.summary for filed in files if filed.summary is not None]
    return {name: sum(getattr(summary, name) for summary in summaries) for name in _SUMS}


def _minute(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M}"


# --- Figures ------------------------------------------------------------------------------------------------


def _cards(ended: NightResult, sums: dict[str, int], lang: Lang) -> Iterator[Card]:
    summary = ended.summary
    notes = {
        "files": messages.FILES_NOTE.render(
            lang, done=summary.done, attention=summary.attention, waiting=summary.waiting
        ),
        "synced": messages.CALLS_NOTE.render(lang, calls=f"{summary.calls:,}"),
        "points": _points_note(ended, lang),
    }
    values = {**sums, "files": summary.files, "synced": summary.synced, "points": summary.points}
    for name, text in messages.CARDS.items():
        bad = name in ("failed", "uncertain", "invalid") and values[name] > 0
        yield Card(label=text.render(lang), value=f"{values[name]:,}", note=notes.get(name, ""), is_bad=bad)


def _points_note(ended: NightResult, lang: Lang) -> str:
    possible = f"{ended.summary.points_possible:,}"
    days = _by_day(ended.history)
    days.pop(ended.summary.day, None)
    if not days:
        return messages.FIRST_NOTE.render(lang, possible=possible)
    last = [points for _, (points, _) in sorted(days.items())][-NIGHTS_SHOWN:]
    return messages.POINTS_NOTE.render(
        lang,
        possible=possible,
        before=f"{last[-1]:,}",
        nights=len(last),
        mean=f"{round(sum(last) / len(last)):,}",
    )


def _by_day(history: Sequence[NightSummary]) -> dict[str, tuple[int, int]]:
    days: dict[str, tuple[int, int]] = {}
    for night in history:
        points, possible = days.get(night.day, (0, 0))
        days[night.day] = (points + night.points, possible + night.points_possible)
    return days


def _chart(ended: NightResult, lang: Lang) -> str:
    """Draw the last 30 days, this one included; a day without a night is an empty place."""
    days = _by_day([*ended.history, ended.summary])
    last = date.fromisoformat(ended.summary.day)
    shown = [last - timedelta(days=back) for back in reversed(range(NIGHTS_SHOWN))]
    bars = [Bar(f"{day:%m-%d}", *days.get(day.isoformat(), (0, 0))) for day in shown]
    return bars_svg(bars, messages.CHART.render(lang))


# --- What to do ---------------------------------------------------------------------------------------------


def _todo(ended: NightResult, sums: dict[str, int], lang: Lang) -> Iterator[str]:
    stopped = ended.summary.stopped
    if stopped is not None:
        yield nightly.STOPS[stopped].render(lang)
    unread = sum(filed.summary is None for filed in ended.files)
    halted = sum(
        filed.summary.not_sent
        for filed in ended.files
        if filed.summary is not None and filed.summary.stopped and filed.where == ATTENTION
    )
    for text, count in (
        (messages.TODO_UNCERTAIN, sums["uncertain"]),
        (messages.TODO_FILES, unread),
        (messages.TODO_FAILED, sums["failed"]),
        (messages.TODO_INVALID, sums["invalid"]),
        (messages.TODO_NOT_SENT, halted),
        (messages.TODO_LEFT, len(ended.left)),
        (messages.WAITS, ended.waits if stopped is not None else 0),
    ):
        if count:
            yield text.render(lang, count=f"{count:,}")


# --- Files --------------------------------------------------------------------------------------------------


def _file_line(filed: FileRecord, lang: Lang) -> FileLine:
    return FileLine(
        name=filed.shown,
        where=filed.where,
        where_said=messages.WHERE[filed.where].render(lang),
        figures=_figures(filed.summary),
        notes=tuple(_notes(filed, lang)),
    )


def _figures(summary: RunSummary | None) -> tuple[str, ...]:
    if summary is None:
        return ("",) * 8
    names = ("rows", "synced", "already_synced", "failed", "uncertain", "invalid", "not_sent", "points_spent")
    return tuple(f"{getattr(summary, name):,}" if getattr(summary, name) else "-" for name in names)


def _notes(filed: FileRecord, lang: Lang) -> Iterator[str]:
    yield from (said.render(lang) for said in filed.said)
    stopped = filed.summary.stopped if filed.summary is not None else None
    if filed.canary:
        yield messages.CANARY.render(lang)
    elif stopped in cli.STOP_WORDS:
        yield messages.STOPPED.render(lang, why=cli.STOP_WORDS[str(stopped)].render(lang))
    if filed.same_as:
        yield messages.SAME_AS.render(lang, seen=filed.same_as)
    if filed.where != WAITING:
        yield messages.NOW_AT.render(lang, place=filed.result or filed.place)


# --- Chat ---------------------------------------------------------------------------------------------------


def _chat(ended: NightResult, sums: dict[str, int], head: str, said: Sequence[str], lang: Lang) -> str:
    summary = ended.summary
    counts = {"files": summary.files, "done": summary.done}
    counts |= {"attention": summary.attention, "waiting": summary.waiting}
    figures = {name: f"{count:,}" for name, count in sums.items()}
    possible = f"{summary.points_possible:,}"
    lines = [head]
    if ended.files:
        lines.append(messages.CHAT_FILES.render(lang, **counts))
        lines.append(messages.CHAT_ROWS.render(lang, **figures))
    lines.append(messages.CHAT_POINTS.render(lang, points=f"{summary.points:,}", possible=possible))
    return "\n".join([*lines, *(f"- {each}" for each in said)])

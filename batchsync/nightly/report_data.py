"""The data of a nightly report in one language, for HTML, chat and spreadsheet."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from batchsync import __version__
from batchsync.charts import Bar, bars_svg
from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.ledger import Ledger, open_ledger
from batchsync.messages import Lang, Translation, nightly, result_columns, stops
from batchsync.messages import report as messages
from batchsync.messages import summary as summary_messages
from batchsync.model import EntryResult, Reason, RowStatus, RunSummary
from batchsync.model.row_results import reason_of, rows, status_of
from batchsync.nightly.policy import ATTENTION, WAITING
from batchsync.nightly.result import NightResult
from batchsync.nightly.state import FileRecord, NightSummary
from batchsync.writer.row_texts import RowTexts

NIGHTS_SHOWN = 30
UNCERTAIN_SHOWN = 100
_SUMS = ("rows", "synced", "already_synced", "failed", "uncertain", "invalid", "not_sent")


# --- Rows that need attention -------------------------------------------------------------------------------

MAX_ROWS = 20_000
"""Rows listed in the spreadsheet; the result of each file has all of them."""
RESPONSE_SHOWN = 500
_NEED_ATTENTION = frozenset({RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.INVALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One order that needs attention, with the evidence."""

    file: str
    sheet: str
    line: int
    owner_id: str
    number: str
    status: RowStatus
    error: str
    todo: str
    run: str
    sent_at: str
    api_status: str
    http_status: int | None
    answer: str


@dataclass(slots=True, kw_only=True)
class ProblemRows:
    """All rows of a nightly run that need attention."""

    kinds: Counter[tuple[RowStatus, str]] = field(default_factory=Counter)
    rows: list[ProblemRow] = field(default_factory=list)
    unlisted: int = 0


def problem_rows_of(config: Config, files: Sequence[FileRecord], lang: Lang, clock: Clock) -> ProblemRows:
    """Collect the rows that need attention from the ledger, for every file that is not done."""
    problems = ProblemRows()
    with_problems = [
        each for each in files if each.summary is not None and each.exit_code and each.summary.run
    ]
    if with_problems:
        with open_ledger(config.ledger.url, read_only=True, clock=clock) as ledger:
            for each in with_problems:
                _add_file(ledger, each, lang, problems)
    return problems


def _add_file(ledger: Ledger, record: FileRecord, lang: Lang, problems: ProblemRows) -> None:
    assert record.summary is not None
    run = record.summary.run
    try:
        sheets = [sheet.sheet for sheet in ledger.sheets(run)]
        collector = _Collector(record.shown, run, sheets, lang, problems)
        for row in rows(ledger.results(run)):
            if row.status in _NEED_ATTENTION:
                for entry in row.entries:
                    collector.add(entry)
    except LedgerError:  # its details were pruned; the totals are complete
        return


class _Collector:
    """Collects the rows of one file that need attention."""

    def __init__(self, file: str, run: str, sheets: Sequence[str], lang: Lang, problems: ProblemRows) -> None:
        self._file, self._run, self._sheets, self._lang, self._found = file, run, sheets, lang, problems
        self._texts = RowTexts(lang, sheets, Reason.STOPPED)

    def add(self, entry: EntryResult) -> None:
        """Count an order, and list it up to MAX_ROWS."""
        status = status_of(entry)
        if status not in _NEED_ATTENTION:
            return
        self._found.kinds[status, self._kind(entry)] += 1
        if len(self._found.rows) < MAX_ROWS:
            self._found.rows.append(self._row(entry, status))
        else:
            self._found.unlisted += 1

    def _kind(self, entry: EntryResult) -> str:
        kind = summary_messages.KINDS[reason_of(entry)].render(self._lang)
        if entry.api_status in ("", "0"):
            return kind
        return summary_messages.WITH_CODE.render(self._lang, kind=kind, code=entry.api_status)

    def _row(self, entry: EntryResult, status: RowStatus) -> ProblemRow:
        error, todo = self._texts.error_and_advice(entry, status)
        return ProblemRow(
            file=self._file,
            sheet=self._sheets[entry.sheet] if entry.sheet < len(self._sheets) else "",
            line=entry.line,
            owner_id=entry.owner_id,
            number=entry.number,
            status=status,
            error=error,
            todo=todo,
            run=self._run,
            sent_at=f"{entry.sent_at.astimezone():%Y-%m-%d %H:%M:%S}" if entry.sent_at else "",
            api_status=entry.api_status,
            http_status=entry.http_status,
            answer=(entry.answer or entry.error)[:RESPONSE_SHOWN],
        )


# --- The report ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One figure at the top of the report."""

    label: str
    value: str
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One row of the table of files."""

    name: str
    where: str
    where_label: str
    figures: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """Everything a report shows, in one language."""

    lang: str
    title: str
    when: str
    severity: str
    """`good`, `idle`, `attention` or `stopped`."""
    verdict: str
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    todo: tuple[str, ...]
    files: tuple[FileLine, ...]
    kinds: tuple[tuple[str, str, str], ...]
    """Status, kind of problem, count."""
    uncertain: tuple[ProblemRow, ...]
    more_uncertain: str
    skipped: tuple[tuple[str, str], ...]
    chart: str
    foot: str
    chat: str
    """The same in a few lines of plain text."""

    def heads(self, texts: Sequence[Translation]) -> list[str]:
        """Return the headers of a table."""
        return [text.render(Lang(self.lang)) for text in texts]

    def text(self, name: str) -> str:
        """Return a text of `messages.report` by its name."""
        text: Translation = getattr(messages, name)
        return text.render(Lang(self.lang))


def report_data(result: NightResult, problems: ProblemRows, lang: Lang) -> ReportData:
    """Return the data of a report in one language."""
    summary, sums = result.summary, _sums(result.files)
    severity = _severity(result)
    todo = tuple(_todo(result, sums, lang))
    uncertain = [row for row in problems.rows if row.status is RowStatus.UNCERTAIN]
    title, verdict = messages.TITLE.render(lang, day=summary.night), messages.VERDICTS[severity].render(lang)
    notes = (messages.CUT_OFF.render(lang),) if summary.cut_off else ()
    if result.refused is not None:
        notes = (*notes, result.refused.render(lang))
    return ReportData(
        lang=lang,
        title=title,
        when=messages.WHEN.render(lang, began=_minute(summary.began_at), ended=_minute(summary.ended_at)),
        severity=severity,
        verdict=verdict,
        notes=notes,
        cards=tuple(_cards(result, sums, lang)),
        todo=todo,
        files=tuple(_file_line(record, lang) for record in result.files),
        kinds=tuple(
            (result_columns.STATUSES[status].render(lang), kind, f"{count:,}")
            for (status, kind), count in problems.kinds.most_common()
        ),
        uncertain=tuple(uncertain[:UNCERTAIN_SHOWN]),
        more_uncertain=messages.MORE.render(lang, count=len(uncertain) - UNCERTAIN_SHOWN)
        if len(uncertain) > UNCERTAIN_SHOWN
        else "",
        skipped=tuple(
            (name, nightly.SKIPPED[why].render(lang)) for name, why in sorted(result.skipped.items())
        ),
        chart=_chart(result, lang),
        foot=messages.FOOT.render(lang, version=__version__),
        chat=_chat(result, sums, f"{title}: {verdict}", [*notes, *todo], lang),
    )


def language_of(result: NightResult, setting: str, default: Lang) -> Lang:
    """Return the language of the setting; `auto` follows most of the sheets."""
    if setting != "auto":
        return Lang(setting)
    languages = [record.lang for record in result.files if record.lang]
    return Lang(max(sorted(set(languages)), key=languages.count)) if languages else default


def _severity(result: NightResult) -> str:
    if result.summary.stopped is not None:
        return "stopped"
    if result.summary.exit_code or result.summary.attention:
        return "attention"
    return "good" if result.files else "idle"


def _sums(files: Sequence[FileRecord]) -> dict[str, int]:
    summaries = [record.summary for record in files if record.summary is not None]
    return {name: sum(getattr(summary, name) for summary in summaries) for name in _SUMS}


def _minute(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M}"


# --- Figures ------------------------------------------------------------------------------------------------


def _cards(result: NightResult, sums: dict[str, int], lang: Lang) -> Iterator[Card]:
    summary = result.summary
    notes = {
        "files": messages.FILES_NOTE.render(
            lang, done=summary.done, attention=summary.attention, waiting=summary.waiting
        ),
        "synced": messages.CALLS_NOTE.render(lang, calls=f"{summary.calls:,}"),
        "points": _points_note(result, lang),
    }
    values = {**sums, "files": summary.files, "synced": summary.synced, "points": summary.points}
    for name, text in messages.CARDS.items():
        bad = name in ("failed", "uncertain", "invalid") and values[name] > 0
        yield Card(label=text.render(lang), value=f"{values[name]:,}", note=notes.get(name, ""), is_bad=bad)


def _points_note(result: NightResult, lang: Lang) -> str:
    possible = f"{result.summary.points_possible:,}"
    days = _by_day(result.history)
    days.pop(result.summary.day, None)
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


def _chart(result: NightResult, lang: Lang) -> str:
    """Draw the last 30 days, this one included; a day without a nightly run has no bar."""
    days = _by_day([*result.history, result.summary])
    last = date.fromisoformat(result.summary.day)
    shown = [last - timedelta(days=back) for back in reversed(range(NIGHTS_SHOWN))]
    bars = [Bar(f"{day:%m-%d}", *days.get(day.isoformat(), (0, 0))) for day in shown]
    return bars_svg(bars, messages.CHART.render(lang))


# --- What to do ---------------------------------------------------------------------------------------------


def _todo(result: NightResult, sums: dict[str, int], lang: Lang) -> Iterator[str]:
    stopped = result.summary.stopped
    if stopped is not None:
        yield nightly.STOPS[stopped].render(lang)
    unread = sum(record.summary is None for record in result.files)
    stopped_rows = sum(
        record.summary.not_sent
        for record in result.files
        if record.summary is not None and record.summary.stopped and record.where == ATTENTION
    )
    for text, count in (
        (messages.TODO_UNCERTAIN, sums["uncertain"]),
        (messages.TODO_FILES, unread),
        (messages.TODO_FAILED, sums["failed"]),
        (messages.TODO_INVALID, sums["invalid"]),
        (messages.TODO_NOT_SENT, stopped_rows),
        (messages.TODO_SKIPPED, len(result.skipped)),
        (messages.PENDING, result.pending if stopped is not None else 0),
    ):
        if count:
            yield text.render(lang, count=f"{count:,}")


# --- Files --------------------------------------------------------------------------------------------------


def _file_line(record: FileRecord, lang: Lang) -> FileLine:
    return FileLine(
        name=record.shown,
        where=record.where,
        where_label=messages.WHERE[record.where].render(lang),
        figures=_figures(record.summary),
        notes=tuple(_notes(record, lang)),
    )


def _figures(summary: RunSummary | None) -> tuple[str, ...]:
    if summary is None:
        return ("",) * 8
    names = ("rows", "synced", "already_synced", "failed", "uncertain", "invalid", "not_sent", "points_spent")
    return tuple(f"{getattr(summary, name):,}" if getattr(summary, name) else "-" for name in names)


def _notes(record: FileRecord, lang: Lang) -> Iterator[str]:
    yield from (text.render(lang) for text in record.problems)
    stopped = record.summary.stopped if record.summary is not None else None
    if record.canary:
        yield messages.CANARY.render(lang)
    elif stopped in stops.NAMES:
        yield messages.STOPPED.render(lang, why=stops.NAMES[str(stopped)].render(lang))
    if record.same_as:
        yield messages.SAME_AS.render(lang, seen=record.same_as)
    if record.where != WAITING:
        yield messages.NOW_AT.render(lang, place=record.result or record.place)


# --- Chat ---------------------------------------------------------------------------------------------------


def _chat(result: NightResult, sums: dict[str, int], head: str, notes: Sequence[str], lang: Lang) -> str:
    summary = result.summary
    counts = {"files": summary.files, "done": summary.done}
    counts |= {"attention": summary.attention, "waiting": summary.waiting}
    figures = {name: f"{count:,}" for name, count in sums.items()}
    possible = f"{summary.points_possible:,}"
    lines = [head]
    if result.files:
        lines.append(messages.CHAT_FILES.render(lang, **counts))
        lines.append(messages.CHAT_ROWS.render(lang, **figures))
    lines.append(messages.CHAT_POINTS.render(lang, points=f"{summary.points:,}", possible=possible))
    return "\n".join([*lines, *(f"- {each}" for each in notes)])

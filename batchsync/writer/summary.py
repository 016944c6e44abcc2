"""What the Summary says, before it is drawn: headline, counts, points, trouble by kind, the run's facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from batchsync.messages import Lang
from batchsync.messages import columns as column_words
from batchsync.messages import result_columns as messages
from batchsync.messages import row_reasons as outcome_words
from batchsync.messages import summary as summary_words
from batchsync.model import Reason, RowStatus
from batchsync.model.row_results import Kind, Tally
from batchsync.writer.types import ResultJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One kind of trouble: how many orders, and what to do about them."""

    status: RowStatus
    kind: str
    count: int
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything on the Summary, said in one language."""

    lang: Lang
    title: str
    headline: str
    alarm: bool
    """Whether the run did not come to its end."""
    all_synced: bool
    rows: int
    counts: Sequence[tuple[RowStatus, str, int]]
    """In the order of the interface."""
    cards: Sequence[tuple[str, int]]
    points: Sequence[tuple[str, int]]
    troubles: Sequence[Trouble]
    facts: Sequence[tuple[str, str]]


_MINUTE_S = 60
_ORDER = (
    RowStatus.SYNCED, RowStatus.ALREADY_SYNCED, RowStatus.DUPLICATE, RowStatus.FAILED, RowStatus.UNCERTAIN,
    RowStatus.NOT_SENT, RowStatus.INVALID,
)  # fmt: skip


def summarize(job: ResultJob, tally: Tally, notes: Sequence[str]) -> Summary:
    """Say what a run adds up to; `notes` are sentences about how the result was written."""
    lang = job.lang
    settled = sum(tally.counts[status] for status in _ORDER[:3])
    return Summary(
        lang=lang,
        title=summary_words.TITLE.render(lang, file=_file_name(job)),
        headline=_headline(job, tally),
        alarm=job.killed or job.as_of is not None or job.stopped is not None,
        all_synced=settled == tally.rows,
        rows=tally.rows,
        counts=[(status, messages.STATUSES[status].render(lang), tally.counts[status]) for status in _ORDER],
        cards=[
            (summary_words.ROWS_HEAD.render(lang), tally.rows),
            (summary_words.POINTS_SPENT.render(lang), tally.points_spent),
            (summary_words.POINTS_POSSIBLE.render(lang), tally.points_possible),
            (summary_words.POINTS_SAVED.render(lang), tally.points_saved),
        ],
        points=[
            (summary_words.SPENT_LONG.render(lang), tally.points_spent),
            (summary_words.POSSIBLE_LONG.render(lang, count=tally.uncertain_orders), tally.points_possible),
            (summary_words.MISSING_LONG.render(lang), tally.amount_missing),
            (summary_words.SAVED_LONG.render(lang, count=tally.saved_orders), tally.points_saved),
            (summary_words.CALLS_LONG.render(lang), tally.calls),
        ],
        troubles=list(_troubles(tally, lang)),
        facts=[*_facts(job), *((summary_words.FACTS["note"].render(lang), note) for note in notes)],
    )


def _file_name(job: ResultJob) -> str:
    return job.input.name or job.run.file


def _headline(job: ResultJob, tally: Tally) -> str:
    unsent = tally.counts[RowStatus.NOT_SENT] - tally.hidden
    if job.as_of is not None:
        return summary_words.STILL_RUNNING.render(job.lang, time=local_second(job.as_of), count=unsent)
    if job.killed:
        return summary_words.KILLED.render(job.lang, count=unsent)
    if job.stopped is not None:
        told = summary_words.WHY_STOPPED.get(job.stopped)
        why = (
            told.render(job.lang)
            if told
            else summary_words.WHY_STOPPED_OTHER.render(job.lang, why=job.stopped)
        )
        return summary_words.STOPPED_EARLY.render(job.lang, why=why, count=unsent)
    trouble = sum(
        tally.counts[status] for status in (RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.INVALID)
    )
    if trouble:
        return summary_words.FINISHED.render(job.lang, count=trouble, rows=tally.rows)
    if unsent:
        return summary_words.FINISHED_PART.render(job.lang, count=unsent, rows=tally.rows)
    return summary_words.ALL_SYNCED.render(job.lang)


def _troubles(tally: Tally, lang: Lang) -> Iterator[Trouble]:
    worst = {status: rank for rank, status in enumerate(reversed(RowStatus))}
    order = sorted(tally.kinds.items(), key=lambda item: (worst[item[0].status], -item[1]))
    for kind, count in order:
        yield Trouble(
            status=kind.status,
            kind=_kind(kind, lang),
            count=count,
            todo=summary_words.TODO_ALL.get(kind.reason, outcome_words.ROWS[kind.reason].todo).render(lang),
        )


def _kind(kind: Kind, lang: Lang) -> str:
    said = summary_words.KINDS[kind.reason].render(lang)
    if not kind.api_status or kind.reason is Reason.NOT_SENT:
        return said
    return summary_words.WITH_CODE.render(lang, kind=said, code=kind.api_status)


def _facts(job: ResultJob) -> Iterator[tuple[str, str]]:
    lang, run = job.lang, job.run
    told = [
        ("file", run.file),
        ("run", run.run),
        ("account", job.account),
        ("url", job.url),
        ("started", local_second(run.started_at)),
        ("ended", _ended(job)),
        ("seconds", "" if job.seconds is None else _duration(job.seconds)),
        ("rate", "" if job.rate is None else f"{job.rate:g}"),
        ("price", str(job.price)),
    ]
    yield from ((summary_words.FACTS[name].render(lang), value) for name, value in told if value)
    yield from ((text.render(lang), value) for text, value in job.facts)
    for sheet in job.sheets:
        for note in sheet.notes:
            text = column_words.NOTES.get(note.code)
            if text is not None:
                said = text.render(lang, **note.facts)
                yield (
                    summary_words.FACTS["columns"].render(lang),
                    summary_words.ON_SHEET.render(lang, sheet=sheet.sheet, said=said),
                )
    yield from ((summary_words.FACTS["note"].render(lang), said.render(lang)) for said in job.said)


def _ended(job: ResultJob) -> str:
    if job.as_of is not None:
        return summary_words.GOES_ON.render(job.lang, time=local_second(job.as_of))
    if job.killed:
        return summary_words.NOT_ENDED.render(job.lang)
    return "" if job.run.ended_at is None else local_second(job.run.ended_at)


def _duration(seconds: float) -> str:
    """Return seconds under a minute, else hours, minutes and seconds."""
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes // _MINUTE_S}:{minutes % _MINUTE_S:02}:{rest:02}"


def local_second(moment: datetime) -> str:
    """Return a time as people here write it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"

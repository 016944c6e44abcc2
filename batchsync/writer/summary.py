"""The content of the Summary: headline, counts, points, problems by kind, facts of the run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchsync.formatting import local_time
from batchsync.messages import Lang, row_reasons, stops
from batchsync.messages import columns as column_texts
from batchsync.messages import result_columns as messages
from batchsync.messages import summary as summary_texts
from batchsync.model import Reason, RowStatus
from batchsync.model.row_results import Kind, Tally
from batchsync.writer.types import ResultJob


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """One kind of problem: how many orders have it, and what to do."""

    status: RowStatus
    kind: str
    count: int
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The texts and numbers of the Summary, in one language."""

    lang: Lang
    title: str
    headline: str
    incomplete: bool
    """Whether the run did not reach its end."""
    all_synced: bool
    rows: int
    counts: Sequence[tuple[RowStatus, str, int]]
    """Status, its text, number of rows."""
    cards: Sequence[tuple[str, int]]
    points: Sequence[tuple[str, int]]
    problems: Sequence[ProblemGroup]
    facts: Sequence[tuple[str, str]]


_MINUTE_S = 60
_ORDER = (
    RowStatus.SYNCED, RowStatus.ALREADY_SYNCED, RowStatus.DUPLICATE, RowStatus.FAILED, RowStatus.UNCERTAIN,
    RowStatus.NOT_SENT, RowStatus.INVALID,
)  # fmt: skip


def summarize(job: ResultJob, tally: Tally, notes: Sequence[str]) -> Summary:
    """Summarize a run; `notes` are sentences about how the result was written."""
    lang = job.lang
    figures = tally.figures
    synced = sum(tally.counts[status] for status in _ORDER[:3])
    return Summary(
        lang=lang,
        title=summary_texts.TITLE.render(lang, file=_file_name(job)),
        headline=_headline(job, tally),
        incomplete=job.killed or job.as_of is not None or job.stopped is not None,
        all_synced=synced == tally.rows,
        rows=tally.rows,
        counts=[(status, messages.STATUSES[status].render(lang), tally.counts[status]) for status in _ORDER],
        cards=[
            (summary_texts.ROWS_HEAD.render(lang), tally.rows),
            (summary_texts.POINTS_SPENT.render(lang), figures.points),
            (summary_texts.POINTS_POSSIBLE.render(lang), figures.points_possible),
            (summary_texts.PAID_EARLIER.render(lang), tally.paid_earlier),
        ],
        points=[
            (summary_texts.SPENT_LONG.render(lang), figures.points),
            (summary_texts.POSSIBLE_LONG.render(lang, count=figures.uncertain), figures.points_uncertain),
            (summary_texts.MISSING_LONG.render(lang, count=figures.amount_missing), figures.points_unknown),
            (summary_texts.PAID_LONG.render(lang), figures.charged),
            (summary_texts.PAID_EARLIER_LONG.render(lang), tally.paid_earlier),
            (summary_texts.CALLS_LONG.render(lang), figures.calls),
        ],
        problems=list(_problems(tally, lang)),
        facts=[*_facts(job), *((summary_texts.FACTS["note"].render(lang), note) for note in notes)],
    )


def _file_name(job: ResultJob) -> str:
    return job.input.name or job.run.file


def _headline(job: ResultJob, tally: Tally) -> str:
    unsent = tally.counts[RowStatus.NOT_SENT] - tally.hidden
    if job.as_of is not None:
        return summary_texts.STILL_RUNNING.render(job.lang, time=local_time(job.as_of), count=unsent)
    if job.killed:
        return summary_texts.KILLED.render(job.lang, count=unsent)
    if job.stopped is not None:
        text = stops.ADVICE.get(job.stopped)
        why = (
            text.render(job.lang)
            if text
            else summary_texts.WHY_STOPPED_OTHER.render(job.lang, why=job.stopped)
        )
        return summary_texts.STOPPED_EARLY.render(job.lang, why=why, count=unsent)
    problem = sum(
        tally.counts[status] for status in (RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.INVALID)
    )
    if problem:
        return summary_texts.FINISHED.render(job.lang, count=problem, rows=tally.rows)
    if unsent:
        return summary_texts.FINISHED_PART.render(job.lang, count=unsent, rows=tally.rows)
    return summary_texts.ALL_SYNCED.render(job.lang)


def _problems(tally: Tally, lang: Lang) -> Iterator[ProblemGroup]:
    worst = {status: rank for rank, status in enumerate(reversed(RowStatus))}
    order = sorted(tally.kinds.items(), key=lambda item: (worst[item[0].status], -item[1]))
    for kind, count in order:
        yield ProblemGroup(
            status=kind.status,
            kind=_kind(kind, lang),
            count=count,
            todo=summary_texts.TODO_ALL.get(kind.reason, row_reasons.ROWS[kind.reason].todo).render(lang),
        )


def _kind(kind: Kind, lang: Lang) -> str:
    text = summary_texts.KINDS[kind.reason].render(lang)
    if not kind.api_status or kind.reason is Reason.NOT_SENT:
        return text
    return summary_texts.WITH_CODE.render(lang, kind=text, code=kind.api_status)


def _facts(job: ResultJob) -> Iterator[tuple[str, str]]:
    lang, run = job.lang, job.run
    facts = [
        ("file", run.file),
        ("run", run.run),
        ("account", job.account),
        ("url", job.url),
        ("started", local_time(run.started_at)),
        ("ended", _ended(job)),
        ("seconds", "" if job.seconds is None else _duration(job.seconds)),
        ("rate", "" if job.rate is None else f"{job.rate:g}"),
        ("price", str(job.price)),
    ]
    yield from ((summary_texts.FACTS[name].render(lang), value) for name, value in facts if value)
    yield from ((text.render(lang), value) for text, value in job.facts)
    for sheet in job.sheets:
        for note in sheet.notes:
            text = column_texts.NOTES.get(note.code)
            if text is not None:
                sentence = text.render(lang, **note.facts)
                yield (
                    summary_texts.FACTS["columns"].render(lang),
                    summary_texts.ON_SHEET.render(lang, sheet=sheet.sheet, note=sentence),
                )
    yield from ((summary_texts.FACTS["note"].render(lang), message.render(lang)) for message in job.messages)


def _ended(job: ResultJob) -> str:
    if job.as_of is not None:
        return summary_texts.GOES_ON.render(job.lang, time=local_time(job.as_of))
    if job.killed:
        return summary_texts.NOT_ENDED.render(job.lang)
    return "" if job.run.ended_at is None else local_time(job.run.ended_at)


def _duration(seconds: float) -> str:
    """Return seconds under a minute, else hours, minutes and seconds."""
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes // _MINUTE_S}:{minutes % _MINUTE_S:02}:{rest:02}"

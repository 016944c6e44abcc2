"""What became of a file, as a table; and what to do next, in one sentence for each kind of trouble."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from batchsync.cli.console import Console
from batchsync.cli.layout import padded
from batchsync.formatting import display_width, duration
from batchsync.fsutil import atomic_text
from batchsync.messages import Message, cli, result_columns, stops
from batchsync.model import RunSummary

_ADVISED = ("failed", "uncertain", "not_sent", "invalid", "amount_missing")


def show(summary: RunSummary, console: Console, *, hidden: int = 0) -> None:
    """Print the table of one file, and after it the advice; `hidden` of its rows were left out on purpose."""
    facts = {
        "file": Path(summary.file).name,
        "rows": f"{summary.rows:,}",
        "run": summary.run,
        "time": duration(summary.seconds),
    }
    console.out(cli.OUTCOME.render(console.lang, **facts))
    for line in _counts(summary, console):
        console.out(f"  {line}")
    if summary.result:
        console.out(cli.RESULT_AT.render(console.lang, path=_nearby(Path(summary.result))))
    for message in advice(summary, hidden):
        console.info(message)


def _nearby(path: Path) -> Path:
    """Return the path as a person here would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _counts(summary: RunSummary, console: Console) -> Iterator[str]:
    figures = [
        (text.render(console.lang), getattr(summary, name))
        for name, text in result_columns.STATUSES.items()
        if getattr(summary, name) or name == "synced"
    ]
    figures.append((result_columns.HEADS["points"].render(console.lang), summary.points_spent))
    if summary.points_possible:
        figures.append((cli.POINTS_POSSIBLE.render(console.lang), summary.points_possible))
    if summary.amount_missing:
        figures.append((cli.AMOUNT_MISSING.render(console.lang), summary.amount_missing))
    widest = max(display_width(name) for name, _ in figures)
    for name, number in figures:
        yield f"{padded(name, widest)}  {number:>9,}"


def advice(summary: RunSummary, hidden: int = 0) -> Iterator[Message]:
    """Yield what to do next: why it stopped first, then each kind of trouble."""
    if summary.stopped is not None and summary.stopped in stops.ADVICE:
        yield Message(cli.STOPPED_EARLY, {"why": stops.ADVICE[summary.stopped]})
    counts = {kind: getattr(summary, kind) for kind in _ADVISED}
    counts["not_sent"] = 0 if summary.stopped else max(0, summary.not_sent - hidden)
    for kind, count in (*counts.items(), ("hidden", hidden)):
        if count:
            yield Message(cli.ADVICE[kind], {"count": f"{count:,}", "run": summary.run})
    if summary.run and not summary.result:
        yield Message(cli.NO_RESULT, {"run": summary.run})


def summary_json(summaries: Sequence[RunSummary], *, ascii_only: bool) -> str:
    """Return the totals of all files for machines: the keys of RunSummary, in a list."""
    known = [field.name for field in fields(RunSummary)]
    listed = [{name: asdict(summary)[name] for name in known} for summary in summaries]
    return json.dumps(listed, ensure_ascii=ascii_only, indent=2)


def write_summary_json(summaries: Sequence[RunSummary], path: Path | None, console: Console) -> None:
    """Write the totals of all files to a file, or to stdout. A file that can't be written loses no totals."""
    if path is None:
        console.raw(summary_json(summaries, ascii_only=True))
        return
    try:
        with atomic_text(path) as file:
            file.write(summary_json(summaries, ascii_only=False) + "\n")
    except OSError as error:
        facts = {"path": path, "error": error.strerror or error}
        console.error(Message(cli.SUMMARY_LOST, facts))
        console.error(summary_json(summaries, ascii_only=True))

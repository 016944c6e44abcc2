"""Figures of a nightly run for the textfile collector of Prometheus' node_exporter."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from batchsync import fsutil
from batchsync.nightly.result import NightResult

_FIGURES = {
    "calls": "Calls of the last nightly run.",
    "synced": "Orders that the last nightly run synced.",
    "failed": "Calls of the last nightly runly run that the API refused.",
    "uncertain": "Calls of the last nightly run that may have been charged.",
    "points": "Points that the last nightly run spent.",
    "points_possible": "Points that the last nightly run may have spent in addition.",
}


def write_metrics(path: Path, result: NightResult) -> None:
    """Write the textfile. Raises OSError."""
    fsutil.atomic_write(path, ("\n".join(_lines(result)) + "\n").encode())


def _lines(result: NightResult) -> Iterator[str]:
    summary = result.summary
    yield from _gauge("exit_code", "Exit code of the last nightly run.", {"": summary.exit_code})
    began, over = (datetime.fromisoformat(at).timestamp() for at in (summary.began_at, summary.ended_at))
    yield from _gauge("end_seconds", "When the last nightly run ended, in seconds since 1970.", {"": over})
    yield from _gauge("duration_seconds", "Duration of the last nightly run.", {"": over - began})
    files = {f'{{where="{where}"}}': getattr(summary, where) for where in ("done", "attention", "waiting")}
    yield from _gauge("files", "Files of the last nightly run, by target.", files)
    yield from _gauge("inbox_files", "Files that wait for the next nightly run.", {"": result.pending})
    for name, help_text in _FIGURES.items():
        yield from _gauge(name, help_text, {"": getattr(summary, name)})


def _gauge(name: str, help_text: str, values: dict[str, float]) -> Iterator[str]:
    yield f"# HELP batchsync_night_{name} {help_text}"
    yield f"# TYPE batchsync_night_{name} gauge"
    for labels, value in values.items():
        yield (
            f"batchsync_night_{name}{labels} {value:g}"
            if value < 1e6
            else f"batchsync_night_{name}{labels} {value:.0f}"
        )

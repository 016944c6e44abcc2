"""A night's figures for Prometheus: a textfile that node_exporter's collector picks up, written whole."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from batchsync import fsutil
from batchsync.nightly.result import NightResult

_FIGURES = {
    "calls": "Calls of the last night.",
    "synced": "Orders that the last night synced.",
    "failed": "Calls of the last night that the API said no to.",
    "uncertain": "Calls of the last night that may have been charged.",
    "points": "Points that the last night spent.",
    "points_possible": "Points that the last night may have spent besides.",
}


def write_metrics(path: Path, ended: NightResult) -> None:
    """Write the textfile. Raises OSError."""
    fsutil.atomic_write(path, ("\n".join(_lines(ended)) + "\n").encode())


def _lines(ended: NightResult) -> Iterator[str]:
    summary = ended.summary
    yield from _gauge("exit_code", "Exit code of the last night.", {"": summary.exit_code})
    began, over = (datetime.fromisoformat(at).timestamp() for at in (summary.began_at, summary.ended_at))
    yield from _gauge("end_seconds", "When the last night ended, in seconds since 1970.", {"": over})
    yield from _gauge("duration_seconds", "How long the last night took.", {"": over - began})
    files = {f'{{where="{where}"}}': getattr(summary, where) for where in ("done", "attention", "waiting")}
    yield from _gauge("files", "Files of the last night, by where they went.", files)
    yield from _gauge("inbox_files", "Files that wait for the next night.", {"": ended.waits})
    for name, told in _FIGURES.items():
        yield from _gauge(name, told, {"": getattr(summary, name)})


def _gauge(name: str, told: str, values: dict[str, float]) -> Iterator[str]:
    yield f"# HELP batchsync_night_{name} {told}"
    yield f"# TYPE batchsync_night_{name} gauge"
    for labels, value in values.items():
        yield (
            f"batchsync_night_{name}{labels} {value:g}"
            if value < 1e6
            else f"batchsync_night_{name}{labels} {value:.0f}"
        )

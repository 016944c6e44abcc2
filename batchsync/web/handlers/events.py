"""Handlers that follow the files and the run under way: an event stream (SSE), and a single snapshot."""

import asyncio
from dataclasses import asdict, dataclass

import orjson
from aiohttp import web

from batchsync.messages import Lang, Message
from batchsync.messages import summary as summary_messages
from batchsync.model import Problem, Progress
from batchsync.web.context import CONTEXT
from batchsync.web.rendering import language
from batchsync.web.run_queue import FileJob, RunQueue
from batchsync.web.views import file_status

KINDS_SHOWN = 6

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """A file's version: a page that shows another version loads it again."""

    id: str
    version: int
    name: str
    phase: str
    css_class: str
    summary: str
    """Status and figures in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """How many orders have one kind of problem."""

    text: str
    count: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The figures of the run under way."""

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
    left_s: float | None
    paused: bool
    stopping: bool
    kinds: tuple[ProblemKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All files and the run under way at one moment."""

    files: tuple[FileState, ...]
    run: RunState | None


@routes.get("/api/snapshot")
async def get_snapshot(request: web.Request) -> web.StreamResponse:
    """Return one snapshot: for pages in the background, which must not keep a connection each."""
    body = orjson.dumps(asdict(snapshot(request.app[CONTEXT].queue, language(request))))
    return web.Response(body=body, content_type="application/json")


@routes.get("/api/events")
async def stream_events(request: web.Request) -> web.StreamResponse:
    """Send a snapshot after each change, until the page closes."""
    context, lang = request.app[CONTEXT], language(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    try:
        async for is_news in context.events.subscribe():
            if is_news:
                body = orjson.dumps(asdict(snapshot(context.queue, lang)))
                await response.write(b"data: " + body + b"\n\n")
            else:
                await response.write(b": heartbeat\n\n")
    except (ConnectionResetError, asyncio.CancelledError):
        pass  # the page was closed
    return response


def snapshot(queue: RunQueue, lang: Lang) -> Snapshot:
    """Return all files and the run under way as they are now."""
    files = tuple(
        FileState(
            id=file.record.id,
            version=file.version,
            name=file.record.name,
            phase=file.record.phase.value,
            css_class=status.css_class,
            summary=status.summary(lang),
        )
        for file in queue.files.values()
        for status in (file_status(file),)
    )
    return Snapshot(files=files, run=run_state(queue.running, lang) if queue.running else None)


def run_state(file: FileJob, lang: Lang) -> RunState | None:
    """Return the figures of a file that is being sent; None before there are any."""
    run = file.progress
    if run is None or run.progress is None:
        return None
    progress = run.progress
    return RunState(
        id=file.record.id,
        name=file.record.name,
        total=progress.total,
        done=progress.done,
        calls=progress.calls,
        synced=progress.synced,
        failed=progress.failed,
        uncertain=progress.uncertain,
        points=progress.points,
        committed=progress.committed,
        cap=run.cap,
        in_flight=progress.in_flight,
        rate=round(run.rate, 1),
        left_s=None if run.left_s is None else round(run.left_s),
        paused=progress.paused,
        stopping=run.is_stopping,
        kinds=tuple(_problem_kinds(progress, lang)),
    )


def _problem_kinds(progress: Progress, lang: Lang) -> list[ProblemKind]:
    most_frequent = sorted(progress.troubles.items(), key=lambda each: -each[1])[:KINDS_SHOWN]
    return [
        ProblemKind(text=_problem_text(problem, lang), count=count, state=problem.state.value)
        for problem, count in most_frequent
    ]


def _problem_text(problem: Problem, lang: Lang) -> str:
    kind = summary_messages.KINDS[problem.reason]
    if not problem.api_status or problem.api_status == "0":
        return kind.render(lang)
    return Message(summary_messages.WITH_CODE, {"kind": kind, "code": problem.api_status}).render(lang)

"""A night: takes what lies in the inbox, file by file, until there is no more or something says stop.

The order of acts is what makes it safe to kill: a file is moved before it is read, its run is noted before anything is
sent, where it goes is noted before it is filed. The next night begins with what the last one left on its desk.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.config import Config
from batchsync.errors import BatchsyncError, Interrupted, LedgerBusy, LedgerFull
from batchsync.ledger.lock_wait import wait_for_lock
from batchsync.messages import Message
from batchsync.messages import nightly as messages
from batchsync.model import Progress
from batchsync.nightly import preflight
from batchsync.nightly.archiver import Archiver
from batchsync.nightly.events import Event
from batchsync.nightly.file_runner import FileResult, FileRunner, bilingual
from batchsync.nightly.inbox import PendingFile, Scan, SkipReason, is_stable, scan
from batchsync.nightly.paths import nightly_paths
from batchsync.nightly.policy import ATTENTION, WAITING, FileDecision, NightStop, decide
from batchsync.nightly.result import NightResult, summarize, update_ledger_paths
from batchsync.nightly.state import BilingualText, NightState
from batchsync.nightly.window import Window, night_of
from batchsync.nightly.workspace import InboxJob, Workspace
from batchsync.reader import many_files

PATIENCE_S = 600.0
"""How long a night waits for a file that is still on its way in, after the others are done."""
TICK_S = 0.2
Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


class NightlyRun:
    """One night at one inbox."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock = SYSTEM_CLOCK,
        tell: Callable[[Event], None] = lambda _: None,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_bug: Callable[[Exception], Path | None] = lambda _: None,
        sleep: Sleep | None = None,
        free: preflight.Free = preflight.free_bytes,
    ) -> None:
        self.config = config
        self.places = nightly_paths(config.inbox)
        self._clock, self._tell, self._free = clock, tell, free
        self._sleep = sleep or self._nap
        self._window = Window.of(config.inbox.window)
        self._over = asyncio.Event()
        self._stopped: NightStop | None = None
        self._refused: BilingualText | None = None
        self._desk = Workspace(self.places)
        self._record = NightState(self.places.memory)
        self._filing = Archiver(config, self._desk, self._record, clock, tell)
        self._worker = FileRunner(config, self._desk, self.places, clock, on_progress, on_bug)
        self._left: dict[str, SkipReason] = {}
        self._committed = self._strikes = self._refused_code = 0

    # --- From outside ---------------------------------------------------------------------------------------

    def stop(self, why: NightStop = NightStop.INTERRUPTED) -> None:
        """Take and claim nothing more; calls under way are finished. The first reason stands."""
        self._stopped = self._stopped or why
        self._over.set()
        self._worker.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too: they become uncertain."""
        self.stop()
        self._worker.cancel()

    def is_open(self) -> bool:
        """Whether orders may be sent now."""
        return self._window is None or self._window.is_open(self._clock.now())

    def day(self) -> date:
        """Return the night that now belongs to."""
        return night_of(self._clock.now(), self._window)

    def opens_next(self) -> datetime:
        """Return when orders may be sent next."""
        now = self._clock.now()
        return now if self._window is None else self._window.opens_next(now)

    def waiting(self) -> int:
        """Return how many files lie in the inbox or on the desk."""
        return len(scan(self.places.inbox, self._own()).files) + len(self._desk.unfinished())

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Be the only night at this inbox, until its morning is over.

        Raises LedgerBusy, naming the other, or Interrupted, and touches nothing then.
        """
        who = f"nightly {self.day().isoformat()}"

        async def enter() -> contextlib.ExitStack:
            with contextlib.ExitStack() as stack:
                stack.enter_context(preflight.inbox_lock(self.places.memory, who, self._clock))
                return stack.pop_all()
            raise AssertionError

        with await self._patiently(enter):
            yield

    async def _patiently(self, enter: Callable[[], Awaitable[T]]) -> T:
        return await wait_for_lock(
            enter, self.config.ledger.wait, lambda: self._stopped is NightStop.INTERRUPTED
        )

    async def run(self) -> NightResult:
        """Work through the inbox once; to be called while `alone` is held.

        Raises LedgerBusy when another run doesn't end in time, Interrupted when it was stopped meanwhile; nothing was
        touched then.
        """
        day = self.day()
        await self._look_before(day)
        self._record.begin(day, self._clock.now())
        if self._record.cut_off:
            self._say("cut_off", Message(messages.CUT_OFF, {"night": self._record.night}))
        if self._stopped is None:
            self._filing.remember(self._record.day)
            self._committed = self._filing.points
            async with self._watching_the_clock():
                with many_files():
                    async for ticket in self._tickets():
                        await self._one(ticket)
        return self._end()

    # --- Before ---------------------------------------------------------------------------------------------

    async def _look_before(self, day: date) -> None:
        try:
            preflight.check_room(self.places.inbox, scan(self.places.inbox, self._own()), self._free)
            await self._patiently(
                partial(asyncio.to_thread, preflight.check_ledger, self.config, day, self._clock)
            )
        except (LedgerBusy, Interrupted):
            raise
        except BatchsyncError as error:
            self._refuse(error)

    def _refuse(self, error: BatchsyncError) -> None:
        """End the night with a sentence: nothing can be sent, and that is nobody's file's fault."""
        self._refused = bilingual(Message(error.text, error.facts))
        self._refused_code = error.exit_code
        why = NightStop.DISK if isinstance(error, LedgerFull) else NightStop.REFUSED
        self.stop(NightStop.BUSY if isinstance(error, LedgerBusy) else why)
        self._say("refused", Message(error.text, error.facts), is_fault=True)

    # --- Files ----------------------------------------------------------------------------------------------

    async def _tickets(self) -> AsyncIterator[InboxJob]:
        """Yield what is on the desk, then what has come to rest in the inbox, until nothing more comes."""
        for ticket in self._desk.unfinished():
            if self._stopped is None:
                yield ticket
        waited_s, pause_s = 0.0, self.config.inbox.settle
        seen = scan(self.places.inbox, self._own())
        while self._stopped is None and seen.files:
            await self._sleep(pause_s)
            now = scan(self.places.inbox, self._own())
            for waiting in is_stable(seen, now):
                ticket_or_none = self._take(waiting) if self._stopped is None else None
                if ticket_or_none is not None:
                    waited_s = 0.0
                    yield ticket_or_none
            waited_s += pause_s
            again = scan(self.places.inbox, self._own())
            moving = [path for path, each in again.files.items() if seen.files.get(path) != each]
            if not moving or waited_s >= PATIENCE_S:
                self._left |= {path.name: SkipReason.CHANGING for path in moving}
                break
            seen, pause_s = again, max(self.config.inbox.settle, TICK_S)

    def _take(self, waiting: PendingFile) -> InboxJob | None:
        if not self.is_open():
            self.stop(NightStop.WINDOW)
            return None
        try:
            ticket = self._desk.take(waiting, self._clock.now())
        except OSError as error:
            self._disk_failed(error)
            return None
        if ticket is None:
            self._left[waiting.path.name] = SkipReason.IN_USE
        return ticket

    async def _one(self, ticket: InboxJob) -> None:
        """Work on one file and file it. One that was decided on before a crash is only filed."""
        if ticket.moves:
            self._file(ticket, FileResult(ticket=ticket))
            return
        if not self.is_open():
            self.stop(NightStop.WINDOW)
            return
        try:
            preflight.check_room(self.places.inbox, Scan(files={}), self._free)
            ticket = self._desk.prepare(ticket)
        except OSError as error:
            self._disk_failed(error)
            return
        except LedgerFull as error:
            self._refuse(error)
            return
        self._say(
            "taken", Message(messages.TAKEN, {"file": ticket.shown}), sha256=ticket.sha256, bytes=ticket.size
        )
        worked = await self._worker.work(ticket, self._record.night, self._room())
        self._committed += worked.committed
        self._judge(worked)

    def _room(self) -> int | None:
        """Return the points that the night's cap still allows."""
        cap = self.config.spend.max_points_night
        return None if cap is None else max(0, cap - self._committed)

    def _judge(self, worked: FileResult) -> None:
        """Decide where a file goes, and whether the night goes on."""
        if worked.refused is not None:
            self._refuse(worked.refused)
            self._filing.keep(worked)
            return
        judged = FileDecision(where=ATTENTION)
        if worked.summary is not None:
            judged = decide(worked.summary, nights_cap=worked.nights_cap, strikes=self._strikes)
        self._strikes = judged.strikes
        if judged.stop is not None:
            self.stop(judged.stop)
        if judged.where == WAITING:
            self._filing.keep(worked)
        else:
            self._file(None, worked, judged.where)

    def _file(self, decided: InboxJob | None, worked: FileResult, where: str = "") -> None:
        try:
            self._filing.file(decided or self._filing.decide(worked, where), worked)
        except OSError as error:  # what was decided stands on the ticket: the next night files it
            self._disk_failed(error)

    # --- The end --------------------------------------------------------------------------------------------

    def _end(self) -> NightResult:
        seen = scan(self.places.inbox, self._own())
        ended = summarize(
            self._filing,
            now=self._clock.now(),
            stopped=self._stopped,
            refused=self._refused,
            refused_code=self._refused_code,
            left={**self._left, **seen.left},
            waits=len(seen.files) + self._filing.untouched(),
        )
        update_ledger_paths(self._filing, ended.files)
        return ended

    def close(self, ended: NightResult) -> None:
        """Put the night into the history, once its report stands. Killed before, it is reported once more."""
        self._record.end(ended.summary)

    # --- Small things ---------------------------------------------------------------------------------------

    def _own(self) -> list[Path]:
        return [self.places.done, self.places.attention, self.places.reports]

    def _disk_failed(self, error: OSError) -> None:
        facts = {"folder": self.places.inbox, "error": error.strerror or error}
        self._refuse(LedgerFull(messages.DISK_FAILED, **facts))

    def _say(self, name: str, said: Message, *, is_fault: bool = False, **facts: object) -> None:
        self._tell(Event(name=name, said=said, is_fault=is_fault, facts=facts))

    async def _nap(self, seconds: float) -> None:
        """Sleep, but wake when the night is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    @contextlib.asynccontextmanager
    async def _watching_the_clock(self) -> AsyncIterator[None]:
        """Stop when the window closes."""
        if self._window is None:
            yield
            return
        task = asyncio.create_task(self._stop_when_it_closes())
        try:
            yield
        finally:
            task.cancel()

    async def _stop_when_it_closes(self) -> None:
        while True:
            if not self.is_open():
                self.stop(NightStop.WINDOW)
                return
            await asyncio.sleep(TICK_S)

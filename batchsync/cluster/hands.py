"""The sending processes of this machine that a run starts beside its own, and sees off at its end.

They are workers of one run: the rate is shared, and the ledger alone decides who sends an order. One that dies takes
nothing with it but the answers to its calls under way.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence

from batchsync.cluster.hand import ABANDON, LEAVE, Errand
from batchsync.config import Config
from batchsync.messages import Message, Translation
from batchsync.messages import cluster as messages
from batchsync.reader.spawn import environment

LEAVES_WITHIN_S = 10.0
"""Seconds in which a process that has no call under way any more is gone, on a busy machine too."""
LOOK_S = 0.02


def shares_of(concurrency: int, processes: int) -> list[int]:
    """Return the most calls under way of each process: together `concurrency`, so there may be fewer processes."""
    senders = min(processes, concurrency)
    return [concurrency // senders + (nth < concurrency % senders) for nth in range(senders)]


def with_share(config: Config, concurrency: int) -> Config:
    """Return the settings of a process that may have so many calls under way."""
    return config.model_copy(update={"pace": config.pace.model_copy(update={"concurrency": concurrency})})


class Hands:
    """The processes that send one run beside this one."""

    def __init__(self, config: Config, *, say: Callable[[Message], None]) -> None:
        self._config, self._say = config, say
        self._started: list[subprocess.Popen[bytes]] = []
        self._abandoned = False

    @contextlib.asynccontextmanager
    async def at_work(self, run: str, shares: Sequence[int]) -> AsyncIterator[None]:
        """Let one process for each share send a run; at the end, wait until each is gone, or end it."""
        try:
            for concurrency in shares:
                self._start(Errand(run=run, config=with_share(self._config, concurrency)))
            yield
        finally:
            await self._see_off()

    def cancel(self) -> None:
        """Let them give up the calls under way."""
        self._abandoned = True
        for process in self._started:
            _tell(process, ABANDON)

    def _start(self, errand: Errand) -> None:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "batchsync.cluster.hand"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._say(Message(messages.HAND_LOST, {"why": error.strerror or error}))
            return
        self._started.append(process)
        _tell(process, errand.line())

    async def _see_off(self) -> None:
        for process in self._started:
            _tell(process, LEAVE)
        loop = asyncio.get_running_loop()
        began = loop.time()
        while any(process.poll() is None for process in self._started):
            if loop.time() - began > self._patience_s:
                break
            await asyncio.sleep(LOOK_S)
        for process in self._started:
            self._bury(process)
        self._started.clear()

    @property
    def _patience_s(self) -> float:
        """Seconds that a call under way may still take, if somebody waits for it."""
        api = self._config.api
        return LEAVES_WITHIN_S + (0.0 if self._abandoned else api.connect_timeout + api.answer_timeout)

    def _bury(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        said, _ = process.communicate()
        if process.returncode != 0 and not self._abandoned:
            self._say(Message(messages.HAND_LOST, {"why": _why(said, process.returncode)}))


def _tell(process: "subprocess.Popen[bytes]", what: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it has gone
        process.stdin.write(what)


def _why(said: bytes, code: int) -> Translation | Message:
    """Return what a process said at its end, word for word; else how it ended."""
    try:
        told = {lang: text.replace("{", "{{").replace("}", "}}") for lang, text in json.loads(said).items()}
        return Translation(**told)
    except (ValueError, AttributeError, TypeError):
        return Message(messages.HAND_KILLED, {"code": code})

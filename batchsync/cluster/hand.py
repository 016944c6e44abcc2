"""One more sending process, started by a run on its own machine: drains that run beside it, then leaves.

What it needs, the token too, comes through its standard input: never in its arguments, never on disk. The end of that
input is the end of whoever started it, even by kill -9: then it finishes the calls under way and leaves, too.
"""

import asyncio
import json
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from types import FrameType
from typing import Any, Self

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.cluster.drain import Drain
from batchsync.cluster.loops import loop_factory
from batchsync.config import Config
from batchsync.errors import BatchsyncError
from batchsync.ledger import open_postgres
from batchsync.messages import Lang

LEAVE, ABANDON = b"leave\n", b"abandon\n"
"""What a hand is told: finish the calls under way and go; give them up, too."""
KIND = "hand"
"""As the ledger names such a process."""
_SECTIONS = {"api", "pace", "retry", "spend", "stop", "ledger"}
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a hand is to do."""

    run: str
    config: Config
    """With the token, and the calls under way that this process alone may have."""

    def line(self) -> bytes:
        """Return it as one line, the token in it: for a pipe, and for nothing else."""
        token = self.config.token
        told = {
            "run": self.run,
            "config": self.config.model_dump(mode="json", include=_SECTIONS),
            "token": None if token is None else token.get_secret_value(),
        }
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Self:
        """Return what `line` says."""
        told = json.loads(line)
        return cls(run=told["run"], config=Config.model_validate(told["config"] | {"token": told["token"]}))


class Hand:
    """Drains one run."""

    def __init__(self, errand: Errand, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._errand, self._clock = errand, clock
        self._drain: Drain | None = None
        self._stopping = False

    async def work(self) -> None:
        """Send until nothing of the run is left, or until `stop`. Raises LedgerError when the ledger can't be used."""
        run, config = self._errand.run, self._errand.config
        assert config.ledger.url is not None
        assert config.token is not None
        if self._stopping:  # the run was over before we came
            return
        with open_postgres(config.ledger.url, clock=self._clock, wait_s=config.ledger.wait) as ledger:
            account = ledger.account(config.api.url, config.api.account)
            with ledger.joined(run, kind=KIND) as session:
                drain = Drain(config, ledger, session, account, token=config.token, clock=self._clock)
                self._drain = drain
                standing = await asyncio.to_thread(ledger.standing, run)
                if self._stopping or standing.stopping is not None:
                    return
                await drain.run(run)

    def stop(self) -> None:
        """Finish the calls under way and leave the rest to the others."""
        self._stopping = True
        if self._drain is not None:
            self._drain.stop()

    def cancel(self) -> None:
        """Give up the calls under way, too."""
        self.stop()
        if self._drain is not None:
            self._drain.cancel()

    def obey(self, loop: asyncio.AbstractEventLoop, told: FileIO) -> None:
        """Do what we are told from now on, in the loop: by whoever started us, its end, or a signal."""

        def tell(said: bytes = LEAVE) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self.cancel if said == ABANDON else self.stop)

        def hear() -> None:
            for said in told:
                tell(said)
            tell()

        def heard(_number: int, _frame: FrameType | None) -> None:
            tell()

        for name in _SIGNALS:  # to this process alone: a stop of all is told by whoever started us
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, heard)
        threading.Thread(target=hear, name="told", daemon=True).start()


def main() -> int:
    """Do the errand that stands in the first line of standard input; say in one line what kept us from it."""
    told = FileIO(0, closefd=False)
    line = told.readline()
    if not line:
        return 0
    errand = Errand.of(line)
    try:
        with asyncio.Runner(loop_factory=loop_factory(errand.config)) as runner:
            hand = Hand(errand)
            hand.obey(runner.get_loop(), told)
            runner.run(hand.work())
    except Exception as error:  # noqa: BLE001 (whoever started us tells it)
        sys.stdout.write(json.dumps(_why(error)))
        return FAILED
    return 0


def _why(error: Exception) -> dict[str, Any]:
    if isinstance(error, BatchsyncError):
        return {lang.value: error.render(lang) for lang in Lang}
    return {lang.value: f"{type(error).__name__}: {error}" for lang in Lang}


if __name__ == "__main__":
    sys.exit(main())

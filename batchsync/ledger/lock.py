"""One writer per ledger file: an OS lock, freed by the system when its holder dies, and a side file that names the holder.

The lock is per file, not per account: SQLite before 3.51.3 can lose a commit when two connections write and
checkpoint one WAL (the WAL-reset bug), and a second account's run is rare enough to wait.
"""

import contextlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from batchsync.clock import Clock
from batchsync.errors import LedgerBusy
from batchsync.messages import Translation
from batchsync.messages import ledger as messages

POLL_S = 0.05
_UNNAMED = (OSError, ValueError, KeyError, TypeError)


class WriterLock:
    """The lock of one ledger file."""

    def __init__(self, ledger: Path, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._holder = ledger.with_name(f"{ledger.name}.holder")
        self._lock = FileLock(
            str(ledger.with_name(f"{ledger.name}.lock")), thread_local=False, mode=0o600, poll_interval=POLL_S
        )

    @contextmanager
    def held(
        self,
        who: str,
        wait_s: float,
        *,
        busy: Translation = messages.BUSY,
        unknown: Translation = messages.BUSY_UNKNOWN,
    ) -> Iterator[None]:
        """Hold the lock. Raises LedgerBusy, naming the holder, when it isn't free within `wait_s`.

        `busy` and `unknown` are the sentences for a lock that guards something else than a ledger.
        """
        try:
            self._lock.acquire(timeout=wait_s)
        except Timeout:
            raise self._busy(busy, unknown) from None
        try:
            self.name(who)
            yield
        finally:
            with contextlib.suppress(OSError):
                self._holder.unlink()
            self._lock.release()

    def name(self, who: str) -> None:
        """Write down who holds the lock. On a full disk the lock holds without a name."""
        holder = {
            "run": who,
            "pid": os.getpid(),
            "host": platform.node(),
            "since": self._clock.now().isoformat(timespec="seconds"),
        }
        beside = self._holder.with_name(f"{self._holder.name}.new")
        with contextlib.suppress(OSError):
            handle = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                os.write(handle, orjson.dumps(holder))
            finally:
                os.close(handle)
            beside.replace(self._holder)

    def holder(self) -> str | None:
        """Return the name of the current holder of the lock; None when there is none.

        The name of a process that ended stays: only the lock itself shows whether it is still held.
        """
        try:
            named = str(self._named()["run"])
        except _UNNAMED:
            return None
        try:
            with self._lock.acquire(timeout=0):
                return None
        except Timeout:
            return named
        except OSError:
            return None

    def _named(self) -> Any:
        """Return what the holder wrote of itself. Raises one of _UNNAMED where nothing legible stands there."""
        return orjson.loads(self._holder.read_bytes())

    def _busy(self, busy: Translation, unknown: Translation) -> LedgerBusy:
        try:
            holder = self._named()
            since = datetime.fromisoformat(holder["since"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
            facts = {"run": holder["run"], "pid": holder["pid"], "host": holder["host"], "since": since}
        except _UNNAMED:
            return LedgerBusy(unknown, ledger=self._ledger)
        return LedgerBusy(busy, ledger=self._ledger, **facts)

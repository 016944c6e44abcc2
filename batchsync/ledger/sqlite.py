"""The SQLite ledger: one file on one machine.

Whatever writes holds the lock of the ledger's file: for a whole run through `lock`, for a moment by itself otherwise.
Whoever gets the lock first replays the outcome journal, then makes every order that is still `sending` uncertain: its
process is dead, since it doesn't hold the lock any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import IllegalMove, LedgerError
from batchsync.ledger import maintenance
from batchsync.ledger.database import Connect, Database, connect
from batchsync.ledger.group_commit import GroupCommit
from batchsync.ledger.ledger import Ledger
from batchsync.ledger.sqlite_file import FileStore


class SqliteLedger(Ledger):
    """The memory of every order ever sent, in one SQLite file."""

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        clock: Clock = SYSTEM_CLOCK,
        wait_s: float = 0.0,
        inline: bool = False,
        connect: Connect = connect,
    ) -> None:
        self._file = FileStore(path, read_only=read_only, clock=clock, connect=connect, wait_s=wait_s)
        self._inline = inline
        super().__init__(self._file, clock)
        self._file.prepare()

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._file.path

    @contextmanager
    def lock(self, account: int, run: str) -> Iterator[None]:
        """Hold the ledger for a run. Raises LedgerBusy, naming the holder, when it isn't free."""
        name, store = self._account_name(account), self._file
        with store.exclusive(f"{run} ({name})" if name != "default" else run, wait_s=0.0):
            store.check_space()
            committer = self._commits = GroupCommit(
                batches=store.batches,
                keep=store.journal.append,
                refuse=self._refusal,
                check_space=store.check_space,
                clock=self._clock,
                inline=self._inline,
            )
            try:
                yield
            finally:
                committer.close()
                self._commits = None
                self._replay_quietly()

    def is_active(self, run: str) -> bool:
        """Whether a run has not ended and is not dead: it holds the ledger's lock."""
        record = self.run(run)
        return record is not None and record.ended_at is None and self._file.holder() == run

    def free_space_low(self) -> bool:
        """Whether the disk has less room than a run may need."""
        return self._file.free_space_low()

    def _replay_quietly(self) -> None:
        try:
            self._file.replay()
        except Exception:  # noqa: BLE001 (the disk is still full: the journal keeps them for the next start)
            return

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, LedgerError | IllegalMove):
            return error
        return self._file.full(error)

    def backup(self, target: Path) -> None:
        """Copy the ledger to `target`, whole or not at all; a run may go on meanwhile."""
        self._refuse_missing()
        with self._file.translated():
            maintenance.backup(self.path, self._file.journal_path, target)

    def _refuse_company(self) -> None:
        """The file's lock does so by itself."""

    def _shrink(self, database: Database) -> None:
        maintenance.shrink(database, self.path.parent)

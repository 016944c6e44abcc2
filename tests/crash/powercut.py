"""Power cuts, simulated: SQLite writes through a file system of ours that forgets what was not synced.

Each write is held back until xSync. When the power is cut, every write since the last sync is lost, kept, or torn at a
sector, each by a throw of the dice; a file that was never synced may be gone altogether. The ledger over it is the
real one: same statements, same batches. A server of its own counts what it was asked to do.

The outcome journal lies on the same disk. In some lives the disk fills up before the power goes: then the database
takes no more, and the journal, whose blocks are its own already, must keep every outcome.

What must hold after each cut: the ledger is sound; an order that was sent is never `planned` again; an outcome that
was flushed is still there. And in the end: no order was sent twice, none is left.
"""

import asyncio
import errno
import itertools
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw

from batchsync.errors import LedgerFull
from batchsync.ledger import SqliteLedger, database, journal, statements
from batchsync.ledger.database import DiskRefused, is_disk_error
from batchsync.ledger.group_commit import GroupCommit
from batchsync.ledger.sqlite_file import FileStore
from batchsync.messages.render import Lang
from batchsync.model import CallVerdict, Plan, Reason, Response, SheetFound, State
from tests.virtual import VirtualClock, run_virtual

SECTOR = 512
JOURNAL = ".outcomes"
ORDERS = 40
WORKERS = 4
BUGS = (
    "synchronous_normal",
    "told_before_durable",
    "sending_back_to_planned",
    "journal_not_synced",
    "journal_emptied_too_soon",
)
_NAMES = itertools.count(1)


@dataclass
class Figures:
    """What a campaign did and found."""

    cuts: int = 0
    ledgers: int = 0
    sent: int = 0
    uncertain: int = 0
    full: int = 0
    """Lives in which the disk filled up."""
    journaled: int = 0
    """Outcomes that went to the journal."""
    faults: list[str] = field(default_factory=list)


class PowerCut(Exception):
    """The lights are out: nothing more reaches the disk."""


# --- The disk -----------------------------------------------------------------------------------------------


@dataclass
class Write:
    at: int
    data: bytes
    """Empty: cut the file to `at`."""


class Disk:
    """Files as programs see them, and as they will be found after a power cut."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.now: dict[str, bytearray] = {}
        self.safe: dict[str, bytearray] = {}
        self.waiting: dict[str, list[Write]] = {}
        self.unlinked: dict[str, bytearray] = {}
        """Deleted, but their folder was not synced since: they may be there again."""
        self.acts_left: int | None = None
        self.full_after: int | None = None
        """So many more acts until no file may grow or change but the journal."""
        self.reader_leaves = False

    @property
    def dark(self) -> bool:
        return self.acts_left is not None and self.acts_left <= 0

    @property
    def full(self) -> bool:
        return self.full_after is not None and self.full_after <= 0

    def act(self) -> None:
        """Count an act that changes the disk; the power may fail right before it."""
        if self.acts_left is not None:
            if self.acts_left <= 0:
                raise PowerCut
            self.acts_left -= 1
        if self.full_after is not None:
            self.full_after -= 1

    def write(self, name: str, data: bytes, at: int) -> None:
        self.act()
        if self.full and not name.endswith(JOURNAL):
            raise apsw.FullError("no space")
        _lay(self.now[name], Write(at, data))
        self.waiting.setdefault(name, []).append(Write(at, data))

    def truncate(self, name: str, size: int) -> None:
        self.act()
        _lay(self.now[name], Write(size, b""))
        self.waiting.setdefault(name, []).append(Write(size, b""))

    def sync(self, name: str) -> None:
        self.act()
        self.safe[name] = bytearray(self.now[name])
        self.waiting.pop(name, None)
        self.unlinked.pop(name, None)

    def sync_folder(self) -> None:
        self.act()
        self.unlinked = {}

    def delete(self, name: str, *, synced: bool) -> None:
        self.act()
        was_safe = self.safe.pop(name, None)
        if was_safe is not None and not synced:
            self.unlinked[name] = was_safe
        self.now.pop(name, None)
        self.waiting.pop(name, None)

    def come_back(self) -> None:
        """Find what survived."""
        for name, was_safe in self.unlinked.items():
            if name not in self.waiting and self.dice.random() < 0.5:
                self.safe[name] = was_safe
        self.unlinked = {}
        for name, writes in self.waiting.items():
            if name in self.safe or self.dice.random() < 0.5:
                survived = self.safe.setdefault(name, bytearray())
                for write in writes:
                    for piece in self._pieces(write):
                        _lay(survived, piece)
        self.now = {name: bytearray(data) for name, data in self.safe.items()}
        self.waiting = {}
        self.acts_left = self.full_after = None

    def _pieces(self, write: Write) -> list[Write]:
        fate = self.dice.random()
        if fate < 0.5:
            return []
        if fate < 0.8 or len(write.data) <= SECTOR:
            return [write]
        cut = self.dice.randrange(0, len(write.data), SECTOR)
        return [Write(write.at, write.data[:cut])] if cut else []


def _lay(data: bytearray, write: Write) -> None:
    if not write.data:
        del data[write.at :]
        return
    if len(data) < write.at:
        data.extend(bytes(write.at - len(data)))
    data[write.at : write.at + len(write.data)] = write.data


class DiskFile:
    """An open file; apsw calls these by name."""

    def __init__(self, disk: Disk, name: str, *, syncs_folder: bool) -> None:
        self._disk, self._name, self._syncs_folder = disk, name, syncs_folder

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._disk.now[self._name][offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.write(self._name, bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.truncate(self._name, size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.sync(self._name)
        if self._syncs_folder:
            self._disk.sync_folder()
            self._syncs_folder = False

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._disk.now[self._name])

    def xLock(self, level: int) -> None:  # noqa: N802
        if (
            self._disk.reader_leaves
        ):  # else it would think itself the last, and take the WAL away from the writer
            raise apsw.BusyError

    def xUnlock(self, level: int) -> None:  # noqa: N802
        return

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return int(apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)

    def xClose(self) -> None:  # noqa: N802
        return


class DiskSystem(apsw.VFS):
    """SQLite's view of a Disk."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.vfs_name = f"powercut-{next(_NAMES)}"
        self._scratch = itertools.count(1)
        super().__init__(self.vfs_name, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        flags[1] = flags[0]
        path = f"scratch-{next(self._scratch)}" if name is None else _path(name)
        is_new = path not in self.disk.now
        if is_new:
            self.disk.now[path] = bytearray()
        # As SQLite's own file systems do: a new journal's first sync makes its name safe, too.
        is_journal = bool(flags[0] & (apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL))
        return DiskFile(self.disk, path, syncs_folder=is_new and is_journal)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        self.disk.delete(name, synced=syncdir)

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self.disk.now

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


def _path(name: Any) -> str:
    return str(name.filename()) if isinstance(name, apsw.URIFilename) else str(name)


class DiskOs:
    """What the journal takes for the module `os`: its files lie on the same disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._open: dict[int, list[Any]] = {}
        """Descriptor -> name and place."""
        self._descriptors = itertools.count(1_000)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)  # the flags

    def open(self, path: Path, flags: int, _mode: int = 0) -> int:
        name = str(path)
        if name not in self._disk.now:
            if not flags & os.O_CREAT:
                raise FileNotFoundError(errno.ENOENT, "no such file")
            self._disk.now[name] = bytearray()
        descriptor = next(self._descriptors)
        self._open[descriptor] = [name, 0]
        return descriptor

    def close(self, descriptor: int) -> None:
        del self._open[descriptor]

    def fstat(self, descriptor: int) -> os.stat_result:
        size = len(self._disk.now[self._open[descriptor][0]])
        return os.stat_result((0, 0, 0, 0, 0, 0, size, 0, 0, 0))

    def lseek(self, descriptor: int, at: int, _whence: int) -> None:
        self._open[descriptor][1] = at

    def read(self, descriptor: int, length: int) -> bytes:
        name, at = self._open[descriptor]
        return bytes(self._disk.now[name][at : at + length])

    def write(self, descriptor: int, data: bytes) -> int:
        name, at = self._open[descriptor]
        with _broken_disk():
            self._disk.write(name, bytes(data), at)
        self._open[descriptor][1] += len(data)
        return len(data)

    def posix_fallocate(self, _descriptor: int, _at: int, _size: int) -> None:
        return

    def fsync(self, descriptor: int) -> None:
        with _broken_disk():
            self._disk.sync(self._open[descriptor][0])

    fdatasync = fsync


@contextmanager
def _broken_disk() -> Iterator[None]:
    try:
        yield
    except PowerCut as error:
        raise OSError(errno.EIO, "power cut") from error


# --- The ledger's connection, over apsw ---------------------------------------------------------------------


class ApswDatabase:
    """The ledger's Database, over apsw. Nothing but the connection differs from the real one."""

    def __init__(self, path: Path, system: "DiskSystem", *, read_only: bool) -> None:
        rights = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        flags = apsw.SQLITE_OPEN_READONLY if read_only else rights
        self._connection = apsw.Connection(str(path), flags=flags, vfs=system.vfs_name)
        self._disk, self._read_only = system.disk, read_only
        # The wal-index in memory: a file system of ours has no shared memory.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._before = 0

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with _translated():
            self._before = self._connection.total_changes()
            return self._connection.execute(sql, tuple(parameters))

    @property
    def sql(self) -> Mapping[str, str]:
        return statements.queries()

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        return self.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with _translated():
            self._before = self._connection.total_changes()
            self._connection.executemany(sql, [tuple(row) for row in rows])

    def changes(self) -> int:
        return self._connection.total_changes() - self._before

    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    def close(self) -> None:
        self._disk.reader_leaves = self._read_only
        with suppress(apsw.Error, PowerCut):
            self._connection.close()
        self._disk.reader_leaves = False


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PowerCut as error:
        raise DiskRefused("power cut") from error
    except apsw.Error as error:
        if is_disk_error(getattr(error, "result", 0)):
            raise DiskRefused(str(error)) from error
        raise


# --- The campaign -------------------------------------------------------------------------------------------


class Server:
    """Counts what it was asked to do."""

    def __init__(self) -> None:
        self.asked: Counter[int] = Counter()
        self.durable: dict[int, State] = {}
        """Outcomes that the ledger has reported are safe."""


class Life:
    """One ledger from its plan to its end, through as many power cuts as it takes."""

    def __init__(self, folder: Path, dice: random.Random, figures: Figures) -> None:
        self.path = folder / "ledger.db"
        self.dice = dice
        self.figures = figures
        self.disk = Disk(dice)
        self.system = DiskSystem(self.disk)
        self.server = Server()
        self.run: str | None = None
        self.orders: list[int] = []

    def connect(self, path: Path, *, read_only: bool) -> ApswDatabase:
        if not read_only:
            self.disk.now.setdefault(str(path), bytearray())
            path.write_bytes(b"x")
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        return ApswDatabase(path, self.system, read_only=read_only)

    def ledger(self, clock: VirtualClock) -> SqliteLedger:
        return SqliteLedger(self.path, clock=clock, inline=True, connect=self.connect)

    def live(self, cuts: int) -> None:
        """Go on until all is sent, or `cuts` cuts were made."""
        done = False
        with (
            patch.object(journal, "os", DiskOs(self.disk)),
            patch.object(journal, "sync_folder", self._sync_folder),
        ):
            while not done and self.figures.cuts < cuts and not self.figures.faults:
                done = run_virtual(self._until_cut)
        if done:
            self._expect_once()

    def _sync_folder(self, _path: Path) -> None:
        with _broken_disk():
            self.disk.sync_folder()

    async def _until_cut(self, clock: VirtualClock) -> bool:
        if self.figures.faults:
            return True
        self.disk.acts_left = self.dice.randrange(1, 60 if self.run else 120)
        if self.run and self.dice.random() < 0.3:
            self.disk.full_after = self.dice.randrange(1, 40)
        self._mirror()
        try:
            with self.ledger(clock) as ledger, ledger.lock(1, "run"):
                self.check(ledger)
                done = not self.figures.faults and await self._work(ledger)
            if not self.disk.full:
                return done
        except Exception:
            if not self.disk.dark and not self.disk.full:
                raise
        self.figures.cuts += 1
        self.figures.full += self.disk.full
        self.disk.come_back()
        self._mirror()
        return False

    def _mirror(self) -> None:
        """Show the package, which asks the real file system, which files there are."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            if self.disk.now.get(str(path)):
                path.write_bytes(b"x")
            else:
                path.unlink(missing_ok=True)

    async def _work(self, ledger: SqliteLedger) -> bool:
        if self.run is None:
            account = ledger.account("http://api.example/pay", "default")
            run = ledger.new_run(account, "/in/orders.xlsx", "00", "orders", "en")
            self.orders = list(ledger.save_plan(run, plan(ORDERS)))
            self.run = run
        states = self.states(ledger)
        to_send = iter([order for order in self.orders if states[order] is State.PLANNED])
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._worker(ledger, to_send))
        await ledger.flush()
        return not self.disk.full

    async def _worker(self, ledger: SqliteLedger, to_send: Iterator[int]) -> None:
        assert self.run is not None
        for order in to_send:
            try:
                attempt = await ledger.claim(order, self.run)
            except LedgerFull:
                return
            self.server.asked[order] += 1
            self.figures.sent += 1
            await asyncio.sleep(self.dice.random() / 10)
            state = self.dice.choice((State.SYNCED, State.SETTLED_FAILED, State.REFUSED, State.UNCERTAIN))
            verdict = CallVerdict(state, Reason.SYNCED, points=1, api_status="0")
            ledger.record_outcome(attempt, verdict, Response(200, b"{}", None, 0.1))
            if self.dice.random() < 0.5:
                with suppress(LedgerFull):  # then it is in the journal
                    await ledger.flush()
                if not self.disk.dark:
                    self.server.durable[order] = state
                    self.figures.journaled += ledger.failed is not None

    def states(self, ledger: SqliteLedger) -> dict[int, State]:
        assert self.run is not None
        found = [entry.state for entry in ledger.results(self.run)]
        return {order: state for order, state in zip(self.orders, found, strict=True) if state}

    def check(self, ledger: SqliteLedger) -> None:
        """Hold what was found after a cut against what the server saw."""
        for fault in ledger.verify():
            self.figures.faults.append(f"cut {self.figures.cuts}: {fault.render(Lang.EN)}")
        if self.run is None:
            return
        if ledger.run(self.run) is None:
            self.figures.faults.append(f"cut {self.figures.cuts}: the run is forgotten")
            return
        states = self.states(ledger)
        self.figures.uncertain += sum(state is State.UNCERTAIN for state in states.values())
        for order in self.server.asked:
            if states.get(order, State.PLANNED) is State.PLANNED:
                self.figures.faults.append(f"cut {self.figures.cuts}: order {order} was sent, and is planned")
        for order, state in self.server.durable.items():
            if states.get(order) is not state:
                self.figures.faults.append(
                    f"cut {self.figures.cuts}: order {order} was {state}, is {states.get(order)}"
                )

    def _expect_once(self) -> None:
        for order in self.orders:
            if self.server.asked[order] > 1:
                self.figures.faults.append(f"order {order} was sent {self.server.asked[order]} times")


def plan(orders: int) -> Plan:
    made = Plan(sheets=[SheetFound(sheet="S", index=0, header_line=1, headers=("order",), order_column=0)])
    for place in range(orders):
        made.sheet_of.append(0)
        made.lines.append(place + 2)
        made.owners.append("owner")
        made.numbers.append(f"231120-{place:015d}")
        made.verdicts.append(0)
    return made


def campaign(cuts: int, seed: int, bug: str | None = None) -> Figures:
    """Cut the power `cuts` times, one ledger after the other, and report what was found. Stops at the first fault."""
    dice = random.Random(seed)
    figures = Figures()
    folder = Path(tempfile.mkdtemp(prefix="powercut-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        # A cut in the middle of SQLite's own clean-up leaves exceptions that nobody can catch.
        with (
            planted(bug),
            patch.object(journal, "SIZE", 65_536),
            patch.object(sys, "unraisablehook", print_nothing),
        ):
            while figures.cuts < cuts and not figures.faults:
                home = folder / str(figures.ledgers)
                home.mkdir()
                Life(home, dice, figures).live(cuts)
                figures.ledgers += 1
                shutil.rmtree(home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def print_nothing(_: object) -> None:
    return


# --- Planted bugs -------------------------------------------------------------------------------------------


@contextmanager
def planted(bug: str | None) -> Iterator[None]:
    """Put a known bug into the ledger, to see that the campaign catches it."""
    if bug is None:
        yield
    elif bug == "synchronous_normal":
        with patch.object(database, "SYNCHRONOUS", "NORMAL"):
            yield
    elif bug == "told_before_durable":
        with patch.object(GroupCommit, "_turn", _turn_without_waiting):
            yield
    elif bug == "sending_back_to_planned":
        sql = dict(statements.queries())
        sql["give_up_orders"] = "UPDATE orders SET state = 1, cause = 3 WHERE state = 2 AND ?1"
        with (
            patch.object(statements, "queries", lambda: sql),
            patch("batchsync.ledger.sqlite_file.queries", lambda: sql),
        ):
            yield
    elif bug == "journal_not_synced":
        with patch.object(DiskOs, "fdatasync", lambda _self, _descriptor: None):
            yield
    elif bug == "journal_emptied_too_soon":
        with patch.object(FileStore, "replay", _empty_then_replay):
            yield
    else:
        raise ValueError(bug)


def _empty_then_replay(self: FileStore) -> None:
    """Forget the journal's outcomes before the database has them safe."""
    outcomes = list(self.journal.outcomes())
    if outcomes:
        self.journal.clear()
        self.batches.apply([], outcomes, self.now())
        self.batches.commit()


def _turn_without_waiting(self: GroupCommit) -> None:
    """Answer the claims of a batch, then commit: the request leaves before its mark is safe."""
    if self._under_way is None and not self._is_waiting:
        return
    if self._under_way is None:
        self._woken = False
        batch = self._under_way = self._gather()
        self._applied = None if self._is_broken else self._apply(batch)  # type: ignore[attr-defined]
        for item, attempt in zip(batch.claims, self._applied.attempts if self._applied else (), strict=False):  # type: ignore[attr-defined]
            self._resolve(item.future, attempt)
        asyncio.get_running_loop().call_soon(lambda: asyncio.get_running_loop().call_soon(self._turn))
        return
    batch, self._under_way = self._under_way, None
    written = self._commit(self._applied) if self._applied else None  # type: ignore[attr-defined]
    if written is not None and written.error is not None:
        self.failed, self._is_broken = written.error, True
    for future in batch.flushes:
        self._resolve(future, 0)
    self._turn()

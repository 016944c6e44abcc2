"""The SQLite ledger: the one place where "at most once" is decided.

Who calls what: the synchronous methods are called from one thread at a time, before and after the event loop's work;
`claim`, `settle` and `flush` from the loop. Whatever writes holds the lock of the ledger's file: for a whole run
through `lock`, for a moment by itself otherwise. Whoever gets the lock first replays the outcome journal, then makes
every order that is still `sending` uncertain: its process is dead, since it doesn't hold the lock any more.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import IllegalMove, LedgerError
from batchsync.ledger import enrolment, records, spending, upkeep
from batchsync.ledger import history as histories
from batchsync.ledger.committer import Committer
from batchsync.ledger.database import Connect, Database, connect, transaction
from batchsync.ledger.history import OrderHistory, OrderRecord, Resolved
from batchsync.ledger.location import normal_endpoint, path_of
from batchsync.ledger.reading import moment, results
from batchsync.ledger.spending import Charge, Spending
from batchsync.ledger.statements import queries
from batchsync.ledger.store import Store
from batchsync.ledger.upkeep import LedgerSize, Pruned
from batchsync.model import (
    Cause,
    Decision,
    EntryResult,
    NoReply,
    Plan,
    Reply,
    RunRecord,
    RunSummary,
    SheetFound,
    Verdict,
)
from batchsync.words import ledger as words
from batchsync.words.text import Said

if TYPE_CHECKING:
    from array import array


class SqliteLedger:
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
        self._clock = clock
        self._store = Store(path, read_only=read_only, clock=clock, connect=connect, wait_s=wait_s)
        self._inline = inline
        self._committer: Committer | None = None
        self._runs: dict[str, int] = {}
        self._store.prepare()

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._store.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give all files back."""
        self._store.close()

    # --- Accounts and the lock ------------------------------------------------------------------------------

    def find_account(self, endpoint: str, name: str) -> int | None:
        """Return the account's id, or None when nothing was ever booked for it."""
        if self._store.is_empty():
            return None
        row = self._first("find_account", normal_endpoint(endpoint), name)
        return None if row is None else int(row[0])  # type: ignore[call-overload]

    def account(self, endpoint: str, name: str) -> int:
        """Return the account's id; a new one is booked."""
        found = self.find_account(endpoint, name)
        if found is not None:
            return found
        with self._writing("new account") as database:
            database.execute(queries()["add_account"], (normal_endpoint(endpoint), name))
        made = self.find_account(endpoint, name)
        assert made is not None
        return made

    @contextmanager
    def lock(self, account: int, run: str, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the ledger for a run. Raises LedgerBusy, naming the holder, when it isn't free within `wait_s`."""
        name = self._account_name(account)
        with self._store.exclusive(f"{run} ({name})" if name != "default" else run, wait_s):
            self._store.check_space()
            store = self._store
            self._committer = Committer(
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
                self._committer.close()
                self._committer = None
                self._replay_quietly()

    def _account_name(self, account: int) -> str:
        row = self._first("account_name", account)
        return "" if row is None else str(row[0])

    def _replay_quietly(self) -> None:
        try:
            self._store.replay()
        except Exception:  # noqa: BLE001 (the disk is still full: the journal keeps them for the next start)
            return

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, LedgerError | IllegalMove):
            return error
        return self._store.full(error)

    # --- Plans ----------------------------------------------------------------------------------------------

    def known(
        self,
        account: int,
        owners: Sequence[str],
        numbers: Sequence[str],
        *,
        resync_before: datetime | None = None,
    ) -> bytes:
        """Return a state's code (model.STATES) for each order, 0 for those never heard of.

        Orders synced before `resync_before` count as never heard of.
        """
        if self._store.is_empty():
            return bytes(len(numbers))
        before = 0 if resync_before is None else int(resync_before.timestamp() * 1_000_000)
        with self._store.translated():
            return enrolment.known(self._store.reader(), account, owners, numbers, before)

    def new_run(self, account: int, file: str, sha256: str, stem: str, lang: str) -> str:
        """Write down that a run begins, and return its id, e.g. `20261123-0212-orders`."""
        now = self._clock.now()
        with self._writing(stem) as database:
            name = records.free_run_name(database, now, stem)
            started = int(now.timestamp() * 1_000_000)
            database.execute(queries()["add_run"], (name, account, file, sha256, lang, started))
        self._store.name_holder(name)
        return name

    def enroll(
        self, run: str, plan: Plan, *, allow: frozenset[Cause] = frozenset({Cause.NEW_RUN})
    ) -> "array[int]":
        """Write the plan down and return the order's id for each entry to send, 0 for every other entry.

        Orders known from before move by the causes in `allow`, or as `plan.decisions` say. Raises IllegalMove, and
        then nothing is kept, when the plan would send an order that may not go.
        """
        run_id, account = self._run_ids(run)
        self._settle_down()
        with self._store.translated(), self._store.exclusive(run) as database:
            return enrolment.Enrolment(
                database, run=run_id, account=account, plan=plan, allow=allow, now=self._store.now()
            ).write()

    # --- The loop's side ------------------------------------------------------------------------------------

    @property
    def failed(self) -> BaseException | None:
        """Why nothing more can be claimed, or None."""
        return None if self._committer is None else self._committer.failed

    async def claim(self, order_id: int, run: str) -> int:
        """Return the attempt's id, once that this order is being sent is durable.

        Raises IllegalMove when the order isn't planned, LedgerFull when the disk takes no more.
        """
        committer = self._committer
        if committer is None:
            raise IllegalMove("claimed without the lock")
        return await committer.claim(order_id, self._runs.get(run) or self._run_ids(run)[0])

    def settle(self, attempt: int, verdict: Verdict, heard: Reply | NoReply) -> None:
        """Hand over what came of an attempt; it is durable after the next `flush`, usually much sooner."""
        if self._committer is None:
            raise IllegalMove("settled without the lock")
        self._committer.settle(attempt, verdict, heard)

    async def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises LedgerFull when the database took no more."""
        if self._committer is not None:
            await self._committer.flush()

    def free_space_low(self) -> bool:
        """Whether the disk has less room than a run may need."""
        return self._store.free_space_low()

    # --- Runs -----------------------------------------------------------------------------------------------

    def end_run(self, run: str, *, stopped: str | None, result: str | None, summary: RunSummary) -> None:
        """Write down how a run ended."""
        packed = records.pack_summary(summary)
        with self._writing(run) as database:
            database.execute(queries()["end_run"], (run, self._store.now(), stopped, result, packed))

    def set_result(self, run: str, path: str) -> None:
        """Write down where the run's result stands now."""
        with self._writing(run) as database:
            database.execute(queries()["set_result"], (run, path))

    def drop_run(self, run: str) -> None:
        """Forget a run that sent nothing. Raises IllegalMove when it has calls."""
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            sql = queries()
            ((called,),) = database.execute(sql["run_has_attempts"], (run_id,))
            if called:
                raise IllegalMove(f"run {run} has sent something")
            for statement in ("drop_facts", "drop_entries", "drop_sheets", "drop_run"):
                database.execute(sql[statement], (run_id,))
        self._runs.pop(run, None)

    def runs(self, limit: int = -1) -> list[RunRecord]:
        """Return the last runs, the newest first."""
        if self._store.is_empty():
            return []
        with self._store.translated():
            return list(records.all_runs(self._store.reader(), limit))

    def run(self, run: str) -> RunRecord | None:
        """Return what is known of a run."""
        row = None if self._store.is_empty() else self._first("run", run)
        return None if row is None else records.record(row)

    def sheets(self, run: str) -> list[SheetFound]:
        """Return the sheets of a run's plan."""
        with self._store.translated():
            return [
                records.sheet(row[0]) for row in self._store.reader().execute(queries()["sheets"], (run,))
            ]

    def results(self, run: str) -> Iterator[EntryResult]:
        """Yield what became of each entry of the run's plan, in its order, as of now."""
        run_id, _ = self._run_ids(run)
        self._refuse_pruned(run)
        with self._store.translated():
            database = self._store.fresh_reader()
            try:
                yield from results(database, run_id, self._store.waiting_outcomes())
            finally:
                database.close()

    def any_in_doubt(self) -> bool:
        """Whether any order at all is uncertain, or being sent; so that a result need not look for one first."""
        if self._store.is_empty():
            return False
        with self._store.translated():
            ((found,),) = self._store.reader().execute(queries()["any_in_doubt"])
        return bool(found)

    def _refuse_pruned(self, run: str) -> None:
        row = self._first("pruned_at", run)
        at = None if row is None else moment(row[0])  # type: ignore[arg-type]
        if at is not None:
            raise LedgerError(words.PRUNED, run=run, at=at.astimezone().strftime("%Y-%m-%d"))

    def _run_ids(self, run: str) -> tuple[int, int]:
        row = None if self._store.is_empty() else self._first("run_id", run)
        if row is None:
            raise LedgerError(words.NO_RUN, run=run, ledger=self.path)
        self._runs[run] = int(row[0])  # type: ignore[call-overload]
        return self._runs[run], int(row[1])  # type: ignore[call-overload]

    # --- Orders ---------------------------------------------------------------------------------------------

    def orders_of(self, number: str) -> list[OrderRecord]:
        """Return every order with this number: of any account and merchant."""
        if self._store.is_empty():
            return []
        with self._store.translated():
            return list(histories.orders_of(self._store.reader(), number))

    def history(self, number: str) -> list[OrderHistory]:
        """Return all that ever happened to the orders with this number."""
        if self._store.is_empty():
            return []
        with self._store.translated():
            return histories.history(self._store.reader(), number)

    def resolve(
        self, account: int, decision: Decision, *, orders: Sequence[int] = (), run: str | None = None
    ) -> list[Resolved]:
        """Settle uncertain orders as a person decided: those given, or all of a run. Return what moved.

        An order that isn't uncertain, or of another account, is left alone.
        """
        with self._writing("resolve") as database:
            ids = list(orders) if run is None else self._uncertain_of(database, run, account)
            moved = []
            for order in ids:
                row = next(iter(database.execute(queries()["order_by_id"], (order,))), None)
                if row is None or row[3] != enrolment.UNCERTAIN or row[4] != account:
                    continue
                state = enrolment.move(database, order, decision, run=None, now=self._store.now())
                moved.append(Resolved(order=order, owner_id=row[1], number=row[2], state=state))
            return moved

    def _uncertain_of(self, database: Database, run: str, account: int) -> list[int]:
        run_id, _ = self._run_ids(run)
        return [row[0] for row in database.execute(queries()["uncertain_of_run"], (run_id, account))]

    def highest_price(self, account: int) -> int:
        """Return the most points that one call of this account ever cost; 0 when unknown."""
        row = None if self._store.is_empty() else self._first("highest_price", account)
        return 0 if row is None else int(row[0])  # type: ignore[call-overload]

    # --- Money ----------------------------------------------------------------------------------------------

    def spending(
        self, account: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Spending]:
        """Return what was spent, by day, run and merchant; of pruned runs what their orders still know."""
        if self._store.is_empty():
            return []
        with self._store.translated():
            return list(spending.spending(self._store.reader(), account, since, until))

    def charges(
        self, account: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Charge]:
        """Yield every call that reached the vendor, or may have."""
        if not self._store.is_empty():
            with self._store.translated():
                yield from spending.charges(self._store.reader(), account, since, until)

    # --- Upkeep ---------------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """Copy the ledger to `target`, whole or not at all; a run may go on meanwhile."""
        self._refuse_missing()
        with self._store.translated():
            upkeep.backup(self.path, self._store.journal_path, target)

    def verify(self) -> list[Said]:
        """Return what doesn't fit together in the ledger: nothing, when all is well."""
        self._refuse_missing()
        with self._store.translated():
            return upkeep.verify(self._store.reader())

    def prune(self, days: int) -> Pruned:
        """Let the attempts of runs that began more than `days` days ago go; orders are always kept."""
        before = self._store.now() - days * 86_400_000_000
        with self._store.translated(), self._store.exclusive("prune") as database:
            pruned = upkeep.prune(database, before, self._store.now())
            upkeep.shrink(database, self.path.parent)
        return pruned

    def size(self) -> LedgerSize:
        """Return how large the ledger is."""
        self._refuse_missing()
        with self._store.translated():
            return upkeep.size(self._store.reader())

    def _refuse_missing(self) -> None:
        if self._store.is_empty():
            raise LedgerError(words.MISSING, ledger=self.path)

    # --- Inside ---------------------------------------------------------------------------------------------

    def _first(self, query: str, *parameters: object) -> tuple[object, ...] | None:
        with self._store.translated():
            return next(iter(self._store.reader().execute(queries()[query], parameters)), None)

    def _settle_down(self) -> None:
        """See that no batch is under way on the connection."""
        if self._committer is not None:
            self._committer.drain()

    @contextmanager
    def _writing(self, who: str) -> Iterator[Database]:
        self._settle_down()
        with self._store.translated(), self._store.exclusive(who) as database, transaction(database):
            yield database


def open_ledger(
    url: str | Path | None,
    *,
    read_only: bool = False,
    clock: Clock = SYSTEM_CLOCK,
    wait_s: float = 0.0,
    inline: bool = False,
) -> SqliteLedger:
    """Open the ledger that `url` names; None is the one in the user's data folder.

    `wait_s`: how long a single write waits for a run to end. `inline`: no writer thread, for simulations.
    """
    return SqliteLedger(
        path_of(None if url is None else str(url)),
        read_only=read_only,
        clock=clock,
        wait_s=wait_s,
        inline=inline,
    )


__all__ = ["SqliteLedger", "open_ledger"]

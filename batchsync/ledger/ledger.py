"""A ledger over either database: the one place that decides "at most once".

Who calls what: the synchronous methods are called from one thread at a time, before and after the event loop's work;
`claim`, `settle` and `flush` from the loop, while `lock` is held. Its Store reads and writes the database; while it
is locked, its Commits make claims and outcomes durable.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from batchsync.clock import Clock
from batchsync.errors import IllegalMove, LedgerError
from batchsync.ledger import copying, maintenance, plan_writer, records, spending
from batchsync.ledger import history as histories
from batchsync.ledger.batches import AttemptOutcome
from batchsync.ledger.copying import Copied
from batchsync.ledger.database import Database, transaction
from batchsync.ledger.history import OrderHistory, OrderRecord, Resolved
from batchsync.ledger.location import normal_endpoint
from batchsync.ledger.maintenance import LedgerSize, Pruned
from batchsync.ledger.records import RunPaths
from batchsync.ledger.run_results import results, to_datetime
from batchsync.ledger.spending import Charge, Spending
from batchsync.messages import ledger as messages
from batchsync.messages.render import Message
from batchsync.model import (
    CallVerdict,
    Cause,
    Decision,
    EntryResult,
    KnownOrders,
    NoResponse,
    Plan,
    Response,
    RunRecord,
    RunSummary,
    SheetFound,
)

if TYPE_CHECKING:
    from array import array

    from batchsync.ledger.group_commit import GroupCommit


class Store(Protocol):
    """Where the books are, and who may write them."""

    @property
    def place(self) -> Path | str:
        """The ledger's file or address, as it may be shown."""
        ...

    def now(self) -> int:
        """Return the time as the ledger stores it."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing was ever written here."""
        ...

    def reading(self) -> AbstractContextManager[Database]:
        """Yield a connection for a query."""
        ...

    def snapshot(self) -> AbstractContextManager[Database]:
        """Yield a separate connection for long reads."""
        ...

    def exclusive(self, who: str, wait_s: float | None = None) -> AbstractContextManager[Database]:
        """Yield a connection to write with, to one at a time."""
        ...

    def translated(self) -> AbstractContextManager[None]:
        """Turn the database's errors into messages for the user."""
        ...

    def waiting_outcomes(self) -> Mapping[int, AttemptOutcome]:
        """Return outcomes that the database doesn't have yet, by attempt."""
        ...

    def set_lock_owner(self, who: str) -> None:
        """Record who holds the lock, for others to read."""
        ...

    def close(self) -> None:
        """Give all back."""
        ...


class Ledger(ABC):
    """The memory of every order ever sent."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._store = store
        self._commits: GroupCommit | None = None
        self._runs: dict[str, int] = {}

    @property
    def place(self) -> Path | str:
        """The ledger's file or address, as it may be shown."""
        return self._store.place

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written here."""
        return self._store.is_empty()

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
            database.execute(database.sql["add_account"], (normal_endpoint(endpoint), name))
        made = self.find_account(endpoint, name)
        assert made is not None
        return made

    @abstractmethod
    def lock(self, account: int, run: str) -> AbstractContextManager[None]:
        """Hold the ledger for a run. Raises LedgerBusy, naming the holder, when it isn't free: patience.py waits."""

    def _account_name(self, account: int) -> str:
        row = self._first("account_name", account)
        return "" if row is None else str(row[0])

    # --- Plans ----------------------------------------------------------------------------------------------

    def lookup_orders(
        self,
        account: int,
        owners: Sequence[str],
        numbers: Sequence[str],
        *,
        resync_before: datetime | None = None,
    ) -> KnownOrders:
        """Return what is known of each order, also when its number was paid under another merchant of the account.

        Orders synced before `resync_before` count as unknown.
        """
        if self._store.is_empty():
            return KnownOrders(states=bytes(len(numbers)))
        before = 0 if resync_before is None else int(resync_before.timestamp() * 1_000_000)
        with self._reading() as database:
            return plan_writer.lookup_orders(database, account, owners, numbers, before)

    def new_run(self, account: int, file: str, sha256: str, stem: str, lang: str) -> str:
        """Write down that a run begins, and return its id, e.g. `20261123-0212-orders`."""
        now = self._clock.now()
        with self._writing(stem) as database:
            name = records.free_run_name(database, now, stem)
            started = int(now.timestamp() * 1_000_000)
            database.execute(database.sql["add_run"], (name, account, file, sha256, lang, started))
        self._store.set_lock_owner(name)
        return name

    def save_plan(
        self, run: str, plan: Plan, *, allow: frozenset[Cause] = frozenset({Cause.NEW_RUN})
    ) -> "array[int]":
        """Save the plan and return the order's id for each entry to send, 0 for every other entry.

        Orders known from earlier runs may be sent by the causes in `allow`, or by `plan.decisions`; those that cost points,
        or may have, stay as they are until this very run claims them, and go only if they are still as the plan saw them.
        Raises IllegalMove, and then nothing is written, when the plan names an order twice or one that doesn't exist.
        """
        run_id, account = self._run_ids(run)
        self._settle_down()
        with self._store.translated(), self._store.exclusive(run) as database:
            return plan_writer.PlanWriter(
                database, run=run_id, account=account, plan=plan, allow=allow, now=self._store.now()
            ).write()

    # --- The loop's side ------------------------------------------------------------------------------------

    @property
    def failed(self) -> BaseException | None:
        """Why nothing more can be claimed, or None."""
        return None if self._commits is None else self._commits.failed

    async def claim(self, order_id: int, run: str) -> int:
        """Return the attempt's id, once that this order is being sent is durable.

        Raises IllegalMove when the order isn't planned, LedgerFull when the disk takes no more.
        """
        commits = self._commits
        if commits is None:
            raise IllegalMove("claimed without the lock")
        return await commits.claim(order_id, self._runs.get(run) or self._run_ids(run)[0])

    def record_outcome(self, attempt: int, verdict: CallVerdict, response: Response | NoResponse) -> None:
        """Hand over what came of an attempt; it is durable after the next `flush`, usually much sooner."""
        if self._commits is None:
            raise IllegalMove("settled without the lock")
        self._commits.record_outcome(attempt, verdict, response)

    async def flush(self) -> None:
        """Wait until all that was handed over is durable. Raises LedgerFull when the database took no more."""
        if self._commits is not None:
            await self._commits.flush()

    # --- Runs -----------------------------------------------------------------------------------------------

    def end_run(self, run: str, *, stopped: str | None, result: str | None, summary: RunSummary) -> None:
        """Write down how a run ended."""
        packed = records.pack_summary(summary)
        with self._writing(run) as database:
            database.execute(database.sql["end_run"], (run, self._store.now(), stopped, result, packed))

    def set_result(self, run: str, path: str) -> None:
        """Write down where the run's result stands now."""
        with self._writing(run) as database:
            database.execute(database.sql["set_result"], (run, path))

    def moved(self, runs: Sequence[RunPaths]) -> None:
        """Write down where the inputs and results of runs stand now, so that `report` finds them."""
        with self._writing("filing") as database:
            rows = [(each.run, each.file, each.result) for each in runs]
            database.executemany(database.sql["move_run"], rows)

    def drop_run(self, run: str) -> None:
        """Forget a run that sent nothing. Raises IllegalMove when it has calls."""
        run_id, _ = self._run_ids(run)
        with self._writing(run) as database:
            sql = database.sql
            ((called,),) = database.execute(sql["run_has_attempts"], (run_id,))
            if called:
                raise IllegalMove(f"run {run} has sent something")
            for statement in ("drop_permissions", "drop_facts", "drop_entries", "drop_sheets", "drop_run"):
                database.execute(sql[statement], (run_id,))
        self._runs.pop(run, None)

    def runs(self, limit: int = -1) -> list[RunRecord]:
        """Return the last runs, the newest first."""
        if self._store.is_empty():
            return []
        with self._reading() as database:
            return list(records.all_runs(database, limit))

    def run(self, run: str) -> RunRecord | None:
        """Return what is known of a run."""
        row = None if self._store.is_empty() else self._first("run", run)
        return None if row is None else records.record(row)

    @abstractmethod
    def is_active(self, run: str) -> bool:
        """Whether a run has not ended and is not dead: somebody sends its orders now, or will."""

    def sheets(self, run: str) -> list[SheetFound]:
        """Return the sheets of a run's plan."""
        with self._reading() as database:
            return [records.sheet(row[0]) for row in database.execute(database.sql["sheets"], (run,))]

    def results(self, run: str, *, killed: bool = False) -> Iterator[EntryResult]:
        """Yield the result of each entry of the run's plan, in its order, as of now.

        `killed`: the run is over without an end in the ledger, so what later runs paid for was paid later.
        """
        run_id, _ = self._run_ids(run)
        self._refuse_pruned(run)
        record = self.run(run)
        assert record is not None
        over_at = 0 if killed else None
        if record.ended_at is not None:
            over_at = int(record.ended_at.timestamp() * 1_000_000)
        with self._store.translated(), self._store.snapshot() as database:
            yield from results(database, run_id, self._store.waiting_outcomes(), over_at)

    def has_uncertain(self) -> bool:
        """Whether any order at all is uncertain, or being sent; so that a result need not look for one first."""
        if self._store.is_empty():
            return False
        with self._reading() as database:
            ((found,),) = database.execute(database.sql["any_in_doubt"])
        return bool(found)

    def has_held_back(self, run: str) -> bool:
        """Whether the run held back any order number that is unlike the others."""
        with self._reading() as database:
            ((found,),) = database.execute(database.sql["any_held_back"], (run,))
        return bool(found)

    def is_pruned(self, run: str) -> bool:
        """Whether the entries and calls of a run were deleted."""
        return self._pruned_at(run) is not None

    def _pruned_at(self, run: str) -> datetime | None:
        row = self._first("pruned_at", run)
        return None if row is None else to_datetime(row[0])  # type: ignore[arg-type]

    def _refuse_pruned(self, run: str) -> None:
        at = self._pruned_at(run)
        if at is not None:
            raise LedgerError(messages.PRUNED, run=run, at=at.astimezone().strftime("%Y-%m-%d"))

    def _run_ids(self, run: str) -> tuple[int, int]:
        row = None if self._store.is_empty() else self._first("run_id", run)
        if row is None:
            raise LedgerError(messages.NO_RUN, run=run, ledger=self.place)
        self._runs[run] = int(row[0])  # type: ignore[call-overload]
        return self._runs[run], int(row[1])  # type: ignore[call-overload]

    # --- Orders ---------------------------------------------------------------------------------------------

    def orders_of(self, number: str) -> list[OrderRecord]:
        """Return every order with this number: of any account and merchant."""
        if self._store.is_empty():
            return []
        with self._reading() as database:
            return list(histories.orders_of(database, number))

    def numbers_with_prefix(self, prefix: str, limit: int) -> list[str]:
        """Return the first order numbers that begin with a text, of any account and merchant."""
        if self._store.is_empty():
            return []
        with self._reading() as database:
            return histories.numbers_with_prefix(database, prefix, limit)

    def history(self, number: str) -> list[OrderHistory]:
        """Return all that ever happened to the orders with this number."""
        if self._store.is_empty():
            return []
        with self._reading() as database:
            return histories.history(database, number)

    def resolve(
        self,
        account: int,
        decision: Decision,
        *,
        orders: Sequence[int] = (),
        run: str | None = None,
        evidence: Mapping[int, str] = MappingProxyType({}),
    ) -> list[Resolved]:
        """Record a person's decision about uncertain orders: those given, or all of a run. Return those that moved.

        `evidence` is the basis of the decision for each order. An order that isn't uncertain, or of another account,
        does not change.
        """
        with self._writing("resolve") as database:
            ids = list(orders) if run is None else self._uncertain_of(database, run, account)
            moved = []
            for order in ids:
                row = next(iter(database.execute(database.sql["order_by_id"], (order,))), None)
                if row is None or row[3] != plan_writer.UNCERTAIN or row[4] != account:
                    continue
                state = plan_writer.apply_decision(
                    database,
                    order,
                    decision,
                    run=None,
                    now=self._store.now(),
                    evidence=evidence.get(order, ""),
                )
                moved.append(Resolved(order=order, owner_id=row[1], number=row[2], state=state))
            return moved

    def _uncertain_of(self, database: Database, run: str, account: int) -> list[int]:
        run_id, _ = self._run_ids(run)
        return [row[0] for row in database.execute(database.sql["uncertain_of_run"], (run_id, account))]

    def highest_price(self, account: int) -> int:
        """Return the most points that one call of this account ever cost; 0 when unknown."""
        row = None if self._store.is_empty() else self._first("highest_price", account)
        return 0 if row is None else int(row[0])  # type: ignore[call-overload]

    def price_of_a_call(self, account: int | None, expected: int) -> int:
        """Return what a call that named no amount is taken to cost: what is expected, or the most that one ever did."""
        return max(expected, 0 if account is None else self.highest_price(account))

    # --- Money ----------------------------------------------------------------------------------------------

    def spending(
        self, account: int, *, price: int = 0, since: datetime | None = None, until: datetime | None = None
    ) -> list[Spending]:
        """Return what was spent, by day, run and merchant; of pruned runs what their orders still know.

        `price` is the expected price of a call; unknown points are bounded by it or by the highest price seen.
        """
        if self._store.is_empty():
            return []
        highest_price = self.price_of_a_call(account, price)
        with self._reading() as database:
            return list(spending.spending(database, account, since, until, highest_price=highest_price))

    def charges(
        self, account: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Charge]:
        """Yield every call that reached the vendor, or may have."""
        if not self._store.is_empty():
            with self._store.translated(), self._store.snapshot() as database:
                yield from spending.charges(database, account, since, until)

    # --- Upkeep ---------------------------------------------------------------------------------------------

    @abstractmethod
    def backup(self, target: Path) -> None:
        """Copy the ledger to `target`, whole or not at all; a run may go on meanwhile."""

    def copy_to(self, target: "Ledger") -> Copied:
        """Copy everything into an empty ledger of either database, and compare the two."""
        self._refuse_missing()
        self._refuse_company()
        with (
            self._store.translated(),
            self._store.exclusive("copy") as ours,
            target._store.translated(),  # noqa: SLF001 (its own class)
            target._store.exclusive("copy") as theirs,  # noqa: SLF001
        ):
            return copying.copy(ours, theirs, place=target.place)

    @abstractmethod
    def _refuse_company(self) -> None:
        """Raise LedgerBusy while others send."""

    def verify(self) -> list[Message]:
        """Return what doesn't fit together in the ledger: nothing, when all is well."""
        self._refuse_missing()
        with self._reading() as database:
            return maintenance.verify(database)

    def prune(self, days: int) -> Pruned:
        """Let the attempts of runs that began more than `days` days ago go; orders are always kept."""
        before = self._store.now() - days * 86_400_000_000
        with self._store.translated(), self._store.exclusive("prune") as database:
            pruned = maintenance.prune(database, before, self._store.now())
            self._shrink(database)
        return pruned

    @abstractmethod
    def _shrink(self, database: Database) -> None:
        """Give the empty part back to the disk, where the database doesn't do so by itself."""

    def size(self) -> LedgerSize:
        """Return how large the ledger is."""
        self._refuse_missing()
        with self._reading() as database:
            return maintenance.size(database)

    def _refuse_missing(self) -> None:
        if self._store.is_empty():
            raise LedgerError(messages.MISSING, ledger=self.place)

    # --- Inside ---------------------------------------------------------------------------------------------

    def _first(self, query: str, *parameters: object) -> tuple[object, ...] | None:
        with self._reading() as database:
            return next(iter(database.execute(database.sql[query], parameters)), None)

    def _settle_down(self) -> None:
        """See that no batch is under way on the connection."""
        if self._commits is not None:
            self._commits.flush_blocking()

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        with self._store.translated(), self._store.reading() as database:
            yield database

    @contextmanager
    def _writing(self, who: str) -> Iterator[Database]:
        self._settle_down()
        with self._store.translated(), self._store.exclusive(who) as database, transaction(database):
            yield database

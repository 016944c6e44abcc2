"""A whole world by one seed: a vendor, a disk, processes that live and die one after the other, and an operator.

Everything of the engine is the real thing: pool, pacer, budget, breaker, judge, plan, ledger, results. Only the network,
the vendor and time are simulated. The same seed gives the same log.
"""

import asyncio
import contextlib
import gc
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from batchsync.config import InputSettings, RetrySettings, StopSettings
from batchsync.errors import LedgerBusy, LedgerFull
from batchsync.ledger import SqliteLedger, journal, location
from batchsync.model import (
    PLAN_VERDICTS,
    STATES,
    CallVerdict,
    Cause,
    CellKind,
    Decision,
    FileFound,
    NoResponse,
    Order,
    Plan,
    PlanVerdict,
    Response,
    RowBatch,
    RunSummary,
    SheetFound,
    State,
    Stop,
)
from batchsync.model.row_results import rows
from batchsync.planning.plan import make_plan
from batchsync.sending.breaker import Breaker
from batchsync.sending.budget import Budget
from batchsync.sending.judge import judge
from batchsync.sending.pool import Pool
from batchsync.sending.rate_limit import Pacer
from tests.oracle import Charged, Key, OrderReport, merge_reports, violations
from tests.simulation.disk import Disk, ledger_of
from tests.simulation.process import MortalLedger, Process, Wire
from tests.simulation.vendor import CALM, DEAD, ROUGH, STORM, FaultRates, Vendor
from tests.virtual import VirtualClock, VirtualLoop

URL = "http://vendor.example/pinSynchronization"
OWNER = "7001"
SEND = PLAN_VERDICTS.index(PlanVerdict.SEND)
ROWS_LEAST, ROWS_MOST = 10, 100
MOST_LIVES = 12
JOURNAL_BYTES = 65_536
UNSENT_HTTP = frozenset({429, 503})


class WorldClock(VirtualClock):
    """Subprocess time may also jump."""

    subprocess_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.subprocess_s)


@dataclass(slots=True, kw_only=True)
class Past:
    """What came of one world."""

    seed: int
    broken: list[str]
    log: list[str]
    lives: int = 0
    deaths: int = 0
    charged: int = 0
    uncertain: int = 0
    stops: dict[str, int] = field(default_factory=dict)


class World:
    """One seed's world."""

    def __init__(self, seed: int, loop: VirtualLoop, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.loop = loop
        self.clock = WorldClock(loop)
        self.disk = Disk(folder / "ledger.db")
        self.past = Past(seed=seed, broken=[], log=[])
        self.lines = list(self._sheet(self.rng.randrange(ROWS_LEAST, ROWS_MOST + 1)))
        self.asked = [(OWNER, number) for number in dict.fromkeys(self.lines) if number.isdigit()]
        fault_rates = self.rng.choices((CALM, ROUGH, STORM, DEAD), (4, 4, 2, 1))[0]
        self.vendor = Vendor(
            random.Random(seed ^ 0x5EED), self.rng.choice((1, 1, 2, 5)), fault_rates, self._log_key
        )
        self.resolved: set[Key] = set()
        self.keys: dict[int, Key] = {}
        self.engines = self.rng.choices((1, 2), (4, 1))[0]
        self.second_thoughts = random.Random(seed ^ 0xA6A14)

    def _sheet(self, size: int) -> Iterator[str]:
        for line in range(size):
            dice = self.rng.random()
            if dice < 0.03:
                yield "1.26E+17"
            else:
                number = self.rng.randrange(line) if line and dice < 0.07 else line
                yield f"{260101_000000_000123 + number * 7919}"

    def log(self, text: str) -> None:
        self.past.log.append(f"{self.loop.time():.6f} {text}")

    def _log_key(self, text: str, key: Key) -> None:
        self.log(f"vendor {text} {key[1]}")

    # --- Lives ----------------------------------------------------------------------------------------------

    async def play(self) -> Past:
        """Live until nothing is left to send, then ask the oracle."""
        troubled = self.rng.randrange(1, 5)
        for life in range(MOST_LIVES):
            if life == troubled + 1 and self.vendor.fault_rates is DEAD:
                self.vendor.fault_rates = CALM
            if await self._live(life, in_trouble=life < troubled):
                break
            if self.second_thoughts.random() < 0.3:
                self._ask_to_send_again_and_stop(life)
        await self._ask()
        if self.rng.random() < 0.5 and not self.past.broken:
            await self._resolve()
            await self._live(MOST_LIVES, in_trouble=False)
            await self._ask()
        return self.past

    async def _live(self, life: int, *, in_trouble: bool) -> bool:
        """Live one process's life; return whether nothing was left to do."""
        self.past.lives += 1
        dies = self.rng.choices(("no", "step", "write"), (3, 3, 1))[0] if in_trouble else "no"
        process = Process(
            f"process {life}",
            self.log,
            steps=self.rng.randrange(1, len(self.lines) * 6) if dies == "step" else None,
            writes=self.rng.randrange(1, len(self.lines) * 4) if dies == "write" else None,
        )
        self.disk.full = False
        main = self.loop.create_task(self._run(process, in_trouble=in_trouble))
        process.tasks.append(main)
        await asyncio.wait([main])
        process.end()
        with contextlib.suppress(asyncio.CancelledError, LedgerFull):
            return main.result() and not process.dead
        self.past.deaths += process.dead
        self._uncertain(process)
        return False

    def _ask_to_send_again_and_stop(self, life: int) -> None:
        """Be reported to send uncertain orders again, and end before any call leaves: whoever comes next sends none."""
        process = Process(
            f"second thoughts {life}",
            self.log,
            writes=self.second_thoughts.choice((None, self.second_thoughts.randrange(1, 60))),
        )
        with (
            contextlib.suppress(LedgerFull),
            ledger_of(process, self.disk, self.clock) as ledger,
            ledger.lock(1, process.name),
        ):
            plan = self._plan(ledger, 1, resend=True)
            run = ledger.new_run(1, "sheet.xlsx", "0" * 64, "sheet", "en")
            ledger.save_plan(
                run, plan, allow=frozenset({Cause.NEW_RUN, Cause.RESEND, Cause.RESEND_UNCERTAIN})
            )
            ledger.end_run(run, stopped=Stop.INTERRUPTED, result=None, summary=RunSummary(file="", run=run))
        process.end()

    def _uncertain(self, process: Process) -> None:
        self.vendor.doubtful |= {self.keys[order_id] for order_id in process.doubtful()}

    async def _run(self, process: Process, *, in_trouble: bool) -> bool:
        with ledger_of(process, self.disk, self.clock) as ledger:
            account = ledger.account(URL, "default")
            with ledger.lock(account, process.name):
                plan = self._plan(ledger, account)
                run = ledger.new_run(account, "sheet.xlsx", "0" * 64, "sheet", "en")
                ids = ledger.save_plan(run, plan)
                orders = [
                    (order_id, Order(owner_id=plan.owners[entry], number=plan.numbers[entry]))
                    for entry, order_id in enumerate(ids)
                    if order_id
                ]
                self.keys |= {order_id: (order.owner_id, order.number) for order_id, order in orders}
                stopped = await self._send_orders(
                    process, ledger, account, run, orders, in_trouble=in_trouble
                )
                self.past.stops[str(stopped)] = self.past.stops.get(str(stopped), 0) + 1
                ledger.end_run(run, stopped=stopped, result=None, summary=RunSummary(file="", run=run))
                return stopped is None

    def _plan(self, ledger: SqliteLedger, account: int, *, resend: bool = False) -> Plan:
        found = (
            FileFound(container="xlsx", sha256="0" * 64, size=1),
            SheetFound(
                sheet="Sheet1",
                index=0,
                header_line=1,
                headers=("订单号", "商家id"),
                order_column=0,
                owner_column=1,
            ),
            RowBatch(
                lines=list(range(2, len(self.lines) + 2)),
                orders=self.lines,
                order_kinds=[int(CellKind.TEXT)] * len(self.lines),
                owners=[OWNER] * len(self.lines),
                owner_kinds=[int(CellKind.TEXT)] * len(self.lines),
            ),
        )
        known = partial(ledger.lookup_orders, account)
        return make_plan(found, InputSettings(), known, resend=resend, resend_uncertain=resend)

    async def _send_orders(
        self,
        process: Process,
        ledger: SqliteLedger,
        account: int,
        run: str,
        orders: list[tuple[int, Order]],
        *,
        in_trouble: bool,
    ) -> Stop | None:
        rng, price = self.rng, self.vendor.price
        alone = self.engines == 1
        cap = rng.randrange(len(self.lines)) * price if alone and rng.random() < 0.2 and in_trouble else None
        budget = Budget(cap, price=price, highest_price=ledger.highest_price(account))
        mortal = MortalLedger(ledger, process)
        wire = Wire(self.vendor, process, self.clock, rng, run)
        concurrency = rng.choice((1, 4, 10, 30))
        rate = rng.choice((5.0, 50.0, 500.0))
        stop = (
            StopSettings()
            if self.vendor.fault_rates in {CALM, DEAD}
            else StopSettings(failures_in_a_row=200, uncertain_in_a_row=rng.choice((10, 200)))
        )
        pools = [
            Pool(
                run=run,
                ledger=mortal,
                client=wire,
                pacer=Pacer(rate, self.clock),
                judge=self._judge,
                budget=budget,
                breaker=Breaker(stop),
                retry=RetrySettings(attempts=3, max_total=20),
                clock=self.clock,
                rng=rng,
            )
            for _ in range(self.engines)
        ]
        chaos = self._chaos(process, pools, len(orders) / rate) if in_trouble else []
        sends_all = [
            self.loop.create_task(pool.send_all(iter(orders), total=len(orders), concurrency=concurrency))
            for pool in pools
        ]
        process.tasks += sends_all
        try:
            done = await asyncio.gather(*sends_all, return_exceptions=True)
        finally:
            for handle in chaos:
                handle.cancel()
        self._uncertain(process)
        if process.dead:
            raise asyncio.CancelledError
        cancelled = any(isinstance(each, BaseException) for each in done)
        if cancelled:
            for each in done:
                if isinstance(each, BaseException) and not isinstance(each, asyncio.CancelledError):
                    raise each
        if cap is not None and self.vendor.charges.get(run, 0) > cap:
            self.past.broken.append(f"{run}: {self.vendor.charges[run]} points charged under a cap of {cap}")
        return next((pool.stopped for pool in pools if pool.stopped is not None), None)

    def _judge(self, response: Response | NoResponse) -> CallVerdict:
        return judge(response, unsent_http=UNSENT_HTTP)

    # --- What else happens ----------------------------------------------------------------------------------

    def _chaos(self, process: Process, pools: list[Pool], about_s: float) -> list[asyncio.TimerHandle]:
        def at_some_time(happen: partial[None]) -> asyncio.TimerHandle:
            return self.loop.call_later(self.rng.uniform(0, about_s * 1.2), happen)

        events = (
            partial(process.die, "power loss"),
            partial(self._stop, process, pools, twice=False),
            partial(self._stop, process, pools, twice=True),
            partial(self._suspend, 3_600.0),
            partial(self._freeze, 60.0),
            partial(self._jump),
            partial(self._fill_disk),
            partial(self._second_run),
        )
        return [at_some_time(event) for event in self.rng.choices(events, k=self.rng.randrange(4))]

    def _stop(self, process: Process, pools: list[Pool], *, twice: bool) -> None:
        self.log(f"Ctrl-C {'twice' if twice else 'once'}")
        for pool in pools:
            pool.stop(Stop.INTERRUPTED)
            if twice:
                self._uncertain(process)
                self.loop.call_later(self.rng.expovariate(5), self._cancel, process, pool)

    def _cancel(self, process: Process, pool: Pool) -> None:
        if not process.dead:
            self._uncertain(process)
            pool.cancel()

    def _suspend(self, seconds: float) -> None:
        self.log("the machine sleeps")
        self.clock.asleep_s += seconds

    def _freeze(self, seconds: float) -> None:
        self.log("SIGSTOP")
        self.loop.virtual.now += seconds

    def _jump(self) -> None:
        self.clock.subprocess_s += self.rng.choice((-86_400.0, -1.0, 3_600.0))
        self.log(f"the wall clock jumps to {self.clock.now()}")

    def _fill_disk(self) -> None:
        self.log("the disk is full")
        self.disk.full = True

    def _second_run(self) -> None:
        """Another process wants the ledger at the same time."""
        other = Process("a second process", self.log)
        with ledger_of(other, self.disk, self.clock) as ledger:
            account = ledger.find_account(URL, "default")
            assert account is not None
            try:
                with ledger.lock(account, "second"):
                    self.past.broken.append("two runs held the ledger at once")
            except LedgerBusy:
                self.log("a second run is turned away")

    # --- The operator and the oracle ------------------------------------------------------------------------

    async def _resolve(self) -> None:
        """The operator asks the vendor, and settles each uncertain order by the truth."""
        self.vendor.fault_rates = FaultRates(0, 0, 0, 0, 0)
        with ledger_of(Process("operator", self.log), self.disk, self.clock) as ledger:
            account = ledger.account(URL, "default")
            states = ledger.lookup_orders(
                account, [OWNER] * len(self.asked), [number for _, number in self.asked]
            ).states
            doubted = [
                key for key, code in zip(self.asked, states, strict=True) if STATES[code] is State.UNCERTAIN
            ]
            charged = {key for key in doubted if self.vendor.books.get(key, Charged()).times}
            self.resolved |= charged
            ids = {key: ledger.orders_of(key[1])[0].order for key in doubted}
            ledger.resolve(account, Decision.CHARGED, orders=[ids[key] for key in doubted if key in charged])
            ledger.resolve(
                account, Decision.NOT_CHARGED, orders=[ids[key] for key in doubted if key not in charged]
            )

    async def _ask(self) -> None:
        await asyncio.sleep(1_000)  # every late charge has landed
        with ledger_of(Process("reader", self.log), self.disk, self.clock) as ledger:
            runs = [self._reported(ledger, record.run) for record in reversed(ledger.runs())]
        reported = merge_reports(runs)
        past, books = self.past, self.vendor.books
        if runs and len(runs[-1]) != len(self.lines):
            past.broken.append(f"{len(self.lines)} rows in, {len(runs[-1])} out")
        past.broken += violations(
            self.asked, reported, books, may_be_uncertain=self.vendor.doubtful, resolved=self.resolved
        )
        past.charged = sum(charged.times for charged in books.values())
        past.uncertain = sum(each.status == "uncertain" for each in reported.values())

    def _reported(self, ledger: SqliteLedger, run: str) -> list[OrderReport]:
        return [
            OrderReport((row.entries[0].owner_id, row.entries[0].number), row.status, row.points, row.calls)
            for row in rows(ledger.results(run))
        ]


def _local(_path: Path) -> None:
    """Spare each ledger a look at all mounts."""


def play(seed: int, folder: Path) -> Past:
    """Play one world in a folder of its own and return its past."""
    loop = VirtualLoop()
    gc.disable()
    try:
        with (
            patch.object(journal, "SIZE", JOURNAL_BYTES),
            patch.object(location, "network_file_system", _local),
        ):
            return loop.run_until_complete(World(seed, loop, folder).play())
    finally:
        loop.close()
        gc.enable()

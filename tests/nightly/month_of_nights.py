"""Nights one after the other, as a month brings them: good files and bad, copies, half copies, hostile ones; the API up, down,
slow and out of points; kills in the middle; a full disk. After each report the report is held against what happened, and in
the end everything against the vendor's books.

Kills come two ways: raised inside (a BaseException that nothing catches, at a random step of a night) and from outside (a
process of its own, killed by -9 while it works).
"""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

from batchsync import fsutil
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.ledger import open_ledger
from batchsync.model import RowStatus
from batchsync.model.row_results import rows
from batchsync.nightly.result import NightResult
from batchsync.nightly.state import NightState
from batchsync.nightly.workspace import InboxFile, Workspace
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import make_script
from batchsync.sending.pool import Pool
from tests.child_process import end_with_parent
from tests.nightly.inbox_fixture import GIGA, InboxFixture, sn
from tests.oracle import Charged, Key, OrderReport, merge_reports, violations

ROOT = Path(__file__).parents[2]
STEPS: tuple[tuple[Any, str], ...] = (
    (fsutil, "atomic_write"),
    (fsutil, "append_line"),
    (fsutil, "move"),
    (Workspace, "take"),
    (Workspace, "prepare"),
    (Workspace, "decide"),
    (Workspace, "archive"),
    (Workspace, "clear"),
    (Pool, "_count"),
    (NightState, "end"),
)
FAULT_RATES = ("fine", "fine", "fine", "fine", "rough", "slow", "down", "poor")
KINDS = ("good", "good", "bad", "copy", "growing", "hostile", "merchant")
HOSTILE = (
    b"\x89PNG\r\n",
    b"PK\x03\x04broken",
    b"",
    b"=cmd|' /C calc'!A0\n",
    b"<html><body>login</body></html>",
)
PATIENT = {"failures_in_a_row": 4, "uncertain_in_a_row": 4}
LAST_CALM = 3
"""The last nights are quiet ones, so that all that can be finished is."""


class Killed(BaseException):
    """What a kill looks like from inside."""


@dataclass(slots=True)
class Figures:
    """What a month came to."""

    nights: int = 0
    files: int = 0
    orders: int = 0
    kills_inside: int = 0
    kills_outside: int = 0
    stops: Counter[str] = field(default_factory=Counter)
    charged: int = 0
    points: int = 0
    reported: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


class Month:
    """One inbox over many nights."""

    def __init__(self, inbox_fixture: InboxFixture, seed: int) -> None:
        self.inbox_fixture, self.rng = inbox_fixture, random.Random(seed)
        self.figures = Figures()
        self.brought: list[bytes] = []
        """The content of every file that was ever brought."""
        self.asked: set[Key] = set()
        self.copied: list[bytes] = []
        self._next = 1
        self._growing: list[tuple[Path, bytes]] = []
        self._unnamed: set[Key] = set()

    def live(self, nights: int, *, kills_outside: int) -> Figures:
        """Live through them, and judge."""
        began = time.monotonic()
        outside = set(self.rng.sample(range(1, nights - LAST_CALM), kills_outside))
        full_disk = self.rng.randrange(1, nights - LAST_CALM)
        for night in range(nights):
            calm = night >= nights - LAST_CALM
            self._set_fault_rates("fine" if calm else self.rng.choice(FAULT_RATES))
            if not calm or night == nights - LAST_CALM:
                self._bring_files()
            if night in outside:
                self._killed_from_outside()
            self._night(disk_fills=night == full_disk, dies=not calm and self.rng.random() < 0.4)
        self._judge()
        self.figures.seconds = time.monotonic() - began
        return self.figures

    # --- What comes -----------------------------------------------------------------------------------------

    def _set_fault_rates(self, fault_rates: str) -> None:
        sandbox, rng = self.inbox_fixture.sandbox, self.rng
        script = make_script({})
        if fault_rates == "rough":
            script = make_script(
                {},
                faults=0.3,
                seed=rng.randrange(1000),
                only=("reset", "http 500", "half", "failed", "code 1003"),
            )
        if fault_rates == "down":
            script = make_script({"*": rng.choice(["unavailable", "http 502", "close"])})
        sandbox.settings = replace(
            sandbox.settings, script=script, latency_s=0.02 if fault_rates == "slow" else 0.0
        )
        sandbox.balance = rng.randrange(0, 6) if fault_rates == "poor" else 10**6
        if fault_rates == "poor":
            self.figures.stops["(poor nights)"] += 1

    def _bring_files(self) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            kind = self.rng.choice(KINDS)
            self.figures.files += 1
            if kind == "hostile":
                name = self.rng.choice(
                    ("=evil().csv", "a\nb.xlsx", "..hidden..csv", "-rf.xlsx", "订单\u202e.csv")
                )
                content = self.rng.choice(HOSTILE) + str(self.figures.files).encode() * bool(
                    self.rng.randrange(2)
                )
                self._bring(f"{self.figures.files}{name}", content)
                (self.inbox_fixture.inbox / f"link{self.figures.files}.csv").symlink_to("/etc/hostname")
            elif kind == "copy" and self.copied:
                self._bring(f"copy{self.figures.files}.csv", self.rng.choice(self.copied))
            else:
                self._bring_orders(kind)

    def _bring_orders(self, kind: str) -> None:
        numbers = [sn(self._next + place) for place in range(self.rng.randrange(1, 7))]
        self._next += len(numbers)
        folder, owner = "", "7"
        if kind == "merchant":
            folder, owner = "shop/", "99"
            (self.inbox_fixture.inbox / "shop").mkdir(exist_ok=True)
            (self.inbox_fixture.inbox / "shop" / "folder.yaml").write_text("owner_id: 99\n")
        self.asked |= {(owner, number) for number in numbers}
        lines = [number if kind == "merchant" else f"{number},{owner}" for number in numbers]
        if kind == "bad":
            lines += ["1.26E+17,7", ",7", lines[0]]
        head = "order_sn" if kind == "merchant" else "order_sn,mall_id"
        content = ("\n".join([head, *lines]) + "\n").encode()
        if kind != "growing":
            self.copied.append(content) if kind == "good" else None
            self._bring(f"{folder}o{self.figures.files}.csv", content)
            return
        path = self.inbox_fixture.inbox / f"growing{self.figures.files}.csv"
        path.write_bytes(content[:10])
        self._growing.append((path, content[10:]))
        self.brought.append(content)

    def _bring(self, name: str, content: bytes) -> None:
        path = self.inbox_fixture.inbox / name
        path.write_bytes(content)
        self.brought.append(content)

    async def _pass_time(self, _seconds: float) -> None:
        """While a night waits, files that are being copied grow to their full length."""
        self._grow()

    def _grow(self) -> None:
        while self._growing:
            path, rest = self._growing.pop()
            with path.open("ab") as file:
                file.write(rest)

    # --- Nights ---------------------------------------------------------------------------------------------

    def _night(self, *, disk_fills: bool, dies: bool) -> None:
        self.figures.nights += 1
        config = self.inbox_fixture.config(stop=PATIENT, pace={"concurrency": 3}, inbox={"canary": 0})
        self.inbox_fixture.free = self._filling_disk() if disk_fills else lambda _: GIGA
        while True:
            try:
                with self._dying() if dies else contextlib.nullcontext():
                    result = self.inbox_fixture.run(config, sleep=self._pass_time)
            except (Killed, BaseExceptionGroup):  # also out of the pool's task group
                self.figures.kills_inside += 1
                dies = self.rng.random() < 0.3
                continue
            break
        if result.summary.stopped:
            self.figures.stops[result.summary.stopped] += 1
        self.figures.broken += self._report_faults(result)

    def _filling_disk(self) -> Callable[[Path], int]:
        left = self.rng.randrange(1, 4)

        def free(_folder: Path) -> int:
            nonlocal left
            left -= 1
            return GIGA if left > 0 else 1_000

        return free

    @contextlib.contextmanager
    def _dying(self) -> Iterator[None]:
        """Die at the nth time of some step, before it or after it."""
        home, name = self.rng.choice(STEPS)
        real = getattr(home, name)
        left, after = self.rng.randrange(1, 5), self.rng.random() < 0.5

        def killed(*given: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and not after:
                raise Killed
            result = real(*given, **more)
            if left == 0:
                raise Killed
            return result

        with mock.patch.object(home, name, killed):
            yield

    def _killed_from_outside(self) -> None:
        """A process of its own works on the inbox, and is killed by -9 some calls later."""
        self._grow()  # that process looks twice without a pause: it must not find half a file
        books, before = (
            self.inbox_fixture.sandbox.charge_log,
            len(self.inbox_fixture.sandbox.charge_log.calls),
        )
        config = self.inbox_fixture.folder / "config.yaml"
        config.write_text(
            f"api: {{url: '{self.inbox_fixture.sandbox.url}'}}\nledger: {{url: ledger.db}}\npace: {{rate: 1000}}\n"
            "inbox: {folder: inbox, settle: 0, canary: 0}\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "batchsync", "nightly", "-q", "--config", str(config)],
            cwd=ROOT,
            **end_with_parent(),
            env=os.environ | {"BATCHSYNC_TOKEN": self.inbox_fixture.sandbox.token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wanted = self.rng.randrange(1, 4)
        while process.poll() is None and len(books.calls) < before + wanted:
            time.sleep(0.002)
        process.kill()
        process.wait()
        self.figures.kills_outside += 1

    # --- The judge ------------------------------------------------------------------------------------------

    def _report_faults(self, result: NightResult) -> Iterator[str]:
        """The report's report names every file, every stop, and the points that the ledger has."""
        night, report = result.summary.night, self.inbox_fixture.report
        if report is None:
            yield f"{night}: no report"
            return
        html = report.html.read_text(encoding="utf-8")
        reported = {line.name for line in report.data.files}
        yield from (
            f"{night}: {each.shown} is not in the report"
            for each in result.files
            if each.shown not in reported
        )
        if (result.summary.stopped is not None) != (report.data.severity == "stopped"):
            yield f"{night}: stopped by {result.summary.stopped}, the report says {report.data.severity}"
        if f">{result.summary.points:,}<" not in html:
            yield f"{night}: {result.summary.points} points are not in the report"
        uncertain_orders = sum(each.summary.uncertain for each in result.files if each.summary)
        if uncertain_orders != len(report.data.uncertain) and uncertain_orders <= 100:
            yield f"{night}: {uncertain_orders} uncertain rows, {len(report.data.uncertain)} in the report"

    def _judge(self) -> None:
        inbox_fixture, figures = self.inbox_fixture, self.figures
        figures.broken += self._misplaced()
        with open_ledger(inbox_fixture.folder / "ledger.db", read_only=True) as ledger:
            figures.broken += [f"the ledger: {fault}" for fault in ledger.verify()]
            runs = [
                [OrderReport((row.entries[0].owner_id, row.entries[0].number), row.status, row.points, row.calls) for row in rows(ledger.results(run.run))]
                for run in reversed(ledger.runs())
            ]  # fmt: skip
        reported = {
            key: each for key, each in merge_reports(runs).items() if each.status is not RowStatus.INVALID
        }
        books = {
            key: Charged(times=account.charged, points=account.points, calls=account.calls)
            for key, account in inbox_fixture.sandbox.charge_log.orders.items()
        }
        figures.broken += violations(sorted(self.asked), reported, books)
        history = NightState(inbox_fixture.inbox / ".batchsync").history()
        figures.orders, figures.charged = len(self.asked), sum(each.times for each in books.values())
        figures.points = inbox_fixture.sandbox.charge_log.points
        figures.reported = sum(night.points for night in history)
        doubtful = [key for key, each in reported.items() if each.status is RowStatus.UNCERTAIN]
        figures.uncertain = len(doubtful)
        settled = figures.points - sum(books[key].points for key in doubtful if key in books)
        if figures.reported != settled:
            figures.broken.append(f"the nights report {figures.reported} points, the books of {settled}")

    def _misplaced(self) -> Iterator[str]:
        """Every file that was brought stands, whole, in exactly one of the places; nothing waits any more."""
        inbox_fixture = self.inbox_fixture
        found: Counter[str] = Counter()
        for folder in ("done", "attention", "inbox"):
            for path in (inbox_fixture.folder / folder).rglob("*"):
                if (
                    path.is_symlink()
                    or not path.is_file()
                    or ".result" in path.name
                    or path.name == "folder.yaml"
                ):
                    continue
                if folder == "inbox" and ".batchsync" in path.parts:
                    if "work" in path.parts:
                        yield f"still on the desk: {path}"
                    continue
                found[sha256(path.read_bytes()).hexdigest()] += 1
                if folder == "inbox":
                    yield f"still in the inbox: {path.name}"
        wanted = Counter(sha256(content).hexdigest() for content in self.brought)
        for each in (wanted - found).elements():
            yield f"lost: {each}"
        for each in (found - wanted).elements():
            yield f"too many: {each}"


def as_json(figures: Figures) -> str:
    """Return the figures for somebody who looks on."""
    reported = {each.name: getattr(figures, each.name) for each in fields(figures)}
    return json.dumps(reported | {"broken": figures.broken[:20]})


def month(seed: int, nights: int = 30, kills_outside: int = 10) -> Figures:
    """Live through a month in a folder and with a vendor of its own."""
    with tempfile.TemporaryDirectory() as folder, run_in_thread(SandboxSettings()) as sandbox:
        return Month(InboxFixture(Path(folder), sandbox), seed).live(nights, kills_outside=kills_outside)


@contextlib.contextmanager
def losing_files() -> Iterator[None]:
    """Plant a bug: a queue that clears a file away before it is filed."""

    def clear(queue: Workspace, file: InboxFile) -> None:
        shutil.rmtree(queue.folder_of(file))

    def leave(_queue: Workspace, file: InboxFile) -> InboxFile:
        return file

    with mock.patch.object(Workspace, "archive", leave), mock.patch.object(Workspace, "clear", clear):
        yield


PLANTED = {"files are cleared before they are filed": losing_files}

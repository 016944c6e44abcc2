"""The kill -9 campaign: a real sandbox with books on disk, the real command line, killed again and again, then the oracle.

A kill comes at a random instant, or exactly before or after a step of a row's way (tests/crash/killed_process.py). After each the
same command is simply given again, as an operator would. In the end it is left alone until it is done.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchsync.errors import LedgerBusy
from batchsync.ledger import open_ledger
from batchsync.ledger.postgres import PostgresLedger
from batchsync.model import Reason, RowStatus
from batchsync.model.row_results import rows
from batchsync.sandbox.settings import TOKEN
from tests.child_process import end_with_parent
from tests.crash.fixtures import LIFE_AT_MOST_S, ROOT, ProcessFactory, Started
from tests.crash.killed_process import ONCE_A_RUN, STEPS
from tests.oracle import Charged, Key, OrderReport, merge_reports, violations

OWNER = "7001"
SETTLED = frozenset({RowStatus.SYNCED, RowStatus.ALREADY_SYNCED, RowStatus.FAILED})
CONCURRENCY = 8
RATE = 1_000
FAULTS = (
    "silent", "reset", "close", "half", "garbage", "empty", "not_json", "long", "http 500", "http 502", "http 504",
    "busy", "unavailable", "failed", "no_amount", "code 1003", "code 217", "code 999",
)  # fmt: skip
UNCERTAIN_FAULTS = frozenset({*FAULTS[:11], "code 999"})
UNNAMED = frozenset({"no_amount"})
CONFIG = "api: {{answer_timeout: {answer_timeout_s}, connect_timeout: 5}}\n"
STARTS_WITHIN_S = 1.2
CALLS_A_SECOND = 400
"""About what a campaign reaches."""
AT_RANDOM = "random instant"
ENDS_TRIED = 5
LIVES_A_KILL = 3
ALL_STEPS = tuple(f"{when} {step}" for step in STEPS for when in ("before", "after"))
PROGRAM = ["-m", "batchsync"]
Process = subprocess.Popen[str] | Started


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is asked of one campaign."""

    rows: int
    kills: int
    seed: int = 0
    bug: str | None = None
    redirects: int = 0
    """Orders whose first call is answered 307."""
    keep_alive: bool = False
    """Reuse connections, on some of which the vendor answers twice."""
    answer_timeout_s: float = 0.5
    """How long the program waits for an answer: longer than a busy machine keeps the vendor from giving it."""
    steps: tuple[str, ...] = ()
    """Where to kill; random instants and all steps when left out."""
    postgres: str | None = None
    """The address of a PostgreSQL ledger; a file in the folder when left out."""


@dataclass(slots=True, kw_only=True)
class Figures:
    """What came of it."""

    broken: list[str] = field(default_factory=list)
    accidents: list[str] = field(default_factory=list)
    """What kept a campaign from being one: an exit code that should not be."""
    rows: int = 0
    kills: int = 0
    lives: int = 0
    charged: int = 0
    points: int = 0
    reported_points: int = 0
    settled_points: int = 0
    """Charged for synced and failed rows whose answers named their points: what should have been reported."""
    uncertain: int = 0
    uncertain_by_kill: int = 0
    most_uncertain_by_one_kill: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@contextmanager
def vendor(folder: Path, *given: str, process_factory: ProcessFactory | None = None) -> Iterator[str]:
    """Run the sandbox as a process of its own; yield its address. Its charge log is `books.jsonl`."""
    books = str(folder / "books.jsonl")
    arguments = ["sandbox", "--port", "0", "--charge-log", books, "--lang", "en", *given]
    process = (
        _started(["-m", "batchsync"], arguments)
        if process_factory is None
        else process_factory.bear({}, arguments)
    )
    assert process.stdout is not None
    reported = process.stdout.readline()
    try:
        yield next(word for word in reported.split() if word.startswith("http"))
    finally:
        process.terminate()
        process.wait(LIFE_AT_MOST_S)
        process.stdout.close()


def _started(program: list[str], arguments: list[str]) -> "subprocess.Popen[str]":
    """Start a Python program from nothing, as its user does."""
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=ROOT,
        **end_with_parent(),
        env=os.environ | {"BATCHSYNC_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@dataclass(slots=True)
class Operator:
    """Somebody at a terminal who gives the same command until it is done."""

    folder: Path
    url: str
    bug: str | None = None
    given: list[str] = field(default_factory=list)
    """More options; the last one given counts."""
    answer_timeout_s: float = 0.5
    limits: str = "stop: {failures_in_a_row: 1000, uncertain_in_a_row: 1000}\n"
    program: list[str] = field(default_factory=lambda: PROGRAM)
    process_factory: ProcessFactory | None = None
    postgres: str | None = None
    sheet: Path = field(init=False)
    ledger: str = field(init=False)

    def __post_init__(self) -> None:
        self.sheet = self.folder / "sheet.xlsx"
        self.ledger = self.postgres or str(self.folder / "ledger.db")

    def begin(self, *more: str, die: str | None = None, nth: int = 1, stale_claim_s: float = 30.0) -> Process:
        """Start a run; `die` states where it will be killed."""
        facts: dict[str, Any] = {
            "bug": self.bug,
            "die": die,
            "nth": nth,
            "stale_claim_s": stale_claim_s,
        }
        facts["postgres"] = self.postgres is not None
        arguments = ["run", str(self.sheet), *self._options(), *more]
        if self.process_factory is not None and self.program == PROGRAM:
            return self.process_factory.bear(facts, arguments, BATCHSYNC_TOKEN=TOKEN)
        killed = self.bug or die or stale_claim_s != 30.0
        program = ["-m", "tests.crash.killed_process", json.dumps(facts)] if killed else self.program
        return _started(program, arguments)

    def _options(self) -> list[str]:
        config = self.folder / "config.yaml"
        config.write_text(
            CONFIG.format(answer_timeout_s=self.answer_timeout_s) + self.limits, encoding="utf-8"
        )
        summary = str(self.folder / "summary.json")
        return [
            "--url", self.url, "--ledger", str(self.ledger), "--config", str(config), "--summary-json", summary,
            "--rate", str(RATE), "--concurrency", str(CONCURRENCY), "--lang", "en", "-q", "--no-progress",
            *self.given,
        ]  # fmt: skip

    @property
    def result(self) -> Path:
        """Where the last run that ended states its result is."""
        return Path(self.summary()["result"])

    def summary(self) -> dict[str, Any]:
        (facts,) = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        assert isinstance(facts, dict)
        return facts


def write_sheet(path: Path, size: int, rng: random.Random) -> list[Key]:
    """Write a sheet with a few duplicates and damaged rows; return the orders it asks for."""
    from xlsxwriter import Workbook

    numbers: list[str] = []
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ("order_sn", "mall_id", "buyer"))
        for line in range(1, size + 1):
            dice = rng.random()
            number = "1.26E+17" if dice < 0.01 else f"261101-{line:015d}"
            if numbers and 0.01 <= dice < 0.03:
                number = rng.choice(numbers)
            elif dice >= 0.01:
                numbers.append(number)
            sheet.write_string(line, 0, number)
            sheet.write_string(line, 1, OWNER)
            sheet.write_string(line, 2, f"buyer {line}")
    return [(OWNER, number) for number in numbers]


# --- The campaign -------------------------------------------------------------------------------------------


def campaign(folder: Path, asked: Campaign, process_factory: ProcessFactory) -> Figures:
    """Kill, resume, kill again; then let it end, and ask the oracle."""
    rng = random.Random(asked.seed)
    figures = Figures(rows=asked.rows)
    keys = write_sheet(folder / "sheet.xlsx", asked.rows, rng)
    faults = (*FAULTS, "twice") if asked.keep_alive else FAULTS
    share = ["--faults", "0.15", "--seed", str(asked.seed), "--only", ",".join(faults), "--latency", "0.005"]
    if asked.redirects:
        script = folder / "script.yaml"
        away = rng.sample(keys, asked.redirects)
        script.write_text("".join(f'"{key[1]}": redirect\n' for key in away), "utf-8")
        share += ["--script", str(script)]
    began = time.monotonic()
    with vendor(folder, *share, process_factory=process_factory) as url:
        given = ["--keep-alive"] if asked.keep_alive else []
        operator = Operator(
            folder,
            url,
            asked.bug,
            given,
            answer_timeout_s=asked.answer_timeout_s,
            process_factory=process_factory,
            postgres=asked.postgres,
        )
        each = max(1, asked.rows // max(1, asked.kills))
        while figures.kills < asked.kills and figures.lives < asked.kills * LIVES_A_KILL:
            _one_life(operator, asked, figures, rng, each)
        _let_it_end(operator, figures)
    figures.seconds = time.monotonic() - began
    judge(operator, keys, figures)
    return figures


def _one_life(operator: Operator, asked: Campaign, figures: Figures, rng: random.Random, each: int) -> None:
    """Begin a run that is going to be killed, or at the latest ends after a few rows."""
    figures.lives += 1
    at_step = bool(asked.steps) or rng.random() < 0.6
    point = rng.choice(asked.steps or ALL_STEPS) if at_step else AT_RANDOM
    step = point.partition(" ")[2]
    limit = ("--limit", str(rng.randrange(1, each + 1) if step in ONCE_A_RUN else 2 * each))
    if at_step:
        nth = 1 if step in ONCE_A_RUN else rng.randrange(1, (each // 3 if step == "commit" else each) + 2)
        process = operator.begin(*limit, die=point, nth=nth)
    else:
        process = operator.begin(*limit)
        _kill_at_random(process, operator.folder / "books.jsonl", rng, 2 * each / CALLS_A_SECOND)
    reported, _ = process.communicate(timeout=LIFE_AT_MOST_S)
    code = process.wait(LIFE_AT_MOST_S)
    if code < 0:
        figures.kills += 1
        figures.killed_at[point] += 1
    elif code not in {0, 1, 3}:
        figures.accidents.append(f"exit code {code}: {reported}")


def _kill_at_random(process: Process, books: Path, rng: random.Random, within_s: float) -> None:
    """Kill a process some time after its first call stands in the books; one in five some time after its start."""
    before = books.stat().st_size
    early = rng.random() < 0.2
    while not early and process.poll() is None and books.stat().st_size == before:
        time.sleep(0.002)
    time.sleep(rng.uniform(0, STARTS_WITHIN_S if early else within_s))
    process.kill()


def _let_it_end(operator: Operator, figures: Figures) -> None:
    for _ in range(ENDS_TRIED):
        figures.lives += 1
        process = operator.begin()
        reported, _ = process.communicate(timeout=LIFE_AT_MOST_S)
        code = process.wait(LIFE_AT_MOST_S)
        if code in {0, 1}:
            return
    figures.accidents.append(f"it never ended: exit code {code}: {reported}")


# --- The oracle's evidence ----------------------------------------------------------------------------------


def judge(operator: Operator, keys: list[Key], figures: Figures) -> None:
    """Lay the result workbook, the summary and the ledger's runs beside the vendor's books."""
    books, doubtful = read_books(operator.folder / "books.jsonl")
    _end(operator)
    with open_ledger(operator.ledger, read_only=True) as ledger:
        names = [record.run for record in reversed(ledger.runs())]
        runs = [_reports_of_ledger(list(rows(ledger.results(name)))) for name in names]
        for name in names:
            dead = {
                (entry.owner_id, entry.number)
                for entry in ledger.results(name)
                if entry.calls and entry.reason is Reason.CRASH
            }
            doubtful |= dead
            figures.uncertain_by_kill += len(dead)
            figures.most_uncertain_by_one_kill = max(figures.most_uncertain_by_one_kill, len(dead))
    last = reports_of_workbook(operator.result)
    figures.broken += [
        f"the workbook says {ours}, the ledger {theirs}"
        for ours, theirs in zip(last, runs[-1], strict=True)
        if _comparable(ours) != _comparable(theirs)
    ]
    figures.broken += _summary_faults(operator.summary(), last, figures.rows)
    reported = merge_reports([*runs[:-1], last])
    figures.broken += violations(keys, reported, books, may_be_uncertain=doubtful)
    kills = figures.kills if operator.postgres else 1  # a run over PostgreSQL goes on in the process after
    if figures.most_uncertain_by_one_kill > CONCURRENCY * kills:
        figures.broken.append(f"one kill left {figures.most_uncertain_by_one_kill} orders uncertain")
    figures.charged = sum(charged.times for charged in books.values())
    figures.points = sum(charged.points for charged in books.values())
    settled = {key for key, each in reported.items() if each.status in SETTLED}
    figures.reported_points = sum(reported[key].points or 0 for key in settled)
    figures.settled_points = sum(books[key].points for key in settled & books.keys() if books[key].named)
    figures.uncertain = sum(each.status is RowStatus.UNCERTAIN for each in reported.values())


def _end(operator: Operator) -> None:
    """See the last dead given up: with PostgreSQL that is somebody's act, some time after their end."""
    if operator.postgres is not None:
        with PostgresLedger(operator.postgres) as ledger:
            while True:
                with contextlib.suppress(LedgerBusy), ledger.lock(1, "oracle"):
                    return
                time.sleep(0.1)


def read_books(path: Path) -> tuple[dict[Key, Charged], set[Key]]:
    """Return what each order was charged, and the orders whose answers left a uncertainty."""
    books: dict[Key, Charged] = {}
    doubtful: set[Key] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        key = (call["owner_id"], call["order"])
        charged = books.setdefault(key, Charged())
        charged.calls += 1
        if call["points"] is not None:
            charged.times += 1
            charged.points += call["points"]
            charged.named = charged.named and call["behaviour"] not in UNNAMED
        if call["behaviour"] in UNCERTAIN_FAULTS:
            doubtful.add(key)
    return books, doubtful


def _reports_of_ledger(found: list[Any]) -> list[OrderReport]:
    return [
        OrderReport((row.entries[0].owner_id, row.entries[0].number), row.status, row.points, row.calls)
        for row in found
    ]


def reports_of_workbook(path: Path) -> list[OrderReport]:
    """Read a result as its user does."""
    from openpyxl import load_workbook

    from batchsync.messages import Lang, result_columns

    status_of = {text.render(Lang.EN): status for status, text in result_columns.STATUSES.items()}
    book = load_workbook(path, read_only=True)
    lines = book.worksheets[0].iter_rows(values_only=True)
    place = {name: at for at, name in enumerate(next(lines))}
    reported = [
        OrderReport(
            (_key(line[place["mall_id"]], status), str(line[place["order_sn"]])),
            status,
            None if (points := line[place["points spent"]]) is None else int(str(points)),
            int(str(line[place["attempts"]] or 0)),
        )
        for line in lines
        if (status := status_of.get(str(line[place["sync status"]]))) is not None
    ]
    book.close()
    return reported


def _comparable(reported: OrderReport) -> tuple[object, ...]:
    """Leave out what a workbook leaves empty."""
    pays = reported.status in {RowStatus.SYNCED, RowStatus.FAILED}
    return reported.key[1], reported.status, reported.points if pays else None, reported.calls


def _key(owner: object, status: RowStatus) -> str:
    return "" if status is RowStatus.INVALID else str(owner)


def _summary_faults(summary: dict[str, Any], reported: list[OrderReport], size: int) -> Iterator[str]:
    counts = Counter(each.status for each in reported)
    for status in RowStatus:
        if summary[status] != counts[status]:
            yield f"{summary[status]} {status} in the summary, {counts[status]} in the result"
    if not size == summary["rows"] == len(reported):
        yield f"{size} rows in, {summary['rows']} in the summary, {len(reported)} out"
    if summary["points_spent"] != sum(each.points or 0 for each in reported):
        yield "the summary's points are not the rows' points"

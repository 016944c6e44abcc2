"""Whole processes in trouble: a full disk, SIGSTOP, two runs at once, jumping clocks, a dead upstream."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.model import RowStatus
from tests.crash.fixtures import ProcessFactory
from tests.crash.kills import (
    CONCURRENCY,
    OWNER,
    Figures,
    Operator,
    Process,
    judge,
    read_books,
    reports_of_workbook,
    vendor,
)
from tests.oracle import Key

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and mounts of POSIX")
WAIT_S = 30.0


def write_orders(folder: Path, size: int) -> list[Key]:
    from xlsxwriter import Workbook

    keys = [(OWNER, f"261101-{line:015d}") for line in range(1, size + 1)]
    with Workbook(folder / "sheet.xlsx") as book:
        sheet = book.add_worksheet("Orders")
        for line, row in enumerate([("mall_id", "order_sn"), *keys]):
            sheet.write_row(line, 0, row)
    return keys


def _wait_for_calls(books: Path, count: int) -> None:
    deadline = time.monotonic() + WAIT_S
    while books.read_bytes().count(b"\n") < count:
        assert time.monotonic() < deadline, "no calls came"
        time.sleep(0.005)


def ended(process: Process) -> tuple[int, str]:
    reported, _ = process.communicate(timeout=WAIT_S)
    return process.wait(WAIT_S), reported


def test_a_second_run_is_turned_away_and_names_the_first(
    tmp_path: Path, process_factory: ProcessFactory
) -> None:
    """Exit 4 with a sentence; the first goes on undisturbed, and no order is charged twice."""
    keys = write_orders(tmp_path, 60)
    with vendor(tmp_path, "--latency", "0.05", process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, given=["--rate", "20"], process_factory=process_factory)
        first = operator.begin()
        _wait_for_calls(tmp_path / "books.jsonl", 5)
        first.send_signal(signal.SIGSTOP)  # still there, and still its holder, however long the second takes
        second = Operator(tmp_path, url, process_factory=process_factory).begin(
            "--summary-json", str(tmp_path / "second.json")
        )
        code, reported = ended(second)
        first.send_signal(signal.SIGCONT)
        assert (4, True) == (code, "-sheet" in reported and str(first.pid) in reported)
        assert 0 == ended(first)[0]
    figures = Figures(rows=60)
    judge(operator, keys, figures)
    assert ([], 60) == (figures.broken, figures.charged)


def test_a_stopped_process_sends_nothing_stale(tmp_path: Path, process_factory: ProcessFactory) -> None:
    """SIGSTOP for longer than a claim stays fresh: what was claimed before is claimed anew, or in uncertainty; never twice."""
    keys = write_orders(tmp_path, 80)
    with vendor(tmp_path, "--latency", "0.02", process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, given=["--rate", "100"], process_factory=process_factory)
        process = operator.begin(stale_claim_s=0.2)
        for _ in range(4):
            _wait_for_calls(tmp_path / "books.jsonl", 5)
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.3)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.1)
        assert ended(process)[0] in {0, 1}
    figures = Figures(rows=80)
    books, _ = read_books(tmp_path / "books.jsonl")
    judge(operator, keys, figures)
    assert ([], 80) == ([fault for fault in figures.broken if "without a reason" not in fault], len(books))
    assert figures.uncertain <= 4 * CONCURRENCY


def test_a_dead_upstream_costs_few_unknown_rows(tmp_path: Path, process_factory: ProcessFactory) -> None:
    """All silent: at most the calls under way and the breaker's N are unknown, and the rest is reported as not sent."""
    write_orders(tmp_path, 200)
    script = tmp_path / "silent.yaml"
    script.write_text('"*": silent\n', encoding="utf-8")
    with vendor(tmp_path, "--script", str(script)) as url:
        operator = Operator(tmp_path, url, process_factory=process_factory)
        operator.limits = "stop: {uncertain_in_a_row: 5}\n"
        code, _ = ended(operator.begin())
    reported = [each.status for each in reports_of_workbook(operator.result)]
    summary = operator.summary()
    assert (3, "failures") == (code, summary["stopped"])
    assert 5 <= reported.count(RowStatus.UNCERTAIN) <= CONCURRENCY + 5
    assert 200 == reported.count(RowStatus.UNCERTAIN) + reported.count(RowStatus.NOT_SENT)


def test_ctrl_c_twice_leaves_only_what_was_under_way_in_uncertain(
    tmp_path: Path, process_factory: ProcessFactory
) -> None:
    """The first finishes, the second gives up: exit 130 with a result, and the next run ends the work."""
    keys = write_orders(tmp_path, 120)
    with vendor(tmp_path, "--latency", "0.3", process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, process_factory=process_factory)
        process = operator.begin()
        _wait_for_calls(tmp_path / "books.jsonl", 20)
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert 130 == ended(process)[0]
        in_uncertain = [
            row for row in reports_of_workbook(operator.result) if row.status is RowStatus.UNCERTAIN
        ]
        assert 1 <= len(in_uncertain) <= CONCURRENCY
        assert ended(operator.begin())[0] in {0, 1}
    figures = Figures(rows=120)
    judge(operator, keys, figures)
    assert [] == [fault for fault in figures.broken if "without a reason" not in fault]


CLOCK = """
import sys, time
from datetime import timedelta
from batchsync.clock import SystemClock
now, began = SystemClock.now, time.monotonic()
jumps = (-90_000, 5_000_000, -1, 0)
SystemClock.now = lambda self: now(self) + timedelta(seconds=jumps[int((time.monotonic() - began) * 40) % 4])
from batchsync.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_jumping_subprocess_clock_changes_nothing_but_times(
    tmp_path: Path, process_factory: ProcessFactory
) -> None:
    """Back a day, ahead two months, 40 times a second: every order is paid for once, and all is reported."""
    keys = write_orders(tmp_path, 60)
    with vendor(tmp_path, "--latency", "0.02", process_factory=process_factory) as url:
        operator = Operator(tmp_path, url, given=["--rate", "60"], process_factory=process_factory)
        operator.program = ["-c", CLOCK]
        assert 0 == ended(operator.begin())[0]
    figures = Figures(rows=60)
    judge(operator, keys, figures)
    assert ([], 60, 0) == (figures.broken, figures.charged, figures.uncertain)


# --- A full disk --------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 80 MB of its own; a mount needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or _mount("-t", "tmpfs", "-o", "size=80m", "tmpfs", str(folder)) != 0:
        pytest.skip("mounting a small disk needs root and the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _mount(*given: str) -> int:
    return subprocess.run(["mount", *given], capture_output=True, check=False).returncode


def test_a_full_disk_stops_the_run_and_loses_no_outcome(
    tmp_path: Path, small_disk: Path, process_factory: ProcessFactory
) -> None:
    """In the middle no byte is left: exit 3 and a sentence; every answer is known all the same, and the next run goes on."""
    keys = write_orders(tmp_path, 400)
    with vendor(tmp_path, "--latency", "0.02", process_factory=process_factory) as url:
        operator = Operator(
            tmp_path, url, given=["--rate", "20"], process_factory=process_factory
        )  # 20 s to fill a disk in
        operator.ledger = str(small_disk / "ledger.db")
        process = operator.begin()
        _wait_for_calls(tmp_path / "books.jsonl", 30)
        filler = small_disk / "filler"
        _fill(filler)
        code, reported = ended(process)
        assert (3, True) == (code, "disk" in reported.lower())
        stopped = reports_of_workbook(operator.result)
        assert "disk" == operator.summary()["stopped"]
        assert [] == [row for row in stopped if row.status is RowStatus.UNCERTAIN]
        paid, _ = read_books(tmp_path / "books.jsonl")
        assert len(paid) == sum(row.status is RowStatus.SYNCED for row in stopped) < 400
        filler.unlink()
        assert 0 == ended(operator.begin("--rate", "1000"))[0]
    figures = Figures(rows=400)
    judge(operator, keys, figures)
    assert ([], 400, 0) == (figures.broken, figures.charged, figures.uncertain)


def _fill(filler: Path) -> None:
    """Take every byte that is left."""
    piece = 1 << 20
    with filler.open("wb", buffering=0) as file:
        while piece:
            try:
                file.write(b"x" * piece)
            except OSError:
                piece //= 2

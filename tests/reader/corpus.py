"""Runs the reader over every file of a folder, each in a process of its own, and reports where it misses its limits.

python -m tests.reader.corpus FOLDER... [--peers] [--jobs N] [--save PATH]

The limits: no traceback, nothing beyond 10 s or 1 GB, no parent that ended; with `--peers`, at least 98 % of what calamine,
openpyxl or the csv module opens, ours opens. Nothing of a corpus is kept here. POSIX only: it forks.
"""

import argparse
import csv
import json
import os
import resource
import selectors
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear, FileUnreadable
from batchsync.messages.render import Lang
from batchsync.model import CellBatch, KnownOrders, RowBatch
from batchsync.planning.plan import make_plan
from batchsync.reader import read_cells, read_orders

MOST_SECONDS = 10.0
MOST_BYTES = 1 << 30
GIVEN_UP = 30.0
PEER_MEMORY = 3 << 30
TEXTS = frozenset({".csv", ".tsv", ".txt", ".tab", ".prn", ".psv"})

Way = Callable[[Path], "Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a file: cells read, or a sentence, and the exception if it was none of ours."""

    cells: int = 0
    sentence: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a reader did with a file, as its own process shows it."""

    way: str
    path: str
    reading: Reading
    died: bool
    seconds: float
    worked: float
    """Seconds on a processor: more exact on a busy machine."""
    peak: int

    @property
    def opened(self) -> bool:
        return not (self.died or self.reading.sentence or self.reading.traceback)

    @property
    def faults(self) -> list[str]:
        """Return the bars that it breaks."""
        return [
            name
            for name, broken in (
                ("dead", self.died),
                ("traceback", bool(self.reading.traceback)),
                ("slow", self.seconds > MOST_SECONDS and self.worked > MOST_SECONDS / 3),
                ("large", self.peak > MOST_BYTES),
            )
            if broken
        ]


# --- Ways of reading ----------------------------------------------------------------------------------------


def every_cell(path: Path) -> Reading:
    """Ours, as the writer reads."""
    try:
        batches = [item for item in read_cells(path, InputSettings()) if isinstance(item, CellBatch)]
    except (FileUnreadable, ColumnsUnclear) as error:
        return Reading(sentence=error.render(Lang.EN))
    return Reading(sum(sum(map(bool, row)) for batch in batches for row in batch.rows))


def the_plan(path: Path) -> Reading:
    """Ours, as `check` reads."""
    settings = InputSettings(owner_id="780000001")
    rows = 0

    def counted() -> Iterator[object]:
        nonlocal rows
        for item in read_orders(path, settings):
            rows += len(item.lines) if isinstance(item, RowBatch) else 0
            yield item

    try:
        make_plan(counted(), settings, lambda _, numbers: KnownOrders(states=bytes(len(numbers))))  # type: ignore[arg-type]
    except (FileUnreadable, ColumnsUnclear) as error:
        return Reading(sentence=error.render(Lang.EN))
    return Reading(rows)


def by_calamine(path: Path) -> Reading:
    import python_calamine

    with path.open("rb") as stream:
        book = python_calamine.CalamineWorkbook.from_object(stream)
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return Reading(sum(cell != "" for sheet in sheets for row in sheet for cell in row))


def by_openpyxl(path: Path) -> Reading:
    import openpyxl

    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        return Reading(
            sum(
                cell is not None
                for sheet in book.worksheets
                for row in sheet.iter_rows(values_only=True)
                for cell in row
            )
        )


def by_csv(path: Path) -> Reading:
    csv.field_size_limit(2**31 - 1)
    with path.open(newline="", encoding="utf-8") as stream:
        return Reading(sum(bool(cell) for row in csv.reader(stream) for cell in row))


OURS: tuple[Way, ...] = (every_cell, the_plan)
BOOK_PEERS: tuple[Way, ...] = (by_calamine, by_openpyxl)


# --- A process of its own -----------------------------------------------------------------------------------


def measured(way: Way, path: Path, *, limited: bool) -> Measured:
    """Read a file in a forked process and watch it: how long, how much memory with its children, how it ended."""
    out, into = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _answer(way, path, into, limited=limited)
    os.close(into)
    data = _output_of(out, pid)
    _, status, used = os.wait4(pid, 0)
    seconds = time.monotonic() - began
    reading = Reading(**json.loads(data)) if data and status == 0 else Reading()
    worked = used.ru_utime + used.ru_stime
    dead = status != 0 or not data
    return Measured(way.__name__, str(path), reading, dead, seconds, worked, used.ru_maxrss << 10)


def _answer(way: Way, path: Path, into: int, *, limited: bool) -> None:
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        if limited:
            resource.setrlimit(resource.RLIMIT_AS, (PEER_MEMORY, PEER_MEMORY))
        try:
            reading = way(path)
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            reading = Reading(traceback=f"{type(error).__name__}: {error}"[:300])
        os.write(into, json.dumps(asdict(reading)).encode())
        os._exit(0)
    finally:
        os._exit(1)


def _output_of(out: int, pid: int) -> bytes:
    """Return the output of the process; kill it when it takes too long."""
    data, over = b"", time.monotonic() + GIVEN_UP
    with selectors.DefaultSelector() as ready:
        ready.register(out, selectors.EVENT_READ)
        while True:
            if not ready.select(max(0.0, over - time.monotonic())):
                os.kill(pid, signal.SIGKILL)
                break
            block = os.read(out, 1 << 16)
            if not block:
                break
            data += block
    os.close(out)
    return data


# --- The report ---------------------------------------------------------------------------------------------


def one_file(path: Path, *, peers: bool) -> list[Measured]:
    """Return what ours, and the peers, made of a file."""
    ways = [measured(way, path, limited=False) for way in OURS]
    if peers:
        others = (by_csv,) if path.suffix.lower() in TEXTS else BOOK_PEERS
        ways += [measured(way, path, limited=True) for way in others]
    return ways


def files_of(folders: list[Path]) -> list[Path]:
    """Return the regular, filled files below some folders."""
    every = (path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*")))
    return sorted(path for path in every if path.is_file() and path.stat().st_size)


def report(results: list[list[Measured]]) -> int:
    """Print what falls short, and return how many bars are broken."""
    ours = [one for file in results for one in file if one.way in {way.__name__ for way in OURS}]
    faults = Counter(fault for one in ours for fault in one.faults)
    by_peers = [file for file in results if _opened_by_peers(file)]
    missed = [file for file in by_peers if not file[0].opened]
    sentences = Counter(_kind(file[0].reading.sentence) for file in results if file[0].reading.sentence)
    print(f"{len(results)} files, {sum(file[0].opened for file in results)} read, {dict(faults)}")
    print(
        f"longest at work {max(one.worked for one in ours):.1f} s, largest {max(one.peak for one in ours) >> 20} MiB"
    )
    if by_peers:
        share = 1 - len(missed) / len(by_peers)
        print(f"{share:.2%} of the {len(by_peers)} files that a peer opens")
    for sentence, count in sentences.most_common():
        print(f"{count:5} {sentence}")
    return len(faults) + bool(by_peers and len(missed) > 0.02 * len(by_peers))


def show(file: list[Measured]) -> None:
    """Print at once where a file falls short."""
    for one in file[: len(OURS)]:
        if one.faults:
            took = f"{one.seconds:.1f} s ({one.worked:.1f} s at work) {one.peak >> 20} MiB"
            print(f"{','.join(one.faults)}: {one.way} {one.path} {took} {one.reading}", flush=True)
    if _opened_by_peers(file) and not file[0].opened:
        print(f"missed: {file[0].path}: {file[0].reading.sentence or file[0].reading.traceback}", flush=True)


def _opened_by_peers(file: list[Measured]) -> bool:
    return any(one.opened for one in file[len(OURS) :])


def _kind(sentence: str) -> str:
    """Return a sentence without the name of its file."""
    return " ".join(word for word in sentence.split() if "." not in word.rstrip("."))[:90]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    if options.peers:
        import openpyxl  # noqa: F401 - once, not in every fork
        import python_calamine  # noqa: F401
    paths = files_of(options.folder)
    results: list[list[Measured]] = []
    pool = ThreadPoolExecutor(options.jobs)
    try:
        for file in pool.map(lambda path: one_file(path, peers=options.peers), paths):
            results.append(file)
            show(file)
    except KeyboardInterrupt:
        print(f"interrupted: {len(paths) - len(results)} of {len(paths)} files left out")
    finally:
        pool.shutdown(cancel_futures=True)
    if options.save:
        options.save.write_text(json.dumps([[asdict(one) for one in file] for file in results], indent=1))
    return report(results)


if __name__ == "__main__":
    sys.exit(main())

"""Measuring: a command as a whole process tree, rounds that take turns, medians and ratios.

Machines are shared and drift, so nothing here is judged by seconds: what is compared is run in turn (A B A B ...), and a
ratio is the median of the rounds' own ratios.
"""

import contextlib
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
"""Where inputs are made once and figures are kept."""
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(ROOT),
    "BATCHSYNC_TOKEN": "token-for-benchmarks",
    "PYTHONDONTWRITEBYTECODE": "",  # compiled once, as an installed program is
    "PYTHONPYCACHEPREFIX": str(WORK / "compiled"),
}
SAMPLE_S = 0.02
PAGE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One finished command."""

    elapsed_s: float
    cpu_s: float
    """User and system time, of children too."""
    peak_mib: float
    """Resident memory of the command and its children together, at its highest (sampled; shared pages count once
    per process)."""
    status: int
    stdout: str
    stderr: str


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> Measured:
    """Run a command to its end and account for all of it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=WORK,
        env=ENVIRONMENT | (env or {}),
    )
    memory = Memory(process.pid)
    before = children_cpu_s()
    with memory:
        stdout, stderr = process.communicate()
    elapsed_s = time.perf_counter() - began
    return Measured(
        elapsed_s=elapsed_s,
        cpu_s=children_cpu_s() - before,
        peak_mib=memory.peak_mib,
        status=process.returncode,
        stdout=stdout,
        stderr=stderr,
    )


def children_cpu_s() -> float:
    """User and system time of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Memory:
    """Watches the resident memory of a process and its children from a thread of its own."""

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            resident = sum(resident_bytes(pid) for pid in family(self._pid))
            self.peak_mib = max(self.peak_mib, resident / 2**20)


def family(pid: int) -> list[int]:
    """A process and all that descend from it; only itself where /proc isn't."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def resident_bytes(pid: int) -> int:
    """Resident memory of one process now."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def rounds(
    contestants: dict[str, Callable[[], float]], *, count: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Run the contestants in turn, `count` times; each returns its own figure. The warm-up is not counted."""
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(-1 if warm_up else 0, count):
        for name, contest in contestants.items():
            figure = contest()
            if number >= 0:
                figures[name].append(figure)
    return figures


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table."""

    goal: int
    what: str
    value: float | str
    bound: str = ""
    """What the goal asks, such as `>= 1.0`."""
    met: bool | None = None
    note: str = ""


@dataclass(slots=True)
class Report:
    """The figures of one script, kept beside those of the others for docs/performance.md."""

    name: str
    command: str
    figures: list[Figure] = field(default_factory=list)
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(
        self,
        goal: int,
        what: str,
        value: float,
        *,
        least: float | None = None,
        most: float | None = None,
        note: str = "",
        unit: str = "",
    ) -> None:
        met = None
        bound = ""
        if least is not None:
            bound, met = f"at least {least:g}{unit}", value >= least
        if most is not None:
            bound, met = f"at most {most:g}{unit}", value <= most
        figure = Figure(goal=goal, what=what, value=value, bound=bound, met=met, note=note)
        self.figures.append(figure)
        verdict = {True: "met", False: "MISSED", None: ""}[met]
        print(f"  {what}: {value:.3g}{unit}  {bound}  {verdict}  {note}", flush=True)

    def save(self) -> None:
        WORK.mkdir(parents=True, exist_ok=True)
        kept = {
            "command": self.command,
            "figures": [asdict(figure) for figure in self.figures],
            "series": self.series,
            "at": time.strftime("%Y-%m-%d"),
            "load": os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0,
        }
        (WORK / f"{self.name}.json").write_text(json.dumps(kept, indent=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The fast server, while it runs."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """User and system time so far; 0 where /proc isn't."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0


@contextlib.contextmanager
def serving(*options: str) -> Iterator[str]:
    """The fast server in its own process; yields its address and ends it."""
    with watched(*options) as server:
        yield server.url


@contextlib.contextmanager
def watched(*options: str) -> Iterator[Serving]:
    """The same, for whoever wants to know what it uses."""
    WORK.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=WORK,
        env=ENVIRONMENT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        yield Serving(url=f"http://127.0.0.1:{port}/vv/external/pinSynchronization", pid=process.pid)
    finally:
        process.stdin.close()
        process.wait(30)


def fresh_ledger(name: str) -> Path:
    """A place for a ledger, with nothing left there of an earlier round."""
    folder = WORK / "ledgers" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder / "ledger.sqlite"


def batchsync(command: str, *arguments: str | Path) -> list[str | Path]:
    """The command line of the program under test, by this Python."""
    return [sys.executable, "-m", "batchsync", command, *arguments, "-q"]


def sending(source: Path, url: str, ledger: Path, *options: str) -> list[str | Path]:
    """A `run` with everything on, at the limit of the wire."""
    return batchsync(
        "run",
        source,
        "--url",
        url,
        "--ledger",
        ledger,
        "--output",
        WORK / "results" / f"{source.stem}.result.xlsx",
        "--keep-alive",
        "--rate",
        "100000",
        "--concurrency",
        "100",
        "--summary-json",
        "-",
        *options,
    )


def cores() -> int:
    """How many processor cores we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    """What the figures were measured on, in one line."""
    return f"{cores()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"

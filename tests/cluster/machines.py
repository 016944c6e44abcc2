"""A small set of machines for the tests of several machines: one vendor, one database, workers and people as real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchsync.sandbox.settings import TOKEN
from tests.child_process import end_with_parent
from tests.crash.kills import vendor

ROOT = Path(__file__).parents[2]
OWNER = "7001"
ENDS_WITHIN_S = 150.0


@dataclass(slots=True)
class MachineSet:
    """Where everybody works: a folder, the vendor's address, the ledger's."""

    folder: Path
    url: str
    ledger: str
    rate: float
    concurrency: int = 10
    program: tuple[str, ...] = ("-m", "batchsync")
    started: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def start(self, name: str, *given: str) -> "subprocess.Popen[str]":
        """Start the program as on a machine of its own; what it states goes to a file."""
        settings = {
            "BATCHSYNC_TOKEN": TOKEN,
            "BATCHSYNC_STOP__UNCERTAIN_IN_A_ROW": "1000",
            "BATCHSYNC_STOP__FAILURES_IN_A_ROW": "1000",
        }
        with (self.folder / f"{name}.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, *self.program, *given, *self._options(given[0])],
                cwd=ROOT, **end_with_parent(), env=os.environ | settings, stdout=log, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def _options(self, command: str) -> list[str]:
        sending = ["--url", self.url, "--rate", str(self.rate), "--concurrency", str(self.concurrency)]
        return ["--ledger", self.ledger, "--lang", "en", *(sending if command in ("run", "worker") else [])]

    def worker(self, name: str) -> "subprocess.Popen[str]":
        """Start a worker and wait until it is there."""
        process = self.start(name, "worker")
        self.wait(lambda: "waits for runs" in self.reported(name), f"{name} to come up")
        return process

    def run(self, name: str, sheet: Path, *given: str) -> "subprocess.Popen[str]":
        """Let somebody send a sheet."""
        output = ["--output", str(self.folder / f"{name}.result.xlsx")]
        summary = ["--summary-json", str(self.folder / f"{name}.json")]
        return self.start(name, "run", str(sheet), *output, *summary, "--no-progress", *given)

    def reported(self, name: str) -> str:
        """Return all that a process has reported."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def summary(self, name: str) -> dict[str, Any]:
        """Return the totals that a run has reported."""
        (summary,) = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return dict(summary)

    def calls(self) -> list[dict[str, Any]]:
        """Return every call that the vendor has read, in its order."""
        text = (self.folder / "books.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def wait(self, is_so: "Any", what: str, within_s: float = ENDS_WITHIN_S) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + within_s
        while not is_so():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.02)

    def close(self) -> None:
        """End everybody who is still there."""
        for process in self.started:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def start_machines(
    folder: Path, ledger: str, *given: str, rate: float, concurrency: int = 10
) -> Iterator[MachineSet]:
    """Build a set of machines; everybody in it is gone at the end."""
    with vendor(folder, *given) as url:
        made = MachineSet(folder, url, ledger, rate, concurrency)
        try:
            yield made
        finally:
            made.close()


def sheet(path: Path, rows: int, *, first: int = 1) -> Path:
    """Write a sheet of so many orders."""
    lines = ["order_sn,mall_id", *(f"261101-{line:015d},{OWNER}" for line in range(first, rows + first))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def most_in_a_second(calls: list[dict[str, Any]]) -> int:
    """Return the most calls that any second holds, wherever it starts."""
    times = sorted(call["at"] for call in calls)
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def charged(calls: list[dict[str, Any]]) -> Counter[str]:
    """Return how many times each order was charged."""
    return Counter(call["order"] for call in calls if call["points"] is not None)

"""The million-row story: half of it synced before, killed by -9 twice, ends right, in bounded memory.

    python -m benchmarks.million [--rows N] [--kills N]

The server keeps books of its own: afterwards no order may have been charged twice, none may be missing, and none of
those synced before may have been charged at all.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import ENVIRONMENT, WORK, Memory, Report, fresh_ledger, sending, serving
from benchmarks.prepare import prepare

UNDER_WAY = 100


def start(command: Sequence[str | Path], talk: Path) -> subprocess.Popen[str]:
    with talk.open("a") as stderr:
        return subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=WORK,
            env=ENVIRONMENT,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=2)
    options = parser.parse_args()
    rows, kills = options.rows, options.kills
    (WORK / "results").mkdir(parents=True, exist_ok=True)
    path, ledger, talk = inputs.xlsx_file(rows), fresh_ledger("million"), WORK / "million.log"
    books, pulse = WORK / "million-books.csv", WORK / "million-pulse"
    talk.unlink(missing_ok=True)
    pulse.write_text("0")
    report = Report("million", f"python -m benchmarks.million --rows {rows} --kills {kills}")
    with serving("--books", str(books), "--pulse", str(pulse)) as url:
        prepare(str(ledger), url, rows, step=2)
        print(f"  {rows // 2:,} of {rows:,} orders synced before", flush=True)
        peaks: list[float] = []
        began = time.perf_counter()
        for kill in range(1, kills + 1):
            process = start(sending(path, url, ledger), talk)
            with Memory(process.pid) as memory:
                while int(pulse.read_text()) < rows // 2 * kill // (kills + 1):
                    assert process.poll() is None, talk.read_text()
                    time.sleep(0.05)
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            peaks.append(memory.peak_mib)
            print(
                f"  killed by -9 after {int(pulse.read_text()):,} calls, peak {memory.peak_mib:.0f} MiB",
                flush=True,
            )
        process = start(sending(path, url, ledger), talk)
        with Memory(process.pid) as memory:
            stdout, _ = process.communicate()
        peaks.append(memory.peak_mib)
        seconds = time.perf_counter() - began
    summary = json.loads(stdout)[0]
    print(f"  {summary}", flush=True)
    charged = dict(line.rsplit(",", 1) for line in books.read_text().splitlines())
    mine = {inputs.order_number(n) for n in range(1, rows, 2)}
    counted = sum(
        summary[key]
        for key in ("synced", "already_synced", "duplicate", "failed", "uncertain", "not_sent", "invalid")
    )
    report.add(5, "million: orders charged twice", sum(times != "1" for times in charged.values()), most=0)
    report.add(5, "million: orders charged that were synced before", len(charged.keys() - mine), most=0)
    report.add(
        5,
        "million: orders neither charged nor uncertain",
        max(0, len(mine - charged.keys()) - summary["uncertain"]),
        most=0,
    )
    report.add(5, "million: rows that the counts don't add up to", abs(counted - rows), most=0)
    report.add(
        5,
        f"million: uncertain rows after {kills} kills with {UNDER_WAY} calls under way",
        summary["uncertain"],
        most=kills * UNDER_WAY,
    )
    report.add(5, "million: peak of parent and child throughout", max(peaks), most=600, unit=" MiB")
    report.add(5, "million: seconds for everything after the preparation", seconds, unit=" s")
    report.save()
    sys.exit(not all(figure.met is not False for figure in report.figures))


if __name__ == "__main__":
    main()

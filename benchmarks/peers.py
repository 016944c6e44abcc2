"""How fast the peers call, against our pool in the same rounds: each with a sentence when it can't be installed.

    python -m benchmarks.peers [--rounds N]

Their libraries go into an environment of their own under build/, never into the project's.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.calls import plain_rows, pool
from benchmarks.loops import BEST
from benchmarks.measure import ROOT, WORK, Report, run, serving

VENV = WORK / "peers"
PYTHON = VENV / "bin" / "python"
NEWMAN = WORK / "newman"
PACKAGES = {
    "gather": ("aiohttp", "pandas"),
    "cookbook": ("aiohttp",),
    "drt": ("drt-core",),
    "dlt": ("dlt", "requests"),
}
ROWS = {"gather": 4_000, "cookbook": 1_500, "drt": 1_500, "dlt": 1_000, "newman": 150, "pool": 4_000}
DESCRIPTIONS = {
    "gather": "a pandas + gather script (no ledger, no limit)",
    "cookbook": "the cookbook's processor, written anew",
    "drt": "drt-core, its REST destination",
    "dlt": "dlt, a custom destination",
    "newman": "Newman",
}


def install(name: str) -> bool:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[name]],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode == 0


def install_newman() -> bool:
    if (NEWMAN / "node_modules" / ".bin" / "newman").exists():
        return True
    if shutil.which("npm") is None:
        return False
    NEWMAN.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "install", "--silent", "--no-fund", "--no-audit", "newman"],
        cwd=NEWMAN,
        check=False,
        capture_output=True,
        timeout=300,
    )
    return done.returncode == 0


def source_of(rows: int) -> Path:
    return plain_rows(inputs.csv_file(rows, columns=2), rows)


def python_peer(name: str, url: str) -> Callable[[], float]:
    """Calls a second."""

    def contest() -> float:
        measured = run([PYTHON, ROOT / "benchmarks" / "peer.py", name, url, source_of(ROWS[name])])
        assert measured.status == 0, measured.stderr[-2_000:]
        return ROWS[name] / float(measured.stdout.splitlines()[-1])

    return contest


def newman(url: str) -> Callable[[], float]:
    collection = NEWMAN / "collection.json"
    body = {
        "mode": "raw",
        "raw": '{"orderSns": "{{number}}", "ownerId": "{{owner}}"}',
        "options": {"raw": {"language": "json"}},
    }
    request = {
        "method": "POST",
        "url": url,
        "body": body,
        "header": [{"key": "Authorization", "value": "token-for-benchmarks"}],
    }
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    collection.write_text(
        json.dumps(
            {"info": {"name": "peer", "schema": schema}, "item": [{"name": "order", "request": request}]}
        )
    )

    def contest() -> float:
        command = [
            NEWMAN / "node_modules" / ".bin" / "newman",
            "run",
            collection,
            "-n",
            str(ROWS["newman"]),
            "--silent",
        ]
        measured = run(command)
        assert measured.status == 0, measured.stderr[-2_000:]
        return ROWS["newman"] / measured.elapsed_s

    return contest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    report = Report("peers", f"python -m benchmarks.peers --rounds {options.rounds}")
    with serving() as url:
        contests = {name: python_peer(name, url) for name in PACKAGES if install(name)}
        if install_newman():
            contests["newman"] = newman(url)
        mine = pool(BEST, source_of(ROWS["pool"]), url, {})
        figures: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            ours = ROWS["pool"] / mine()
            for name in list(contests):
                try:
                    figures.setdefault(name, []).append(contests[name]() / ours)
                except AssertionError as error:
                    print(f"  {name} did not run: {str(error).splitlines()[-1]}")
                    del contests[name]
    for name, description in DESCRIPTIONS.items():
        if name in contests:
            report.add(7, description, statistics.median(figures[name]))
        else:
            print(f"  {description}: could not be installed or run here")
    report.save()


if __name__ == "__main__":
    main()

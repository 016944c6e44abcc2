"""The long proof: every harness at length, its figures on one page (docs/proof.md).

`make prove` is the long form; `python -m tests.prove --kills 100 --simulations 3000 --cuts 1000` a shorter one.
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from tests.crash import powercut
from tests.crash.faulty import KILLS_CATCH
from tests.crash.fixtures import cradled
from tests.crash.kills import AT_RANDOM, CONCURRENCY, Campaign, Figures, campaign
from tests.nightly import month_of_nights
from tests.postgres import Server
from tests.simulation.simulated_run import ROWS_LEAST, ROWS_MOST, Past, play
from tests.simulation.test_simulated_runs import PLANTED as WORLDS_PLANTED

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proof.md"
WORLDS_AT_ONCE = 50
ROWS_PER_KILL = 40
KILLS_EACH = 25
KILLS_TO_CATCH = 15
REDIRECTS_EACH = 2
ANSWER_TIMEOUT_S = 4.0
SEEDS_TO_CATCH = 60
CUTS_EACH = 250
CUTS_TO_CATCH = 200
NIGHTS_EACH = 30
T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True, kw_only=True)
class Part:
    """What one harness found."""

    name: str
    figures: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    caught: dict[str, str] = field(default_factory=dict)
    """Planted bug -> how it was found out; empty when it wasn't."""
    seconds: float = 0.0


# --- Simulations --------------------------------------------------------------------------------------------


def simulations(pool: ProcessPoolExecutor, count: int) -> Part:
    """Whole worlds in virtual time."""
    part = Part(name="Simulated worlds")
    firsts = range(0, count, WORLDS_AT_ONCE)
    seen: Counter[str] = Counter()
    for worlds in _each(
        pool, _worlds, [(first, min(WORLDS_AT_ONCE, count - first)) for first in firsts], part
    ):
        for past in worlds:
            seen.update(
                worlds=1, lives=past.lives, deaths=past.deaths, charged=past.charged, uncertain=past.uncertain
            )
            part.broken += [f"seed {past.seed}: {fault}" for fault in past.broken]
    part.figures = [
        ("worlds", f"{seen['worlds']:,} of {ROWS_LEAST} to {ROWS_MOST} rows"),
        ("processes begun", f"{seen['lives']:,}"),
        ("of these killed at a step, a statement or an instant", f"{seen['deaths']:,}"),
        ("orders charged", f"{seen['charged']:,}"),
        ("uncertain at the end", f"{seen['uncertain']:,}"),
    ]
    part.caught = dict(_each(pool, _world_with_bug, list(WORLDS_PLANTED), part))
    return part


def _worlds(span: tuple[int, int]) -> list[Past]:
    return [_world(seed) for seed in range(span[0], sum(span))]


def _world(seed: int) -> Past:
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        past = play(seed, Path(folder))
    past.log.clear()
    return past


def _world_with_bug(bug: str) -> tuple[str, str]:
    with WORLDS_PLANTED[bug]():
        seed = next((seed for seed in range(SEEDS_TO_CATCH) if _world(seed).broken), None)
    return bug, "" if seed is None else f"by seed {seed}"


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


# --- kill -9 ------------------------------------------------------------------------------------------------


def kills(pool: ProcessPoolExecutor, count: int) -> Part:
    """The real program, killed and begun again."""
    return _kills(pool, count, Part(name="kill -9"), _campaign, _campaign_with_bug)


def kills_over_postgres(pool: ProcessPoolExecutor, count: int) -> Part:
    """The same over a ledger in PostgreSQL, a server for each campaign."""
    part = Part(name="kill -9, the ledger in PostgreSQL")
    return _kills(pool, count, part, _campaign_over_postgres, _campaign_over_postgres_with_bug)


def _kills(
    pool: ProcessPoolExecutor,
    count: int,
    part: Part,
    play: Callable[[Campaign], Figures],
    play_with_bug: Callable[[str], tuple[str, str]],
) -> Part:
    asked = [_asked(seed, some) for seed, some in enumerate(_shares(count, KILLS_EACH))]
    all_figures = list(_each(pool, play, asked, part))
    part.broken += [
        f"campaign {seed}: {fault}"
        for seed, each in enumerate(all_figures)
        for fault in [*each.broken, *each.accidents]
    ]
    total = partial(_total, all_figures)
    at = sum((each.killed_at for each in all_figures), Counter[str]())
    instants = at.pop(AT_RANDOM, 0)
    part.figures = [
        ("kills", f"{total('kills'):,}"),
        ("of these at a random instant", f"{instants:,}"),
        (f"of these exactly before or after one of {len(at)} steps", f"{sum(at.values()):,}"),
        ("rows, with 15 % faults", f"{total('rows'):,}"),
        ("processes begun", f"{total('lives'):,}"),
        ("orders charged", f"{total('charged'):,}"),
        ("points told for synced and failed rows", f"{total('told_points'):,}"),
        ("points charged for them", f"{total('settled_points'):,}"),
        ("points charged in all, uncertain ones included", f"{total('points'):,}"),
        ("uncertain at the end", f"{total('uncertain'):,}"),
        ("of these because of a kill", f"{total('uncertain_by_kill'):,}"),
        (
            f"most that one kill left uncertain (of {CONCURRENCY} calls under way)",
            f"{max((each.most_uncertain_by_one_kill for each in all_figures), default=0)}",
        ),
    ]
    part.caught = dict(_each(pool, play_with_bug, list(KILLS_CATCH), part))
    return part


def _asked(seed: int, some: int) -> Campaign:
    return Campaign(
        rows=ROWS_PER_KILL * some,
        kills=some,
        seed=seed,
        keep_alive=seed % 2 == 1,
        redirects=REDIRECTS_EACH,
        answer_timeout_s=ANSWER_TIMEOUT_S,
    )


def _total(all_figures: Iterable[Figures], name: str) -> int:
    return sum(int(getattr(each, name)) for each in all_figures)


def _campaign(asked: Campaign) -> Figures:
    with tempfile.TemporaryDirectory() as folder, cradled() as process_factory:
        return campaign(Path(folder), asked, process_factory)


def _campaign_over_postgres(asked: Campaign) -> Figures:
    server = Server()
    try:
        return _campaign(replace(asked, postgres=server.fresh()))
    finally:
        server.stop()


def _campaign_with_bug(bug: str, play: Callable[[Campaign], Figures] = _campaign) -> tuple[str, str]:
    """The same campaign, a shorter one, with a bug in the program."""
    found = play(replace(_asked(0, KILLS_TO_CATCH), bug=bug)).broken
    twice = [fault for fault in found if "charged 2 times" in fault]
    if twice:
        return bug, f"{len(twice)} orders charged twice in {KILLS_TO_CATCH} kills"
    return bug, found[0].partition(": ")[2] if found else ""


def _campaign_over_postgres_with_bug(bug: str) -> tuple[str, str]:
    return _campaign_with_bug(bug, _campaign_over_postgres)


# --- Power cuts ---------------------------------------------------------------------------------------------


def power_cuts(pool: ProcessPoolExecutor, count: int) -> Part:
    """The ledger on a disk that forgets what was not synced."""
    part = Part(name="Power cuts")
    asked = [(some, seed) for seed, some in enumerate(_shares(count, CUTS_EACH))]
    found = list(_each(pool, _cut, asked, part))
    part.broken += [f"campaign {seed}: {fault}" for seed, each in enumerate(found) for fault in each.faults]
    part.figures = [
        ("power cuts", f"{sum(each.cuts for each in found):,}"),
        ("ledgers", f"{sum(each.ledgers for each in found):,}"),
        ("of these on a disk that was full by then", f"{sum(each.full for each in found):,}"),
        ("orders sent", f"{sum(each.sent for each in found):,}"),
        ("outcomes that only the journal could take", f"{sum(each.journaled for each in found):,}"),
        (
            "findings of an order uncertain after a cut, summed over the cuts",
            f"{sum(each.uncertain for each in found):,}",
        ),
        (
            "sent orders read as planned, sent twice, or ledgers not sound",
            f"{sum(len(each.faults) for each in found)}",
        ),
    ]
    part.caught = dict(_each(pool, _cut_with_bug, list(powercut.BUGS), part))
    return part


def _cut(asked: tuple[int, int]) -> powercut.Figures:
    return powercut.campaign(*asked)


def _cut_with_bug(bug: str) -> tuple[str, str]:
    found = powercut.campaign(CUTS_TO_CATCH, 0, bug)
    how = f"by cut {found.cuts}: {found.faults[0]}" if found.faults else ""
    return bug.replace("_", " "), how


# --- Nights -------------------------------------------------------------------------------------------------


def nights(pool: ProcessPoolExecutor, count: int) -> Part:
    """Months of nights at an inbox, each with a vendor of its own."""
    part = Part(name="Unattended nights")
    found = list(_each(pool, month_of_nights.month, list(range(-(-count // NIGHTS_EACH))), part))
    part.broken += [f"month {seed}: {fault}" for seed, each in enumerate(found) for fault in each.broken]
    part.figures = [
        ("nights", f"{sum(each.nights for each in found):,}"),
        ("files brought: good, bad, copied, half copied, hostile", f"{sum(each.files for each in found):,}"),
        ("nights killed at a step", f"{sum(each.kills_inside for each in found):,}"),
        ("nights killed by -9", f"{sum(each.kills_outside for each in found):,}"),
        ("orders charged", f"{sum(each.charged for each in found):,}"),
        ("points that the reports state as certain", f"{sum(each.reported for each in found):,}"),
        ("uncertain at the end", f"{sum(each.uncertain for each in found):,}"),
    ]
    part.caught = dict(_each(pool, _month_with_bug, list(month_of_nights.PLANTED), part))
    return part


def _month_with_bug(bug: str) -> tuple[str, str]:
    with month_of_nights.PLANTED[bug]():
        found = month_of_nights.month(0)
    return bug, f"by {found.broken[0]}" if found.broken else ""


# --- What pytest proves -------------------------------------------------------------------------------------


def suites(_pool: ProcessPoolExecutor, _count: int) -> Part:
    """The fault table, the whole-process tests, the ledger's state machine: run by pytest, counted."""
    part = Part(name="Test suites")
    for name, folders in (
        (
            "the fault table against a misbehaving server, on two event loops, and its planted bugs",
            ["tests/faults"],
        ),
        (
            "a full disk, SIGSTOP, two runs at once, jumping clocks, a dead upstream, the way out of doubt",
            ["tests/crash/test_processes.py", "tests/crash/test_way_out.py"],
        ),
        ("the ledger: moves, journal, lock, disk, state machine", ["tests/ledger"]),
        ("the client's departure, the judge", ["tests/client", "tests/judge"]),
    ):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=600", *folders]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "nothing ran"
        part.figures.append((name, last.strip("= ").partition(" in ")[0]))
        if done.returncode:
            part.broken.append(f"{name}: {last}")
    return part


# --- Running and telling ------------------------------------------------------------------------------------


def _each(pool: ProcessPoolExecutor, play: Callable[[T], R], given: list[T], part: Part) -> Iterator[R]:
    """Play each on some process; what raises is reported as broken, and the others go on."""
    for number, (done, error) in enumerate(pool.map(partial(_guarded, play), given), 1):
        if number % max(1, len(given) // 20) == 0:
            print(
                f"{datetime.now():%H:%M} {part.name}: {number} of {len(given)}", file=sys.stderr, flush=True
            )
        if done is None:
            part.broken.append(f"{given[number - 1]}: {error}")
        else:
            yield done


def _guarded(play: Callable[[T], R], given: T) -> tuple[R | None, str]:
    try:
        return play(given), ""
    except Exception as error:  # noqa: BLE001 (not every error of ours can travel between processes)
        return None, repr(error)


def _shares(count: int, most: int) -> list[int]:
    return [min(most, count - first) for first in range(0, count, most)]


@dataclass(frozen=True, slots=True)
class Harness:
    """What proves something, on a number of processes of its own."""

    play: Callable[[ProcessPoolExecutor, int], Part]
    count: int
    processes: int

    def __call__(self) -> Part:
        began = time.monotonic()
        # Each in a session of its own, as the processes of the kills are: some systems share their time by sessions.
        own = getattr(os, "setsid", int)
        with ProcessPoolExecutor(self.processes, get_context("forkserver"), own) as pool:
            part = self.play(pool, self.count)
        part.seconds = time.monotonic() - began
        print("\n".join(_reported(part)), flush=True)
        return part


def prove(harnesses: list[Harness], done: Callable[[list[Part]], None]) -> None:
    """Run all at once (kills mostly wait, simulations only compute); then the suites, which want some quiet.

    `done` is reported of all parts that are over, each time that one is.
    """
    parts: dict[int, Part] = {}
    with ThreadPoolExecutor(len(harnesses) or 1) as threads:
        running = {threads.submit(harness): at for at, harness in enumerate(harnesses)}
        for over in as_completed(running):
            parts[running[over]] = over.result()
            done([parts[at] for at in sorted(parts)])
    done([*(parts[at] for at in sorted(parts)), Harness(suites, 1, 1)()])


def _reported(part: Part) -> Iterator[str]:
    verdict = f"{len(part.broken)} promises broken" if part.broken else "nothing broken"
    yield f"\n## {part.name}: {verdict} ({part.seconds / 60:.1f} minutes)\n"
    yield "| | |\n|---|---:|"
    yield from (f"| {name} | {value} |" for name, value in part.figures)
    if part.caught:
        yield "\n| planted bug | found out |\n|---|---|"
        yield from (f"| {bug} | {how or '**no**'} |" for bug, how in part.caught.items())
    yield from (f"\n- **{fault}**" for fault in part.broken[:20])


def page(parts: list[Part], command: str, commit: str, minutes: float) -> str:
    """Return the one page."""
    bad = sum(len(part.broken) for part in parts)
    blind = [f"{part.name}: {bug}" for part in parts for bug, how in part.caught.items() if not how]
    when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
    made_of = (
        f"Python {platform.python_version()}, aiohttp {version('aiohttp')}, SQLite {sqlite3.sqlite_version}"
    )
    verdict = f"{bad} promises were broken" if bad else "No promise was broken"
    head = f"""\
# The last proof

What it means: [safety.md](safety.md). This page is written by the command below.

- {when}, `{command}`, {minutes:.0f} minutes on {os.cpu_count()} cores (load average at the end {_load():.1f})
- commit {commit}; {made_of}, {platform.system()} {platform.machine()}
- **{verdict}**; planted bugs not found out: {", ".join(blind) or "none"}

The oracle of every harness: *no order was charged twice, no row is missing from the result, every order that may have been
charged is synced, failed or uncertain, and the points told for synced and failed rows are what the server charged for
them.* Beyond that: the server reads no request that the ledger doesn't know of, and no order is uncertain without a reason.
"""
    return "\n".join([head.rstrip("\n"), *(line for part in parts for line in _reported(part))]) + "\n"


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main(given: list[str]) -> int:
    """Prove what was asked for, print it, write the page; 1 when something broke or a bug went unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--postgres-kills", type=int, default=100)
    parser.add_argument("--simulations", type=int, default=20_000)
    parser.add_argument("--cuts", type=int, default=5_000)
    parser.add_argument("--nights", type=int, default=600)
    parser.add_argument("--processes", type=int, default=2 * (os.cpu_count() or 1), help="of each harness")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    asked = parser.parse_args(given)
    asked_for = (
        Harness(kills, asked.kills, asked.processes),
        Harness(kills_over_postgres, asked.postgres_kills, asked.processes),
        Harness(simulations, asked.simulations, asked.processes),
        Harness(power_cuts, asked.cuts, asked.processes),
        Harness(nights, asked.nights, asked.processes),
    )
    began = time.monotonic()
    command = " ".join(["python -m tests.prove", *given])
    commit = _commit()
    found: list[Part] = []

    def done(parts: list[Part]) -> None:
        found[:] = parts
        text = page(parts, command, commit, (time.monotonic() - began) / 60)
        asked.page.write_text(text, encoding="utf-8")

    prove([harness for harness in asked_for if harness.count], done)
    blind = any(not how for part in found for how in part.caught.values())
    return int(blind or any(part.broken for part in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
